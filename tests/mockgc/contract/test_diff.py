"""What a newer contract changes is named, one by one; a mirror names the opposite; nothing changed names nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.contract.diff import Action, Change, What, diff
from tests.mockgc.contract.documents import DOCUMENTS, JSON, facts_of, small

LOANS = "/api/v2/desks/{deskId}/loans"
DESK = "/api/v2/desks/{deskId}"
Mutation = Callable[[JSON], Any]


def _loan(document: JSON) -> JSON:
    loan: JSON = document["definitions"]["Loan"]
    return loan


def _post(document: JSON) -> JSON:
    post: JSON = document["paths"][LOANS]["post"]
    return post


MUTATIONS: dict[str, tuple[Mutation, set[str]]] = {
    "operation removed": (lambda d: d["paths"][DESK].pop("get"), {f"- operation GET {DESK}"}),
    "operation added": (lambda d: d["paths"].update({"/new": {"get": {"responses": {}}}}), {"+ operation GET /new"}),
    "operation moved": (
        lambda d: d["paths"].update({"/to": d["paths"].pop(DESK)}),
        {f"- operation GET {DESK}", f"- operation DELETE {DESK}", "+ operation GET /to", "+ operation DELETE /to"},
    ),
    "operation renamed": (
        lambda d: _post(d).update(operationId="lend"), {f"~ detail POST {LOANS}: id: postDeskLoans -> lend"},
    ),
    "operation deprecated": (
        lambda d: _post(d).update(deprecated=True), {f"~ detail POST {LOANS}: deprecated: False -> True"},
    ),
    "parameter added": (
        lambda d: _post(d)["parameters"].append({"name": "loud", "in": "query", "type": "boolean"}),
        {f"+ parameter POST {LOANS}: query loud"},
    ),
    "parameter required": (
        lambda d: d["parameters"]["pageSize"].update(required=True),
        {f"~ detail GET {LOANS} query pageSize: required: False -> True"},
    ),
    "parameter default": (
        lambda d: d["parameters"]["pageSize"].update(default=50),
        {f"~ schema GET {LOANS} query pageSize: default: 25 -> 50"},
    ),
    "body gone": (lambda d: _post(d)["parameters"].pop(), {f"- body POST {LOANS}"}),
    "body optional": (
        lambda d: _post(d)["parameters"][0].update(required=False),
        {f"~ detail POST {LOANS}: body.required: True -> False"},
    ),
    "answer added": (lambda d: _post(d)["responses"].update({"204": {}}), {f"+ answer POST {LOANS}: 204"}),
    "code added": (
        lambda d: _post(d)["responses"]["409"]["x-inin-error-codes"].update({"loan.late": ""}),
        {f"+ code POST {LOANS} 409: loan.late"},
    ),
    "code removed everywhere": (
        lambda d: d["responses"]["Unknown"].update({"x-inin-error-codes": {}}),
        {f"- code {key} 404: not.found" for key in (f"GET {LOANS}", f"POST {LOANS}", f"DELETE {DESK}")},
    ),
    "permission added": (
        lambda d: _post(d)["x-inin-requires-permissions"]["permissions"].append("loan:lend"),
        {f"+ permission POST {LOANS}: loan:lend"},
    ),
    "permission rule": (
        lambda d: _post(d)["x-inin-requires-permissions"].update(type="ANY"),
        {f"~ detail POST {LOANS}: permissions: all -> any"},
    ),
    "scope removed": (
        lambda d: d["paths"][LOANS]["get"]["security"][0]["Desk OAuth"].pop(), {f"- scope GET {LOANS}: loans:readonly"},
    ),
    "definition added": (lambda d: d["definitions"].update({"Fine": {"type": "object"}}), {"+ definition Fine"}),
    "field added": (lambda d: _loan(d)["properties"].update({"fine": {"type": "integer"}}), {"+ field Loan.fine"}),
    "field removed": (lambda d: _loan(d)["properties"].pop("since"), {"- field Loan.since"}),
    "field type": (
        lambda d: _loan(d)["properties"]["since"].update(type="integer"),
        {"~ schema Loan.since: type: string -> integer"},
    ),
    "field no longer read-only": (
        lambda d: _loan(d)["properties"]["id"].pop("readOnly"), {"~ schema Loan.id: readOnly: True -> None"},
    ),
    "field required": (lambda d: _loan(d)["required"].append("state"), {"+ required Loan: state"}),
    "limit": (
        lambda d: _loan(d)["properties"]["minutes"].update(minimum=5), {"~ schema Loan.minutes: minimum: 0 -> 5"},
    ),
    "format": (
        lambda d: _loan(d)["properties"]["since"].update(format="date"),
        {"~ schema Loan.since: format: date-time -> date"},
    ),
    "enum value added": (
        lambda d: _loan(d)["properties"]["state"]["enum"].append("Lost"), {"+ enum Loan.state: Lost"},
    ),
    "enum value removed inside a list": (
        lambda d: d["definitions"]["SetWrapperDay"]["properties"]["values"]["items"]["enum"].remove("Friday"),
        {"- enum SetWrapperDay.values[]: Friday"},
    ),
    "map value": (
        lambda d: _loan(d)["properties"]["labels"]["additionalProperties"].update(type="integer"),
        {"~ schema Loan.labels{}: type: string -> integer"},
    ),
    "reference": (
        lambda d: _loan(d)["properties"].update({"part": {"$ref": "#/definitions/Desk"}}),
        {"~ schema Loan.part: $ref: Loan -> Desk"},
    ),
}  # fmt: skip


def _mutated(names: list[str]) -> JSON:
    document = small()
    for name in names:
        MUTATIONS[name][0](document)
    return document


def _lines(old: JSON, new: JSON) -> set[str]:
    return {str(change) for change in diff(facts_of(old), facts_of(new))}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_planted_change_is_named_and_nothing_else(name: str) -> None:
    assert _lines(small(), _mutated([name])) == MUTATIONS[name][1]


TAKING = {"operation removed", "operation moved", "reference", "body gone", "body optional", "field removed"}
APART = sorted(MUTATIONS.keys() - TAKING)
"""Mutations that touch nothing another one touches; the rest take each other's ground away."""


