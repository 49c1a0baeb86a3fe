"""
The WebSocket server in this process, over a real socket: who may connect, what arrives, how a connection ends.

Nothing here waits for time to pass: every message is awaited with a timeout, and the organisation's clock is moved.
"""

from __future__ import annotations

import json
import socket as socketlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from flask import Flask
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from mockgc import Settings, create_app
from mockgc.domain.transaction import CommitRow
from mockgc.notifications.doorman import Doorman, waking
from mockgc.notifications.pace import Pace
from mockgc.pytest_plugin import TestOrganisation, _organisation
from mockgc.resources.notifications.channels import connect_uri
from mockgc.serve import free_port
from mockgc.store.base import Store
from tests.mockgc.notifications.channel import CHANNELS, Channel, Frame, bare

TIMEOUT_S = 20.0
HOST = "127.0.0.1"
SKILLS = "/api/v2/routing/skills"
MOVED = "v2.workforcemanagement.agents"


@dataclass(frozen=True)
class Emulator:
    """An application with its WebSockets."""

    app: Flask
    doorman: Doorman

    def organisation(self) -> TestOrganisation:
        """A fresh organisation of it."""
        base_url = f"http://{HOST}"
        return _organisation(httpx.Client(transport=httpx.WSGITransport(app=self.app), base_url=base_url), base_url)


@contextmanager
def emulating(app: Flask, pace: Pace | None = None, store: Store | None = None) -> Iterator[Emulator]:
    doorman = Doorman(store or app.extensions["mockgc"].store, HOST, free_port(HOST, 0), pace)
    app.wsgi_app = waking(app.wsgi_app, doorman)  # type: ignore[method-assign, assignment]
    doorman.start()
    try:
        yield Emulator(app, doorman)
    finally:
        doorman.stop()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One for all tests of this module; each has an organisation of its own in it."""
    with emulating(create_app(Settings(seed=5))) as found:
        yield found


@pytest.fixture
def organisation(emulator: Emulator) -> TestOrganisation:
    return emulator.organisation()


def listening(uri: str) -> Any:
    """A connection, as a context."""
    return connect(uri, proxy=None, open_timeout=TIMEOUT_S)


def received(socket: ClientConnection) -> Frame:
    frame: Frame = json.loads(socket.recv(timeout=TIMEOUT_S))
    return frame


def ended(socket: ClientConnection) -> tuple[int, str]:
    """Status and reason with which the server closes."""
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=TIMEOUT_S)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def audited(skill: str) -> str:
    return f"v2.audits.entitytype.RoutingSkill.entityid.{skill}"


def skill_of(organisation: TestOrganisation, name: str = "Spanish") -> str:
    made: str = organisation.http.post(SKILLS, json={"name": name}).raise_for_status().json()["id"]
    return made


def marked(socket: ClientConnection, organisation: TestOrganisation, channel: Channel) -> list[Frame]:
    """All that comes before a mark which is set now."""
    skill = skill_of(organisation, f"mark {len(organisation.commits())}")
    channel.subscribe(audited(skill))
    organisation.http.delete(f"{SKILLS}/{skill}")
    found = []
    while (frame := received(socket))["topicName"] != audited(skill):
        found.append(frame)
    return found


def test_what_is_committed_arrives_as_the_listing_says_it(organisation: TestOrganisation) -> None:
    skills = [skill_of(organisation, f"skill {number}") for number in range(6)]
    channel = Channel.of(organisation, *map(audited, skills))
    with listening(channel.uri) as socket, ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda skill: organisation.http.delete(f"{SKILLS}/{skill}"), skills))
        frames = [received(socket) for _ in skills]
        assert marked(socket, organisation, channel) == []
    assert frames == bare(channel.sent())[: len(frames)]
    assert {frame["topicName"] for frame in frames} == set(map(audited, skills))


def test_a_connection_speaks_of_itself(organisation: TestOrganisation) -> None:
    channel = Channel.of(organisation)
    with listening(channel.uri) as socket:
        for ignored in (
            "nonsense",
            "[]",
            "{}",
            '{"message": "hello"}',
            '{"message": "subscribe", "topics": 7}',
            "[" * 5000,
        ):
            socket.send(ignored)
        socket.send('{"message":"ping"}')
        assert received(socket) == {"topicName": "channel.metadata", "eventBody": {"message": "pong"}}


def test_heartbeats_come_by_themselves() -> None:
    beat = {"topicName": "channel.metadata", "eventBody": {"message": "WebSocket Heartbeat"}}
    with (
        emulating(create_app(Settings(seed=5)), Pace(heartbeat_s=0.01)) as emulator,
        listening(Channel.of(emulator.organisation()).uri) as socket,
    ):
        assert [received(socket) for _ in range(3)] == [beat] * 3


def test_topics_are_changed_over_the_socket_as_over_http(organisation: TestOrganisation) -> None:
    skill = skill_of(organisation)
    channel = Channel.of(organisation)

    def ask(socket: ClientConnection, message: str, topic: str) -> tuple[str, str, str]:
        socket.send(json.dumps({"message": message, "topics": [topic], "correlationId": "mine"}))
        found = received(socket)
        return found["result"], found["status"], found["correlationId"]

    def subscribed() -> list[str]:
        found = organisation.http.get(f"{CHANNELS}/{channel.id}/subscriptions").json()["entities"]
        return [topic["id"] for topic in found]

    with listening(channel.uri) as socket:
        assert ask(socket, "subscribe", audited(skill)) == ("200", "subscribed", "mine")
        assert subscribed() == [audited(skill)]
        assert ask(socket, "subscribe", "v2.no.such.topic") == ("400", "error", "mine")
        organisation.http.delete(f"{SKILLS}/{skill}")
        assert received(socket)["topicName"] == audited(skill)
        assert ask(socket, "unsubscribe", audited(skill)) == ("200", "unsubscribed", "mine")
        assert subscribed() == []


@pytest.mark.parametrize("path", ["channels/streaming-0-nobody", "channels/", "", "other/path"])
def test_an_unknown_channel_is_refused(emulator: Emulator, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused, listening(f"ws://{HOST}:{emulator.doorman.port}/{path}"):
        pass
    assert refused.value.response.status_code == 404


def test_an_expired_channel_is_refused() -> None:
    with emulating(create_app(Settings(seed=5))) as emulator:
        organisation = emulator.organisation()
        channel = Channel.of(organisation)
        organisation.advance(24 * 3600)
        with pytest.raises(InvalidStatus) as refused, listening(channel.uri):
            pass
        assert refused.value.response.status_code == 404


def advance(organisation: TestOrganisation, seconds: float) -> None:
    """The organisation's own clock, which no other test sees."""
    clock = f"/_mockgc/organisations/{organisation.id}/clock"
    organisation.http.patch(clock, json={"advanceSeconds": seconds}).raise_for_status()


