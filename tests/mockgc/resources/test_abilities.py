"""Skills, languages and the users who have them, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller, refused
from tests.mockgc.resources.units import division_of

both = pytest.mark.parametrize("word", ["skill", "language"])
TAKEN = {"skill": 409, "language": 400}
DELETED = {"skill": 200, "language": 204}


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def division(call: Caller) -> str:
    return division_of(call)


@pytest.fixture
def user(call: Caller, division: str) -> str:
    body = {"name": "Ada", "email": "ada@example.org", "divisionId": division}
    return str(call("postUsers", json=body)["id"])


def make(call: Caller, word: str, *names: str) -> list[str]:
    return [call(f"postRouting{word.title()}s", json={"name": name})["id"] for name in names]


def rated(answer: Any) -> dict[str, float]:
    return {one["id"]: one["proficiency"] for one in answer["entities"]}


@pytest.mark.shows(
    "deleteRoutingLanguage",
    "deleteRoutingSkill",
    "getRoutingLanguage",
    "getRoutingLanguages",
    "getRoutingSkills",
    "getRoutingSkill",
    "postRoutingLanguages",
    "postRoutingSkills",
)
@both
def test_what_is_created_is_read_listed_and_deleted(call: Caller, word: str) -> None:
    made = call(f"postRouting{word.title()}s", json={"name": "French"})
    assert call(f"getRouting{word.title()}", made["id"]) == made
    assert call(f"getRouting{word.title()}s", params={"name": "fre"})["entities"] == [made]
    assert call(f"getRouting{word.title()}s", params={"id": "other"})["entities"] == []
    call(f"deleteRouting{word.title()}", made["id"], expect=DELETED[word])
    call(f"getRouting{word.title()}", made["id"], expect=404)
    call(f"postRouting{word.title()}s", json={"name": "French"})


@pytest.mark.shows("postRoutingLanguages", "postRoutingSkills")
@both
def test_a_taken_name_is_refused(call: Caller, word: str) -> None:
    make(call, word, "French")
    refused(call, "general.conflict", f"postRouting{word.title()}s", expect=TAKEN[word], json={"name": " french"})


@pytest.mark.shows("patchRoutingSkill", "postRoutingSkills")
def test_a_skill_moves_to_a_division_that_exists(call: Caller, division: str) -> None:
    (skill,) = make(call, "skill", "French")
    moved = call("patchRoutingSkill", skill, json={"divisionId": division})
    assert (moved["division"]["id"], moved["division"]["name"]) == (division, "EMEA")
    assert call("getRoutingSkill", skill) == moved
    refused(call, "invalid.value", "patchRoutingSkill", skill, expect=400, json={"divisionId": "nowhere"})
    refused(
        call, "invalid.value", "postRoutingSkills", expect=400, json={"name": "German", "divisionId": "nowhere"}
    )  # fmt: skip


@pytest.mark.shows(
    "deleteUserRoutinglanguage",
    "deleteUserRoutingskill",
    "patchUserRoutinglanguage",
    "putUserRoutingskill",
    "getUserRoutinglanguages",
    "getUserRoutingskills",
    "postUserRoutinglanguages",
    "postUserRoutingskills",
)
@both
def test_a_user_gets_changes_and_loses_one(call: Caller, user: str, word: str) -> None:
    (ability,) = make(call, word, "French")
    made = call(f"postUserRouting{word}s", user, json={"id": ability, "proficiency": 3})
    assert (made["id"], made["name"], made["proficiency"]) == (ability, "French", 3)
    change = "putUserRoutingskill" if word == "skill" else "patchUserRoutinglanguage"
    assert call(change, user, ability, json={"proficiency": 4})["proficiency"] == 4
    assert rated(call(f"getUserRouting{word}s", user)) == {ability: 4}
    shown = call("getUser", user, params={"expand": f"{word}s"})
    assert [one["id"] for one in shown[f"{word}s"]] == [ability]
    assert shown["version"] == 1
    call(f"deleteUserRouting{word}", user, ability, expect=DELETED[word])
    assert rated(call(f"getUserRouting{word}s", user)) == {}
    call(change, user, ability, expect=404, json={"proficiency": 4})


@pytest.mark.shows("postUserRoutinglanguages", "postUserRoutingskills")
@both
def test_a_user_has_one_once(call: Caller, user: str, word: str) -> None:
    (ability,) = make(call, word, "French")
    body = {"id": ability, "proficiency": 3}
    call(f"postUserRouting{word}s", user, json=body)
    refused(call, "general.conflict", f"postUserRouting{word}s", user, expect=400, json=body)


@pytest.mark.shows(
    "patchUserRoutinglanguagesBulk",
    "patchUserRoutingskillsBulk",
    "postUserRoutinglanguages",
    "postUserRoutingskills",
    "putUserRoutingskillsBulk",
)
@both
def test_what_does_not_exist_is_refused(call: Caller, user: str, word: str) -> None:
    (ability,) = make(call, word, "French")
    body = [{"id": ability, "proficiency": 1}, {"id": "nothing", "proficiency": 1}]
    refused(call, "not.found", f"patchUserRouting{word}sBulk", user, expect=404, json=body)
    code = "general.resource.not.found" if word == "skill" else "not.found"
    refused(call, code, f"postUserRouting{word}s", user, expect=404, json=body[1])
    if word == "skill":
        refused(call, code, "putUserRoutingskillsBulk", user, expect=404, json=body)


@pytest.mark.shows(
    "patchUserRoutinglanguage",
    "patchUserRoutinglanguagesBulk",
    "patchUserRoutingskillsBulk",
    "postUserRoutinglanguages",
    "postUserRoutingskills",
    "putUserRoutingskill",
    "putUserRoutingskillsBulk",
)
@both
@pytest.mark.parametrize("proficiency", [-0.1, 5.1])
def test_a_proficiency_is_between_0_and_5(call: Caller, user: str, word: str, proficiency: float) -> None:
    (ability,) = make(call, word, "French")
    body = {"id": ability, "proficiency": proficiency}
    refused(call, "invalid.value", f"postUserRouting{word}s", user, expect=400, json=body)
    refused(call, "invalid.value", f"patchUserRouting{word}sBulk", user, expect=400, json=[body])
    if word == "skill":
        refused(call, "invalid.value", "putUserRoutingskillsBulk", user, expect=400, json=[body])
    call(f"postUserRouting{word}s", user, json={**body, "proficiency": 3})
    change = "putUserRoutingskill" if word == "skill" else "patchUserRoutinglanguage"
    refused(call, "invalid.value", change, user, ability, expect=400, json={"proficiency": proficiency})


@pytest.mark.shows("patchUserRoutinglanguagesBulk", "patchUserRoutingskillsBulk", "putUserRoutingskillsBulk")
@both
def test_fifty_entries_a_call(call: Caller, user: str, word: str) -> None:
    body = [{"id": str(n), "proficiency": 1} for n in range(51)]
    refused(call, "constraint.validation", f"patchUserRouting{word}sBulk", user, expect=400, json=body)
    if word == "skill":
        refused(call, "constraint.validation", "putUserRoutingskillsBulk", user, expect=400, json=body)


@pytest.mark.shows("patchUserRoutinglanguagesBulk", "patchUserRoutingskillsBulk")
@both
def test_a_bulk_patch_adds_and_changes(call: Caller, user: str, word: str) -> None:
    first, second = make(call, word, "French", "German")
    call(f"patchUserRouting{word}sBulk", user, json=[{"id": first, "proficiency": 1}])
    body = [{"id": first, "proficiency": 2}, {"id": second, "proficiency": 3}]
    answer = call(f"patchUserRouting{word}sBulk", user, json=body)
    assert rated(answer) == rated(call(f"getUserRouting{word}s", user)) == {first: 2, second: 3}


@pytest.mark.shows("putUserRoutingskillsBulk")
def test_a_bulk_put_replaces_all(call: Caller, user: str) -> None:
    first, second = make(call, "skill", "French", "German")
    call("putUserRoutingskillsBulk", user, json=[{"id": first, "proficiency": 1}])
    answer = call("putUserRoutingskillsBulk", user, json=[{"id": second, "proficiency": 3}])
    assert rated(answer) == rated(call("getUserRoutingskills", user)) == {second: 3}


@both
def test_users_lose_what_is_deleted(call: Caller, user: str, word: str) -> None:
    (ability,) = make(call, word, "French")
    call(f"postUserRouting{word}s", user, json={"id": ability, "proficiency": 3})
    call(f"deleteRouting{word.title()}", ability, expect=DELETED[word])
    assert rated(call(f"getUserRouting{word}s", user)) == {}
