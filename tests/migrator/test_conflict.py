"""What answers mean, whose rows are at fault, and the three-way merge."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.conflict import Fault, Verdict, faults_by_row, merge, understand
from migrator.targets.session import Answer

FIELDS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3))


def refused(status: int, code: str = "", *details: tuple[str, str]) -> Answer:
    rows = [{"errorCode": error, "fieldName": name} for name, error in details]
    return Answer(status, {"code": code, "message": "m", "details": rows})


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Answer(200, {"id": "x"}), Verdict.DONE),
        (Answer(201, {"id": "x"}), Verdict.DONE),
        (Answer(200), Verdict.LOOK),
        (Answer(302), Verdict.REFUSED),
        (Answer(None), Verdict.LOOK),
        (Answer(None, was_sent=False), Verdict.AGAIN),
        (Answer(500), Verdict.LOOK),
        (Answer(503), Verdict.LOOK),
        (Answer(408), Verdict.LOOK),
        (Answer(429), Verdict.AGAIN),
        (Answer(401), Verdict.AGAIN),
        (refused(403, "missing.permissions"), Verdict.FORBIDDEN),
        (refused(404, "not.found"), Verdict.GONE),
        (refused(409, "wfm.transaction.conflict"), Verdict.STALE),
        (refused(400, "wfm.transaction.conflict"), Verdict.STALE),
        (refused(408, "wfm.transaction.conflict"), Verdict.STALE),
        (refused(409, "wfm.name.in.use"), Verdict.HELD),
        (refused(409, "wfm.email.in.use"), Verdict.HELD),
        (refused(409, "wfm.external.id.in.use"), Verdict.HELD),
        (refused(409, "wfm.time.zone.incompatible"), Verdict.REFUSED),
        (refused(409, "wfm.reference.not.found"), Verdict.REFUSED),
        (refused(409, "something.new"), Verdict.REFUSED),
        (refused(400, "invalid.value"), Verdict.REFUSED),
        (refused(413, "request.entity.too.large"), Verdict.REFUSED),
    ],
)
def test_an_answer_says_what_to_do_next(answer: Answer, verdict: Verdict) -> None:
    assert understand(answer) is verdict


def test_no_refusal_is_taken_for_success() -> None:
    answers = [refused(status, code) for status in range(400, 600) for code in ("", "wfm.transaction.conflict")]
    assert all(understand(answer) is not Verdict.DONE for answer in answers)


def test_rows_at_fault_are_found_by_their_position() -> None:
    answer = refused(
        409,
        "wfm.reference.not.found",
        ("agents[3].userId", "wfm.reference.not.found"),
        ("agents[7].shifts[1].start", "wfm.shift.overlap"),
        ("userIds[2]", "wfm.time.zone.incompatible"),
    )
    assert faults_by_row(answer) == {
        3: Fault("wfm.reference.not.found", "agents[3].userId"),
        7: Fault("wfm.shift.overlap", "agents[7].shifts[1].start"),
        2: Fault("wfm.time.zone.incompatible", "userIds[2]"),
    }


@pytest.mark.parametrize("field_name", ["", "scheduleTemplateId", "xagents[3]"])
def test_no_row_is_singled_out_when_the_answer_blames_something_else(field_name: str) -> None:
    assert faults_by_row(refused(409, "x", ("agents[3].userId", "x"), (field_name, "x"))) == {}


def test_an_answer_without_details_singles_out_no_row() -> None:
    assert faults_by_row(Answer(409, {"code": "x", "details": None})) == {}


@given(FIELDS, FIELDS)
def test_alone_our_change_goes_through(base: dict[str, Any], ours: dict[str, Any]) -> None:
    merged = merge(base, ours, base)
    assert merged.fields == {**base, **ours}
    assert not merged.contradictions


@given(FIELDS, FIELDS, FIELDS)
def test_what_the_plan_does_not_touch_stays_as_others_left_it(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged = merge(base, ours, theirs)
    touched = {name for name, value in ours.items() if base.get(name) != value}
    assert {n: v for n, v in merged.fields.items() if n not in touched} == {
        n: v for n, v in theirs.items() if n not in touched
    }


@given(FIELDS, FIELDS, FIELDS)
def test_an_edit_is_kept_or_told_and_never_silently_gone(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged = merge(base, ours, theirs)
    for name in {*base, *theirs}:
        if theirs.get(name) != base.get(name):
            assert merged.fields.get(name) == theirs.get(name)
        if name in merged.contradictions:
            assert merged.contradictions[name] == (base.get(name), ours[name], theirs.get(name))


@given(FIELDS, FIELDS)
def test_both_sides_making_the_same_change_is_no_conflict(base: dict[str, Any], ours: dict[str, Any]) -> None:
    assert not merge(base, ours, {**base, **ours}).contradictions


def test_a_contradiction_is_told_with_all_three_values() -> None:
    reason = merge({"name": "old"}, {"name": "ours"}, {"name": "theirs"}).reason()
    assert all(value in reason for value in ("old", "ours", "theirs"))
