"""The OpenAPI document: sound by its structure, complete in its statuses and codes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from mockgc.domain.errors import EVERYWHERE
from mockgc.resources.wfm_dialect import RESOURCES, codes
from tests.mockgc.caller import Caller, Week, shift

DOCUMENT: dict[str, Any] = Caller().http.get("/_mockgc/openapi.json?family=wfm").get_json()
OPERATIONS = [
    (path, method, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]


def test_it_is_openapi_3_1_with_every_operation_of_the_dialect() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert {"title", "version"} <= set(DOCUMENT["info"])
    served = {(operation.path, operation.method.lower()) for r in RESOURCES for operation in r.operations}
    assert {(path, method) for path, method, _ in OPERATIONS} == served
    assert len(served) == 20


def test_operation_ids_are_unique_and_path_parameters_declared() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    for path, _, operation in OPERATIONS:
        declared = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path))


def test_every_reference_and_link_leads_somewhere() -> None:
    names = {operation["operationId"] for _, _, operation in OPERATIONS}
    text = json.dumps(DOCUMENT)
    for target in re.findall(r'"\$ref": "#/components/schemas/(\w+)"', text):
        assert target in DOCUMENT["components"]["schemas"]
    assert set(re.findall(r'"links": {"\w+": {"operationId": "(\w+)"', text)) <= names


def test_every_code_appears_with_its_rule_source_and_next_step() -> None:
    errors = DOCUMENT["x-mockgc-errors"]
    assert set(errors) == {code.code for code in (*EVERYWHERE, *codes.ALL)}
    assert all(entry["rule"] and entry["source"] and entry["nextStep"] for entry in errors.values())
    of_operations = json.dumps(DOCUMENT["paths"])
    missing = {name for name in errors if f"`{name}`" not in of_operations}
    assert missing == {"method.not.allowed"}, "what no operation answers"


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=lambda value: str(value)[:60])
def test_each_operation_documents_each_status_it_can_give(path: str, method: str, operation: dict[str, Any]) -> None:
    expected = {"401", "429", "403", "400"}
    expected |= {"404"} if "{" in path else set()
    expected |= {"413", "415", "409"} if method in ("post", "put") else set()
    expected |= {"408"} if method == "put" or (path.endswith("schedules") and method == "post") else set()
    expected |= {"409"} if method == "delete" and "schedules/" not in path else set()
    refusals = {status for status in operation["responses"] if status >= "400"}
    assert refusals == expected


def test_each_request_body_has_an_example_that_its_operation_takes() -> None:
    week = Week()
    for path, method, operation in OPERATIONS:
        if method != "post":
            continue
        example = operation["requestBody"]["content"]["application/json"]["example"]
        fitted = {**example, "name": f"example of {path}"} if "name" in example else example
        own = {"scheduleTemplateId": week.template["id"], "groupId": week.group["id"]}
        fitted = {name: own.get(name, value) for name, value in fitted.items()}
        if "agents" in fitted:
            fitted["agents"] = [{"userId": week.ada["id"], "shifts": [shift()]}]
        answer = week.caller.ask("POST", path, fitted)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        week = Week()
