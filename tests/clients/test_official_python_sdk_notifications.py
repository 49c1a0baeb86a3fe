"""
Notifications with the official Python SDK: its NotificationsApi, its models of event bodies, and a WebSocket client,
which the SDK leaves to its user.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from mockgc.contract.topics import topics
from tests.clients.official_sdk import Sdk
from tests.clients.test_official_python_sdk_migration import imported, moved, updated
from tests.mockgc.notifications import test_events
from tests.mockgc.resources.scheduling import Desk, desk

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


def test_every_event_that_is_announced_is_understood_in_full(sdk: Sdk) -> None:
    """All that the scenarios of `test_events` make happen, in process; each pattern of a topic at least once."""
    heard = set()
    for scenario in vars(test_events).values():
        if inspect.isfunction(scenario) and scenario.__name__.startswith("test_"):
            for frame in played(scenario):
                understood(sdk, frame)
                heard.add(topics().known(frame["topicName"]))
    assert len(heard) >= 20


def played(scenario: Callable[..., None]) -> list[dict[str, Any]]:
    """What is announced in a scenario that takes a desk; where it can take a while, it does."""
    parameters = list(inspect.signature(scenario).parameters)
    if parameters[:1] != ["at"]:
        return []
    at = desk()
    scenario(at, **dict.fromkeys(parameters[1:], 5))
    return announced(at)


def announced(at: Desk) -> list[dict[str, Any]]:
    """To all channels of the organisation."""
    organisation = at.call.organisation
    listed = organisation.http.get(f"/_mockgc/organisations/{organisation.id}/notifications").json()["channels"]
    return [frame for channel in listed for frame in channel["notifications"]]


@pytest.mark.parametrize("wrong", [{"status": "Nonsense"}, {"reason": "a field that the model has not"}])
def test_an_event_outside_of_its_model_would_be_seen(sdk: Sdk, wrong: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="is understood as"):
        understood(sdk, {"topicName": f"{WFM}.businessunits.some-unit.schedules", "eventBody": wrong})
