"""
Version metadata of an entity: build it on create, advance it on change.

Source: first version 1 and exactly +1 per committed change are decided (specification of the dialect, common rules).
"""

from __future__ import annotations

from datetime import UTC, datetime

from mockgc.domain.transaction import Entity

READ_ONLY = ("id", "version", "dateCreated", "dateModified", "modifiedBy", "selfUri")


def timestamp(moment: datetime) -> str:
    """UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def born(entity_id: str, self_uri: str, writable: Entity, now: datetime, client_id: str) -> Entity:
    """A new entity at version 1."""
    moment = timestamp(now)
    return {
        "id": entity_id,
        **writable,
        "version": 1,
        "dateCreated": moment,
        "dateModified": moment,
        "modifiedBy": client_id,
        "selfUri": self_uri,
    }


def advanced(before: Entity, writable: Entity, now: datetime, client_id: str) -> Entity:
    """The next version of an entity, its writable fields replaced as a whole."""
    return {
        "id": before["id"],
        **writable,
        "version": before["version"] + 1,
        "dateCreated": before["dateCreated"],
        "dateModified": timestamp(now),
        "modifiedBy": client_id,
        "selfUri": before["selfUri"],
    }


def writable(entity: Entity) -> Entity:
    """An entity without its read-only fields."""
    return {name: value for name, value in entity.items() if name not in READ_ONLY}
