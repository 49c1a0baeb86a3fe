"""
Which refusal comes first when several would do, for every published operation that behaves.

Each request below breaks the stage that it is named after and all later ones; the row says what answers. Source of the
order: decided for the dialect, and the same for the published family, whose documents do not tell it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockgc.contract import facts
from tests.mockgc.resources.landscape import BEHAVIOURS, Landscape, landscape
from tests.mockgc.resources.published_behaviour import CONTRACT

OPERATIONS = [
    operation for name in BEHAVIOURS if (operation := CONTRACT.operation(name)).method != "HEAD"
]  # fmt: skip
"""All that answer with a body, which tells the code."""
WITH_IDS = [operation for operation in OPERATIONS if "{" in operation.path]
WITH_BODY = [operation for operation in OPERATIONS if operation.body is not None and not operation.consumes]
WITH_PERMISSIONS = [operation for operation in OPERATIONS if operation.permissions is not None]
NUMBERED = [
    (operation, parameter.name)
    for operation in OPERATIONS
    for parameter in operation.parameters
    if parameter.place == "query" and parameter.schema.get("type") == "integer"
]
CONFLICTS = {"general.conflict", "wfm.transaction.conflict"}
TEXT, JSON = {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}
BROKEN, TOO_LARGE = b"{", b"{" * (4 * 1024 * 1024 + 1)
FIELDS = {
    "message", "code", "status", "contextId", "messageWithParams", "messageParams", "details", "errors",
}  # fmt: skip
DETAIL = {"errorCode", "fieldName", "entityId", "entityName"}
UNIT_NOT_FOUND = {
    "businessUnitId": "wfm.business.unit.not.found", "managementUnitId": "wfm.management.unit.not.found",
}  # fmt: skip


@pytest.fixture(scope="module")
def land() -> Landscape:
    return landscape()


def refusal(answer: httpx.Response, operation: facts.Operation) -> tuple[int, str]:
    """Status and code of an error body that keeps to its shape and, where the contract knows the status, to that."""
    body = answer.json()
    assert body.keys() >= FIELDS, operation.id
    assert (body["status"], body["contextId"]) == (answer.status_code, answer.headers["ININ-Correlation-Id"])
    assert all(detail.keys() <= DETAIL and detail["errorCode"] for detail in body["details"])
    declared = {found.status: found.codes for found in operation.answers}
    if answer.status_code != 405:  # the contract declares no operation there, so no refusal either
        assert body["code"] in declared[answer.status_code], f"{operation.id} {answer.status_code} {body['code']}"
    return answer.status_code, body["code"]


def unlike(expected: tuple[int, str], answers: Iterator[tuple[facts.Operation, httpx.Response]]) -> list[Any]:
    """The operations that answer otherwise."""
    found = [(operation.id, refusal(answer, operation)) for operation, answer in answers]
    assert found
    return [row for row in found if row[1] != expected]


@pytest.fixture(autouse=True)
def _nothing_changes(land: Landscape) -> Iterator[None]:
    before = land.call.state()
    yield
    assert land.call.state() == before


def powerless(land: Landscape) -> dict[str, str]:
    """The header of a client without any permission."""
    http, organisation = land.call.organisation.http, land.call.organisation.id
    made = http.post(f"/_mockgc/organisations/{organisation}/clients", json={"permissions": []}).json()
    grant = {"grant_type": "client_credentials"}
    answer = http.post("/oauth/token", data=grant, auth=(made["clientId"], made["clientSecret"]))
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.mark.parametrize(
    ("token", "code"), [("", "authentication.required"), ("Bearer unknown", "bad.credentials")]
)  # fmt: skip
def test_401_comes_first(land: Landscape, token: str, code: str) -> None:
    headers = {**TEXT, "Authorization": token}
    answers = ((o, land.send(o.id, *_nowhere(o), headers=headers, content=BROKEN)) for o in OPERATIONS)
    assert unlike((401, code), answers) == []


def test_403_comes_before_the_404_of_an_id_and_names_what_is_missing(land: Landscape) -> None:
    headers = {**TEXT, **powerless(land)}
    for operation in WITH_PERMISSIONS:
        answer = land.send(operation.id, *_nowhere(operation), headers=headers, content=BROKEN)
        assert operation.permissions is not None
        code = {"any": "missing.any.permissions", "all": "missing.permissions"}[operation.permissions.rule]
        assert refusal(answer, operation) == (403, code)
        assert all(name in answer.json()["message"] for name in operation.permissions.names)


def test_405_comes_before_the_404_of_an_id_and_names_the_methods(land: Landscape) -> None:
    for operation in OPERATIONS:
        answer = land.send(operation.id, *_nowhere(operation), method="TRACE", headers=TEXT, content=BROKEN)
        assert refusal(answer, operation) == (405, "method.not.allowed")
        assert operation.method in answer.headers["Allow"].split(", ")


def test_the_404_of_an_id_comes_before_413_415_and_400(land: Landscape) -> None:
    for operation in WITH_IDS:
        names, ids = parameters(operation), land.path_ids(operation.id)
        for count, unknown in enumerate(names):
            sent = [*ids[:count], *("none" for _ in ids[count:])]
            if unknown != "objectType":  # names a kind, of which there are many more than move here
                answer = land.send(operation.id, *sent, headers=TEXT, content=TOO_LARGE)
                assert refusal(answer, operation) == not_found(operation, unknown), (operation.id, unknown)


def parameters(operation: facts.Operation) -> list[str]:
    """The names of the ids in a path, in their order."""
    return [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]


def not_found(operation: facts.Operation, unknown: str) -> tuple[int, str]:
    """What an id that names nothing is refused with; `unknown` is the first parameter that names nothing."""
    if unknown in ("weekId", "weekDateId"):
        return 400, "wfm.validation.failure"  # a day, and what is no day is no name that names nothing (assumed)
    declared = {code for answer in operation.answers if answer.status == 404 for code in answer.codes}
    otherwise = "wfm.entity.not.found" if "wfm.entity.not.found" in declared else "not.found"
    code = UNIT_NOT_FOUND.get(unknown, otherwise)
    return 404, code if code in declared else otherwise


def test_the_404_of_an_id_comes_before_the_400_of_the_query(land: Landscape) -> None:
    for operation, name in NUMBERED:
        if operation in WITH_IDS:
            answer = land.send(operation.id, *_nowhere(operation), params={name: "many"})
            assert answer.status_code == 404, operation.id


def test_413_comes_before_415_and_400(land: Landscape) -> None:
    answers = ((o, land.send(o.id, headers=TEXT, content=TOO_LARGE)) for o in WITH_BODY)
    assert unlike((413, "request.entity.too.large"), answers) == []


def test_415_comes_before_400(land: Landscape) -> None:
    answers = ((o, land.send(o.id, headers=TEXT, content=BROKEN)) for o in WITH_BODY)
    assert unlike((415, "unsupported.media.type"), answers) == []


def test_400_of_a_body_that_is_no_json(land: Landscape) -> None:
    answers = ((o, land.send(o.id, headers=JSON, content=BROKEN)) for o in WITH_BODY)
    assert unlike((400, "bad.request"), answers) == []


def test_400_of_a_query_that_is_no_number(land: Landscape) -> None:
    answers = ((o, land.send(o.id, params={name: "many"})) for o, name in NUMBERED if o.body is None)
    assert unlike((400, "invalid.query.param.value"), answers) == []


def test_400_of_a_field_comes_before_a_conflict(land: Landscape) -> None:
    """Every operation that knows stale versions is sent one, and with it a field of the wrong type."""
    stale = {"version": 9, "metadata": {"version": 9}, "settings": {"metadata": {"version": 9}}}
    wrong = {
        **stale, "name": 5, "state": 5, "status": 5, "memberIds": 5, "defaultLimitMinutes": "", "values": 5,
        "consistentServiceLevelSmoothing": 5, "minMinutesBeforeStartTime": "", "expiration": 5,
    }  # fmt: skip
    for operation in [o for o in WITH_BODY if CONFLICTS & {refused.code for refused in BEHAVIOURS[o.id].refusals}]:
        answer = land.send(operation.id, json=wrong)
        assert refusal(answer, operation)[1] not in CONFLICTS, operation.id


def _nowhere(operation: facts.Operation) -> list[str]:
    return ["none"] * len(parameters(operation))
