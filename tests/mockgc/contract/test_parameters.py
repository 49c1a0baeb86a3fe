"""Text of paths and query strings against declared parameters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.contract.facts import Parameter
from mockgc.contract.model import Contract
from mockgc.contract.parameters import Parameters, written

INT32 = {"type": "integer", "format": "int32"}


def found(place: Any, schema: dict[str, Any], value: str) -> list[tuple[str, str | None]]:
    """(code, field) of what is wrong with one value of one parameter."""
    checked = Parameters([Parameter("p", place, place == "path", schema)])
    ids, query = ((value,), "") if place == "path" else ((), f"p={value}")
    return [(violation.code.code, violation.field) for violation in checked.violations(ids, query)]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (INT32, ["0", "-5", "2147483647"], ["", "1.5", "2147483648", "many", "٣", "1_0", "%2B5", "1e3"]),
        ({"type": "integer", "format": "int64"}, ["2147483648"], ["9223372036854775808", "1" * 400]),
        ({"type": "number", "format": "double"}, ["1", "-2.5"], ["nan", "inf", "one"]),
        ({"type": "boolean"}, ["true", "false"], ["", "True", "1", "yes"]),
        ({"type": "boolean", "enum": ["true", "false"], "default": False}, ["true", "false"], ["Any"]),
        ({"type": "string", "enum": ["ascending", "descending"], "default": "ASC"}, ["ASC", "ascending"], ["asc"]),
        ({"type": "string", "format": "date"}, ["2026-11-30"], ["2026-13-01", "30.11.2026", "monday"]),
        ({"type": "string", "format": "interval"}, ["2026-11-30T08:00:00Z/2026-12-01T08:00:00Z"], ["2026-11-30"]),
        ({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}, ["a", "a,b"], ["c", "a,c", ""]),
        ({"type": "array", "items": {"type": "string"}}, ["anything", "a,b"], []),
        ({"type": "string"}, ["", "anything"], []),
    ],
)
def test_a_query_parameter_is_read_by_its_declared_type(schema: Any, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if found("query", schema, value)] == []
    assert [value for value in bad if found("query", schema, value) != [("invalid.query.param.value", "p")]] == []


def test_what_a_path_holds_is_named_with_the_code_of_its_kind() -> None:
    assert found("path", {"type": "string", "format": "date"}, "monday") == [("invalid.date", "p")]
    assert found("path", {"type": "string", "enum": ["QUEUE"]}, "queue") == [("invalid.value", "p")]
    assert found("path", {"type": "string"}, "anything") == []


def test_a_required_parameter_that_is_not_sent_is_named() -> None:
    checked = Parameters([Parameter("calendarId", "query", True, {"type": "string"})])
    assert [violation.field for violation in checked.violations((), "other=1")] == ["calendarId"]
    assert list(checked.violations((), "calendarId=")) == []


@given(st.integers(-(2**40), 2**40))
def test_a_number_of_32_bits_is_one_exactly_within_its_range(number: int) -> None:
    assert (found("query", INT32, str(number)) == []) == (-(2**31) <= number < 2**31)


def test_every_declared_parameter_can_be_met() -> None:
    """Each default of the contract is a value of its own parameter, once it is read as it can be met."""
    contract = Contract.bundled()
    for name in contract.entries:
        for parameter in contract.operation(name).parameters:
            schema = written(parameter.schema)
            assert schema["type"] != "boolean" or "enum" not in schema
            if "default" in schema and parameter.place == "query":
                text = str(schema["default"]).lower() if schema["type"] == "boolean" else str(schema["default"])
                assert found("query", dict(parameter.schema), text) == [], (name, parameter.name)


def test_a_code_that_the_operation_does_not_declare_is_not_sent() -> None:
    for codes, told in ((None, "invalid.query.param.value"), ({"bad.request"}, "bad.request")):
        checked = Parameters([Parameter("p", "query", False, INT32)], codes)
        assert [violation.code.code for violation in checked.violations((), "p=x")] == [told]


def test_every_operation_that_declares_refusals_declares_bad_request() -> None:
    contract = Contract.bundled()
    for name in contract.entries:
        declared = [answer.codes for answer in contract.operation(name).refusals if answer.status == 400]
        assert all("bad.request" in codes for codes in declared), name
