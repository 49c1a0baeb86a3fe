"""Staffing groups over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.test_planning_groups import made_in as planning_group_in
from tests.mockgc.resources.test_service_goal_templates import made_in as template_in
from tests.mockgc.resources.units import agents_of, business_unit_of, management_unit_of, under, users_of

CREATE = "postWorkforcemanagementBusinessunitStaffinggroups"
READ = "getWorkforcemanagementBusinessunitStaffinggroup"
LIST = "getWorkforcemanagementBusinessunitStaffinggroups"
PATCH = "patchWorkforcemanagementBusinessunitStaffinggroup"
DELETE = "deleteWorkforcemanagementBusinessunitStaffinggroup"
QUERY = "postWorkforcemanagementBusinessunitStaffinggroupsQuery"
QUERY_PLANS = "postWorkforcemanagementBusinessunitStaffinggroupsPlanninggroupsQuery"


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def unit(call: Caller) -> str:
    return str(business_unit_of(call)["id"])


def made_in(call: Caller, unit: str, name: str = "Night", **fields: Any) -> Any:
    """A new staffing group."""
    return call(CREATE, unit, expect=201, json={"name": name, **fields})


@pytest.mark.shows(DELETE, READ, LIST, CREATE, PATCH)
def test_a_group_is_read_listed_changed_and_gone(call: Caller, unit: str) -> None:
    place = management_unit_of(call, unit)["id"]
    ada, bo = agents_of(call, place, "ada", "bo")
    made = made_in(call, unit, managementUnitId=place, userIds=[ada])
    assert [user["id"] for user in made["users"]] == [ada]
    assert call(READ, unit, made["id"]) == made
    made_in(call, unit, "Day")
    assert call(LIST, unit, params={"managementUnitId": place})["entities"] == [made]
    assert len(call(LIST, unit)["entities"]) == 2
    moved = call(PATCH, unit, made["id"], json=under(1, userIds={"values": [ada, bo]}))
    assert ([user["id"] for user in moved["users"]], moved["metadata"]["version"]) == ([ada, bo], 2)
    assert call(READ, unit, made["id"]) == moved
    call(DELETE, unit, made["id"], expect=204)
    assert call(READ, unit, made["id"], expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(PATCH)
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(call: Caller, unit: str, version: int) -> None:
    made = made_in(call, unit)
    call(PATCH, unit, made["id"], json=under(1, name="Day"))
    before = call.state()
    refused = call(PATCH, unit, made["id"], expect=409, json=under(version, name="Noon"))
    assert refused["code"] == "wfm.transaction.conflict"
    assert call.state() == before


@pytest.mark.shows(PATCH, CREATE)
def test_a_taken_name_is_refused(call: Caller, unit: str) -> None:
    made_in(call, unit)
    other = made_in(call, unit, "Day")
    before = call.state()
    assert call(CREATE, unit, expect=400, json={"name": "NIGHT"})["code"] == "wfm.validation.failure"
    call(PATCH, unit, other["id"], expect=400, json=under(1, name="night"))
    assert call.state() == before


@pytest.mark.shows(LIST, CREATE)
def test_a_management_unit_of_another_business_unit_is_refused(call: Caller, unit: str) -> None:
    far = management_unit_of(call, business_unit_of(call, "Sales")["id"])["id"]
    before = call.state()
    for place in (far, "none"):
        refused = call(CREATE, unit, expect=400, json={"name": "Night", "managementUnitId": place})
        assert refused["code"] == "wfm.validation.management.unit.not.found"
        refused = call(LIST, unit, expect=400, params={"managementUnitId": place})
        assert refused["code"] == "wfm.validation.management.unit.not.found"
    assert call.state() == before


@pytest.mark.shows(PATCH, CREATE)
def test_members_are_agents_of_the_unit(call: Caller, unit: str) -> None:
    paris, lyon = (management_unit_of(call, unit, name)["id"] for name in ("Paris", "Lyon"))
    (ada,) = agents_of(call, lyon, "ada")
    (stranger,) = users_of(call, "cy")
    before = call.state()
    for place, user in ((paris, ada), (None, stranger), (lyon, stranger)):
        body = {"name": "Night", "managementUnitId": place, "userIds": [user]}
        assert call(CREATE, unit, expect=400, json=body)["code"] == "wfm.validation.failure"
    assert call.state() == before
    made = made_in(call, unit, userIds=[ada])
    assert [user["id"] for user in made["users"]] == [ada]
    before = call.state()
    body = under(1, userIds={"values": [ada, stranger]})
    assert call(PATCH, unit, made["id"], expect=400, json=body)["code"] == "wfm.validation.failure"
    assert call.state() == before


@pytest.mark.shows(QUERY)
def test_a_user_is_in_one_staffing_group_at_most(call: Caller, unit: str) -> None:
    (ada,) = agents_of(call, management_unit_of(call, unit)["id"], "ada")
    holder = made_in(call, unit, userIds=[ada])
    refused = call(CREATE, unit, expect=400, json={"name": "Day", "userIds": [ada]})
    assert refused["details"][0]["entityId"] == holder["id"]
    (row,) = call(QUERY, unit, json={"userIds": [ada, "nobody"]})["entities"]
    assert (row["user"]["id"], row["staffingGroup"]["id"]) == (ada, holder["id"])


def test_an_agent_who_leaves_the_unit_leaves_the_group(call: Caller, unit: str) -> None:
    (ada,) = agents_of(call, management_unit_of(call, unit)["id"], "ada")
    made = made_in(call, unit, userIds=[ada])
    call("postWorkforcemanagementAgents", expect=202, json={"userIds": [ada]})
    assert call(READ, unit, made["id"])["users"] == []
    assert call(QUERY, unit, json={"userIds": [ada]})["entities"] == []


@pytest.mark.shows(PATCH, CREATE, QUERY_PLANS)
def test_planning_groups_are_found_by_their_staffing_groups(call: Caller, unit: str) -> None:
    plan = planning_group_in(call, unit, template_in(call, unit)["id"])["id"]
    night, day = (made_in(call, unit, name, planningGroupIds=[plan])["id"] for name in ("Night", "Day"))

    def found(**body: Any) -> list[tuple[str, list[str]]]:
        rows = call(QUERY_PLANS, unit, json=body)["entities"]
        return [(row["planningGroup"]["id"], [group["id"] for group in row["staffingGroups"]]) for row in rows]

    assert found() == [(plan, [night, day])]
    assert found(staffingGroupIds=[day]) == [(plan, [day])]
    assert found(planningGroupIds=["none"]) == []
    before = call.state()
    body = {"name": "Noon", "planningGroupIds": ["none"]}
    assert call(CREATE, unit, expect=400, json=body)["code"] == "wfm.validation.failure"
    body = under(1, planningGroupIds={"values": ["none"]})
    assert call(PATCH, unit, day, expect=400, json=body)["code"] == "wfm.validation.failure"
    assert call.state() == before
