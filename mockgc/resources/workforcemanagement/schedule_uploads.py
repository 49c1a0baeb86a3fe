"""
What changes week schedules in asynchronous operations: import, update, copy, delete.

A call that is well-formed is answered 202 with an `operationId`, also when the document is not: a wrong or stale
document ends the operation in `Error` and changes nothing else. Synchronous are the path (404, 400), the body, and the
upload's key (400). No route asks for these operations by their id: a client watches the topic, or looks at the week.

Assumed: a copy keeps the local times of day, drops the links to time-off requests and is not published.
Source: that failures come without a reason is observed (developer forum t/26317); that a stale version inside the
document is one of them is assumed (the call carries none, and declares no conflict).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed, documented, observed
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Handler, Later, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.domain.zones import zone
from mockgc.resources.kit import CONTRACT, METADATA, WFM_NOT_FOUND, known_fields
from mockgc.resources.operations import Started, answered, start
from mockgc.resources.workforcemanagement import business_units, uploads, week_schedules
from mockgc.resources.workforcemanagement.schedule_documents import KIND as AGENT_ROW
from mockgc.resources.workforcemanagement.schedule_documents import Target, instant, parse
from mockgc.resources.workforcemanagement.week_schedules import COMMON, WEEK_SCHEDULE, agent_rows, place, shown

IMPORT, UPDATE = "scheduleImport", "scheduleUpdate"
TEAMS_MAX = 10
TOO_MANY_TEAMS = ErrorCode(
    "wfm.too.many.teams.requested", 400, f"at most {TEAMS_MAX} teams are named in one call",
    documented("POST schedules/{scheduleId}/update: 400"), "Name fewer teams.",
)  # fmt: skip
_SILENT = observed("developer forum t/26317: status Error without a reason")
_PLACE = (business_units.NOT_FOUND, week_schedules.BAD_WEEK)
Changed = tuple[Entity, list[Entity], tuple[Write, ...]]
"""(schedule afterwards, agents afterwards, writes)."""


def _result(unit: Entity, changed: Changed) -> Outcome:
    """What came of an operation: the schedule, and what to write."""
    schedule, agents, writes = changed
    reads = tuple((w.kind, w.id, w.entity["metadata"]["version"]) for w in writes if w.kind == COMMON.kind and w.entity)
    return Outcome(200, {"result": shown(unit, schedule, agents)}, writes, reads)


def _begun(
    operation: Operation, view: View, request: Request, later: Later, event: str, kept: Entity | None = None
) -> Started:
    place = {"businessUnitId": request.ids[0], "eventType": event}
    return start(operation, view, request, later, place, kept)


def _taking(purpose: str, event: str, later: Later) -> Handler:
    """The rule of an operation that takes an uploaded document."""

    def handle(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        (place if purpose == IMPORT else _existing)(view, request)
        rules.raise_invalid(request)
        if len(request.body.get("teamIds", [])) > TEAMS_MAX:
            raise errors.refuse(TOO_MANY_TEAMS, f"teamIds: more than {TEAMS_MAX} teams", "teamIds")
        document, removal = uploads.taken(view, purpose, request)
        begun = _begun(operation, view, request, later, event, {"document": document})
        return answered(replace(begun, writes=(*begun.writes, removal)))

    return handle


def _import(view: View, request: Request, kept: Entity) -> Outcome:
    unit, first = place(view, request)
    sent = parse(kept["document"], "ImportScheduleUploadSchema")
    content = {**week_schedules.new(unit, first, sent), **known_fields(sent, "headcountForecast")}
    content["published"] = sent.get("published", False)
    made = COMMON.create(WEEK_SCHEDULE, view, {"id": view.new_id(), **content})
    return _result(unit, _with_agents(view, unit, made, sent, [], is_new=True))


def _with_agents(
    view: View, unit: Entity, made: Outcome, sent: Entity, before: list[Entity], *, is_new: bool
) -> Changed:
    schedule = made.body
    assert isinstance(schedule, dict)
    writes, agents = Target(view, unit, schedule, is_new).writes(sent.get("agentSchedules", []), before)
    over = week_schedules.superseded(WEEK_SCHEDULE, view, schedule) if schedule["published"] else ()
    return schedule, agents, (*made.writes, *writes, *over)


def _existing(view: View, request: Request) -> tuple[Entity, Entity]:
    """As `week_schedules.existing`; of the 404s of a schedule these operations declare the general one only."""
    return week_schedules.existing(view, request, errors.NOT_FOUND)


def _update(view: View, request: Request, kept: Entity) -> Outcome:
    unit, before = _existing(view, request)
    sent = parse(kept["document"], "UpdateScheduleUploadSchema")
    content = {**known_fields(sent, "description", "headcountForecast"), **week_schedules.forecast(sent)}
    if sent.get("published"):
        content["published"] = True
    content["lastUploadKey"] = request.body["uploadKey"]
    made = COMMON.update(WEEK_SCHEDULE, view, before, content, METADATA.claimed(sent))
    return _result(unit, _with_agents(view, unit, made, sent, agent_rows(view, before["id"]), is_new=False))


def _copy(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    week_schedules.existing(view, request)
    rules.raise_invalid(request)
    _copy_content(view, request)
    return answered(_begun(operation, view, request, COPY, "Copy"))


def _copy_content(view: View, request: Request) -> Entity:
    """
    The copy without its agents.

    Raises:
        WfmError: 404 of unit or schedule, 400 of the week or the limits.
    """
    unit, before = week_schedules.existing(view, request)
    first = week_schedules.week(unit, request.body["weekDate"])
    sent = {"weekCount": before["weekCount"], "description": request.body["description"]}
    content = week_schedules.new(unit, first, sent)
    if request.body.get("includeForecast"):
        content |= known_fields(before, "shortTermForecast", "headcountForecast")
    COMMON.raise_conflicts(WEEK_SCHEDULE, view, content, None)
    return content


def _copy_now(view: View, request: Request, _: Entity) -> Outcome:
    unit, before = week_schedules.existing(view, request)
    made = COMMON.create(WEEK_SCHEDULE, view, {"id": view.new_id(), **_copy_content(view, request)})
    schedule = made.body
    assert isinstance(schedule, dict)
    days = (date.fromisoformat(schedule["weekDate"]) - date.fromisoformat(before["weekDate"])).days
    tz = zone(unit["settings"]["timeZone"])
    rows = [_copied(view, row, schedule, days, tz) for row in agent_rows(view, before["id"])]
    writes = (*made.writes, *(Write(AGENT_ROW, row["id"], row, changed=tuple(row)) for row in rows))
    return _result(unit, (schedule, rows, writes))


def _copied(view: View, row: Entity, schedule: Entity, days: int, tz: ZoneInfo) -> Entity:
    """One agent's row in another week."""
    copy = {**row, "id": view.new_id(), "scheduleId": schedule["id"]}
    copy["shifts"] = [
        {
            **shift,
            "id": view.new_id(),
            "startDate": _moved(shift["startDate"], days, tz),
            "activities": [
                _unlinked({**a, "startDate": _moved(a["startDate"], days, tz)}) for a in shift["activities"]
            ],
        }
        for shift in row["shifts"]
    ]
    copy["fullDayTimeOffMarkers"] = [
        _unlinked({**marker, "businessUnitDate": _day(marker["businessUnitDate"], days)})
        for marker in row["fullDayTimeOffMarkers"]
    ]
    METADATA.put(copy, 1, view, None)
    return copy


