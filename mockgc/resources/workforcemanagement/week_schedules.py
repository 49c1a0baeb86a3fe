"""
Week schedules: `/api/v2/workforcemanagement/businessunits/{businessUnitId}/weeks/{weekId}/schedules`.

A schedule is one row of the kind `weekSchedule`; what each agent does in it is a row of its own (`agent_schedules`).
Its version is `metadata.version` and is claimed inside uploaded documents only: no call carries it, a blank schedule
needs none. What changes through uploads is in `schedule_uploads`.

Assumed: `weekId` is the first day of a week of the unit (400 otherwise); description and length keep to the published
numbers. Documented: a week lists the schedules that span it; `recent` lists those that start within 26 weeks of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, Violation, assumed
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.domain.zones import zone
from mockgc.resources.kit import (
    CONTRACT,
    METADATA,
    WFM_NOT_FOUND,
    WFM_STALE,
    Common,
    children,
    known_fields,
    many,
    parameters,
)
from mockgc.resources.workforcemanagement import business_units, downloads, management_units
from mockgc.resources.workforcemanagement.people import user_reference

KIND = "weekSchedule"
WEEKS_MAX = 6
DESCRIPTION_LENGTH_MAX = 100
YEARS = range(1970, 2100)
RECENT = "recent"
RECENT_SPAN = timedelta(weeks=26)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HIDDEN = ("businessUnitId", "lastUploadKey", "headcountForecast")
BAD_WEEK = ErrorCode(
    "wfm.validation.failure", 400, "a week is named by its first day, yyyy-MM-dd, on the unit's startDayOfWeek",
    assumed("the form is documented; that another day is refused is not"), "Send the first day of the unit's week.",
)  # fmt: skip
BAD_LIMITS = ErrorCode(
    "wfm.validation.failure", 400,
    f"a schedule has 1 to {WEEKS_MAX} weeks and a description of 1 to {DESCRIPTION_LENGTH_MAX} characters",
    assumed("the numbers are of an older help article"), "Bring the named field within its limits.",
)  # fmt: skip


def uri(schedule: Entity) -> str:
    """Of a schedule."""
    return f"{business_units.uri(schedule['businessUnitId'])}/weeks/{schedule['weekDate']}/schedules/{schedule['id']}"


COMMON = Common(KIND, uri, METADATA, WFM_NOT_FOUND, WFM_STALE)


def week(unit: Entity, given: str) -> date:
    """
    The first day of a week of the unit.

    Raises:
        WfmError: 400; no date, or another day of the week.
    """
    try:
        found = date.fromisoformat(given) if len(given) == len("yyyy-MM-dd") else None
    except ValueError:
        found = None
    first = unit["settings"]["startDayOfWeek"]
    if found is None or found.year not in YEARS or _DAYS[found.weekday()] != first:
        raise errors.refuse(BAD_WEEK, f"the week {given[:200]!r} does not start on a {first} given as yyyy-MM-dd")
    return found


def place(view: View, request: Request) -> tuple[Entity, date]:
    """
    The business unit and the week that a path names.

    Raises:
        WfmError: 404 of the unit, 400 of the week.
    """
    unit = business_units.COMMON.existing(view, request.ids[0])
    return unit, week(unit, request.ids[1])


def existing(view: View, request: Request, not_found: ErrorCode = WFM_NOT_FOUND) -> tuple[Entity, Entity]:
    """
    The business unit and the schedule that a path names.

    Raises:
        WfmError: 404 of either, 400 of the week.
    """
    unit, first = place(view, request)
    found = view.get(KIND, request.ids[2])
    if found is None or found["businessUnitId"] != unit["id"] or found["weekDate"] != first.isoformat():
        message = f"no schedule of the business unit has the id {request.ids[2]!r} in the week {first}"
        raise errors.refuse(not_found, message)
    return unit, found


def period(unit: Entity, schedule: Entity) -> tuple[datetime, datetime]:
    """From when until when, UTC: whole days in the unit's zone."""
    tz, first = zone(unit["settings"]["timeZone"]), date.fromisoformat(schedule["weekDate"])
    last = first + timedelta(weeks=schedule["weekCount"])
    start, end = (datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC) for day in (first, last))
    return start, end


