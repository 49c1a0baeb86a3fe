"""
A published operation is at level `behaviour` when a test fails without its rule: here each is tried without it.

`mutants` says what an operation loses in turn; how a test says what it shows is told in `tests.mockgc.resources`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from mockgc.domain.transaction import Outcome
from mockgc.resources import registry
from mockgc.resources.directory.refusals import UNKNOWN_ID
from mockgc.resources.directory.teams import NAME_IN_USE
from tests.mockgc.resources.cases import Case, marked_cases
from tests.mockgc.resources.mutants import ONLY_REFUSE, Mishap, Mutant, Seen, Stage, mutants
from tests.mockgc.resources.published_behaviour import Caller

BEHAVIOURS = sorted(name for resource in registry() for name in resource.behaviours)
CASES = marked_cases()
EARLY = {"name": "Early"}


@cache
def stage() -> Stage:
    """One for all operations: every case has an organisation of its own in it."""
    return Stage()


@pytest.mark.parametrize("operation_id", BEHAVIOURS)
def test_without_its_rule_a_marked_test_fails(operation_id: str) -> None:
    cases = [case for case in CASES if operation_id in case.shows]
    found = stage().complaints(operation_id, cases) if cases else ["no test says that it shows it"]
    advice = (
        f"Name it in the marker of the test that shows it, @pytest.mark.shows({operation_id!r}), or write one; what "
        "such a test has to assert is told in tests/mockgc/resources/__init__.py."
    )
    assert not found, "\n".join([f"{operation_id} is not shown by what is marked so.", *found, advice])


def test_what_is_marked_is_an_operation_that_behaves() -> None:
    assert {name for case in CASES for name in case.shows} == set(BEHAVIOURS)
    assert set(BEHAVIOURS) >= ONLY_REFUSE


# From here on the judges are on trial.


@pytest.fixture
def team(call: Caller) -> Any:
    made = call("postTeams", json=EARLY)
    assert call("getTeam", made["id"]) == made
    return made


@pytest.fixture
def call() -> Caller:
    return Caller()


def asserts_nothing(call: Caller) -> None:
    made = call.attempt("postTeams", json=EARLY).json()
    call.attempt("getTeam", made["id"])
    call.attempt("postTeams", json=EARLY)


def believes_the_answer(call: Caller) -> None:
    made = call("postTeams", json=EARLY)
    assert (made["name"], made["memberCount"]) == ("Early", 0)


def reads_back(call: Caller) -> None:
    made = call("postTeams", json=EARLY)
    assert call("getTeam", made["id"]) == made


def takes_the_name_twice(call: Caller) -> None:
    call("postTeams", json=EARLY)
    assert call.attempt("postTeams", json=EARLY).status_code == 400


def stumbles(call: Caller) -> None:
    call("postTeams", json=EARLY)
    assert call("getTeams")["entities"][0]["name"] == "Early"


def leaves_the_claim_to_a_fixture(call: Caller, team: Any) -> None:
    call("getTeam", team["id"])


def fails_anyway(call: Caller) -> None:
    call("getTeam", "none")


def as_case(function: Callable[..., None]) -> Case:
    """A test that pytest does not collect."""
    return Case(function.__name__, sys.modules[__name__], function, {}, frozenset())


@pytest.mark.parametrize(
    ("function", "noticed"),
    [
        (asserts_nothing, []),
        (believes_the_answer, ["answer"]),
        (reads_back, ["memory", "answer"]),
        (takes_the_name_twice, ["memory", NAME_IN_USE]),
    ],
)
def test_a_loss_is_noticed_by_who_asserts_what_was_lost(function: Callable[..., None], noticed: list[Any]) -> None:
    lost: tuple[Any, ...] = ("memory", "answer", NAME_IN_USE)
    assert [one for one in lost if stage().notices(as_case(function), Mutant("postTeams", one))] == noticed


def test_what_nobody_notices_is_named_with_what_was_tried() -> None:
    forgets, name, unknown, idle = stage().complaints("postTeams", [as_case(asserts_nothing)])
    assert forgets == "postTeams forgets what it is told: asserts_nothing passes"
    assert name.startswith("postTeams lets pass what is refused with 400 group.name.in.use")
    assert unknown.endswith("no marked test comes to it")
    assert idle.startswith("asserts_nothing does not show postTeams")


def test_a_test_that_notices_nothing_is_named_although_others_notice_all() -> None:
    cases = [as_case(reads_back), as_case(asserts_nothing)]
    (found,) = stage().complaints("getTeam", cases)
    assert found.startswith("asserts_nothing does not show getTeam")


def test_a_refusal_that_is_given_and_not_declared_is_named() -> None:
    other = Stage()
    other.behaviours["postTeams"] = replace(other.behaviours["postTeams"], refusals=())
    found = other.complaints("postTeams", [as_case(takes_the_name_twice), as_case(believes_the_answer)])
    assert "it does not declare 400 group.name.in.use: team names are unique" in found


def test_a_mutant_is_gone_after_its_case() -> None:
    assert stage().notices(as_case(reads_back), Mutant("getTeam", "answer"))
    assert stage().watch(as_case(reads_back))["getTeam"].has_answered


def test_a_case_that_fails_by_itself_is_no_witness() -> None:
    with pytest.raises(AssertionError, match="getTeam: 404"):
        stage().complaints("getTeam", [as_case(fails_anyway)])


def test_a_failure_other_than_an_assertion_is_a_mishap() -> None:
    with pytest.raises(Mishap, match="not by an assertion: IndexError"):
        stage().notices(as_case(stumbles), Mutant("postTeams", "memory"))


def test_what_a_fixture_notices_is_no_claim_of_the_test() -> None:
    assert not stage().notices(as_case(leaves_the_claim_to_a_fixture), Mutant("getTeam", "answer"))


def test_a_mutant_outside_of_the_contract_is_a_mishap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mutant, "instead_of", lambda *_: Outcome(200, {"name": 5}))
    with pytest.raises(Mishap, match="outside of the contract"):
        stage().notices(as_case(reads_back), Mutant("getTeam", "answer"))


def test_a_mutant_that_makes_the_emulator_fail_is_a_mishap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mutant, "instead_of", lambda *_: 1 / 0)
    with pytest.raises(Mishap, match="the emulator failed: ZeroDivisionError"):
        stage().notices(as_case(asserts_nothing), Mutant("getTeam", "answer"))


def test_a_mutant_whose_outcome_cannot_be_answered_is_a_mishap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mutant, "instead_of", lambda *_: Outcome(200, {"name": object()}))
    with pytest.raises(Mishap, match="the emulator failed: RuntimeError"):
        stage().notices(as_case(reads_back), Mutant("getTeam", "answer"))


WROTE, TOLD, REFUSED = Seen(True, True), Seen(True, has_told=True), Seen(refusals={NAME_IN_USE})


@pytest.mark.parametrize(
    ("operation_id", "seen", "lost"),
    [
        ("postTeams", [WROTE], ["memory", UNKNOWN_ID]),
        ("postTeams", [WROTE, TOLD], ["memory", "answer", UNKNOWN_ID]),
        ("postTeams", [REFUSED], ["answer", UNKNOWN_ID, NAME_IN_USE]),
        ("getTeam", [TOLD], ["answer", UNKNOWN_ID]),
        ("deleteTeam", [Seen()], ["memory", UNKNOWN_ID]),
        ("headNotificationsChannel", [TOLD], [UNKNOWN_ID]),
        ("getUsersMe", [REFUSED], [UNKNOWN_ID, NAME_IN_USE]),
    ],
)
def test_an_operation_loses_what_it_was_seen_to_have(operation_id: str, seen: list[Seen], lost: list[Any]) -> None:
    assert [mutant.lost for mutant in mutants(operation_id, (UNKNOWN_ID,), seen)] == lost
