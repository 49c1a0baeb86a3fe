"""
The judge: what happened in the trials -> invariants with verdicts. Pure.

The word of the program counts in one place only: where it said that it was done and was not. Everything else is read
from the emulator's commit log and journal, its fault rules, the final states and what really passed the gates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.checkers import (
    SourceAgent,
    Violation,
    agents_present,
    differences,
    matches_commits,
    no_lost_update,
    normalise,
    nothing_after,
    references_hold,
    unique_keys,
    version_steps,
)
from conformance.faults import RETRY_AFTER_S, Fault, Struck
from conformance.final_state import KINDS
from conformance.gate import Broken
from conformance.rehearse.refusals import RETRIED, swallowed
from conformance.rehearse.subject import DECISIONS_OPEN
from conformance.rehearse.trials import Run, Trial
from conformance.report import Invariant, judged, not_applicable

NOTHING_WRITTEN = "nothing was written"
KIND_WORDS = {"user": "user", "scheduleTemplate": "template", "group": "group", "schedule": "schedule"}
SLACK_S = 0.02
"""The gate's clock starts when it has sent the answer, the program's when it has read it; never the other way round."""


@dataclass(frozen=True, slots=True)
class Happened:
    """
    All trials of a rehearsal.

    Args:
        alone: undisturbed; what the others are compared with.
        skipped: why the other trials were not held; empty when they were.
    """

    agents: tuple[SourceAgent, ...]
    alone: Trial
    together: Trial | None = None
    overlap: Trial | None = None
    lost: Trial | None = None
    busy: Trial | None = None
    killed: Trial | None = None
    skipped: str = ""

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Those that were held."""
        every = (self.alone, self.together, self.overlap, self.lost, self.busy, self.killed)
        return tuple(trial for trial in every if trial is not None)


def judge(happened: Happened) -> tuple[Invariant, ...]:
    """Every invariant of a migration, in the order in which people read them."""
    return (
        agents(happened),
        twice(happened),
        *plan_writes_nothing(happened),
        replay(happened),
        *journal_lost(happened),
        converges(happened, happened.together, "two-at-once", "Two at once end in the same state"),
        *overlap(happened),
        converges(happened, happened.lost, "lost-answers", "Lost answers end in the same state"),
        converges(happened, happened.busy, "busy", "429 and 503 end in the same state"),
        retry_after(happened),
        converges(happened, happened.killed, "killed", "Killed runs end in the same state"),
        lost_updates(happened),
        deletes(happened),
        references(happened),
        versions(happened),
        exit_codes(happened),
        *decisions(happened),
        faults(happened),
    )


def agents(happened: Happened) -> Invariant:
    """Every eligible agent of the source is in the target, whatever happened on the way."""
    id, name, expected = "agents-present", "Every eligible agent arrives", len(happened.agents)
    missing = {trial.name: agents_present(trial.state, happened.agents) for trial in happened.trials}
    fewest = expected - max(map(len, missing.values()))
    held = f"in each of {len(missing)} trials" if len(missing) > 1 else "in the one trial held"
    text = f"{expected} of {expected} {held}" if fewest == expected else f"{fewest} of {expected} in the worst trial"
    return judged(id, name, text, _by_trial(missing), {"agents": expected, "arrived": fewest})


def twice(happened: Happened) -> Invariant:
    """No name, e-mail address, externalId or week has two holders, and no agent is two users."""
    found = {trial.name: (*unique_keys(trial.state), *_two_users(trial, happened.agents)) for trial in happened.trials}
    counts = Counter({kind: len(happened.alone.state.of(kind)) for kind in KINDS})
    shown = ", ".join(_count(count, KIND_WORDS[kind]) for kind, count in counts.items())
    return judged("nothing-twice", "Nothing is there twice", shown, _by_trial(found), counts)


def _two_users(trial: Trial, agents: Iterable[SourceAgent]) -> list[Violation]:
    by_email = {user["email"].strip().casefold(): user for user in trial.state.users}
    by_external_id = {user["externalId"]: user for user in trial.state.users if user.get("externalId")}
    times = Counter(agent.external_id for agent in agents)
    found = []
    for agent in agents:
        one, other = by_email.get(agent.email.strip().casefold()), by_external_id.get(agent.external_id)
        if one and other and one["id"] != other["id"] and times[agent.external_id] == 1:
            what = f"is there as {one['email']} and, by externalId {agent.external_id}, as {other['email']}"
            found.append(Violation(what, f"source user {agent.id}"))
    return found


