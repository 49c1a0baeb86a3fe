"""Level shape: every published operation answers as the contract says, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from mockgc import Settings, create_app
from mockgc.contract import facts
from mockgc.contract.examples import Examples
from mockgc.contract.facts import Operation, references
from mockgc.contract.headers import NEVER_STORED
from mockgc.contract.model import Contract
from mockgc.contract.success import success
from mockgc.contract.validate import Validator
from mockgc.pytest_plugin import TestOrganisation, _organisation
from mockgc.resources import registry
from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import business_unit_of, users_of

CONTRACT = Contract.bundled()
CLAIMED = {name for resource in registry() for name in resource.behaviours}
NAMES = sorted(CONTRACT.entries.keys() - CLAIMED)
MOMENT = datetime(2026, 11, 25, tzinfo=UTC)
EXAMPLES = Examples(lambda name: CONTRACT.definition(name).schema)
ANY_ID = "11111111-2222-4333-8444-555555555555"


def organisation_on(app: Flask) -> TestOrganisation:
    transport = httpx.WSGITransport(app=app)
    return _organisation(httpx.Client(transport=transport, base_url="http://mockgc"), "http://mockgc")


ORGANISATION = organisation_on(create_app(Settings(seed=1, freeze=MOMENT)))
"""Level shape keeps no state, so all tests may share it."""


@pytest.fixture
def organisation() -> TestOrganisation:
    return ORGANISATION


def valid_request(operation: Operation) -> dict[str, Any]:
    """A request that the contract allows: required query parameters and an example of the body."""
    query = {
        p.name: EXAMPLES.answer(operation.id, p.schema, {}, None, MOMENT)
        for p in operation.parameters
        if p.place == "query" and p.required
    }
    request: dict[str, Any] = {"params": {k: str(v).lower() if isinstance(v, bool) else v for k, v in query.items()}}
    if operation.body is not None and not operation.consumes:
        request["json"] = EXAMPLES.answer(operation.id, operation.body.schema, {}, None, MOMENT)
    return request


def url(operation: Operation) -> str:
    """A path that the contract allows; nothing is stored under its ids."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            any_id = parameter.schema == {"type": "string"}
            value = ANY_ID if any_id else EXAMPLES.answer(operation.id, parameter.schema, {}, None, MOMENT)
            path = path.replace(f"{{{parameter.name}}}", value)
    return path


def left_out(schema: Any, value: Any) -> Iterator[str]:
    """The documented top-level properties that an answer leaves out."""
    while "$ref" in schema:
        schema = CONTRACT.definition(schema["$ref"]).schema
    if isinstance(value, dict):
        yield from (name for name in schema.get("properties", {}) if name not in value)


@given(st.sampled_from(NAMES))
@settings(max_examples=len(NAMES))
def test_every_operation_answers_with_a_declared_status_and_a_valid_body(name: str) -> None:
    operation = CONTRACT.operation(name)
    answer = ORGANISATION.http.request(operation.method, url(operation), **valid_request(operation))
    declared = {found.status: found for found in operation.successes}
    found = declared.get(answer.status_code, declared.get(None))
    assert found is not None, (answer.status_code, answer.text[:500])
    assert answer.headers["X-Mockgc-Coverage"] == "shape"
    assert answer.headers["ININ-Correlation-Id"]
    if found.schema is not None and operation.method != "HEAD":
        media_type = operation.produces[0] if operation.produces else "application/json"
        assert answer.headers["Content-Type"] == media_type
        body = answer.json() if media_type == "application/json" else answer.text
        assert Validator(*CONTRACT.resolved(found.schema, "response")).violations(body) == []
        assert list(left_out(found.schema, body)) == []


def test_strict_refuses_what_has_no_behaviour_and_writes_nothing() -> None:
    strict = organisation_on(create_app(Settings(seed=1, strict=True)))
    answer = strict.http.get("/api/v2/locations")
    assert answer.status_code == 501
    assert answer.json()["code"] == "not.implemented"
    assert strict.http.get("/api/v2/wfm/users").status_code == 200


def test_the_same_request_is_answered_alike_and_echoes_what_was_sent(organisation: TestOrganisation) -> None:
    office = {"name": "Lyon"}
    first = organisation.http.post("/api/v2/locations", json=office)
    assert first.json()["name"] == "Lyon"
    assert organisation.http.post("/api/v2/locations", json=office).json() == first.json()
    assert organisation.http.get("/api/v2/locations/abc").json()["id"] == "abc"


def test_a_body_against_the_contract_is_refused_at_its_field(organisation: TestOrganisation) -> None:
    refused = organisation.http.post("/api/v2/workforcemanagement/businessunits", json={"name": 5})
    assert refused.status_code == 400
    assert "name" in {detail["fieldName"] for detail in refused.json()["details"]}


