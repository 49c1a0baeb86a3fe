"""Notifications of `mockgc serve`: several workers, a kill, a port that is given."""

from __future__ import annotations

import json
import os
import signal
import socket as socketlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mockgc.pytest_plugin import TestOrganisation, _base_url
from mockgc.serve import free_port
from tests.mockgc.notifications.channel import Channel, bare
from tests.mockgc.notifications.test_server import HOST, SKILLS, audited, ended, listening, received, skill_of
from tests.mockgc.test_serve import start


@contextmanager
def taken(port: int | None) -> Iterator[None]:
    """Somebody else listens there."""
    with socketlib.socket() as other:
        if port is not None:
            other.bind((HOST, port))
            other.listen()
        yield


@contextmanager
def served(
    folder: Path, *flags: str, is_killed: bool = False, program: tuple[str, ...] = ("-m", "mockgc.cli")
) -> Iterator[TestOrganisation]:
    """The first organisation of an emulator of its own."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, *program, "serve", "--port", "0", "--quiet", "--ready-file", str(ready)]
    with subprocess.Popen([*command, *flags], start_new_session=True) as process:
        try:
            url = _base_url(process, ready)
            found = json.loads(ready.read_text("utf-8"))
            auth, grant = (found["clientId"], found["clientSecret"]), {"grant_type": "client_credentials"}
            with httpx.Client(base_url=url, trust_env=False) as http:
                token = http.post("/oauth/token", data=grant, auth=auth).json()["access_token"]
                http.headers["Authorization"] = f"Bearer {token}"
                yield TestOrganisation(url, found["organisationId"], *auth, http)
        finally:
            if is_killed:
                os.killpg(process.pid, signal.SIGKILL)  # its workers too
            process.terminate()


def test_the_address_that_a_channel_names_can_be_connected_to(mockgc_served_organisation: TestOrganisation) -> None:
    skill = skill_of(mockgc_served_organisation)
    channel = Channel.of(mockgc_served_organisation, audited(skill))
    with listening(channel.uri) as socket:
        mockgc_served_organisation.http.delete(f"{SKILLS}/{skill}")
        assert [received(socket)] == bare(channel.sent())


def test_whichever_of_two_workers_commits_every_event_arrives_once_and_in_order(tmp_path: Path) -> None:
    with served(tmp_path, "--data", str(tmp_path / "state.db"), "--workers", "2") as organisation:
        skills = [skill_of(organisation, f"skill {number}") for number in range(16)]
        channel = Channel.of(organisation, *map(audited, skills))
        with listening(channel.uri) as socket:
            for skill in skills:  # a connection of its own for each, which either worker may take
                httpx.delete(
                    f"{organisation.base_url}{SKILLS}/{skill}", headers=organisation.http.headers, trust_env=False
                ).raise_for_status()
            frames = [received(socket) for _ in skills]
        assert [frame["topicName"] for frame in frames] == list(map(audited, skills))
        assert frames == bare(channel.sent())


def test_a_channel_outlives_a_killed_emulator(tmp_path: Path) -> None:
    flags = ("--data", str(tmp_path / "state.db"), "--notifications-port", str(free_port(HOST, 0)))
    with served(tmp_path, *flags, is_killed=True) as organisation:
        skill = skill_of(organisation)
        channel = Channel.of(organisation, audited(skill))
        with listening(channel.uri) as socket:
            socket.send('{"message":"ping"}')
            received(socket)
    with served(tmp_path, *flags) as organisation, listening(channel.uri) as socket:
        organisation.http.delete(f"{SKILLS}/{skill}")
        assert received(socket)["topicName"] == audited(skill)


WITHOUT_GRANIAN = "import sys; sys.modules['granian'] = None; from mockgc.cli import main; main()"


@pytest.mark.parametrize("program", [("-m", "mockgc.cli"), ("-c", WITHOUT_GRANIAN)], ids=["granian", "waitress"])
def test_a_stopped_emulator_tells_its_clients(tmp_path: Path, program: tuple[str, ...]) -> None:
    with served(tmp_path, program=program) as organisation:
        socket = listening(Channel.of(organisation).uri).__enter__()
    assert ended(socket)[0] == 1001


@pytest.mark.parametrize("same", [False, True])
def test_a_taken_port_is_named_with_its_option(same: bool) -> None:
    port = free_port(HOST, 0)
    flags = ("--port", str(port if same else 0), "--notifications-port", str(port))
    with taken(None if same else port), start(*flags) as process:
        out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"port {port}" in err.decode()
    assert "--notifications-port" in err.decode()
    assert b"Traceback" not in err + out
