"""What is announced of what happens, as a channel is told."""

from __future__ import annotations

from typing import Any

import pytest

from mockgc.notifications.operation_events import OF_OPERATION, SILENT
from mockgc.resources import registry
from tests.mockgc.notifications.channel import Channel
from tests.mockgc.resources.scheduling import SCHEDULES, WEEK, Desk, agent, change, desk, document
from tests.mockgc.resources.test_short_term_forecasts import FORECAST, group_of, numbers
from tests.mockgc.resources.test_short_term_forecasts import imported as imported_forecast
from tests.mockgc.resources.units import act_as, business_unit_of, management_unit_of, users_of

WFM = "v2.workforcemanagement"
MORNING, NOON, EVENING = (f"2026-12-01T{hour}:00:00.000Z" for hour in ("08", "12", "18"))


@pytest.fixture
def at() -> Desk:
    return desk()


def heard(at: Desk, *topics: str) -> Channel:
    return Channel.of(at.call.organisation, *topics)


def schedules(at: Desk) -> str:
    return f"{WFM}.businessunits.{at.unit}.schedules"


def of_user(user_id: str) -> str:
    return f"v2.users.{user_id}.workforcemanagement.schedules"


def updates(channel: Channel) -> list[dict[str, list[str]]]:
    """Of each event about an agent's shifts: the starts by kind of update."""
    return [{u["type"]: u["shiftStartDates"] for u in body["updates"]} for _, body in channel.bodies()]


def test_an_import_ends_with_its_schedule(at: Desk) -> None:
    older = f"{WFM}.managementunits.{at.home}.schedules"
    channel = heard(at, schedules(at), older)
    answer = at.import_(document(agent(at.agents[0], MORNING)))
    operation = {"status": "Complete", "operationId": answer["operationId"], "eventType": "Import"}
    (first, body), second = channel.bodies()
    (unit,) = body["result"]["managementUnits"]
    assert (first, {name: body[name] for name in operation}) == (schedules(at), operation)
    assert second == (older, operation)
    assert (unit["managementUnit"], unit["agentCount"]) == ({"id": at.home}, 1)
    assert body["result"]["id"] == answer["result"]["id"]
    assert body["result"]["metadata"]["version"] == 1


def test_the_correlation_id_is_that_of_the_request(at: Desk) -> None:
    channel = heard(at, schedules(at))
    at.import_(document())
    (frame,) = channel.sent()
    (row,) = (row for row in at.call.organisation.commits() if row["kind"] == "weekSchedule")
    assert frame["metadata"] == {"CorrelationId": row["contextId"]}
    assert (frame["version"], frame["sequence"]) == ("2", row["sequence"])


@pytest.mark.parametrize("seconds", [0, 30])
def test_a_failed_update_says_error_without_a_reason(at: Desk, seconds: int) -> None:
    made = at.import_(document())["result"]
    at.call.organisation.switch(operation_seconds=seconds)
    channel = heard(at, schedules(at))
    operation = at.update(made, change(7))["operationId"]
    at.call.organisation.advance(seconds)
    at.read(made)
    found = {"operationId": operation, "eventType": "Update"}
    expected = [{"status": "Error", **found}]
    assert [body for _, body in channel.bodies()] == ([{"status": "Processing", **found}] if seconds else []) + expected


def test_an_operation_is_announced_when_it_begins_and_when_it_ends_and_never_again(at: Desk) -> None:
    at.call.organisation.switch(operation_polls=2)
    channel = heard(at, schedules(at))
    at.import_(document())
    for _ in range(5):
        at.listed()
    assert [body["status"] for _, body in channel.bodies()] == ["Processing", "Complete"]


def test_a_copy_and_a_deletion_are_announced(at: Desk) -> None:
    made = at.import_(document())["result"]
    channel = heard(at, schedules(at))
    ids = (at.unit, WEEK, made["id"])
    at.call(f"post{SCHEDULES}Copy", *ids, expect=202, json={"description": "Again", "weekDate": "2026-12-07"})
    at.call(f"delete{SCHEDULES}", *ids)
    copied, deleted = (body for _, body in channel.bodies())
    assert (copied["eventType"], copied["result"]["weekDate"]) == ("Copy", "2026-12-07")
    assert (deleted["eventType"], deleted["status"]) == ("Delete", "Complete")
    assert "result" not in deleted


def test_agents_hear_of_their_shifts_once_a_schedule_is_published(at: Desk) -> None:
    ann, bob = at.agents
    channel = heard(at, of_user(ann))
    made = at.import_(document(agent(ann, MORNING, EVENING), agent(bob, NOON)))["result"]
    assert channel.sent() == []
    at.update(made, change(1, published=True))
    assert updates(channel) == [{"Added": [MORNING, EVENING]}]
    assert channel.bodies()[0][1]["startDate"] == MORNING
    assert channel.bodies()[0][1]["endDate"] == "2026-12-01T19:00:00.000Z"


