"""The complaint is reproduced only when the first batch is accepted, every later one stale, and the cause named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.final_state import FinalState
from conformance.rehearse.complaint import Batch, Complaint, batch_lines, judge_complaint
from conformance.rehearse.naive import batch_size, batches
from conformance.rehearse.trials import Trial
from conformance.report import Verdict

TRIAL = Trial("complaint", "o1", (), None, FinalState(), 0, ())
STALE = "wfm.transaction.conflict"
FIRST = Batch(1, 1, 50, 1, 201, "", "", "context-1")
LATER = tuple(Batch(n, 50 * n - 49, 50 * n, 1, 409, STALE, "Please refresh.", f"context-{n}") for n in (2, 3, 4))
COMPLAINT = Complaint(TRIAL, (FIRST, *LATER), {"text": "moved by context-1"})


def test_the_complaint_is_reproduced() -> None:
    judged = judge_complaint(COMPLAINT)
    assert judged.verdict is Verdict.PASS
    assert judged.evidence.context_ids == ("context-1", "context-2")


@pytest.mark.parametrize(
    "other",
    [
        replace(COMPLAINT, batches=(replace(FIRST, status=409), *LATER)),
        replace(COMPLAINT, batches=(FIRST, replace(LATER[0], status=200, code=""))),
        replace(COMPLAINT, batches=(FIRST, replace(LATER[0], code="wfm.name.in.use"))),
        replace(COMPLAINT, explanation={"text": "somebody did it"}),
    ],
    ids=["first refused", "second accepted", "another refusal", "cause not named"],
)
def test_anything_else_is_not_the_complaint(other: Complaint) -> None:
    assert judge_complaint(other).verdict is Verdict.FAIL


def test_one_batch_cannot_show_it() -> None:
    assert judge_complaint(replace(COMPLAINT, batches=(FIRST,))).verdict is Verdict.NOT_APPLICABLE


def test_later_batches_share_a_line() -> None:
    lines = list(batch_lines(COMPLAINT))
    assert len(lines) == 4
    assert lines[-1].split() == ["batch", "3-4", "agents", "101-200", "version", "1", "409", STALE]


@pytest.mark.parametrize("count", [2, 3, 49, 50, 51, 320])
def test_there_are_at_least_two_batches_and_none_is_over_50(count: int) -> None:
    sizes = [len(batch) for batch in batches([str(n) for n in range(count)])]
    assert sum(sizes) == count
    assert len(sizes) >= 2
    assert max(sizes) <= 50


def test_batches_are_of_50_where_there_are_enough() -> None:
    assert batch_size(320) == 50
