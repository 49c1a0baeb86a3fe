"""
Shifts as instants: their stored form, the week they belong to, and overlaps (half-open intervals).

Source: decided, specification of the dialect, schedules; DST transitions are real.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from mockgc.domain import errors
from mockgc.domain.errors import Holder, Violation
from mockgc.domain.resource import Schema
from mockgc.domain.schema import object_schema
from mockgc.domain.transaction import Entity, View
from mockgc.domain.zones import zone
from mockgc.resources.wfm_dialect import codes, fields

SHIFT: Schema = object_schema(
    {"start": fields.DATE_TIME, "lengthMinutes": fields.LENGTH_MINUTES, "activityCode": fields.ACTIVITY_CODE},
    ("start", "lengthMinutes"),
)
Interval = tuple[datetime, datetime]


def instant(text: str) -> datetime:
    """
    A date-time with an offset, in UTC.

    Raises:
        ValueError: no such date-time, no offset, or outside the years 1 to 9999.
    """
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        raise ValueError("no offset")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


def impossible_instants(agents: list[Entity]) -> Iterator[Violation]:
    """Starts that look like a date-time and are none."""
    for i, agent in enumerate(agents):
        for j, shift in enumerate(agent["shifts"]):
            try:
                instant(shift["start"])
            except ValueError:
                path = f"agents[{i}].shifts[{j}].start"
                message = f"{path}: {shift['start']!r} is not an instant (date-time with Z or an offset)"
                yield Violation(errors.INVALID_DATE, message, path, given=shift["start"])


def stored_agents(agents: list[Entity]) -> list[Entity]:
    """The agents as they are kept: instants in UTC, shifts sorted."""
    return [
        {"userId": agent["userId"], "shifts": sorted(map(_stored_shift, agent["shifts"]), key=_order)}
        for agent in agents
    ]


def _stored_shift(shift: Entity) -> Entity:
    start = instant(shift["start"]).replace(tzinfo=None).isoformat() + "Z"
    kept: Entity = {"start": start, "lengthMinutes": shift["lengthMinutes"]}
    if "activityCode" in shift:
        kept["activityCode"] = shift["activityCode"]
    return kept


def _order(shift: Entity) -> tuple[str, int, str]:
    return shift["start"], shift["lengthMinutes"], shift.get("activityCode", "")


def outside_week(body: Entity, template_zone: str) -> Iterator[Violation]:
    """Rule 8: each shift starts inside the week, taken in the template's zone."""
    tz, monday = zone(template_zone), date.fromisoformat(body["weekDate"])
    end = monday + timedelta(days=7)
    for i, agent in enumerate(body["agents"]):
        for j, shift in enumerate(agent["shifts"]):
            try:
                local = instant(shift["start"]).astimezone(tz).date()
            except OverflowError:
                local = date.min
            if not monday <= local < end:
                path = f"agents[{i}].shifts[{j}].start"
                message = f"{path}: {shift['start']} is not in the week of {monday} in {template_zone}"
                yield Violation(errors.CONSTRAINT_VALIDATION, message, path, given=shift["start"])


def overlaps(view: View, body: Entity, changing: set[str], before: Entity | None) -> Iterator[Violation]:
    """
    Shifts of one agent that overlap, inside the batch or against another schedule of the agent.

    Args:
        changing: the users whose shifts the batch would change; the others were held against everything already.
        before: the schedule the batch goes into, whose own rows do not count.
    """
    for index, agent in enumerate(body["agents"]):
        if agent["userId"] not in changing:
            continue
        own = sorted((_interval(shift), position) for position, shift in enumerate(agent["shifts"]))
        yield from _overlaps_among(index, own)
        for schedule in _neighbours(view, agent["userId"], before, body["weekDate"]) if own else ():
            for taken in _intervals_of(schedule, agent["userId"]):
                for mine, position in own:
                    if mine[0] < taken[1] and taken[0] < mine[1]:
                        yield _overlap(index, position, mine, taken, schedule)


def _overlaps_among(agent: int, own: list[tuple[Interval, int]]) -> Iterator[Violation]:
    """Each shift that begins before an earlier one is over; the earlier one need not be its neighbour."""
    longest = own[0][0] if own else None
    for interval, position in own[1:]:
        assert longest is not None
        if interval[0] < longest[1]:
            yield _overlap(agent, position, interval, longest, None)
        if interval[1] > longest[1]:
            longest = interval


def _neighbours(view: View, user_id: str, before: Entity | None, week_date: str) -> Iterator[Entity]:
    """The agent's other schedules near this week; a shift reaches at most a day past its week."""
    monday = date.fromisoformat(week_date)
    for kind, schedule_id in view.referrers("user", user_id):
        if kind != "schedule" or (before is not None and schedule_id == before["id"]):
            continue
        row = view.row(kind, schedule_id)
        if row is not None and abs(date.fromisoformat(row.keys["weekDate"]) - monday) <= timedelta(days=7):
            schedule = view.get(kind, schedule_id)
            if schedule is not None:
                yield schedule


def _intervals_of(schedule: Entity, user_id: str) -> list[Interval]:
    return [_interval(shift) for agent in schedule["agents"] if agent["userId"] == user_id for shift in agent["shifts"]]


def _interval(shift: Entity) -> Interval:
    start = instant(shift["start"])
    return start, start + timedelta(minutes=shift["lengthMinutes"])


def _overlap(agent: int, shift: int, mine: Interval, taken: Interval, schedule: Entity | None) -> Violation:
    path = f"agents[{agent}].shifts[{shift}].start"
    where = "in this batch" if schedule is None else f"in schedule {schedule['id']} (week {schedule['weekDate']})"
    message = f"{path}: {_shown(mine)} overlaps {_shown(taken)} {where}"
    holder = None if schedule is None else Holder("schedule", schedule["id"], schedule["weekDate"], schedule["version"])
    return Violation(codes.SHIFT_OVERLAP, message, path, holder, _shown(mine), _shown(taken))


def _shown(interval: Interval) -> str:
    return f"{interval[0]:%Y-%m-%dT%H:%MZ}/{interval[1]:%Y-%m-%dT%H:%MZ}"
