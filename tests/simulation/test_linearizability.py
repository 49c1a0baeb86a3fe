"""Without a commit log: what careful and careless clients saw of one user is explained by some order, or is not."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from flask import Flask
from hypothesis import Phase, find, given, settings

from conformance.checkers.linearizability import linearizable
from conformance.final_state import PATHS
from conformance.simulation import Act, Budget, Process, plans
from tests.broken_servers.servers import SERVERS
from tests.simulation.trial import Program
from tests.simulation.world import World

USERS = PATHS["user"]
PLANS = plans(steps_max=30, acts=frozenset(Act) - {Act.DUPLICATED})
"""Without the second answer to a duplicated create: it refuses what the first one did, which no order explains."""
EXAMPLES_MAX = 100
"""Each broken server shows within this many plans, from the clients' histories alone."""


def history_under(plan: list[int], app: Flask | None = None) -> World:
    """Three clients read and replace one user at once; none of them looks at what the others do."""
    world = World(plan, Budget(faults=2), app)
    body = {"name": "Ann", "email": "a@example.com", "externalId": "u", "timeZone": "Europe/Paris"}
    programs = [replacing(world, body, number) for number in range(3)]

    async def main() -> None:
        await asyncio.gather(*(world.wire.process(f"p{at}").run(program) for at, program in enumerate(programs)))
        await world.wire.settle()

    world.wire.run(main)
    return world


def replacing(world: World, body: dict[str, Any], number: int) -> Program[None]:
    """Create the user, then read and replace it three times, whatever the answers are."""

    async def program(process: Process) -> None:
        async with process.client(timeout=30, headers=world.headers) as client:
            known = await attempt(client, "POST", USERS, body)
            for turn in range(3):
                if known is None or "id" not in known:
                    found = await attempt(client, "GET", f"{USERS}?externalId=u")
                    known = next(iter((found or {}).get("entities", [])), None)
                    continue
                changed = {**known, "name": f"Ann {number}.{turn}"}
                known = await attempt(client, "PUT", f"{USERS}/{known['id']}", changed)

    return program


async def attempt(client: httpx.AsyncClient, method: str, path: str, body: object = None) -> dict[str, Any] | None:
    """One request; None when no answer came."""
    try:
        answer = await client.request(method, path, json=body) if body else await client.request(method, path)
    except httpx.HTTPError:
        return None
    return dict(answer.json())


@given(PLANS)
def test_the_emulator_is_linearizable_as_its_clients_see_it(plan: list[int]) -> None:
    world = history_under(plan)
    assert linearizable(world.wire.history()) == (), "\n".join(world.wire.story)


@pytest.mark.parametrize("name", ["version unchecked", "a refusal moves the version"])
def test_a_broken_server_is_caught_from_histories_alone(name: str) -> None:
    app = SERVERS[name]()
    quick = settings(max_examples=EXAMPLES_MAX, phases=[Phase.generate], database=None)
    find(PLANS, lambda plan: linearizable(history_under(plan, app).wire.history()) != (), settings=quick)
