"""The model itself: it allows what the specification says and complains about a planted wrong answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import strategies
from conformance.claims import EMAIL, STALE
from conformance.model import EMPTY, Request, Response, Row, State, step

ANN = {"name": "Ann", "email": "ann@example.com", "timeZone": "Europe/Paris"}
CREATE = Request("POST", "user", None, ANN)
STORED: dict[str, Any] = {**ANN, "active": True, "id": "u", "version": 1}


def refusal(*faults: tuple[str, str | None]) -> dict[str, Any]:
    """An error body."""
    details = [{"errorCode": code, "fieldName": field_name} for code, field_name in faults]
    return {"code": faults[0][0], "details": details}


def with_ann() -> State:
    """The state in which Ann is user `u` at version 1."""
    wrong, state = step(EMPTY, CREATE, Response(201, STORED))
    assert wrong is None
    return state


def test_a_created_entity_is_stored_under_the_servers_id_with_its_defaults() -> None:
    assert with_ann().rows["user"]["u"] == Row(1, {**ANN, "active": True})


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, STORED),
        Response(201, {**STORED, "version": 2}),
        Response(201, {**STORED, "name": "Bob"}),
        Response(201, {**STORED, "active": False}),
        Response(409, refusal((EMAIL, "email"))),
    ],
    ids=["status", "first version", "content", "default", "refused for nothing"],
)
def test_a_wrong_answer_to_a_create_is_complained_about(answer: Response) -> None:
    wrong, state = step(EMPTY, CREATE, answer)
    assert wrong is not None
    assert state == EMPTY


PUT = Request("PUT", "user", "u", {**STORED, "name": "Bob"})


def test_a_replacement_moves_the_version_by_one() -> None:
    wrong, state = step(with_ann(), PUT, Response(200, {**STORED, "name": "Bob", "version": 2}))
    assert wrong is None
    assert state.rows["user"]["u"].version == 2


@pytest.mark.parametrize("version", [0, 2])
def test_another_version_is_stale_also_when_it_is_newer(version: int) -> None:
    request = Request("PUT", "user", "u", {**STORED, "version": version})
    assert step(with_ann(), request, Response(409, refusal((STALE, "version")))) == (None, with_ann())
    wrong, _ = step(with_ann(), request, Response(200, {**STORED, "version": version + 1}))
    assert wrong is not None


def test_an_unchanged_replacement_that_moves_the_version_is_complained_about() -> None:
    same = Request("PUT", "user", "u", STORED)
    assert step(with_ann(), same, Response(200, STORED))[0] is None
    assert step(with_ann(), same, Response(200, {**STORED, "version": 2}))[0] is not None


def test_all_violations_of_a_stage_are_wanted_in_their_order() -> None:
    state = with_ann().with_row("user", "v", Row(1, {**ANN, "email": "b@example.com", "active": True}))
    both = {**STORED, "email": "B@example.com", "version": 7}
    request = Request("PUT", "user", "u", both)
    assert step(state, request, Response(409, refusal((STALE, "version"), (EMAIL, "email"))))[0] is None
    assert step(state, request, Response(409, refusal((STALE, "version"))))[0] is not None
    assert step(state, request, Response(409, refusal((EMAIL, "email"), (STALE, "version"))))[0] is not None


@given(st.data())
def test_drawn_replacements_come_from_what_is_stored(data: st.DataObject) -> None:
    request = data.draw(strategies.puts(with_ann(), "user"))
    assert request.entity_id in ("u", strategies.GONE)
    assert set(request.body or {}) >= {"name", "email", "timeZone", "active"}