def agent_rows(view: View, schedule_id: str) -> list[Entity]:
    """What the agents do in a schedule."""
    return children(view, "agentSchedule", KIND, schedule_id)


def of_unit(view: View, unit_id: str) -> list[Entity]:
    """The schedules of a business unit, in order of creation."""
    return children(view, KIND, business_units.BUSINESS_UNIT.kind, unit_id)


def reference(schedule: Entity) -> Entity:
    """A schedule as others show it."""
    return {"id": schedule["id"], "weekDate": schedule["weekDate"], "selfUri": uri(schedule)}


def shown(unit: Entity, schedule: Entity, agents: Iterable[Entity], *, is_detailed: bool = False) -> Entity:
    """The schedule with its management units; with the agents of each where `is_detailed`."""
    start, end = (timestamp(moment) for moment in period(unit, schedule))
    by_unit: dict[str, list[str]] = {}
    for row in agents:
        by_unit.setdefault(row["managementUnitId"], []).append(row["userId"])
    units: list[Entity] = []
    for unit_id, users in by_unit.items():
        summary: Entity = {"managementUnit": management_units.reference(unit_id), "agentCount": len(users)}
        summary |= {"startDate": start, "endDate": end}
        if is_detailed:
            summary["agents"] = [user_reference(user) for user in users]
        units.append(summary)
    return {**listed(schedule), "managementUnits": units}


def listed(schedule: Entity) -> Entity:
    """The schedule as listings show it."""
    return {name: value for name, value in schedule.items() if name not in _HIDDEN}


def limit_violations(_: View, schedule: Entity, __: Entity | None) -> Iterator[Violation]:
    """Weeks and description of a schedule, or of a forecast, beyond their limits."""
    if not 1 <= schedule["weekCount"] <= WEEKS_MAX:
        yield Violation(BAD_LIMITS, f"weekCount: {schedule['weekCount']} is not from 1 to {WEEKS_MAX}", "weekCount")
    if not 1 <= len(schedule["description"].strip()) <= DESCRIPTION_LENGTH_MAX:
        message = (
            f"description: {schedule['description'][:200]!r} does not have 1 to {DESCRIPTION_LENGTH_MAX} characters"
        )
        yield Violation(BAD_LIMITS, message, "description")


def forecast(body: Entity) -> Entity:
    """The fields of a reference to a short-term forecast; not checked, because generated ones are not here."""
    sent = body.get("shortTermForecast")
    return {"shortTermForecast": known_fields(sent, "id", "weekDate")} if sent else {}


def new(unit: Entity, first: date, body: Entity) -> Entity:
    """The content of a schedule that starts on this day."""
    fields: Entity = {"businessUnitId": unit["id"], "weekDate": first.isoformat(), "published": False}
    return {**fields, **known_fields(body, "weekCount", "description"), **forecast(body)}


def superseded(resource: Resource, view: View, wanted: Entity) -> tuple[Write, ...]:
    """Un-publishes what is published over the same weeks. Source: only another schedule published over it does that."""
    writes: list[Write] = []
    for other in of_unit(view, wanted["businessUnitId"]):
        if other["published"] and other["id"] != wanted["id"] and _overlap(other, wanted):
            writes += COMMON.update(resource, view, other, {"published": False}, None).writes
    return tuple(writes)


def _overlap(one: Entity, two: Entity) -> bool:
    (a, b), (c, d) = (_days(one), _days(two))
    return a < d and c < b


def _days(schedule: Entity) -> tuple[date, date]:
    first = date.fromisoformat(schedule["weekDate"])
    return first, first + timedelta(weeks=schedule["weekCount"])


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    unit, first = place(view, request)
    rules.raise_invalid(request)
    outcome = COMMON.create(resource, view, new(unit, first, request.body), 201)
    return _answered(outcome, shown(unit, _entity(outcome), ()))


