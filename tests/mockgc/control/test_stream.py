"""The stream of new requests: each is told once, whatever was dropped, reset or asked without a token."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from mockgc.control.stream import REQUESTS_MAX
from tests.mockgc.caller import Caller, emulator


@cache
def short() -> Flask:
    """An emulator whose journals hold four requests."""
    return emulator(journal_entries_max=4)


class Viewer:
    """Follows an organisation's stream as the page does."""

    def __init__(self, caller: Caller) -> None:
        self.http, self.path = caller.http, f"/_mockgc/organisations/{caller.organisation.id}/stream"
        self.cursor = ""

    def look(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """(requests, held) of one answer."""
        headers = {"Last-Event-ID": self.cursor} if self.cursor else {}
        answer = self.http.get(self.path, headers=headers)
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        first, *events = answer.get_data(as_text=True).rstrip("\n").split("\n\n")
        assert first.startswith("retry: ")
        found = [dict(line.split(": ", 1) for line in event.splitlines()) for event in events]
        *requests, held = [json.loads(event["data"]) for event in found]
        assert [event["event"] for event in found] == ["request"] * len(requests) + ["held"]
        self.cursor = found[-1]["id"]
        return requests, held


@pytest.fixture(params=["memory", "sqlite"])
def caller(request: pytest.FixtureRequest, tmp_path: Path) -> Caller:
    data = {"data": tmp_path / "state.db"} if request.param == "sqlite" else {}
    return Caller(emulator(journal_entries_max=5, **data))


def test_each_request_is_told_once_and_what_is_dropped_is_counted(caller: Caller) -> None:
    viewer = Viewer(caller)
    assert viewer.look()[0] == []
    for _ in range(3):
        caller.ask("GET", "users")
    told, held = viewer.look()
    assert ([request["number"] for request in told], held["first"], held["last"]) == ([1, 2, 3], 1, 3)
    assert viewer.look()[0] == []
    for _ in range(4):
        caller.ask("GET", "users")
    told, held = viewer.look()
    assert ([request["number"] for request in told], held["first"], held["last"]) == ([4, 5, 6, 7], 3, 7)


def test_numbers_go_on_over_a_reset_and_the_viewer_learns_what_is_gone(caller: Caller) -> None:
    viewer = Viewer(caller)
    caller.ask("GET", "users")
    viewer.look()
    caller.ask("GET", "users")
    caller.ask("POST", f"/_mockgc/organisations/{caller.organisation.id}/reset")
    caller.ask("GET", "groups")
    told, held = viewer.look()
    assert ([request["number"] for request in told], held["first"], held["last"]) == ([3], 3, 3)


def test_a_request_without_a_token_is_told_to_every_viewer(caller: Caller) -> None:
    mine, others = Viewer(caller), Viewer(Caller(caller.app))
    mine.look(), others.look()
    caller.http.get("/api/v2/wfm/users")
    for viewer in (mine, others):
        (told,), _ = viewer.look()
        assert (told["status"], told["organisationId"]) == (401, None)
        assert viewer.look()[0] == []


def test_a_viewer_of_an_emulator_that_began_anew_starts_over() -> None:
    caller = Caller(emulator())
    viewer = Viewer(caller)
    viewer.cursor = "900.900"
    caller.ask("GET", "users")
    assert [request["number"] for request in viewer.look()[0]] == [1]


def test_an_answer_is_bounded_and_holds_the_newest() -> None:
    caller = Caller(emulator())
    viewer = Viewer(caller)
    caller.ask("GET", "users")
    viewer.look()
    store, organisation = caller.emulator.store, caller.organisation.id
    entry = store.journal(organisation).entries[0]
    for _ in range(REQUESTS_MAX + 2):
        store.append(replace(entry, context_id=store.new_context_id(organisation)))
    for late in (viewer, Viewer(caller)):
        numbers = [request["number"] for request in late.look()[0]]
        assert numbers == list(range(4, REQUESTS_MAX + 4))


def test_bodies_are_not_sent_and_secrets_in_queries_are_hidden() -> None:
    caller = Caller(emulator())
    caller.user("Ada")
    caller.ask("GET", "users?token=hush")
    told, _ = Viewer(caller).look()
    assert "requestBody" not in told[0]
    assert "hush" not in json.dumps(told)


@pytest.mark.parametrize("cursor", ["x", "1", "-1.0", "1.2.3", "9" * 16 + ".0"])
def test_a_cursor_of_another_stream_is_refused_by_name(cursor: str) -> None:
    caller = Caller()
    answer = caller.http.get(Viewer(caller).path, headers={"Last-Event-ID": cursor})
    assert answer.status_code == 400
    assert "Last-Event-ID" in answer.get_json()["message"]


def test_an_unknown_organisation_has_no_stream() -> None:
    assert Caller().http.get("/_mockgc/organisations/nobody/stream").status_code == 404


@given(st.lists(st.sampled_from(["ask", "look", "reset"]), max_size=25))
def test_whatever_happens_nothing_that_is_held_is_missed_or_told_twice(steps: list[str]) -> None:
    caller = Caller(short())
    viewer, told = Viewer(caller), list[int]()
    for step in [*steps, "look"]:
        if step == "ask":
            caller.ask("GET", "users")
        elif step == "reset":
            caller.ask("POST", f"/_mockgc/organisations/{caller.organisation.id}/reset")
        else:
            told += [request["number"] for request in viewer.look()[0]]
    held = caller.emulator.store.journal(caller.organisation.id)
    assert told == sorted(set(told))
    assert set(range(held.evicted + 1, held.last + 1)) <= set(told)
