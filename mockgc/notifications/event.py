"""What an event is."""

from __future__ import annotations

from dataclasses import dataclass

from mockgc.domain.transaction import Entity

WFM = "v2.workforcemanagement"
COMPLETE = "Complete"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as it is announced under a topic."""

    topic: str
    body: Entity
