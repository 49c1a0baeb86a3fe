"""
Another actor's edit: the version of an entity moves by one, and nothing else of it changes. Pure.

Decided: an edit of nobody's concern, so that whatever a test compares beside versions and dates stays as it was; and a
sound one, that claims the version it replaces.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockgc.behaviour.faults import Asked
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Resource, value_at
from mockgc.domain.transaction import Entity, Outcome, View, Write


def moved(
    view: View, resources: Mapping[str, Resource], asked: Asked, ids: tuple[str, ...], at: str | None, actor: str
) -> Outcome:
    """
    The entity that a request is about, one version later; nothing to write when it is about none that has a version.

    Args:
        at: dotted path of the body's field that holds the entity's id; None for the last id in the path.
        actor: who is said to have changed it.
    """
    entity_id = value_at(asked.body or {}, at) if at else (ids[-1] if ids else None)
    if not isinstance(entity_id, str):
        return Outcome(200)
    for kind in resources:
        entity = view.get(kind, entity_id)
        edited = _edited(entity, timestamp(view.now), actor) if entity is not None else None
        row = view.row(kind, entity_id)
        if edited is not None and row is not None:
            return Outcome(200, writes=(Write(kind, entity_id, edited, row.version, ("dateModified",)),))
    return Outcome(200)


def _edited(entity: Entity, moment: str, actor: str) -> Entity | None:
    """One version later, wherever the version stands; None when there is none."""
    if isinstance(entity.get("version"), int):
        dated = {"dateModified": moment} if "dateModified" in entity else {}
        by = {"modifiedBy": actor} if isinstance(entity.get("modifiedBy"), str) else {}
        return {**entity, "version": entity["version"] + 1, **dated, **by}
    metadata = entity.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("version"), int):
        later = {**metadata, "version": metadata["version"] + 1, "dateModified": moment, "modifiedBy": {"id": actor}}
        return {**entity, "metadata": later}
    settings = entity.get("settings")
    edited = _edited(settings, moment, actor) if isinstance(settings, dict) else None
    return {**entity, "settings": edited} if edited is not None else None