def test_a_channel_that_expires_ends_its_connection(organisation: TestOrganisation) -> None:
    channel = Channel.of(organisation)
    with listening(channel.uri) as socket:
        advance(organisation, 24 * 3600)
        assert ended(socket) == (1001, "the channel is gone")


def test_a_second_connection_ends_the_first_and_takes_over(organisation: TestOrganisation) -> None:
    skill = skill_of(organisation)
    channel = Channel.of(organisation, audited(skill))
    with listening(channel.uri) as first, listening(channel.uri) as second:
        assert ended(first) == (1000, "another connection uses the channel")
        organisation.http.delete(f"{SKILLS}/{skill}")
        assert received(second)["topicName"] == audited(skill)


def test_an_announced_end_comes_when_the_clock_says_so(organisation: TestOrganisation) -> None:
    channel = Channel.of(organisation)
    with listening(channel.uri) as socket:
        closing = f"/_mockgc/organisations/{organisation.id}/notifications/{channel.id}/closing"
        told = organisation.http.post(closing, json={"seconds": 60}).raise_for_status().json()
        frame = received(socket)
        assert frame["topicName"] == "v2.system.socket_closing"
        assert frame["eventBody"]["channelId"] == channel.id == told["id"]
        advance(organisation, 60)
        assert ended(socket) == (1001, "as announced")
    with listening(channel.uri) as socket:
        socket.send('{"message":"ping"}')
        assert received(socket)["eventBody"] == {"message": "pong"}


def test_an_end_can_only_be_announced_to_a_channel_there_is(organisation: TestOrganisation) -> None:
    base = f"/_mockgc/organisations/{organisation.id}/notifications"
    assert organisation.http.post(f"{base}/nobody/closing", json={}).status_code == 404
    for seconds in (-1, "60", True, 10**9):
        assert organisation.http.post(f"{base}/nobody/closing", json={"seconds": seconds}).status_code == 400
    assert organisation.http.get(base, params={"after": "x"}).status_code == 400


