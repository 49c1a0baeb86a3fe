"""
Users, templates and groups: create, or replace under the version last read, until the target agrees with the plan.

One loop serves all: look at the mirror, decide (`next_step`, pure), send, understand the answer, read back where it
leaves doubt. A group is sent with its members; sets are united with what the target has. Members that the target
refuses are named by the answer, or found by halving, and the others arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from migrator.apply.run import Missing, Run
from migrator.batch import Unit, halves
from migrator.canonical import MEMBER, Fields
from migrator.conflict import CONTRADICTED, Verdict, faults_by_row, merge, understand
from migrator.current import Live, live
from migrator.matching import Clash
from migrator.plan import Change
from migrator.report import Result
from migrator.targets.session import Answer


@dataclass(frozen=True, slots=True)
class Send:
    """Create (`base` is None) or replace `base`; `body` is what goes out, `user_ids` the members in its order."""

    base: Live | None
    body: dict[str, Any]
    user_ids: list[str] | None
    rows: tuple[Change, ...]
    """The rows that this write is about."""
    contradiction: str = ""
    """Why the plan's own fields stay out of it: somebody else has changed them."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The target is as planned, as far as it can be."""

    contradiction: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """It cannot become so: why."""

    code: str
    message: str


@dataclass(slots=True)
class Job:
    """
    One entity on its way.

    Args:
        before, after: own fields, ids in the place of refs.
        members: rows that wait for their result, and `user_ids` by their member keys.
        is_uncertain: a write went unanswered; what is found from now on may be ours.
    """

    run: Run
    own: Change
    before: Fields | None
    after: Fields
    members: Sequence[Change] = ()
    user_ids: dict[str, str] = field(default_factory=dict)
    is_uncertain: bool = False
    unfound_count: int = 0

    def user_id(self, row: Change) -> str:
        """Of a member's row."""
        return self.user_ids[row.member or ""]


async def settle(run: Run, unit: Unit) -> None:
    """Bring one entity and its members to their results."""
    try:
        after = run.resolved(dict(unit.own.after))
        before = None if unit.own.before is None else run.resolved(dict(unit.own.before))
    except Missing as missing:
        return run.settle_all(unit.changes, "blocked", "reference", str(missing))
    user_ids = run.members_of(unit.rows)
    rows = [row for row in unit.rows if row.member in user_ids]
    return await ensure(Job(run, unit.own, before, after, rows, user_ids), rows)


async def ensure(job: Job, rows: Sequence[Change]) -> None:
    """Repeat look, send, understand until the entity and these rows are settled, a bounded number of times."""
    run, attempt = job.run, 0
    answer: Answer | None = None
    while attempt < run.target.session.limits.attempts_max and not run.ended:
        rows = [row for row in rows if not run.is_settled(row)]
        step = next_step(job, rows)
        if isinstance(step, Stop):
            return _stop(job, step)
        if step.contradiction:
            run.settle(job.own, "conflict", "edited_outside", step.contradiction)
        if isinstance(step, Ready):
            return _ready(job, rows)
        answer = await _send(job, step)
        if await _is_over(job, rows, step, answer):
            return None
        if _is_worth_waiting(job, answer):
            await run.target.session.backoff(attempt)
        attempt += 1
    return run.give_up([job.own, *rows], answer)


async def _is_over(job: Job, rows: Sequence[Change], step: Send, answer: Answer) -> bool:
    """Act on an answer; False asks for another look."""
    verdict = understand(answer)
    if verdict is Verdict.DONE:
        _done(job, rows, step, answer)
    elif verdict is Verdict.FORBIDDEN:
        job.run.settle_all([job.own, *rows], "failed", answer=answer)
    elif verdict is Verdict.REFUSED:
        if not _settle_faults(job, step, answer):
            await _isolate(job, rows, step, answer)
            return True
        await ensure(job, rows)
    else:
        job.is_uncertain |= verdict is Verdict.LOOK
        if verdict is not Verdict.AGAIN:
            await job.run.reread(job.own, job.after)
        return verdict is Verdict.HELD and _is_unfindable(job, answer)
    return True


def _is_worth_waiting(job: Job, answer: Answer) -> bool:
    """Not after a 401 or 429, which wait for the token and in the budget, nor when a look has shown the entity."""
    if answer.status in (401, 429):
        return False
    has_shown = isinstance(job.run.locate(job.own, job.after), Live)
    return not (has_shown and understand(answer) in (Verdict.HELD, Verdict.LOOK))


def _is_unfindable(job: Job, answer: Answer) -> bool:
    """A held key whose holder no lookup shows, twice: no race, but something of another kind."""
    if job.run.locate(job.own, job.after) is not None:
        return False
    job.unfound_count += 1
    if job.unfound_count > 1:
        _stop(job, Stop(answer.code, answer.message))
    return job.unfound_count > 1


