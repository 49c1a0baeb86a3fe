"""The listing of what channels were sent, where the log does not hold all of their past."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockgc import Settings, create_app
from mockgc.store.base import Kept
from mockgc.store.memory import MemoryStore
from tests.mockgc.notifications.channel import Channel
from tests.mockgc.resources.published_behaviour import MOMENT, Caller


def audited(skill: str) -> str:
    return f"v2.audits.entitytype.RoutingSkill.entityid.{skill}"


def skill_of(call: Caller, name: str = "Spanish") -> str:
    return str(call("postRoutingSkills", json={"name": name})["id"])


def test_a_channel_whose_rows_were_let_go_is_as_it_was_since() -> None:
    def forgetful(resources: Any, ids: Any, wall: Any, kept: Kept) -> MemoryStore:
        return MemoryStore(resources, ids, wall, replace(kept, images=2))

    call = Caller(create_app(Settings(seed=1, freeze=MOMENT), store=forgetful))
    skill = skill_of(call)
    channel = Channel.of(call.organisation, audited(skill))
    call("deleteRoutingSkill", skill)
    for number in range(3):
        skill_of(call, f"skill {number}")
    assert [topic for topic, _ in channel.bodies()] == [audited(skill)]


def test_a_channel_of_a_baseline_hears_what_comes_after_the_reset() -> None:
    call = Caller()
    skill, organisation = skill_of(call), call.organisation
    channel = Channel.of(organisation, audited(skill))
    organisation.http.put(f"/_mockgc/organisations/{organisation.id}/baselines/ready").raise_for_status()
    call("deleteRoutingSkill", skill)
    reset = f"/_mockgc/organisations/{organisation.id}/reset"
    organisation.http.post(reset, json={"baseline": "ready"}).raise_for_status()
    assert channel.sent() == []
    call("deleteRoutingSkill", skill)
    assert [topic for topic, _ in channel.bodies()] == [audited(skill)]


def test_what_came_before_a_sequence_number_is_left_out() -> None:
    call = Caller()
    skills = [skill_of(call, name) for name in ("Spanish", "Catalan")]
    channel = Channel.of(call.organisation, *map(audited, skills))
    for skill in skills:
        call("deleteRoutingSkill", skill)
    first, second = channel.sent()
    listing = f"/_mockgc/organisations/{call.organisation.id}/notifications"
    answer = call.organisation.http.get(listing, params={"after": first["sequence"]}).json()
    (found,) = answer["channels"]
    assert found["notifications"] == [second]
