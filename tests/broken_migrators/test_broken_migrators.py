"""Every migrator with a planted bug is caught within a stated number of examples; a sound one passes the same trial."""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import Phase, find, given, settings

from conformance.checkers import Normalised, Violation, differences, normalise
from conformance.checkers.journal import entries_of, journal_is_honest
from conformance.checkers.pace import waits_after_429
from conformance.simulation import Budget, plans
from tests.broken_migrators.scripts import SCRIPTS, GaveUp, Sound, program
from tests.simulation.migration import JOURNAL
from tests.simulation.test_outside_edits import editor
from tests.simulation.trial import Trial, convergence, judge, quiet_wrote, run, safety
from tests.simulation.verdicts import watch_intents
from tests.simulation.world import World

EXAMPLES_MAX = 100
"""Every planted bug shows within this many plans (profile default)."""
BUDGET = Budget(faults=2, crashes=1, steps=1_500)
PLANS = plans(steps_max=50)


def trial_of(script: type[Sound], plan: list[int], budget: Budget = BUDGET) -> tuple[Trial[Any], list[Violation]]:
    """Two overlapping runs and a colleague, in a target where a first agent has arrived; then all agents, twice."""
    world = World()
    run(world, {"first": program(world, Sound, (1,))})
    world.rewire(plan, budget)
    broken = watch_intents(world, "hand")
    programs = {
        "a": program(world, script, (1, 2)),
        "b": program(world, script, (2, 3)),
        "hand": editor(world, "group", {"name": "Support"}, {"description": "by hand"}),
    }
    return run(world, programs, program(world, script, (1, 2, 3))), broken


@cache
def expected() -> Normalised:
    """What is there in the end when nothing goes wrong."""
    return trial_of(Sound, [])[0].normalised()


def check(script: type[Sound], plan: list[int]) -> None:
    """All verdicts over one trial."""
    trial, broken = trial_of(script, plan)
    for end in [*trial.ends.values(), *trial.quiet]:
        if end.error is not None and not isinstance(end.error, GaveUp | httpx.HTTPError):
            raise RuntimeError("not the planted bug") from end.error
    disks = [entries_of(disk.read(JOURNAL)) for disk in trial.disks.values()]
    judge(
        trial,
        tuple(broken),
        safety(trial),
        convergence(trial),
        quiet_wrote(trial),
        differences(normalise(trial.world.state()), expected()),
        waits_after_429(operation for operation in trial.world.wire.history() if operation.client != "hand"),
        *(journal_is_honest(entries, trial.world.contexts) for entries in disks),
    )


def is_caught(script: type[Sound], plan: list[int]) -> bool:
    """Whether a plan makes the bug show; anything but a verdict is a mistake of the trial."""
    try:
        check(script, plan)
    except AssertionError:
        return True
    return False


@settings(max_examples=EXAMPLES_MAX)
@given(PLANS)
def test_the_sound_script_passes(plan: list[int]) -> None:
    check(Sound, plan)


def caught(name: str, *phases: Phase) -> list[int]:
    """The plan that shows the bug; raises NoSuchExample when none of the stated number does."""
    quick = settings(max_examples=EXAMPLES_MAX, phases=[Phase.generate, *phases], database=None)
    return find(PLANS, lambda plan: is_caught(SCRIPTS[name], plan), settings=quick)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_planted_bug_is_caught(name: str) -> None:
    assert is_caught(SCRIPTS[name], caught(name))


@pytest.mark.parametrize("name", ["last writer wins", "asks again before Retry-After"])
def test_what_is_left_of_the_plan_after_shrinking_is_one_number(name: str) -> None:
    plan = caught(name, Phase.shrink)
    assert sum(number != 0 for number in plan) == 1


def test_the_complaint_needs_no_fault_and_no_race() -> None:
    world = World()
    trial = run(world, {"a": program(world, SCRIPTS["version read once and kept"], (1, 2))})
    assert isinstance(trial.ends["a"].error, GaveUp)
    assert trial.sometimes.answers["POST 409 wfm.transaction.conflict"]
