"""What a store derives from the registry: which fields are unique across kinds, and what an entity refers to."""

from __future__ import annotations

from collections.abc import Iterable

from mockgc.domain.resource import Resource
from mockgc.domain.transaction import Entity

Address = tuple[str, str]
"""(kind, id)."""


def shared_fields(resources: Iterable[Resource]) -> dict[str, tuple[str, ...]]:
    """The fields that are unique per organisation, each with the kinds that share it."""
    shared: dict[str, tuple[str, ...]] = {}
    for resource in resources:
        for key in resource.unique:
            if key.scope == "organisation":
                shared[key.field] = (*shared.get(key.field, ()), resource.kind)
    return shared


def targets_of(resource: Resource, entity: Entity | None) -> tuple[Address, ...]:
    """What an entity refers to, each once, in order; a deleted one (None) refers to nothing."""
    if entity is None:
        return ()
    found = ((reference.to, target) for reference in resource.references for _, target in reference.found_in(entity))
    return tuple(dict.fromkeys(found))
