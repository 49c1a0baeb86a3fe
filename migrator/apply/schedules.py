"""
Schedules: agents' weeks, imported in batches of 50 into the triple of group, template and week.

Agents who are new to the week go without a version, so that nothing that exists can be overwritten and two runs on one
template do not refuse each other. Agents whose shifts are to be replaced go with the template's version, read again
before each such batch and before the schedule itself is read: whatever is imported after that read moves the version
and the batch is refused instead of overwriting it (source: the dialect's rules 2 to 5 for schedules).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from migrator.apply.run import Missing, Run
from migrator.batch import Unit, batches, halves
from migrator.canonical import Fields, Row
from migrator.conflict import CONTRADICTED, HELD, Verdict, faults_by_row, merge, understand
from migrator.current import Live, live
from migrator.matching import Clash
from migrator.plan import Change
from migrator.report import Result
from migrator.targets.session import Answer


@dataclass(slots=True)
class Week:
    """One schedule on its way."""

    run: Run
    own: Change
    fields: dict[str, Any]
    """Own fields as planned, with ids."""
    rows: Sequence[Change] = ()
    """Agents that wait for their result, `user_ids` by their member keys."""
    user_ids: dict[str, str] = field(default_factory=dict)
    unfound_count: int = 0
    is_uncertain: bool = False
    """An import went unanswered; what is found from now on may be ours."""

    def user_id(self, row: Change) -> str:
        """Of an agent's row."""
        return self.user_ids[row.member or ""]


@dataclass(slots=True)
class Sorted:
    """Rows of a batch by what the target has: nothing of the agent, or other shifts that the plan may replace."""

    new: list[Change] = field(default_factory=list)
    replaced: list[Change] = field(default_factory=list)


async def settle(run: Run, unit: Unit) -> None:
    """Bring one schedule and its agents to their results."""
    try:
        fields = run.resolved(dict(unit.own.after))
    except Missing as missing:
        return run.settle_all(unit.changes, "blocked", "reference", str(missing))
    user_ids = run.members_of(unit.rows)
    week = Week(run, unit.own, fields, [row for row in unit.rows if row.member in user_ids], user_ids)
    if unit.own.action == "update":
        await _adopt(week)
    for action in ("create", "update"):
        for batch in batches([row for row in week.rows if row.action == action], run.settings.batch_size):
            await ensure(week, batch)
    return _end(week)


async def ensure(week: Week, rows: Sequence[Change]) -> None:
    """Repeat look, import, understand until these rows are settled, a bounded number of times."""
    run, attempt = week.run, 0
    answer: Answer | None = None
    while attempt < run.target.session.limits.attempts_max and not run.ended:
        found = await _look(week)
        if isinstance(found, Clash):
            return _stop(week, found.code, found.why)
        version: int | None = None
        todo = _sort(week, rows, found)
        if todo.replaced and not todo.new:
            version, found = await _baseline(week)
            todo = _sort(week, rows, found)
        sent = todo.new or todo.replaced
        if not sent:
            return None
        claimed = None if todo.new else version
        answer = await _import(week, sent, claimed, found)
        if await _is_over(week, sent, answer):
            return None
        verdict = understand(answer)
        if verdict not in (Verdict.DONE, Verdict.REFUSED):
            await _pause(week, answer, attempt)
        if verdict is Verdict.STALE and claimed is not None:
            await _learn_baseline(week, claimed)
        attempt += verdict is not Verdict.DONE
    return run.give_up([row for row in rows if not run.is_settled(row)], answer)


async def _is_over(week: Week, sent: Sequence[Change], answer: Answer) -> bool:
    """Act on an answer; False asks for another look."""
    verdict = understand(answer)
    if verdict is Verdict.DONE:
        _done(week, sent, answer)
        return False  # A batch may hold rows of the other sort still.
    if verdict is Verdict.FORBIDDEN:
        week.run.settle_all(sent, "failed", answer=answer)
        return True
    if verdict is Verdict.REFUSED and not _settle_faults(week, sent, answer):
        await _isolate(week, sent, answer)
        return False
    week.is_uncertain |= verdict is Verdict.LOOK
    if verdict is not Verdict.AGAIN:
        await week.run.reread(week.own, week.fields)
    if verdict is Verdict.HELD and week.run.locate(week.own, week.fields) is None:
        week.unfound_count += 1
        if week.unfound_count > 1:  # No race: something of another kind holds the key.
            _stop(week, answer.code, answer.message)
    return False


