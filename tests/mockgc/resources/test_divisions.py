"""Divisions over HTTP."""

from __future__ import annotations

import pytest

from tests.mockgc.resources.published_behaviour import Caller, refused


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.mark.shows(
    "getAuthorizationDivision",
    "putAuthorizationDivision",
    "deleteAuthorizationDivision",
    "getAuthorizationDivisions",
    "postAuthorizationDivisions",
)
def test_what_is_created_is_read_listed_renamed_and_deleted(call: Caller) -> None:
    made = call("postAuthorizationDivisions", json={"name": "EMEA", "description": "Europe"})
    assert call("getAuthorizationDivision", made["id"]) == made
    assert call("getAuthorizationDivisions")["entities"] == [made]
    renamed = call("putAuthorizationDivision", made["id"], json={"name": "Europe", "description": "Europe"})
    assert (renamed["id"], renamed["name"]) == (made["id"], "Europe")
    assert call("getAuthorizationDivision", made["id"]) == renamed
    call("deleteAuthorizationDivision", made["id"], expect=204)
    call("getAuthorizationDivision", made["id"], expect=404)


@pytest.mark.shows("postAuthorizationDivisions")
def test_a_taken_name_is_refused_and_writes_nothing(call: Caller) -> None:
    call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})
    before = call.state()
    refused = call("postAuthorizationDivisions", expect=409, json={"name": " emea ", "description": ""})
    assert refused["code"] == "resource.already.exists"
    assert call.state() == before


def test_a_deleted_division_frees_its_name(call: Caller) -> None:
    made = call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})
    call("deleteAuthorizationDivision", made["id"], expect=204)
    call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})


def test_listings_are_paged(call: Caller) -> None:
    made = [call("postAuthorizationDivisions", json={"name": f"D{n}", "description": ""}) for n in range(5)]
    page = call("getAuthorizationDivisions", params={"pageSize": 2, "pageNumber": 2})
    assert page["entities"] == made[2:4]
    assert (page["total"], page["pageCount"]) == (5, 3)


@pytest.mark.shows("putAuthorizationDivision")
def test_a_taken_name_is_refused_on_renaming(call: Caller) -> None:
    call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})
    other = call("postAuthorizationDivisions", json={"name": "APAC", "description": ""})
    before = call.state()
    call("putAuthorizationDivision", other["id"], expect=409, json={"name": "emea", "description": ""})
    assert call.state() == before


def make(call: Caller, *names: str) -> list[str]:
    return [call("postAuthorizationDivisions", json={"name": name, "description": ""})["id"] for name in names]


@pytest.mark.shows("deleteAuthorizationDivision", "getAuthorizationDivisionsHome")
def test_there_is_one_home_division_and_it_stays(call: Caller) -> None:
    make(call, "Home")
    home = call("getAuthorizationDivisionsHome")
    assert (home["homeDivision"], home["name"]) == (True, "Home 2")
    assert call("getAuthorizationDivision", home["id"]) == home
    assert call("getAuthorizationDivisionsHome") == home
    refused(call, "precondition.failure", "deleteAuthorizationDivision", home["id"], expect=400)


@pytest.mark.shows("getAuthorizationDivisionsQuery")
def test_divisions_are_found_by_id_and_name(call: Caller) -> None:
    first, second = make(call, "EMEA", "APAC")
    for operation in ("getAuthorizationDivisions", "getAuthorizationDivisionsQuery"):
        assert [one["id"] for one in call(operation, params={"id": second})["entities"]] == [second]
        assert [one["id"] for one in call(operation, params={"name": "eme"})["entities"]] == [first]


@pytest.mark.shows("getAuthorizationDivisionsQuery")
def test_a_query_goes_by_one_cursor(call: Caller) -> None:
    ids = make(call, "A", "B", "C")
    page = call("getAuthorizationDivisionsQuery", params={"pageSize": 2})
    rest = call.organisation.http.get(page["nextUri"]).json()
    assert [one["id"] for one in page["entities"] + rest["entities"]] == ids
    query = {"after": "1", "before": "2"}
    refused(
        call, "both.after.and.before.provided", "getAuthorizationDivisionsQuery", expect=400, params=query
    )  # fmt: skip
    refused(
        call, "invalid.query.param.value", "getAuthorizationDivisionsQuery", expect=400, params={"pageSize": "many"}
    )  # fmt: skip


@pytest.mark.shows("getAuthorizationDivisionsDeleted", "postAuthorizationDivisionRestore")
def test_a_deleted_division_is_listed_and_restored_under_its_id(call: Caller) -> None:
    (made,) = make(call, "EMEA")
    call("deleteAuthorizationDivision", made, expect=204)
    assert [one["id"] for one in call("getAuthorizationDivisionsDeleted")["entities"]] == [made]
    restored = call("postAuthorizationDivisionRestore", made, json={"description": "again"})
    assert (restored["id"], restored["name"], restored["description"]) == (made, "EMEA", "again")
    assert call("getAuthorizationDivision", made) == restored
    assert call("getAuthorizationDivisionsDeleted")["entities"] == []
    call("postAuthorizationDivisionRestore", made, expect=404, json={"description": ""})


@pytest.mark.shows("postAuthorizationDivisionRestore")
def test_a_division_is_not_restored_under_a_taken_name(call: Caller) -> None:
    (made,) = make(call, "EMEA")
    call("deleteAuthorizationDivision", made, expect=204)
    make(call, "EMEA")
    body = {"description": ""}
    refused(call, "resource.already.exists", "postAuthorizationDivisionRestore", made, expect=409, json=body)
    call("postAuthorizationDivisionRestore", made, json={**body, "name": "Europe"})


@pytest.mark.shows("postAuthorizationDivisionObject")
def test_users_queues_and_teams_move_to_another_division(call: Caller) -> None:
    first, second = make(call, "EMEA", "APAC")
    user = call("postUsers", json={"name": "Ada", "email": "a@example.org", "divisionId": first})["id"]
    queue = call("postRoutingQueues", json={"name": "Support", "division": {"id": first}})["id"]
    team = call("postTeams", json={"name": "Early", "division": {"id": first}})["id"]
    for kind, one, read in (
        ("USER", user, "getUser"), ("QUEUE", queue, "getRoutingQueue"), ("TEAM", team, "getTeam"),
    ):  # fmt: skip
        call("postAuthorizationDivisionObject", second, kind, expect=204, json=[one])
        assert call(read, one)["division"]["name"] == "APAC"
    assert call("getUser", user)["version"] == 2
    call("deleteAuthorizationDivision", first, expect=204)


@pytest.mark.shows("postAuthorizationDivisionObject")
def test_a_move_that_cannot_be_done_moves_nothing(call: Caller) -> None:
    first, second = make(call, "EMEA", "APAC")
    user = call("postUsers", json={"name": "Ada", "email": "a@example.org", "divisionId": first})["id"]
    move = "postAuthorizationDivisionObject"
    refused(call, "bulk.move.unable.to.move", move, second, "USER", expect=409, json=[user, "nobody"])
    refused(call, "bulk.move.unable.to.move", move, second, "WORKBIN", expect=409, json=[user])
    refused(call, "empty.bulk.division.update", move, second, "USER", expect=400, json=[])
    refused(call, "too.many.bulk.division.updates", move, second, "USER", expect=400, json=[user] * 101)
    refused(call, "not.found", move, "nowhere", "USER", expect=404, json=[user])
