"""The report: one verdict from many, the JSON that scripts rely on, and a table that shows any text as it is."""

from __future__ import annotations

import io
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from conformance.explanation import essence
from conformance.report import (
    Verdict,
    conclusion,
    judged,
    not_applicable,
    overall,
    print_failures,
    print_hanging,
    table,
    write_json,
)

PASS, FAIL = judged("p", "Passes", "1 of 1"), judged("f", "Fails", "0 of 1", ["[red]agent 7[/] is missing"])
NONE = not_applicable("n", "Not tried", "nothing was written")


def shown(width: int = 100) -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, width=width, highlight=False), text


def test_the_whole_fails_when_one_fails_and_passes_when_none_does() -> None:
    assert overall([PASS, NONE]) is Verdict.PASS
    assert overall([PASS, NONE, FAIL]) is Verdict.FAIL


def test_the_json_has_the_names_that_scripts_rely_on(tmp_path: Path) -> None:
    write_json(tmp_path / "report.json", [PASS, FAIL, NONE])
    body = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert body["verdict"] == "fail"
    assert [set(invariant) for invariant in body["invariants"]] == [{"id", "name", "verdict", "evidence"}] * 3
    assert [invariant["verdict"] for invariant in body["invariants"]] == ["pass", "fail", "not_applicable"]
    assert body["invariants"][1]["evidence"]["violations"] == ["[red]agent 7[/] is missing"]


def test_what_violates_is_shown_as_it_is() -> None:
    console, text = shown()
    console.print(table([PASS, FAIL, NONE]))
    print_failures(console, [PASS, FAIL, NONE])
    assert "[red]agent 7[/] is missing" in text.getvalue()
    assert "nothing was written" in text.getvalue()


def test_the_last_line_counts() -> None:
    assert "1 of 2 invariants hold, 1 not applicable" in conclusion([PASS, FAIL, NONE], 3.2)


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=30).map(" ".join))
def test_a_long_value_goes_on_below_itself(value: str) -> None:
    console, text = shown(60)
    print_hanging(console, "   label      ", value)
    first, *rest = text.getvalue().rstrip("\n").split("\n")
    assert first.startswith("   label      ")
    assert all(line.startswith(" " * 14) and len(line) <= 60 for line in rest)
    assert " ".join([first[14:], *(line.strip() for line in rest)]).split() == value.split()


def test_the_essence_of_an_explanation_leaves_out_what_is_said_above() -> None:
    facts = [
        ("asked", "today by client c"),
        ("rule", "names are unique"),
        ("source", "decided: groups"),
        ("at", "name: is held"),
        ("", "sent a, stored b"),
        ("held by", "group 'A'"),
        ("made by", "POST /x"),
        ("held by", "group 'A'"),
        ("next step", "Read the holder."),
    ]
    assert list(essence({"facts": [{"label": label, "value": value} for label, value in facts]})) == [
        ("why", "names are unique"),
        ("source", "decided: groups"),
        ("held by", "group 'A'"),
        ("next step", "Read the holder."),
    ]
