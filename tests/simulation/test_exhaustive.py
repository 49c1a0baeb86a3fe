"""Every plan with a few deviations, for the long profile: what random plans may miss."""

from __future__ import annotations

import pytest

from conformance.simulation import Act, Budget
from conformance.simulation.plan import neighbours
from tests.simulation.accounts import account
from tests.simulation.migration import migration
from tests.simulation.trial import judge, run
from tests.simulation.verdicts import everything
from tests.simulation.world import World

SOURCE = account((1,))
STEPS = 40


def check(plan: list[int]) -> None:
    """Two runs over one agent under one plan."""
    world = World(plan, Budget(faults=2, crashes=2))
    trial = run(world, {"a": migration(world, SOURCE), "b": migration(world, SOURCE)}, migration(world, SOURCE))
    judge(trial, *everything(trial, SOURCE))


@pytest.mark.nightly
def test_every_triple_of_preemptions() -> None:
    order = frozenset({Act.GO_ON})
    for first in neighbours([], STEPS, order, picks=(1,)):
        for second in neighbours(first, STEPS, order, picks=(1,)):
            check(second)
            for third in neighbours(second, STEPS, order, picks=(1,)):
                check(third)


@pytest.mark.nightly
def test_every_fault_after_every_preemption() -> None:
    for preempted in neighbours([], STEPS, frozenset({Act.GO_ON}), picks=(1,)):
        for plan in neighbours(preempted, STEPS, frozenset(Act), picks=(0,)):
            check(plan)


def test_neighbours_add_one_number_behind_the_last_one() -> None:
    assert list(neighbours([0, 1], 4, frozenset({Act.GO_ON}), picks=(1,))) == [[0, 1, 1], [0, 1, 0, 1]]
