"""
Which entity of the target is the one the source means: by externalId, then by the natural key. Pure.

An entity under our externalId is ours. One without any externalId that has our natural key can be adopted. One under
another externalId belongs to somebody else: that is a clash, found here before any write.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrator.canonical import Fields
from migrator.current import Current, Live, natural_key
from migrator.desired import Kind, Ref

NATURAL_FIELDS: dict[Kind, tuple[str, ...]] = {
    "user": ("email",),
    "scheduleTemplate": ("name",),
    "group": ("name",),
    "schedule": ("groupId", "scheduleTemplateId", "weekDate"),
}
NATURAL_NAMES: dict[Kind, str] = {
    "user": "e-mail address",
    "scheduleTemplate": "name",
    "group": "name",
    "schedule": "triple of group, template and week",
}


@dataclass(frozen=True, slots=True)
class Clash:
    """Why no entity can be used: `external_id_held` or `natural_key_held`, who holds it, and what to do about it."""

    code: str
    why: str
    settle: str


def locate(kind: Kind, key: str, fields: Fields, current: Current) -> Live | Clash | None:
    """
    The entity, None when the target has none, or the clash that stands against it.

    Args:
        fields: own fields as desired, ids in the place of refs where they are known.
    """
    marked = current.marked(kind, key)
    if marked is not None and marked.kind != kind:
        why = f"externalId {key!r} is held by the {marked.kind} {marked.label!r} ({marked.id})"
        return Clash("external_id_held", why, f"free externalId {key!r} in the target")
    natural = _natural(kind, fields, current)
    if natural is None or natural == marked:
        return marked
    if marked is None and natural.external_id is None:
        return natural
    return _held(kind, key, fields, natural)


def _natural(kind: Kind, fields: Fields, current: Current) -> Live | None:
    """None also when a part of the key is not there yet: what it names cannot exist either."""
    parts = [fields.get(name) for name in NATURAL_FIELDS[kind]]
    if any(part is None or isinstance(part, Ref) for part in parts):
        return None
    return current.natural(natural_key(kind, fields))


def _held(kind: Kind, key: str, fields: Fields, holder: Live) -> Clash:
    value = " / ".join(str(fields[name]) for name in NATURAL_FIELDS[kind])
    mark = "no externalId" if holder.external_id is None else f"externalId {holder.external_id!r}"
    why = f"{NATURAL_NAMES[kind]} {value!r} is held by the {kind} {holder.id} with {mark}"
    return Clash("natural_key_held", why, _settle_line(kind, key))


def _settle_line(kind: Kind, key: str) -> str:
    """The mapping line that gets out of the way; the other way is always to change the holder in the target."""
    _, _, source_id, *_ = [*key.split(":"), "", "", ""]
    if kind == "user":
        return f"agents: {{exclude: [{source_id}]}}"
    if kind == "group":
        return f'groups: {{names: {{{source_id}: "another name"}}}}'
    if kind == "scheduleTemplate":
        return f'templates: {{{source_id}: {{name: "another name"}}}}'
    return "delete that schedule in the target, or plan other weeks: {from, count}"