def _entity(outcome: Outcome) -> Entity:
    assert isinstance(outcome.body, dict)
    return outcome.body


def _answered(outcome: Outcome, body: Any) -> Outcome:
    return Outcome(outcome.status, body, outcome.writes, outcome.reads)


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, schedule = existing(view, request)
    rules.raise_invalid(request)
    is_detailed = "managementUnits.agents" in many(request, "expand")
    body = shown(unit, schedule, agent_rows(view, schedule["id"]), is_detailed=is_detailed)
    return Outcome(200, body, reads=((KIND, schedule["id"], schedule["metadata"]["version"]),))


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = business_units.COMMON.existing(view, request.ids[0])
    asked = request.ids[1]
    first = None if asked == RECENT else week(unit, asked)
    rules.raise_invalid(request)
    query = parameters(request)
    found = [
        schedule
        for schedule in of_unit(view, unit["id"])
        if (is_recent(view, schedule, query) if first is None else spans(schedule, first))
        and (schedule["published"] or query.get("includeOnlyPublished") != "true")
    ]
    reads = tuple((KIND, schedule["id"], schedule["metadata"]["version"]) for schedule in found)
    return Outcome(200, {"entities": [listed(schedule) for schedule in found]}, reads=reads)


def spans(schedule: Entity, first: date) -> bool:
    """Whether the week that begins on this day is one of a schedule's."""
    start, end = _days(schedule)
    return start <= first < end


def is_recent(view: View, schedule: Entity, query: Mapping[str, str]) -> bool:
    """Within 26 weeks of now, and of the dates that the query narrows that to."""
    start, today = date.fromisoformat(schedule["weekDate"]), view.now.date()
    earliest, latest = query.get("earliestWeekDate", ""), query.get("latestWeekDate", "9999-12-31")
    return abs(start - today) <= RECENT_SPAN and earliest <= schedule["weekDate"] <= latest


def _head_counts(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, schedule = existing(view, request)
    rules.raise_invalid(request)
    kept = schedule.get("headcountForecast", {})
    groups = [
        {
            "planningGroup": {
                "id": row["planningGroupId"],
                "selfUri": f"{business_units.uri(unit['id'])}/planninggroups/{row['planningGroupId']}",
            },
            **known_fields(row, "requiredPerInterval", "requiredWithoutShrinkagePerInterval"),
        }
        for row in kept.get("entities", [])
    ]
    start = kept.get("referenceStartDate") or timestamp(period(unit, schedule)[0])
    return Outcome(200, {"result": {"entities": groups, "referenceStartDate": start}})


WEEK_SCHEDULE = Resource(
    kind=KIND,
    path=f"{business_units.PATH}/weeks/schedules",
    title="week schedule",
    references=(Reference("businessUnitId", "businessUnit", business_units.NOT_FOUND),),
    checks=(limit_violations,),
    behaviours={
        "postWorkforcemanagementBusinessunitWeekSchedules": Behaviour(
            _create, assumed("201, where 200 is declared as well"), (business_units.NOT_FOUND, BAD_WEEK, BAD_LIMITS)
        ),
        "getWorkforcemanagementBusinessunitWeekSchedule": Behaviour(
            _read, CONTRACT, (business_units.NOT_FOUND, WFM_NOT_FOUND, BAD_WEEK)
        ),
        "getWorkforcemanagementBusinessunitWeekSchedules": Behaviour(
            _list, CONTRACT, (business_units.NOT_FOUND, BAD_WEEK)
        ),
        "getWorkforcemanagementBusinessunitWeekScheduleHeadcountforecast": Behaviour(
            downloads.offered(_head_counts, "forceDownload"),
            CONTRACT,
            (business_units.NOT_FOUND, WFM_NOT_FOUND, BAD_WEEK),
        ),
    },
)
