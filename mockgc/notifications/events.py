"""
From the rows of one commit to the events that the vendor announces: (topic, eventBody). Pure.

Each kind that is announced has one function here, and agent schedules a module of their own because their events are
about all that a commit does to an agent. Topics and the names of the bodies are documented (the SDK's notification
mappings), the fields of the bodies as well (the SDK's models). Assumed: on which occasion the vendor sends which, that
an event comes after every commit that concerns it and once, and what the functions say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from mockgc.domain.metadata import timestamp
from mockgc.domain.transaction import CommitRow, Entity
from mockgc.notifications import schedule_changes
from mockgc.notifications.past import Past, image
from mockgc.notifications.shapes import ID, Shape, projected

WFM = "v2.workforcemanagement"
COMPLETE = "Complete"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as it is announced under a topic."""

    topic: str
    body: Entity


def events(commit: Sequence[CommitRow], past: Past, topics: frozenset[str] | None = None) -> Iterator[Event]:
    """
    All events of one commit, in the order of its rows.

    Args:
        commit: rows of one sequence number.
        past: of the same organisation; looked at only where a row does not say enough.
        topics: those that anybody hears; only saves the work of looking at the past for the others.
    """
    for row in commit:
        for make in (_OF_KIND.get(row.kind), _audit):
            if make is not None:
                yield from make(row, past)
    for unit, body in _agents_synchronised(commit):
        yield Event(f"{WFM}.managementunits.{unit}.agents.sync", body)
    if topics is None or schedule_changes.is_about(topics):
        for topic, body in schedule_changes.changes(commit, past):
            yield Event(topic, body)


# Asynchronous operations: a row is announced when it begins, unless it is over at once, and when it is over.


def _operation(row: CommitRow, _: Past) -> Iterator[Event]:
    entity = image(row)
    if entity is not None and (row.version_before == 0 or "status" in row.changed):
        make = _OF_OPERATION.get(entity["operation"])
        if make is not None:
            yield from make(entity)


_USER: Shape = {"id": None}
_SCHEDULE: Shape = {
    "id": None, "weekDate": None, "weekCount": None, "description": None, "published": None,
    "shortTermForecast": {"id": None, "weekDate": None, "description": None},
    "managementUnits": {
        "managementUnit": ID, "startDate": None, "endDate": None, "agents": _USER, "agentCount": None,
    },
    "metadata": {"version": None, "modifiedBy": _USER, "dateModified": None},
}  # fmt: skip
_LEGACY_EVENTS = ("Update", "Import", "Copy")


def _schedule(entity: Entity) -> Iterator[Event]:
    """Without a reason where it failed (observed, developer forum t/26317); the older topic of units beside it."""
    body = {"status": entity["status"], "operationId": entity["id"], "eventType": entity["eventType"]}
    result = entity.get("outcome", {}).get("result")
    with_result = {"result": projected(result, _SCHEDULE)} if result else {}
    yield Event(f"{WFM}.businessunits.{entity['businessUnitId']}.schedules", {**body, **with_result})
    if entity["eventType"] in _LEGACY_EVENTS:
        for unit in (result or {}).get("managementUnits", []):
            yield Event(f"{WFM}.managementunits.{unit['managementUnit']['id']}.schedules", body)


_MOVES: Shape = {"user": _USER, "result": None}


def _agents_moved(entity: Entity) -> Iterator[Event]:
    """Once the move is complete; one that failed as a whole has no results to tell."""
    if entity["status"] == COMPLETE:
        body: Entity = {"requestingUser": {"id": entity["requestedBy"]}}
        if "managementUnitId" in entity:
            body["destinationManagementUnit"] = {"id": entity["managementUnitId"]}
        yield Event(f"{WFM}.agents", {**body, "results": projected(entity["outcome"]["results"], _MOVES)})


def _unit_moved(entity: Entity) -> Iterator[Event]:
    body: Entity = {"status": entity["status"]}
    wanted = entity.get("outcome", {}).get("businessUnit", {}).get("id")
    wanted = wanted or entity.get("request", {}).get("body", {}).get("businessUnitId")
    if wanted:
        body["businessUnit"] = {"id": wanted}
    yield Event(f"{WFM}.managementunits.{entity['managementUnitId']}", body)


def _found(kind: str) -> Callable[[Entity], Iterator[Event]]:
    """Agent schedules that were asked for with `forceAsync`: where they are, for the user who asked."""

    def make(entity: Entity) -> Iterator[Event]:
        if entity["status"] == COMPLETE:
            body = {"operationId": entity["id"]}
            body |= {"businessUnitId": entity["businessUnitId"]} if "businessUnitId" in entity else {}
            body |= {"downloadUrl": url} if (url := entity["outcome"].get("downloadUrl")) else {}
            yield Event(f"{WFM}.users.{entity['requestedBy']}.schedules.{kind}", body)

    return make