def next_step(job: Job, rows: Sequence[Change]) -> Send | Ready | Stop:
    """What the mirror and the plan say is to be done next; changes nothing."""
    found = job.run.locate(job.own, job.after)
    if isinstance(found, Clash):
        return Stop(found.code, found.why)
    if found is None:
        if job.before is not None:
            return Stop("gone", "the target had it when the plan was made and has it no more")
        user_ids = [job.user_id(row) for row in rows if _is_member(row)]
        return Send(None, _body(job, dict(job.after), user_ids), user_ids, (job.own, *rows))
    if job.before is None and found.external_id is None:
        return Stop("natural_key_held", f"{found.label!r} ({found.id}) has appeared since the plan, without externalId")
    return _next_replace(job, rows, found)


def _next_replace(job: Job, rows: Sequence[Change], found: Live) -> Send | Ready:
    """Theirs, with the plan's fields where nobody else has changed them, and the sets united."""
    merged = merge(job.before, job.after, found.fields)
    contradiction = merged.reason() if merged.contradictions else ""
    fields: Fields = found.fields if merged.contradictions else merged.fields
    has = found.members or {}
    moving = [row for row in rows if (job.user_id(row) in has) != _is_member(row)]
    if fields == found.fields and not moving:
        return Ready(contradiction)
    gone = {job.user_id(row) for row in moving if not _is_member(row)}
    new = [job.user_id(row) for row in moving if _is_member(row)]
    user_ids = [user_id for user_id in has if user_id not in gone] + new
    touched = () if fields == found.fields else (job.own,)
    return Send(found, _body(job, dict(fields), user_ids), user_ids, (*touched, *moving), contradiction)


def _body(job: Job, fields: dict[str, Any], user_ids: list[str]) -> dict[str, Any]:
    return {**fields, "userIds": user_ids} if job.own.kind == "group" else fields


def _is_member(row: Change) -> bool:
    return row.after == MEMBER


async def _send(job: Job, step: Send) -> Answer:
    target, kind, base, body = job.run.target, job.own.kind, step.base, step.body
    if base is None:
        return await job.run.send(step.rows, None, f"create {kind}", lambda: target.create(kind, body))
    return await job.run.send(
        step.rows, base.version, f"replace {kind} {base.id}", lambda: target.replace(kind, base.id, base.version, body)
    )  # fmt: skip


def _done(job: Job, rows: Sequence[Change], step: Send, answer: Answer) -> None:
    """The answer is the entity; the rows that the write was about are done, others were so before."""
    job.run.current.put(live(job.own.kind, answer.body))
    if answer.status == 201 or step.base is not None:
        for row in step.rows:
            is_new = answer.status == 201 if row.member is None else _is_member(row)
            job.run.settle(row, "created" if is_new else "updated")
    _ready(job, rows)


def _ready(job: Job, rows: Sequence[Change]) -> None:
    changes = [change for change in (job.own, *rows) if not job.run.is_settled(change)]
    job.run.found(changes)
    for change in changes:
        if job.is_uncertain:
            job.run.settle(change, "created" if change.before is None else "updated", is_uncertain=True)
        else:
            job.run.settle(change, "unchanged")


def _stop(job: Job, step: Stop) -> None:
    job.run.settle(job.own, "conflict", step.code, step.message)
    job.run.settle_all(job.members, "blocked", "container", f"waits for the {job.own.kind}: {step.message}")


def _settle_faults(job: Job, step: Send, answer: Answer) -> bool:
    """Settle the members that the answer blames; False when it blames nothing that we added."""
    by_id = {job.user_id(row): row for row in step.rows if row.member is not None}
    faults = faults_by_row(answer)
    blamed = {index: by_id.get((step.user_ids or [])[index]) for index in faults if index < len(step.user_ids or [])}
    if not blamed or len(blamed) != len(faults) or None in blamed.values():
        return False
    for index, row in blamed.items():
        assert row is not None
        job.run.settle(row, _refused_as(faults[index].code), faults[index].code, answer=answer)
    return True


async def _isolate(job: Job, rows: Sequence[Change], step: Send, answer: Answer) -> None:
    """The answer names no row: the entity alone, then halves of its members, so that only the bad ones stay out."""
    members = [row for row in step.rows if row.member is not None]
    if job.own in step.rows and members:
        await ensure(job, [])
        if job.run.result_of(job.own) in ("created", "updated", "unchanged"):
            return await ensure(job, rows)
    elif len(members) > 1:
        for half in halves(members):
            await ensure(job, half)
        return await ensure(job, rows)
    job.run.settle_all(step.rows, _refused_as(answer.code), answer=answer)
    return job.run.settle_all(rows, "blocked", "container", f"the {job.own.kind} was refused: {answer.message}")


def _refused_as(code: str) -> Result:
    """What contradicts the target is for a person to settle; the rest is wrong in itself."""
    return "conflict" if code in CONTRADICTED else "failed"
