"""
Each row of the vendor's error tables that concerns an operation that behaves, over HTTP, with its provenance.

The tables are the codes below; which operation declares which is the contract's word. Each of them has a row, or is
shared by all operations and asked of all, or has a reason for having none.
"""

from __future__ import annotations

import pytest

from tests.mockgc.resources.error_rows import NOT_PROVOKED, Row, filled
from tests.mockgc.resources.error_rows_agents import ROWS
from tests.mockgc.resources.landscape import BEHAVIOURS, Landscape, landscape
from tests.mockgc.resources.planted_bugs import BUGS, emulator_with
from tests.mockgc.resources.published_behaviour import CONTRACT

ASKED_OF_ALL = {
    (400, "bad.request"), (400, "constraint.validation"), (400, "invalid.date"), (400, "invalid.query.param.value"),
    (400, "invalid.value"), (401, "authentication.required"), (401, "bad.credentials"), (403, "missing.permissions"),
    (403, "missing.any.permissions"), (404, "not.found"), (404, "wfm.entity.not.found"),
    (404, "wfm.business.unit.not.found"), (404, "wfm.management.unit.not.found"), (413, "request.entity.too.large"),
    (415, "unsupported.media.type"),
}  # fmt: skip
"""In `test_refusal_order`, or once for all in a row: these follow from the shape of a request."""
TABLES = {
    *ASKED_OF_ALL, *NOT_PROVOKED,
    (400, "wfm.bad.request"), (400, "wfm.validation.management.unit.not.found"), (400, "wfm.ids.may.not.be.blank"),
    (400, "wfm.validation.business.unit.not.found"), (400, "wfm.too.many.teams.requested"), (400, "group.name.in.use"),
    (400, "duplicate.name"), (400, "too.many.bulk.division.updates"), (404, "user.ids.not.found"),
    (404, "queue.ids.not.found"), (404, "language.ids.not.found"), (404, "routing.skill.ids.not.found"),
    (409, "wfm.transaction.conflict"), (409, "wfm.historical.running.request"), (409, "resource.already.exists"),
    (409, "general.resource.conflict"), (409, "bulk.move.unable.to.move"),
}  # fmt: skip
"""(status, code) of every row of the tables."""


@pytest.fixture(scope="module")
def land() -> Landscape:
    """One for all rows: none of them changes anything, which each asserts."""
    return landscape()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_request_is_refused_as_the_row_says_and_changes_nothing(land: Landscape, row: Row) -> None:
    hold(land, row)


def hold(land: Landscape, row: Row) -> None:
    """
    Raises:
        AssertionError: the request of the row is not refused as the row says, or changes something.
    """
    before = land.call.state()
    body, params = filled(row.body, land), filled(row.params, land)
    answer = land.call.attempt(row.operation, *row.path_ids(land), json=body, params=params)
    refused = answer.json()
    assert answer.is_error, f"{row.operation} was accepted"
    assert (answer.status_code, refused["code"]) == (row.status, row.code), refused
    first = refused["details"][0]
    assert (first["errorCode"], first.get("fieldName") or "") == (row.code, row.at)
    assert not row.stands_in_the_way or first["entityId"] == land[row.stands_in_the_way]
    assert land.call.state() == before


@pytest.mark.parametrize(
    ("kind", "bug", "operation", "code"),
    [
        ("team", "checks no names", "patchTeam", "group.name.in.use"),
        ("businessUnit", "checks no names", "patchWorkforcemanagementBusinessunit", "wfm.validation.failure"),
        ("queue", "writes when it refuses", "putRoutingQueue", "duplicate.name"),
        ("externalId", "checks no external keys", "postUserExternalid", "general.resource.conflict"),
    ],
)
def test_a_row_fails_when_its_rule_is_lost(kind: str, bug: str, operation: str, code: str) -> None:
    (row,) = (row for row in ROWS if (row.operation, row.code) == (operation, code))
    hold(landscape(), row)
    with pytest.raises(AssertionError):
        hold(landscape(emulator_with(BUGS[bug], kind)), row)


def test_each_row_is_as_sure_as_the_definition_of_its_operation() -> None:
    for row in ROWS:
        declared = {
            refusal.source.grade
            for refusal in BEHAVIOURS[row.operation].refusals
            if (refusal.status, refusal.code) == (row.status, row.code)
        }
        assert row.grade in declared or (not declared and (row.status, row.code) in ASKED_OF_ALL), row


def test_every_row_of_the_tables_is_provoked_or_has_a_reason_for_not_being() -> None:
    provoked = {(row.operation, row.status, row.code) for row in ROWS}
    left = [
        (operation_id, status, code)
        for operation_id in BEHAVIOURS
        for status, code in declared_by(operation_id) & TABLES - ASKED_OF_ALL
        if (operation_id, status, code) not in provoked and not reason(operation_id, status, code)
    ]
    assert left == []


def test_what_is_provoked_has_no_reason_for_not_being() -> None:
    assert [str(row) for row in ROWS if reason(row.operation, row.status, row.code, named=True)] == []
    named = [(name, *key) for key, why in NOT_PROVOKED.items() if isinstance(why, dict) for name in why if name != "*"]
    assert [row for row in named if row[1:] not in declared_by(row[0])] == []


def declared_by(operation_id: str) -> set[tuple[int, str]]:
    """What the contract says that an operation is refused with."""
    answers = CONTRACT.operation(operation_id).answers
    return {(answer.status, code) for answer in answers if answer.status is not None for code in answer.codes}


def reason(operation_id: str, status: int, code: str, *, named: bool = False) -> str:
    """Why no request provokes this; empty without a reason. `named`: only reasons for this very operation or all."""
    why = NOT_PROVOKED.get((status, code), "")
    if isinstance(why, str):
        return why
    return why.get(operation_id, "" if named else why.get("*", ""))
