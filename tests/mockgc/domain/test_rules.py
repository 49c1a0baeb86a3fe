"""Properties of the rules that all kinds share, over drawn sequences of operations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockgc.domain.names import folded_email, folded_name
from tests.mockgc.caller import MONDAY, Caller, fields, shift

NAMES = st.sampled_from(["Early", " early", "Late", "ＬＡＴＥ"])
KEYS = st.none() | st.sampled_from(["k1", "k2"])
ZONES = st.sampled_from(["Europe/Paris", "Europe/Brussels", "Europe/London"])
PICK = st.integers(0, 5)
STEP = st.one_of(
    st.tuples(st.just("users"), st.fixed_dictionaries({"name": NAMES, "timeZone": ZONES, "externalId": KEYS})),
    st.tuples(
        st.just("scheduletemplates"), st.fixed_dictionaries({"name": NAMES, "timeZone": ZONES, "externalId": KEYS})
    ),
    st.tuples(st.just("users/groups"), st.fixed_dictionaries({"name": NAMES, "externalId": KEYS, "of": PICK})),
    st.tuples(st.just("schedules"), st.fixed_dictionaries({"of": PICK, "version": st.none() | st.integers(1, 3)})),
    st.tuples(st.just("put"), st.fixed_dictionaries({"of": PICK, "off": st.integers(-1, 1), "name": NAMES})),
    st.tuples(st.just("delete"), st.fixed_dictionaries({"of": PICK})),
)


class Play:
    """Plays steps, and knows each entity it has seen."""

    def __init__(self) -> None:
        self.caller = Caller()
        self.uris: list[str] = []

    def entities(self, part: str) -> list[Any]:
        found: list[Any] = self.caller.ask("GET", f"{part}?pageSize=100").get_json()["entities"]
        return found

    def pick(self, part: str, of: int) -> Any:
        found = self.entities(part)
        return found[of % len(found)] if found else {"id": "none", "selfUri": "/api/v2/wfm/users/none", "userIds": []}

    def step(self, what: str, values: dict[str, Any], number: int) -> int:
        body = dict(values)
        if what == "users":
            body["email"] = f"{number % 3}@Example.com"
        if what == "users/groups":
            template = self.pick("scheduletemplates", body.pop("of"))
            body |= {"scheduleTemplateId": template["id"], "userIds": [user["id"] for user in self.entities("users")]}
        if what == "schedules":
            group = self.pick("users/groups", body.pop("of"))
            agents = [
                {"userId": user_id, "shifts": [shift(f"{MONDAY}T{8 + number % 2:02d}:00:00Z", 30)]}
                for user_id in group["userIds"]
            ]
            template_id = group.get("scheduleTemplateId", "none")
            body |= {"groupId": group["id"], "scheduleTemplateId": template_id, "weekDate": MONDAY, "agents": agents}
        if what in ("put", "delete"):
            uri = self.uris[body["of"] % len(self.uris)] if self.uris else "/api/v2/wfm/users/none"
            return self.caller.ask("DELETE", uri).status_code if what == "delete" else self.put(uri, body)
        answer = self.caller.ask("POST", what, body)
        if answer.status_code == 201:
            made = answer.get_json()
            self.uris.append(made.get("selfUri") or made["schedule"]["selfUri"])
        return answer.status_code

    def put(self, uri: str, values: dict[str, Any]) -> int:
        current = self.caller.ask("GET", uri).get_json()
        if "weekDate" in current:
            current["agents"] = current["agents"][1:]
        else:
            current["name"] = values["name"]
        return self.caller.ask(
            "PUT", uri, {**current, "version": current.get("version", 1) + values["off"]}
        ).status_code


def versions(state: Any) -> dict[str, int]:
    return {entity["id"]: entity["version"] for entity in state[0]}


@given(st.lists(STEP, max_size=14))
@settings(max_examples=50)
def test_versions_move_by_one_per_change_refusals_change_nothing_and_keys_stay_unique(steps: list[Any]) -> None:
    play = Play()
    before = play.caller.state()
    for number, (what, values) in enumerate(steps):
        status = play.step(what, values, number)
        after = play.caller.state()
        assert status < 500
        if status >= 400:
            assert after == before, f"a refused {what} changed something"
        new_rows = after[1]["entities"][len(before[1]["entities"]) :]
        moved = {row["entityId"] for row in new_rows}
        old, new = versions(before), versions(after)
        assert all(new[i] == old[i] + 1 for i in moved if i in old and i in new), "exactly +1 per committed change"
        assert {i: v for i, v in new.items() if i not in moved} == {i: v for i, v in old.items() if i not in moved}
        assert len({row["sequence"] for row in new_rows}) <= 1, "one request, one commit"
        assert_keys_unique(play)
        before = after
    sequences = [row["sequence"] for row in before[1]["entities"]]
    assert sorted(set(sequences)) == list(range(1, len(set(sequences)) + 1))


def assert_keys_unique(play: Play) -> None:
    kinds = {part: play.entities(part) for part in ("users", "scheduletemplates", "users/groups", "schedules")}
    external = [entity["externalId"] for found in kinds.values() for entity in found if "externalId" in entity]
    assert len(external) == len(set(external))
    for part in ("scheduletemplates", "users/groups"):
        names = [folded_name(entity["name"]) for entity in kinds[part]]
        assert len(names) == len(set(names))
    emails = [folded_email(user["email"]) for user in kinds["users"]]
    assert len(emails) == len(set(emails))


@given(st.integers(0, 23), st.integers(1, 100))
@settings(max_examples=25)
def test_pages_give_each_entity_once_in_order_of_creation(count: int, size: int) -> None:
    caller = Caller()
    made = [caller.user(f"u{number}")["id"] for number in range(count)]
    seen: list[str] = []
    uri: str | None = f"/api/v2/wfm/users?pageSize={size}"
    while uri:
        page = caller.ask("GET", uri).get_json()
        assert page["total"] == count
        assert page["pageCount"] == -(-count // size)
        assert len(page["entities"]) <= size
        seen += [user["id"] for user in page["entities"]]
        uri = page["nextUri"]
    assert seen == made


def test_the_envelope_is_complete_and_filters_are_kept_in_its_links() -> None:
    caller = Caller()
    for number in range(3):
        caller.user("Same", email=f"{number}@example.com")
    page = caller.ask("GET", "users?name=%20SAME&pageSize=1&pageNumber=2").get_json()
    assert set(page) == {
        "entities", "pageSize", "pageNumber", "pageCount", "total", "firstUri", "selfUri", "nextUri", "previousUri",
        "lastUri",
    }  # fmt: skip
    assert caller.ask("GET", page["nextUri"]).get_json()["pageNumber"] == 3
    assert caller.ask("GET", page["lastUri"]).get_json()["nextUri"] is None
    assert caller.ask("GET", "users").get_json()["pageSize"] == 25


def test_every_entity_has_its_metadata() -> None:
    caller = Caller()
    user = caller.user(version=7, id="mine", selfUri="x")
    assert (user["version"], user["selfUri"]) == (1, f"/api/v2/wfm/users/{user['id']}")
    assert user["dateCreated"] == user["dateModified"] == "2026-11-23T09:00:00.000Z"
    assert user["modifiedBy"] == caller.organisation.client_id
    assert user["active"] is True


@pytest.mark.parametrize("off", [-1, 1, 100])
def test_a_put_with_another_version_is_stale_also_when_nothing_would_change(off: int) -> None:
    caller = Caller()
    user = caller.user()
    answer = caller.ask("PUT", user["selfUri"], {**user, "version": 1 + off})
    assert (answer.status_code, fields(answer)) == (409, [("wfm.transaction.conflict", "version")])


def test_a_put_without_version_is_400_and_one_that_changes_nothing_does_not_move() -> None:
    caller = Caller()
    user = caller.user()
    assert fields(caller.ask("PUT", user["selfUri"], {**user, "version": None})) == [("bad.request", "version")]
    assert caller.ask("PUT", user["selfUri"], user).get_json() == user
    assert len(caller.control("commits")["entities"]) == 1


def test_a_put_replaces_the_whole_entity() -> None:
    caller = Caller()
    template = caller.template(externalId="x", description="a\tb\nc")
    kept = {name: template[name] for name in ("name", "timeZone", "version")}
    replaced = caller.ask("PUT", template["selfUri"], kept).get_json()
    assert replaced["version"] == 2
    assert "externalId" not in replaced
    assert caller.user(externalId="x")["version"] == 1, "the dropped externalId is free"


def test_sets_compare_as_sets() -> None:
    caller = Caller()
    users = [caller.user("Ada"), caller.user("Bob")]
    group = caller.group(caller.template(), users)
    turned = {**group, "userIds": [users[1]["id"], users[0]["id"], users[1]["id"]]}
    assert caller.ask("PUT", group["selfUri"], turned).get_json()["version"] == 1


@pytest.mark.parametrize("part", ["users", "scheduletemplates", "users/groups"])
def test_a_held_external_id_is_refused_across_kinds_naming_the_holder_and_freed_by_delete(part: str) -> None:
    caller = Caller()
    template = caller.template("Other")
    holder = caller.user("Holder", externalId="x")
    body = {"name": "New", "email": "n@b", "timeZone": "UTC", "scheduleTemplateId": template["id"], "externalId": "x"}
    wanted = {"users": ("name", "email", "timeZone"), "scheduletemplates": ("name", "timeZone")}.get(
        part, ("name", "scheduleTemplateId")
    )
    sent = {name: body[name] for name in (*wanted, "externalId")}
    answer = caller.ask("POST", part, sent)
    assert fields(answer) == [("wfm.external.id.in.use", "externalId")]
    assert answer.get_json()["details"][0]["entityId"] == holder["id"]
    assert "user 'Holder'" in answer.get_json()["message"]
    caller.ask("DELETE", holder["selfUri"])
    assert caller.ask("POST", part, sent).status_code == 201


def test_creating_a_group_whose_name_is_taken_is_refused_even_when_all_is_equal() -> None:
    caller = Caller()
    template = caller.template()
    group = caller.group(template)
    answer = caller.ask("POST", "users/groups", {"name": "Support", "scheduleTemplateId": template["id"]})
    assert fields(answer) == [("wfm.name.in.use", "name")]
    assert group["id"] in answer.get_json()["message"]


def test_user_names_are_not_unique() -> None:
    caller = Caller()
    assert caller.user("Ada")["name"] == caller.user("Ada", email="b@example.com")["name"]


def test_what_others_refer_to_is_not_deleted() -> None:
    caller = Caller()
    user, template = caller.user(), caller.template()
    group = caller.group(template, [user])
    for entity in (user, template):
        answer = caller.ask("DELETE", entity["selfUri"])
        assert (answer.status_code, fields(answer)) == (409, [("wfm.entity.in.use", None)])
        assert answer.get_json()["details"][0]["entityId"] == group["id"]
    for entity in (group, template, user):
        assert caller.ask("DELETE", entity["selfUri"]).status_code == 204


@pytest.mark.parametrize("part", ["user", "template"])
def test_a_put_that_breaks_a_groups_fit_is_refused_at_time_zone(part: str) -> None:
    caller = Caller()
    made = {"user": caller.user(), "template": caller.template()}
    caller.group(made["template"], [made["user"]])
    entity = made[part]
    answer = caller.ask("PUT", entity["selfUri"], {**entity, "timeZone": "Europe/London"})
    assert (answer.status_code, fields(answer)) == (409, [("wfm.time.zone.incompatible", "timeZone")])
    assert "Europe/London" in answer.get_json()["message"]
    assert "Europe/Paris" in answer.get_json()["message"]
    assert caller.ask("PUT", entity["selfUri"], {**entity, "timeZone": "Europe/Brussels"}).status_code == 200


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match", "Idempotency-Key", "X-Force-Update"])
def test_there_is_no_bypass_and_the_journal_says_what_was_ignored(header: str) -> None:
    caller = Caller()
    user = caller.user()
    answer = caller.ask("PUT", user["selfUri"], {**user, "version": 5}, **{header: "*"})
    assert answer.status_code == 409
    assert caller.control("journal")["entities"][-1]["ignoredHeaders"] == [{"name": header, "value": "*"}]
