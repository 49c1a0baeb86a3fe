"""External identifiers of users over HTTP."""

from __future__ import annotations

import pytest

from tests.mockgc.resources.published_behaviour import Caller

PAIR = {"authorityName": "zendesk", "externalKey": "42"}


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def users(call: Caller) -> list[str]:
    division = call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})["id"]
    bodies = [{"name": n, "email": f"{n}@example.org", "divisionId": division} for n in ("ada", "bob")]
    return [call("postUsers", json=body)["id"] for body in bodies]


@pytest.mark.shows("getUsersExternalidAuthorityNameExternalKey", "postUserExternalid")
def test_a_user_is_found_by_its_pair(call: Caller, users: list[str]) -> None:
    call("postUserExternalid", users[0], expect=201, json=PAIR)
    assert call("getUsersExternalidAuthorityNameExternalKey", "zendesk", "42")["id"] == users[0]
    call("getUsersExternalidAuthorityNameExternalKey", "zendesk", "43", expect=404)


@pytest.mark.shows("getUserExternalid", "getUserExternalidAuthorityName")
def test_all_identifiers_of_a_user_are_answered(call: Caller, users: list[str]) -> None:
    call("postUserExternalid", users[0], expect=201, json=PAIR)
    both = call("postUserExternalid", users[0], expect=201, json={"authorityName": "sap", "externalKey": "42"})
    assert call("getUserExternalid", users[0]) == both
    assert [one["authorityName"] for one in both] == ["zendesk", "sap"]
    assert call("getUserExternalidAuthorityName", users[0], "sap") == both[1]
    call("getUserExternalidAuthorityName", users[0], "crm", expect=404)


@pytest.mark.shows("postUserExternalid")
@pytest.mark.parametrize("again", [0, 1])
def test_a_pair_names_one_user_only(call: Caller, users: list[str], again: int) -> None:
    call("postUserExternalid", users[0], expect=201, json=PAIR)
    before = call.state()
    refused = call("postUserExternalid", users[again], expect=409, json=PAIR)
    assert refused["code"] == "general.resource.conflict"
    assert call.state() == before


@pytest.mark.shows("deleteUserExternalidAuthorityNameExternalKey")
def test_a_removed_pair_is_free(call: Caller, users: list[str]) -> None:
    call("postUserExternalid", users[0], expect=201, json=PAIR)
    call("deleteUserExternalidAuthorityNameExternalKey", users[1], "zendesk", "42", expect=404)
    call("deleteUserExternalidAuthorityNameExternalKey", users[0], "zendesk", "42", expect=204)
    call("postUserExternalid", users[1], expect=201, json=PAIR)


def test_a_pair_leaves_the_version_of_its_user(call: Caller, users: list[str]) -> None:
    call("postUserExternalid", users[0], expect=201, json=PAIR)
    assert call("getUser", users[0])["version"] == 1


def test_a_deleted_user_is_still_found_by_its_pair(call: Caller, users: list[str]) -> None:
    call("postUserExternalid", users[0], expect=201, json=PAIR)
    call("deleteUser", users[0])
    assert call("getUsersExternalidAuthorityNameExternalKey", "zendesk", "42")["state"] == "deleted"


def test_the_address_of_a_pair_leads_to_its_user(call: Caller, users: list[str]) -> None:
    body = {"authorityName": "zen desk", "externalKey": "zendesk:user:42 %?"}
    (made,) = call("postUserExternalid", users[0], expect=201, json=body)
    assert call.organisation.http.get(made["selfUri"]).json()["id"] == users[0]
