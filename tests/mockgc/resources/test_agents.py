"""Agents over HTTP: users into units and out of them."""

from __future__ import annotations

from typing import Any

import pytest

from mockgc.resources.workforcemanagement import agents
from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import agents_of, business_unit_of, management_unit_of, users_of


@pytest.fixture
def call() -> Caller:
    return Caller()


def unit_of(call: Caller) -> str:
    """The id of a new management unit in a new business unit."""
    return str(management_unit_of(call, business_unit_of(call)["id"])["id"])


def move(call: Caller, user_ids: list[str], unit_id: str | None = None) -> list[str]:
    """The results of one move."""
    body = {"userIds": user_ids, "destinationManagementUnitId": unit_id}
    answer = call("postWorkforcemanagementAgents", expect=202, json=body)
    assert [row["user"]["id"] for row in answer["results"]] == list(dict.fromkeys(user_ids))
    return [row["result"] for row in answer["results"]]


@pytest.mark.shows(
    "getWorkforcemanagementAgentManagementunit",
    "getWorkforcemanagementBusinessunitUsers",
    "getWorkforcemanagementManagementunitUsers",
    "postWorkforcemanagementAgents",
)
def test_a_user_is_in_one_unit_at_most(call: Caller) -> None:
    parent = business_unit_of(call)
    paris, lyon = (management_unit_of(call, parent["id"], name)["id"] for name in ("Paris", "Lyon"))
    users = users_of(call, "ada", "bo")
    assert move(call, users, paris) == ["MoveSuccessful", "MoveSuccessful"]
    assert move(call, users[:1], lyon) == ["MoveSuccessful"]
    found = [call("getWorkforcemanagementManagementunitUsers", unit)["entities"] for unit in (paris, lyon)]
    assert [[user["id"] for user in unit] for unit in found] == [users[1:], users[:1]]
    where = call("getWorkforcemanagementAgentManagementunit", users[0])
    assert (where["managementUnit"]["id"], where["businessUnit"]["id"]) == (lyon, parent["id"])
    rows = call("getWorkforcemanagementBusinessunitUsers", parent["id"])["managementUnits"]
    assert [(row["managementUnit"]["id"], len(row["users"])) for row in rows] == [(paris, 1), (lyon, 1)]
    some = call("getWorkforcemanagementBusinessunitUsers", parent["id"], params={"managementUnitIds": lyon})
    assert some["managementUnits"] == rows[1:]


def test_what_moves_nobody_is_a_row_of_the_result_and_leaves_agents_alone(call: Caller) -> None:
    unit = unit_of(call)
    ada, bo = users_of(call, "ada", "bo")
    move(call, [ada], unit)
    before = agent_commits(call)
    assert move(call, [ada], unit) == ["AlreadyMoved"]
    assert move(call, [bo]) == ["NothingToDo"]
    assert agent_commits(call) == before


def agent_commits(call: Caller) -> list[Any]:
    """What was written of agents so far."""
    return [row for row in call.organisation.commits() if row["kind"] == "agent"]


def test_without_a_destination_users_leave_their_unit(call: Caller) -> None:
    unit = unit_of(call)
    users = agents_of(call, unit, "ada")
    assert move(call, users) == ["MoveSuccessful"]
    refused = call("getWorkforcemanagementAgentManagementunit", users[0], expect=404)
    assert refused["code"] == "wfm.entity.not.found"
    assert call("getWorkforcemanagementManagementunitUsers", unit)["entities"] == []


@pytest.mark.shows("postWorkforcemanagementAgents")
@pytest.mark.parametrize(
    ("user_ids", "unit_id", "status", "code"),
    [
        ([" "], None, 400, "wfm.ids.may.not.be.blank"),
        (["nobody"], None, 404, "user.ids.not.found"),
        ([], "none", 404, "wfm.management.unit.not.found"),
    ],
)
def test_ids_that_name_nothing_refuse_the_whole_move(
    call: Caller, user_ids: list[str], unit_id: str | None, status: int, code: str
) -> None:
    users = users_of(call, "ada")
    before = call.state()
    body = {"userIds": [*users, *user_ids], "destinationManagementUnitId": unit_id or unit_of(call)}
    before = call.state()
    assert call("postWorkforcemanagementAgents", expect=status, json=body)["code"] == code
    assert call.state() == before


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (agents.Limits(management_unit=1), "DestinationManagementUnitAgentLimitExceeded"),
        (agents.Limits(business_unit=1), "DestinationBusinessUnitAgentLimitExceeded"),
    ],
)
def test_a_full_unit_refuses_by_row(limits: agents.Limits, refusal: str) -> None:
    room = agents.Room("bu", limits.management_unit, limits.business_unit)
    assert room.refusal(is_inside=False) == ""
    room.take(is_inside=False)
    assert room.refusal(is_inside=False) == refusal


@pytest.mark.shows("getWorkforcemanagementManagementunitAgent", "patchWorkforcemanagementManagementunitAgents")
def test_flags_are_read_back_and_move_the_version_by_one(call: Caller) -> None:
    unit = unit_of(call)
    (ada,) = agents_of(call, unit, "ada")
    made = call("getWorkforcemanagementManagementunitAgent", unit, ada)
    assert (made["schedulable"], made["metadata"]["version"]) == (True, 1)
    body = {"entities": [{"userId": ada, "schedulable": False}]}
    call("patchWorkforcemanagementManagementunitAgents", unit, expect=204, json=body)
    flagged = call("getWorkforcemanagementManagementunitAgent", unit, ada)
    assert (flagged["schedulable"], flagged["metadata"]["version"]) == (False, 2)
    call("patchWorkforcemanagementManagementunitAgents", unit, expect=204, json=body)
    assert call("getWorkforcemanagementManagementunitAgent", unit, ada) == flagged


@pytest.mark.shows("patchWorkforcemanagementManagementunitAgents")
def test_flags_of_a_user_elsewhere_change_nothing(call: Caller) -> None:
    unit = unit_of(call)
    (ada,) = agents_of(call, unit, "ada")
    before = call.state()
    body: dict[str, Any] = {"entities": [{"userId": user, "schedulable": False} for user in (ada, "nobody")]}
    refused = call("patchWorkforcemanagementManagementunitAgents", unit, expect=400, json=body)
    assert refused["code"] == "wfm.entity.not.found"
    assert call.state() == before
    refused = call("getWorkforcemanagementManagementunitAgent", unit, "nobody", expect=404)
    assert refused["code"] == "wfm.entity.not.found"
