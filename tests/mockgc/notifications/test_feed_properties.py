"""
Each commit's events reach each subscriber once, in order, and nobody else: held against what the test itself knows.

The oracle knows the topics that it subscribed to and the organisation's log as the control API shows it (without the
entities): of an audited entity each commit row is one event. It shares no code with the feed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from mockgc import Settings, create_app
from mockgc.domain.transaction import CommitRow
from mockgc.notifications.feed import Channels, Delivery, follow
from mockgc.notifications.past import Past
from mockgc.store.base import Store
from tests.mockgc.notifications.channel import Channel
from tests.mockgc.resources.published_behaviour import MOMENT, Caller
from tests.mockgc.resources.units import users_of

SKILL = "v2.audits.entitytype.RoutingSkill.entityid."
Told = list[tuple[str, int, str]]
"""(channel, sequence, topic) in order of delivery."""
Feed = Callable[[list[CommitRow]], list[Delivery]]


@cache
def app() -> Flask:
    return create_app(Settings(seed=3, freeze=MOMENT))


@dataclass
class World:
    """One organisation, and what the test knows of it."""

    call: Caller = field(default_factory=lambda: Caller(app()))
    skills: list[str] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    topics: dict[str, set[str]] = field(default_factory=dict)
    expected: Told = field(default_factory=list)

    def act(self, action: str, index: int) -> None:
        """One step; `index` chooses among what there is."""
        before = self.call.organisation.commits()
        getattr(self, action)(index)
        for row in self.call.organisation.commits()[len(before) :]:
            if row["kind"] == "skill":
                for channel in self.channels:
                    if SKILL + row["entityId"] in self.topics[channel.id]:
                        self.expected.append((channel.id, row["sequence"], SKILL + row["entityId"]))

    def make(self, _: int) -> None:
        self.skills.append(self.call("postRoutingSkills", json={"name": f"skill {len(self.skills)}"})["id"])

    def remove(self, index: int) -> None:
        if self.skills:
            self.call.attempt("deleteRoutingSkill", self.skills[index % len(self.skills)])

    def refuse(self, index: int) -> None:
        name = f"skill {index % (len(self.skills) or 1)}"
        self.call.attempt("postRoutingSkills", json={"name": name})

    def open(self, _: int) -> None:
        channel = Channel.of(self.call.organisation)
        self.channels.append(channel)
        self.topics[channel.id] = set()

    def subscribe(self, index: int) -> None:
        if self.channels and self.skills:
            channel = self.channels[index % len(self.channels)]
            wanted = {SKILL + skill for number, skill in enumerate(self.skills) if (index >> number) & 1}
            channel.subscribe(*sorted(wanted))
            self.topics[channel.id] = wanted

    def elsewhere(self, _: int) -> None:
        users_of(self.call, f"user{len(self.call.organisation.commits())}")


def rows_of(world: World) -> list[CommitRow]:
    store: Store = app().extensions["mockgc"].store
    return store.commits(world.call.organisation.id)


def whole(rows: list[CommitRow]) -> list[Delivery]:
    """The feed as the listing uses it."""
    return follow(rows, {}, Past(lambda: rows))[1]


def told(deliveries: list[Delivery]) -> Told:
    return [(d.channel_id, d.sequence, d.notification["topicName"]) for d in deliveries]


def faults(world: World, deliveries: list[Delivery]) -> list[str]:
    """What is wrong with the deliveries of one organisation; for each channel the order is the log's."""
    found = []
    for channel in world.channels:
        wanted = [entry for entry in world.expected if entry[0] == channel.id]
        given_to_it = [entry for entry in told(deliveries) if entry[0] == channel.id]
        if given_to_it != wanted:
            found.append(f"{channel.id}: {given_to_it}, not {wanted}")
    own = {row.context_id for row in rows_of(world)}
    strangers = {d.notification["metadata"]["CorrelationId"] for d in deliveries} - own
    return [*found, *(f"nobody here asked {context}" for context in strangers)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("make", "make", "remove", "refuse", "open", "subscribe", "subscribe", "elsewhere")),
        st.integers(0, 31),
    ),
    max_size=14,
)
FEWER = settings(max_examples=max(settings().max_examples // 2, 1))
START = (("make", 0), ("make", 0), ("open", 0), ("subscribe", 3))


def played(steps: Any) -> World:
    world = World()
    for action, index in (*START, *steps):
        world.act(action, index)
    return world


@given(STEPS)
def test_each_commit_gives_its_events_once_in_order_to_those_who_subscribed(steps: Any) -> None:
    world = played(steps)
    assert faults(world, whole(rows_of(world))) == []


@given(STEPS, st.lists(st.integers(1, 4), min_size=1, max_size=8))
@FEWER
def test_reading_the_log_in_parts_delivers_the_same(steps: Any, sizes: list[int]) -> None:
    rows = rows_of(played(steps))
    past, channels, found = Past(lambda: rows), Channels(), []
    last, part = (rows[-1].sequence if rows else 0), 0
    while part < last:
        until = part + sizes[part % len(sizes)]
        channels, deliveries = follow([r for r in rows if part < r.sequence <= until], channels, past)
        found += deliveries
        part = until
    assert told(found) == told(whole(rows))


@given(STEPS)
@FEWER
def test_a_channel_that_joins_hears_only_what_comes_after(steps: Any) -> None:
    """As a connection does: it knows the channel as it was at one commit, and the log is read from an earlier one."""
    rows = rows_of(played(steps))
    past = Past(lambda: rows)
    for since in {row.sequence for row in rows}:
        known, _ = follow([row for row in rows if row.sequence <= since], {}, past)
        joined = {channel_id: replace(channel, since=since) for channel_id, channel in known.items()}
        _, deliveries = follow(rows, joined, past)
        late = [entry for entry in told(deliveries) if entry[0] in joined]
        assert late == [entry for entry in told(whole(rows)) if entry[0] in joined and entry[1] > since]


OVER = (("remove", 0), ("refuse", 1), ("subscribe", 2), ("remove", 1))


def twice(rows: list[CommitRow]) -> list[Delivery]:
    return [delivery for delivery in whole(rows) for _ in range(2)]


def backwards(rows: list[CommitRow]) -> list[Delivery]:
    return whole(rows)[::-1]


def lost(rows: list[CommitRow]) -> list[Delivery]:
    return whole(rows)[1:]


def deaf_to_changes(rows: list[CommitRow]) -> list[Delivery]:
    """Subscriptions as they are at the end hold from the beginning."""
    channels, _ = follow(rows, {}, Past(lambda: rows))
    others = [row for row in rows if row.kind != "notificationChannel"]
    return follow(others, channels, Past(lambda: rows))[1]


@pytest.mark.parametrize("broken", [twice, backwards, lost, deaf_to_changes])
def test_a_broken_feed_is_seen(broken: Feed) -> None:
    world = played(OVER)
    rows = rows_of(world)
    assert faults(world, whole(rows)) == []
    assert faults(world, broken(rows)) != []


def test_a_feed_that_leaks_another_organisation_is_seen() -> None:
    world, other = played(OVER), played(OVER)
    topic = SKILL + other.skills[0]
    world.channels[0].subscribe(topic)
    world.topics[world.channels[0].id] = {topic}
    other.act("remove", 0)
    rows = rows_of(world)
    assert faults(world, whole(rows)) == []
    leaked = [replace(row, sequence=rows[-1].sequence + row.sequence) for row in rows_of(other)]
    assert faults(world, whole([*rows, *leaked])) != []
