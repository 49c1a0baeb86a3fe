"""Users of the directory over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller, refused
from tests.mockgc.resources.units import division_of


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def division(call: Caller) -> str:
    return division_of(call)


def user(call: Caller, division: str, name: str = "Ada", expect: int = 200, **fields: Any) -> Any:
    body = {"name": name, "email": f"{name.lower()}@example.org", "divisionId": division, **fields}
    return call("postUsers", expect=expect, json=body)


@pytest.mark.shows("getUser", "getUsers", "postUsers")
def test_what_is_created_is_read_and_listed(call: Caller, division: str) -> None:
    made = user(call, division, title="Agent")
    assert made["version"] == 1
    assert made["division"]["name"] == "EMEA"
    assert call("getUser", made["id"]) == made
    assert call("getUsers")["entities"] == [made]


@pytest.mark.shows("postUsers")
def test_an_unknown_division_is_refused(call: Caller) -> None:
    refused(
        call, "general.bad.request", "postUsers", expect=400, json={"name": "A", "email": "a@b.c", "divisionId": "nope"}
    )


def test_a_password_is_not_shown(call: Caller, division: str) -> None:
    assert "password" not in user(call, division, password="hunter2hunter2")


@pytest.mark.shows("patchUser")
def test_an_update_moves_the_version_by_one(call: Caller, division: str) -> None:
    made = user(call, division)
    changed = call("patchUser", made["id"], json={"version": 1, "title": "Lead"})
    assert (changed["version"], changed["title"], changed["name"]) == (2, "Lead", "Ada")
    assert call("getUser", made["id"]) == changed


def test_an_update_that_changes_nothing_moves_nothing(call: Caller, division: str) -> None:
    made = user(call, division, title="Agent")
    assert call("patchUser", made["id"], json={"version": 1, "title": "Agent"}) == made


@pytest.mark.shows("patchUser")
@pytest.mark.parametrize("version", [0, 1, 3])
def test_any_other_version_is_stale_and_changes_nothing(call: Caller, division: str, version: int) -> None:
    made = user(call, division)
    call("patchUser", made["id"], json={"version": 1, "title": "Lead"})
    body = {"version": version, "title": "Other"}
    refused(call, "general.conflict", "patchUser", made["id"], expect=400, json=body)


def test_a_missing_version_is_refused(call: Caller, division: str) -> None:
    made = user(call, division)
    call("patchUser", made["id"], expect=400, json={"title": "Lead"})


@pytest.mark.shows("deleteUser", "postUsers")
def test_a_deleted_user_keeps_its_address_and_is_restored(call: Caller, division: str) -> None:
    made = user(call, division)
    assert call("deleteUser", made["id"]) == {}
    assert call("getUser", made["id"])["state"] == "deleted"
    assert call("getUsers")["entities"] == []
    assert [u["id"] for u in call("getUsers", params={"state": "deleted"})["entities"]] == [made["id"]]
    user(call, division, expect=409)
    restored = call("patchUser", made["id"], json={"version": 2, "state": "active"})
    assert (restored["version"], restored["state"]) == (3, "active")


def test_a_second_delete_moves_nothing(call: Caller, division: str) -> None:
    made = user(call, division)
    call("deleteUser", made["id"])
    before = call.state()
    call("deleteUser", made["id"])
    assert call.state() == before


def test_a_user_is_found_in_its_own_state_only(call: Caller, division: str) -> None:
    made = user(call, division)
    call("getUser", made["id"], params={"state": "active"})
    call("getUser", made["id"], expect=404, params={"state": "deleted"})


@pytest.mark.shows("patchUser")
def test_a_taken_address_is_refused_on_create_and_update(call: Caller, division: str) -> None:
    user(call, division)
    refused(
        call, "general.conflict", "postUsers", expect=409,
        json={"name": "B", "email": "ADA@example.org", "divisionId": division},
    )  # fmt: skip
    bob = user(call, division, "Bob")
    body = {"version": 1, "email": "ada@example.org"}
    refused(call, "general.conflict", "patchUser", bob["id"], expect=409, json=body)


@pytest.mark.shows("patchUser")
def test_a_change_of_state_comes_alone(call: Caller, division: str) -> None:
    made = user(call, division)
    body = {"version": 1, "state": "inactive", "title": "Lead"}
    refused(call, "general.bad.request", "patchUser", made["id"], expect=400, json=body)


@pytest.mark.shows("patchUser")
def test_an_empty_list_of_addresses_is_refused(call: Caller, division: str) -> None:
    made = user(call, division)
    body = {"version": 1, "addresses": []}
    refused(call, "general.bad.request", "patchUser", made["id"], expect=400, json=body)


@pytest.mark.shows("getUserDirectreports", "patchUser")
def test_a_manager_is_sent_as_an_id_and_read_as_an_object(call: Caller, division: str) -> None:
    ada, bob = user(call, division), user(call, division, "Bob")
    changed = call("patchUser", bob["id"], json={"version": 1, "manager": ada["id"]})
    assert changed["manager"]["id"] == ada["id"]
    assert [report["id"] for report in call("getUserDirectreports", ada["id"])] == [bob["id"]]
    body: dict[str, Any] = {"version": 2, "manager": "nobody"}
    refused(call, "general.bad.request", "patchUser", bob["id"], expect=400, json=body)
    call("patchUser", bob["id"], expect=400, json={"version": 2, "manager": {"id": ada["id"]}})


@pytest.mark.shows("getUserState", "putUserState")
def test_the_state_is_read_and_replaced_under_the_version(call: Caller, division: str) -> None:
    made = user(call, division)
    assert call("getUserState", made["id"]) == {"state": "active", "version": 1}
    assert call("putUserState", made["id"], json={"state": "inactive", "version": 1})["version"] == 2
    assert call("getUser", made["id"])["state"] == "inactive"
    body = {"state": "active", "version": 1}
    refused(call, "general.conflict", "putUserState", made["id"], expect=400, json=body)


@pytest.mark.shows("getUserProfileskills", "putUserProfileskills")
def test_profile_skills_are_replaced_and_shown_when_asked_for(call: Caller, division: str) -> None:
    made = user(call, division)
    assert call("getUserProfileskills", made["id"]) == []
    assert call("putUserProfileskills", made["id"], json=["java", "go"]) == ["java", "go"]
    assert call("getUserProfileskills", made["id"]) == ["java", "go"]
    assert "profileSkills" not in call("getUser", made["id"])
    shown = call("getUser", made["id"], params={"expand": "profileSkills"})
    assert (shown["profileSkills"], shown["version"]) == (["java", "go"], 2)


@pytest.mark.shows("patchUsersBulk")
def test_bulk_changes_each_user_once(call: Caller, division: str) -> None:
    ids = [user(call, division, f"U{n}")["id"] for n in range(3)]
    answer = call("patchUsersBulk", json=[{"id": i, "acdAutoAnswer": True} for i in ids])
    assert [(u["id"], u["version"], u["acdAutoAnswer"]) for u in answer["entities"]] == [(i, 2, True) for i in ids]
    assert call("getUsers")["entities"] == answer["entities"]


def test_bulk_with_an_unknown_user_changes_nobody(call: Caller, division: str) -> None:
    made = user(call, division)
    body = [{"id": made["id"], "acdAutoAnswer": True}, {"id": "nobody"}]
    refused(call, "not.found", "patchUsersBulk", expect=404, json=body)


@pytest.mark.shows("patchUsersBulk")
def test_bulk_takes_fifty(call: Caller) -> None:
    body = [{"id": str(n)} for n in range(51)]
    refused(call, "max.directory.users", "patchUsersBulk", expect=400, json=body)


@pytest.mark.shows("getUsers")
def test_a_bulk_read_names_a_hundred_ids_at_most(call: Caller, division: str) -> None:
    ids = [user(call, division, f"U{n}")["id"] for n in range(3)]
    found = call("getUsers", params={"id": [ids[2], ids[0], "nobody"]})["entities"]
    assert [u["id"] for u in found] == [ids[0], ids[2]]
    refused(call, "max.user.ids", "getUsers", expect=400, params={"id": [str(n) for n in range(101)]})


def test_pages_repeat_the_filter(call: Caller, division: str) -> None:
    for n in range(3):
        user(call, division, f"U{n}", state="inactive")
    page = call("getUsers", params={"pageSize": 2, "state": "inactive"})
    assert (len(page["entities"]), page["total"]) == (2, 3)
    assert "state=inactive" in page["nextUri"]


def test_a_division_with_users_is_not_deleted(call: Caller, division: str) -> None:
    user(call, division)
    refused(call, "request.conflict", "deleteAuthorizationDivision", division, expect=409)


@pytest.mark.shows("getUserSuperiors")
def test_superiors_are_the_managers_upwards_and_a_circle_ends(call: Caller, division: str) -> None:
    ids = [user(call, division, name)["id"] for name in ("Ada", "Bob", "Eve")]
    for one, manager in ((0, 1), (1, 2), (2, 0)):
        call("patchUser", ids[one], json={"version": 1, "manager": ids[manager]})
    assert [superior["id"] for superior in call("getUserSuperiors", ids[0])] == ids[1:]


@pytest.mark.parametrize("password", ["hunter2hunter2", 'hunter2"and\\more', "hunter2" + "x" * 20_000])
def test_a_password_does_not_reach_the_journal(call: Caller, division: str, password: str) -> None:
    user(call, division, password=password)
    journal = call.organisation.http.get(f"/_mockgc/organisations/{call.organisation.id}/journal").text
    assert "ada@example.org" in journal
    assert "hunter2" not in journal
    assert "more" not in journal