def test_published_shifts_that_change_are_announced_by_what_became_of_them(at: Desk) -> None:
    ann, bob = at.agents
    made = at.import_(document(agent(ann, MORNING, EVENING), agent(bob, NOON), published=True))["result"]
    row = next(row for row in at.agents_in(made) if row["user"]["id"] == ann)
    morning, evening = (shift["id"] for shift in row["shifts"])
    later = agent(ann, NOON)["shifts"][0]
    shifts = [
        {**agent(ann, MORNING)["shifts"][0], "id": morning, "manuallyEdited": True},
        {"id": evening, "delete": True, "activities": []},
        later,
    ]
    unit = f"{WFM}.managementunits.{at.home}.agentschedules.changed"
    hers, his, theirs = heard(at, of_user(ann)), heard(at, of_user(bob)), heard(at, unit)
    at.update(made, change(1, {"userId": ann, "metadata": {"version": 1}, "shifts": shifts}))
    assert updates(hers) == [{"Edited": [MORNING], "Added": [NOON], "Deleted": [EVENING]}]
    assert his.sent() == []
    assert [body for _, body in theirs.bodies()] == [
        {"agents": [{"agentId": ann, "startDate": MORNING, "endDate": "2026-12-01T19:00:00.000Z"}]}
    ]


def test_a_schedule_published_over_another_takes_its_shifts_away(at: Desk) -> None:
    ann = at.agents[0]
    at.import_(document(agent(ann, MORNING), published=True))
    channel = heard(at, of_user(ann))
    made = at.import_(document(agent(ann, EVENING), published=True))["result"]
    at.call(f"delete{SCHEDULES}", at.unit, WEEK, made["id"])
    assert updates(channel) == [{"Added": [EVENING], "Deleted": [MORNING]}, {"Deleted": [EVENING]}]


def test_moved_agents_are_announced_with_a_result_for_each(at: Desk) -> None:
    other = management_unit_of(at.call, at.unit, "Lyon")["id"]
    channel = heard(at, f"{WFM}.agents")
    body = {"userIds": [*at.agents], "destinationManagementUnitId": other}
    answer = at.call("postWorkforcemanagementAgents", expect=202, json=body)
    ((_, told),) = channel.bodies()
    assert told["destinationManagementUnit"] == {"id": other}
    assert told["results"] == [
        {"user": {"id": row["user"]["id"]}, "result": "MoveSuccessful"} for row in answer["results"]
    ]


@pytest.mark.parametrize("seconds", [0, 5])
def test_a_moved_unit_is_announced_with_its_business_unit(at: Desk, seconds: int) -> None:
    other = business_unit_of(at.call, "Other")["id"]
    at.call.organisation.switch(operation_seconds=seconds)
    channel = heard(at, f"{WFM}.managementunits.{at.home}")
    operation = "postWorkforcemanagementManagementunitMove"
    at.call(operation, at.home, expect=202, json={"businessUnitId": other})
    at.call.organisation.advance(seconds)
    at.call("getWorkforcemanagementManagementunit", at.home)
    statuses = ["Processing", "Complete"] if seconds else ["Complete"]
    told = [{"status": status, "businessUnit": {"id": other}} for status in statuses]
    assert [body for _, body in channel.bodies()] == told


def test_flags_of_agents_are_announced_once_for_their_unit(at: Desk) -> None:
    channel = heard(at, f"{WFM}.managementunits.{at.home}.agents.sync")
    body = {"entities": [{"userId": user_id, "schedulable": False} for user_id in at.agents]}
    for _ in range(2):
        at.call("patchWorkforcemanagementManagementunitAgents", at.home, expect=204, json=body)
    assert [body for _, body in channel.bodies()] == [{"status": "Complete"}]


def test_a_user_hears_of_time_off_that_is_asked_for_and_reviewed(at: Desk) -> None:
    ann, bob = at.agents
    channel = heard(at, f"v2.users.{ann}.workforcemanagement.timeoffrequests")
    days = {"fullDayManagementUnitDates": ["2026-12-03"], "dailyDurationMinutes": 480}
    sent = {"status": "PENDING", "users": [{"id": ann}, {"id": bob}], "activityCodeId": "5", **days}
    at.call("postWorkforcemanagementManagementunitTimeoffrequests", at.home, json=sent)
    (asked,) = (body for _, body in channel.bodies())
    review = {"status": "APPROVED", "metadata": {"version": 1}}
    at.call("patchWorkforcemanagementManagementunitUserTimeoffrequest", at.home, ann, asked["id"], json=review)
    _, reviewed = (body for _, body in channel.bodies())
    client = at.call.organisation.client_id
    assert (asked["status"], asked["user"], asked["submittedBy"]) == ("PENDING", {"id": ann}, client)
    assert (reviewed["status"], reviewed["reviewedBy"], reviewed["id"]) == ("APPROVED", client, asked["id"])


