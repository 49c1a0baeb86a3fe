"""Searches over users, groups and teams, and the cursor listing of users, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def users(call: Caller) -> dict[str, str]:
    division = call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})["id"]
    made = {}
    for name, title in (("Ada", "Lead"), ("Bob", "Agent"), ("Adam", "Agent")):
        body = {"name": name, "email": f"{name.lower()}@example.org", "divisionId": division, "title": title}
        made[name] = call("postUsers", json=body)["id"]
    return made


def names(call: Caller, *criteria: dict[str, Any], **body: Any) -> list[str]:
    return [user["name"] for user in call("postUsersSearch", json={"query": criteria, **body})["results"]]


NAME = {"fields": ["name"]}


@pytest.mark.shows("postUsersSearch")
@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        ({**NAME, "type": "EXACT", "value": "ada"}, ["Ada"]),
        ({**NAME, "type": "STARTS_WITH", "value": "AD"}, ["Ada", "Adam"]),
        ({**NAME, "type": "CONTAINS", "value": "o"}, ["Bob"]),
        ({**NAME, "type": "TERMS", "values": ["bob", "adam"]}, ["Bob", "Adam"]),
        ({"fields": ["email", "name"], "type": "EXACT", "value": "bob@example.org"}, ["Bob"]),
        ({"fields": ["manager"], "type": "REQUIRED_FIELDS"}, []),
        ({"type": "MATCH_ALL"}, ["Ada", "Bob", "Adam"]),
    ],
)
@pytest.mark.usefixtures("users")
def test_a_criterion_finds_users(call: Caller, criterion: dict[str, Any], found: list[str]) -> None:
    assert names(call, criterion) == found


@pytest.mark.usefixtures("users")
def test_criteria_combine(call: Caller) -> None:
    agent = {"fields": ["title"], "type": "EXACT", "value": "Agent"}
    ad = {**NAME, "type": "STARTS_WITH", "value": "ad"}
    assert names(call, agent, ad) == ["Adam"]
    assert names(call, agent, {**ad, "operator": "OR"}) == ["Ada", "Bob", "Adam"]
    assert names(call, agent, {**ad, "operator": "NOT"}) == ["Bob"]
    assert names(call, {"type": "MATCH_ALL", "group": [agent]}) == ["Bob", "Adam"]


@pytest.mark.usefixtures("users")
def test_results_are_sorted_and_paged(call: Caller) -> None:
    everybody = {"type": "MATCH_ALL"}
    assert names(call, everybody, sortBy="name", sortOrder="DESC") == ["Bob", "Adam", "Ada"]
    answer = call("postUsersSearch", json={"query": [everybody], "pageSize": 2, "pageNumber": 2})
    assert ([user["name"] for user in answer["results"]], answer["total"], answer["pageCount"]) == (["Adam"], 3, 2)


def test_a_deleted_user_is_found_by_address_and_state(call: Caller, users: dict[str, str]) -> None:
    call("deleteUser", users["Ada"])
    address = {"fields": ["email"], "type": "EXACT", "value": "ada@example.org"}
    assert names(call, address, {"fields": ["state"], "type": "EXACT", "value": "deleted"}) == ["Ada"]


@pytest.mark.shows("postGroupsSearch", "postUsersSearch")
@pytest.mark.usefixtures("users")
def test_what_is_not_searched_for_here_is_said(call: Caller) -> None:
    body = {"query": [{**NAME, "type": "REGEX", "value": "A.*"}]}
    assert call("postUsersSearch", expect=400, json=body)["code"] == "invalid.value"
    assert call("postGroupsSearch", expect=400, json=body)["code"] == "invalid.value"


@pytest.mark.shows("postGroupsSearch", "postTeamsSearch")
def test_groups_and_teams_are_searched(call: Caller) -> None:
    group = call(
        "postGroups", json={"name": "Agents", "type": "official", "rulesVisible": True, "visibility": "public"}
    )  # fmt: skip
    team = call("postTeams", json={"name": "Agents"})
    other = {"query": [{**NAME, "type": "EXACT", "value": "Leads"}]}
    body = {"query": [{**NAME, "type": "STARTS_WITH", "value": "agen"}]}
    assert call("postGroupsSearch", json=body)["results"] == [group]
    assert call("postTeamsSearch", json=body)["results"] == [team]
    assert call("postGroupsSearch", json=other)["results"] == call("postTeamsSearch", json=other)["results"] == []


@pytest.mark.shows("getUsersQuery")
def test_users_are_listed_by_cursor(call: Caller, users: dict[str, str]) -> None:
    call("deleteUser", users["Bob"])
    page = call("getUsersQuery", params={"pageSize": 1})
    rest = call("getUsersQuery", params={"pageSize": 1, "cursor": page["cursor"]})
    assert [user["name"] for user in page["entities"] + rest["entities"]] == ["Ada", "Adam"]
    assert "cursor" not in rest
    backwards = call("getUsersQuery", params={"state": "any", "sortOrder": "DESC"})
    assert [user["name"] for user in backwards["entities"]] == ["Adam", "Bob", "Ada"]
    assert call("getUsersQuery", expect=400, params={"cursor": "x"})["code"] == "invalid.query.param.value"