_OF_OPERATION: Mapping[str, Callable[[Entity], Iterator[Event]]] = {
    "postWorkforcemanagementBusinessunitWeekSchedulesImport": _schedule,
    "postWorkforcemanagementBusinessunitWeekScheduleUpdate": _schedule,
    "postWorkforcemanagementBusinessunitWeekScheduleCopy": _schedule,
    "deleteWorkforcemanagementBusinessunitWeekSchedule": _schedule,
    "postWorkforcemanagementAgents": _agents_moved,
    "postWorkforcemanagementManagementunitMove": _unit_moved,
    "postWorkforcemanagementBusinessunitWeekScheduleAgentschedulesQuery": _found("query"),
    "postWorkforcemanagementBusinessunitAgentschedulesSearch": _found("search"),
    "postWorkforcemanagementManagementunitAgentschedulesSearch": _found("search"),
}


# Entities that have a topic of their own.

_TIME_OFF: Shape = dict.fromkeys(
    (
        "id", "isFullDayRequest", "markedAsRead", "activityCodeId", "paid", "status", "substatus",
        "partialDayStartDateTimes", "fullDayManagementUnitDates", "fullDayEarliestStartOffsetMinutes",
        "fullDayLatestEndOffsetMinutes", "dailyDurationMinutes", "durationMinutes", "payableMinutes", "notes",
        "reviewedDate", "submittedDate",
    )
)  # fmt: skip


def _time_off(row: CommitRow, _: Past) -> Iterator[Event]:
    """Whoever made or changed it; authors are bare ids here."""
    entity = image(row)
    if entity is None:
        return
    people: Entity = {name: entity[name]["id"] for name in ("reviewedBy", "submittedBy") if name in entity}
    changed = {"modifiedDate": entity["metadata"]["dateModified"], "modifiedBy": entity["metadata"]["modifiedBy"]["id"]}
    user = {"user": {"id": entity["user"]["id"]}}
    topic = f"v2.users.{entity['user']['id']}.workforcemanagement.timeoffrequests"
    yield Event(topic, {**projected(entity, _TIME_OFF), **user, **people, **changed})


def _queue_member(row: CommitRow, past: Past) -> Iterator[Event]:
    """A member comes, goes, joins or leaves; the body's id is the user's."""
    entity = image(row)
    if entity is not None and row.version_before and "joined" not in row.changed:
        return
    member = entity or past.at(row.sequence - 1, row.kind, row.entity_id)
    if member is not None:
        user_id, queue_id = member["userId"], member["queueId"]
        body = {
            "id": user_id,
            "user": {"id": user_id},
            "queueId": queue_id,
            "joined": bool(entity and entity["joined"]),
        }
        yield Event(f"v2.routing.queues.{queue_id}.users", body)


def _agents_synchronised(commit: Iterable[CommitRow]) -> Iterator[tuple[str, Entity]]:
    """Once for each management unit of which a commit changes details of agents."""
    changed = [image(row) for row in commit if row.kind == "agent" and "schedulable" in row.changed]
    for unit in dict.fromkeys(agent["managementUnit"]["id"] for agent in changed if agent is not None):
        yield unit, {"status": COMPLETE}


# The audit trail: any entity whose kind the vendor's audit model names.

_AUDITED = {
    "directoryUser": ("User", "Directory"),
    "directoryGroup": ("DirectoryGroup", "Groups"),
    "team": ("Team", "Groups"),
    "skill": ("RoutingSkill", "Routing"),
    "language": ("RoutingLanguage", "Routing"),
    "queue": ("Queue", "ContactCenter"),
    **{
        kind: (kind[0].upper() + kind[1:], "WorkforceManagement")
        for kind in (
            "businessUnit", "managementUnit", "activityCode", "planningGroup", "serviceGoalTemplate", "staffingGroup",
            "workPlan", "workPlanRotation", "timeOffRequest", "timeOffLimit", "timeOffPlan",
        )
    },
    "weekSchedule": ("Schedule", "WorkforceManagement"),
    "businessUnitTimeOffLimit": ("TimeOffLimit", "WorkforceManagement"),
    "businessUnitTimeOffPlan": ("TimeOffPlan", "WorkforceManagement"),
}  # fmt: skip


def _audit(row: CommitRow, _: Past) -> Iterator[Event]:
    """Who did what to which entity; changed properties by name only."""
    if row.kind not in _AUDITED:
        return
    (entity_type, service), entity = _AUDITED[row.kind], image(row)
    entity_id = entity["id"] if entity else row.entity_id.rpartition("/")[2]
    body: Entity = {
        "id": str(uuid5(NAMESPACE_URL, f"{row.context_id}/{row.sequence}/{row.kind}/{row.entity_id}")),
        "userId": row.client_id,
        "clientId": {"id": row.client_id},
        "serviceName": service,
        "eventTime": timestamp(row.at),
        "action": row.action.capitalize(),
        "entityType": entity_type,
        "entity": {"id": entity_id, **projected(entity or {}, {"name": None, "selfUri": None})},
    }
    if row.action == "update":
        body["propertyChanges"] = [{"property": name} for name in row.changed]
    yield Event(f"v2.audits.entitytype.{entity_type}.entityid.{entity_id}", body)


Make = Callable[[CommitRow, Past], Iterator[Event]]
_OF_KIND: Mapping[str, Make] = {"operation": _operation, "timeOffRequest": _time_off, "queueMember": _queue_member}
