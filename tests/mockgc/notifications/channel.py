"""What the tests of notifications share: a channel with its topics, and what it was sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mockgc.pytest_plugin import TestOrganisation

CHANNELS = "/api/v2/notifications/channels"
Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of an organisation."""

    organisation: TestOrganisation
    id: str
    uri: str

    @classmethod
    def of(cls, organisation: TestOrganisation, *topics: str) -> Channel:
        """A new channel with these topics."""
        made = organisation.http.post(CHANNELS).raise_for_status().json()
        channel = cls(organisation, made["id"], made["connectUri"])
        if topics:
            channel.subscribe(*topics)
        return channel

    def subscribe(self, *topics: str) -> None:
        """Replace the topics."""
        body = [{"id": topic} for topic in topics]
        self.organisation.http.put(f"{CHANNELS}/{self.id}/subscriptions", json=body).raise_for_status()

    def sent(self) -> list[Frame]:
        """What the emulator says that the channel was sent, or would have been, each with its sequence number."""
        listed = self.organisation.http.get(f"/_mockgc/organisations/{self.organisation.id}/notifications").json()
        (found,) = (channel["notifications"] for channel in listed["channels"] if channel["id"] == self.id)
        return list(found)

    def bodies(self) -> list[tuple[str, Any]]:
        """(topic, event body) of all that was sent."""
        return [(frame["topicName"], frame["eventBody"]) for frame in self.sent()]


def bare(frames: Iterable[Frame]) -> list[Frame]:
    """Listed notifications as the frames they are on a socket."""
    return [{name: value for name, value in frame.items() if name != "sequence"} for frame in frames]
