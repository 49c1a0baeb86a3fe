"""
Snapshots as readable files, and what differs between two.

A file is NDJSON: one header line, then one line an entity in order of creation, so that text tools can read, cut and
compare it. Nothing here stores anything; a file is wholly right or refused with the line at fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mockgc.domain.resource import Resource
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Entity
from mockgc.store.addresses import shared_fields, targets_of
from mockgc.store.base import Snapshot

FORMAT = "mockgc-snapshot"
VERSION = 1
ENTITIES_MAX = 2**47
"""Half of what the twelve digits of an id count to, so that there are ids left to give out."""
VERSION_MAX = 2**62
_ROW = {"kind", "id", "version", "entity"}
_HEADER = {"format", "version", "entities", "switches", "settings", "rows"}
JSON = dict[str, Any]


class SnapshotRefused(Exception):
    """The file is no snapshot that this emulator can take; the message names line, field, value and what is right."""


def encoded(snapshot: Snapshot) -> bytes:
    """The snapshot as a file; the same state gives the same bytes."""
    header = {
        "format": FORMAT, "version": VERSION, "entities": snapshot.entities, "switches": snapshot.switches.as_dict(),
        "settings": dict(snapshot.settings), "rows": len(snapshot.rows),
    }  # fmt: skip
    lines = [orjson.dumps(header)]
    for kind, entity_id, version, entity in snapshot.rows:
        lines.append(
            orjson.dumps({"kind": kind, "id": entity_id, "version": version, "entity": orjson.Fragment(entity)})
        )
    return b"\n".join(lines) + b"\n"


def decoded(data: bytes, resources: Mapping[str, Resource]) -> Snapshot:
    """
    The snapshot in a file.

    Args:
        resources: the registry by kind; tells which keys must be unique and which references alive.

    Raises:
        SnapshotRefused: nothing of it should be used.
    """
    first, *lines = data.removesuffix(b"\n").split(b"\n")
    header = _header(first)
    if header["rows"] != len(lines):
        raise SnapshotRefused(f"line 1: rows is {header['rows']}, but {len(lines)} follow; was the file cut off?")
    rows = tuple(_row(number, line, resources) for number, line in enumerate(lines, 2))
    try:
        switches = Switches().with_changes(header["switches"])
    except ValueError as error:
        raise SnapshotRefused(f"line 1: {error}") from None
    shared = shared_fields(resources.values()) if switches.external_id_scope == "organisation" else {}
    _check(rows, resources, shared)
    stored = tuple((kind, entity_id, version, orjson.dumps(entity)) for kind, entity_id, version, entity in rows)
    return Snapshot(stored, switches, header["settings"], header["entities"])


def _header(line: bytes) -> JSON:
    header = _object(1, line)
    if header.get("format") != FORMAT:
        raise SnapshotRefused(f"line 1: format {header.get('format')!r} is not {FORMAT!r}; is this a snapshot?")
    if header.get("version") != VERSION:
        raise SnapshotRefused(
            f"line 1: version {header.get('version')!r} of the file; this mockgc reads {VERSION}:"
            " use the mockgc that wrote it, or a newer one"
        )
    _require_fields(1, header, _HEADER)
    for name, kind, wanted in (("entities", int, "a whole number"), ("rows", int, "a whole number"),
                               ("switches", dict, "an object"), ("settings", dict, "an object")):  # fmt: skip
        if not isinstance(header[name], kind) or isinstance(header[name], bool):
            raise SnapshotRefused(f"line 1: {name} {header[name]!r} is not {wanted}")
    if not 0 <= header["entities"] <= ENTITIES_MAX:
        raise SnapshotRefused(f"line 1: entities {header['entities']} is not from 0 to {ENTITIES_MAX}")
    return header


def _object(number: int, line: bytes) -> JSON:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise SnapshotRefused(f"line {number}: not JSON: {error}") from None
    if not isinstance(value, dict):
        raise SnapshotRefused(f"line {number}: not a JSON object")
    return value


def _require_fields(number: int, value: JSON, wanted: set[str]) -> None:
    if set(value) != wanted:
        missing, unknown = sorted(wanted - set(value)), sorted(set(value) - wanted)
        found = f"{missing[0]} is missing" if missing else f"{unknown[0][:100]!r} is no field here"
        raise SnapshotRefused(f"line {number}: {found}; the fields are {', '.join(sorted(wanted))}")


def _row(number: int, line: bytes, resources: Mapping[str, Resource]) -> tuple[str, str, int, Entity]:
    row = _object(number, line)
    _require_fields(number, row, _ROW)
    kind, entity_id, version, entity = row["kind"], row["id"], row["version"], row["entity"]
    if not isinstance(kind, str) or kind not in resources:
        raise SnapshotRefused(f"line {number}: kind {kind!r} is unknown to this mockgc")
    if not isinstance(entity_id, str) or not entity_id:
        raise SnapshotRefused(f"line {number}: id {entity_id!r} is not a string")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= VERSION_MAX:
        raise SnapshotRefused(f"line {number}: version {version!r} is not a whole number from 1 to {VERSION_MAX}")
    if not isinstance(entity, dict):
        raise SnapshotRefused(f"line {number}: entity is not a JSON object")
    if entity.get("id", entity_id) != entity_id:
        raise SnapshotRefused(f"line {number}: entity.id {entity['id']!r} is not the line's id {entity_id!r}")
    try:
        resources[kind].indexed(entity)
        targets_of(resources[kind], entity)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SnapshotRefused(f"line {number}: entity has a field that no {kind} has in this form") from None
    return kind, entity_id, version, entity


def _check(
    rows: tuple[tuple[str, str, int, Entity], ...],
    resources: Mapping[str, Resource],
    shared: Mapping[str, tuple[str, ...]],
) -> None:
    """Ids are given once, unique keys held once, references alive."""
    held: dict[tuple[object, ...], int] = {}
    lines = {(kind, entity_id): number for number, (kind, entity_id, _, _) in enumerate(rows, 2)}
    for number, (kind, entity_id, _, _) in enumerate(rows, 2):
        if lines[kind, entity_id] != number:
            raise SnapshotRefused(f"line {number}: id {entity_id!r} is there again in line {lines[kind, entity_id]}")
    for number, (kind, _, _, entity) in enumerate(rows, 2):
        for key in resources[kind].unique:
            value = key.value_of(entity)
            among = shared.get(key.field, kind) if key.scope == "organisation" else kind
            if value is not None and (other := held.setdefault((among, key.field, value), number)) != number:
                raise SnapshotRefused(f"line {number}: {key.field} {entity[key.field]!r} is taken in line {other}")
        for target in targets_of(resources[kind], entity):
            if target not in lines and target[0] in resources:
                raise SnapshotRefused(f"line {number}: refers to {target[0]} {target[1]!r}, which is not in the file")


@dataclass(frozen=True, slots=True)
class Difference:
    """One entity that is not the same in two snapshots; `fields` of a changed one: (path, before, after)."""

    kind: str
    id: str
    label: str | None
    what: str
    fields: tuple[tuple[str, Any, Any], ...] = ()

    def as_dict(self) -> JSON:
        """As the control API shows it."""
        fields = [{"field": path, "before": before, "after": after} for path, before, after in self.fields]
        return {"kind": self.kind, "id": self.id, "label": self.label, "what": self.what, "fields": fields}


def differences(before: Snapshot, after: Snapshot, resources: Mapping[str, Resource]) -> Iterator[Difference]:
    """What was deleted, changed and created from one snapshot to the other, in order of creation."""
    old = {(kind, entity_id): encoded for kind, entity_id, _, encoded in before.rows}
    new = {(kind, entity_id): encoded for kind, entity_id, _, encoded in after.rows}
    for (kind, entity_id), data in old.items():
        if (kind, entity_id) not in new:
            yield Difference(kind, entity_id, resources[kind].label(orjson.loads(data)), "deleted")
    for (kind, entity_id), data in new.items():
        earlier, entity = old.get((kind, entity_id)), orjson.loads(data)
        if earlier is None:
            yield Difference(kind, entity_id, resources[kind].label(entity), "created")
        elif earlier != data:
            fields = tuple(changed_fields(orjson.loads(earlier), entity))
            yield Difference(kind, entity_id, resources[kind].label(entity), "changed", fields)


def changed_fields(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(dotted path, before, after) of each value that differs; None stands for absent."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from changed_fields(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif before != after:
        yield path, before, after
