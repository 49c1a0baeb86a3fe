"""The official Python SDK (PureCloudPlatformClientV2) with its host set to a served emulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mockgc.contract.examples import Examples
from mockgc.contract.facts import Operation
from mockgc.contract.model import Contract
from mockgc.pytest_plugin import TestOrganisation
from mockgc.resources import registry
from tests.clients.official_sdk import Raw, Sdk

CONTRACT = Contract.bundled()
MOMENT = datetime(2026, 11, 25, tzinfo=UTC)
SOME_ID = "11111111-2222-4333-8444-555555555555"
UNMATCHED = {
    "getRoutingQueueAssistant": "the SDK knows a lower limit of retentionSeconds that the published document lacks",
    "getWorkforcemanagementCalendarDataIcs": "the SDK sends no token here; the emulator asks for one everywhere",
}
"""Operations whose shape the SDK does not take, and why."""
WEEK = "2026-11-30"
Served = TestOrganisation


def division(sdk: Sdk, name: str = "EMEA") -> Any:
    return sdk.api("AuthorizationApi").post_authorization_divisions({"name": name, "description": ""})


def business_unit(sdk: Sdk) -> Any:
    settings = {"startDayOfWeek": "Monday", "timeZone": "Europe/Paris"}
    body = {"name": "Support", "divisionId": division(sdk, "Home").id, "settings": settings}
    return sdk.api("WorkforceManagementApi").post_workforcemanagement_businessunits(body)


def user(sdk: Sdk, name: str = "Ada") -> Any:
    body = {"name": name, "email": f"{name}@example.com", "divisionId": division(sdk, f"of {name}").id}
    return sdk.api("UsersApi").post_users(body)


def refused(sdk: Sdk, call: Callable[[], Any]) -> tuple[int, dict[str, Any], Any]:
    """Status, body and headers as the SDK's exception has them."""
    with pytest.raises(sdk.refusal) as caught:
        call()
    error: Any = caught.value
    return error.status, json.loads(error.body), error.headers


def test_login_and_api_calls_go_to_the_same_origin(sdk: Sdk) -> None:
    assert sdk.client.access_token
    assert sdk.api("AuthorizationApi").get_authorization_divisions().entities is not None


def test_what_is_created_is_read_listed_and_changed(sdk: Sdk) -> None:
    users = sdk.api("UsersApi")
    ada = user(sdk)
    assert users.get_user(ada.id).name == "Ada"
    assert ada.id in [found.id for found in users.get_users(page_size=100).entities]
    changed = users.patch_user(ada.id, sdk.model("UpdateUser", version=ada.version, title="Team lead"))
    assert (changed.title, changed.version) == ("Team lead", ada.version + 1)


def test_a_stale_version_arrives_as_an_exception_with_status_body_and_headers(sdk: Sdk) -> None:
    users = sdk.api("UsersApi")
    ada = user(sdk)
    users.patch_user(ada.id, {"version": ada.version, "title": "Team lead"})
    status, body, headers = refused(sdk, lambda: users.patch_user(ada.id, {"version": ada.version, "title": "Agent"}))
    assert (status, body["code"], body["status"]) == (400, "general.conflict", 400)
    assert headers["ININ-Correlation-Id"] == body["contextId"]
    assert users.get_user(ada.id).title == "Team lead"


def valid_values(operation: Operation) -> dict[str, Any]:
    """What the contract asks for at least: ids, required query parameters, an example of the body."""
    examples = Examples(lambda name: CONTRACT.definition(name).schema)
    values: dict[str, Any] = {
        p.name: SOME_ID
        if p.place == "path" and p.schema == {"type": "string"}
        else examples.answer(operation.id, p.schema, {}, None, MOMENT)
        for p in operation.parameters
        if p.required
    }
    if operation.body is not None:
        values["body"] = examples.answer(operation.id, operation.body.schema, {}, None, MOMENT)
    return values


def test_operations_without_behaviour_answer_what_the_sdk_understands_in_full(sdk: Sdk) -> None:
    claimed = {name for resource in registry() for name in resource.behaviours}
    problems = {}
    for name in sorted(CONTRACT.entries.keys() - claimed):
        operation = CONTRACT.operation(name)
        try:
            sdk.call(operation, valid_values(operation))
        except Exception as error:  # of any kind: all are reported at once
            problems[name] = f"{type(error).__name__}: {error}"
    assert {name: text[:300] for name, text in problems.items() if name not in UNMATCHED} == {}


def test_the_comparison_sees_a_field_the_sdk_drops_and_an_enum_value_it_does_not_know(sdk: Sdk) -> None:
    raw = {"id": SOME_ID, "state": "astonished", "shoeSize": 43, "dateLastLogin": "2026-11-25T08:00:00Z"}
    with pytest.raises(AssertionError) as caught:
        sdk.client.deserialize(Raw(json.dumps(raw)), "User")
    assert "shoeSize" in str(caught.value)
    assert "outdated_sdk_version" in str(caught.value)
    assert "dateLastLogin" not in str(caught.value)


def test_a_missing_entity_is_a_404(sdk: Sdk) -> None:
    status, body, _ = refused(sdk, lambda: sdk.api("UsersApi").get_user(SOME_ID))
    assert (status, body["code"]) == (404, "not.found")


def test_a_client_without_the_permission_gets_a_403_that_names_it(served: Served, sdk: Sdk) -> None:
    place = f"/_mockgc/organisations/{served.id}/clients"
    made = served.http.post(place, json={"permissions": ["wfm:dialect:view"]}).json()
    other = Sdk.login(served.base_url, made["clientId"], made["clientSecret"])
    status, body, _ = refused(sdk, lambda: other.api("GroupsApi").delete_group(SOME_ID))
    assert status == 403
    assert "directory:group:delete" in body["message"]


