"""A Swagger or OpenAPI document becomes facts: all of them, once, without prose."""

from __future__ import annotations

import contextlib
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockgc.contract.document import read_document
from mockgc.contract.errors import SourceError
from mockgc.contract.facts import references
from tests.mockgc.contract.documents import DOCUMENTS, JSON, facts_of, openapi3, operation_count, shuffled, small


def test_every_operation_of_the_source_is_there_once() -> None:
    document = small()
    wanted = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert set(facts_of(document).operations) == wanted


@given(DOCUMENTS)
def test_every_drawn_operation_is_there_once(document: JSON) -> None:
    facts = facts_of(document)
    assert len(facts.operations) == operation_count(document)
    assert len({operation.id for operation in facts.operations.values()}) == operation_count(document)


@given(DOCUMENTS)
def test_every_reference_resolves(document: JSON) -> None:
    facts = facts_of(document)
    named = references([definition.schema for definition in facts.definitions.values()])
    assert named <= facts.definitions.keys()


@given(DOCUMENTS, st.integers())
def test_the_order_of_keys_does_not_matter(document: JSON, seed: int) -> None:
    assert facts_of(shuffled(document, random.Random(seed))) == facts_of(document)


def test_an_answer_keeps_codes_and_drops_their_texts() -> None:
    answer = facts_of(small()).operations["POST /api/v2/desks/{deskId}/loans"].refusals[0]
    assert (answer.status, answer.codes) == (400, ("bad.request", "loan.not.allowed"))


def test_parameters_of_the_path_and_shared_ones_are_joined() -> None:
    parameters = facts_of(small()).operations["GET /api/v2/desks/{deskId}/loans"].parameters
    assert [(each.place, each.name, each.required) for each in parameters] == [
        ("path", "deskId", True),
        ("query", "expand", False),
        ("query", "pageSize", False),
    ]


def test_permissions_scopes_and_media_types_are_facts() -> None:
    operations = facts_of(small()).operations
    listing = operations["GET /api/v2/desks/{deskId}/loans"]
    assert listing.permissions is not None
    assert (listing.permissions.rule, listing.permissions.names) == ("any", ("loan:admin", "loan:view"))
    assert listing.scopes == ("loans", "loans:readonly")
    assert operations["GET /api/v2/desks/{deskId}"].scopes is None
    assert operations["GET /api/v2/desks/{deskId}"].produces == ("text/calendar",)


def test_a_lone_default_answer_is_a_success_of_unknown_status() -> None:
    (success,) = facts_of(small()).operations["DELETE /api/v2/desks/{deskId}"].successes
    assert success.status is None


def test_a_default_beside_a_named_success_is_no_success() -> None:
    document = small()
    document["paths"]["/api/v2/desks/{deskId}"]["get"]["responses"]["default"] = {}
    assert facts_of(document).operations == facts_of(small()).operations


def test_an_operation_overrides_a_parameter_of_its_path() -> None:
    document = small()
    own = {"name": "deskId", "in": "path", "required": True, "type": "integer"}
    document["paths"]["/api/v2/desks/{deskId}/loans"]["get"]["parameters"].append(own)
    operations = facts_of(document).operations
    methods = {method: operations[f"{method} /api/v2/desks/{{deskId}}/loans"] for method in ("GET", "POST")}
    assert [each.parameters[0].schema["type"] for each in methods.values()] == ["integer", "string"]


def test_a_parameter_of_the_path_is_required_whatever_is_written() -> None:
    document = small()
    del document["paths"]["/api/v2/desks/{deskId}"]["get"]["parameters"][0]["required"]
    assert facts_of(document).operations == facts_of(small()).operations


def test_required_fields_are_a_set() -> None:
    document = small()
    document["definitions"]["Loan"]["required"].reverse()
    assert facts_of(document).definitions == facts_of(small()).definitions


def test_openapi_3_says_the_same_as_swagger() -> None:
    swagger, openapi = facts_of(small()), facts_of(openapi3(small()))
    assert openapi.operations == swagger.operations
    assert openapi.definitions == swagger.definitions


def test_a_field_called_description_is_not_prose() -> None:
    fields = facts_of(small()).definitions["Desk"].schema["properties"]
    assert fields["description"] == {"type": "string", "maxLength": 40}


PROSE = "quite unmistakable prose"


