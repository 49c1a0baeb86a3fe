"""
An answer that the contract allows, for operations without behaviour: every documented property filled, what was sent
echoed, ids of what is stored where they fit, and the same request over the same state answered alike each time.

Values derive from the name of the operation and the place in the answer; nothing here is random or remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import jsonschema_rs

from mockgc.contract.facts import Schema
from mockgc.contract.json_schema import json_schema
from mockgc.domain.metadata import timestamp

Lookup = Callable[[str], Schema]
"""A definition's schema by name."""
NODES_MAX = 1_000
"""Properties an answer holds at most besides required ones; it is filled by levels, the last as far as it goes."""
REPEATS_MAX = 2
"""How often a definition may stand inside of itself, itself included."""


@dataclass(frozen=True, slots=True)
class Known:
    """Something that exists; `uri` and `name` are None where only its id is known."""

    id: str
    uri: str | None = None
    name: str | None = None


Existing = Callable[[str], Known | None]
"""
What exists under the word that contracts use for it (`businessUnit`, `user`), if anything does. Looked up for
references (`user: {id}`, a `UserReference`) and for ids by name (`userId`, `userIds`).
"""


def nothing_known(_: str) -> Known | None:
    """Where no state is at hand."""
    return None


class Examples:
    """
    Makes answers.

    Args:
        lookup: resolves the contract's bare `$ref` names.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._room: dict[str, tuple[int, int]] = {}

    def answer(
        self,
        name: str,
        schema: Schema,
        sent: Any,
        own_id: str | None,
        now: datetime,
        existing: Existing = nothing_known,
    ) -> Any:
        """
        An answer of an operation.

        Args:
            name: of the operation; the seed of all values.
            sent: the request's body; what of it the answer has a place for, however deep, is echoed.
            own_id: the id that the path ends with, echoed as `id`.
            existing: finds the ids of what is stored.
        """
        making = _Making(self._lookup, name, now, existing, *self._room_of(name, schema, now))
        made = making.value(schema, "", ())
        if sent:
            made = making.echoed(schema, made, sent)
        if own_id and isinstance(made, dict) and _is_text(making.resolved(schema).get("properties", {}).get("id", {})):
            made["id"] = own_id
        return made

    def _room_of(self, name: str, schema: Schema, now: datetime) -> tuple[int, int]:
        """
        How many levels of an answer can be filled, and how many properties further down after that.

        Two threads that find out at once find the same.
        """
        if name not in self._room:
            levels, count = 0, -1
            while True:
                making = _Making(self._lookup, name, now, nothing_known, levels + 1)
                making.value(schema, "", ())
                if making.node_count > NODES_MAX or making.node_count == count:
                    break
                levels, count = levels + 1, making.node_count
            self._room[name] = max(levels, 1), NODES_MAX - count
        return self._room[name]


class _Making:
    """One answer in the making."""

    def __init__(
        self, lookup: Lookup, name: str, now: datetime, existing: Existing, levels: int, spare: int = 0
    ) -> None:
        self._lookup, self._name, self._now, self._existing = lookup, name, now, existing
        self._levels, self._spare = levels, spare
        self.node_count = 0

    def resolved(self, schema: Schema) -> Schema:
        """The schema behind a reference."""
        while "$ref" in schema:
            schema = self._lookup(schema["$ref"])
        return schema

    def value(self, schema: Schema, path: str, inside: tuple[str, ...]) -> Any:
        """An example; `inside` are the definitions it stands in."""
        if "$ref" in schema:
            name = schema["$ref"]
            return self.value(self._lookup(name), path, (*inside, name))
        if "enum" in schema:
            return schema["enum"][self._number(path, len(schema["enum"]))]
        kind = _kind(schema)
        if kind == "object":
            return self._object(schema, path, inside)
        if kind == "array":
            return self._array(schema, path, inside)
        return self._scalar(kind, schema, path)

    def echoed(self, schema: Schema, made: Any, sent: Any) -> Any:
        """What was made, with what was sent in each place where both fit; what does not fit is left as it was made."""
        schema = self.resolved(schema)
        kind = _kind(schema)
        if isinstance(sent, dict) and kind != "object":
            # Changes wrap a value to tell "leave alone" from "clear"; answers show it bare.
            wrapped = next((sent[name] for name in ("value", "values") if sent.keys() == {name}), None)
            return made if wrapped is None else self.echoed(schema, made, wrapped)
        if kind == "object":
            return self._echoed_object(schema, made, sent) if isinstance(sent, dict) else made
        if kind == "array":
            return self._echoed_array(schema, made, sent) if isinstance(sent, list) else made
        return sent if _fits(schema, sent) else made

    def _echoed_object(self, schema: Schema, made: Any, sent: dict[str, Any]) -> dict[str, Any]:
        properties, others = schema.get("properties"), schema.get("additionalProperties")
        if properties is None and not isinstance(others, Mapping):
            return sent
        result = dict(made) if isinstance(made, dict) else {}
        if isinstance(others, Mapping):
            result = {name: value for name, value in result.items() if name in (properties or {})}
        for name, value in sent.items():
            part = (properties or {}).get(name, others if isinstance(others, Mapping) else None)
            if part is not None:
                example = result[name] if name in result else self.value(part, f".{name}", ())
                result[name] = self.echoed(part, example, value)
        return result

    def _echoed_array(self, schema: Schema, made: Any, sent: list[Any]) -> list[Any]:
        items = schema.get("items", {})
        example = made[0] if isinstance(made, list) and made else self.value(items, ".[]", ())
        result = [self.echoed(items, example, value) for value in sent]
        return [value for at, value in enumerate(result) if not schema.get("uniqueItems") or value not in result[:at]]

    def _object(self, schema: Schema, path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        made: dict[str, Any] = {}
        is_filled = path.count(".") < self._levels or self._spare > 0
        for name, part in schema.get("properties", {}).items():
            if name in required or (is_filled and not self._recurs(part, inside)):
                self._count(path)
                made[name] = self.value(part, f"{path}.{name}", inside)
        more = schema.get("additionalProperties")
        if isinstance(more, Mapping) and is_filled and not self._recurs(more, inside):
            self._count(path)
            made["key"] = self.value(more, f"{path}.key", inside)
        if "properties" not in schema and not isinstance(more, Mapping):
            made["key"] = f"value {self._number(path, 1000)}"
        return self._naming_what_exists(made, path, inside)

    def _count(self, path: str) -> None:
        self.node_count += 1
        self._spare -= path.count(".") >= self._levels

    def _naming_what_exists(self, made: dict[str, Any], path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        """A reference names something that is stored, where its place or its model says of what kind."""
        if not path or not isinstance(made.get("id"), str):
            return made
        words = [path.rpartition(".")[2].removesuffix("[]")]
        if inside and inside[-1].endswith("Reference"):
            words.append(_lowered(inside[-1].removesuffix("Reference")))
        known = next((found for word in words if (found := self._existing(word)) is not None), None)
        if known is None:
            return made
        named = {"id": known.id, "selfUri": known.uri, "name": known.name}
        return {**made, **{name: value for name, value in named.items() if name in made and value is not None}}

    def _array(self, schema: Schema, path: str, inside: tuple[str, ...]) -> list[Any]:
        items = schema.get("items", {})
        return [] if self._recurs(items, inside) else [self.value(items, f"{path}[]", inside)]

    def _recurs(self, schema: Schema, inside: tuple[str, ...]) -> bool:
        if "$ref" in schema:
            return inside.count(schema["$ref"]) >= REPEATS_MAX
        return self._recurs(schema["items"], inside) if "items" in schema else False

    def _scalar(self, kind: str, schema: Schema, path: str) -> Any:
        if kind == "boolean":
            return self._number(path, 2) == 1
        if kind in ("integer", "number"):
            low = int(schema.get("minimum", 1))
            return min(low + self._number(path, 100), int(schema.get("maximum", low + 100)))
        return self._string(schema, path)

    def _string(self, schema: Schema, path: str) -> str:
        written, field = schema.get("format"), path.rpartition(".")[2].removesuffix("[]")
        if isinstance(written, str) and written in _WRITTEN:
            return _WRITTEN[written](self._now)
        if written == "uri" or field.lower().endswith(("uri", "url")):
            return f"/api/v2/mockgc/{self._uuid(path)}"
        if field == "id" or field.endswith(("Id", "Ids", "ids")):
            known = self._existing(field.removesuffix("s").removesuffix("Id")) if field not in ("id", "ids") else None
            return known.id if known is not None else self._uuid(path)
        return f"{field or 'value'} {self._number(path, 1000)}"

    def _digest(self, path: str) -> str:
        return blake2b(f"{self._name}/{path}".encode(), digest_size=16).hexdigest()

    def _number(self, path: str, below: int) -> int:
        return int(self._digest(path)[:8], 16) % below

    def _uuid(self, path: str) -> str:
        digits = self._digest(path)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "object" if "properties" in schema or "additionalProperties" in schema else ""))


def _is_text(schema: Schema) -> bool:
    return _kind(schema) == "string" and "enum" not in schema and "format" not in schema


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]


def _fits(schema: Schema, value: Any) -> bool:
    """Whether a sent value that holds no others can stand in the answer."""
    return jsonschema_rs.is_valid(json_schema(schema, "response"), value, validate_formats=True)


_WRITTEN: Mapping[str, Callable[[datetime], str]] = {
    "date-time": timestamp,
    "date": lambda now: now.date().isoformat(),
    "local-date-time": lambda now: now.strftime("%Y-%m-%dT%H:%M:%S"),
    "interval": lambda now: f"{timestamp(now)}/{timestamp(now)}",
    "year-month": lambda now: now.strftime("%Y-%m"),
}