def test_an_unknown_token_is_a_401(sdk: Sdk) -> None:
    sdk.client.access_token = "worn-out"
    status, body, _ = refused(sdk, lambda: sdk.api("UsersApi").get_users())
    assert (status, body["code"]) == (401, "bad.credentials")


def test_a_wrong_secret_fails_at_login_with_an_oauth_error(sdk: Sdk, served: Served) -> None:
    status, body, _ = refused(sdk, lambda: Sdk.login(served.base_url, served.client_id, "wrong"))
    assert (status, body["error"]) == (401, "invalid_client")


def test_a_body_against_the_contract_is_a_400_that_names_the_field(sdk: Sdk) -> None:
    place = sdk.api("WorkforceManagementApi").post_workforcemanagement_businessunits
    status, body, _ = refused(sdk, lambda: place({"name": 5}))
    assert status == 400
    assert "name" in {detail["fieldName"] for detail in body["details"]}


def test_a_body_that_is_too_large_is_a_413(sdk: Sdk) -> None:
    status, body, _ = refused(sdk, lambda: division(sdk, "x" * (4 * 1024 * 1024)))
    assert (status, body["code"]) == (413, "request.entity.too.large")


@pytest.mark.parametrize(
    ("effect", "status", "code"),
    [
        ({"kind": "expired"}, 401, "bad.credentials"),
        ({"kind": "throttled", "retryAfter": False}, 429, "too.many.requests"),
        *(
            (
                {"kind": "status", "status": status, "body": {"status": status, "code": code, "message": code}},
                status,
                code,
            )
            for status, code in (
                (408, "client.timeout"),
                (415, "unsupported.media.type"),
                (500, "unable.to.set.password"),
                (503, "service.unavailable"),  # without Retry-After, on which the SDK would wait and send again
                (504, "request.timeout"),
            )
        ),
    ],
)
def test_a_failure_of_the_service_arrives_as_an_exception_with_its_code(
    served: Served, sdk: Sdk, effect: dict[str, Any], status: int, code: str
) -> None:
    rule = {"name": "one", "effect": effect, "budget": {"first": 1}}
    served.http.post(f"/_mockgc/organisations/{served.id}/faults", json=rule).raise_for_status()
    seen, body, headers = refused(sdk, lambda: sdk.api("UsersApi").get_users())
    assert (seen, body["code"]) == (status, code)
    assert headers["ININ-Correlation-Id"]


def test_an_answer_that_is_no_error_body_arrives_as_an_exception_with_its_text(served: Served, sdk: Sdk) -> None:
    effect = {"kind": "status", "status": 502, "body": "<html>", "headers": {"Content-Type": "text/html"}}
    rule = {"name": "gateway", "effect": effect, "budget": {"first": 1}}
    served.http.post(f"/_mockgc/organisations/{served.id}/faults", json=rule).raise_for_status()
    with pytest.raises(sdk.refusal) as caught:
        sdk.api("UsersApi").get_users()
    error: Any = caught.value
    assert (error.status, error.body) == (502, "<html>")


def lose_one_answer(served: Served, path: str) -> None:
    """The first accepted POST to a path is committed, and its answer never arrives."""
    rule = {"name": "lost", "match": {"method": "POST", "path": path, "nth": 1}, "effect": {"kind": "lost_after"}}
    served.http.post(f"/_mockgc/organisations/{served.id}/faults", json=rule).raise_for_status()


def sent(served: Served, path: str) -> list[dict[str, Any]]:
    """The journal's entries of POST to a path."""
    entries = served.http.get(f"/_mockgc/organisations/{served.id}/journal").json()["entities"]
    return [entry for entry in entries if (entry["method"], entry["path"]) == ("POST", path)]


def test_a_lost_answer_makes_the_sdk_send_the_post_again_and_fail_against_its_own_first_try(
    served: Served, sdk: Sdk
) -> None:
    divisions = "/api/v2/authorization/divisions"
    lose_one_answer(served, divisions)
    status, _, headers = refused(sdk, lambda: division(sdk, "EMEA"))
    first, second = sent(served, divisions)
    assert first["requestBody"] == second["requestBody"]
    assert ("lost_after" in first["fault"], second["fault"], second["status"], status) == (True, None, 409, 409)
    found = served.http.get(f"/_mockgc/explain/{headers['ININ-Correlation-Id']}").json()
    assert found["repeats"]["contextId"] == first["contextId"]
    assert found["fields"][0]["holder"]["createdBy"]["ownClient"] is True
    assert "own first try" in found["nextStep"]
    assert [d.name for d in sdk.api("AuthorizationApi").get_authorization_divisions().entities] == ["EMEA"]


def test_where_no_name_is_unique_the_sdks_second_send_leaves_two_of_a_kind(served: Served, sdk: Sdk) -> None:
    unit = business_unit(sdk)
    lose_one_answer(served, f"/api/v2/workforcemanagement/businessunits/{unit.id}/weeks/{WEEK}/schedules")
    planning, body = sdk.api("WorkforceManagementApi"), {"description": "D", "weekCount": 1}
    planning.post_workforcemanagement_businessunit_week_schedules(unit.id, WEEK, body)
    weeks = sdk.api("WorkforceManagementApi").get_workforcemanagement_businessunit_week_schedules(unit.id, WEEK)
    assert [schedule.description for schedule in weeks.entities] == ["D", "D"]
