"""Queues and their members over HTTP."""

from __future__ import annotations

import pytest

from tests.mockgc.resources.published_behaviour import Caller, refused
from tests.mockgc.resources.units import division_of, users_of

spelling = pytest.mark.parametrize("word", ["Member", "User"])


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
def queue(call: Caller) -> str:
    return str(call("postRoutingQueues", json={"name": "Support"})["id"])


def members(call: Caller, queue: str, word: str = "Member", **params: str) -> list[str]:
    return [member["id"] for member in call(f"getRoutingQueue{word}s", queue, params=params)["entities"]]


def refs(*ids: str) -> list[dict[str, str]]:
    return [{"id": user_id} for user_id in ids]


@pytest.mark.shows("deleteRoutingQueue", "putRoutingQueue", "getRoutingQueue", "getRoutingQueues", "postRoutingQueues")
def test_what_is_created_is_read_changed_listed_and_deleted(call: Caller, division: str) -> None:
    made = call("postRoutingQueues", json={"name": "Support", "division": {"id": division}})
    assert (made["division"]["name"], made["memberCount"]) == ("EMEA", 0)
    assert call("getRoutingQueue", made["id"]) == made
    changed = call("putRoutingQueue", made["id"], json={"name": "Help", "description": "all"})
    assert (changed["name"], changed["description"], changed["division"]) == ("Help", "all", made["division"])
    assert call("getRoutingQueues")["entities"] == [changed]
    call("deleteRoutingQueue", made["id"])
    call("getRoutingQueue", made["id"], expect=404)


@pytest.mark.shows("getRoutingQueuesDivisionviews")
@pytest.mark.parametrize("view", ["", "Divisionviews"])
def test_listings_filter(call: Caller, division: str, view: str) -> None:
    first = call("postRoutingQueues", json={"name": "Support", "division": {"id": division}})
    second = call("postRoutingQueues", json={"name": "Sales"})

    def found(**params: str) -> list[str]:
        return [queue["id"] for queue in call(f"getRoutingQueues{view}", params=params)["entities"]]

    assert found() == [first["id"], second["id"]]
    assert found(name="sal*") == found(id=second["id"]) == [second["id"]]
    assert found(divisionId=division) == [first["id"]]


@pytest.mark.shows("getRoutingQueuesDivisionviewsAll")
def test_all_queues_are_viewed_over_divisions(call: Caller, queue: str) -> None:
    assert [one["id"] for one in call("getRoutingQueuesDivisionviewsAll")["entities"]] == [queue]


@pytest.mark.shows("postRoutingQueues", "putRoutingQueue")
def test_a_taken_name_is_refused(call: Caller, queue: str) -> None:
    refused(call, "duplicate.name", "postRoutingQueues", expect=400, json={"name": "SUPPORT"})
    other = call("postRoutingQueues", json={"name": "Sales"})
    refused(call, "duplicate.name", "putRoutingQueue", other["id"], expect=400, json={"name": "support "})
    assert call("getRoutingQueue", queue)["name"] == "Support"


@pytest.mark.shows("postRoutingQueues", "putRoutingQueue")
def test_an_unknown_division_is_refused(call: Caller, queue: str) -> None:
    body = {"name": "Sales", "division": {"id": "nowhere"}}
    refused(call, "invalid.id", "postRoutingQueues", expect=400, json=body)
    refused(call, "invalid.id", "putRoutingQueue", queue, expect=400, json=body)


def test_a_queue_that_changes_nothing_keeps_its_date(call: Caller, queue: str) -> None:
    before = call("getRoutingQueue", queue)
    call.organisation.advance(60)
    assert call("putRoutingQueue", queue, json={"name": "Support"}) == before


@pytest.mark.shows(
    "deleteRoutingQueueMember",
    "deleteRoutingQueueUser",
    "getRoutingQueueUsers",
    "postRoutingQueueUsers",
    "getRoutingQueueMembers",
    "postRoutingQueueMembers",
)
@spelling
def test_members_are_added_counted_and_removed(call: Caller, queue: str, users: list[str], word: str) -> None:
    call(f"postRoutingQueue{word}s", queue, json=refs(*users[:2]))
    assert members(call, queue, word) == users[:2]
    assert call("getRoutingQueue", queue)["joinedMemberCount"] == 2
    call(f"postRoutingQueue{word}s", queue, json=refs(users[0], users[2]), params={"delete": "true"})
    assert members(call, queue, word) == [users[1]]
    call(f"deleteRoutingQueue{word}", queue, users[1], expect=204 if word == "Member" else 200)
    assert members(call, queue, word) == []
    call(f"deleteRoutingQueue{word}", queue, users[1], expect=404)


