"""
Where the published family departs from "a version guards each change, and a refused request changes nothing": a user
who is made although its password is refused, entities without versions, and names of units.
"""

from __future__ import annotations

from typing import Any

import pytest

from mockgc.resources.directory.refusals import INVALID_PASSWORD
from tests.mockgc.resources.published_behaviour import CONTRACT, Caller
from tests.mockgc.resources.units import business_unit_of, division_of, management_unit_of, unit_body

SECRET = "hunter2"


@pytest.fixture
def call() -> Caller:
    return Caller()


def user_body(call: Caller, password: str) -> dict[str, Any]:
    return {"name": "Ada", "email": "ada@example.com", "divisionId": division_of(call), "password": password}


@pytest.mark.shows("postUsers")
def test_a_user_whose_password_is_refused_is_there_all_the_same(call: Caller) -> None:
    before = len(call.organisation.commits())
    refused = call("postUsers", expect=400, json=user_body(call, SECRET))
    assert refused["code"] == "invalid.password"
    (found,) = call("getUsers")["entities"]
    assert (found["email"], found["state"], found["version"]) == ("ada@example.com", "active", 1)
    (row,) = call.organisation.commits()[before + 1 :]
    assert (row["kind"], row["action"], row["contextId"]) == ("directoryUser", "create", refused["contextId"])


def test_to_send_a_half_created_user_again_conflicts_with_itself(call: Caller) -> None:
    call("postUsers", json=user_body(call, SECRET), expect=400)
    (found,) = call("getUsers")["entities"]
    again = call("postUsers", json=user_body(call, "long enough"), expect=409)
    assert (again["code"], again["details"][0]["entityId"]) == ("general.conflict", found["id"])
    assert call("patchUser", found["id"], json={"version": 1, "title": "Agent"})["version"] == 2


@pytest.mark.shows("postUsers")
def test_a_create_that_fails_for_its_password_leaves_its_user_behind(call: Caller) -> None:
    """The contract's 500, which only a failing service sends: a fault rule scripts it."""
    body = user_body(call, "long enough")
    effect = {"kind": "unavailable_after", "status": 500, "code": "unable.to.set.password"}
    rule = {"name": "passwords", "effect": effect, "budget": {"first": 1}}
    call.organisation.http.post(f"/_mockgc/organisations/{call.organisation.id}/faults", json=rule).raise_for_status()
    refused = call("postUsers", json=body, expect=500)
    assert refused["code"] == "unable.to.set.password"
    assert [user["email"] for user in call("getUsers")["entities"]] == ["ada@example.com"]


def test_a_half_created_user_is_explained_with_its_next_step_and_without_its_password(call: Caller) -> None:
    answer = call.attempt("postUsers", json=user_body(call, SECRET))
    told = call.organisation.explain(answer)
    assert INVALID_PASSWORD.next_step.split(":")[0] in told
    assert "documented" in told
    assert SECRET not in told + answer.text + repr(call.organisation.commits())


def test_a_password_that_is_long_enough_is_taken_and_never_shown(call: Caller) -> None:
    answer = call.attempt("postUsers", json=user_body(call, "long enough"))
    assert answer.status_code == 200
    assert "long enough" not in answer.text + call.attempt("getUser", answer.json()["id"]).text


@pytest.mark.parametrize("password", [SECRET, "long enough"])
def test_a_user_who_conflicts_is_not_made_whatever_its_password(call: Caller, password: str) -> None:
    call("postUsers", json=user_body(call, "long enough"))
    before = call.state()
    call("postUsers", json=user_body(call, password), expect=409)
    assert call.state() == before


UNVERSIONED: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "team": ("postTeams", "patchTeam", "getTeam", {}),
    "division": ("postAuthorizationDivisions", "putAuthorizationDivision", "getAuthorizationDivision", {
        "description": "",
    }),
    "queue": ("postRoutingQueues", "putRoutingQueue", "getRoutingQueue", {}),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNVERSIONED)
def test_an_entity_without_a_version_takes_the_last_word(call: Caller, kind: str) -> None:
    """Source: the contract's models have no version, so nothing can be stale; two writers overwrite each other."""
    create, change, read, more = UNVERSIONED[kind]
    made = call(create, json={"name": "First", **more})
    for name in ("Second", "Third"):
        call(change, made["id"], json={"name": name, **more, "version": 9})
    found = call(read, made["id"])
    assert found["name"] == "Third"
    assert "version" not in found


@pytest.mark.parametrize("kind", UNVERSIONED)
def test_the_contract_knows_no_version_of_it(kind: str) -> None:
    _, change, read, _ = UNVERSIONED[kind]
    body = CONTRACT.operation(change).body
    shown = next(answer.schema for answer in CONTRACT.operation(read).answers if answer.status == 200)
    assert body is not None
    for schema in (body.schema, shown):
        assert schema is not None
        assert "version" not in CONTRACT.definition(schema["$ref"]).schema["properties"]


@pytest.fixture(params=["businessUnit", "managementUnit"])
def unit(request: pytest.FixtureRequest, call: Caller) -> tuple[str, str]:
    """The end of the names of the operations on a unit, and its id."""
    parent = business_unit_of(call)["id"]
    if request.param == "businessUnit":
        return "Businessunit", parent
    return "Managementunit", management_unit_of(call, parent)["id"]


BLOCKS: dict[str, dict[str, Any]] = {
    "Businessunit": {"scheduling": {"induceScheduleVariability": False}},
    "Managementunit": {"adherence": {"severeAlertThresholdMinutes": 9}},
}


def settings_of(unit: tuple[str, str], version: int) -> dict[str, Any]:
    return {"metadata": {"version": version}, **BLOCKS[unit[0]]}


def shown(call: Caller, unit: tuple[str, str]) -> tuple[str, int]:
    found = call(f"getWorkforcemanagement{unit[0]}", unit[1], params={"expand": "settings"})
    return found["name"], found["settings"]["metadata"]["version"]


def test_a_rename_of_a_unit_carries_no_version_and_leaves_that_of_the_settings(
    call: Caller, unit: tuple[str, str]
) -> None:
    change = f"patchWorkforcemanagement{unit[0]}"
    for name in ("One", "Two"):
        call(change, unit[1], json={"name": name})
    assert shown(call, unit) == ("Two", 1)
    call(change, unit[1], json={"settings": settings_of(unit, 1)})
    assert shown(call, unit) == ("Two", 2)
    call(change, unit[1], json={"name": "Three"})
    assert shown(call, unit) == ("Three", 2)


def test_a_rename_together_with_stale_settings_changes_neither(call: Caller, unit: tuple[str, str]) -> None:
    before = shown(call, unit)
    body = {"name": "One", "settings": settings_of(unit, 9)}
    refused = call(f"patchWorkforcemanagement{unit[0]}", unit[1], expect=409, json=body)
    assert refused["code"] == "wfm.transaction.conflict"
    assert shown(call, unit) == before


def test_a_rename_to_a_name_that_is_taken_is_refused_all_the_same(call: Caller) -> None:
    mine, other = business_unit_of(call)["id"], unit_body(division_of(call), "Taken")
    call("postWorkforcemanagementBusinessunits", expect=201, json=other)
    before = call.state()
    call("patchWorkforcemanagementBusinessunit", mine, expect=400, json={"name": "taken"})
    assert call.state() == before
