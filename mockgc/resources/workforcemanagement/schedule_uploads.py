"""
What changes week schedules in deferred operations: import, update, copy, delete.

A call that is well-formed is answered 202 with an `operationId`, also when the document is not: a wrong or stale
document ends the operation in `Error` and changes nothing else. Synchronous are the path (404, 400), the body, and the
upload's key (400).

Assumed: operations are complete when the answer is sent; delete answers 200, because its 202 has no body; a copy keeps
the local times of day, drops the links to time-off requests and is not published.
Source: that failures come without a reason is observed (developer forum t/26317); that a stale version inside the
document is one of them is assumed (the call carries none, and declares no conflict).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, WfmError, assumed, documented, observed
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.domain.zones import zone
from mockgc.resources.kit import CONTRACT, METADATA, WFM_NOT_FOUND, known_fields
from mockgc.resources.workforcemanagement import business_units, uploads, week_schedules
from mockgc.resources.workforcemanagement.schedule_documents import KIND as AGENT_ROW
from mockgc.resources.workforcemanagement.schedule_documents import Target, instant, parse
from mockgc.resources.workforcemanagement.week_schedules import COMMON, WEEK_SCHEDULE, agent_rows, place, shown

OPERATION = "scheduleOperation"
IMPORT, UPDATE = "scheduleImport", "scheduleUpdate"
TEAMS_MAX = 10
TOO_MANY_TEAMS = ErrorCode(
    "wfm.too.many.teams.requested", 400, f"at most {TEAMS_MAX} teams are named in one call",
    documented("POST schedules/{scheduleId}/update: 400"), "Name fewer teams.",
)  # fmt: skip
_SILENT = observed("developer forum t/26317: status Error without a reason")
_PLACE = (business_units.NOT_FOUND, week_schedules.BAD_WEEK)
Change = Callable[[], tuple[Entity, list[Entity], tuple[Write, ...]]]
"""Decides (schedule afterwards, agents afterwards, writes), or raises what was wrong with the document."""


def deferred(view: View, unit: Entity, event: str, change: Change, *also: Write, status: int = 202) -> Outcome:
    """
    An operation that is over when it is answered; its row says how it went, and keeps the reason that is not sent.
    """
    operation: Entity = {"id": view.new_id(), "businessUnitId": unit["id"], "eventType": event, "status": "Complete"}
    writes: tuple[Write, ...] = ()
    try:
        schedule, agents, writes = change()
    except WfmError as refused:
        operation |= {"status": "Error", "reason": str(refused)}
    else:
        if event != "Delete":
            operation["result"] = shown(unit, schedule, agents)
    writes = (*writes, *also, Write(OPERATION, operation["id"], operation, changed=tuple(operation)))
    answer = {"status": operation["status"], "operationId": operation["id"]}
    answer |= known_fields(operation, "result")
    reads = tuple((w.kind, w.id, w.entity["metadata"]["version"]) for w in writes if w.kind == COMMON.kind and w.entity)
    return Outcome(status, answer, writes, reads)


def _import(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, first = place(view, request)
    rules.raise_invalid(request)
    document, removal = uploads.taken(view, IMPORT, request)

    def change() -> tuple[Entity, list[Entity], tuple[Write, ...]]:
        sent = parse(document, "ImportScheduleUploadSchema")
        content = {**week_schedules.new(unit, first, sent), **known_fields(sent, "headcountForecast")}
        content["published"] = sent.get("published", False)
        made = COMMON.create(WEEK_SCHEDULE, view, {"id": view.new_id(), **content})
        return _with_agents(view, unit, made, sent, [], is_new=True)

    return deferred(view, unit, "Import", change, removal)


def _with_agents(
    view: View, unit: Entity, made: Outcome, sent: Entity, before: list[Entity], *, is_new: bool
) -> tuple[Entity, list[Entity], tuple[Write, ...]]:
    schedule = made.body
    assert isinstance(schedule, dict)
    writes, agents = Target(view, unit, schedule, is_new).writes(sent.get("agentSchedules", []), before)
    over = week_schedules.superseded(WEEK_SCHEDULE, view, schedule) if schedule["published"] else ()
    return schedule, agents, (*made.writes, *writes, *over)


def _existing(view: View, request: Request) -> tuple[Entity, Entity]:
    """As `week_schedules.existing`; of the 404s of a schedule these operations declare the general one only."""
    return week_schedules.existing(view, request, errors.NOT_FOUND)


def _update(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, before = _existing(view, request)
    rules.raise_invalid(request)
    if len(request.body.get("teamIds", [])) > TEAMS_MAX:
        raise errors.refuse(TOO_MANY_TEAMS, f"teamIds: more than {TEAMS_MAX} teams", "teamIds")
    document, removal = uploads.taken(view, UPDATE, request)

    def change() -> tuple[Entity, list[Entity], tuple[Write, ...]]:
        sent = parse(document, "UpdateScheduleUploadSchema")
        content = {**known_fields(sent, "description", "headcountForecast"), **week_schedules.forecast(sent)}
        if sent.get("published"):
            content["published"] = True
        content["lastUploadKey"] = request.body["uploadKey"]
        made = COMMON.update(WEEK_SCHEDULE, view, before, content, METADATA.claimed(sent))
        return _with_agents(view, unit, made, sent, agent_rows(view, before["id"]), is_new=False)

    return deferred(view, unit, "Update", change, removal)


def _copy(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, before = week_schedules.existing(view, request)
    rules.raise_invalid(request)
    first = week_schedules.week(unit, request.body["weekDate"])
    sent = {"weekCount": before["weekCount"], "description": request.body["description"]}
    content = week_schedules.new(unit, first, sent)
    if request.body.get("includeForecast"):
        content |= known_fields(before, "shortTermForecast", "headcountForecast")
    made = COMMON.create(WEEK_SCHEDULE, view, {"id": view.new_id(), **content})
    schedule = made.body
    assert isinstance(schedule, dict)
    days, tz = (first - date.fromisoformat(before["weekDate"])).days, zone(unit["settings"]["timeZone"])
    rows = [_copied(view, row, schedule, days, tz) for row in agent_rows(view, before["id"])]
    writes = (*made.writes, *(Write(AGENT_ROW, row["id"], row, changed=tuple(row)) for row in rows))
    return deferred(view, unit, "Copy", lambda: (schedule, rows, writes))


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


def _delete(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, before = week_schedules.existing(view, request)
    rules.raise_invalid(request)
    rows = agent_rows(view, before["id"])
    writes = (*(Write(AGENT_ROW, row["id"], None) for row in rows), Write(COMMON.kind, before["id"], None))
    return deferred(view, unit, "Delete", lambda: (before, rows, writes), status=200)


SCHEDULE_OPERATION = Resource(
    kind=OPERATION,
    path=f"{business_units.PATH}/schedules/operations",
    title="schedule operation",
    references=(Reference("businessUnitId", "businessUnit", business_units.NOT_FOUND),),
    behaviours={
        "postWorkforcemanagementBusinessunitWeekSchedulesImportUploadurl": Behaviour(
            uploads.issue(IMPORT, place), CONTRACT, (*_PLACE, uploads.BAD_LENGTH)
        ),
        "postWorkforcemanagementBusinessunitWeekSchedulesImport": Behaviour(
            _import, _SILENT, (*_PLACE, uploads.NO_DOCUMENT)
        ),
        "postWorkforcemanagementBusinessunitWeekScheduleUpdateUploadurl": Behaviour(
            uploads.issue(UPDATE, _existing), CONTRACT, (*_PLACE, uploads.BAD_LENGTH)
        ),
        "postWorkforcemanagementBusinessunitWeekScheduleUpdate": Behaviour(
            _update, _SILENT, (*_PLACE, uploads.NO_DOCUMENT, TOO_MANY_TEAMS)
        ),
        "postWorkforcemanagementBusinessunitWeekScheduleCopy": Behaviour(
            _copy, assumed("what a copy keeps"), (*_PLACE, WFM_NOT_FOUND, week_schedules.BAD_LIMITS)
        ),
        "deleteWorkforcemanagementBusinessunitWeekSchedule": Behaviour(
            _delete, assumed("200, where 202 is declared as well"), (*_PLACE, WFM_NOT_FOUND)
        ),
    },
)
