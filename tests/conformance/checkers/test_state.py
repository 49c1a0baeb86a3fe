"""Each verdict over a final state holds for a good one and catches the planted bad one."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checkers import (
    Commit,
    SourceAgent,
    agents_present,
    differences,
    eligible_agents,
    matches_commits,
    normalise,
    references_hold,
    unique_keys,
)
from conformance.final_state import FinalState, collect


def state(prefix: str = "", version: int = 1, **changes: Any) -> FinalState:
    """One of each kind; `prefix` makes other ids, `changes` replaces fields of the entity named `kind__field`."""

    def entity(kind: str, entity_id: str, **fields: Any) -> dict[str, Any]:
        mine = {key.split("__")[1]: value for key, value in changes.items() if key.startswith(f"{kind}__")}
        return {"id": prefix + entity_id, "version": version, **fields, **mine}

    ann = entity("user", "u1", name="Ann", email="ann@example.com", externalId="zendesk:user:1", active=True)
    bob = {"id": prefix + "u2", "version": version, "name": "Bob", "email": "Bob@example.com"}
    early = entity("template", "t", name="Early", timeZone="Europe/Paris", shifts=[])
    group = entity(
        "group", "g", name="Support", scheduleTemplateId=prefix + "t", userIds=[prefix + "u1", prefix + "u2"]
    )
    week = entity(
        "schedule",
        "s",
        groupId=prefix + "g",
        scheduleTemplateId=prefix + "t",
        weekDate="2026-11-30",
        agents=[{"userId": prefix + "u1", "shifts": []}],
    )
    return FinalState((ann, bob), (early,), (group,), (week,))


def test_a_good_state_passes() -> None:
    assert unique_keys(state()) == references_hold(state()) == ()


@pytest.mark.parametrize(
    "bad",
    [
        state(user__email="BOB@example.com"),
        state(user__externalId="x", group__externalId="x"),
        FinalState(templates=({"id": "1", "name": "Early"}, {"id": "2", "name": " EARLY "})),
        FinalState(groups=({"id": "1", "name": "ﬁrst"}, {"id": "2", "name": "FIRST"})),
        FinalState(users=({"id": "1", "email": "a@b.c"}, {"id": "1", "email": "d@b.c"})),
        FinalState(schedules=(state().schedules[0], {**state().schedules[0], "id": "again"})),
    ],
    ids=["e-mail", "externalId across kinds", "template name", "folded group name", "id", "triple"],
)
def test_a_key_held_twice_is_caught(bad: FinalState) -> None:
    assert len(unique_keys(bad)) == 1


@pytest.mark.parametrize(
    "bad",
    [
        state(group__scheduleTemplateId="gone"),
        state(group__userIds=["u1", "gone"]),
        state(schedule__groupId="gone"),
        state(schedule__scheduleTemplateId="gone"),
        state(schedule__agents=[{"userId": "gone", "shifts": []}]),
    ],
    ids=["template", "member", "group", "schedule's template", "agent"],
)
def test_a_dangling_reference_is_caught(bad: FinalState) -> None:
    assert references_hold(bad)


def test_states_that_mean_the_same_normalise_to_the_same() -> None:
    other = state("other-", version=9, group__userIds=["other-u2", "other-u1"], user__description=None)
    assert differences(normalise(state()), normalise(other)) == ()


@pytest.mark.parametrize(
    "other",
    [state(user__active=False), state(group__userIds=["u1"]), state(schedule__agents=[]), state(template__name="Late")],
    ids=["field", "member", "agent", "name"],
)
def test_states_that_differ_normalise_to_different_values(other: FinalState) -> None:
    assert differences(normalise(state()), normalise(other))


def test_a_missing_agent_is_caught() -> None:
    agents = [
        SourceAgent(1, "moved@example.com"),
        SourceAgent(2, " BOB@EXAMPLE.COM"),
        SourceAgent(3, "eve@example.com"),
    ]
    assert [found.where for found in agents_present(state(), agents)] == ["source user 3"]


def test_only_agents_with_an_address_of_their_own_are_eligible() -> None:
    def user(user_id: int, **fields: object) -> dict[str, object]:
        return {"id": user_id, "role": "agent", "active": True, "email": f"{user_id}@example.com", **fields}

    rows = [
        user(1),
        user(2, role="admin"),
        user(3, role="end-user"),
        user(4, active=False),
        user(5, suspended=True),
        user(6, role_type=1),
        user(7, email=None),
        user(8, email="Same@example.com"),
        user(9, email="same@example.com", role="end-user"),
    ]
    assert [agent.id for agent in eligible_agents(rows)] == [1, 2]


def test_a_state_at_another_version_than_the_log_is_caught() -> None:
    only_user = FinalState(users=({"id": "u", "version": 2},))
    log = (Commit(1, "user", "u", 0, 1, None), Commit(2, "user", "u", 1, 2, 1))
    assert matches_commits(only_user, log) == ()
    assert matches_commits(only_user, log[:1])
    assert matches_commits(FinalState(), log)
    assert matches_commits(only_user, ())


def test_collecting_walks_all_pages_and_reads_each_schedule() -> None:
    week = {"id": "s", "weekDate": "2026-11-30"}

    def get(path: str, query: Any) -> Any:
        if path == "/api/v2/wfm/schedules/s":
            return {**week, "agents": []}
        number = int(query["pageNumber"])
        if path == "/api/v2/wfm/users":
            return {"entities": [{"id": f"u{number}"}], "pageCount": 3}
        return {"entities": [week] if path.endswith("schedules") else [], "pageCount": 1}

    found = collect(get)
    assert [user["id"] for user in found.users] == ["u1", "u2", "u3"]
    assert found.schedules == ({**week, "agents": []},)