def test_a_queue_tells_who_comes_joins_leaves_and_goes(at: Desk) -> None:
    queue, user_id = at.call("postRoutingQueues", json={"name": "Support"})["id"], at.agents[0]
    channel = heard(at, f"v2.routing.queues.{queue}.users")
    at.call("postRoutingQueueMembers", queue, json=[{"id": user_id}])
    for joined in (False, True):
        at.call("patchRoutingQueueMember", queue, user_id, expect=202, json={"id": user_id, "joined": joined})
    at.call("postRoutingQueueMembers", queue, json=[{"id": user_id}], params={"delete": "true"})
    told = [(body["id"], body["user"]["id"], body["queueId"], body["joined"]) for _, body in channel.bodies()]
    assert told == [(user_id, user_id, queue, joined) for joined in (True, False, True, False)]


def test_what_was_asked_for_asynchronously_can_be_downloaded_by_its_address(at: Desk) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING)))["result"]
    client = at.call.organisation.client_id
    channel = heard(at, f"{WFM}.users.{client}.schedules.query", f"{WFM}.users.{client}.schedules.search")
    params = {"forceAsync": "true"}
    query = {"managementUnitId": at.home}
    asked = at.call(f"post{SCHEDULES}AgentschedulesQuery", at.unit, WEEK, made["id"], params=params, json=query)
    period = {"startDate": MORNING, "endDate": EVENING}
    operation = "postWorkforcemanagementBusinessunitAgentschedulesSearch"
    at.call(operation, at.unit, params=params, json=period)
    (first, queried), (second, _) = channel.bodies()
    assert (first.rpartition(".")[2], second.rpartition(".")[2]) == ("query", "search")
    assert (queried["operationId"], queried["businessUnitId"]) == (asked["operationId"], at.unit)
    found = at.call.organisation.http.get(queried["downloadUrl"]).json()
    assert [row["user"]["id"] for row in found["agentSchedules"]] == [at.agents[0]]


def test_audits_tell_who_did_what_to_an_entity(at: Desk) -> None:
    (user_id,) = users_of(at.call, "eve")
    channel = heard(at, f"v2.audits.entitytype.User.entityid.{user_id}")
    user = at.call("getUser", user_id)
    at.call("patchUser", user_id, json={"version": user["version"], "title": "Lead"})
    ((_, told),) = channel.bodies()
    assert (told["action"], told["entityType"], told["entity"]["name"]) == ("Update", "User", "eve")
    assert {"property": "title"} in told["propertyChanges"]
    assert told["userId"] == at.call.organisation.client_id


def test_refused_requests_are_not_announced(at: Desk) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING), published=True))["result"]
    unit = at.call("getWorkforcemanagementBusinessunit", at.unit)
    channel = heard(
        at,
        schedules(at),
        of_user(at.agents[0]),
        f"{WFM}.agents",
        f"v2.audits.entitytype.BusinessUnit.entityid.{at.unit}",
    )
    stale = {"name": "New", "settings": {"metadata": {"version": 99}}}
    at.call("patchWorkforcemanagementBusinessunit", at.unit, expect=409, json=stale)
    at.call(f"delete{SCHEDULES}", at.unit, "2026-12-07", made["id"], expect=404)
    body: dict[str, Any] = {"userIds": ["nobody"], "destinationManagementUnitId": at.home}
    at.call("postWorkforcemanagementAgents", expect=404, json=body)
    assert channel.sent() == []
    assert at.call("getWorkforcemanagementBusinessunit", at.unit) == unit


def test_a_channel_hears_what_comes_after_it_subscribed_and_before_it_left(at: Desk) -> None:
    at.import_(document(description="too early"))
    channel = heard(at, schedules(at))
    at.import_(document(description="heard"))
    channel.subscribe(f"{WFM}.agents")
    at.import_(document(description="too late"))
    assert [body["result"]["description"] for _, body in channel.bodies()] == ["heard"]


def test_a_combined_topic_is_heard_under_its_single_names(at: Desk) -> None:
    ann = at.agents[0]
    channel = heard(at, f"v2.users.{ann}.workforcemanagement?schedules&timeoffrequests")
    at.import_(document(agent(ann, MORNING), published=True))
    assert [topic for topic, _ in channel.bodies()] == [of_user(ann)]