def test_a_query_parameter_of_the_wrong_type_is_refused_by_name(organisation: TestOrganisation) -> None:
    refused = organisation.http.get("/api/v2/users?pageSize=many")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid.query.param.value")
    assert refused.json()["details"][0]["fieldName"] == "pageSize"


def test_a_client_without_the_permission_is_told_its_name(organisation: TestOrganisation) -> None:
    http = organisation.http
    made = http.post(
        f"/_mockgc/organisations/{organisation.id}/clients", json={"permissions": ["wfm:dialect:view"]}
    ).json()
    grant = {"grant_type": "client_credentials"}
    token = http.post("/oauth/token", data=grant, auth=(made["clientId"], made["clientSecret"])).json()["access_token"]
    refused = http.delete("/api/v2/groups/abc", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 403
    assert "directory:group:delete" in refused.json()["message"]


def test_unknown_paths_beside_published_ones_stay_unknown(organisation: TestOrganisation) -> None:
    assert organisation.http.get("/api/v2/workforcemanagement/nothing").status_code == 404
    assert organisation.http.put("/api/v2/routing/skills").status_code == 405


@pytest.mark.parametrize("raw", [b"", b"null"])
def test_an_optional_body_may_be_left_out_and_the_python_sdk_writes_null_for_it(
    organisation: TestOrganisation, raw: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = organisation.http.put("/api/v2/tokens/timeout", content=raw, headers=headers)
    assert answer.status_code == 200
    assert organisation.http.post("/api/v2/locations", content=raw, headers=headers).status_code == 400


def test_of_two_successes_with_different_models_the_one_under_200_is_sent() -> None:
    models = {200: facts.Answer(200, {"$ref": "PlanningGroup"}), 201: facts.Answer(201, {"$ref": "Template"})}
    operation = replace(CONTRACT.operation("postLocations"), answers=tuple(models.values()))
    assert success(operation) == models[200]


def test_published_answers_are_kept_out_of_caches_and_those_of_the_dialect_say_nothing_of_it(
    organisation: TestOrganisation,
) -> None:
    expected = {header.name: header.value for header in NEVER_STORED}
    paths = ("locations", "users", "teams/nobody", "nothing", "workforcemanagement/businessunits?expand=none")
    for path in paths:
        answer = organisation.http.get(f"/api/v2/{path}")
        assert {name: answer.headers.get(name) for name in expected} == expected, path
    assert organisation.http.get("/api/v2/users", headers={"Authorization": ""}).headers["Pragma"] == "no-cache"
    for path in ("/api/v2/wfm/users", "/api/v2/wfm", "/_mockgc/health"):
        assert not expected.keys() & organisation.http.get(path).headers.keys()


def test_details_without_a_value_are_left_out_as_the_published_model_asks(organisation: TestOrganisation) -> None:
    published = organisation.http.post("/api/v2/locations", json={"name": 5}).json()["details"]
    dialect = organisation.http.post("/api/v2/wfm/users", json={"name": 5}).json()["details"]
    assert all(None not in detail.values() for detail in published)
    assert all(detail.keys() > {"entityId", "entityName"} for detail in dialect)


def models(schema: Any, value: Any, name: str) -> Iterator[dict[str, Any]]:
    """The objects of an answer that are of one definition."""
    while "$ref" in schema:
        if schema["$ref"] == name:
            yield value
        schema = CONTRACT.definition(schema["$ref"]).schema
    if isinstance(value, dict):
        for field, item in value.items():
            part = schema.get("properties", {}).get(field, schema.get("additionalProperties", {}))
            yield from models(part, item, name)
    elif isinstance(value, list):
        for item in value:
            yield from models(schema.get("items", {}), item, name)


def test_answers_name_a_stored_user_and_the_unit_that_the_path_names() -> None:
    call = Caller()
    ada = users_of(call, "ada")[0]
    business_unit_of(call, "First")
    unit = business_unit_of(call, "Second")["id"]
    user_count = unit_count = 0
    for name in NAMES:
        operation = CONTRACT.operation(name)
        schema = success(operation).schema
        if operation.body is not None or schema is None:
            continue  # what was sent would be echoed
        if not CONTRACT.reached(references(schema)) & {"UserReference", "BusinessUnitReference"}:
            continue
        path = url(operation).replace(f"businessunits/{ANY_ID}", f"businessunits/{unit}")
        answer = call.organisation.http.request(operation.method, path, **valid_request(operation))
        assert answer.status_code < 300, (name, answer.text[:300])
        for user in models(schema, answer.json(), "UserReference"):
            assert user["id"] == ada or user["id"] in path, name
            user_count += user.get("selfUri") == f"/api/v2/users/{ada}"
        for found in models(schema, answer.json(), "BusinessUnitReference"):
            assert found["id"] == unit or "{businessUnitId}" not in operation.path, name
            unit_count += 1
    assert user_count > 20
    assert unit_count > 5
