"""
What agents do in week schedules: asked for a schedule and a management unit, or across what is published.

Assumed: an agent's row belongs to the management unit that the agent was in when the row was last written; the search
shows the shifts that overlap the period and the markers of its days, of published schedules only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed, documented
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Later, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Read, Request, View
from mockgc.domain.zones import zone
from mockgc.resources.kit import CONTRACT, WFM_NOT_FOUND, known_fields, parameters
from mockgc.resources.operations import answered, asked, start
from mockgc.resources.workforcemanagement import agents, business_units, downloads, management_units, week_schedules
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user, user_reference
from mockgc.resources.workforcemanagement.schedule_documents import BAD_DOCUMENT, KIND, instant
from mockgc.resources.workforcemanagement.schedule_uploads import TEAMS_MAX, TOO_MANY_TEAMS

UNIT_NOT_FOUND = ErrorCode(
    "wfm.management.unit.not.found", 404, "the body names a management unit of the business unit",
    documented("POST agentschedules/query: 404"), "List the business unit's management units.",
)  # fmt: skip
BAD_PERIOD = ErrorCode(
    "wfm.validation.failure", 400, "a period ends after it starts", assumed("no code says so"),
    "Send startDate before endDate.",
)  # fmt: skip


def shifts_of(row: Entity, schedule: Entity) -> list[Entity]:
    """The shifts of a row as answers show them."""
    return [{**shift, "schedule": week_schedules.reference(schedule)} for shift in row["shifts"]]


def _shown(row: Entity, schedule: Entity) -> Entity:
    shown: dict[str, Any] = {
        "user": user_reference(row["userId"]),
        "shifts": shifts_of(row, schedule),
        **known_fields(row, "fullDayTimeOffMarkers", "metadata"),
    }
    if "workPlanId" in row:
        shown["workPlan"] = _work_plan(row, row["workPlanId"])
    if "workPlanIdsPerWeek" in row:
        shown["workPlansPerWeek"] = [_work_plan(row, plan) for plan in row["workPlanIdsPerWeek"]]
    return shown


def _work_plan(row: Entity, plan_id: str) -> Entity:
    unit = management_units.reference(row["managementUnitId"])
    return {"id": plan_id, "managementUnit": unit, "selfUri": f"{unit['selfUri']}/workplans/{plan_id}"}


def _query(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    unit, _schedule = week_schedules.existing(view, request)
    rules.raise_invalid(request)
    if len(request.body.get("teamIds", [])) > TEAMS_MAX:
        raise errors.refuse(TOO_MANY_TEAMS, f"teamIds: more than {TEAMS_MAX} teams", "teamIds")
    wanted_unit = request.body["managementUnitId"]
    home = view.get("managementUnit", wanted_unit)
    if home is None or home["businessUnit"]["id"] != unit["id"]:
        message = f"the business unit has no management unit {wanted_unit[:200]!r}"
        raise errors.refuse(UNIT_NOT_FOUND, message, "managementUnitId")
    return asked(operation, view, request, QUERY, {"businessUnitId": unit["id"]})


def _queried(view: View, request: Request, _: Entity) -> Outcome:
    unit, schedule = week_schedules.existing(view, request)
    rows = [
        row
        for row in _of_users(week_schedules.agent_rows(view, schedule["id"]), request.body.get("userIds"))
        if row["managementUnitId"] == request.body["managementUnitId"]
    ]
    result = {
        "agentSchedules": [_shown(row, schedule) for row in rows],
        "businessUnitTimeZone": unit["settings"]["timeZone"],
    }
    answer, writes = downloads.answered(view, request, unit["id"], result, len(rows))
    return Outcome(200, answer, writes, _reads([schedule], rows))


def _of_users(rows: Iterable[Entity], wanted: Collection[str] | None) -> list[Entity]:
    return [row for row in rows if not wanted or row["userId"] in wanted]


def _reads(schedules: Iterable[Entity], rows: Iterable[Entity]) -> tuple[Read, ...]:
    reads = [(week_schedules.KIND, found["id"], found["metadata"]["version"]) for found in schedules]
    return (*reads, *((KIND, row["id"], row["metadata"]["version"]) for row in rows))


def _search_in_business_unit(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    unit = business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    period(request)
    return asked(operation, view, request, SEARCH, {"businessUnitId": unit["id"]})


def _searched(view: View, request: Request, _: Entity) -> Outcome:
    return _search(view, request, business_units.COMMON.existing(view, request.ids[0]), None)


def _search_in_management_unit(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    home = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    period(request)
    return asked(operation, view, request, SEARCH_HOME, {"managementUnitId": home["id"]})


def _searched_home(view: View, request: Request, _: Entity) -> Outcome:
    home = management_units.COMMON.existing(view, request.ids[0])
    return _search(view, request, business_units.COMMON.existing(view, home["businessUnit"]["id"]), home["id"])


def _my_home(view: View) -> tuple[Entity, Entity, Entity]:
    """(agent, management unit, business unit) of the user that asks."""
    agent = agents.COMMON.existing(view, current_user(view))
    home = management_units.COMMON.existing(view, agent["managementUnit"]["id"])
    return agent, home, business_units.COMMON.existing(view, home["businessUnit"]["id"])


def _mine(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent, _home, unit = _my_home(view)
    rules.raise_invalid(request)
    period(request)
    result, reads = _found(view, request, unit, None, [agent["id"]])
    return Outcome(200, result, reads=reads)


def _of_my_unit(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """Always an operation, because its id is always told; 202 when its result comes later."""
    agent, *_rest = _my_home(view)
    rules.raise_invalid(request)
    period(request)
    begun = start(operation, view, request, OF_MY_UNIT, {"userId": agent["id"]})
    is_forced = parameters(request).get("forceAsync") == "true"
    return answered(begun, 200 if begun.is_over and not is_forced else 202, is_forced=is_forced)


def _of_my_unit_now(view: View, request: Request, _: Entity) -> Outcome:
    _agent, home, unit = _my_home(view)
    found, reads = _found(view, request, unit, home["id"], None)
    start_of, _end = period(request)
    rows = [
        {
            "agent": row["user"],
            "fullDayTimeOffMarkerDates": [marker["businessUnitDate"] for marker in row["fullDayTimeOffMarkers"]],
            "shifts": [_offset(view, unit, shift, start_of) for shift in row["shifts"]],
        }
        for row in found["agentSchedules"]
    ]
    result = {"agentSchedules": rows, "referenceStartDate": timestamp(start_of)}
    answer, writes = downloads.answered(view, request, unit["id"], result, len(rows))
    return Outcome(200, answer, writes, reads)


def _offset(view: View, unit: Entity, shift: Entity, reference: datetime) -> Entity:
    """A shift in minutes from the reference; what the agent does is told by category only."""

    def minutes(moment: str) -> int:
        return int((instant(moment) - reference).total_seconds()) // 60

    activities = []
    for activity in shift["activities"]:
        code = view.get("activityCode", f"{unit['id']}/{activity['activityCodeId']}")
        assert code is not None
        span = {"startOffsetMinutes": minutes(activity["startDate"]), "lengthMinutes": activity["lengthMinutes"]}
        activities.append({"activityCategory": code["category"], **span})
    span = {"startOffsetMinutes": minutes(shift["startDate"]), "lengthMinutes": shift["lengthMinutes"]}
    return {**span, "activities": activities}


def period(request: Request) -> tuple[datetime, datetime]:
    """
    From when until when a body asks.

    Raises:
        WfmError: 400, no moments, or none between them.
    """
    start, end = _moment(request, "startDate"), _moment(request, "endDate")
    if start >= end:
        raise errors.refuse(BAD_PERIOD, "endDate is not after startDate", "endDate")
    return start, end


def _search(view: View, request: Request, unit: Entity, home: str | None) -> Outcome:
    result, reads = _found(view, request, unit, home, request.body.get("userIds"))
    answer, writes = downloads.answered(view, request, unit["id"], result, len(result["agentSchedules"]))
    return Outcome(200, answer, writes, reads)


def _found(
    view: View, request: Request, unit: Entity, home: str | None, users: Collection[str] | None
) -> tuple[Entity, tuple[Read, ...]]:
    """What is published in the period of a management unit, or of all, for some users, or for all."""
    start, end = period(request)
    found: dict[str, Entity] = {}
    published = [s for s in week_schedules.of_unit(view, unit["id"]) if s["published"] and meets(unit, s, start, end)]
    seen: list[Entity] = []
    for schedule in published:
        for row in _of_users(week_schedules.agent_rows(view, schedule["id"]), users):
            if home in (None, row["managementUnitId"]):
                seen.append(row)
                _gather(found, row, schedule, unit, start, end)
    result = {
        "agentSchedules": list(found.values()),
        "businessUnitTimeZone": unit["settings"]["timeZone"],
        "publishedSchedules": [
            {**week_schedules.reference(schedule), "weekCount": schedule["weekCount"]} for schedule in published
        ],
    }
    return result, _reads(published, seen)


def _moment(request: Request, name: str) -> datetime:
    try:
        return instant(request.body[name])
    except errors.WfmError:
        raise errors.refuse(errors.INVALID_DATE, f"{name}: {request.body[name][:200]!r} is no moment", name) from None


def meets(unit: Entity, schedule: Entity, start: datetime, end: datetime) -> bool:
    """Whether a schedule has anything to do with a period; a shift may end on the day after its last."""
    first, last = week_schedules.period(unit, schedule)
    return first < end and start < last + timedelta(days=1)


def _gather(
    found: dict[str, Entity], row: Entity, schedule: Entity, unit: Entity, start: datetime, end: datetime
) -> None:
    """Adds what the agent does in the period; an agent who does nothing in it is not there."""
    shifts = [shift for shift in shifts_of(row, schedule) if overlaps(shift, start, end)]
    markers = [m for m in row["fullDayTimeOffMarkers"] if is_day_within(m["businessUnitDate"], unit, start, end)]
    if shifts or markers:
        empty: Entity = {"user": user_reference(row["userId"]), "shifts": [], "fullDayTimeOffMarkers": []}
        entry = found.setdefault(row["userId"], empty)
        entry["shifts"] += shifts
        entry["fullDayTimeOffMarkers"] += markers


def overlaps(shift: Entity, start: datetime, end: datetime) -> bool:
    """Whether a shift has a minute in a period."""
    begins = instant(shift["startDate"])
    return begins < end and start < begins + timedelta(minutes=shift["lengthMinutes"])


def is_day_within(day: str, unit: Entity, start: datetime, end: datetime) -> bool:
    """Whether a day of the unit overlaps a period."""
    first, tz = date.fromisoformat(day), zone(unit["settings"]["timeZone"])
    begins = datetime(first.year, first.month, first.day, tzinfo=tz).astimezone(UTC)
    return begins < end and start < begins + timedelta(days=1)


QUERY, SEARCH, SEARCH_HOME = Later(_queried), Later(_searched), Later(_searched_home)
OF_MY_UNIT = Later(_of_my_unit_now)
_MINE = (NO_USER_CONTEXT, agents.NOT_AN_AGENT, BAD_PERIOD)
AGENT_SCHEDULE = Resource(
    kind=KIND,
    path=f"{business_units.PATH}/weeks/schedules/agentschedules",
    title="agent schedule",
    references=(
        Reference("scheduleId", week_schedules.KIND, BAD_DOCUMENT),
        Reference("businessUnitId", "businessUnit", business_units.NOT_FOUND),
    ),
    behaviours={
        "postWorkforcemanagementBusinessunitWeekScheduleAgentschedulesQuery": Behaviour(
            _query,
            CONTRACT,
            (business_units.NOT_FOUND, week_schedules.BAD_WEEK, WFM_NOT_FOUND, UNIT_NOT_FOUND, TOO_MANY_TEAMS),
            QUERY,
        ),
        "postWorkforcemanagementBusinessunitAgentschedulesSearch": Behaviour(
            _search_in_business_unit,
            assumed("shifts that overlap the period"),
            (business_units.NOT_FOUND, BAD_PERIOD),
            SEARCH,
        ),
        "postWorkforcemanagementManagementunitAgentschedulesSearch": Behaviour(
            _search_in_management_unit,
            assumed("as for the business unit"),
            (management_units.NOT_FOUND, BAD_PERIOD),
            SEARCH_HOME,
        ),
        "postWorkforcemanagementAgentschedulesMine": Behaviour(_mine, CONTRACT, _MINE),
        "postWorkforcemanagementAgentschedulesManagementunitsMine": Behaviour(
            _of_my_unit, assumed("offsets are from the period's start; 202 while it takes its time"), _MINE, OF_MY_UNIT
        ),
    },
)
