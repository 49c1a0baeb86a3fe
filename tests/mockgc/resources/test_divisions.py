"""Divisions over HTTP."""

from __future__ import annotations

import pytest

from tests.mockgc.resources.published_behaviour import Caller


@pytest.fixture
def call() -> Caller:
    return Caller()


def test_what_is_created_is_read_listed_renamed_and_deleted(call: Caller) -> None:
    made = call("postAuthorizationDivisions", json={"name": "EMEA", "description": "Europe"})
    assert call("getAuthorizationDivision", made["id"]) == made
    assert call("getAuthorizationDivisions")["entities"] == [made]
    renamed = call("putAuthorizationDivision", made["id"], json={"name": "Europe", "description": "Europe"})
    assert (renamed["id"], renamed["name"]) == (made["id"], "Europe")
    call("deleteAuthorizationDivision", made["id"], expect=204)
    call("getAuthorizationDivision", made["id"], expect=404)


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


def test_a_taken_name_is_refused_on_renaming(call: Caller) -> None:
    call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})
    other = call("postAuthorizationDivisions", json={"name": "APAC", "description": ""})
    before = call.state()
    call("putAuthorizationDivision", other["id"], expect=409, json={"name": "emea", "description": ""})
    assert call.state() == before
