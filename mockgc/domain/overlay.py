"""
A view with writes laid over it that are not committed yet.

What an asynchronous operation changes becomes visible to the very request during which it ends: that request's rule
runs over an `Overlay`, and its commit holds the operation's writes before its own. An overlay answers as the store
would after those writes, and asks the registry for what the store derives: keys and references.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mockgc.domain.resource import Resource
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Entity, Row, View, Write

Address = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Overlay:
    """
    A `View`.

    Args:
        base: what is committed.
        resources: the registry, by kind.
        client_id: who asks.
        changed: rows and entities by address, None for what is deleted; filled by `add`.
    """

    base: View
    resources: Mapping[str, Resource]
    client_id: str
    changed: dict[Address, tuple[Row, Entity] | None] = field(default_factory=dict)

    def acting(self, client_id: str) -> Overlay:
        """The same view as another client has it; what is added to one is seen in both."""
        return replace(self, client_id=client_id)

    def add(self, writes: Iterable[Write]) -> None:
        """Lay these over what is there, in order."""
        for write in writes:
            if write.entity is None:
                self.changed[write.kind, write.id] = None
                continue
            before = self.row(write.kind, write.id)
            keys = self.resources[write.kind].indexed(write.entity)
            encoded = json.dumps(write.entity, ensure_ascii=False, separators=(",", ":")).encode()
            row = Row(before.version + 1 if before else 1, keys, encoded)
            self.changed[write.kind, write.id] = (row, write.entity)

    @property
    def now(self) -> datetime:
        return self.base.now

    @property
    def switches(self) -> Switches:
        return self.base.switches

    def row(self, kind: str, entity_id: str) -> Row | None:
        if (kind, entity_id) in self.changed:
            found = self.changed[kind, entity_id]
            return found[0] if found else None
        return self.base.row(kind, entity_id)

    def get(self, kind: str, entity_id: str) -> Entity | None:
        if (kind, entity_id) in self.changed:
            found = self.changed[kind, entity_id]
            return found[1] if found else None
        return self.base.get(kind, entity_id)

    def rows(self, kind: str) -> Mapping[str, Row]:
        rows = dict(self.base.rows(kind))
        for (other, entity_id), found in self.changed.items():
            if other == kind and found is None:
                rows.pop(entity_id, None)
            elif other == kind and found is not None:
                rows[entity_id] = found[0]
        return rows

    def holders(self, field_name: str, value: str, kinds: Iterable[str]) -> list[Address]:
        wanted = tuple(kinds)
        held = [address for address, row, _ in self._live() if row.keys.get(field_name) == value]
        return self._merged(self.base.holders(field_name, value, wanted), [a for a in held if a[0] in wanted])

    def referrers(self, kind: str, entity_id: str) -> list[Address]:
        target = (kind, entity_id)
        found = [address for address, _, entity in self._live() if target in self._targets(address[0], entity)]
        return self._merged(self.base.referrers(kind, entity_id), found)

    def kinds_sharing(self, field_name: str) -> tuple[str, ...]:
        return self.base.kinds_sharing(field_name)

    def label(self, kind: str, entity: Entity) -> str | None:
        return self.base.label(kind, entity)

    def new_id(self) -> str:
        return self.base.new_id()

    def _live(self) -> Iterator[tuple[Address, Row, Entity]]:
        yield from ((address, *found) for address, found in self.changed.items() if found is not None)

    def _targets(self, kind: str, entity: Entity) -> set[Address]:
        references = self.resources[kind].references
        return {(reference.to, target) for reference in references for _, target in reference.found_in(entity)}

    def _merged(self, committed: Iterable[Address], changed: list[Address]) -> list[Address]:
        """What was there and still is, in its order, then what is new."""
        kept = [address for address in committed if address not in self.changed or address in changed]
        return [*kept, *(address for address in changed if address not in kept)]
