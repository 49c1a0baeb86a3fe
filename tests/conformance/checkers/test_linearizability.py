"""The search is exact, the filter never refuses what the search accepts, and planted bad histories are caught."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checkers.linearizability import (
    Result,
    State,
    Step,
    apply,
    fits_versions,
    is_linearizable,
    linearizable,
    search,
    steps_by_entity,
)
from conformance.history import Operation, outcome_of

CREATE = Step(0, 1, "create", 0, "a", (1, "a"))
PUT = Step(2, 3, "put", 1, "b", (2, "b"))
Kind = Literal["create", "put", "read"]
KINDS: tuple[Kind, ...] = ("create", "put", "read")
SPOILED: tuple[Result, ...] = ("refused", "absent", (1, "a"), (2, "b"), (3, "a"))


def true_result(state: State, step: Step) -> Result:
    """What an atomic service answers."""
    possible: tuple[Result, ...] = ("refused", "absent", state, (1, step.value), (step.claimed + 1, step.value))
    return next(result for result in possible if result and apply(state, replace(step, result=result))[0])


@st.composite
def truthful(draw: st.DrawFn, *, unknown: bool = True) -> list[Step]:
    """A history made by really executing steps at one instant each, and then stretching them in time."""
    state: State = None
    steps = []
    for instant in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(KINDS))
        claimed = (state[0] if state else 1) - draw(st.sampled_from((0, 0, 0, 1))) if kind == "put" else 0
        tried = Step(instant, instant, kind, claimed, "" if kind == "read" else draw(st.sampled_from("abc")))
        result = true_result(state, tried)
        _, state = apply(state, tried)
        before, after = draw(st.tuples(st.floats(0, 3), st.floats(0, 3)))
        is_lost = unknown and kind != "read" and draw(st.integers(0, 4)) == 4
        end = math.inf if is_lost else instant + after
        steps.append(replace(tried, start=instant - before, end=end, result=None if is_lost else result))
    return steps


@given(truthful())
def test_what_really_happened_is_linearizable(steps: list[Step]) -> None:
    assert is_linearizable(steps)


@given(truthful(unknown=False), st.data())
def test_the_filter_only_refuses_what_the_search_refuses(steps: list[Step], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(steps) - 1))
    steps[index] = replace(steps[index], result=data.draw(st.sampled_from(SPOILED)))
    assert fits_versions(steps) or not search(steps)


@pytest.mark.parametrize(
    "bad",
    [
        [CREATE, PUT, replace(PUT, start=4, end=5)],
        [CREATE, PUT, Step(4, 5, "read", result=(1, "a"))],
        [CREATE, Step(2, 3, "read", result=(1, "never written"))],
        [Step(0, 1, "read", result=(1, "a")), replace(CREATE, start=2, end=3)],
        [CREATE, replace(PUT, result=(3, "b"))],
        [CREATE, replace(PUT, result="refused")],
        [CREATE, replace(CREATE, start=2, end=3)],
        [CREATE, Step(2, math.inf, "put", 1, "b"), Step(4, 5, "read", result=(2, "c"))],
        [CREATE, PUT, Step(4, 5, "put", 1, "a", (2, "a"))],
    ],
    ids=[
        "one base accepted twice",
        "stale read",
        "value from nowhere",
        "read from the future",
        "version jumps",
        "refused although current",
        "created twice",
        "an unknown write cannot have written that",
        "older version accepted",
    ],
)
def test_a_planted_bad_history_is_caught(bad: list[Step]) -> None:
    assert not is_linearizable(bad)


@pytest.mark.parametrize("seen", [(1, "a"), (2, "b")])
def test_an_unknown_write_may_have_happened_or_not(seen: Result) -> None:
    lost = Step(2, math.inf, "put", 1, "b")
    assert is_linearizable([CREATE, lost, Step(4, 5, "read", result=seen)])


def test_an_unknown_write_cannot_be_undone_once_seen() -> None:
    lost = Step(2, math.inf, "put", 1, "b")
    reads = [Step(4, 5, "read", result=(2, "b")), Step(6, 7, "read", result=(1, "a"))]
    assert not is_linearizable([CREATE, lost, *reads])


def operation(call: int, method: str, path: str, status: int | None, body: object, response: object) -> Operation:
    """An operation that was answered at once."""
    returned = None if status is None else call + 1
    uri = f"/api/v2/wfm/users{path}"
    return Operation("a", call, returned, 0, 0, method, uri, body, status, response, None, outcome_of(status))


def test_a_wire_history_is_split_by_entity_and_judged() -> None:
    ann = {"name": "Ann", "externalId": "x"}
    seen = {**ann, "id": "1", "version": 1}
    history = [
        operation(1, "POST", "", None, ann, None),
        operation(3, "GET", "?externalId=x", 200, None, {"entities": []}),
        operation(5, "GET", "/1", 200, None, seen),
        operation(7, "PUT", "/1", 200, {"name": "Bea", "externalId": "x", "version": 1}, seen),
        operation(9, "PUT", "/1", 409, {"name": "Cyd", "version": 1}, {"code": "wfm.email.in.use"}),
    ]
    assert [step.kind for step in steps_by_entity(history)["1"]] == ["create", "read", "put"]
    assert [found.where for found in linearizable(history)] == ["1"]
    assert linearizable(history[:3]) == ()
