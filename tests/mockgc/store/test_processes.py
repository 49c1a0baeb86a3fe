"""
One organisation on several emulator processes: nothing is lost, nothing is there twice, and a kill undoes nothing.

Real concurrency on real servers is the claim, so these are the tests that start programs and wait for them.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from conformance.history import Operation
from mockgc import Settings, create_app
from mockgc.domain.transaction import Commit, Outcome, Rule, View
from mockgc.pytest_plugin import TestOrganisation, _organisation
from mockgc.store.memory import MemoryStore
from tests.mockgc.store.served import (
    USER,
    USERS,
    Client,
    Watched,
    as_first_client,
    replacing,
    served,
    verdict,
)

NAMES = ("ann", "bob", "eve")
CLIENTS, ROUNDS = 6, 9


@pytest.fixture(params=["file", "server"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `--data` is given: an SQLite file or a PostgreSQL schema that is not there yet."""
    return str(request.getfixturevalue("postgres_url") if request.param == "server" else tmp_path / "state.db")


def clients_of(organisation: TestOrganisation, base_urls: Sequence[str]) -> Callable[[int], httpx.Client]:
    """Clients of one organisation that spread over the emulators."""
    token = {"Authorization": organisation.http.headers["Authorization"]}

    def connect(number: int) -> httpx.Client:
        url = base_urls[number % len(base_urls)]
        return httpx.Client(base_url=url, headers=token, trust_env=False, timeout=20)

    return connect


def test_programs_that_start_at_once_share_an_organisation_and_lose_no_update(data: str, tmp_path: Path) -> None:
    """One program with two workers and one with one, on data that is not there yet."""
    with served(tmp_path, data, 2, 1) as emulators:
        shown = [{name: text for name, text in one.ready.items() if name != "baseUrl"} for one in emulators]
        assert shown[0] == shown[1]
        organisation = as_first_client(emulators[0])
        watched = Watched(clients_of(organisation, [one.base_url for one in emulators]))
        watched.run(replacing(NAMES, ROUNDS), CLIENTS)
        log = emulators[1].http.get(f"/_mockgc/organisations/{organisation.id}/commits").json()
    assert verdict(watched.history, log, NAMES) == ()
    accepted = sum(one.method == "PUT" and one.status == 200 for one in watched.history)
    assert accepted >= len(NAMES) * ROUNDS // 3
    assert len(log["entities"]) == accepted + len(NAMES)


WRITERS, WRITES = 4, 25


def test_acknowledged_writes_survive_the_kill_of_a_worker_and_then_of_all(data: str, tmp_path: Path) -> None:
    """SIGKILL to one of two workers in the midst of writes; the other goes on. Then to all; a new one has it all."""
    with served(tmp_path, data, 2) as (emulator,):
        organisation = as_first_client(emulator)
        watched, midst = Watched(clients_of(organisation, [emulator.base_url])), threading.Event()

        def writing(client: Client) -> None:
            for turn in range(WRITES):
                client.ask("POST", USERS, {**USER, "email": f"{client.number}.{turn}@example.com"})
                if turn == WRITES // 3:
                    midst.set()

        def killing() -> None:
            midst.wait()
            os.kill(emulator.workers()[0], signal.SIGKILL)

        killer = threading.Thread(target=killing)
        killer.start()
        watched.run(writing, WRITERS)
        killer.join()
        written = everything(organisation)
        check_survival(watched.history, *written)
        emulator.kill()
    with served(tmp_path, data, 1) as (again,):
        assert {**again.ready, "baseUrl": ""} == {**emulator.ready, "baseUrl": ""}
        again.http.headers["Authorization"] = organisation.http.headers["Authorization"]
        assert everything(dataclasses.replace(organisation, http=again.http)) == written
        fresh = again.http.post(USERS, json={**USER, "email": "fresh@example.com"}).json()
        assert fresh["id"] not in {user["id"] for user in written[0]}


