"""
The same requests are answered byte for byte alike by every store, and by any emulator that shares it.

In memory there is one emulator. On a file and on a server there are two, asked in turn, so whatever one of them kept to
itself would be missed by the next request: entities, tokens, jobs, uploads, faults, quotas, clocks, journal, ids.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from mockgc import Settings, create_app
from tests.mockgc.resources.scheduling import agent, desk, document

NOW = datetime(2026, 11, 25, tzinfo=UTC)
NAMES = st.sampled_from(["Early", " early", "Late", "Ada", "x" * 101, "", "Nul\x00", "\x1b0 \x1be", "Ünï 🦉"])
Step = tuple[str, dict[str, Any]]
LONG = "".join(map(chr, random.Random(1).sample(range(0x4E00, 0x9FFF), 9_000)))
"""Too long for an index, also when it is compressed."""
SKILLS = st.sampled_from(["chat", "Chat", "\x00", LONG])
CONTROL: dict[str, tuple[str, str, object]] = {
    "save": ("PUT", "baselines/sa%00ved", None),
    "reset": ("POST", "reset", {"baseline": "sa\x00ved"}),
    "switch": ("PATCH", "switches", {"equal_create": "return_existing"}),
    "clock": ("PATCH", "clock", {"advanceSeconds": 61}),
    "fault": ("POST", "faults", {"name": "busy", "effect": {"kind": "throttled"}, "budget": {"every": 3, "first": 2}}),
    "quota": ("PUT", "quotas", {"windows": [{"name": "few", "per": "client", "limit": 9, "seconds": 60}]}),
}
"""What is asked of the control API: method, path below the organisation, body."""
AWKWARD: list[Step] = [
    ("skill", {"name": "\x00"}), ("skill", {"name": "\x1b0"}), ("skill", {"name": LONG}), ("look", {"id": "%00"}),
    ("control", {"do": "save"}),
]  # fmt: skip
"""What a database may refuse to store or to look for."""
ZONES = st.sampled_from(["Europe/Paris", "Europe/Brussels", "Europe/London", "Nowhere/Here"])
KEYS = st.none() | st.sampled_from(["k1", "k2"])


def steps() -> st.SearchStrategy[list[Step]]:
    """Requests over few names and keys, so that they meet; `of` picks among the ids answered so far."""
    of = st.integers(0, 5)
    return st.lists(
        st.one_of(
            st.tuples(st.just("user"), st.fixed_dictionaries({"name": NAMES, "timeZone": ZONES, "externalId": KEYS})),
            st.tuples(
                st.just("template"), st.fixed_dictionaries({"name": NAMES, "timeZone": ZONES, "externalId": KEYS})
            ),
            st.tuples(
                st.just("group"), st.fixed_dictionaries({"name": NAMES, "template": of, "members": st.lists(of)})
            ),
            st.tuples(
                st.just("import"), st.fixed_dictionaries({"of": of, "members": st.lists(of), "version": st.none() | of})
            ),
            st.tuples(st.just("skill"), st.fixed_dictionaries({"name": SKILLS})),
            st.tuples(st.just("look"), st.fixed_dictionaries({"id": st.sampled_from(["%00", "%1b0", "no", "%ff"])})),
            st.tuples(st.just("delete"), st.fixed_dictionaries({"of": of})),
            st.tuples(st.just("control"), st.sampled_from(sorted(CONTROL)).map(lambda do: {"do": do})),
        ),
        max_size=25,
    )


class Player:
    """Plays steps in an organisation of its own and keeps every answer, bytes and headers; emulators take turns."""

    def __init__(self, apps: Sequence[Flask]) -> None:
        emulator = apps[0].extensions["mockgc"]
        self.turns: Iterator[FlaskClient] = itertools.cycle([app.test_client() for app in apps])
        self.organisation = emulator.create_organisation()
        self.headers = {"Authorization": f"Bearer {emulator.issue_token(self.organisation.client_id)}"}
        self.uris: list[str] = []
        self.answers: list[object] = []

    def play(self, steps: list[Step]) -> list[object]:
        for number, (what, values) in enumerate(steps):
            getattr(self, what)(values, number)
        for path in ("users", "users/groups", "scheduletemplates", "schedules"):
            self.ask("GET", f"/api/v2/wfm/{path}?pageSize=100")
        for part in ("commits", "journal", "switches", "baselines", "faults", "quotas", "clock"):
            self.ask("GET", f"/_mockgc/organisations/{self.organisation.id}/{part}")
        return self.answers

    def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = next(self.turns).open(path, method=method, json=body, headers=self.headers)
        self.answers.append((method, path, answer.status_code, answer.headers.to_wsgi_list(), answer.get_data()))
        context = answer.headers.get("ININ-Correlation-Id")
        if context:
            self.answers.append(next(self.turns).get(f"/_mockgc/explain/{context}").get_data())
        found = answer.get_json(silent=True)
        uri = (found or {}).get("selfUri")
        if answer.status_code == 201 and uri:
            self.uris.append(uri)
        return found

    def uri(self, index: int) -> str:
        return self.uris[index % len(self.uris)] if self.uris else "/api/v2/wfm/users/none"

    def id(self, index: int) -> str:
        return self.uri(index).rpartition("/")[2]

    def user(self, values: dict[str, Any], number: int) -> None:
        self.ask("POST", "/api/v2/wfm/users", {**values, "email": f"{number % 4}@example.com"})

    def template(self, values: dict[str, Any], _: int) -> None:
        self.ask("POST", "/api/v2/wfm/scheduletemplates", values)

    def group(self, values: dict[str, Any], _: int) -> None:
        members = [self.id(index) for index in values["members"]]
        body = {"name": values["name"], "scheduleTemplateId": self.id(values["template"]), "userIds": members}
        self.ask("POST", "/api/v2/wfm/users/groups", body)

    def import_(self, values: dict[str, Any], number: int) -> None:
        group = self.ask("GET", self.uri(values["of"]))
        shifts = [{"start": f"2026-11-30T{8 + number % 3:02d}:00:00+01:00", "lengthMinutes": 60}]
        members = (group or {}).get("userIds") or [self.id(index) for index in values["members"]]
        body = {
            "groupId": (group or {}).get("id", "none"),
            "scheduleTemplateId": (group or {}).get("scheduleTemplateId", "none"),
            "weekDate": "2026-11-30",
            "agents": [{"userId": user_id, "shifts": shifts} for user_id in members],
            "version": values["version"],
        }
        self.ask("POST", "/api/v2/wfm/schedules", body)

    def skill(self, values: dict[str, Any], _: int) -> None:
        self.ask("POST", "/api/v2/routing/skills", values)

    def look(self, values: dict[str, Any], _: int) -> None:
        self.ask("GET", f"/api/v2/wfm/users/{values['id']}")

    def delete(self, values: dict[str, Any], _: int) -> None:
        self.ask("DELETE", self.uri(values["of"]))

    def control(self, values: dict[str, Any], _: int) -> None:
        method, path, body = CONTROL[values["do"]]
        self.ask(method, f"/_mockgc/organisations/{self.organisation.id}/{path}", body)


setattr(Player, "import", Player.import_)


def emulators(count: int, data: Path | SecretStr | None) -> Iterator[Sequence[Flask]]:
    """For all examples of a test: each of them has an organisation of its own, which every store numbers alike."""
    made = [create_app(Settings(seed=3, freeze=NOW, data=data)) for _ in range(count)]
    yield made
    for app in made:
        app.extensions["mockgc"].store.close()


@pytest.fixture
def in_memory() -> Iterator[Sequence[Flask]]:
    yield from emulators(1, None)


@pytest.fixture(params=["file", "server"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sequence[Flask]]:
    """Two emulators on one SQLite file, or on one PostgreSQL database."""
    if request.param == "file":
        yield from emulators(2, tmp_path / "state.db")
    else:
        yield from emulators(2, SecretStr(request.getfixturevalue("reused_postgres").url()))


@given(drawn=steps())
@example(drawn=AWKWARD)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors])
def test_emulators_that_share_a_store_answer_as_one_in_memory_byte_for_byte(
    in_memory: Sequence[Flask], shared: Sequence[Flask], drawn: list[Step]
) -> None:
    expected, found = (Player(apps).play(drawn) for apps in (in_memory, shared))
    assert found == expected
    assert not [answer for answer in expected if isinstance(answer, tuple) and answer[2] >= 500]


def test_emulators_that_share_nothing_are_told_apart() -> None:
    """The property above can fail: a token of one emulator is unknown to another."""
    one, other, fresh = (create_app(Settings(seed=3, freeze=NOW)) for _ in range(3))
    assert Player([one, other]).play(AWKWARD) != Player([fresh]).play(AWKWARD)


class InTurn:
    """A WSGI application that is each of some in turn."""

    def __init__(self, apps: Sequence[Flask]) -> None:
        self._turns = itertools.cycle(apps)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return next(self._turns)(environ, start_response)


def test_an_upload_and_a_job_of_one_emulator_are_seen_through_the_others(shared: Sequence[Flask]) -> None:
    at = desk(cast("Flask", InTurn(shared)))
    at.call.organisation.switch(operation_polls=3)
    assert at.import_(document(agent(at.agents[0], "2026-12-01T08:00:00.000Z")))["status"] == "Processing"
    assert [len(at.listed()) for _ in range(5)] == [0, 0, 0, 1, 1]
