"""Teams and their members over HTTP."""

from __future__ import annotations

import pytest

from tests.mockgc.resources.published_behaviour import Caller, refused
from tests.mockgc.resources.units import division_of, users_of


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def division(call: Caller) -> str:
    return division_of(call)


@pytest.fixture
def users(call: Caller) -> list[str]:
    return users_of(call, "ada", "bob", "eve")


@pytest.fixture
def team(call: Caller) -> str:
    return str(call("postTeams", json={"name": "Early"})["id"])


def members(call: Caller, team: str, **params: str) -> list[str]:
    return [member["name"] for member in call("getTeamMembers", team, params=params)["entities"]]


@pytest.mark.shows("deleteTeam", "getTeams", "patchTeam", "getTeam", "postTeams")
def test_what_is_created_is_read_changed_listed_and_deleted(call: Caller, division: str) -> None:
    made = call("postTeams", json={"name": "Early", "division": {"id": division}})
    assert (made["memberCount"], made["division"]["name"]) == (0, "EMEA")
    assert call("getTeam", made["id"]) == made
    changed = call("patchTeam", made["id"], json={"name": "Late", "description": "nights"})
    assert (changed["name"], changed["description"], changed["division"]) == ("Late", "nights", made["division"])
    assert call("getTeams", params={"name": "la"})["entities"] == [changed]
    assert call("getTeams", params={"name": "early"})["entities"] == []
    call("deleteTeam", made["id"], expect=204)
    call("getTeam", made["id"], expect=404)


@pytest.mark.shows("patchTeam", "postTeams")
def test_a_taken_name_is_refused(call: Caller, team: str) -> None:
    refused(call, "group.name.in.use", "postTeams", expect=400, json={"name": "EARLY"})
    other = call("postTeams", json={"name": "Late"})
    refused(call, "group.name.in.use", "patchTeam", other["id"], expect=400, json={"name": "early"})
    assert call("getTeam", team)["name"] == "Early"


@pytest.mark.shows("patchTeam", "postTeams")
def test_an_unknown_division_is_refused(call: Caller, team: str) -> None:
    body = {"name": "Late", "division": {"id": "nowhere"}}
    refused(call, "invalid.value", "postTeams", expect=400, json=body)
    refused(call, "invalid.value", "patchTeam", team, expect=400, json=body)


@pytest.mark.shows("deleteTeamMembers", "getTeamMembers", "postTeamMembers")
def test_members_are_added_counted_and_removed(call: Caller, team: str, users: list[str]) -> None:
    answer = call("postTeamMembers", team, json={"memberIds": users[:2]})
    assert ([one["id"] for one in answer["entities"]], answer["failures"]) == (users[:2], [])
    assert members(call, team) == ["ada", "bob"]
    assert call("getUser", users[0], params={"expand": "team"})["team"]["id"] == team
    call("deleteTeamMembers", team, expect=204, params={"id": f"{users[0]},{users[2]}"})
    assert members(call, team) == ["bob"]
    assert call("getTeam", team)["memberCount"] == 1


def test_a_user_is_in_one_team(call: Caller, team: str, users: list[str]) -> None:
    other = call("postTeams", json={"name": "Late"})["id"]
    call("postTeamMembers", team, json={"memberIds": users[:1]})
    answer = call("postTeamMembers", other, json={"memberIds": [*users[:2], "nobody"]})
    assert [one["id"] for one in answer["entities"]] == users[1:2]
    assert answer["failures"] == [
        {"id": users[0], "reason": "UserGroupLimitExceeded"},
        {"id": "nobody", "reason": "UserNotFound"},
    ]
    assert members(call, other) == ["bob"]


def test_a_team_of_a_division_takes_its_users_only(call: Caller, users: list[str]) -> None:
    elsewhere = call("postAuthorizationDivisions", json={"name": "APAC", "description": ""})["id"]
    team = call("postTeams", json={"name": "Early", "division": {"id": elsewhere}})["id"]
    answer = call("postTeamMembers", team, json={"memberIds": users[:1]})
    assert answer["failures"] == [{"id": users[0], "reason": "UserGroupDivisionMismatch"}]
    assert members(call, team) == []


def test_members_again_change_nothing(call: Caller, team: str, users: list[str]) -> None:
    call("postTeamMembers", team, json={"memberIds": users})
    before = call.state()
    call.organisation.advance(60)
    call("postTeamMembers", team, json={"memberIds": users[:1]})
    assert call.state() == before


@pytest.mark.shows("deleteTeamMembers")
def test_twenty_five_members_leave_in_one_call(call: Caller, team: str) -> None:
    ids = ",".join(str(n) for n in range(26))
    refused(call, "max.user.ids", "deleteTeamMembers", team, expect=400, params={"id": ids})


def test_a_cursor_leads_through_all_pages_and_back(call: Caller) -> None:
    made = [call("postTeams", json={"name": f"T{n}"})["id"] for n in range(5)]
    page = call("getTeams", params={"pageSize": "2"})
    seen = [one["id"] for one in page["entities"]]
    while "nextUri" in page:
        page = call.organisation.http.get(page["nextUri"]).json()
        seen += [one["id"] for one in page["entities"]]
    assert seen == made
    back = call.organisation.http.get(page["previousUri"]).json()
    assert [one["id"] for one in back["entities"]] == made[2:4]


@pytest.mark.shows("getTeamMembers", "getTeams")
@pytest.mark.parametrize("cursor", ["x", "1.5", "9" * 5000])
def test_what_is_no_cursor_is_refused(call: Caller, team: str, cursor: str) -> None:
    refused(call, "invalid.query.param.value", "getTeams", expect=400, params={"after": cursor})
    refused(call, "invalid.query.param.value", "getTeamMembers", team, expect=400, params={"before": cursor})
