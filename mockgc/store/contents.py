"""The live entities of an organisation in memory, and what finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mockgc.domain.resource import Resource
from mockgc.domain.transaction import Entity, Row
from mockgc.store.addresses import Address, targets_of


@dataclass(slots=True)
class Contents:
    """
    Entities by kind and id, in order of creation. Rows are never changed in place, so a copy is shallow.

    Args:
        index: the ids of a kind that hold a value of a field, by (kind, field, value).
        referrers: who refers to an entity.
        references: what an entity refers to.
    """

    rows: dict[str, dict[str, Row]]
    index: dict[tuple[str, str, str], dict[str, None]] = field(default_factory=dict)
    referrers: dict[Address, dict[Address, None]] = field(default_factory=dict)
    references: dict[Address, tuple[Address, ...]] = field(default_factory=dict)

    @classmethod
    def empty(cls, kinds: Iterable[str]) -> Contents:
        """Nothing of any kind."""
        return cls({kind: {} for kind in kinds})

    def copy(self) -> Contents:
        """The same, to be changed by itself."""
        return Contents(
            {kind: dict(rows) for kind, rows in self.rows.items()},
            {key: dict(ids) for key, ids in self.index.items()},
            {address: dict(users) for address, users in self.referrers.items()},
            dict(self.references),
        )

    def put(self, resource: Resource, entity_id: str, version: int, entity: Entity, encoded: bytes) -> None:
        """Store an entity, and find it from now on under what it holds and refers to."""
        keys = resource.indexed(entity)
        self._find(resource, entity_id, keys, entity)
        self.rows[resource.kind][entity_id] = Row(version, keys, encoded)

    def remove(self, resource: Resource, entity_id: str) -> None:
        """Forget an entity."""
        self._find(resource, entity_id, {}, None)
        del self.rows[resource.kind][entity_id]

    def _find(self, resource: Resource, entity_id: str, keys: Mapping[str, str], entity: Entity | None) -> None:
        old = self.rows[resource.kind].get(entity_id)
        self._reindex(resource.kind, entity_id, old.keys if old else {}, keys)
        self._rereference((resource.kind, entity_id), targets_of(resource, entity))

    def _reindex(self, kind: str, entity_id: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        if old == new:
            return
        for name, value in old.items():
            if new.get(name) != value:
                held = self.index[kind, name, value]
                del held[entity_id]
                if not held:
                    del self.index[kind, name, value]
        for name, value in new.items():
            if old.get(name) != value:
                self.index.setdefault((kind, name, value), {})[entity_id] = None

    def _rereference(self, address: Address, targets: tuple[Address, ...]) -> None:
        old = self.references.get(address, ())
        if old == targets:
            return
        for target in old:
            users = self.referrers[target]
            users.pop(address, None)
            if not users:
                del self.referrers[target]
        for target in targets:
            self.referrers.setdefault(target, {})[address] = None
        if targets:
            self.references[address] = targets
        else:
            self.references.pop(address, None)
