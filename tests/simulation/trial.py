"""
A trial in three phases, and the verdicts over what it left behind.

Hostile: all programs at once under the plan, each restarted from its disk after a crash. Quiet: one run without faults,
which must finish what is left. Replay: one more, which must find nothing to do. The programs may be any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from conformance.checkers import (
    Normalised,
    Violation,
    Violations,
    matches_commits,
    no_lost_update,
    normalise,
    nothing_deleted,
    references_hold,
    unique_keys,
    version_steps,
)
from conformance.simulation import Disk, End, Process, Sometimes, describe
from tests.simulation.world import World

T = TypeVar("T")
Program = Callable[[Process], Awaitable[T]]


@dataclass(slots=True)
class Trial(Generic[T]):
    """
    What a run left behind.

    Args:
        ends: how each program's last life ended, in the hostile phase.
        lives: how many lives each program needed.
        hostile_head: commits when everything on the wire had arrived; `quiet_head` after one run without faults.
        replay_writes: commits of one more run after that.
    """

    world: World
    ends: dict[str, End[T]] = field(default_factory=dict)
    lives: dict[str, int] = field(default_factory=dict)
    disks: dict[str, Disk] = field(default_factory=dict)
    quiet: list[End[T]] = field(default_factory=list)
    replay: list[End[T]] = field(default_factory=list)
    hostile_head: int = 0
    quiet_head: int = 0
    replay_writes: int = 0
    replay_requests: int = 0
    hostile_requests: int = 0

    @property
    def sometimes(self) -> Sometimes:
        """What the wire really did."""
        return self.world.wire.sometimes

    def normalised(self) -> Normalised:
        """The final state, comparable."""
        return normalise(self.world.state())

    def story(self) -> str:
        """For failure messages."""
        return "\n".join(self.world.wire.story)


def run(world: World, programs: Mapping[str, Program[T]], quiet: Program[T] | None = None) -> Trial[T]:
    """All three phases; `quiet` is what runs in the last two, else every program, one after the other."""
    trial: Trial[T] = Trial(world)
    wire = world.wire

    async def lives(name: str, program: Program[T]) -> None:
        disk = trial.disks[name] = Disk()
        while True:
            trial.lives[name] = trial.lives.get(name, 0) + 1
            trial.ends[name] = await wire.process(name, disk).run(program)
            if trial.ends[name].crash is None:
                return

    async def alone() -> list[End[T]]:
        if quiet is not None:
            return [await wire.process("quiet").run(quiet)]
        return [await wire.process(name, trial.disks[name]).run(program) for name, program in programs.items()]

    async def main() -> None:
        await asyncio.gather(*(lives(name, program) for name, program in programs.items()))
        await wire.settle()
        trial.hostile_head, trial.hostile_requests = world.head(), wire.request_count
        wire.calm()
        trial.quiet = await alone()
        trial.quiet_head = world.head()
        before = wire.request_count
        trial.replay = await alone()
        trial.replay_requests = wire.request_count - before
        trial.replay_writes = world.head() - trial.quiet_head

    wire.run(main)
    return trial


def safety(trial: Trial[Any]) -> Violations:
    """I1 to I3, I5 and I6 over the log and the final state."""
    commits, state = trial.world.commits(), trial.world.state()
    return (
        *version_steps(commits),
        *no_lost_update(commits),
        *nothing_deleted(commits),
        *matches_commits(state, commits),
        *unique_keys(state),
        *references_hold(state),
    )


def convergence(trial: Trial[Any]) -> Violations:
    """I8 and I18: every run ends by itself and converged, and replaying finished work writes nothing."""
    found = [
        Violation(f"ended with {end.error!r}" if end.error else f"ended by {end.crash}", f"run {name}")
        for name, end in [*trial.ends.items(), *(("quiet", end) for end in [*trial.quiet, *trial.replay])]
        if not end.is_finished
    ]
    if trial.replay_writes:
        found.append(Violation(f"the replay wrote {trial.replay_writes} times", "replay"))
    return tuple(found)


def quiet_wrote(trial: Trial[Any]) -> tuple[Violation, ...]:
    """I8: when every run has converged and the wire is empty, nothing is left to write."""
    if trial.quiet_head == trial.hostile_head:
        return ()
    return (Violation(f"found {trial.quiet_head - trial.hostile_head} commits left to do", "quiet run"),)


def judge(trial: Trial[Any], *violations: Violations | tuple[str, ...]) -> None:
    """Fail with everything that does not hold and the story of the run."""
    found = [str(violation) for some in violations for violation in some]
    assert not found, "\n".join(
        [*found, "", f"plan {list(trial.world.plan)} ({describe(trial.world.plan)}):", trial.story()]
    )
