"""
In which fields a refused body differs from the entity that stands in its way; pure, for `explain`.

A body that replaces an entity as a whole is compared as a whole. One that names some fields and leaves the others as
they are (published operations: PATCH, and PUT too, as it is assumed there) is compared in what it names, however deep:
what it does not name says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockgc.domain.metadata import READ_ONLY
from mockgc.domain.transaction import Entity
from mockgc.journal import REDACTED

JSON = dict[str, Any]
_NOBODY_SETS = ("metadata", "selfUri")
_LISTED_APART = "agents"


def of_whole(sent: Entity, stored: Entity) -> tuple[JSON, ...]:
    """Each field that is not the same in both; None where one lacks it."""
    names = dict.fromkeys(name for name in (*sent, *stored) if name not in READ_ONLY and name != _LISTED_APART)
    return tuple(_row(name, sent.get(name), stored.get(name)) for name in names if sent.get(name) != stored.get(name))


def of_named(sent: Entity, stored: Entity) -> tuple[JSON, ...]:
    """Each field that the body names with another value than the stored one, by its dotted path."""
    return tuple(_named({name: value for name, value in sent.items() if name not in READ_ONLY}, stored, ""))


def _named(sent: Entity, stored: Entity, path: str) -> Iterator[JSON]:
    for name, value in sent.items():
        if name in _NOBODY_SETS or value in (None, REDACTED):
            continue
        found = _counterpart(name, stored)
        if isinstance(value, dict) and isinstance(found, dict):
            yield from _named(value, found, f"{path}{name}.")
        elif not _is_held(value, found):
            yield _row(f"{path}{name}", value, found)


def _counterpart(name: str, stored: Entity) -> Any:
    """The stored value; of `divisionId`, where it is kept as a reference, the id of `division`."""
    reference = stored.get(name.removesuffix("Id")) if name.endswith("Id") else None
    return reference.get("id") if name not in stored and isinstance(reference, dict) else stored.get(name)


def _is_held(sent: Any, stored: Any) -> bool:
    """Whether all that was sent is stored: lists item by item, objects in what they name."""
    if isinstance(sent, dict) and isinstance(stored, dict):
        return not any(_named(sent, stored, ""))
    if isinstance(sent, list) and isinstance(stored, list):
        return len(sent) == len(stored) and all(map(_is_held, sent, stored))
    return bool(sent == stored)


def _row(name: str, sent: Any, stored: Any) -> JSON:
    return {"fieldName": name, "sent": sent, "stored": stored}
