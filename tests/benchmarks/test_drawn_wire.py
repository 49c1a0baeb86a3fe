"""
What the drawn wire carries on one core: requests a second, and whole migrations a second.

The aim is at least 1,000 requests a second through wire, HTTP client and emulator. A migration is two workers with one
agent, group, template and week; a trial is two such runs at once, a quiet one, and a replay.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from conformance.simulation import Budget, Process, Wire
from tests.conformance.simulation.counter_app import CounterApp
from tests.simulation.accounts import account
from tests.simulation.migration import migration
from tests.simulation.trial import run
from tests.simulation.world import World

REQUESTS, TRIALS, ROUNDS = 400, 10, 5
SOURCE = account((1,))


def best(measure: Callable[[], float]) -> float:
    """The fastest of some rounds: the others were disturbed."""
    return max(measure() for _ in range(ROUNDS))


def wire_alone() -> float:
    """Requests a second through the wire to a service that does next to nothing."""
    app = CounterApp()
    wire = Wire(app, budget=Budget(steps=10 * REQUESTS))

    async def many() -> None:
        async def program(process: Process) -> None:
            async with process.client() as client:
                for _ in range(REQUESTS):
                    await client.get("/value")

        await wire.process("a").run(program)

    started = time.perf_counter()
    wire.run(many)
    return REQUESTS / (time.perf_counter() - started)


def trials() -> tuple[float, float]:
    """(requests, migration runs) a second through wire, migrator and emulator."""
    started, requests, runs = time.perf_counter(), 0, 0
    for number in range(TRIALS):
        world = World([0] * number + [1])
        trial = run(world, {"a": migration(world, SOURCE), "b": migration(world, SOURCE)}, migration(world, SOURCE))
        requests += world.wire.request_count
        runs += len(trial.ends) + len(trial.quiet) + len(trial.replay)
    elapsed = time.perf_counter() - started
    return requests / elapsed, runs / elapsed


def test_what_the_drawn_wire_carries(benchmark_row: Callable[[str], None]) -> None:
    requests, migrations = max(trials() for _ in range(ROUNDS))
    benchmark_row(f"drawn wire, toy service: {best(wire_alone):,.0f} requests/s")
    benchmark_row(
        f"drawn wire, migrator and emulator: {requests:,.0f} requests/s (aim 1,000), {migrations:,.0f} migrations/s, "
        f"{migrations / 4:,.0f} trials of four/s"
    )
