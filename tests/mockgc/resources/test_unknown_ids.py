"""
What a path names has to exist: for every published operation that behaves, each id of its path in turn.

One case an operation, so that each can be shown to depend on the operation's own check. The order against other
refusals is the claim of `test_refusal_order`.
"""

from __future__ import annotations

from functools import cache

import pytest
from flask import Flask

from mockgc.contract import facts
from tests.mockgc.resources.landscape import BEHAVIOURS, Landscape, landscape
from tests.mockgc.resources.published_behaviour import CONTRACT, EMULATOR

UNITS = {"businessUnitId": "wfm.business.unit.not.found", "managementUnitId": "wfm.management.unit.not.found"}
NO_ID = ("objectType",)
"""Names a kind."""


def parameters(operation: facts.Operation) -> list[str]:
    """The names of the path's parameters, in their order."""
    return [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]


def refusal(operation: facts.Operation, parameter: str) -> tuple[int, str]:
    """
    Status and code for the first parameter that names nothing.

    A week is a day of the calendar: what is none is an invalid value. Source: assumed.
    """
    if parameter in ("weekId", "weekDateId"):
        return 400, "wfm.validation.failure"
    declared = {code for answer in operation.answers if answer.status == 404 for code in answer.codes}
    otherwise = "wfm.entity.not.found" if "wfm.entity.not.found" in declared else "not.found"
    code = UNITS.get(parameter, otherwise)
    return 404, code if code in declared else otherwise


@cache
def landscape_in(_: Flask | None) -> Landscape:
    """One in each emulator, because nothing here changes it."""
    return landscape()


@pytest.fixture
def land() -> Landscape:
    return landscape_in(EMULATOR.get())


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(operation, id=name, marks=pytest.mark.shows(name))
        for name in sorted(BEHAVIOURS)
        if parameters(operation := CONTRACT.operation(name))
    ],
)
def test_what_a_path_names_exists(land: Landscape, operation: facts.Operation) -> None:
    before = land.call.state()
    ids = land.path_ids(operation.id)
    for position, parameter in enumerate(parameters(operation)):
        if parameter not in NO_ID:
            sent = [*ids[:position], *("none" for _ in ids[position:])]
            status, code = refusal(operation, parameter)
            answer = land.call.attempt(operation.id, *sent)
            assert answer.status_code == status, parameter
            assert operation.method == "HEAD" or answer.json()["code"] == code, parameter
    assert land.call.state() == before
