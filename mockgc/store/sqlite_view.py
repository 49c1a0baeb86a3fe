"""What a rule sees of a data file: one transaction, its rows and decoded entities kept for its life."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

import orjson

from mockgc.domain.resource import Resource
from mockgc.domain.transaction import Entity, Row
from mockgc.ids import Ids
from mockgc.store.addresses import Address
from mockgc.store.sqlite_rows import row_of, switches_of


class Reader(Protocol):
    """What a view asks of its store."""

    @property
    def resources(self) -> Mapping[str, Resource]: ...
    @property
    def shared(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def ids(self) -> Ids: ...
    def time_of(self, tenant: sqlite3.Row) -> datetime: ...


class SqliteView:
    """A view over one transaction; rows and decoded entities are kept for its life."""

    def __init__(self, db: sqlite3.Connection, store: Reader, tenant: sqlite3.Row, client_id: str) -> None:
        self._db, self._store, self._organisation, self._tenant = db, store, tenant["id"], tenant
        self._rows: dict[Address, Row | None] = {}
        self._decoded: dict[Address, Entity] = {}
        self.client_id, self.now, self.switches = client_id, store.time_of(tenant), switches_of(tenant["switches"])

    def row(self, kind: str, entity_id: str) -> Row | None:
        address = (kind, entity_id)
        if address not in self._rows:
            found = self._db.execute(
                "SELECT version, keys, encoded FROM entity WHERE organisation = ? AND kind = ? AND id = ?",
                (self._organisation, kind, entity_id),
            ).fetchone()
            self._rows[address] = row_of(found) if found else None
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
        found = self._db.execute(
            "SELECT id, version, keys, encoded FROM entity WHERE organisation = ? AND kind = ? ORDER BY position",
            (self._organisation, kind),
        )
        rows = {row["id"]: row_of(row) for row in found}
        self._rows.update({(kind, entity_id): row for entity_id, row in rows.items()})
        return rows

    def holders(self, field_name: str, value: str, kinds: Iterable[str]) -> list[Address]:
        return [
            (kind, row["id"])
            for kind in kinds
            for row in self._db.execute(
                "SELECT id FROM held WHERE organisation = ? AND kind = ? AND field = ? AND value = ? ORDER BY position",
                (self._organisation, kind, field_name, value),
            )
        ]

    def referrers(self, kind: str, entity_id: str) -> list[Address]:
        found = self._db.execute(
            "SELECT kind, id FROM reference WHERE organisation = ? AND to_kind = ? AND to_id = ? ORDER BY position",
            (self._organisation, kind, entity_id),
        )
        return [(row["kind"], row["id"]) for row in found]

    def kinds_sharing(self, field_name: str) -> tuple[str, ...]:
        return self._store.shared.get(field_name, ())

    def label(self, kind: str, entity: Entity) -> str | None:
        return self._store.resources[kind].label(entity)

    def new_id(self) -> str:
        counter = count_up(self._db, self._organisation, "entities")
        seed = self._tenant["seed"]
        ids, ordinal = (self._store.ids, self._tenant["ordinal"]) if seed is None else (Ids(seed.encode()), 0)
        return ids.uuid("entity", ordinal, counter)


def count_up(db: sqlite3.Connection, organisation_id: str, counter: str) -> int:
    """The next value of one of an organisation's counters; `counter` is one of this module's own column names."""
    (value,) = db.execute(
        f"UPDATE organisation SET {counter} = {counter} + 1 WHERE id = ? RETURNING {counter}", (organisation_id,)
    ).fetchone()
    return int(value)