def test_a_reset_ends_the_connections_of_its_organisation_only(emulator: Emulator) -> None:
    one, other = emulator.organisation(), emulator.organisation()
    skill = skill_of(other)
    kept = Channel.of(other, audited(skill))
    with listening(Channel.of(one).uri) as socket, listening(kept.uri) as still:
        one.http.post(f"/_mockgc/organisations/{one.id}/reset", json={}).raise_for_status()
        assert ended(socket) == (1001, "the organisation was reset")
        other.http.delete(f"{SKILLS}/{skill}")
        assert received(still)["topicName"] == audited(skill)


def test_a_connected_channel_stays_when_room_is_made(organisation: TestOrganisation) -> None:
    first = Channel.of(organisation)
    with listening(first.uri) as socket:
        others = []
        for _ in range(19):
            advance(organisation, 1)
            others.append(Channel.of(organisation))
        last = Channel.of(organisation)
        held = [found["id"] for found in organisation.http.get(CHANNELS).json()["entities"]]
        assert held == [first.id, *(other.id for other in others[1:]), last.id]
        socket.send('{"message":"ping"}')
        assert received(socket)["eventBody"] == {"message": "pong"}


def test_a_closed_connection_is_no_longer_counted(organisation: TestOrganisation) -> None:
    channel = Channel.of(organisation)

    def connected() -> bool:
        (found,) = organisation.http.get(f"/_mockgc/organisations/{organisation.id}/notifications").json()["channels"]
        return bool(found["connected"])

    assert not connected()
    with listening(channel.uri) as socket:
        socket.send('{"message":"ping"}')
        received(socket)
        assert connected()
        with listening(channel.uri) as second:
            ended(socket)
            second.send('{"message":"ping"}')
            received(second)
            assert connected()


def test_a_server_that_stops_says_so_and_forgets_its_connections() -> None:
    app = create_app(Settings(seed=5))
    with emulating(app) as emulator:
        organisation = emulator.organisation()
        channel = Channel.of(organisation)
        with listening(channel.uri) as socket:
            emulator.doorman.stop()
            assert ended(socket)[0] == 1001
    (found,) = organisation.http.get(f"/_mockgc/organisations/{organisation.id}/notifications").json()["channels"]
    assert not found["connected"]


def heard_of_moves(emulator: Emulator) -> list[Frame]:
    """What one organisation hears of moves when another one moves agents too, under a topic that names no id."""
    one, other = emulator.organisation(), emulator.organisation()
    channel = Channel.of(one, MOVED)
    with listening(channel.uri) as socket:
        for organisation in (other, one, other):
            users = "/api/v2/workforcemanagement/agents"
            organisation.http.post(users, json={"userIds": [user_of(organisation)]}).raise_for_status()
        frames = [received(socket)]
        return [*frames, *marked(socket, one, channel)]


def user_of(organisation: TestOrganisation) -> str:
    http = organisation.http
    body = {"name": f"{len(organisation.commits())}", "description": ""}
    division = http.post("/api/v2/authorization/divisions", json=body)
    body = {
        "name": "Ada",
        "email": f"ada{len(organisation.commits())}@example.com",
        "divisionId": division.json()["id"],
    }
    made: str = http.post("/api/v2/users", json=body).raise_for_status().json()["id"]
    return made


def test_an_operation_that_takes_its_time_is_announced_when_it_ends_without_a_request(emulator: Emulator) -> None:
    organisation = emulator.organisation()
    channel = Channel.of(organisation, MOVED)
    organisation.switch(operation_seconds=600)
    with listening(channel.uri) as socket:
        body = {"userIds": [user_of(organisation)]}
        organisation.http.post("/api/v2/workforcemanagement/agents", json=body).raise_for_status()
        before = len(organisation.commits())
        organisation.advance(600)
        frame = received(socket)
    assert [row["result"] for row in frame["eventBody"]["results"]] == ["NothingToDo"]
    ended_by = organisation.commits()[before:][0]
    assert (ended_by["kind"], ended_by["action"]) == ("operation", "update")


def test_another_organisation_is_not_heard(emulator: Emulator) -> None:
    (frame,) = heard_of_moves(emulator)
    assert frame["topicName"] == MOVED