@given(st.lists(st.sampled_from(APART), unique=True))
def test_several_planted_changes_are_all_named_in_any_order(names: list[str]) -> None:
    assert _lines(small(), _mutated(names)) == set().union(*(MUTATIONS[name][1] for name in names))


@given(DOCUMENTS)
def test_a_contract_does_not_differ_from_itself(document: JSON) -> None:
    assert diff(facts_of(document), facts_of(copy.deepcopy(document))) == ()


def _mirrored(change: Change) -> Change:
    swap: dict[Action, Action] = {"added": "removed", "removed": "added", "changed": "changed"}
    return replace(change, action=swap[change.action], before=change.after, after=change.before)


@given(DOCUMENTS, DOCUMENTS)
def test_the_way_back_is_the_mirror_of_the_way_there(one: JSON, two: JSON) -> None:
    there, back = diff(facts_of(one), facts_of(two)), diff(facts_of(two), facts_of(one))
    assert sorted(map(repr, map(_mirrored, there))) == sorted(map(repr, back))


@given(DOCUMENTS, DOCUMENTS)
def test_only_contracts_that_say_the_same_have_no_difference(one: JSON, two: JSON) -> None:
    old, new = facts_of(one), facts_of(two)
    same = old.operations == new.operations and old.definitions == new.definitions
    assert (diff(old, new) == ()) == same


@pytest.mark.parametrize("forgotten", get_args(What))
def test_a_diff_that_forgets_a_kind_of_change_is_caught(forgotten: What) -> None:
    """Planted bugs, one a kind: each of them lets at least one of the mutations above go unnamed."""
    caught = [
        name
        for name, (_, expected) in MUTATIONS.items()
        if {str(each) for each in diff(facts_of(small()), facts_of(_mutated([name]))) if each.what != forgotten}
        != expected
    ]
    assert caught != []


def test_a_change_as_json_says_what_the_line_says() -> None:
    (change,) = diff(facts_of(small()), facts_of(_mutated(["limit"])))
    assert change.as_json() == {
        "action": "changed", "what": "schema", "where": "Loan.minutes", "name": "minimum", "before": 0, "after": 5,
    }  # fmt: skip
