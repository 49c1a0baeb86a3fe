"""
Weeks, shifts and zones as the dialect means them, restated for the model.

Instants are compared in UTC, intervals are half open, a week is seven local days of the template's zone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

Shift = tuple[str, int, str]
"""(start in UTC, minutes, activity code or "")."""

FIT_YEAR = 2026
"""The year of the clock under which the model is used; the emulator's is frozen to it."""


def instant(text: str) -> datetime:
    """An RFC 3339 instant in UTC."""
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def shifts(sent: Iterable[Mapping[str, Any]]) -> tuple[Shift, ...]:
    """What a list of shifts means, sorted."""
    return tuple(
        sorted(
            (instant(shift["start"]).isoformat(), shift["lengthMinutes"], shift.get("activityCode") or "")
            for shift in sent
        )
    )


def agents(sent: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, tuple[Shift, ...]], ...]:
    """What the agents of a week mean, sorted by user."""
    return tuple(sorted((agent["userId"], shifts(agent["shifts"])) for agent in sent))


def pattern(sent: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What a template's weekly shifts mean: a set, and within each the days are a set too."""
    kept = ({key: value for key, value in shift.items() if value is not None} for shift in sent)
    return tuple(sorted({json.dumps({**shift, "days": sorted(set(shift["days"]))}, sort_keys=True) for shift in kept}))


def is_monday(text: str) -> bool:
    """Whether a week can begin on this date."""
    return date.fromisoformat(text).weekday() == 0


def outside(body: Mapping[str, Any], zone: str) -> list[str]:
    """Paths of the shifts that do not start inside the week, in the template's zone."""
    monday = date.fromisoformat(body["weekDate"])
    return [
        f"agents[{i}].shifts[{j}].start"
        for i, agent in enumerate(body["agents"])
        for j, shift in enumerate(agent["shifts"])
        if not monday <= instant(shift["start"]).astimezone(ZoneInfo(zone)).date() < monday + timedelta(days=7)
    ]


def overlapping(sent: Sequence[Mapping[str, Any]], others: Iterable[Shift]) -> list[int]:
    """Positions of the shifts that begin inside an earlier one of the same list, or meet one of the others."""
    spans = sorted((*_span(instant(shift["start"]), shift["lengthMinutes"]), at) for at, shift in enumerate(sent))
    taken = [_span(datetime.fromisoformat(start), minutes) for start, minutes, _ in others]
    found = [spans[i][2] for i in range(1, len(spans)) if spans[i][0] < spans[i - 1][1]]
    found += [at for start, end, at in spans if any(start < other[1] and other[0] < end for other in taken)]
    return found


def _span(start: datetime, minutes: int) -> tuple[datetime, datetime]:
    return start, start + timedelta(minutes=minutes)


@cache
def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    """Every half hour of two years; all zones change on one."""
    tz, first = ZoneInfo(zone), datetime(FIT_YEAR, 1, 1, tzinfo=UTC)
    return tuple((first + timedelta(minutes=30 * step)).astimezone(tz).utcoffset() for step in range(731 * 48))


def fits(zone: str, other: str) -> bool:
    """Whether two zones have the same UTC offset at every instant of two years."""
    return zone == other or _offsets(zone) == _offsets(other)
