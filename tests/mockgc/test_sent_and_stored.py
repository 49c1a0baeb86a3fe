"""What differs is said of what was sent; of everything only where a body replaces everything."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockgc.sent_and_stored import of_named, of_whole
from tests.mockgc.resources.published_behaviour import Caller

VALUES = st.recursive(
    st.integers(0, 2) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("pqr"), inner, max_size=2),
    max_leaves=5,
)
BODIES = st.dictionaries(st.sampled_from("xyz"), VALUES, max_size=3)


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path; None where nothing does."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


@given(BODIES, BODIES)
def test_what_differs_was_sent_and_is_stored_otherwise(sent: dict[str, Any], stored: dict[str, Any]) -> None:
    for row in of_named(sent, stored):
        assert row["sent"] == at(sent, row["fieldName"]) is not None
        assert row["stored"] == at(stored, row["fieldName"]) != row["sent"]


@given(BODIES, BODIES)
def test_what_is_stored_and_more_differs_in_nothing(sent: dict[str, Any], more: dict[str, Any]) -> None:
    assert of_named(sent, {**more, **sent}) == ()
    assert of_whole(sent, sent) == ()


@given(BODIES, BODIES)
def test_a_whole_is_compared_in_the_fields_of_both(sent: dict[str, Any], stored: dict[str, Any]) -> None:
    names = {name for name in {*sent, *stored} if sent.get(name) != stored.get(name)}
    assert {row["fieldName"] for row in of_whole(sent, stored)} == names
    assert {row["fieldName"].split(".")[0] for row in of_named(sent, stored)} <= names


def test_a_reference_that_was_sent_as_an_id_is_compared_with_the_stored_one() -> None:
    stored = {"division": {"id": "1", "selfUri": "/1"}, "settings": {"timeZone": "UTC", "metadata": {"version": 1}}}
    assert of_named({"divisionId": "1"}, stored) == ()
    assert of_named({"divisionId": "2"}, stored) == ({"fieldName": "divisionId", "sent": "2", "stored": "1"},)
    changed = {"settings": {"timeZone": "CET", "metadata": {"version": 7}}}
    assert of_named(changed, stored) == ({"fieldName": "settings.timeZone", "sent": "CET", "stored": "UTC"},)


def differs(call: Caller, operation: str, *ids: str, json: Any) -> list[str]:
    """The fields in which an explanation says that a refused body differs."""
    context_id = call.attempt(operation, *ids, json=json).json()["contextId"]
    found = call.organisation.http.get(f"/_mockgc/explain/{context_id}").json()
    assert found["outcome"] == "refused"
    return [row["fieldName"] for row in found["difference"]]


def test_published_bodies_are_compared_in_what_they_name_and_members_not_at_all() -> None:
    call = Caller()
    body = {"name": "Tier 1", "type": "official", "rulesVisible": True, "visibility": "public"}
    group = call("postGroups", json=body)
    home = call("getAuthorizationDivisionsHome")["id"]
    user = call("postUsers", json={"name": "Ann", "email": "ann@example.com", "divisionId": home})
    assert differs(call, "postGroups", json={**body, "visibility": "members"}) == ["visibility"]
    assert differs(call, "putGroup", group["id"], json={"name": "Tier 2", "version": 9}) == ["name"]
    assert differs(call, "postGroupMembers", group["id"], json={"memberIds": [user["id"]], "version": 9}) == []
    assert differs(call, "patchUser", user["id"], json={"title": "Agent", "version": 9}) == ["title"]
