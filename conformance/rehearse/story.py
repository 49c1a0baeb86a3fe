"""
The rehearsal from beginning to end: emulator and source, the complaint, the trials, the verdicts.

Progress is told through a `Teller`; what it looks like is `conformance.cli`'s.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from conformance.checkers import SourceAgent
from conformance.faults import Place, draw, place_of
from conformance.rehearse import trials
from conformance.rehearse.complaint import Complaint, judge_complaint, reproduce
from conformance.rehearse.judge import Happened, judge
from conformance.rehearse.subject import Subject
from conformance.rehearse.trials import Bench, Run, Trial
from conformance.report import Invariant, Verdict
from conformance.source import agents_of
from conformance.target import connect

LINES_SHOWN = 8
AGENTS_TO_SPLIT = 3


class Teller(Protocol):
    """Where the story is told."""

    def working(self, what: str) -> None:
        """Something begins that takes a while."""

    def complaint(self, complaint: Complaint) -> None:
        """The naive script has run."""

    def migration(self, subject: Subject) -> None:
        """The trials of the subject begin."""

    def run(self, trial: str, run: Run) -> None:
        """One run has ended."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    A rehearsal that is over.

    Args:
        refusal: the emulator's explanation of the refusal that the program did not get over; empty when there is none.
        output: what the program printed that people need to go on, under a heading; empty when there is nothing.
    """

    invariants: tuple[Invariant, ...]
    refusal: Mapping[str, Any]
    output: tuple[str, ...]


def rehearse(
    base_url: str, subject: Subject, source: Path, folder: Path, seed: int, limit_s: float, teller: Teller
) -> Told:  # fmt: skip
    """
    Hold all trials of a subject against a served emulator.

    Args:
        folder: working folders of the runs, and what they print, are kept in here.
        seed: places the faults.
        limit_s: seconds until a run that does not end is ended.
    """
    agents = agents_of(source)
    with connect(base_url) as http:
        bench = Bench(base_url, http, subject, source, folder, dict(os.environ), limit_s)
        teller.working("the complaint: a script that reads the template's version once")
        complaint = reproduce(bench)
        teller.complaint(complaint)
        teller.migration(subject)
        happened = _trials(replace(bench, announce=teller.run), agents, seed, teller.working)
        invariants = (judge_complaint(complaint), *judge(happened))
        refusal = _refusal(bench, happened, invariants)
    return Told(invariants, refusal, _needed_output(folder, happened))


def _refusal(bench: Bench, happened: Happened, invariants: tuple[Invariant, ...]) -> Mapping[str, Any]:
    """Why the program got stuck: the refusal that it swallowed, or the last one of an undisturbed run that failed."""
    (exit_codes,) = (invariant for invariant in invariants if invariant.id == "exit-codes")
    stuck = exit_codes.evidence.context_ids or _last_refused(happened.alone)
    return bench.control.explain(stuck[0]) if stuck and exit_codes.verdict is Verdict.FAIL else {}


def _last_refused(trial: Trial) -> tuple[str, ...]:
    last = trial.runs[-1]
    refused = [e.context_id for e in last.exchanges if e.is_write and e.status is not None and e.status >= 400]
    return (refused[-1],) if refused and refused[-1] and not last.ended.believes_done else ()


def _needed_output(folder: Path, happened: Happened) -> tuple[str, ...]:
    """The decisions that are open, or the last lines of an undisturbed run that came to nothing."""
    alone = happened.alone
    printed = trials.log_file(folder / alone.name, alone.runs[-1].party).read_text("utf-8", "replace").splitlines()
    if happened.skipped and printed:
        return ("The last lines it printed:", *printed[-LINES_SHOWN:])
    open_decisions = [line for line in printed if line.startswith(("Decision needed", "      to settle it"))]
    if alone.runs[-1].ended.believes_done or not open_decisions:
        return ()
    return ("Decisions are open; each stops only its own rows until the mapping file settles it:", *open_decisions)


def _trials(bench: Bench, agents: tuple[SourceAgent, ...], seed: int, working: Callable[[str], None]) -> Happened:
    working("alone: an undisturbed run, and again")
    alone = trials.alone(bench)
    if reason := _no_use(alone):
        return Happened(agents, alone, skipped=reason)
    writes = writes_of(alone)
    working("two at once into an empty organisation")
    together = trials.together(bench)
    overlap = None
    if bench.subject.unites_members and len(agents) >= AGENTS_TO_SPLIT:
        working("two at once over parts of the source that share a third of the agents")
        overlap = trials.overlapping(bench)
    working("lost answers: connections closed before and after the commit")
    lost = trials.disturbed(bench, "lost answers", draw(trials.LOST_ANSWERS, writes, seed))
    working("429 with Retry-After, 503 before and after the commit")
    busy = trials.disturbed(bench, "429 and 503", draw(trials.REFUSALS, writes, seed + 1, kinds_each=2))
    working("killed in the middle, and started again")
    killed = trials.disturbed(bench, "killed", draw(trials.KILLS, writes, seed + 2, kinds_each=2))
    return Happened(agents, alone, together, overlap, lost, busy, killed)


def _no_use(alone: Trial) -> str:
    """Why the other trials could show nothing; empty when they can."""
    last = alone.runs[-1]
    if not alone.is_done:
        return f"not held: the undisturbed run did not exit 0 ({last.ended})"
    if not writes_of(alone):
        return "not held: the undisturbed run wrote nothing"
    return ""


def writes_of(trial: Trial) -> Sequence[Place]:
    """The writes of a trial's runs that the target accepted, in order: where faults can be placed."""
    accepted = (e for run in trial.runs for e in run.exchanges if e.status is not None and 200 <= e.status < 300)
    places = (place_of(exchange.method, exchange.path) for exchange in accepted)
    return [place for place in places if place is not None]
