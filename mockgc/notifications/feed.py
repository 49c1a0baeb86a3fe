"""
Who gets what: a fold of the commit log over the channels in it. Pure.

A channel gets an event when it had subscribed to its topic before the commit, and was alive then. The log holds the
channels' own rows, so the subscriptions of any moment follow from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from mockgc.domain.transaction import CommitRow, Entity
from mockgc.notifications.events import events
from mockgc.notifications.past import Past, image
from mockgc.resources.notifications.channels import KIND, single_topics

VERSION = "2"
"""Of every notification (observed, clients' traces)."""
SOCKET_CLOSING = "v2.system.socket_closing"
_EXPECTED_IN = "the connection ends soon; connect again"


@dataclass(frozen=True, slots=True)
class Channel:
    """
    A channel as it is after a commit.

    Args:
        since: what was committed up to here is not for it; its own rows up to here are known.
    """

    topics: frozenset[str]
    expires: datetime
    since: int = 0

    @classmethod
    def of(cls, entity: Entity, since: int = 0) -> Channel:
        """From its stored row."""
        return cls(single_topics(entity), datetime.fromisoformat(entity["expires"]), since)

    def hears(self, row: CommitRow) -> bool:
        """Whether what this row's commit did may be for it."""
        return row.sequence > self.since and row.at < self.expires


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notification to one channel."""

    channel_id: str
    sequence: int
    notification: Entity


Channels = dict[str, Channel]


def follow(rows: Iterable[CommitRow], channels: Mapping[str, Channel], past: Past) -> tuple[Channels, list[Delivery]]:
    """
    The channels after these rows, and what each gets, in the order of the commits.

    Args:
        rows: whole commits, oldest first.
        channels: as they were before, by id; those that the rows make are added.
    """
    known = dict(channels)
    deliveries: list[Delivery] = []
    for _, grouped in groupby(rows, key=lambda row: row.sequence):
        commit = list(grouped)
        deliveries += _delivered(commit, known, past)
        for row in commit:
            if row.kind == KIND:
                deliveries += _changed(row, known)
    return known, deliveries


def _delivered(commit: list[CommitRow], known: Channels, past: Past) -> Iterator[Delivery]:
    first = commit[0]
    hearing = {i: channel for i, channel in known.items() if channel.topics and channel.hears(first)}
    if not hearing:
        return
    topics = frozenset(topic for channel in hearing.values() for topic in channel.topics)
    for event in events(commit, past, topics):
        for channel_id, channel in hearing.items():
            if event.topic in channel.topics:
                yield Delivery(channel_id, first.sequence, notification(event.topic, event.body, first.context_id))


def _changed(row: CommitRow, known: Channels) -> Iterator[Delivery]:
    """Takes a channel's own row in; it is told of its closing whatever it subscribed to."""
    before, entity = known.get(row.entity_id), image(row)
    if row.action == "delete":
        known.pop(row.entity_id, None)
    if entity is None:  # deleted, or so old that the store has let its image go
        return
    since = before.since if before else 0
    if row.sequence > since:
        known[row.entity_id] = Channel.of(entity, since)
        if "closesAt" in row.changed:
            body = {"channelId": row.entity_id, "message": _EXPECTED_IN, "data": {"closesAt": entity["closesAt"]}}
            yield Delivery(row.entity_id, row.sequence, notification(SOCKET_CLOSING, body, row.context_id))


def notification(topic: str, body: Entity, correlation_id: str) -> Entity:
    """A frame's content; the correlation id is that of the request that made it happen (assumed)."""
    return {
        "topicName": topic,
        "version": VERSION,
        "eventBody": body,
        "metadata": {"CorrelationId": correlation_id},
    }


def joining(channel: Channel, sequence: int) -> Channel:
    """The channel as one that hears what comes after a commit."""
    return replace(channel, since=sequence)
