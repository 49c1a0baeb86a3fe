"""Several unmodified migrator runs at once, under any order of commits, answers and timers, and any faults."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checkers import Violation, references_hold, unique_keys
from conformance.simulation import Budget, Sometimes, plans
from migrator.apply import ApplySettings
from tests.simulation.accounts import account
from tests.simulation.migration import migration
from tests.simulation.trial import judge, run
from tests.simulation.verdicts import everything, watch_intents
from tests.simulation.world import World

WHOLE = account((1, 2))
HALF, OTHER_HALF, UNION = account((1, 2, 3)), account((4, 3, 5)), account((1, 2, 3, 4, 5))
FAULTS, CRASHES = Budget(faults=3), Budget(faults=2, crashes=2)
MANY = settings(max_examples=2 * settings().max_examples)
RACES = ("POST 409 wfm.email.in.use", "POST 409 wfm.name.in.use")
"""What a run is told when another one was there first."""
PLANS = plans(steps_max=50)


@MANY
@given(PLANS)
def test_two_runs_over_the_whole_source_end_as_one_does(plan: list[int]) -> None:
    world = World(plan, FAULTS)
    trial = run(world, {"a": migration(world, WHOLE), "b": migration(world, WHOLE)}, migration(world, WHOLE))
    judge(trial, *everything(trial, WHOLE))


def test_two_runs_over_halves_that_share_agents_end_with_all_members() -> None:
    total = Sometimes()

    @MANY
    @given(PLANS)
    def under(plan: list[int]) -> None:
        nonlocal total
        world = World(plan, FAULTS)
        trial = run(world, {"a": migration(world, HALF), "b": migration(world, OTHER_HALF)}, migration(world, UNION))
        judge(trial, *everything(trial, UNION))
        total += trial.sometimes

    under()
    for refusal in RACES:
        assert total.answers[refusal], f"never met: {refusal}"


@MANY
@given(PLANS)
def test_a_crash_anywhere_and_a_restart_from_the_journal_end_as_no_crash_does(plan: list[int]) -> None:
    world = World(plan, CRASHES)
    broken = watch_intents(world)
    trial = run(world, {"a": migration(world, WHOLE), "b": migration(world, HALF)}, migration(world, HALF))
    judge(trial, *everything(trial, HALF), tuple(broken))


@given(PLANS, st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
def test_workers_and_batch_sizes_change_nothing(plan: list[int], runs: int, workers: int, batch_size: int) -> None:
    world, how = World(plan, FAULTS), ApplySettings(workers=workers, batch_size=batch_size)
    programs = {f"run {number}": migration(world, UNION, settings=how) for number in range(runs)}
    trial = run(world, programs, migration(world, UNION))
    judge(trial, *everything(trial, UNION))


@given(PLANS)
def test_safety_holds_after_every_single_commit(plan: list[int]) -> None:
    world, broken, heads = World(plan, CRASHES), list[Violation](), [0]

    def look(_flight: object) -> None:
        if world.head() > heads[-1]:
            heads.append(world.head())
            state = world.state()
            broken.extend((*unique_keys(state), *references_hold(state)))

    world.watchers.append(look)
    trial = run(world, {"a": migration(world, HALF), "b": migration(world, OTHER_HALF)}, migration(world, UNION))
    judge(trial, tuple(broken))
    assert len(heads) > 8