async def _pause(week: Week, answer: Answer, attempt: int) -> None:
    """A 429 waits in the shared budget and a 401 for the new token."""
    if answer.status not in (401, 429):
        await week.run.target.session.backoff(attempt)


async def _look(week: Week) -> Live | Clash | None:
    """The schedule with its agents."""
    found = week.run.locate(week.own, week.fields)
    if isinstance(found, Live) and found.members is None:
        return await week.run.refresh(found.kind, found.id)
    return found


async def _baseline(week: Week) -> tuple[int | None, Live | None]:
    """The template's version, and the schedule read after it: in this order nothing can come between unseen."""
    template = await week.run.refresh("scheduleTemplate", str(week.fields["scheduleTemplateId"]))
    found = week.run.locate(week.own, week.fields)
    if isinstance(found, Live):
        found = await week.run.refresh(found.kind, found.id)
    schedule = found if isinstance(found, Live) else None
    baseline = schedule if week.run.is_schedule_baseline else template
    return (baseline.version if baseline else None), schedule


async def _learn_baseline(week: Week, claimed: int) -> None:
    """
    Refused as stale although the template has not moved: then this target means the schedule's version.

    Source: the dialect's switch `schedule_baseline`; a real service might differ from the specification here.
    """
    if week.run.is_schedule_baseline:
        return
    template = await week.run.refresh("scheduleTemplate", str(week.fields["scheduleTemplateId"]))
    week.run.is_schedule_baseline = template is not None and template.version == claimed


def _sort(week: Week, rows: Sequence[Change], found: Live | None) -> Sorted:
    """Settle the rows that are as planned or that somebody else has changed; sort the others."""
    has: dict[str, Row] = (found.members or {}) if found else {}
    todo = Sorted()
    for row in rows:
        if week.run.is_settled(row):
            continue
        theirs = has.get(week.user_id(row))
        if theirs == row.after:
            _settle_found(week, row)
        elif theirs == row.before:
            (todo.new if theirs is None else todo.replaced).append(row)
        else:
            reason = merge(row.before, row.after, theirs or {}).reason()
            week.run.settle(row, "conflict", "edited_outside", reason)
    return todo


def _settle_found(week: Week, row: Change) -> None:
    week.run.found([row])
    if week.is_uncertain:
        week.run.settle(row, "created" if row.before is None else "updated", is_uncertain=True)
    else:
        week.run.settle(row, "unchanged")


async def _import(week: Week, rows: Sequence[Change], claimed: int | None, found: Live | None) -> Answer:
    run = week.run
    agents = [{"userId": week.user_id(row), "shifts": row.after["shifts"]} for row in rows]
    body: dict[str, Any] = {**week.fields, "agents": agents}
    if found is not None and found.external_id is None:
        del body["externalId"]  # The schedule has none, and an import cannot give it one.
    if claimed is not None:
        body["version"] = claimed
    changes = rows if found is not None else [week.own, *rows]
    return await run.send(
        changes, claimed, f"import week {week.fields['weekDate']}", lambda: run.target.import_week(body)
    )


def _done(week: Week, rows: Sequence[Change], answer: Answer) -> None:
    """The answer sorts the agents itself; the mirror moves on with it, so that the next batch needs no other read."""
    run, body = week.run, answer.body
    if answer.status == 201:
        run.settle(week.own, "created")
    created, replaced = set(body["created"]), set(body["replaced"])
    sent: dict[str, Row] = {week.user_id(row): {"shifts": row.after["shifts"]} for row in rows}
    _mirror(week, body["schedule"], sent)
    for row in rows:
        user_id = week.user_id(row)
        if user_id in created or user_id in replaced:
            run.settle(row, "created" if user_id in created else "updated")
        else:
            _settle_found(week, row)


