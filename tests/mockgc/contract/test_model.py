"""The compiled contract in use: by name, lazily, and as JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from mockgc.contract.codec import INDEX
from mockgc.contract.compiler import write
from mockgc.contract.errors import BrokenData, UnknownName
from mockgc.contract.facts import references
from mockgc.contract.json_schema import POINTER, json_schema
from mockgc.contract.model import Contract
from mockgc.contract.validate import Validator
from tests.mockgc.contract.documents import DOCUMENTS, JSON, compiled, facts_of, small


@pytest.fixture
def contract() -> Iterator[Contract]:
    with compiled(facts_of(small())) as found:
        yield found


def _fields(contract: Contract, name: str, use: str, body: object) -> list[str | None]:
    resolved = contract.resolved(name, "request" if use == "request" else "response")
    return [violation.field for violation in Validator(*resolved).violations(body)]


def test_opening_a_contract_reads_its_index_alone(contract: Contract) -> None:
    assert {entry.method for entry in contract.entries.values()} == {"GET", "POST", "DELETE"}
    assert contract.definition_names >= {"Loan", "Desk"}
    assert contract.loaded == frozenset()


def test_a_file_is_read_when_something_in_it_is_asked_for(contract: Contract) -> None:
    assert contract.operation("deleteDesk").key == "DELETE /api/v2/desks/{deskId}"
    assert contract.loaded == {"desks.json"}


def test_an_operation_is_found_by_id_and_by_place(contract: Contract) -> None:
    assert contract.at("post", "/api/v2/desks/{deskId}/loans") == contract.operation("postDeskLoans")


def test_an_unknown_operation_is_refused_with_close_names(contract: Contract) -> None:
    with pytest.raises(UnknownName, match=r"no operation 'getDesks'; did you mean getDesk"):
        contract.operation("getDesks")
    with pytest.raises(UnknownName, match=r"no operation 'PUT /api/v2/desks/\{deskId\}'"):
        contract.at("PUT", "/api/v2/desks/{deskId}")


def test_an_unknown_definition_is_refused_with_close_names(contract: Contract) -> None:
    with pytest.raises(UnknownName, match=r"no definition 'Laon'; did you mean Loan"):
        contract.resolved("Laon", "request")


def test_a_body_is_checked_to_the_depths_of_its_references(contract: Contract) -> None:
    part = {"reader": "Ada", "metadata": {"version": 2**31}}
    body = {"reader": "Ada", "metadata": {"version": 1}, "part": {**part, "since": "yesterday"}, "state": "Lost"}
    assert set(_fields(contract, "Loan", "request", body)) == {"part.metadata.version", "part.since", "state"}


def test_a_read_only_field_is_required_of_answers_alone(contract: Contract) -> None:
    loan = {"reader": "Ada", "metadata": {"version": 1}}
    assert _fields(contract, "Loan", "request", loan) == []
    assert _fields(contract, "Loan", "response", loan) == ["id"]


def test_a_uri_may_lack_its_host(contract: Contract) -> None:
    loan = {"id": "1", "reader": "Ada", "metadata": {"version": 1}, "uri": "/api/v2/loans/1"}
    assert _fields(contract, "Loan", "response", loan) == []


def test_a_limit_of_the_contract_is_closer_than_that_of_its_format(contract: Contract) -> None:
    loan = {"reader": "Ada", "metadata": {"version": 1}}
    assert _fields(contract, "Loan", "request", {**loan, "minutes": 0}) == []
    assert _fields(contract, "Loan", "request", {**loan, "minutes": -1}) == ["minutes"]
    assert _fields(contract, "Loan", "request", {**loan, "minutes": 2**31}) == ["minutes"]


@pytest.mark.parametrize("schema", [{"type": "string", "enum": ["a"]}, {"type": "integer"}, {"$ref": "Loan"}])
def test_only_a_nullable_schema_takes_null(schema: JSON) -> None:
    components = {"Loan": {"type": "object"}}
    assert Validator(json_schema({**schema, "nullable": True}, "request"), components).violations(None) == []
    assert Validator(json_schema(schema, "request"), components).violations(None) != []


def test_a_set_wrapper_takes_each_value_once(contract: Contract) -> None:
    assert _fields(contract, "Desk", "request", {"days": {"values": ["Monday", "Friday"]}}) == []
    assert _fields(contract, "Desk", "request", {"days": {"values": ["Monday", "Monday"]}}) == ["days.values"]


def test_wrappers_are_known_by_kind_and_content(contract: Contract) -> None:
    kinds = {name: found.kind for name in contract.definition_names if (found := contract.wrapper(name))}
    assert kinds == {"ValueWrapperDate": "value", "SetWrapperDay": "set", "ListWrapperLoan": "list"}
    assert contract.wrapper("Loan") is None
    wrapped = contract.wrapper("ListWrapperLoan")
    assert wrapped is not None
    assert wrapped.inner == {"$ref": "Loan"}


def test_an_operation_needs_its_definitions_and_theirs(contract: Contract) -> None:
    assert contract.needs(contract.operation("getDesk")) == {"Desk", "SetWrapperDay", "ValueWrapperDate"}


@given(DOCUMENTS)
def test_a_resolved_schema_holds_all_it_points_to(document: JSON) -> None:
    with compiled(facts_of(document)) as contract:
        for name in contract.definition_names:
            schema, components = contract.resolved(name, "response")
            pointers = references([schema, components])
            escaped = {POINTER + _escaped(component) for component in components}
            assert {pointer for pointer in pointers if pointer.startswith(POINTER)} == escaped


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace(" ", "%20")


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        (INDEX, b"", "not JSON"),
        (INDEX, b"[]", "not an object"),
        (INDEX, b'{"format":99}', "its format is 99, this mockgc reads 1"),
        ("desks.json", b'{"tag":"Desks","operations":{}}', "in the index but not in its file"),
        ("desks.json", b'{"tag":"Desks","operations":{"getDesk":{}}}', "operation getDesk"),
        ("desks.json", None, "No such file"),
    ],
)
def test_a_broken_folder_is_refused_with_what_to_do(
    tmp_path: Path, file: str, content: bytes | None, complaint: str
) -> None:
    write(facts_of(small()), tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(BrokenData, match=f"{complaint}.*compile the contract again"):
        Contract.load(tmp_path).operation("getDesk")