@pytest.mark.shows(
    "patchRoutingQueueMember", "patchRoutingQueueMembers", "patchRoutingQueueUser", "patchRoutingQueueUsers"
)
@spelling
def test_a_member_leaves_off_answering_and_joins_again(call: Caller, queue: str, users: list[str], word: str) -> None:
    call(f"postRoutingQueue{word}s", queue, json=refs(*users))
    call(f"patchRoutingQueue{word}", queue, users[0], expect=202, json={"joined": False})
    assert members(call, queue, word, joined="false") == [users[0]]
    body = [{"id": users[0], "joined": True}, {"id": users[1], "joined": False, "ringNumber": 2}]
    answer = call(f"patchRoutingQueue{word}s", queue, json=body)
    assert [(m["id"], m["joined"], m["ringNumber"]) for m in answer["entities"]] == [
        (users[0], True, 1), (users[1], False, 2),
    ]  # fmt: skip
    assert members(call, queue, word, joined="true") == [users[0], users[2]]


@spelling
def test_who_is_no_member_is_not_changed(call: Caller, queue: str, users: list[str], word: str) -> None:
    call(f"postRoutingQueue{word}s", queue, json=refs(users[0]))
    refused(call, "not.found", f"patchRoutingQueue{word}", queue, users[1], expect=404, json={"joined": False})
    body = [{"id": user_id, "joined": False} for user_id in users]
    refused(call, "not.found", f"patchRoutingQueue{word}s", queue, expect=404, json=body)


@pytest.mark.shows("postRoutingQueueMembers", "postRoutingQueueUsers")
@spelling
def test_an_unknown_or_deleted_user_is_no_member(call: Caller, queue: str, users: list[str], word: str) -> None:
    call("deleteUser", users[1])
    for user_id in ("nobody", users[1]):
        body = refs(users[0], user_id)
        refused(call, "invalid.id", f"postRoutingQueue{word}s", queue, expect=400, json=body)


@pytest.mark.shows(
    "patchRoutingQueueMembers", "patchRoutingQueueUsers", "postRoutingQueueMembers", "postRoutingQueueUsers"
)
@spelling
def test_a_hundred_members_a_call(call: Caller, queue: str, word: str) -> None:
    body = refs(*(str(n) for n in range(101)))
    refused(call, "constraint.validation", f"postRoutingQueue{word}s", queue, expect=400, json=body)
    refused(call, "constraint.validation", f"patchRoutingQueue{word}s", queue, expect=400, json=body)


def test_members_again_change_nothing(call: Caller, queue: str, users: list[str]) -> None:
    call("postRoutingQueueMembers", queue, json=refs(*users))
    before = call.state()
    call("postRoutingQueueMembers", queue, json=refs(users[0]))
    assert call.state() == before


def test_members_are_paged_and_found_by_name(call: Caller, queue: str, users: list[str]) -> None:
    call("postRoutingQueueMembers", queue, json=refs(*users))
    assert members(call, queue, pageSize="2", pageNumber="2") == [users[2]]
    assert members(call, queue, name="BO") == [users[1]]


@pytest.mark.shows("patchUserQueue", "getUserQueues")
def test_a_user_sees_and_leaves_its_queues(call: Caller, queue: str, users: list[str]) -> None:
    call("postRoutingQueueMembers", queue, json=refs(users[0]))
    assert [q["id"] for q in call("getUserQueues", users[0])["entities"]] == [queue]
    assert call("patchUserQueue", users[0], queue, json={"joined": False})["joined"] is False
    assert call("getUserQueues", users[0], params={"joined": "true"})["entities"] == []
    call("patchUserQueue", users[1], queue, expect=404, json={"joined": False})


def test_the_members_of_a_deleted_queue_leave_it(call: Caller, queue: str, users: list[str]) -> None:
    call("postRoutingQueueMembers", queue, json=refs(users[0]))
    call("deleteRoutingQueue", queue)
    assert call("getUserQueues", users[0])["entities"] == []


@pytest.mark.shows("patchUserQueues")
def test_a_user_joins_and_leaves_several_of_its_queues(call: Caller, queue: str, users: list[str]) -> None:
    other = call("postRoutingQueues", json={"name": "Sales"})["id"]
    body = [{"id": queue, "joined": False}, {"id": other, "joined": False}]
    call("postRoutingQueueMembers", queue, json=refs(users[0]))
    refused(call, "not.found", "patchUserQueues", users[0], expect=404, json=body)
    call("postRoutingQueueMembers", other, json=refs(users[0]))
    answer = call("patchUserQueues", users[0], json=body)
    assert [(one["id"], one["joined"]) for one in answer["entities"]] == [(queue, False), (other, False)]
    assert call("getUserQueues", users[0], params={"joined": "true"})["entities"] == []


@pytest.mark.shows("getRoutingQueuesMe", "getUsersMe")
@pytest.mark.parametrize("operation", ["getUsersMe", "getRoutingQueuesMe"])
def test_a_client_is_no_user(call: Caller, operation: str) -> None:
    refused(call, "not.a.user", operation, expect=400)
