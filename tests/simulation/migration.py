"""The real migrator as a program on the wire: unchanged, with everything it takes injected."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from conformance.simulation import Process
from migrator.apply import ApplySettings, Planned, apply, plan_live
from migrator.clock import Clock
from migrator.desired import Desires
from migrator.journal import Journal, LineJournal
from migrator.report import Report
from migrator.targets.session import Limits
from migrator.targets.wfm_dialect import Target
from tests.contract.dialect_app import NOW
from tests.simulation.trial import Program
from tests.simulation.world import World

JOURNAL = "journal"
SETTINGS = ApplySettings(workers=2, batch_size=2)


@dataclass(frozen=True, slots=True)
class SimulatedStorage:
    """The journal's bytes on the process's disk."""

    process: Process

    def read(self) -> bytes:
        """All of them."""
        return self.process.disk.read(JOURNAL)

    def append(self, data: bytes) -> None:
        """A crash can fall before, inside or after this write."""
        self.process.write(JOURNAL, data)

    def truncate(self, size: int) -> None:
        """What a journal does to a torn last line."""
        self.process.disk.truncate(JOURNAL, size)


def clock_of(process: Process) -> Clock:
    """Virtual time."""
    return Clock(monotonic=process.now, wall=lambda: NOW + timedelta(seconds=process.now()))


def target_of(world: World, process: Process, limits: Limits | None = None) -> Target:
    """The organisation, as the migrator's own client sees it."""
    return Target(
        lambda: process.client(timeout=30),
        world.credentials(process.name),
        clock=clock_of(process),
        sleep=asyncio.sleep,
        randomness=random.Random(process.name).random,
        limits=limits or Limits(),
    )


def migration(
    world: World,
    desires: Desires,
    *,
    settings: ApplySettings = SETTINGS,
    journal: Callable[[Process], Journal] = lambda process: LineJournal(SimulatedStorage(process)),
    between: Callable[[Planned], None] = lambda _planned: None,
    limits: Limits | None = None,
) -> Program[Report]:
    """
    Plan against the live target, then apply.

    Args:
        between: called when the plan is made and nothing is applied yet.
    """

    async def program(process: Process) -> Report:
        async with target_of(world, process, limits) as target:
            planned = await plan_live(desires, target)
            between(planned)
            return await apply(
                planned.plan,
                target=target,
                journal=journal(process),
                clock=clock_of(process),
                settings=settings,
                current=planned.current,
            )

    return program
