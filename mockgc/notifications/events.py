"""
From the rows of one commit to the events that the vendor announces: (topic, eventBody). Pure.

Each kind that is announced has one function here. Operations have a module of their own, and so have agent schedules,
because their events are about all that a commit does to an agent. Topics and the names of the bodies are documented
(the SDK's notification mappings), the fields of the bodies as well (the SDK's models). Assumed: on which occasion the
vendor sends which, that an event comes after every commit that concerns it and once, and what the functions say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from mockgc.domain.metadata import timestamp
from mockgc.domain.transaction import CommitRow, Entity
from mockgc.notifications import schedule_changes
from mockgc.notifications.event import COMPLETE, WFM, Event
from mockgc.notifications.operation_events import operation_events
from mockgc.notifications.past import Past, image
from mockgc.notifications.shapes import ID, Shape, projected
from mockgc.resources.notifications import user_notifications


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
    if user_notifications.is_told(entity) and (row.version_before == 0 or "reviewedDate" in row.changed):
        told = f"v2.users.{entity['user']['id']}.workforcemanagement.notifications"
        yield Event(told, user_notifications.notice(entity))


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


_EXPLANATION: Shape = dict.fromkeys(("id", "type", "status", "startDate", "lengthMinutes", "notes", "reviewedDate"))


def _explanation(row: CommitRow, _: Past) -> Iterator[Event]:
    """An explanation of adherence is made or reviewed: for those who look at the agent, and at the business unit."""
    entity = image(row)
    if entity is None:
        return
    body = {
        **projected(entity, {**_EXPLANATION, "reviewedBy": ID}),
        "agent": {"id": entity["userId"]},
        "managementUnit": {"id": entity["managementUnitId"]},
        "businessUnit": {"id": entity["businessUnitId"]},
    }
    for place in (f"agents.{entity['userId']}", f"businessunits.{entity['businessUnitId']}"):
        yield Event(f"{WFM}.{place}.adherence.explanations", body)


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
            "workPlan", "workPlanRotation", "timeOffRequest", "timeOffLimit", "timeOffPlan", "adherenceExplanation",
        )
    },
    "weekSchedule": ("Schedule", "WorkforceManagement"),
    "shortTermForecast": ("Forecast", "WorkforceManagement"),
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
_OF_KIND: Mapping[str, Make] = {
    "operation": operation_events,
    "timeOffRequest": _time_off,
    "queueMember": _queue_member,
    "adherenceExplanation": _explanation,
}
