"""The bundled sample, mess and all, from its export to the target: the whole migrator under drawn plans."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from conformance.checkers import agents_present, eligible_agents
from conformance.simulation import Budget, plans
from migrator import mapping, sample, sources
from migrator.apply import ApplySettings
from migrator.records import Account
from tests.simulation.migration import migration
from tests.simulation.trial import judge, run
from tests.simulation.verdicts import everything
from tests.simulation.world import World

AGENTS, SEED = 12, 7
FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
HOW = ApplySettings(workers=3, batch_size=4)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """A small account with everything that is wrong in real ones."""
    folder: Path = tmp_path_factory.mktemp("export")
    sample.write(sample.generate(AGENTS, SEED), folder)
    return sources.load(folder)


def part(account: Account, agents: Collection[int]) -> Account:
    """The account as an export of these agents alone would hold it."""
    return replace(
        account,
        agents=tuple(agent for agent in account.agents if agent.id in agents),
        memberships=tuple(membership for membership in account.memberships if membership.user_id in agents),
    )


@FEW
@given(plan=plans(steps_max=200, deviations_max=12))
def test_overlapping_parts_of_the_sample_add_up_to_the_whole(account: Account, plan: list[int]) -> None:
    ids = [agent.id for agent in account.agents]
    third = len(ids) // 3
    whole, first, second = (
        mapping.desire(part(account, some), mapping.load()) for some in (ids, ids[: 2 * third], ids[third:])
    )
    world = World(plan, Budget(faults=4, crashes=1))
    programs = {"a": migration(world, first, settings=HOW), "b": migration(world, second, settings=HOW)}
    trial = run(world, programs, migration(world, whole, settings=HOW))
    judge(trial, *everything(trial, whole))


def test_every_eligible_agent_of_the_sample_arrives(account: Account) -> None:
    rows = sample.generate(AGENTS, SEED)["users.json"]
    world = World()
    run(world, {"a": migration(world, mapping.desire(account, mapping.load()), settings=HOW)})
    eligible = eligible_agents(rows if isinstance(rows, list) else rows["users"])
    assert len(eligible) >= AGENTS // 2
    assert agents_present(world.state(), eligible) == ()
