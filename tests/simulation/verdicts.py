"""Verdicts that need to know what a migrator's report says, and what its journal holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from conformance.checkers import Normalised, Violation, Violations, differences
from conformance.checkers.journal import entries_of, intents_come_first, journal_is_honest
from conformance.checkers.pace import waits_after_429
from conformance.simulation import Disk, Flight
from migrator.desired import Desires
from migrator.report import RESULTS, Report
from tests.simulation.migration import JOURNAL, migration
from tests.simulation.trial import Trial, convergence, quiet_wrote, run, safety
from tests.simulation.world import World


@cache
def _alone(source: _Source) -> Normalised:
    world = World()
    return run(world, {"alone": migration(world, source.desires)}).normalised()


class _Source:
    """Lets a cache key hold on to desires, which are not hashable."""

    def __init__(self, desires: Desires) -> None:
        self.desires = desires

    def __hash__(self) -> int:
        return id(self.desires)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and other.desires is self.desires


def alone(desires: Desires) -> Normalised:
    """The state that one run leaves on a perfect wire."""
    return _alone(_Source(desires))


def same_as_alone(trial: Trial[Report], desires: Desires) -> tuple[str, ...]:
    """I10, I11 and I13: whatever happened on the way, the end is the one of an undisturbed run."""
    return differences(trial.normalised(), alone(desires))


def reports(trial: Trial[Report]) -> list[tuple[str, Report]]:
    """(phase or name, report) of every run that came to its end."""
    ends = [*trial.ends.items(), *(("quiet", end) for end in trial.quiet), *(("replay", end) for end in trial.replay)]
    return [(name, end.value) for name, end in ends if end.value is not None]


def all_converged(trial: Trial[Report]) -> Violations:
    """Every run says itself that everything is as planned."""
    return tuple(
        Violation(f"exit code {report.exit_code}: {dict(report.counts)}", f"run {name}")
        for name, report in reports(trial)
        if report.exit_code != 0
    )


def counts_add_up(trial: Trial[Report]) -> Violations:
    """I19: the results of a report add up to its rows."""
    return tuple(
        Violation(f"{dict(report.counts)} for {len(report.rows)} rows", f"report {name}")
        for name, report in reports(trial)
        if sum(report.counts[result] for result in RESULTS) != len(report.rows)
    )


def nothing_overwritten_unclaimed(trial: Trial[Report]) -> Iterator[Violation]:
    """I3, where no version was claimed: an import without one replaces nothing."""
    for operation in trial.world.wire.history():
        is_import = operation.method == "POST" and operation.path == "/api/v2/wfm/schedules"
        if is_import and operation.outcome == "ok" and operation.body.get("version") is None:
            for user_id in operation.response["replaced"]:
                yield Violation(f"replaced the week of {user_id} without a version", operation.client)


def honest_journals(trial: Trial[Report]) -> Violations:
    """I7, over every disk of the trial."""
    return tuple(
        violation
        for disk in trial.disks.values()
        for violation in journal_is_honest(entries_of(disk.read(JOURNAL)), trial.world.contexts)
    )


def watch_intents(world: World, *people: str) -> list[Violation]:
    """I7: from now on, look at the disk at each write; fills the answer. `people` are processes without a journal."""
    found: list[Violation] = []

    def look(flight: Flight) -> None:
        if flight.is_write and not flight.is_copy and flight.process.name not in people:
            disk: Disk = flight.process.disk
            sent = sum(other.is_write and other.process.disk is disk for other in world.wire.flown)
            found.extend(intents_come_first(entries_of(disk.read(JOURNAL)), sent))

    world.watchers.append(look)
    return found


def everything(trial: Trial[Report], desires: Desires) -> Sequence[Violations | tuple[str, ...]]:
    """What holds after any trial whose runs want the same, or parts of the same."""
    return (
        safety(trial),
        convergence(trial),
        quiet_wrote(trial),
        same_as_alone(trial, desires),
        all_converged(trial),
        counts_add_up(trial),
        tuple(nothing_overwritten_unclaimed(trial)),
        honest_journals(trial),
        waits_after_429(trial.world.wire.history()),
    )
