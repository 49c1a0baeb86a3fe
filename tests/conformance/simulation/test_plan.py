"""Plans are values: they say what they mean, shrink to nothing, and reach every act."""

from __future__ import annotations

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from conformance.simulation import ACTS, Act, choice, describe, plans
from conformance.simulation.plan import HIGHEST, PICKS, Choices


@given(st.integers(0, PICKS - 1), st.sampled_from(ACTS))
def test_a_number_carries_a_flight_and_an_act(pick: int, act: Act) -> None:
    assert 0 <= choice(pick, act) <= HIGHEST
    assert Choices([choice(pick, act)]).next() == (pick, act)


def test_zero_and_everything_past_the_end_mean_that_the_last_mover_goes_on() -> None:
    choices = Choices([0])
    assert [choices.next() for _ in range(3)] == [(0, Act.GO_ON)] * 3


def test_a_plan_is_said_in_words() -> None:
    assert describe([0, choice(2, Act.THROTTLED)]) == "1: flight 2, 429 with Retry-After"
    assert describe([0, 0]) == "quiet run"


def test_plans_shrink_to_the_quiet_run() -> None:
    assert find(plans(), lambda _plan: True) == []


@pytest.mark.parametrize("act", ACTS[1:], ids=lambda act: act.value)
def test_every_act_is_drawn_and_shrinks_to_one_number(act: Act) -> None:
    plan = find(plans(), lambda plan: any(number // PICKS == ACTS.index(act) for number in plan))
    assert [number // PICKS for number in plan if number] == [ACTS.index(act)]


@given(plans(steps_max=20, acts=frozenset({Act.CRASH})))
def test_a_plan_keeps_to_its_acts_and_its_length(plan: list[int]) -> None:
    assert {ACTS[number // PICKS] for number in plan} <= {Act.GO_ON, Act.CRASH}
    assert len(plan) <= 21
