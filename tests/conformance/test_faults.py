"""The plan of a trial: faults are placed by seed, at writes that the undisturbed run made."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.faults import WRITES, Fault, Place, draw, kind_of, place_of
from conformance.final_state import KINDS, PATHS

PLACES = st.builds(
    lambda kind, method: Place(method, PATHS[kind] + ("" if method == "POST" else "/{id}"), kind),
    st.sampled_from(KINDS),
    st.sampled_from(sorted(WRITES)),
)
MADE = st.lists(PLACES, max_size=40)


@given(MADE, st.integers(0, 1000), st.integers(1, 4))
def test_a_drawn_plan_lies_within_the_writes_of_the_undisturbed_run(
    writes: list[Place], seed: int, kinds_each: int
) -> None:
    plan = draw(list(Fault), writes, seed, kinds_each)
    assert plan == draw(list(Fault), writes, seed, kinds_each)
    made = Counter(writes)
    assert all(1 <= planned.nth <= made[planned.place] for planned in plan)
    kinds = len({place.kind for place in writes})
    assert Counter(planned.fault for planned in plan) == {fault: min(kinds_each, kinds) for fault in Fault if kinds}


@given(MADE, st.integers(0, 1000))
def test_a_fault_is_drawn_once_on_each_kind(writes: list[Place], seed: int) -> None:
    plan = draw(list(Fault), writes, seed)
    assert max(Counter((planned.fault, planned.place.kind) for planned in plan).values(), default=1) == 1


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("POST", PATHS["user"], PATHS["user"]),
        ("PUT", f"{PATHS['user']}/42", f"{PATHS['user']}/{{id}}"),
        ("DELETE", f"{PATHS['group']}/42", f"{PATHS['group']}/{{id}}"),
        ("POST", f"{PATHS['schedule']}/42/agents", f"{PATHS['schedule']}/{{id}}/agents"),
    ],
)
def test_a_place_is_the_operation_and_not_the_entity(method: str, path: str, template: str) -> None:
    place = place_of(method, path)
    assert place is not None
    assert (place.method, place.template, place.kind) == (method, template, kind_of(path))


def test_reads_and_token_requests_are_no_place_for_a_fault() -> None:
    assert place_of("GET", PATHS["user"]) is None
    assert place_of("POST", "/oauth/token") is None


def test_a_group_is_not_taken_for_a_user() -> None:
    assert kind_of("/api/v2/wfm/users/groups/42") == "group"
    assert kind_of("/api/v2/wfm/users/42") == "user"
    assert kind_of("/oauth/token") is None