def _unlinked(item: Entity) -> Entity:
    return {name: value for name, value in item.items() if not name.startswith("timeOffRequest")}


def _day(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _moved(moment: str, days: int, tz: ZoneInfo) -> str:
    """The same time of day some days later, in the unit's zone: the offset may be another."""
    local = instant(moment).astimezone(tz)
    day = local.date() + timedelta(days=days)
    return timestamp(datetime.combine(day, local.timetz()).astimezone(UTC))


def _delete(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """200 with the operation; 202 without a body, as it is declared, when it takes its time."""
    week_schedules.existing(view, request)
    rules.raise_invalid(request)
    begun = _begun(operation, view, request, DELETE, "Delete")
    return answered(begun, 200) if begun.is_over else Outcome(202, None, begun.writes)


def _delete_now(view: View, request: Request, _: Entity) -> Outcome:
    _, before = week_schedules.existing(view, request)
    rows = agent_rows(view, before["id"])
    gone = (*(Write(AGENT_ROW, row["id"], None) for row in rows), Write(COMMON.kind, before["id"], None))
    return Outcome(200, None, gone)


_SHOWN_BY = (
    "getWorkforcemanagementBusinessunitWeekSchedules",
    "getWorkforcemanagementBusinessunitWeekSchedule",
    "postWorkforcemanagementBusinessunitWeekScheduleAgentschedulesQuery",
    "postWorkforcemanagementBusinessunitAgentschedulesSearch",
)
IMPORTED, UPDATED = Later(_import, watched_by=_SHOWN_BY), Later(_update, watched_by=_SHOWN_BY)
COPY, DELETE = Later(_copy_now, watched_by=_SHOWN_BY), Later(_delete_now, watched_by=_SHOWN_BY)
SCHEDULE = replace(
    WEEK_SCHEDULE,
    behaviours={
        **WEEK_SCHEDULE.behaviours,
        "postWorkforcemanagementBusinessunitWeekSchedulesImportUploadurl": Behaviour(
            uploads.issue(IMPORT, place), CONTRACT, (*_PLACE, uploads.BAD_LENGTH)
        ),
        "postWorkforcemanagementBusinessunitWeekSchedulesImport": Behaviour(
            _taking(IMPORT, "Import", IMPORTED), _SILENT, (*_PLACE, uploads.NO_DOCUMENT), IMPORTED
        ),
        "postWorkforcemanagementBusinessunitWeekScheduleUpdateUploadurl": Behaviour(
            uploads.issue(UPDATE, _existing), CONTRACT, (*_PLACE, uploads.BAD_LENGTH)
        ),
        "postWorkforcemanagementBusinessunitWeekScheduleUpdate": Behaviour(
            _taking(UPDATE, "Update", UPDATED), _SILENT, (*_PLACE, uploads.NO_DOCUMENT, TOO_MANY_TEAMS), UPDATED
        ),
        "postWorkforcemanagementBusinessunitWeekScheduleCopy": Behaviour(
            _copy, assumed("what a copy keeps"), (*_PLACE, WFM_NOT_FOUND, week_schedules.BAD_LIMITS), COPY
        ),
        "deleteWorkforcemanagementBusinessunitWeekSchedule": Behaviour(
            _delete, assumed("200 when it is over, 202 when it takes its time"), (*_PLACE, WFM_NOT_FOUND), DELETE
        ),
    },
)
"""The kind of week schedules, with the operations that change them."""