def _mirror(week: Week, summary: Fields, sent: dict[str, Row]) -> None:
    """What the target holds now, if the answer's version is the one after ours; else it is read again when needed."""
    before = week.run.locate(week.own, week.fields)
    after = live("schedule", {**summary, "agents": []})
    has = before.members if isinstance(before, Live) else {}
    version = before.version if isinstance(before, Live) else 0
    if has is None or after.version != version + 1:
        week.run.current.put(live("schedule", summary))
        return
    week.run.current.put(Live("schedule", after.id, after.version, after.fields, {**has, **sent}))


def _settle_faults(week: Week, rows: Sequence[Change], answer: Answer) -> bool:
    """Settle the agents that the answer blames; False when it blames nothing in particular."""
    faults = {index: fault for index, fault in faults_by_row(answer).items() if index < len(rows)}
    for index, fault in faults.items():
        if fault.code != "wfm.schedule.differs":  # Reading back shows what they have, and the merge says the rest.
            week.run.settle(rows[index], _refused_as(fault.code), fault.code, answer=answer)
    return bool(faults)


async def _isolate(week: Week, rows: Sequence[Change], answer: Answer) -> None:
    """The answer names no row: halves, down to the rows that cannot be accepted."""
    if len(rows) == 1:
        return week.run.settle_all(rows, _refused_as(answer.code), answer=answer)
    for half in halves(rows):
        await ensure(week, half)
    return None


def _refused_as(code: str) -> Result:
    return "conflict" if code in CONTRADICTED else "failed"


async def _adopt(week: Week) -> None:
    """Give a schedule that was found by its triple the plan's own fields, under its own version."""
    run, attempt = week.run, 0
    answer: Answer | None = None
    before = run.resolved(dict(week.own.before or {}))
    while attempt < run.target.session.limits.attempts_max and not run.ended:
        found = await _look(week)
        if not isinstance(found, Live):
            why = found.why if found else "the target had it when the plan was made and has it no more"
            return _stop(week, found.code if found else "gone", why)
        merged = merge(before, week.fields, found.fields)
        if merged.contradictions:
            return _stop(week, "edited_outside", merged.reason())
        if merged.fields == found.fields:
            return run.settle(week.own, "updated" if week.is_uncertain else "unchanged", is_uncertain=week.is_uncertain)
        answer = await _replace(week, found, merged.fields)
        verdict = understand(answer)
        if verdict is Verdict.DONE:
            run.current.put(live("schedule", answer.body))
            return run.settle(week.own, "updated")
        if verdict in (Verdict.REFUSED, Verdict.FORBIDDEN, Verdict.HELD):
            return run.settle(week.own, "conflict" if answer.code in HELD else "failed", answer=answer)
        week.is_uncertain |= verdict is Verdict.LOOK
        if verdict is not Verdict.AGAIN:
            await run.reread(week.own, week.fields)
        await _pause(week, answer, attempt)
        attempt += 1
    return run.give_up([week.own], answer)


async def _replace(week: Week, found: Live, fields: Fields) -> Answer:
    agents = [{"userId": user_id, **row} for user_id, row in (found.members or {}).items()]
    body = {**fields, "agents": agents}
    target = week.run.target
    return await week.run.send(
        [week.own], found.version, f"replace schedule {found.id}",
        lambda: target.replace("schedule", found.id, found.version, body),
    )  # fmt: skip


def _stop(week: Week, code: str, why: str) -> None:
    week.run.settle(week.own, "conflict", code, why)
    week.run.settle_all(week.rows, "blocked", "container", f"waits for the schedule: {why}")


def _end(week: Week) -> None:
    """The schedule's own row, where no batch has created it: found, or nothing of it could be sent."""
    run = week.run
    found = run.locate(week.own, week.fields)
    if isinstance(found, Live) and week.is_uncertain and week.own.is_write:
        run.settle(week.own, "created", is_uncertain=True)
    elif isinstance(found, Live):
        run.settle(week.own, "unchanged")
    else:
        run.settle(week.own, "failed", "no_agents", "none of its agents could be imported, and a week needs one")