def _with_prose(node: Any, inside_fields: bool = False) -> Any:
    """Prose wherever a document may hold some: in every object that is not itself a map of names."""
    if isinstance(node, list):
        return [_with_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    maps = ("properties", "definitions", "responses", "parameters", "paths", "x-inin-error-codes")
    inner = {key: _with_prose(value, not inside_fields and key in maps) for key, value in node.items()}
    if inside_fields or {"get", "post", "delete", "patch"} & node.keys() or {"Desk OAuth", "oauth"} & node.keys():
        return inner
    return {**inner, "description": PROSE, "title": PROSE, "example": PROSE, "x-note": PROSE}


@given(DOCUMENTS)
def test_prose_leaves_no_trace(document: JSON) -> None:
    loud = _with_prose(document)
    loud["info"] = document["info"]
    assert facts_of(loud).operations == facts_of(document).operations
    assert facts_of(loud).definitions == facts_of(document).definitions


def _without(document: JSON, *keys: str) -> JSON:
    return {key: value for key, value in document.items() if key not in keys}


BAD: dict[str, tuple[bytes, str, str]] = {
    "not JSON": (b"swagger: '2.0'", "line 1 column 1", "in JSON"),
    "not UTF-8": (b"\xff", "byte 0", "in JSON"),
    "not an object": (b"[]", "a list", "in JSON"),
    "a key twice": (b'{"swagger":"2.0","swagger":"2.0"}', "'swagger' comes twice", "keep one"),
    "no number": (b'{"swagger":NaN}', "NaN is not a JSON number", "in JSON"),
    "no version": (b'{"paths":{}}', "neither `swagger` nor `openapi`", '"swagger": "2.0"'),
    "unknown version": (b'{"swagger":"1.2"}', "unknown version {'swagger': '1.2'}", '"3.0.x"'),
    "no paths": (json.dumps(_without(small(), "paths")).encode(), "no paths", "at least one path"),
    "nested too deeply": (b'{"a":' * 100_000, "", ""),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_contract_is_refused_with_what_would_be_right(case: str) -> None:
    raw, problem, expected = BAD[case]
    with pytest.raises(SourceError) as caught:
        read_document(raw, "small.json")
    assert "small.json" in str(caught.value)
    assert problem in str(caught.value)
    assert expected in str(caught.value)


def _dangling_schema(document: JSON) -> None:
    document["definitions"]["Loan"]["properties"]["metadata"]["$ref"] = "#/definitions/Metadatum"


def _dangling_answer(document: JSON) -> None:
    document["paths"]["/api/v2/desks/{deskId}"]["delete"]["responses"]["404"]["$ref"] = "#/responses/Unknwon"


def _elsewhere(document: JSON) -> None:
    document["definitions"]["Loan"]["properties"]["metadata"]["$ref"] = "other.json#/Metadata"


def _wrong_type(document: JSON) -> None:
    document["definitions"]["Loan"]["properties"]["reader"]["type"] = "text"


def _same_id(document: JSON) -> None:
    document["paths"]["/api/v2/desks/{deskId}"]["get"]["operationId"] = "deleteDesk"


def _no_method(document: JSON) -> None:
    document["paths"]["/api/v2/desks/{deskId}"]["gte"] = {}


def _no_status(document: JSON) -> None:
    document["paths"]["/api/v2/desks/{deskId}"]["get"]["responses"]["4XX"] = {}


def _no_place(document: JSON) -> None:
    document["paths"]["/api/v2/desks/{deskId}"]["get"]["parameters"].append({"name": "x", "in": "basket"})


FLAWS = {
    _dangling_schema: ("definitions.Loan.properties.metadata.$ref", "did you mean Metadata"),
    _dangling_answer: ("paths./api/v2/desks/{deskId}.delete.responses.404", "did you mean Unknown"),
    _elsewhere: ("definitions.Loan.properties.metadata.$ref", "begins with #/definitions/"),
    _wrong_type: ("definitions.Loan.properties.reader.type", "one of array, boolean"),
    _same_id: ("GET /api/v2/desks/{deskId}", "each operation needs its own"),
    _no_method: ("paths./api/v2/desks/{deskId}", "get, put, post"),
    _no_status: ("responses.4XX", "three digits"),
    _no_place: ("paths./api/v2/desks/{deskId}.get.parameters", "one of path, query"),
}


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.__name__.strip("_"))
def test_a_flaw_is_refused_with_its_place_and_what_would_be_right(flaw: Any) -> None:
    document = small()
    flaw(document)
    place, expected = FLAWS[flaw]
    with pytest.raises(SourceError) as caught:
        facts_of(document)
    assert place in str(caught.value)
    assert expected in str(caught.value)


def _places(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, value in inner for place in [(*at, key), *_places(value, (*at, key))]]


_SOMETHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=4), st.just([]), st.just({}), st.just([{}]),
    st.just({"x": 1}), st.just({"$ref": 3}), st.just([["x"]]),
)  # fmt: skip


@settings(max_examples=max(300, settings().max_examples))
@given(st.data())
def test_whatever_stands_anywhere_is_read_or_refused_by_name(data: st.DataObject) -> None:
    document = openapi3(small()) if data.draw(st.booleans()) else small()
    *way, last = data.draw(st.sampled_from(_places(document)))
    node: Any = document
    for key in way:
        node = node[key]
    node[last] = data.draw(_SOMETHING)
    with contextlib.suppress(SourceError):  # anything else is a bug of the reader
        facts_of(document)
