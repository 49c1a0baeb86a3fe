"""The official SDK adds what documents lack, marks what it added, and overrules nothing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from mockgc.contract.compiler import read_sources
from mockgc.contract.errors import SourceError
from mockgc.contract.facts import Facts
from mockgc.contract.sdk import PACKAGE, read_sdk
from tests.mockgc.contract.documents import SMALL, compiled, facts_of, small
from tests.mockgc.contract.small_sdk import write_sdk

FINES = "POST /api/v2/desks/{deskId}/fines"


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    return write_sdk(tmp_path / "sdk")


@pytest.fixture
def merged(sdk: Path) -> Facts:
    return read_sources([str(sdk), str(SMALL)])


def test_an_operation_only_the_sdk_has_is_added_and_marked(merged: Facts) -> None:
    operation = merged.operations[FINES]
    assert (operation.id, operation.tag, operation.source) == ("postDeskFines", "Loans", 1)
    assert [(each.name, each.required) for each in operation.parameters] == [("deskId", True)]
    assert operation.body is not None
    assert (operation.body.schema, operation.body.required) == ({"$ref": "Fine"}, True)
    assert [(answer.status, answer.schema) for answer in operation.answers] == [(None, {"$ref": "Fine"})]


def test_documents_come_first_wherever_they_stand_on_the_command_line(merged: Facts) -> None:
    assert [source.kind for source in merged.sources] == ["document", "sdk"]
    assert merged.sources[1].version == "269.0.0"


def test_a_shared_operation_keeps_what_the_document_says_and_gains_parameters(merged: Facts) -> None:
    known = facts_of(small()).operations["GET /api/v2/desks/{deskId}/loans"]
    operation = merged.operations[known.key]
    assert operation.answers == known.answers
    assert {each.name for each in operation.parameters} == {each.name for each in known.parameters} | {"colour"}
    assert operation.widened == {1: ("colour",)}


def test_a_shared_definition_gains_fields_and_enum_values_and_loses_nothing(merged: Facts) -> None:
    known, loan = facts_of(small()).definitions["Loan"], merged.definitions["Loan"]
    assert loan.widened == {1: ("marks", "state")}
    assert loan.schema["properties"]["state"]["enum"] == ["Open", "Closed", "Lost"]
    assert loan.schema["properties"]["marks"]["additionalProperties"] == {"type": "array", "items": {"type": "integer"}}
    assert loan.schema["required"] == known.schema["required"]
    assert loan.schema["properties"]["reader"] == known.schema["properties"]["reader"]


def test_fields_have_their_wire_names_and_types(merged: Facts) -> None:
    assert merged.definitions["Fine"].schema["properties"] == {
        "amount": {"type": "number"},
        "days": {"type": "integer", "enum": [7, 14]},
        "loan": {"$ref": "Loan"},
        "paidOn": {"type": "string", "format": "date"},
    }


def test_who_said_what_survives_compiling(merged: Facts) -> None:
    with compiled(merged) as contract:
        assert contract.facts() == merged
        loan = contract.definition("Loan")
        assert [contract.source_of(loan, field).kind for field in ("reader", "marks")] == ["document", "sdk"]
        assert contract.source_of(contract.operation("postDeskFines")).kind == "sdk"


def test_only_wanted_operations_and_what_they_need_are_read(sdk: Path) -> None:
    facts = read_sdk(sdk, lambda _, path: path.endswith("/loans"))
    assert [operation.id for operation in facts.operations.values()] == ["getDeskLoans"]
    assert facts.definitions.keys() == {"Loan"}


def test_new_operations_can_be_limited_to_a_prefix(sdk: Path) -> None:
    facts = read_sources([str(SMALL), str(sdk)], ("/api/v2/readers",))
    assert FINES not in facts.operations
    assert facts.definitions["Loan"].widened is not None


def test_an_sdk_alone_is_a_contract(sdk: Path) -> None:
    assert read_sources([str(sdk)]).definitions.keys() == {"Fine", "Loan"}


def test_an_unknown_way_of_writing_is_refused_with_file_and_type(sdk: Path) -> None:
    model = sdk / "models" / "loan.py"
    model.write_text(model.read_text("utf-8").replace("'dict(str, list[int])'", "'matrix[int]'"), "utf-8")
    with pytest.raises(SourceError, match=r"sdk: models/loan\.py: unknown type 'matrix\[int\]'"):
        read_sources([str(sdk)])


@pytest.mark.skipif(importlib.util.find_spec(PACKAGE) is not None, reason="the SDK is installed here")
def test_an_sdk_that_is_not_installed_is_named_with_the_way_to_get_it() -> None:
    with pytest.raises(SourceError, match=f"pip install {PACKAGE}"):
        read_sources(["sdk"])
