"""`mockgc serve` as a program, over data that several of them share, and clients that keep what they saw."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from conformance.checkers.commits import no_lost_update, parse_commits, version_steps
from conformance.checkers.linearizability import linearizable
from conformance.checkers.violation import Violation, Violations
from conformance.history import Operation, outcome_of
from mockgc.pytest_plugin import TestOrganisation, _base_url

USER = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"}
USERS = "/api/v2/wfm/users"
Connect = Callable[[int], httpx.Client]
"""Client number n of an organisation, with its token."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A served one; `ready` is its ready file."""

    process: subprocess.Popen[bytes]
    http: httpx.Client
    ready: dict[str, str]

    @property
    def base_url(self) -> str:
        return self.ready["baseUrl"]

    def workers(self) -> list[int]:
        """The ids of its worker processes."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = (line.split() for line in listed.splitlines())
        return [int(pid) for pid, parent in pairs if int(parent) == self.process.pid]

    def kill(self) -> None:
        """SIGKILL to the program and its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def served(folder: Path, data: str, *numbers_of_workers: int, flags: Sequence[str] = ()) -> Iterator[list[Emulator]]:
    """As many programs as numbers are given, started at once, without quotas."""
    with ExitStack() as stack:
        started = [
            _start(folder / f"ready-{number}.json", data, ("--workers", str(workers), *flags))
            for number, workers in enumerate(numbers_of_workers)
        ]
        for process, _ in started:
            stack.enter_context(process)
            stack.callback(_end, process)
        yield [stack.enter_context(_connected(process, ready)) for process, ready in started]


def _start(ready: Path, data: str, flags: Sequence[str]) -> tuple[subprocess.Popen[bytes], Path]:
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mockgc.cli", "serve", "--port", "0", "--quiet", "--no-quotas"]
    command += ["--ready-file", str(ready), *flags]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKGC_")}
    return subprocess.Popen(command, env={**clean, "MOCKGC_DATA": data}, start_new_session=True), ready


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()


@contextmanager
def _connected(process: subprocess.Popen[bytes], ready: Path) -> Iterator[Emulator]:
    with httpx.Client(base_url=_base_url(process, ready), trust_env=False, timeout=20) as http:
        yield Emulator(process, http, json.loads(ready.read_text("utf-8")))


def as_first_client(emulator: Emulator) -> TestOrganisation:
    """The first organisation, as the ready file says."""
    ready, grant = emulator.ready, {"grant_type": "client_credentials"}
    answer = emulator.http.post("/oauth/token", data=grant, auth=(ready["clientId"], ready["clientSecret"]))
    emulator.http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
    return TestOrganisation(
        emulator.base_url, ready["organisationId"], ready["clientId"], ready["clientSecret"], emulator.http
    )


class Watched:
    """Clients in threads; every request is kept with the interval in which it may have taken effect."""

    def __init__(self, connect: Connect) -> None:
        self._connect, self._moments, self._lock = connect, itertools.count(), threading.Lock()
        self.history: list[Operation] = []

    def run(self, program: Callable[[Client], None], count: int) -> None:
        """The same program by so many clients at once."""

        def work(number: int) -> None:
            with self._connect(number) as http:
                program(Client(self, number, http))

        with ThreadPoolExecutor(count) as pool:
            list(pool.map(work, range(count)))

    def moment(self) -> int:
        """The next of the events that all clients count together."""
        with self._lock:
            return next(self._moments)


@dataclass(frozen=True, slots=True)
class Client:
    """One of those that are watched."""

    watched: Watched
    number: int
    http: httpx.Client

    def ask(self, method: str, path: str, body: Any = None) -> Operation:
        """One request; an answer that does not come leaves the outcome unknown."""
        call = self.watched.moment()
        try:
            answer = self.http.request(method, path, json=body)
            status, response = answer.status_code, answer.json()
        except httpx.TransportError:
            status, response = None, None
        returned = None if status is None else self.watched.moment()
        operation = Operation(
            f"client {self.number}", call, returned, float(call), None if returned is None else float(returned), method,
            path, body, status, response, None, outcome_of(status),
        )  # fmt: skip
        self.watched.history.append(operation)
        return operation


def replacing(names: Sequence[str], rounds: int) -> Callable[[Client], None]:
    """Create the same few users as everybody else, then read and replace one of them at a time."""

    def program(client: Client) -> None:
        for name in names:
            body = {**USER, "name": name, "email": f"{name}@example.com", "externalId": name}
            client.ask("POST", USERS, body)
        found = {row["externalId"]: row["id"] for row in client.http.get(USERS).json()["entities"]}
        for turn in range(rounds):
            uri = f"{USERS}/{found[names[turn % len(names)]]}"
            user = client.ask("GET", uri).response
            client.ask("PUT", uri, {**user, "name": f"{client.number}.{turn}"})

    return program


def verdict(history: Sequence[Operation], log: dict[str, Any], names: Sequence[str]) -> Violations:
    """What no order explains, lost updates, gaps in versions and numbers, keys held twice, other answers than 409."""
    commits = parse_commits(log)
    created = [row for row in commits if row.is_create]
    twice = () if len(created) == len(names) else (Violation(f"{len(created)} creates of {len(names)} keys", "log"),)
    odd = tuple(
        Violation(f"{operation.method} was answered {operation.status}", operation.path)
        for operation in history
        if operation.status not in (200, 201, 409)
    )
    return (*linearizable(history), *version_steps(commits), *no_lost_update(commits), *twice, *odd)
