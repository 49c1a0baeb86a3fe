"""
The complaint reproduced: the naive script behind a gate, and what the emulator says about its first refusal.

What is shown comes from what passed the gate and from `explain`, never from what the script prints.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.final_state import PATHS, SCHEDULES
from conformance.gate import Exchange
from conformance.rehearse.trials import Bench, Trial, once
from conformance.report import Invariant, judged, not_applicable

NAIVE = (sys.executable, "-m", "conformance.rehearse.naive")
STALE = "wfm.transaction.conflict"


@dataclass(frozen=True, slots=True)
class Batch:
    """One import of the naive script: agents `first` to `last`, the version sent, and the answer."""

    number: int
    first: int
    last: int
    version: int | None
    status: int
    code: str
    message: str
    context_id: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """
    What became of the naive script.

    Args:
        explanation: of the first refused batch, as `explain` gives it; empty when none was refused.
    """

    trial: Trial
    batches: tuple[Batch, ...]
    explanation: dict[str, Any]


def reproduce(bench: Bench) -> Complaint:
    """Run the naive script once into an empty organisation."""
    trial = once(bench, "complaint", NAIVE)
    batches = tuple(_batches(trial.runs[0].exchanges))
    refused = next((batch for batch in batches if batch.status >= 400), None)
    return Complaint(trial, batches, bench.control.explain(refused.context_id) if refused else {})


def _batches(exchanges: tuple[Exchange, ...]) -> Iterator[Batch]:
    imports = [e for e in exchanges if e.method == "POST" and e.path == PATHS[SCHEDULES] and e.status is not None]
    first = 1
    for number, exchange in enumerate(imports, 1):
        body, answer = json.loads(exchange.body), json.loads(exchange.answer)
        last = first + len(body["agents"]) - 1
        yield Batch(
            number, first, last, body.get("version"), exchange.status or 0, answer.get("code", ""),
            answer.get("message", ""), exchange.context_id or "",
        )  # fmt: skip
        first = last + 1


def judge_complaint(complaint: Complaint) -> Invariant:
    """The first batch is accepted, every later one is stale, and the explanation names the batch that moved it."""
    id, name, batches = "complaint", "The complaint is reproduced", complaint.batches
    if len(batches) < 2:
        return not_applicable(id, name, f"it takes two batches, and this source makes {len(batches)}")
    bad = [] if batches[0].status == 201 else [f"batch 1 answered {batches[0].status}, not 201"]
    bad += [f"batch {b.number} answered {b.status} {b.code}, not 409 {STALE}" for b in batches[1:] if b.code != STALE]
    if batches[0].context_id not in complaint.explanation.get("text", ""):
        bad.append("the explanation does not name the batch that moved the version")
    refused = "2" if len(batches) == 2 else f"2 to {len(batches)}"
    text = f"batch 1 accepted, {refused} refused, batch 1 named as the cause"
    ids = [batch.context_id for batch in batches[:2]]
    return judged(id, name, text if not bad else f"{len(batches)} batches", bad, {"batches": len(batches)}, ids)


def batch_lines(complaint: Complaint) -> Iterator[str]:
    """The batches as people saw them: the first, the second in full, the others in one line."""
    for batch in complaint.batches[:2]:
        accepted = "accepted" if batch.status < 400 else batch.code
        agents = f"agents {batch.first}-{batch.last}"
        yield f"batch {batch.number}   {agents:<16} version {batch.version}   {batch.status} {accepted}"
        if batch.status >= 400:
            yield f"          {batch.message}"
    rest = complaint.batches[2:]
    if rest:
        same = len({(batch.status, batch.code) for batch in rest}) == 1
        outcome = f"{rest[0].status} {rest[0].code}".rstrip() if same else "mixed"
        numbers = f"{rest[0].number}" if len(rest) == 1 else f"{rest[0].number}-{rest[-1].number}"
        agents = f"agents {rest[0].first}-{rest[-1].last}"
        yield f"batch {numbers:<3} {agents:<16} version {rest[0].version}   {outcome}"