def plan_writes_nothing(happened: Happened) -> list[Invariant]:
    """A dry run commits nothing; only where the program under test has one that we know."""
    plan = happened.alone.plan
    if plan is None:
        return []
    bad = [] if plan.commits == 0 else [f"`plan` committed {plan.commits} changes"]
    bad += [] if plan.ended.exit_code in (0, 2, DECISIONS_OPEN) else [f"`plan` ended with {plan.ended}"]
    text = f"plan: {plan.ended}, {len(plan.exchanges)} requests, {plan.commits} commits"
    return [judged("plan-writes-nothing", "The plan writes nothing", text, bad, {"commits": plan.commits})]


def replay(happened: Happened) -> Invariant:
    """Once the program is done, running it again commits nothing."""
    id, name = "replay-commits-nothing", "Running it again writes nothing"
    done = [trial for trial in happened.trials if trial.replay is not None]
    if not done:
        return not_applicable(id, name, "the program never exited 0, so there is nothing to replay")
    late = {trial.name: nothing_after(trial.commits, trial.done_sequence) for trial in done}
    rows = sum(map(len, late.values()))
    text = f"{_count(rows, 'commit row')} in {_count(len(done), 'replay')}"
    ids = [violation.evidence[0] for found in late.values() for violation in found[:1]]
    return judged(id, name, text, _by_trial(late), {"replays": len(done), "commits": rows}, ids)


def journal_lost(happened: Happened) -> list[Invariant]:
    """Without its journal a finished migration commits nothing either; only for a subject that claims so."""
    fresh = happened.alone.fresh
    if fresh is None:
        return []
    bad = [] if fresh.commits == 0 else [f"it made {_count(fresh.commits, 'commit')}"]
    bad += [] if fresh.ended.is_over else [f"it ended with {fresh.ended}"]
    text = f"{_count(fresh.commits, 'commit')}, {_count(len(fresh.exchanges), 'request')} from an empty folder"
    return [judged("journal-lost", "Nor without its journal", text, bad, {"commits": fresh.commits})]


def converges(happened: Happened, trial: Trial | None, id: str, name: str) -> Invariant:
    """A trial ended in the normalised state of the undisturbed run, and what disturbs it really occurred."""
    if trial is None:
        return not_applicable(id, name, happened.skipped)
    occurred = _occurred(trial)
    if not occurred:
        return not_applicable(id, name, _why_nothing_occurred(trial))
    counts = {"runs": len(trial.runs), "occurred": len(trial.struck) or sum(trial.met)}
    text = "; ".join(filter(None, [occurred, _endings(trial)]))
    ids = [struck.context_id for struck in trial.struck if struck.context_id]
    if not trial.is_done:
        return judged(id, name, text, [f"it never exited 0 in {_count(len(trial.runs), 'run')}"], counts, ids)
    other = differences(normalise(happened.alone.state), normalise(trial.state))
    return judged(id, name, text, [line.replace("first", "alone").replace("second", trial.name) for line in other],
                  counts, ids)  # fmt: skip


def overlap(happened: Happened) -> list[Invariant]:
    """Runs over overlapping parts add up; only for a subject that claims so."""
    if happened.overlap is None:
        return []
    return [converges(happened, happened.overlap, "overlap", "Overlapping parts at once add up")]


def _occurred(trial: Trial) -> str:
    """What disturbed the trial, for people; empty when nothing did."""
    if trial.met:
        met = [point for point, here in zip(("request", "write"), trial.met, strict=True) if here]
        wrote = " + ".join(str(run.commits) for run in trial.runs[:2])
        turns = _count(_turns(trial), "turn")
        return f"met at first {' and '.join(met)}, {wrote} commits in {turns}" if met else ""
    times = Counter(struck.fault for struck in trial.struck)
    return ", ".join(f"{times[fault]} × {fault.short}" for fault in Fault if times[fault])


def _turns(trial: Trial) -> int:
    """How often the writer changed along the commit log: how closely the two runs were interleaved."""
    writers = [row.client_id for row in trial.commits if row.sequence <= trial.done_sequence]
    return sum(a != b for a, b in zip(writers, [None, *writers], strict=False))


def _why_nothing_occurred(trial: Trial) -> str:
    if trial.met:
        return "the two runs did not come together: one had ended before the other sent its first request"
    return "no fault could strike: the program made no write of the kind it was planned for"


def _endings(trial: Trial) -> str:
    """In how many runs the trial ended, and how those ended that were neither done nor killed."""
    codes = Counter(str(run.ended) for run in trial.runs if not (run.ended.is_over or _was_killed(run)))
    others = ", ".join(f"{count} × {ended}" for ended, count in codes.items())
    runs = "" if trial.met else _count(len(trial.runs), "run")
    return " ".join(filter(None, [runs, f"({others})" if others else ""]))


def _was_killed(run: Run) -> bool:
    return run.ended.exit_code is None and not run.ended.timed_out


