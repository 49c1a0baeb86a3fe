"""Groups of the directory and their members over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller, refused
from tests.mockgc.resources.units import users_of

GROUP = {"name": "Agents", "type": "official", "rulesVisible": True, "visibility": "public"}


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def users(call: Caller) -> list[str]:
    return users_of(call, "ada", "bob", "eve")


@pytest.fixture
def group(call: Caller) -> Any:
    return call("postGroups", json=GROUP)


def members(call: Caller, group: Any) -> list[str]:
    return [user["id"] for user in call("getGroupMembers", group["id"])["entities"]]


@pytest.mark.shows("deleteGroup", "getGroup", "getGroups", "postGroups")
def test_what_is_created_is_read_listed_and_deleted(call: Caller, group: Any) -> None:
    assert (group["version"], group["memberCount"], group["state"]) == (1, 0, "active")
    assert call("getGroup", group["id"]) == group
    assert call("getGroups")["entities"] == [group]
    assert call("getGroups", params={"id": "other"})["entities"] == []
    call("deleteGroup", group["id"], expect=204)
    call("getGroup", group["id"], expect=404)
    call("postGroups", json=GROUP)


@pytest.mark.shows("postGroups", "putGroup")
def test_a_taken_name_is_refused(call: Caller) -> None:
    call("postGroups", json=GROUP)
    refused(call, "group.name.in.use", "postGroups", expect=400, json={**GROUP, "name": " agents"})
    other = call("postGroups", json={**GROUP, "name": "Leads"})
    body = {"version": 1, "name": "AGENTS"}
    refused(call, "general.bad.request", "putGroup", other["id"], expect=400, json=body)


@pytest.mark.shows("putGroup")
def test_a_description_is_kept_by_put_only(call: Caller) -> None:
    made = call("postGroups", json={**GROUP, "description": "all of them"})
    assert "description" not in made
    changed = call("putGroup", made["id"], json={"version": 1, "description": "all of them"})
    assert (changed["description"], changed["version"]) == ("all of them", 2)
    assert call("getGroup", made["id"]) == changed


@pytest.mark.shows("putGroup")
@pytest.mark.parametrize("version", [0, 1, 3])
def test_any_other_version_is_a_400_on_put(call: Caller, group: Any, version: int) -> None:
    call("putGroup", group["id"], json={"version": 1, "name": "Leads"})
    body = {"version": version, "name": "Others"}
    refused(call, "general.conflict", "putGroup", group["id"], expect=400, json=body)


def test_put_without_a_version_is_refused(call: Caller, group: Any) -> None:
    call("putGroup", group["id"], expect=400, json={"name": "Leads"})


@pytest.mark.shows("postGroups", "putGroup")
def test_owners_are_shown_and_cleared_with_a_space(call: Caller, users: list[str]) -> None:
    made = call("postGroups", json={**GROUP, "ownerIds": users[:2]})
    assert [owner["id"] for owner in made["owners"]] == users[:2]
    cleared = call("putGroup", made["id"], json={"version": 1, "ownerIds": [" "]})
    assert "owners" not in cleared
    refused(call, "invalid.value", "postGroups", expect=400, json={**GROUP, "name": "X", "ownerIds": ["nobody"]})
    body = {"version": 2, "ownerIds": ["nobody"]}
    refused(call, "invalid.value", "putGroup", made["id"], expect=400, json=body)


def test_the_spelling_of_put_is_the_visibility_of_owners(call: Caller, group: Any) -> None:
    changed = call("putGroup", group["id"], json={"version": 1, "visibility": "ownerIds"})
    assert changed["visibility"] == "owners"


@pytest.mark.shows("deleteGroupMembers", "getGroupMembers", "postGroupMembers")
def test_members_are_added_and_removed_and_move_the_version(call: Caller, group: Any, users: list[str]) -> None:
    call("postGroupMembers", group["id"], expect=202, json={"memberIds": users[:2], "version": 1})
    assert members(call, group) == users[:2]
    assert (call("getGroup", group["id"])["version"], call("getGroup", group["id"])["memberCount"]) == (2, 2)
    call("deleteGroupMembers", group["id"], expect=202, params={"ids": ",".join(users)})
    assert members(call, group) == []
    assert call("getGroup", group["id"])["version"] == 3


def test_members_again_move_nothing(call: Caller, group: Any, users: list[str]) -> None:
    call("postGroupMembers", group["id"], expect=202, json={"memberIds": users[:2]})
    before = call.state()
    call("postGroupMembers", group["id"], expect=202, json={"memberIds": users[:1]})
    call("deleteGroupMembers", group["id"], expect=202, params={"ids": users[2]})
    assert call.state() == before


@pytest.mark.shows("postGroupMembers")
def test_the_version_of_the_first_batch_is_stale_for_the_second(call: Caller, group: Any, users: list[str]) -> None:
    call("postGroupMembers", group["id"], expect=202, json={"memberIds": users[:1], "version": 1})
    body = {"memberIds": users[1:], "version": 1}
    refused(call, "general.conflict", "postGroupMembers", group["id"], expect=409, json=body)
    call("postGroupMembers", group["id"], expect=202, json={**body, "version": 2})


@pytest.mark.shows("deleteGroupMembers", "postGroupMembers")
def test_fifty_members_a_call(call: Caller, group: Any) -> None:
    ids = [str(n) for n in range(51)]
    body, query = {"memberIds": ids}, {"ids": ",".join(ids)}
    refused(call, "constraint.validation", "postGroupMembers", group["id"], expect=400, json=body)
    refused(call, "bad.request", "deleteGroupMembers", group["id"], expect=400, params=query)


@pytest.mark.shows("postGroupMembers")
def test_an_unknown_or_deleted_user_is_no_member(call: Caller, group: Any, users: list[str]) -> None:
    call("deleteUser", users[1])
    for user_id in ("nobody", users[1]):
        body = {"memberIds": [users[0], user_id]}
        refused(call, "general.resource.not.found", "postGroupMembers", group["id"], expect=400, json=body)


def test_a_deleted_user_is_no_longer_listed(call: Caller, group: Any, users: list[str]) -> None:
    call("postGroupMembers", group["id"], expect=202, json={"memberIds": users[:2]})
    call("deleteUser", users[0])
    assert members(call, group) == [users[1]]
    assert call("getGroup", group["id"])["memberCount"] == 1


@pytest.mark.shows("getGroupIndividuals")
def test_owners_are_individuals_where_the_group_includes_them(call: Caller, users: list[str]) -> None:
    made = call("postGroups", json={**GROUP, "ownerIds": users[:1], "includeOwners": True})
    call("postGroupMembers", made["id"], expect=202, json={"memberIds": users[1:2]})
    found = call("getGroupIndividuals", made["id"])["entities"]
    assert [user["id"] for user in found] == [users[1], users[0]]


def test_the_groups_of_a_user_are_shown_when_asked_for(call: Caller, group: Any, users: list[str]) -> None:
    call("postGroupMembers", group["id"], expect=202, json={"memberIds": users[:1]})
    shown = call("getUser", users[0], params={"expand": "groups"})
    assert [one["id"] for one in shown["groups"]] == [group["id"]]
