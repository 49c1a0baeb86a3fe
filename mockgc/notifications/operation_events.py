"""
The events of asynchronous operations, each of which is one row from its beginning to its end. Pure.

A row is announced when it begins, unless it is over at once, and when it is over. The reason of an error is in the row
and is never told (observed, developer forum t/26317, for schedules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mockgc.domain.transaction import CommitRow, Entity
from mockgc.notifications.event import COMPLETE, WFM, Event
from mockgc.notifications.past import Past, image
from mockgc.notifications.shapes import ID, Shape, projected


def operation_events(row: CommitRow, _: Past) -> Iterator[Event]:
    """Those of one row of an operation; operations whose kind has no topic are silent."""
    entity = image(row)
    if entity is not None and (row.version_before == 0 or "status" in row.changed):
        make = OF_OPERATION.get(entity["operation"])
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
    """For the business unit, and under an older topic for the management units in it."""
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


def _download(entity: Entity) -> Entity:
    url = entity.get("outcome", {}).get("downloadUrl")
    return {"downloadUrl": url} if url else {}


def _found(kind: str) -> Callable[[Entity], Iterator[Event]]:
    """Agent schedules that were asked for with `forceAsync`: where they are, for the user who asked."""

    def make(entity: Entity) -> Iterator[Event]:
        if entity["status"] == COMPLETE:
            body = {"operationId": entity["id"]}
            body |= {"businessUnitId": entity["businessUnitId"]} if "businessUnitId" in entity else {}
            yield Event(f"{WFM}.users.{entity['requestedBy']}.schedules.{kind}", body | _download(entity))

    return make


def _found_in_my_unit(entity: Entity) -> Iterator[Event]:
    """What an agent asked for of the agents of the same management unit."""
    topic = f"v2.users.{entity['userId']}.workforcemanagement.agentschedules.managementunit.search.complete"
    yield Event(topic, {"operationId": entity["id"], "status": entity["status"], **_download(entity)})


_FORECAST: Shape = {
    "id": None, "weekDate": None, "creationMethod": None, "description": None, "legacy": None, "weekCount": None,
    "referenceStartDate": None, "timeZone": None, "canUseForScheduling": None,
    "metadata": {"version": None, "modifiedBy": _USER, "dateModified": None},
}  # fmt: skip


def _forecast(kind: str) -> Callable[[Entity], Iterator[Event]]:
    def make(entity: Entity) -> Iterator[Event]:
        result = entity.get("outcome", {}).get("result")
        body = {"status": entity["status"], "operationId": entity["id"]}
        with_result = {"result": projected(result, _FORECAST)} if result else {}
        yield Event(f"{WFM}.businessunits.{entity['businessUnitId']}.shorttermforecasts.{kind}", body | with_result)

    return make


_BALANCES: Shape = {
    "activityCodeId": None, "hrisTimeOffTypeId": None, "hrisTimeOffTypeSecondaryId": None, "startDate": None,
    "balanceMinutesPerDay": None,
}  # fmt: skip


def _balance(entity: Entity) -> Iterator[Event]:
    """For the user whose balance it is (assumed)."""
    found = entity.get("outcome", {}).get("entities")
    balances = {"entities": projected(found, _BALANCES)} if found is not None else {}
    body = {"id": entity["id"], "status": entity["status"], **balances}
    yield Event(f"v2.users.{entity['userId']}.workforcemanagement.timeoffbalance.jobs", body)


_EXPLANATION: Shape = {
    "id": None, "agent": _USER, "managementUnit": ID, "businessUnit": ID, "type": None, "status": None,
    "startDate": None, "lengthMinutes": None, "notes": None, "reviewedBy": _USER, "reviewedDate": None,
}  # fmt: skip


def _explanation_job(entity: Entity) -> Iterator[Event]:
    """For the one who started the job."""
    outcome = entity.get("outcome", {})
    body = {name: entity[name] for name in ("id", "type", "status")}
    body |= {"downloadUrl": outcome["downloadUrl"]} if "downloadUrl" in outcome else {}
    if "adherenceExplanation" in outcome:
        body["adherenceExplanation"] = projected(outcome["adherenceExplanation"], _EXPLANATION)
    yield Event(f"v2.users.{entity['userId']}.workforcemanagement.adherence.explanations.jobs", body)


_TRADES: Shape = {
    "id": None, "state": None, "reviewedBy": _USER, "reviewedDate": None, "failureReason": None,
    "metadata": {"version": None, "modifiedBy": _USER, "dateModified": None},
}  # fmt: skip


def _trades(entity: Entity) -> Iterator[Event]:
    body = {"status": entity["status"], "operationId": entity["id"], "weekDate": entity["weekDate"]}
    if (result := entity.get("outcome", {}).get("result")) is not None:
        body["result"] = {"entities": projected(result["entities"], _TRADES)}
    yield Event(f"{WFM}.managementunits.{entity['managementUnitId']}.shifttrades.state.bulk", body)


_UNIT, _USERS = "postWorkforcemanagementBusinessunit", "postWorkforcemanagementManagementunitUser"
OF_OPERATION: Mapping[str, Callable[[Entity], Iterator[Event]]] = {
    "postWorkforcemanagementBusinessunitWeekSchedulesImport": _schedule,
    "postWorkforcemanagementBusinessunitWeekScheduleUpdate": _schedule,
    "postWorkforcemanagementBusinessunitWeekScheduleCopy": _schedule,
    "deleteWorkforcemanagementBusinessunitWeekSchedule": _schedule,
    "postWorkforcemanagementAgents": _agents_moved,
    "postWorkforcemanagementManagementunitMove": _unit_moved,
    "postWorkforcemanagementBusinessunitWeekScheduleAgentschedulesQuery": _found("query"),
    "postWorkforcemanagementBusinessunitAgentschedulesSearch": _found("search"),
    "postWorkforcemanagementManagementunitAgentschedulesSearch": _found("search"),
    "postWorkforcemanagementAgentschedulesManagementunitsMine": _found_in_my_unit,
    f"{_UNIT}WeekShorttermforecastsImport": _forecast("import"),
    f"{_UNIT}WeekShorttermforecastCopy": _forecast("copy"),
    "postWorkforcemanagementTimeoffbalanceJobs": _balance,
    f"{_USERS}TimeoffbalanceJobs": _balance,
    f"{_USERS}TimeoffrequestTimeoffbalanceJobs": _balance,
    "postWorkforcemanagementAdherenceExplanations": _explanation_job,
    "postWorkforcemanagementAdherenceExplanationsQuery": _explanation_job,
    "postWorkforcemanagementAgentAdherenceExplanations": _explanation_job,
    "postWorkforcemanagementAgentAdherenceExplanationsQuery": _explanation_job,
    "patchWorkforcemanagementAgentAdherenceExplanation": _explanation_job,
    f"{_UNIT}AdherenceExplanationsQuery": _explanation_job,
    "postWorkforcemanagementManagementunitWeekShifttradesStateBulk": _trades,
}
"""How each operation of the published contract is announced, by the vendor's id."""
SILENT = frozenset({"postWorkforcemanagementUnavailabletimesValidationJobs"})
"""Operations for which the vendor has no topic."""
