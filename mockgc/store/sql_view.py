"""What a rule sees of a database: one transaction, its rows and decoded entities kept for its life."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import orjson

from mockgc.domain.resource import Resource
from mockgc.domain.transaction import Entity, Row
from mockgc.store.addresses import Address
from mockgc.store.session import Record, Session
from mockgc.store.sql_rows import held_as, row_of, switches_of


class SqlView:
    """
    A `View` over one transaction.

    Args:
        tenant: the organisation's record.
        now: what its clock shows.
        shared: the fields that are unique per organisation, each with the kinds that share it.
        id_of: entity id number n of this organisation.
    """

    def __init__(
        self,
        session: Session,
        tenant: Record,
        now: datetime,
        client_id: str,
        resources: Mapping[str, Resource],
        shared: Mapping[str, tuple[str, ...]],
        id_of: Callable[[int], str],
    ) -> None:
        self._session, self._organisation, self._shared, self._id_of = session, tenant["id"], shared, id_of
        self._rows: dict[Address, Row | None] = {}
        self._decoded: dict[Address, Entity] = {}
        self.resources, self.entities = resources, int(tenant["entities"])
        self.client_id, self.now, self.switches = client_id, now, switches_of(tenant["switches"])

    def row(self, kind: str, entity_id: str) -> Row | None:
        address = (kind, entity_id)
        if address not in self._rows:
            found = self._session.rows(
                "SELECT version, keys, encoded FROM entity WHERE organisation = ? AND kind = ? AND id = ?",
                (self._organisation, kind, entity_id),
            )
            self._rows[address] = row_of(found[0]) if found else None
        return self._rows[address]

    def get(self, kind: str, entity_id: str) -> Entity | None:
        row = self.row(kind, entity_id)
        if row is None:
            return None
        entity = self._decoded.get((kind, entity_id))
        if entity is None:
            entity = self._decoded[kind, entity_id] = orjson.loads(row.encoded)
        return entity

    def rows(self, kind: str) -> Mapping[str, Row]:
        found = self._session.rows(
            "SELECT id, version, keys, encoded FROM entity WHERE organisation = ? AND kind = ? ORDER BY position",
            (self._organisation, kind),
        )
        rows = {row["id"]: row_of(row) for row in found}
        self._rows.update({(kind, entity_id): row for entity_id, row in rows.items()})
        return rows

    def holders(self, field_name: str, value: str, kinds: Iterable[str]) -> list[Address]:
        among = list(kinds)
        found = self._session.rows(
            f"SELECT kind, id FROM held WHERE organisation = ? AND kind IN ({', '.join('?' * len(among))})"
            " AND field = ? AND value = ? ORDER BY position",
            (self._organisation, *among, field_name, held_as(value)),
        )
        return sorted(((row["kind"], row["id"]) for row in found), key=lambda address: among.index(address[0]))

    def referrers(self, kind: str, entity_id: str) -> list[Address]:
        found = self._session.rows(
            "SELECT kind, id FROM reference WHERE organisation = ? AND to_kind = ? AND to_id = ? ORDER BY position",
            (self._organisation, kind, entity_id),
        )
        return [(row["kind"], row["id"]) for row in found]

    def kinds_sharing(self, field_name: str) -> tuple[str, ...]:
        return self._shared.get(field_name, ())

    def label(self, kind: str, entity: Entity) -> str | None:
        return self.resources[kind].label(entity)

    def new_id(self) -> str:
        self.entities += 1
        return self._id_of(self.entities)

    def put(self, kind: str, entity_id: str, row: Row | None) -> None:
        """What is stored there from now on, for a later write of the same commit."""
        self._rows[kind, entity_id] = row
        self._decoded.pop((kind, entity_id), None)