def test_forecasts_that_are_imported_and_copied_are_announced(at: Desk) -> None:
    topic = f"{WFM}.businessunits.{at.unit}.shorttermforecasts"
    channel = heard(at, f"{topic}.import", f"{topic}.copy")
    answer = imported_forecast(at, numbers(group_of(at), *[1.0] * 672))
    ((_, told),) = channel.bodies()
    assert (told["status"], told["operationId"]) == ("Complete", answer["operationId"])
    body = {"description": "Again", "weekDate": "2026-12-07"}
    at.call(f"post{FORECAST}Copy", at.unit, WEEK, told["result"]["id"], expect=201, json=body)
    copied = channel.bodies()[-1]
    assert (copied[0], copied[1]["result"]["weekDate"]) == (f"{topic}.copy", "2026-12-07")
    failed = imported_forecast(at, numbers("no group", *[1.0] * 672))
    assert channel.bodies()[-1][1] == {"status": "Error", "operationId": failed["operationId"]}


def test_a_balance_and_a_search_are_announced_to_the_agent_they_are_for(at: Desk) -> None:
    ann = at.agents[0]
    act_as(at.call, ann)
    own = f"v2.users.{ann}.workforcemanagement"
    channel = heard(at, f"{own}.timeoffbalance.jobs", f"{own}.agentschedules.managementunit.search.complete")
    leave = {"hrisIntegrationId": "hris", "id": "leave", "name": "Leave"}
    plan = {"name": "Leave", "active": True, "autoApprovalRule": "Never", "activityCodeIds": ["5"]}
    place = "postWorkforcemanagementManagementunit"
    at.call(f"{place}Timeoffplans", at.home, expect=201, json={**plan, "hrisTimeOffType": leave})
    days = [{"startDate": "2026-12-02", "endDate": "2026-12-04"}]
    asked = at.call("postWorkforcemanagementTimeoffbalanceJobs", json={"activityCodeIds": ["5"], "dateRanges": days})
    period = {"startDate": MORNING, "endDate": EVENING}
    params = {"forceAsync": "true"}
    operation = "postWorkforcemanagementAgentschedulesManagementunitsMine"
    found = at.call(operation, expect=202, params=params, json=period)
    (_, balance), (_, search) = channel.bodies()
    assert balance == {"id": asked["job"]["id"], "status": "Complete", "entities": asked["entities"]}
    assert (search["operationId"], search["status"]) == (found["operationId"], "Complete")
    assert at.call.organisation.http.get(search["downloadUrl"]).status_code == 200


def test_every_asynchronous_operation_is_announced_or_known_to_be_silent() -> None:
    behaviours = [entry for resource in registry() for entry in resource.behaviours.items()]
    assert {name for name, behaviour in behaviours if behaviour.later} == OF_OPERATION.keys() | SILENT


def test_a_user_is_told_of_decisions_of_others_but_not_of_having_read_them(at: Desk) -> None:
    ann = at.agents[0]
    channel = heard(at, f"v2.users.{ann}.workforcemanagement.notifications")
    days = {"fullDayManagementUnitDates": ["2026-12-03"], "dailyDurationMinutes": 480}
    sent = {"status": "PENDING", "users": [{"id": ann}], "activityCodeId": "5", **days}
    at.call("postWorkforcemanagementManagementunitTimeoffrequests", at.home, json=sent)
    act_as(at.call, ann)
    (found,) = at.call("getWorkforcemanagementNotifications")["entities"]
    read = {"entities": [{**found, "markedAsRead": True}]}
    at.call("postWorkforcemanagementNotificationsUpdate", json=read)
    review = {"status": "DENIED", "metadata": {"version": 2}}
    at.call("patchWorkforcemanagementManagementunitUserTimeoffrequest", at.home, ann, found["id"], json=review)
    asked, denied = (body for _, body in channel.bodies())
    assert asked == found
    assert (denied["timeOffRequest"]["status"], denied["markedAsRead"]) == ("DENIED", True)


def test_an_explanation_of_adherence_is_announced_for_its_agent_and_its_unit(at: Desk) -> None:
    ann = at.agents[0]
    act_as(at.call, ann)
    topics = [f"{WFM}.{place}.adherence.explanations" for place in (f"agents.{ann}", f"businessunits.{at.unit}")]
    jobs = f"v2.users.{ann}.workforcemanagement.adherence.explanations.jobs"
    channel = heard(at, *topics, jobs)
    late = {"type": "Late", "startDate": "2026-11-24T08:00:00Z", "lengthMinutes": 15}
    at.call("postWorkforcemanagementAdherenceExplanations", expect=202, json=late)
    told = dict(channel.bodies())
    made = told[topics[0]]
    assert (set(told), told[topics[1]]) == ({*topics, jobs}, made)
    assert (made["agent"], made["businessUnit"], made["status"]) == ({"id": ann}, {"id": at.unit}, "Pending")
    review = "patchWorkforcemanagementAgentAdherenceExplanation"
    at.call(review, ann, made["id"], json={"status": "Approved"})
    reviewed = [body for topic, body in channel.bodies() if topic == topics[0]][-1]
    assert (reviewed["status"], "reviewedDate" in reviewed) == ("Approved", True)