@pytest.mark.nightly
def test_a_worker_that_died_is_started_again_and_leaves_the_clock_alone(tmp_path: Path) -> None:
    """The server waits some seconds before it starts another, so this one is of the long profile."""
    with served(tmp_path, str(tmp_path / "state.db"), 2, flags=("--freeze", "2026-11-30T08:00:00Z")) as (emulator,):
        assert emulator.http.patch("/_mockgc/clock", json={"advanceSeconds": 3600}).status_code == 200
        before = emulator.workers()
        os.kill(before[0], signal.SIGKILL)
        deadline = time.monotonic() + 30
        while len(emulator.workers()) < 2 or before[0] in emulator.workers():
            assert time.monotonic() < deadline, "no other worker was started"
            time.sleep(0.1)
        shown = {emulator.http.get("/_mockgc/clock").json()["now"] for _ in range(20)}
    assert shown == {"2026-11-30T09:00:00.000Z"}


def everything(organisation: TestOrganisation) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(users, commit log)."""
    users, page = list[dict[str, Any]](), {"pageCount": 1}
    for number in itertools.count(1):
        if number > page["pageCount"]:
            return users, organisation.commits()
        page = organisation.http.get(USERS, params={"pageSize": 100, "pageNumber": number}).json()
        users += page["entities"]
    raise AssertionError


def check_survival(
    history: Sequence[Operation], users: Sequence[dict[str, Any]], commits: Sequence[dict[str, Any]]
) -> None:
    """What was acknowledged is there, what is there was asked for, and the log has no gap."""
    acknowledged = [one.response for one in history if one.status == 201]
    by_id = {user["id"]: user for user in users}
    assert [user for user in acknowledged if by_id.get(user["id"]) != user] == []
    assert len(users) <= len(history)
    assert len(acknowledged) > len(history) // 2
    assert {one.status for one in history} <= {201, None}
    assert [row["sequence"] for row in commits] == list(range(1, len(users) + 1))


class CheckedOutside(MemoryStore):
    """A planted bug: the critical section is left between the check and the write, where `meet` is called."""

    meet: Callable[[], object] = staticmethod(lambda: None)

    def transact(self, organisation_id: str, rule: Rule, client_id: str, context_id: str) -> Commit:
        checked: list[Outcome] = []

        def check(view: View) -> Outcome:
            checked.append(rule(view))
            return Outcome(200)

        super().transact(organisation_id, check, client_id, context_id)
        if checked[0].writes:
            self.meet()
        return super().transact(organisation_id, lambda _: checked[0], client_id, context_id)


def create(client: Client) -> None:
    client.ask("POST", USERS, USER)


def replace(client: Client) -> None:
    found = client.http.get(USERS).json()["entities"][0]
    user = client.ask("GET", f"{USERS}/{found['id']}").response
    client.ask("PUT", f"{USERS}/{found['id']}", {**user, "name": str(client.number)})


def seen_by_two(app: Flask, program: Callable[[Client], None]) -> str:
    """The verdict over two clients that do the same thing at the same time, in process."""
    transport = httpx.WSGITransport(app=app)
    with httpx.Client(transport=transport, base_url="http://mockgc") as http:
        organisation = _organisation(http, "http://mockgc")
        token = {"Authorization": http.headers["Authorization"]}
        watched = Watched(lambda _: httpx.Client(transport=transport, base_url="http://mockgc", headers=token))
        if program is replace:
            watched.run(create, 1)
        app.extensions["mockgc"].store.meet = threading.Barrier(2, timeout=20).wait
        watched.run(program, 2)
        return " ".join(map(str, verdict(watched.history, {"entities": organisation.commits()}, NAMES[:1])))


@pytest.mark.parametrize(
    ("program", "symptom"), [(create, "2 creates of 1 keys"), (replace, "no order of 5 steps explains")]
)
def test_a_critical_section_that_is_left_too_early_is_caught(program: Callable[[Client], None], symptom: str) -> None:
    bad, good = (create_app(Settings(seed=1, quotas=False), store=kind) for kind in (CheckedOutside, MemoryStore))
    assert symptom in seen_by_two(bad, program)
    assert seen_by_two(good, program) == ""


def test_more_workers_on_memory_are_refused_with_the_reason() -> None:
    command = [sys.executable, "-m", "mockgc.cli", "serve", "--port", "0", "--workers", "2"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "state in memory is not shared between processes: give --data FILE.db" in result.stderr
