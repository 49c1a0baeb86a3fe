"""How an entity, its index entries and its references are stored, and how the commit log lets go of its past."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from mockgc.domain.resource import Resource
from mockgc.domain.transaction import Entity, Row, Write
from mockgc.store.addresses import Address, targets_of
from mockgc.store.base import Kept
from mockgc.store.session import Session
from mockgc.store.sql_rows import held_as
from mockgc.store.sql_view import SqlView

Where = tuple[str, str, str]
"""(organisation, kind, id)."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and the commit's number, for the commit log."""

    organisation_id: str
    sequence: int
    context_id: str
    client_id: str


def write(session: Session, view: SqlView, who: Author, change: Write, number: int) -> None:
    """Store one entity and what finds it, and row `number` of the commit log."""
    resource, old = view.resources[change.kind], view.row(change.kind, change.id)
    where = (who.organisation_id, change.kind, change.id)
    keys = resource.indexed(change.entity) if change.entity is not None else {}
    before = old.version if old else 0
    row = None if change.entity is None else Row(before + 1, keys, orjson.dumps(change.entity))
    _reindex(session, where, old.keys if old else {}, keys)
    _rereference(session, where, targets_of(resource, view.get(change.kind, change.id)), resource, change.entity)
    if row is None:
        session.run("DELETE FROM entity WHERE organisation = ? AND kind = ? AND id = ?", where)
    elif old is None:
        _insert(session, where, row)
    else:
        session.run(
            "UPDATE entity SET version = ?, keys = ?, encoded = ? WHERE organisation = ? AND kind = ? AND id = ?",
            (row.version, json.dumps(keys), row.encoded, *where),
        )
    view.put(change.kind, change.id, row)
    session.run(
        "INSERT INTO committed (organisation, number, sequence, kind, id, version_before, version_after, claimed,"
        " context, client, at, changed, image) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            who.organisation_id, number, who.sequence, change.kind, change.id, before, row.version if row else None,
            change.claimed, who.context_id, who.client_id, view.now.isoformat(), json.dumps(change.changed),
            row.encoded if row else None,
        ),
    )  # fmt: skip


def load(
    session: Session, organisation_id: str, resource: Resource, entity_id: str, version: int, encoded: bytes
) -> None:
    """Store an entity of a baseline where there was none."""
    where, entity = (organisation_id, resource.kind, entity_id), orjson.loads(encoded)
    keys = resource.indexed(entity)
    _insert(session, where, Row(version, keys, encoded))
    _reindex(session, where, {}, keys)
    _rereference(session, where, (), resource, entity)


def _insert(session: Session, where: Where, row: Row) -> None:
    session.run(
        "INSERT INTO entity (organisation, kind, id, version, keys, encoded) VALUES (?, ?, ?, ?, ?, ?)",
        (*where, row.version, json.dumps(dict(row.keys)), row.encoded),
    )


def _reindex(session: Session, where: Where, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    organisation_id, kind, entity_id = where
    for name, value in old.items():
        if new.get(name) != value:
            session.run(
                "DELETE FROM held WHERE organisation = ? AND kind = ? AND field = ? AND value = ? AND id = ?",
                (organisation_id, kind, name, held_as(value), entity_id),
            )
    for name, value in new.items():
        if old.get(name) != value:
            session.run(
                "INSERT INTO held (organisation, kind, field, value, id) VALUES (?, ?, ?, ?, ?)",
                (organisation_id, kind, name, held_as(value), entity_id),
            )


def _rereference(
    session: Session, where: Where, old: tuple[Address, ...], resource: Resource, entity: Entity | None
) -> None:
    new = targets_of(resource, entity)
    if old == new:
        return
    if old:
        session.run("DELETE FROM reference WHERE organisation = ? AND kind = ? AND id = ?", where)
    for target in new:
        session.run(
            "INSERT INTO reference (organisation, kind, id, to_kind, to_id) VALUES (?, ?, ?, ?, ?)", (*where, *target)
        )


def let_go(session: Session, organisation_id: str, logged: int, kept: Kept) -> None:
    """Drop images and rows of the commit log that are too old to keep; `logged` is the number of the newest row."""
    if logged > kept.images:
        session.run(
            "UPDATE committed SET image = NULL WHERE organisation = ? AND number <= ? AND image IS NOT NULL",
            (organisation_id, logged - kept.images),
        )
    if logged > kept.commit_rows:
        session.run(
            "DELETE FROM committed WHERE organisation = ? AND number <= ?",
            (organisation_id, logged - kept.commit_rows),
        )
