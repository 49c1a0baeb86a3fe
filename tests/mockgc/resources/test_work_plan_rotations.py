"""Work plan rotations over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.test_work_plan_assignment import plan_of
from tests.mockgc.resources.units import agents_of, business_unit_of, management_unit_of, under, users_of

CREATE = "postWorkforcemanagementManagementunitWorkplanrotations"
READ = "getWorkforcemanagementManagementunitWorkplanrotation"
LIST = "getWorkforcemanagementManagementunitWorkplanrotations"
PATCH = "patchWorkforcemanagementManagementunitWorkplanrotation"
DELETE = "deleteWorkforcemanagementManagementunitWorkplanrotation"
COPY = "postWorkforcemanagementManagementunitWorkplanrotationCopy"
DATES = {"startBusinessUnitDate": "2026-11-30"}


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def unit(call: Caller) -> str:
    return str(management_unit_of(call, business_unit_of(call)["id"])["id"])


@pytest.fixture
def plans(call: Caller, unit: str) -> list[str]:
    return [plan_of(call, unit, name) for name in ("Early", "Late")]


def body_of(plans: list[str], *user_ids: str, **fields: Any) -> dict[str, Any]:
    """What a rotation is created with."""
    members = [{"userId": user, "position": n, "dateRange": DATES} for n, user in enumerate(user_ids)]
    return {"name": "Swap", "dateRange": DATES, "pattern": {"workPlanIds": plans}, "agents": members, **fields}


@pytest.mark.shows(LIST, READ, CREATE)
def test_a_rotation_is_read_listed_and_shown_with_its_agents(call: Caller, unit: str, plans: list[str]) -> None:
    ada, bo = agents_of(call, unit, "ada", "bo")
    made = call(CREATE, unit, expect=201, json=body_of(plans, ada, bo))
    assert call(READ, unit, made["id"]) == made
    assert [plan["id"] for plan in made["pattern"]["workPlans"]] == plans
    assert [(member["user"]["id"], member["position"]) for member in made["agents"]] == [(ada, 0), (bo, 1)]
    assert call(LIST, unit)["entities"] == [{name: value for name, value in made.items() if name != "agents"}]
    assert call(LIST, unit, params={"expand": "agents"})["entities"] == [made]
    agent = call("getWorkforcemanagementManagementunitAgent", unit, ada)
    assert agent["workPlanRotation"]["id"] == made["id"]


@pytest.mark.shows(PATCH)
def test_agents_are_changed_added_and_removed_under_the_version(call: Caller, unit: str, plans: list[str]) -> None:
    ada, bo = agents_of(call, unit, "ada", "bo")
    made = call(CREATE, unit, expect=201, json=body_of(plans, ada))
    members = [{"userId": ada, "position": 1}, {"userId": bo, "position": 0, "dateRange": DATES}]
    moved = call(PATCH, unit, made["id"], json=under(1, agents=members))
    assert [(member["user"]["id"], member["position"]) for member in moved["agents"]] == [(ada, 1), (bo, 0)]
    assert moved["metadata"]["version"] == 2
    assert call(READ, unit, made["id"]) == moved
    left = call(PATCH, unit, made["id"], json=under(2, agents=[{"userId": ada, "delete": True}]))
    assert [member["user"]["id"] for member in left["agents"]] == [bo]


@pytest.mark.shows(PATCH)
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(
    call: Caller, unit: str, plans: list[str], version: int
) -> None:
    made = call(CREATE, unit, expect=201, json=body_of(plans))
    call(PATCH, unit, made["id"], json=under(1, name="Turn"))
    before = call.state()
    refused = call(PATCH, unit, made["id"], expect=409, json=under(version, name="Wheel"))
    assert refused["code"] == "wfm.transaction.conflict"
    assert call.state() == before


@pytest.mark.shows(PATCH, CREATE)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pattern": {"workPlanIds": ["none"]}}, "wfm.entity.not.found"),
        ({"pattern": {"workPlanIds": []}}, "wfm.validation.failure"),
        ({"agents": [{"userId": "nobody", "position": 0, "dateRange": DATES}]}, "wfm.entity.not.found"),
        ({"dateRange": {**DATES, "endBusinessUnitDate": "2026-11-29"}}, "wfm.validation.failure"),
    ],
)
def test_what_names_nothing_or_is_impossible_is_refused(
    call: Caller, unit: str, plans: list[str], change: dict[str, Any], code: str
) -> None:
    made = call(CREATE, unit, expect=201, json=body_of(plans, name="Turn"))["id"]
    before = call.state()
    assert call(CREATE, unit, expect=400, json=body_of(plans, **change))["code"] == code
    assert call(PATCH, unit, made, expect=400, json=under(1, **change))["code"] == code
    assert call.state() == before


@pytest.mark.parametrize("position", [-1, 2])
def test_a_position_outside_of_the_pattern_is_refused(call: Caller, unit: str, plans: list[str], position: int) -> None:
    (ada,) = agents_of(call, unit, "ada")
    members = [{"userId": ada, "position": position, "dateRange": DATES}]
    refused = call(CREATE, unit, expect=400, json=body_of(plans, agents=members))
    assert refused["code"] == "wfm.validation.failure"


def test_plans_and_users_of_another_unit_are_refused(call: Caller, unit: str, plans: list[str]) -> None:
    other = management_unit_of(call, business_unit_of(call, "Sales")["id"], "Lyon")["id"]
    (stranger,) = users_of(call, "cy")
    before = call.state()
    assert call(CREATE, other, expect=400, json=body_of(plans))["code"] == "wfm.entity.not.found"
    assert call(CREATE, unit, expect=400, json=body_of(plans, stranger))["code"] == "wfm.entity.not.found"
    assert call.state() == before


@pytest.mark.shows(PATCH, COPY, CREATE)
def test_a_taken_name_is_refused_on_create_rename_and_copy(call: Caller, unit: str, plans: list[str]) -> None:
    made = call(CREATE, unit, expect=201, json=body_of(plans))
    other = call(CREATE, unit, expect=201, json=body_of(plans, name="Turn"))
    before = call.state()
    assert call(CREATE, unit, expect=400, json=body_of(plans, name="SWAP"))["code"] == "wfm.validation.failure"
    assert call(PATCH, unit, other["id"], expect=400, json=under(1, name="Swap"))["code"] == "wfm.validation.failure"
    for body in ({"name": "swap"}, {"name": ""}, {}):
        assert call(COPY, unit, made["id"], expect=400, json=body)["code"] == "wfm.validation.failure"
    assert call.state() == before


@pytest.mark.shows(COPY)
def test_a_copy_has_the_pattern_but_no_agents(call: Caller, unit: str, plans: list[str]) -> None:
    (ada,) = agents_of(call, unit, "ada")
    made = call(CREATE, unit, expect=201, json=body_of(plans, ada))
    copied = call(COPY, unit, made["id"], json={"name": "Copy"})
    assert (copied["name"], copied["pattern"], copied["agents"]) == ("Copy", made["pattern"], [])
    assert call(READ, unit, copied["id"]) == copied


@pytest.mark.shows(DELETE)
def test_a_rotation_holds_its_plans_until_it_is_deleted(call: Caller, unit: str, plans: list[str]) -> None:
    made = call(CREATE, unit, expect=201, json=body_of(plans))
    refused = call("deleteWorkforcemanagementManagementunitWorkplan", unit, plans[0], expect=400)
    assert refused["code"] == "wfm.not.allowed"
    call(DELETE, unit, made["id"], expect=204)
    call("deleteWorkforcemanagementManagementunitWorkplan", unit, plans[0], expect=204)
    assert call(READ, unit, made["id"], expect=404)["code"] == "wfm.entity.not.found"


def test_an_agent_who_leaves_the_unit_leaves_the_rotation(call: Caller, unit: str, plans: list[str]) -> None:
    (ada,) = agents_of(call, unit, "ada")
    made = call(CREATE, unit, expect=201, json=body_of(plans, ada))
    call("postWorkforcemanagementAgents", expect=202, json={"userIds": [ada]})
    assert call(READ, unit, made["id"])["agentCount"] == 0
