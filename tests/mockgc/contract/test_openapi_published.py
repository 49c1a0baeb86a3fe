"""The OpenAPI document of the published family: valid, complete, true to the contract and to the registry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask.testing import FlaskClient

from mockgc import Settings, create_app
from mockgc.behaviour.quotas import PUBLISHED, Level
from mockgc.contract.headers import RATE_LIMIT
from mockgc.contract.model import Contract
from mockgc.contract.openapi_families import FAMILIES
from mockgc.contract.openapi_published import BEFORE_ROUTING
from mockgc.resources import registry
from mockgc.resources.wfm_dialect import RESOURCES
from mockgc.wire.limits import HEADERS_TOO_LARGE, URI_TOO_LONG

CONTRACT = Contract.bundled()
CLAIMS = {name: behaviour for resource in registry() for name, behaviour in resource.behaviours.items()}
ALWAYS = {400, 401, 403, 404, 408, 409, 413, 415, 429, 500, 503, 504}
"""What every operation of the contract's document declares."""
Operation = dict[str, Any]


@cache
def client(*, is_strict: bool = False) -> FlaskClient:
    return create_app(Settings(seed=1, strict=is_strict)).test_client()


@cache
def document(family: str, *, is_strict: bool = False) -> dict[str, Any]:
    answer = client(is_strict=is_strict).get(f"/_mockgc/openapi.json?family={family}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    made: dict[str, Any] = answer.get_json()
    return made


def operations(made: dict[str, Any]) -> Iterator[Operation]:
    return (operation for item in made["paths"].values() for operation in item.values())


def answered(made: dict[str, Any], operation: Operation) -> dict[int, dict[str, Any]]:
    """The responses of an operation by status, references followed."""
    shared = made["components"]["responses"]
    return {
        int(status): shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        for status, response in operation["responses"].items()
    }


def subschemas(schema: Any) -> Iterator[Any]:
    """The schema and all it holds."""
    yield schema
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "properties":
                for part in value.values():
                    yield from subschemas(part)
            elif name in ("items", "additionalProperties", "anyOf"):
                for part in value if isinstance(value, list) else [value]:
                    yield from subschemas(part)


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_valid_openapi_and_each_reference_leads_somewhere(family: str) -> None:
    made = document(family)
    schemathesis.openapi.from_dict(made).validate()
    for name in set(re.findall(r'"\$ref": ?"#/components/([^"]+)"', json.dumps(made))):
        section, _, target = name.partition("/")
        assert target in made["components"][section]
    for schema in made["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_a_broken_document_would_not_be_called_valid() -> None:
    broken = json.loads(json.dumps(document("published")))
    next(operations(broken))["responses"]["200"] = {"headers": []}
    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict(broken).validate()


def test_both_families_are_there_unless_one_is_asked_for() -> None:
    dialect = {operation.path for resource in RESOURCES for operation in resource.operations}
    published = {entry.path for entry in CONTRACT.entries.values()}
    assert document("wfm")["paths"].keys() == dialect
    assert document("published")["paths"].keys() == published
    assert client().get("/_mockgc/openapi.json").get_json() == document("all")
    assert document("all")["paths"].keys() == dialect | published
    names = [operation["operationId"] for operation in operations(document("all"))]
    assert len(names) == len(set(names)) == len(CONTRACT.entries) + 20
    created = json.dumps(document("all")["paths"]["/api/v2/wfm/users"]["post"])
    assert re.findall(r'"operationId": "(\w+)"', created)[0] == "wfmCreateUser"
    assert all(name in names for name in re.findall(r'"operationId": "(\w+)"', created))
    assert set(re.findall(r"schemas/(\w+)", created)) == {"WfmUser", "WfmErrorBody", "WfmTimeZone"}


def test_an_unknown_family_is_refused_with_the_known_ones() -> None:
    refused = client().get("/_mockgc/openapi.json?family=zendesk")
    assert refused.status_code == 400
    assert "'zendesk' is not one of all, wfm, published" in refused.get_json()["message"]


def test_every_operation_declares_what_the_contract_declares_and_what_the_emulator_answers() -> None:
    made = document("published")
    for operation in operations(made):
        published = CONTRACT.operation(operation["operationId"])
        found = answered(made, operation)
        assert found.keys() >= ALWAYS | {answer.status for answer in published.answers if answer.status is not None}
        assert any(status < 300 for status in found)
        for answer in published.refusals:
            assert answer.status is not None
            assert set(found[answer.status]["x-mockgc-codes"]) == set(answer.codes)
        refusals = [response for status, response in found.items() if status >= 400]
        schemas = {response["content"]["application/json"]["schema"]["$ref"] for response in refusals}
        assert schemas == {"#/components/schemas/ErrorBody"}
        for refusal in CLAIMS[published.id].refusals if published.id in CLAIMS else ():
            assert refusal.code in found[refusal.status]["x-mockgc-codes"]


def test_the_level_of_each_operation_and_the_source_of_its_rules_are_told() -> None:
    for operation in operations(document("published")):
        told, name = operation["x-mockgc-coverage"], operation["operationId"]
        assert told["knownFrom"].startswith(("document v2 of 2026", "sdk 269"))
        assert told["level"] == ("behaviour" if name in CLAIMS else "shape")
        if name in CLAIMS:
            assert told["rule"] == str(CLAIMS[name].source)
            codes = {f"{code.status} {code.code}": str(code.source) for code in CLAIMS[name].refusals}
            assert told["refusals"] == codes


def test_only_a_strict_emulator_answers_501_and_only_where_nothing_behaves() -> None:
    for is_strict in (False, True):
        made = document("published", is_strict=is_strict)
        declared = {
            operation["operationId"]
            for operation in operations(made)
            if "not.implemented" in answered(made, operation).get(501, {}).get("x-mockgc-codes", ())
        }
        assert declared == (CONTRACT.entries.keys() - CLAIMS.keys() if is_strict else set())


def test_what_requests_hold_may_be_null_unless_required_and_what_only_answers_hold_may_not() -> None:
    schemas = document("published")["components"]["schemas"]
    create = schemas["CreateManagementUnitApiRequest"]["properties"]
    assert create["name"]["type"] == "string"
    assert create["divisionId"]["type"] == ["string", "null"]
    listing = schemas["BusinessUnitListing"]
    assert {"type": "null"} not in list(subschemas(listing))
    assert not any(isinstance(part.get("type"), list) for part in subschemas(listing) if isinstance(part, dict))


def test_formats_that_generators_know_are_kept_and_no_prose_is_there() -> None:
    schemas = document("published")["components"]["schemas"]
    parts = [part for schema in schemas.values() for part in subschemas(schema) if isinstance(part, dict)]
    assert {"int32", "int64", "double", "date", "date-time"} <= {str(part.get("format")) for part in parts}
    assert not any("description" in part and "type" not in part.get("description", {}) for part in parts)


def test_limits_of_the_wire_are_declared_everywhere_and_refused_like_the_rest() -> None:
    told = {(answer.status, code) for answer in BEFORE_ROUTING for code in answer.codes}
    assert told == {(code.status, code.code) for code in (URI_TOO_LONG, HEADERS_TOO_LARGE)}
    made = document("published")
    assert all(answered(made, operation).keys() >= {414, 431} for operation in operations(made))
    refused = client().get(f"/api/v2/users?{'x' * 20_000}")
    assert (refused.status_code, refused.get_json()["code"]) == (414, "uri.too.long")
    assert refused.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert refused.get_json()["details"] == [{"errorCode": "uri.too.long"}]


def test_the_headers_of_quotas_are_told_by_the_names_that_are_sent() -> None:
    sent = {name for name, _ in Level(PUBLISHED[0], 1, 1).headers}
    assert sent == {header.name for header in RATE_LIMIT} < document("published")["components"]["headers"].keys()


def test_a_start_does_not_read_the_contract_for_it() -> None:
    """Whoever never asks pays nothing: the document is made by a contract of its own, each time it is asked for."""
    first = client().get("/_mockgc/openapi.json?family=published").get_data()
    assert client().get("/_mockgc/openapi.json?family=published").get_data() == first
    assert len(first) < 2_100_000
