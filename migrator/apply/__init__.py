"""
Walk a plan and nothing but the plan: intent -> send -> outcome, row by row to a report.

    plan = await plan_live(desires, target)
    report = await apply(plan, target=target, journal=journal, clock=clock)

`run` holds what the workers share, `entities` brings users, templates and groups to their planned state, `schedules`
imports weeks in batches. Stages (kinds) follow each other; the lanes of a stage are spread over the workers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from migrator.apply import entities, schedules
from migrator.apply.run import ApplySettings, Progress, Run, no_progress
from migrator.batch import Stage, Unit, stages
from migrator.clock import Clock
from migrator.current import Current
from migrator.desired import Desires
from migrator.diff import LastApplied, diff, schedules_to_read
from migrator.errors import CredentialsRefused, JournalUnwritable, PreflightFailed, TargetUnavailable
from migrator.journal import Journal
from migrator.plan import Plan
from migrator.report import Report
from migrator.targets.wfm_dialect import Target

__all__ = ["ApplySettings", "Planned", "apply", "plan_live"]
_DEFAULTS = ApplySettings()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what was read to make it, so that applying it at once need not read all of it again."""

    plan: Plan
    current: Current


async def plan_live(
    desires: Desires,
    target: Target,
    *,
    last_applied: LastApplied | None = None,
    adopt: frozenset[str] = frozenset(),
) -> Planned:
    """
    Read the target and compare; writes nothing.

    Raises:
        PreflightFailed: the target cannot be read: its address, the credentials or the permissions are wrong.
    """
    try:
        current = await target.read_all()
        for summary in schedules_to_read(desires, current):
            whole = await target.get(summary.kind, summary.id)
            if whole is None:
                current.drop(summary.kind, summary.id)
            else:
                current.put(whole)
    except (CredentialsRefused, TargetUnavailable) as error:
        raise PreflightFailed(str(error)) from error
    return Planned(diff(desires, current, target.base_url, last_applied=last_applied, adopt=adopt), current)


async def apply(
    plan: Plan,
    *,
    target: Target,
    journal: Journal,
    clock: Clock,
    settings: ApplySettings = _DEFAULTS,
    current: Current | None = None,
    progress: Progress = no_progress,
) -> Report:
    """
    Bring the target to the plan's state, as far as it goes; everything that did not go is in the report.

    Args:
        journal: intents and outcomes go there; entries of an earlier life are read back first.
        current: what `plan_live` read; without it the target is read first. It may be out of date: every write is
            guarded by a unique key or a version.

    Raises:
        PreflightFailed: nothing was written: credentials, address or permissions are wrong.
    """
    started_at = clock.wall().isoformat(timespec="seconds")
    try:
        mirror = await target.read_all() if current is None else current
    except CredentialsRefused as error:
        raise PreflightFailed(str(error)) from error
    run = Run(plan, target, journal, clock, settings, mirror, progress)
    run.begin()
    for stage in stages(plan):
        await _walk(run, stage)
    if run.ended and run.commit_count == 0:
        raise PreflightFailed(run.ended)
    return Report(
        target=plan.target,
        plan=plan.digest(),
        rows=tuple(run.results[change.row] for change in plan.changes),
        decisions=plan.decisions,
        losses=plan.losses,
        request_count=target.session.request_count,
        waited_s=target.session.budget.waited_s,
        started_at=started_at,
        ended_at=clock.wall().isoformat(timespec="seconds"),
    )


async def _walk(run: Run, stage: Stage) -> None:
    """Each worker takes the next lane until none is left."""
    lanes = iter(stage.lanes)

    async def work() -> None:
        for lane in lanes:
            for unit in lane:
                await _settle(run, unit)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(run.settings.workers, len(stage.lanes))):
            group.create_task(work())


async def _settle(run: Run, unit: Unit) -> None:
    """Bring one unit to its results; whatever the target does ends here as a result."""
    for change in unit.changes:
        run.settle_unsent(change)
    if run.ended:
        run.settle_all(unit.changes, "failed", "not_sent", run.ended)
    try:
        if not all(run.is_settled(change) for change in unit.changes):
            settle = schedules.settle if unit.own.kind == "schedule" else entities.settle
            await settle(run, unit)
    except (CredentialsRefused, TargetUnavailable, PreflightFailed, JournalUnwritable) as error:
        run.give_up(unit.changes, error)
