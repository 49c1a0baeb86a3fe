"""What one run promises about order, splitting, journals, poison rows, dry runs, cost, tokens, ends and counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checkers import differences, normalise
from conformance.checkers.pace import tokens_fetched, waits_after_429, within_rate
from conformance.final_state import PATHS
from conformance.simulation import CRASHES, FAULTS, Act, Budget, Process, choice, plans
from migrator.apply import Planned
from migrator.desired import Desired, Desires
from migrator.errors import MigratorError
from migrator.journal import NoJournal
from migrator.plan import Plan
from migrator.report import Report
from migrator.targets.session import Limits
from tests.simulation.accounts import account
from tests.simulation.migration import SETTINGS, migration
from tests.simulation.trial import Program, Trial, convergence, judge, run, safety
from tests.simulation.verdicts import alone, everything, reports
from tests.simulation.world import World

SOURCE, PART, REST = account((1, 2, 3)), account((1,)), account((2, 3))
PLANS = plans(steps_max=50)
FAULTS_MAX = 3
READS = 1 + 4 + 1
"""A replay: the token, a page of each kind, and the one schedule."""
REQUESTS_A_FAULT = 8
"""What one fault may cost at most: waiting, a new token, reading back, sending again."""


def migrate(desires: Desires, plan: list[int] | None = None, budget: Budget | None = None) -> Trial[Report]:
    """One run over one source."""
    world = World(plan or (), budget)
    return run(world, {"a": migration(world, desires)})


@given(st.permutations(SOURCE.entities), st.permutations([0, 1, 2]))
def test_the_order_of_the_source_does_not_matter(entities: list[Desired], order: list[int]) -> None:
    shuffled = Desires(tuple(replace(entity, fields=reordered(entity.fields, order)) for entity in entities))
    assert differences(migrate(shuffled).normalised(), alone(SOURCE)) == ()


def reordered(fields: Any, order: list[int]) -> dict[str, Any]:
    """The same fields with their lists of members in another order."""
    members = ("userIds", "agents")
    return {name: [value[at] for at in order] if name in members else value for name, value in fields.items()}


@given(PLANS)
def test_two_parts_one_after_the_other_end_as_the_whole(plan: list[int]) -> None:
    world = World(plan, Budget(faults=2))
    first = run(world, {"a": migration(world, PART)})
    world.rewire()
    second = run(world, {"a": migration(world, REST)})
    judge(second, safety(second), convergence(first), convergence(second))
    assert differences(second.normalised(), alone(SOURCE)) == ()


@given(PLANS)
def test_without_a_journal_a_crashed_run_ends_the_same_and_only_reads_more(plan: list[int]) -> None:
    world = World(plan, Budget(faults=2, crashes=2))
    trial = run(world, {"a": migration(world, SOURCE, journal=lambda _process: NoJournal())})
    judge(trial, *everything(trial, SOURCE))


HINDRANCES = [act for act in Act if act in FAULTS - {Act.DUPLICATED, Act.DUPLICATED_LATE}]
"""Faults that keep a request from succeeding, as the client sees it."""
ANSWERED_FOR_CERTAIN = frozenset(Act) - CRASHES - {Act.DUPLICATED}
"""Without the second answer to a duplicated create: a refusal from which nobody can tell whose it was."""
POISON = ("no address", "a shift outside of its week")


def poisoned(kind: str) -> Desires:
    """The source with one row, of agent 2, that the target will never accept."""

    def spoil(entity: Desired) -> Desired:
        fields = dict(entity.fields)
        if kind == POISON[0] and entity.key == "zendesk:user:2":
            fields["email"] = "nobody"
        if kind == POISON[1] and entity.kind == "schedule":
            late = [{"start": "2027-01-04T07:00:00Z", "lengthMinutes": 480}]
            fields["agents"] = [
                {**agent, "shifts": late} if agent["userId"].key == "zendesk:user:2" else agent
                for agent in fields["agents"]
            ]
        return replace(entity, fields=fields)

    return Desires(tuple(map(spoil, SOURCE.entities)))


@pytest.mark.parametrize("kind", POISON)
def test_a_poison_row_is_reported_once_and_the_others_arrive(kind: str) -> None:
    @given(PLANS)
    def under(plan: list[int]) -> None:
        trial = migrate(poisoned(kind), plan, Budget(faults=2))
        judge(trial, safety(trial), convergence(trial))
        state = trial.world.state()
        ids = {user["email"]: user["id"] for user in state.users}
        arrived = {agent["userId"] for schedule in state.schedules for agent in schedule["agents"]}
        assert {ids["1@example.com"], ids["3@example.com"]} == arrived, trial.story()
        for name, report in reports(trial):
            bad = [row for row in report.rows if row.result == "failed"]
            assert len(bad) == 1, f"{name}: {bad}\n{trial.story()}"
            assert report.exit_code == 3

    under()


@given(PLANS)
def test_a_plan_writes_nothing_and_names_the_writes_that_follow(plan: list[int]) -> None:
    world, plans_made = World(plan, Budget(faults=3)), list[tuple[int, Plan]]()

    def note(planned: Planned) -> None:
        plans_made.append((world.head(), planned.plan))

    trial = run(world, {"a": migration(world, SOURCE, between=note)})
    head, made = plans_made[0]
    assert head == 0, "planning wrote"
    writes = sum(change.is_write for change in made.changes)
    report = trial.ends["a"].value
    assert report is not None
    assert writes == report.counts["created"] + report.counts["updated"]


@given(PLANS, st.integers(1, 3))
def test_a_run_costs_no_more_than_its_rows_and_its_faults_explain(plan: list[int], runs: int) -> None:
    world = World(plan, Budget(faults=FAULTS_MAX))
    programs = {f"run {number}": migration(world, SOURCE) for number in range(runs)}
    trial = run(world, programs, migration(world, SOURCE))
    rows = sum(1 + len(entity.fields.get("userIds", entity.fields.get("agents", ()))) for entity in SOURCE.entities)
    assert trial.replay_requests == READS
    assert trial.replay_writes == 0
    assert trial.hostile_head <= rows
    assert trial.hostile_requests <= runs * (READS + 3 * rows) + FAULTS_MAX * REQUESTS_A_FAULT, trial.story()


@given(plans(steps_max=50, acts=frozenset({Act.THROTTLED, Act.EXPIRED, Act.PASS_TIME})))
def test_who_is_throttled_waits_and_a_token_is_fetched_once_a_lifetime(plan: list[int]) -> None:
    world = World(plan, Budget(faults=FAULTS_MAX))
    trial = run(world, {"a": migration(world, SOURCE, settings=replace(SETTINGS, workers=4))}, idle())
    history = world.wire.history()
    judge(trial, waits_after_429(history))
    assert tokens_fetched(history, "a") <= 1 + trial.sometimes.seen[Act.EXPIRED]


@pytest.mark.parametrize("after", [1, 2])
def test_workers_that_meet_an_expired_token_together_fetch_one_new_token(after: int) -> None:
    together = 0
    for at in range(2 * (READS + 10)):
        world = World([*[0] * at, choice(act=Act.EXPIRED), *[after] * 8], Budget(faults=1))
        run(world, {"a": migration(world, SOURCE, settings=replace(SETTINGS, workers=4))}, idle())
        history = world.wire.history()
        assert tokens_fetched(history, "a") <= 2, "\n".join(world.wire.story)
        together = max(together, sum(operation.status == 401 for operation in history))
    assert together > 1, "several workers must really have met it"


@given(plans(steps_max=50, acts=frozenset({Act.THROTTLED, Act.LOST_AFTER, Act.PASS_TIME})), st.integers(5, 12))
def test_no_minute_holds_more_requests_than_are_allowed(plan: list[int], per_minute: int) -> None:
    world, limits = World(plan, Budget(faults=FAULTS_MAX)), Limits(requests_per_minute=per_minute)
    trial = run(world, {"a": migration(world, SOURCE, settings=replace(SETTINGS, workers=4), limits=limits)}, idle())
    judge(trial, within_rate(world.wire.history(), "a", per_minute), safety(trial))


def idle() -> Program[Report]:
    """A quiet phase in which nothing is done."""

    async def program(_process: Process) -> Report:
        await asyncio.sleep(0)
        return Report("", "", ())

    return program


@pytest.mark.parametrize("act", HINDRANCES, ids=lambda act: act.value)
def test_a_target_that_never_gets_better_is_given_up_in_words(act: Act) -> None:
    world = World([choice(act=act)] * 4_000, Budget(faults=4_000, steps=4_000))
    end = run(world, {"a": migration(world, SOURCE)}, idle()).ends["a"]
    assert isinstance(end.error, MigratorError) or (end.value is not None and end.value.exit_code == 3), end


@given(plans(steps_max=50, acts=ANSWERED_FOR_CERTAIN))
def test_counts_agree_with_the_commit_log(plan: list[int]) -> None:
    trial = migrate(SOURCE, plan, Budget(faults=3))
    report = trial.ends["a"].value
    assert report is not None
    state = trial.world.state()
    alive = sum(len(state.of(kind)) for kind in PATHS)
    members = sum(len(group["userIds"]) for group in state.groups)
    weeks = sum(len(schedule["agents"]) for schedule in state.schedules)
    assert report.counts["created"] == alive + members + weeks
    assert normalise(state) == alone(SOURCE)
