"""
Fixtures for other people's suites; loaded by pytest itself once mockgc is installed.

    def test_my_script(mockgc_organisation):
        answer = mockgc_organisation.http.get("/api/v2/wfm/users")

`mockgc_organisation` lives in the test's own process; `mockgc_served_organisation` answers on a real port, for programs
in any language. Each test has an organisation of its own; each pytest-xdist worker has a server of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx
    from flask import Flask

_START_TIMEOUT_S = 30.0
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class TestOrganisation:
    """
    An organisation of one test.

    Args:
        http: speaks to the emulator as this organisation's client, token included.
        base_url: for programs of your own; in process it is `http://mockgc`.
    """

    __test__ = False

    base_url: str
    id: str
    client_id: str
    client_secret: str = field(repr=False)
    http: httpx.Client = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """What a migration script reads: GENESYS_BASE_URL, GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET."""
        return {
            "GENESYS_BASE_URL": self.base_url,
            "GENESYS_CLIENT_ID": self.client_id,
            "GENESYS_CLIENT_SECRET": self.client_secret,
        }

    def commits(self) -> list[dict[str, Any]]:
        """The commit log, oldest first."""
        found: list[dict[str, Any]] = self.http.get(f"/_mockgc/organisations/{self.id}/commits").json()["entities"]
        return found

    def explain(self, refused: httpx.Response | str) -> str:
        """Why a request was refused, as text; takes the response, its correlation id, or the id of an operation."""
        context_id = refused if isinstance(refused, str) else refused.headers["ININ-Correlation-Id"]
        found: str = self.http.get(f"/_mockgc/explain/{context_id}").json()["text"]
        return found

    def switch(self, **switches: str | bool | int) -> None:
        """Set switches, such as `equal_create="return_existing"`."""
        self.http.patch(f"/_mockgc/organisations/{self.id}/switches", json=switches).raise_for_status()

    def advance(self, seconds: float) -> None:
        """Move this organisation's clock forward; others do not notice."""
        self._clock({"advanceSeconds": seconds})

    @contextmanager
    def frozen(self, at: datetime | None = None) -> Iterator[None]:
        """Inside the block this organisation's clock stands still, at an instant with an offset, or where it is."""
        self._clock({"freeze": at.isoformat() if at is not None else True})
        try:
            yield
        finally:
            self._clock({"freeze": None})

    @contextmanager
    def fault(
        self, kind: str, *, match: dict[str, Any] | None = None, budget: dict[str, Any] | None = None, **options: Any
    ) -> Iterator[TestFault]:
        """
        Inside the block a fault rule is in force; see mockgc/behaviour/README.md for kinds, options and budgets.

        Raises:
            ValueError: the rule is not usable; the message names the field, the value and what would be right.
        """
        where = f"/_mockgc/organisations/{self.id}/faults"
        known = {rule["name"] for rule in self.http.get(where).raise_for_status().json()["rules"]}
        name = next(f"fault {number}" for number in range(1, len(known) + 2) if f"fault {number}" not in known)
        effect = {"kind": kind, **options}
        rule = {"name": name, "match": match or {}, "effect": effect, "budget": budget or {}}
        _usable(self.http.post(where, json=rule))
        fault = TestFault(self, name)
        try:
            yield fault
        finally:
            fault.close()

    def quotas(self, enabled: bool = True, windows: list[dict[str, Any]] | None = None) -> None:
        """Have quotas hold or not; windows stay the published ones unless given."""
        body = {"enabled": enabled, **({"windows": windows} if windows is not None else {})}
        _usable(self.http.put(f"/_mockgc/organisations/{self.id}/quotas", json=body))

    def behave(self, profile: str) -> None:
        """
        Take on a profile, such as `year-end`: its faults, quotas and switches in place of what was set.

        Raises:
            ValueError: there is none of this name, or this server cannot do what it asks for; the message says which.
        """
        _usable(self.http.put(f"/_mockgc/organisations/{self.id}/profile", json={"name": profile}))

    def _clock(self, change: dict[str, Any]) -> None:
        self.http.patch(f"/_mockgc/organisations/{self.id}/clock", json=change).raise_for_status()


class TestFault:
    """A fault rule that a test has set."""

    __test__ = False

    def __init__(self, organisation: TestOrganisation, name: str) -> None:
        self._http, self._where = organisation.http, f"/_mockgc/organisations/{organisation.id}/faults"
        self.name = name
        self._struck: int | None = None

    @property
    def struck(self) -> int:
        """How often it has struck; also after its block."""
        return self._struck if self._struck is not None else self._count()

    def close(self) -> None:
        """Remove the rule and keep its count."""
        self._struck = self._count()
        self._http.delete(f"{self._where}/{self.name}").raise_for_status()

    def _count(self) -> int:
        rules = self._http.get(self._where).raise_for_status().json()["rules"]
        return next((int(rule["struck"]) for rule in rules if rule["name"] == self.name), 0)


def _usable(answer: httpx.Response) -> None:
    if answer.status_code == 400:
        raise ValueError(answer.json()["message"])
    answer.raise_for_status()


@pytest.fixture
def mockgc_app() -> Flask:
    """An emulator in this process, with state of its own and seed 1."""
    from mockgc import Settings, create_app  # noqa: PLC0415 (pytest loads this plugin in every suite; stay light)

    return create_app(Settings(seed=1, quotas=False))


@pytest.fixture
def mockgc_organisation(mockgc_app: Flask) -> Iterator[TestOrganisation]:
    """A fresh organisation in this process: no port, no network."""
    import httpx  # noqa: PLC0415

    transport = httpx.WSGITransport(app=mockgc_app)
    with httpx.Client(transport=transport, base_url="http://mockgc", trust_env=False) as http:
        yield _organisation(http, "http://mockgc")


@pytest.fixture(scope="session")
def mockgc_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of an emulator on a free port of 127.0.0.1, stopped at the end of the session."""
    ready = tmp_path_factory.mktemp("mockgc") / "ready.json"
    command = [sys.executable, "-m", "mockgc.cli", "serve", "--port", "0", "--no-quotas", "--quiet"]
    with subprocess.Popen([*command, "--ready-file", str(ready)]) as process:
        try:
            yield _base_url(process, ready)
        finally:
            process.terminate()


@pytest.fixture
def mockgc_served_organisation(mockgc_server: str) -> Iterator[TestOrganisation]:
    """A fresh organisation on the served emulator, for programs in any language."""
    import httpx  # noqa: PLC0415

    with httpx.Client(base_url=mockgc_server, trust_env=False) as http:
        yield _organisation(http, mockgc_server)


def _base_url(process: subprocess.Popen[bytes], ready: Path) -> str:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"mockgc serve did not start (exit code {process.poll()}); its output says why")
        time.sleep(_POLL_S)
    base_url: str = json.loads(ready.read_text("utf-8"))["baseUrl"]
    return base_url


def _organisation(http: httpx.Client, base_url: str) -> TestOrganisation:
    created = http.post("/_mockgc/organisations", json={}).raise_for_status().json()
    grant = {"grant_type": "client_credentials"}
    answer = http.post("/oauth/token", data=grant, auth=(created["clientId"], created["clientSecret"]))
    http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
    return TestOrganisation(base_url, created["id"], created["clientId"], created["clientSecret"], http)