class Leaky:
    """A store whose log has the rows of all organisations: a planted bug."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commits(self, organisation_id: str, after: int = 0) -> list[CommitRow]:
        own = self._store.commits(organisation_id, after)
        others = [found.id for found in self._store.organisations() if found.id != organisation_id]
        alien = [row for other in others for row in self._store.commits(other) if row.kind == "operation"]
        last = own[-1]
        return [*own, *(replace(row, sequence=last.sequence, context_id=last.context_id) for row in alien)]


class Stuttering(Leaky):
    """A store that shows each row twice."""

    def commits(self, organisation_id: str, after: int = 0) -> list[CommitRow]:
        return [row for row in self._store.commits(organisation_id, after) for _ in range(2)]


@pytest.mark.parametrize("broken", [Leaky, Stuttering])
def test_a_server_that_leaks_or_repeats_itself_is_seen(broken: type[Leaky]) -> None:
    app = create_app(Settings(seed=5))
    with emulating(app, store=broken(app.extensions["mockgc"].store)) as emulator:
        assert len(heard_of_moves(emulator)) > 1


@pytest.fixture(params=["file", "server"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Flask]]:
    """Two emulators on one SQLite file, or on one PostgreSQL database."""
    data: Path | SecretStr = tmp_path / "state.db"
    if request.param == "server":
        data = SecretStr(request.getfixturevalue("reused_postgres").url())
    made = [create_app(Settings(seed=3, data=data)) for _ in range(2)]
    yield made
    for app in made:
        app.extensions["mockgc"].store.close()


def test_what_another_process_commits_arrives(two: list[Flask]) -> None:
    """Two applications over one store stand for two workers; the second one wakes nobody."""
    here, elsewhere = two
    with emulating(here, Pace(poll_s=0.02)) as emulator:
        organisation = emulator.organisation()
        skills = [skill_of(organisation, name) for name in ("Spanish", "Catalan")]
        channel = Channel.of(organisation, *map(audited, skills))
        headers = {"Authorization": organisation.http.headers["Authorization"]}
        with listening(channel.uri) as socket:
            for skill in skills:
                elsewhere.test_client().delete(f"{SKILLS}/{skill}", headers=headers)
            assert [received(socket)["topicName"] for _ in skills] == list(map(audited, skills))


def test_a_port_that_is_taken_is_waited_for() -> None:
    """As by the second worker, once the first one is gone."""
    app = create_app(Settings(seed=5))
    with emulating(app, Pace(bind_s=0.01)) as emulator:
        channel = Channel.of(emulator.organisation())
        with listening(channel.uri):
            second = Doorman(app.extensions["mockgc"].store, HOST, emulator.doorman.port, Pace(bind_s=0.01))
            second.start()
            assert not second.has_port.is_set()
            emulator.doorman.stop()
        try:
            assert second.has_port.wait(TIMEOUT_S)
            with listening(channel.uri) as socket:
                socket.send('{"message":"ping"}')
                assert received(socket)["eventBody"] == {"message": "pong"}
        finally:
            second.stop()


def test_a_client_that_does_not_answer_keeps_no_server_from_stopping() -> None:
    app = create_app(Settings(seed=5))
    with emulating(app, Pace(close_s=0.05)) as emulator:
        uri = urlsplit(Channel.of(emulator.organisation()).uri)
        with socketlib.create_connection((HOST, emulator.doorman.port), timeout=TIMEOUT_S) as raw:
            key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13"
            upgrade = "Upgrade: websocket\r\nConnection: Upgrade"
            raw.sendall(f"GET {uri.path} HTTP/1.1\r\nHost: {HOST}\r\n{upgrade}\r\n{key}\r\n\r\n".encode())
            assert raw.recv(12) == b"HTTP/1.1 101"
            emulator.doorman.stop()
    assert not emulator.doorman.is_alive


@pytest.mark.parametrize(
    ("origin", "port", "uri"),
    [
        ("http://127.0.0.1:8080", 8081, "ws://127.0.0.1:8081/channels/c"),
        ("http://[::1]:8080", 8081, "ws://[::1]:8081/channels/c"),
        ("https://api.example.com", 8081, "wss://api.example.com:8081/channels/c"),
        ("http://api.example.com", None, "wss://streaming.api.example.com/channels/c"),
    ],
)
def test_the_address_is_on_the_host_that_the_client_spoke_to(origin: str, port: int | None, uri: str) -> None:
    assert connect_uri("c", origin, port) == uri


def test_without_a_server_the_address_has_the_vendors_form() -> None:
    app = create_app(Settings(seed=5))
    transport = httpx.WSGITransport(app=app)
    make = partial(httpx.Client, transport=transport)
    organisation = _organisation(make(base_url="http://api.example.com"), "http://api.example.com")
    channel = Channel.of(organisation)
    assert channel.uri == f"wss://streaming.api.example.com/channels/{channel.id}"
