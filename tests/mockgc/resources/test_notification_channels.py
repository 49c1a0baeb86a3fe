"""Notification channels and their subscriptions over HTTP."""

from __future__ import annotations

import pytest

from mockgc.contract.topics import singles, topics
from mockgc.resources.notifications.channels import CHANNELS_MAX, TOPICS_MAX
from tests.mockgc.resources.published_behaviour import Caller, refused

USER = "3f0e4c8e-8a4e-4f5c-9d53-000000000001"
PRESENCE, STATION = f"v2.users.{USER}.presence", f"v2.users.{USER}.station"


@pytest.fixture
def call() -> Caller:
    """A client whose token outlives its channels."""
    made = Caller()
    as_another_client(made)
    return made


def as_another_client(call: Caller) -> None:
    http, organisation = call.organisation.http, call.organisation.id
    made = http.post(f"/_mockgc/organisations/{organisation}/clients", json={"accessTokenSeconds": 10**7}).json()
    grant = {"grant_type": "client_credentials"}
    token = http.post("/oauth/token", data=grant, auth=(made["clientId"], made["clientSecret"])).json()
    http.headers["Authorization"] = f"Bearer {token['access_token']}"


def exists(call: Caller, channel: str) -> bool:
    """What HEAD says, which has no body to be held against the contract."""
    answer = call.organisation.http.head(f"/api/v2/notifications/channels/{channel}")
    assert (answer.content, answer.status_code in (200, 404)) == (b"", True)
    return answer.status_code == 200


@pytest.fixture
def channel(call: Caller) -> str:
    return str(call("postNotificationsChannels")["id"])


def listed(*names: str) -> list[dict[str, str]]:
    return [{"id": name} for name in names]


def subscribed(call: Caller, channel: str) -> list[str]:
    return [topic["id"] for topic in call("getNotificationsChannelSubscriptions", channel)["entities"]]


@pytest.mark.shows("postNotificationsChannels", "getNotificationsChannels", "headNotificationsChannel")
def test_a_channel_is_there_for_24_hours(call: Caller) -> None:
    made = call("postNotificationsChannels")
    assert made["expires"] == "2026-11-26T08:00:00.000Z"
    assert made["connectUri"] == f"wss://streaming.mockgc/channels/{made['id']}"
    assert call("getNotificationsChannels")["entities"] == [made]
    assert exists(call, made["id"])
    call.organisation.advance(24 * 3600 - 1)
    assert exists(call, made["id"])
    call.organisation.advance(1)
    assert not exists(call, made["id"])
    assert call("getNotificationsChannels")["entities"] == []
    refused(call, "not.found", "getNotificationsChannelSubscriptions", made["id"], expect=404)


@pytest.mark.shows("putNotificationsChannelSubscriptions", "postNotificationsChannelSubscriptions")
def test_subscribing_again_keeps_a_channel_alive(call: Caller, channel: str) -> None:
    for operation in ("putNotificationsChannelSubscriptions", "postNotificationsChannelSubscriptions"):
        call.organisation.advance(23 * 3600)
        call(operation, channel, json=listed(PRESENCE))
    call.organisation.advance(23 * 3600)
    assert subscribed(call, channel) == [PRESENCE]


@pytest.mark.shows(
    "putNotificationsChannelSubscriptions", "postNotificationsChannelSubscriptions",
    "getNotificationsChannelSubscriptions", "deleteNotificationsChannelSubscriptions",
)  # fmt: skip
def test_topics_are_added_replaced_and_removed(call: Caller, channel: str) -> None:
    call("postNotificationsChannelSubscriptions", channel, json=listed(PRESENCE, PRESENCE))
    answer = call("postNotificationsChannelSubscriptions", channel, json=listed(STATION, PRESENCE))
    assert [topic["id"] for topic in answer["entities"]] == [PRESENCE, STATION] == subscribed(call, channel)
    call("putNotificationsChannelSubscriptions", channel, json=listed(STATION))
    assert subscribed(call, channel) == [STATION]
    call("deleteNotificationsChannelSubscriptions", channel, expect=204)
    assert subscribed(call, channel) == []


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(name, marks=pytest.mark.shows(name))
        for name in ("putNotificationsChannelSubscriptions", "postNotificationsChannelSubscriptions")
    ],
)
@pytest.mark.parametrize(
    "topic",
    [
        "v2.users",
        "v2.users.a.b.presence",
        "v2.users..presence",
        "v3.users.a.presence",
        "v2.users.a?presence&spirits",
        "",
    ],
)
def test_a_topic_that_there_is_not_is_refused(call: Caller, channel: str, operation: str, topic: str) -> None:
    refused(call, "notification.invalid.topic", operation, channel, expect=400, json=listed(PRESENCE, topic))


@pytest.mark.shows("postNotificationsChannelSubscriptions", "putNotificationsChannelSubscriptions")
def test_a_combined_topic_is_one_of_the_thousand(call: Caller, channel: str) -> None:
    combined = [f"v2.users.user{index}?presence&station&routingStatus" for index in range(TOPICS_MAX)]
    call("postNotificationsChannelSubscriptions", channel, json=listed(*combined))
    code = "notification.subscription.too.many.subscriptions"
    refused(call, code, "postNotificationsChannelSubscriptions", channel, expect=400, json=listed(PRESENCE))
    whole = listed(*combined, PRESENCE)
    refused(call, code, "putNotificationsChannelSubscriptions", channel, expect=400, json=whole)
    call("putNotificationsChannelSubscriptions", channel, json=listed(PRESENCE))


@pytest.mark.shows("getNotificationsAvailabletopics")
def test_every_available_topic_can_be_subscribed_to(call: Caller, channel: str) -> None:
    found = call("getNotificationsAvailabletopics", params={"expand": "topicParameters"})["entities"]
    names = [topic["id"].replace("{id}", "some-id") for topic in found]
    assert [topic["id"].count("{id}") for topic in found] == [len(topic["topicParameters"]) for topic in found]
    call("putNotificationsChannelSubscriptions", channel, json=listed(*names))
    assert subscribed(call, channel) == names
    assert "v2.workforcemanagement.businessunits.{id}.schedules" in {topic["id"] for topic in found}


@pytest.mark.shows("postNotificationsChannels")
def test_the_channel_used_least_recently_makes_room_for_the_next(call: Caller) -> None:
    made = []
    for _ in range(CHANNELS_MAX):
        made.append(call("postNotificationsChannels")["id"])
        call.organisation.advance(1)
    call("putNotificationsChannelSubscriptions", made[0], json=listed(PRESENCE))
    last = call("postNotificationsChannels")["id"]
    held = [found["id"] for found in call("getNotificationsChannels")["entities"]]
    assert held == [made[0], *made[2:], last]


@pytest.mark.shows("getNotificationsChannels", "headNotificationsChannel", "putNotificationsChannelSubscriptions")
def test_another_clients_channels_are_not_there(call: Caller, channel: str) -> None:
    as_another_client(call)
    assert call("getNotificationsChannels")["entities"] == []
    assert not exists(call, channel)
    refused(call, "not.found", "putNotificationsChannelSubscriptions", channel, expect=404, json=listed(PRESENCE))


def test_a_literal_part_of_a_topic_wins_over_an_id() -> None:
    assert topics().known("v2.system.socket_closing") == "v2.system.socket_closing"
    assert topics().known("v2.system.token_revoked.x") == "v2.system.token_revoked.{id}"
    assert list(singles("v2.users.a?presence&station")) == ["v2.users.a.presence", "v2.users.a.station"]
