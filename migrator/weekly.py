"""
Weekly patterns: from minutes of the week to shifts, and from shifts to the instants of one week. Pure.

A business-hours interval counts minutes from Sunday 00:00 and ends at midnight at the latest, so a night shift is two
intervals that touch; here they become one shift again, also across the end of the week.

Daylight saving: start and end of a shift are wall-clock times, so the hours worked follow the clock (a night shift is
an hour shorter in spring). A time that the clock skips is the instant at which it jumps; a time that comes twice is
its first occurrence, for starts and ends alike. So order is kept: shifts that do not overlap in the pattern never do
as instants, and a shift that lies in skipped time only vanishes. What exceeds 24 hours is split there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from migrator.time_zones import first_with_other_offset, zone

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY, WEEK = 1440, 10080
"""Minutes. A day is also the longest shift that the target takes."""
_ZENDESK_MONDAY = DAY
"""Zendesk's week begins on Sunday, the target's on Monday."""


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """
    A shift of every week.

    Args:
        start: minutes since Monday 00:00, local, below 10080.
        length: minutes, 1 to 1440.
    """

    start: int
    length: int
    activity: str = ""


def from_intervals(intervals: Iterable[tuple[int, int]]) -> tuple[Shift, ...]:
    """Business-hours intervals (minutes since Sunday 00:00) as shifts; touching and overlapping ones become one."""
    joined = _joined(sorted(intervals))
    if len(joined) > 1 and joined[0][0] == 0 and joined[-1][1] == WEEK:
        last = joined.pop()
        joined[0] = (last[0] - WEEK, joined[0][1])
    pieces = (piece for start, end in joined for piece in _pieces(start, end))
    return tuple(sorted(Shift((start - _ZENDESK_MONDAY) % WEEK, length) for start, length in pieces))


def overlap(shifts: Iterable[Shift]) -> tuple[Shift, Shift] | None:
    """Two shifts that overlap in the weekly pattern, the end of the week joined to its beginning."""
    ordered = sorted(shifts)
    for one, other in pairwise(ordered):
        if one.start + one.length > other.start:
            return one, other
    if ordered and ordered[-1].start + ordered[-1].length > ordered[0].start + WEEK:
        return ordered[-1], ordered[0]
    return None


def template_shifts(shifts: Iterable[Shift]) -> list[dict[str, object]]:
    """The target's form: shifts that differ in their day only are one row with several days."""
    days: dict[tuple[int, int, str], list[int]] = {}
    for shift in sorted(shifts):
        day, minute = divmod(shift.start, DAY)
        days.setdefault((minute, shift.length, shift.activity), []).append(day)
    rows = []
    for (minute, length, activity), found in days.items():
        row: dict[str, object] = {
            "days": [DAYS[day] for day in found],
            "startTime": f"{minute // 60:02}:{minute % 60:02}",
            "lengthMinutes": length,
        }
        rows.append({**row, "activityCode": activity} if activity else row)
    return rows


def instants(shifts: Iterable[Shift], time_zone: str, monday: date) -> Iterator[tuple[datetime, int, str]]:
    """
    The shifts of the week that begins on a Monday: (start in UTC, minutes really elapsed, activity), in order.

    Each starts inside the week, taken in the zone, and none overlaps another, of this week or of the next.
    """
    rules = zone(time_zone)
    midnight = datetime.combine(monday, time())
    week_end = instant(midnight + timedelta(minutes=WEEK), rules)
    for shift in sorted(shifts):
        begin = midnight + timedelta(minutes=shift.start)
        start, end = instant(begin, rules), instant(begin + timedelta(minutes=shift.length), rules)
        while start < end and start < week_end:
            length = min(DAY, int((end - start).total_seconds()) // 60)
            if length == 0:
                break
            yield start, length, shift.activity
            start += timedelta(minutes=length)


def instant(local: datetime, rules: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall-clock time under this module's rules for skipped and repeated times."""
    first = local.replace(tzinfo=rules, fold=0).astimezone(UTC)
    if first.astimezone(rules).replace(tzinfo=None) == local:
        return first
    earlier = local.replace(tzinfo=rules, fold=1).astimezone(UTC)
    return first_with_other_offset(rules, earlier, first)


def _joined(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in intervals:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        length = min(DAY, end - start)
        yield start, length
        start += length
