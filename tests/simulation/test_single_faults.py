"""
Every fault at every step of a run, one at a time and complete: bounded search at depth one.

Each fault must really have occurred: seen by a client, and confirmed by the emulator's commit log.
"""

from __future__ import annotations

import pytest

from conformance.simulation import CRASHES, Act, Budget, Sometimes, choice
from migrator.report import Report
from tests.simulation.accounts import account
from tests.simulation.migration import migration
from tests.simulation.trial import Trial, judge, run
from tests.simulation.verdicts import everything, watch_intents
from tests.simulation.world import World

MINE, THEIRS, UNION = account((1, 2)), account((2, 3)), account((1, 2, 3))
ACTS = sorted(set(Act) - {Act.GO_ON, Act.PASS_TIME}, key=lambda act: act.value)


def trial_with(act: Act, at: int, pick: int = 0) -> Trial[Report]:
    """Two runs over overlapping agents with one deviation from the quiet run."""
    world = World([*[0] * at, choice(pick, act)], Budget(faults=1, crashes=1))
    broken = watch_intents(world)
    trial = run(world, {"a": migration(world, MINE), "b": migration(world, THEIRS)}, migration(world, UNION))
    judge(trial, *everything(trial, UNION), tuple(broken))
    return trial


def steps_of_the_quiet_run() -> int:
    """How many steps the hostile phase takes when nothing happens in it."""
    return 2 * trial_with(Act.GO_ON, 0).hostile_requests


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.value)
def test_each_fault_at_each_step_changes_nothing_and_really_occurs(act: Act) -> None:
    total = Sometimes()
    for at in range(steps_of_the_quiet_run()):
        total += trial_with(act, at).sometimes
    assert total.seen[act], "no client ever saw it"
    assert total.confirmed[act], "the commit log never confirmed it"


@pytest.mark.parametrize("pick", [1, 2])
def test_each_single_preemption_changes_nothing(pick: int) -> None:
    for at in range(steps_of_the_quiet_run()):
        trial_with(Act.GO_ON, at, pick)


def test_every_crash_leads_to_a_second_life() -> None:
    assert all(max(trial_with(act, 12).lives.values()) == 2 for act in CRASHES)
