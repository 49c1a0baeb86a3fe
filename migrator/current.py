"""
What the target has, as last read: entities by kind, found by id, by externalId or by their natural key.

Natural keys are what the target keeps unique besides the externalId: a user's e-mail, a template's and a group's name,
a schedule's triple of group, template and week.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from migrator.canonical import Fields, Row, folded_name, members, own_fields
from migrator.desired import KINDS, Kind

NaturalKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """
    One entity of the target.

    Args:
        fields: its own writable fields in canonical form.
        members: row by user id; None when only a listing's summary was read (schedules).
    """

    kind: Kind
    id: str
    version: int
    fields: Fields
    members: dict[str, Row] | None = field(default_factory=dict)

    @property
    def external_id(self) -> str | None:
        """Whose it is: the source key that made it, or None."""
        value = self.fields.get("externalId")
        return None if value is None else str(value)

    @property
    def label(self) -> str:
        """For people."""
        return str(self.fields.get("name") or self.fields.get("weekDate"))


def live(kind: Kind, body: Fields) -> Live:
    """An entity from the target's answer; raises KeyError or TypeError when it is none."""
    is_summary = kind == "schedule" and "agents" not in body
    rows = None if is_summary else members(kind, body)
    return Live(kind, str(body["id"]), int(body["version"]), own_fields(kind, body), rows)


def natural_key(kind: Kind, fields: Fields) -> NaturalKey:
    """The key under which the target takes two entities for the same one."""
    if kind == "user":
        return kind, str(fields.get("email")).casefold()
    if kind == "schedule":
        return kind, *(str(fields.get(name)) for name in ("groupId", "scheduleTemplateId", "weekDate"))
    return kind, folded_name(str(fields.get("name")))


class Current:
    """The entities read so far; `put` and `drop` keep it in step with later answers."""

    def __init__(self, entities: Iterable[Live] = ()) -> None:
        self._by_id: dict[Kind, dict[str, Live]] = {kind: {} for kind in KINDS}
        self._by_external_id: dict[str, dict[Kind, Live]] = {}
        self._by_natural_key: dict[NaturalKey, Live] = {}
        for entity in entities:
            self.put(entity)

    def put(self, entity: Live) -> None:
        """Add, or replace what was read before under the same id; rows once read survive a summary of equal version."""
        before = self._by_id[entity.kind].get(entity.id)
        if before is not None:
            if entity.members is None and before.version == entity.version:
                entity = replace(entity, members=before.members)
            self.drop(entity.kind, entity.id)
        self._by_id[entity.kind][entity.id] = entity
        if entity.external_id is not None:
            self._by_external_id.setdefault(entity.external_id, {})[entity.kind] = entity
        self._by_natural_key[natural_key(entity.kind, entity.fields)] = entity

    def drop(self, kind: Kind, entity_id: str) -> None:
        """Forget an entity that is gone."""
        entity = self._by_id[kind].pop(entity_id, None)
        if entity is None:
            return
        holders = self._by_external_id.get(entity.external_id or "", {})
        if (held := holders.get(kind)) is not None and held.id == entity_id:
            del holders[kind]
        key = natural_key(kind, entity.fields)
        if (named := self._by_natural_key.get(key)) is not None and named.id == entity_id:
            del self._by_natural_key[key]

    def get(self, kind: Kind, entity_id: str) -> Live | None:
        """By id."""
        return self._by_id[kind].get(entity_id)

    def marked(self, kind: Kind, external_id: str) -> Live | None:
        """The holder of an externalId: of this kind if there is one, else of any other."""
        holders = self._by_external_id.get(external_id, {})
        return holders.get(kind) or next(iter(holders.values()), None)

    def natural(self, key: NaturalKey) -> Live | None:
        """By natural key."""
        return self._by_natural_key.get(key)

    def all(self, kind: Kind) -> Iterator[Live]:
        """All of a kind, in the order they were read."""
        return iter(tuple(self._by_id[kind].values()))
