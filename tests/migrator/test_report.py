"""The report: counts that add up, exit codes, JSON and text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import report, terminal
from migrator.desired import Decision, Loss
from migrator.errors import InputError
from migrator.plan import WHATS
from migrator.report import DECISION, RESULTS, Report, RowResult

ROWS = st.lists(
    st.builds(
        RowResult,
        what=st.sampled_from(WHATS),
        key=st.text(max_size=5),
        member=st.none() | st.text(max_size=5),
        label=st.text(max_size=5),
        result=st.sampled_from(RESULTS),
        code=st.sampled_from(["", "x", DECISION + "x"]),
        is_uncertain=st.booleans(),
    ),
    max_size=20,
)
QUESTION = Decision("duplicate_name", "group 9", "two groups of one name", "groups: {names: {9: Other}}", frozenset())


def made(*rows: RowResult, decisions: tuple[Decision, ...] = ()) -> Report:
    return Report("http://target", "digest", rows, decisions, (Loss("tag", "vip", "nothing maps it"),))


def one(result: report.Result, code: str = "") -> RowResult:
    return RowResult("user", "zendesk:user:1", None, "a@example.com", result, code, "because")


@given(ROWS)
def test_counts_add_up_to_the_rows_of_the_plan(rows: list[RowResult]) -> None:
    whole = made(*rows)
    assert sum(whole.counts.values()) == len(rows)
    assert sum(sum(counts.values()) for counts in whole.counts_by_what.values()) == len(rows)


@given(ROWS)
def test_a_report_survives_its_file(rows: list[RowResult]) -> None:
    whole = made(*rows, decisions=(QUESTION,))
    assert report.loads(report.dumps(whole)) == whole


@pytest.mark.parametrize(
    ("rows", "decisions", "code"),
    [
        ((), (), 0),
        ((one("created"), one("unchanged"), one("updated")), (), 0),
        ((one("created"), one("failed")), (), 3),
        ((one("conflict", "edited_outside"),), (QUESTION,), 3),
        ((one("blocked", "reference"),), (), 3),
        ((one("created"), one("conflict", DECISION + "twin"), one("blocked", DECISION + "user")), (), 4),
        ((one("created"),), (QUESTION,), 4),
    ],
)
def test_the_exit_code_says_what_is_left(
    rows: tuple[RowResult, ...], decisions: tuple[Decision, ...], code: int
) -> None:
    assert made(*rows, decisions=decisions).exit_code == code


def test_people_see_what_failed_why_and_how_to_settle_a_decision() -> None:
    text = "\n".join(terminal.report_lines(made(one("failed", "gave_up"), decisions=(QUESTION,))))
    for wanted in ("zendesk:user:1", "gave_up", "because", QUESTION.settle, "1 tag", "1 failed"):
        assert wanted in text


@pytest.mark.parametrize("data", [b"", b"[]", b'{"format":"mockgc-migrator-report-1"}'])
def test_what_is_no_report_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="report"):
        report.loads(data)
