"""
Notifications with the official Python SDK: its NotificationsApi, its models of event bodies, and a WebSocket client,
which the SDK leaves to its user.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from mockgc.contract.topics import topics
from mockgc.pytest_plugin import TestOrganisation
from tests.clients.official_sdk import Sdk
from tests.clients.test_official_python_sdk_migration import (
    EVENING,
    MORNING,
    WEEK,
    Moved,
    imported,
    moved,
    put,
    updated,
)

TIMEOUT_S = 20.0
WFM = "v2.workforcemanagement"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the SDK deserialises from."""

    data: str

    def getheader(self, name: str) -> str | None:
        """The SDK asks for the media type only."""
        return "application/json" if name == "Content-Type" else None


def understood(sdk: Sdk, frame: dict[str, Any]) -> Any:
    """The event body as the SDK's model; a field or value that the model does not know fails the test."""
    pattern = topics().known(frame["topicName"])
    assert pattern is not None
    return sdk.client.deserialize(Answer(json.dumps(frame["eventBody"])), topics().bodies[pattern])


def channel_of(sdk: Sdk, *names: str) -> Any:
    """A channel with these topics."""
    notifications = sdk.api("NotificationsApi")
    channel = notifications.post_notifications_channels()
    listed = notifications.post_notifications_channel_subscriptions(channel.id, [{"id": name} for name in names])
    assert [(topic.id, topic.state) for topic in listed.entities] == [(name, "Permitted") for name in names]
    return channel


def next_event(sdk: Sdk, socket: ClientConnection) -> Any:
    return understood(sdk, json.loads(socket.recv(timeout=TIMEOUT_S)))


def test_an_import_and_a_stale_update_are_notified_over_the_socket(sdk: Sdk) -> None:
    at = moved(sdk)
    channel = channel_of(sdk, f"{WFM}.businessunits.{at.unit}.schedules")
    with connect(channel.connect_uri, proxy=None, open_timeout=TIMEOUT_S) as socket:
        done = imported(at)
        told = next_event(sdk, socket)
        assert (told.status, told.event_type, told.operation_id) == ("Complete", "Import", done.operation_id)
        assert (told.result.id, told.result.metadata.version) == (done.result.id, 1)
        updated(at, done.result.id, 1)
        assert next_event(sdk, socket).result.metadata.version == 2
        stale = updated(at, done.result.id, 1)
        told = next_event(sdk, socket)
        assert (told.status, told.event_type, told.operation_id) == ("Error", "Update", stale.operation_id)
        assert told.result is None


def test_a_topic_that_there_is_not_is_an_api_exception(sdk: Sdk) -> None:
    notifications = sdk.api("NotificationsApi")
    channel = notifications.post_notifications_channels()
    with pytest.raises(sdk.refusal) as refused:
        notifications.put_notifications_channel_subscriptions(channel.id, [{"id": "v2.no.such.topic"}])
    found: Any = refused.value
    assert (found.status, json.loads(found.body)["code"]) == (400, "notification.invalid.topic")
    notifications.head_notifications_channel(channel.id)
    assert notifications.get_notifications_channel_subscriptions(channel.id).entities == []


def published(at: Moved, schedule_id: str) -> None:
    """The schedule as it is, from now on in the sight of its agents."""
    raw = json.dumps({"metadata": {"version": 1}, "published": True, "agentSchedules": []}).encode()
    place = (at.unit, WEEK, schedule_id)
    address = at.wfm.post_workforcemanagement_businessunit_week_schedule_update_uploadurl(
        *place, {"contentLengthBytes": len(raw)}
    )
    put(address, raw)
    body = {"uploadKey": address.upload_key}
    at.wfm.post_workforcemanagement_businessunit_week_schedule_update(*place, body)


def test_every_event_that_is_announced_is_understood_in_full(sdk: Sdk, served: TestOrganisation) -> None:
    at = moved(sdk)
    user, home = at.ids["userId"], at.ids["managementUnitId"]
    routing = sdk.api("RoutingApi")
    queue = routing.post_routing_queues({"name": "Announced"})
    names = {
        f"{WFM}.businessunits.{at.unit}.schedules", f"{WFM}.managementunits.{home}.schedules", f"{WFM}.agents",
        f"{WFM}.managementunits.{home}", f"{WFM}.managementunits.{home}.agents.sync",
        f"{WFM}.managementunits.{home}.agentschedules.changed", f"v2.users.{user}.workforcemanagement.schedules",
        f"v2.users.{user}.workforcemanagement.timeoffrequests", f"v2.routing.queues.{queue.id}.users",
        f"v2.audits.entitytype.ManagementUnit.entityid.{home}", f"v2.audits.entitytype.Queue.entityid.{queue.id}",
        f"{WFM}.users.{served.client_id}.schedules.search",
    }  # fmt: skip
    channel_of(sdk, *sorted(names))
    happening(at, queue.id)
    listed = served.http.get(f"/_mockgc/organisations/{served.id}/notifications").json()["channels"]
    frames = [frame for channel in listed for frame in channel["notifications"]]
    for frame in frames:
        understood(sdk, frame)
    assert {frame["topicName"] for frame in frames} == names


def happening(at: Moved, queue_id: str) -> None:
    """One of everything that is announced."""
    user, home, routing = at.ids["userId"], at.ids["managementUnitId"], at.sdk.api("RoutingApi")
    week = {"startDayOfWeek": "Monday", "timeZone": "Europe/Paris"}
    other = at.wfm.post_workforcemanagement_businessunits(
        {"name": "Other", "divisionId": at.ids["divisionId"], "settings": week}
    )
    published(at, imported(at).result.id)
    at.wfm.post_workforcemanagement_businessunit_agentschedules_search(
        at.unit, body={"startDate": MORNING, "endDate": EVENING}, force_async=True
    )
    flags = {"entities": [{"userId": user, "schedulable": False}]}
    at.wfm.patch_workforcemanagement_managementunit_agents(home, flags)
    days = {"fullDayManagementUnitDates": ["2026-12-10"], "dailyDurationMinutes": 480}
    off = {"status": "APPROVED", "users": [{"id": user}], "activityCodeId": "5", "notes": "Family", **days}
    at.wfm.post_workforcemanagement_managementunit_timeoffrequests(home, body=off)
    routing.post_routing_queue_members(queue_id, [{"id": user}])
    routing.delete_routing_queue(queue_id, force_delete=True)
    at.wfm.post_workforcemanagement_agents({"userIds": [user]})
    at.wfm.post_workforcemanagement_managementunit_move(home, {"businessUnitId": other.id})


@pytest.mark.parametrize("wrong", [{"status": "Nonsense"}, {"reason": "a field that the model has not"}])
def test_an_event_outside_of_its_model_would_be_seen(sdk: Sdk, wrong: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="is understood as"):
        understood(sdk, {"topicName": f"{WFM}.businessunits.some-unit.schedules", "eventBody": wrong})
