"""The coverage page is true, and names the tests that show what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import mockgc.contract
from mockgc.cli import main
from mockgc.contract.coverage import SHOWN_BY, Coverage, Row, bundled_tests, coverage
from mockgc.contract.model import Contract
from mockgc.resources import registry
from tests.mockgc.resources.cases import marked_cases

PAGE = Path(mockgc.contract.__file__).with_name("COVERAGE.md")
AGAIN = f"write it anew: python -m {__name__}"


def marked_tests() -> dict[str, list[str]]:
    """What the markers say."""
    pairs = sorted({(name, case.test) for case in marked_cases() for name in case.shows})
    return {name: [test for shown, test in pairs if shown == name] for name in sorted({name for name, _ in pairs})}


def table() -> Coverage:
    return coverage(Contract.bundled(), registry())


def test_the_committed_tests_are_what_the_markers_say() -> None:
    assert json.loads(SHOWN_BY.read_text("utf-8")) == marked_tests(), AGAIN


def test_the_committed_page_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == table().markdown() + "\n", AGAIN


def test_no_operation_of_the_contract_is_left_out() -> None:
    rows = table().rows
    assert {row.id for row in rows} == set(Contract.bundled().entries)
    assert all(row.level != "none" for row in rows)


def test_behaviour_is_shown_by_a_test_and_shape_by_none() -> None:
    for row in table().rows:
        assert bool(row.shown_by) == (row.level == "behaviour") == bool(row.rule), (
            f"{row.id}: mark the test that shows it with @pytest.mark.shows, see tests/mockgc/resources; then {AGAIN}"
        )


def test_every_named_test_is_there() -> None:
    root = PAGE.parents[2]
    for test in {test for row in table().rows for test in row.shown_by}:
        file, _, function = test.partition("::")
        assert f"def {function}(" in (root / file).read_text("utf-8"), test


def test_a_row_names_its_tests_on_the_page_and_as_text() -> None:
    tests = ("tests/mockgc/resources/test_teams.py::test_a", "tests/mockgc/test_b.py::test_b")
    row = Row("getTeam", "GET", "/api/v2/teams/{teamId}", "Teams", "behaviour", "document v2", "assumed: so", tests)
    assert row.cells()[-1] == "`test_teams.py::test_a`<br>`tests/mockgc/test_b.py::test_b`"
    assert row.text().splitlines()[-2:] == [f"  shown by    {tests[0]}", f"              {tests[1]}"]


@pytest.mark.parametrize("name", ["getteam", "getTeamMembers"])
def test_the_command_tells_of_the_operations_that_are_named(name: str) -> None:
    result = CliRunner().invoke(main, ["coverage", name])
    assert result.exit_code == 0
    found = [line.split()[0] for line in result.output.splitlines() if line[:1].strip()]
    assert found == [row.id for row in table().rows if name.casefold() in row.id.casefold()]
    assert f"  shown by    {bundled_tests()['getTeamMembers'][0]}" in result.output.splitlines()


def test_a_name_that_no_operation_has_is_an_error() -> None:
    result = CliRunner().invoke(main, ["coverage", "getNothing"])
    assert (result.exit_code, "getNothing" in result.output) == (1, True)


if __name__ == "__main__":
    SHOWN_BY.write_text(json.dumps(marked_tests(), indent=1) + "\n", "utf-8")
    PAGE.write_text(table().markdown() + "\n", "utf-8")
