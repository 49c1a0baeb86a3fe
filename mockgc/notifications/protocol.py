"""
What goes over a channel's WebSocket beside notifications: heartbeats, health checks, subscriptions. Pure.

Observed (vendor's guide as clients quote it, and an open client library): the frames `channel.metadata`, `ping` and its
`pong`, `subscribe` with its results 200, 400 and 404. Assumed: `unsubscribe`, that other text is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockgc.domain.transaction import Entity

METADATA_TOPIC = "channel.metadata"
MESSAGE_BYTES_MAX = 256 * 1024
"""A thousand topics of the longest kind fit."""


@dataclass(frozen=True, slots=True)
class Ping:
    """A client's health check."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A client adds topics to its channel, or takes some away."""

    topics: tuple[str, ...]
    correlation_id: str | None
    is_adding: bool


def encoded(frame: Mapping[str, Any]) -> str:
    """A frame as it is sent."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def metadata(message: str) -> Entity:
    """A frame about the connection itself."""
    return {"topicName": METADATA_TOPIC, "eventBody": {"message": message}}


HEARTBEAT, PONG = metadata("WebSocket Heartbeat"), metadata("pong")


def understood(text: str | bytes) -> Ping | Subscribe | None:
    """What a client wants; None for anything that is not understood, which is ignored."""
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        return None
    message = sent.get("message") if isinstance(sent, dict) else None
    if message == "ping":
        return Ping()
    topics = sent.get("topics") if message in ("subscribe", "unsubscribe") else None
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        return None
    correlation_id = sent.get("correlationId")
    return Subscribe(
        tuple(topics), correlation_id if isinstance(correlation_id, str) else None, is_adding=message == "subscribe"
    )


def result(asked: Subscribe, status: int, message: str) -> Entity:
    """The answer to a subscription."""
    said = ("subscribed" if asked.is_adding else "unsubscribed") if status == 200 else "error"
    answer: Entity = {"result": str(status), "status": said, "message": message, "topics": list(asked.topics)}
    return answer | ({} if asked.correlation_id is None else {"correlationId": asked.correlation_id})
