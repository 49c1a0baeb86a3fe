"""Histories survive being written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.history import Operation, load, outcome_of, save

SEEN = Operation("a", 1, 2, 0.0, 0.5, "PUT", "/x?y=1", {"version": 1}, 409, {"code": "é"}, None, "fail")
OPEN = Operation("b", 3, None, 1.0, None, "POST", "/x", {"name": "n"})


def test_a_saved_history_loads_as_it_was(tmp_path: Path) -> None:
    save([SEEN, OPEN], tmp_path / "history.ndjson")
    assert load(tmp_path / "history.ndjson") == (SEEN, OPEN)


def test_a_line_that_is_no_operation_is_named(tmp_path: Path) -> None:
    (tmp_path / "history.ndjson").write_text('{"client": "a"}\n')
    with pytest.raises(ValueError, match="line 1 of the history"):
        load(tmp_path / "history.ndjson")


@pytest.mark.parametrize(("status", "outcome"), [(200, "ok"), (409, "fail"), (503, "unknown"), (None, "unknown")])
def test_only_a_definite_answer_settles_an_outcome(status: int | None, outcome: str) -> None:
    assert outcome_of(status) == outcome
