"""Marked tests can be run again by hand, with what pytest would give them and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mockgc.resources.cases import Case, cases_of, marked_cases

HERE = sys.modules[__name__]
RAN: list[object] = []


@pytest.fixture
def base() -> int:
    RAN.append("base")
    return 40


@pytest.fixture
def answer(base: int) -> int:
    return base + 2


@pytest.fixture
def used() -> None:
    RAN.append("used")


@pytest.fixture
def opened() -> Iterator[int]:
    yield 1
    RAN.append("closed")


@pytest.mark.parametrize(("left", "right"), [(1, 2), pytest.param(3, 4, marks=pytest.mark.shows("getB"))])
@pytest.mark.parametrize("word", ["x", "y"])
@pytest.mark.shows("getA")
def shown(word: str, left: int, right: int) -> None:
    RAN.append((word, left, right))


@pytest.mark.usefixtures("used")
def fixed(answer: int, base: int) -> None:
    assert (answer, base) == (42, 40)


def strange(tmp_path: Path) -> None:
    raise NotImplementedError(tmp_path)


def late(opened: int) -> None:
    raise NotImplementedError(opened)


def cases(name: str) -> list[Case]:
    """The cases of one of the functions above."""
    return list(cases_of(HERE, prefix=name))


def run(case: Case) -> list[object]:
    """What ran."""
    RAN.clear()
    case.function(**case.prepare())
    return list(RAN)


def test_each_row_of_each_parametrization_is_a_case_that_shows_what_function_and_row_are_marked_with() -> None:
    found = cases("shown")
    assert [(case.parameters["word"], case.parameters["left"], sorted(case.shows)) for case in found] == [
        ("x", 1, ["getA"]),
        ("x", 3, ["getA", "getB"]),
        ("y", 1, ["getA"]),
        ("y", 3, ["getA", "getB"]),
    ]
    assert [run(case) for case in found[:2]] == [[("x", 1, 2)], [("x", 3, 4)]]
    assert {case.test for case in found} == {"tests/mockgc/resources/test_cases.py::shown"}


def test_fixtures_are_made_anew_once_a_run_also_those_that_are_only_used() -> None:
    (case,) = cases("fixed")
    assert [run(case), run(case)] == [["used", "base"], ["used", "base"]]


@pytest.mark.parametrize("name", ["strange", "late"])
def test_a_fixture_that_is_not_plain_is_refused_by_name(name: str) -> None:
    (case,) = cases(name)
    with pytest.raises(LookupError, match=r"has no plain fixture '(tmp_path|opened)'"):
        case.prepare()


def test_marked_tests_are_found_below_a_folder_and_no_others() -> None:
    found = marked_cases()
    assert all(case.shows for case in found)
    assert {case.test.split("::")[0] for case in found} >= {
        "tests/mockgc/resources/test_teams.py",
        "tests/mockgc/resources/test_unknown_ids.py",
    }