def _count(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def retry_after(happened: Happened) -> Invariant:
    """After a 429 the same request does not come again before its Retry-After has passed."""
    id, name = "retry-after", "Retry-After is honoured"
    if happened.busy is None:
        return not_applicable(id, name, happened.skipped)
    throttled = {struck.context_id for struck in happened.busy.struck if struck.fault is Fault.THROTTLED}
    if not throttled:
        return not_applicable(id, name, "no 429 occurred")
    early = [violation for run in happened.busy.runs for violation in _impatient(run, throttled)]
    text = f"{len(throttled)} × 429 with Retry-After: {RETRY_AFTER_S}"
    return judged(id, name, text, early, {"told": len(throttled)})


def _impatient(run: Run, throttled: Collection[str | None]) -> list[str]:
    found = []
    for told in (exchange for exchange in run.exchanges if exchange.context_id in throttled):
        request = (told.method, told.path, told.body)
        later = [e.arrived_s - told.answered_s for e in run.exchanges
                 if (e.method, e.path, e.body) == request and e.arrived_s >= told.answered_s]  # fmt: skip
        if later and min(later) < RETRY_AFTER_S - SLACK_S:
            found.append(f"{told.method} {told.path} came again after {min(later):.2f} s")
    return found


def _wrote_nothing(happened: Happened) -> bool:
    return not any(trial.commits for trial in happened.trials)


def lost_updates(happened: Happened) -> Invariant:
    """Every accepted write named the version that was current, so nothing existing was overwritten unseen."""
    if _wrote_nothing(happened):
        return not_applicable("no-lost-update", "No update is lost or overwritten", NOTHING_WRITTEN)
    found = {trial.name: no_lost_update(trial.commits) for trial in happened.trials}
    rows = sum(len(trial.commits) for trial in happened.trials)
    claimed = sum(row.claimed is not None for trial in happened.trials for row in trial.commits)
    text = f"{claimed} versioned writes among {rows} commit rows"
    return judged("no-lost-update", "No update is lost or overwritten", text, _by_trial(found),
                  {"rows": rows, "versioned": claimed})  # fmt: skip


def deletes(happened: Happened) -> Invariant:
    """A run deletes nothing but what it made itself."""
    found, deleted = {}, 0
    for trial in happened.trials:
        makers = {row.entity_id: row.client_id for row in trial.commits if row.is_create}
        gone = [row for row in trial.commits if row.after is None]
        deleted += len(gone)
        found[trial.name] = tuple(
            Violation("was deleted by another run than the one that made it", row.where, (row.context_id,))
            for row in gone
            if makers.get(row.entity_id) != row.client_id
        )
    return judged("deletes-own-only", "Nothing of others is deleted", _count(deleted, "delete"), _by_trial(found),
                  {"deletes": deleted})  # fmt: skip


def references(happened: Happened) -> Invariant:
    """Every reference in the final states points at something alive."""
    if _wrote_nothing(happened):
        return not_applicable("references", "Every reference is alive", NOTHING_WRITTEN)
    found = {trial.name: references_hold(trial.state) for trial in happened.trials}
    state = happened.alone.state
    members = sum(len(group.get("userIds") or ()) for group in state.groups)
    agents = sum(len(schedule["agents"]) for schedule in state.schedules)
    text = f"{members} group members, {agents} agent weeks"
    return judged("references", "Every reference is alive", text, _by_trial(found),
                  {"members": members, "agentWeeks": agents})  # fmt: skip


def versions(happened: Happened) -> Invariant:
    """Each commit moved its versions by one, and the final state is what the log says: the evidence itself is sound."""
    if _wrote_nothing(happened):
        return not_applicable("version-steps", "The log accounts for every version", NOTHING_WRITTEN)
    found = {
        trial.name: (
            *version_steps(trial.commits),
            *matches_commits(trial.state, [r for r in trial.commits if r.sequence <= trial.done_sequence]),
            *(Violation(str(broken), "the target broke a connection") for broken in _unplanned(trial)),
        )
        for trial in happened.trials
    }
    rows = sum(len(trial.commits) for trial in happened.trials)
    return judged("version-steps", "The log accounts for every version", f"{rows} commit rows",
                  _by_trial(found), {"rows": rows})  # fmt: skip


def _unplanned(trial: Trial) -> Iterator[Broken]:
    """Connections that the target broke although no fault says so."""
    lost = Counter((struck.method, struck.path) for struck in trial.struck if struck.fault.is_loss)
    for broken in (broken for run in trial.every_run for broken in run.broken):
        request = (broken.method, broken.path)
        lost[request] -= 1
        if lost[request] < 0:
            yield broken


def exit_codes(happened: Happened) -> Invariant:
    """Exit code 0 is never said while work is missing or a refusal stands, and it is said in the end."""
    found = {trial.name: (*_not_done(trial), *_lied(trial, happened)) for trial in happened.trials}
    runs = [run for trial in happened.trials for run in (*trial.runs, *([trial.replay] if trial.replay else []))]
    zero = sum(run.ended.believes_done for run in runs)
    refused = sum(_is_refusal(status) for run in runs for status in (e.status for e in run.exchanges if e.is_write))
    settled = "" if any(found.values()) or not refused else ", all settled"
    text = f"{zero} of {_count(len(runs), 'run')} exited 0; {_count(refused, 'refused write')}{settled}"
    ids = [violation.evidence[0] for each in found.values() for violation in each if violation.evidence]
    return judged("exit-codes", "Exit code 0 means done", text, _by_trial(found),
                  {"runs": len(runs), "exitedZero": zero, "refusedWrites": refused}, ids)  # fmt: skip


def decisions(happened: Happened) -> list[Invariant]:
    """What nobody has decided was not rehearsed; only where a run said so."""
    if not any(run.ended.is_over and not run.ended.believes_done for run in happened.alone.runs):
        return []
    reason = f"exit {DECISIONS_OPEN}: only people can settle the rest; what it blocks was not rehearsed"
    return [not_applicable("decisions", "No decision is left open", reason)]


def _is_refusal(status: int | None) -> bool:
    return status is not None and 400 <= status < 500 and status not in RETRIED


def _not_done(trial: Trial) -> Iterable[Violation]:
    last = trial.runs[-1]
    if not trial.is_done:
        yield Violation(f"no exit code 0 in {_count(len(trial.runs), 'run')}; the last: {last.ended}", "program")
    elif trial.replay and not trial.replay.ended.is_over:
        yield Violation(f"the replay of finished work: {trial.replay.ended}", "program")


def _lied(trial: Trial, happened: Happened) -> Iterable[Violation]:
    if trial.runs[-1].ended.believes_done and (missing := agents_present(trial.state, happened.agents)):
        yield Violation(f"exited 0 while {len(missing)} agents were missing", "program")
    for run in trial.runs:
        if run.ended.believes_done:
            yield from swallowed(run.exchanges, trial.state)


def faults(happened: Happened) -> Invariant:
    """Every planned fault occurred, and those after a commit are confirmed by the commit log."""
    id, name = "faults-occurred", "Every planned fault occurred"
    trials = [trial for trial in (happened.lost, happened.busy, happened.killed) if trial is not None]
    planned, struck = sum(len(t.planned) for t in trials), [s for t in trials for s in t.struck]
    if not planned:
        return not_applicable(id, name, happened.skipped or "the program made no write to disturb")
    by_rules, said = sum(not s.fault.is_kill for s in struck), sum(t.rule_strikes for t in trials)
    if by_rules != said:
        return not_applicable(id, name, f"the fault rules struck {said} times, and the journal shows {by_rules}")
    after = [s for s in struck if s.fault.is_after_commit]
    logged = {row.context_id: row.sequence for trial in trials for row in trial.commits}
    confirmed = [s for s in after if _is_confirmed(s, logged)]
    counts = {"planned": planned, "occurred": len(struck), "afterCommit": len(after), "confirmed": len(confirmed)}
    if len(struck) < planned:
        return not_applicable(id, name, f"{len(struck)} of {planned}: the program made too few writes for the others")
    text = f"{len(struck)} of {planned}; {len(confirmed)} of {len(after)} after a commit, in the commit log"
    wrong = [f"{s.method} {s.path}: accepted, yet it committed nothing" for s in after if s not in confirmed]
    wrong += [
        f"{s.method} {s.path}: {s.fault}, yet it committed"
        for s in struck
        if not s.fault.is_after_commit and s.context_id in logged
    ]
    if wrong:
        return not_applicable(id, name, f"{text}; {wrong[0]}")
    return judged(id, name, text, (), counts, [s.context_id for s in after if s.context_id])


def _is_confirmed(struck: Struck, logged: Mapping[str, int]) -> bool:
    """Whether the commit log has it; the target's journal also names the commit, a gate does not know it."""
    sequence = logged.get(struck.context_id or "")
    return sequence is not None and (struck.fault.is_kill or struck.sequence == sequence)


def _by_trial(found: Mapping[str, Sequence[object]]) -> list[str]:
    """Violations with the trial they were seen in; the same one in several trials is told once."""
    where: dict[str, list[str]] = {}
    for trial, violations in found.items():
        for violation in violations:
            where.setdefault(str(violation), []).append(trial)
    return [f"{violation} ({', '.join(trials)})" for violation, trials in where.items()]
