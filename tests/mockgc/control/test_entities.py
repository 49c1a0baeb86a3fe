"""What is held, read through the control API: counts, lists, histories; and what there is to choose from."""

from __future__ import annotations

from typing import Any

import pytest

from mockgc import Settings, create_app
from mockgc.behaviour.effects import KINDS
from mockgc.contract.coverage import coverage
from mockgc.contract.model import Contract
from mockgc.domain.switches import CHOICES
from mockgc.resources import registry
from tests.mockgc.caller import Caller


def looked(caller: Caller, where: str = "", expect: int = 200) -> Any:
    answer = caller.ask("GET", f"/_mockgc/organisations/{caller.organisation.id}/entities{where}")
    assert answer.status_code == expect, answer.get_data(as_text=True)
    return answer.get_json()


def test_kinds_are_counted_and_looking_writes_nothing() -> None:
    caller = Caller()
    caller.user("Ada"), caller.user("Bob"), caller.template()
    before = caller.state()
    counts = {one["kind"]: one["count"] for one in looked(caller)["kinds"]}
    assert (counts["user"], counts["scheduleTemplate"], counts["group"]) == (2, 1, 0)
    assert caller.state() == before


def test_a_list_is_searched_by_name_and_id_and_comes_in_pages() -> None:
    caller = Caller()
    users = [caller.user(name) for name in ("Ada", "Bob", "Adam")]
    assert [one["name"] for one in looked(caller, "?kind=user&search=aDA")["entities"]] == ["Ada", "Adam"]
    found = looked(caller, f"?kind=user&search={users[1]['id']}")
    assert found["entities"] == [{"id": users[1]["id"], "name": "Bob", "version": 1}]
    page = looked(caller, "?kind=user&limit=1&offset=2")
    assert ([one["name"] for one in page["entities"]], page["total"]) == (["Adam"], 3)


def test_an_entity_comes_with_each_version_as_it_was_also_when_it_is_gone() -> None:
    caller = Caller()
    user = caller.user("Ada")
    changed = caller.ask("PUT", user["selfUri"], {**user, "name": "Ada L."}).get_json()
    found = looked(caller, f"/user/{user['id']}")
    assert (found["name"], found["current"]["version"]) == ("Ada L.", 2)
    assert [version["image"] for version in found["versions"]] == [user, changed]
    caller.ask("DELETE", user["selfUri"])
    found = looked(caller, f"/user/{user['id']}")
    assert found["current"] is None
    assert [version["action"] for version in found["versions"]] == ["create", "update", "delete"]


@pytest.mark.parametrize(
    ("where", "status", "named"),
    [
        ("?kind=nothing", 404, "nothing"),
        ("/nothing/x", 404, "nothing"),
        ("/user/x", 404, "'x'"),
        ("?kind=user&limit=501", 400, "limit"),
        ("?kind=user&offset=-1", 400, "offset"),
    ],
)
def test_what_is_not_there_is_refused_by_name(where: str, status: int, named: str) -> None:
    assert named in looked(Caller(), where, status)["message"]


def test_another_organisations_entities_are_not_seen() -> None:
    one, other = Caller(), Caller()
    user = one.user("Ada")
    looked(other, f"/user/{user['id']}", 404)
    assert looked(other, "?kind=user")["entities"] == []


def test_the_vocabulary_is_what_the_code_declares() -> None:
    found = create_app(Settings(seed=1)).test_client().get("/_mockgc/vocabulary").get_json()
    assert list(found["switches"]) == list(CHOICES)
    assert found["switches"]["stale_status"]["values"] == [409, 400, 408]
    assert {name: set(effect["options"]) for name, effect in found["effects"].items()} == {
        name: set(kind.options) for name, kind in KINDS.items()
    }
    assert {"organisations/{}/stream", "organisations/{}/entities/{}/{}", "vocabulary"} <= set(found["routes"])


def test_coverage_lists_each_operation_with_its_level() -> None:
    found = create_app(Settings(seed=1)).test_client().get("/_mockgc/coverage").get_json()["entities"]
    levels = {row["operation"]: row["level"] for row in found}
    assert levels["user.create"] == "behaviour"
    expected = {row.id: row.level for row in coverage(Contract.bundled(), registry()).rows}
    assert expected.items() <= levels.items()
    assert len(levels) == len(found)
