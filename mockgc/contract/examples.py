"""
An answer that the contract allows, for operations without behaviour: every documented property filled, what was sent
echoed, and the same request answered alike each time.

Values derive from the name of the operation and the place in the answer; nothing here is random or remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from mockgc.contract.facts import Schema
from mockgc.domain.metadata import timestamp

Lookup = Callable[[str], Schema]
"""A definition's schema by name."""
NODES_MAX = 4_000
"""Properties an answer holds at most; beyond that only required and outermost ones are filled."""
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


class Examples:
    """
    Makes answers.

    Args:
        lookup: resolves the contract's bare `$ref` names.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def answer(self, name: str, schema: Schema, sent: Mapping[str, Any], own_id: str | None, now: datetime) -> Any:
        """
        An answer of an operation.

        Args:
            name: of the operation; the seed of all values.
            sent: the request's body; a top-level property of the same name and type is echoed.
            own_id: the id that the path ends with, echoed as `id`.
        """
        made = _Making(self._lookup, name, now).value(schema, "", ())
        if isinstance(made, dict):
            declared = self._properties(schema)
            for field, value in {**sent, **({"id": own_id} if own_id else {})}.items():
                if field in declared and self._same_type(declared[field], value):
                    made[field] = value
        return made

    def _properties(self, schema: Schema) -> Mapping[str, Schema]:
        while "$ref" in schema:
            schema = self._lookup(schema["$ref"])
        found: Mapping[str, Schema] = schema.get("properties", {})
        return found

    def _same_type(self, schema: Schema, value: Any) -> bool:
        """Whether a sent value can stand in the answer; nested objects differ between request and answer too often."""
        if "$ref" in schema or isinstance(value, dict | list):
            return False
        if "enum" in schema and value not in schema["enum"]:
            return False
        wanted = _TYPES.get(schema.get("type", ""))
        is_bool = isinstance(value, bool)
        return wanted is not None and isinstance(value, wanted) and is_bool == (wanted is bool)


class _Making:
    """One answer in the making."""

    def __init__(self, lookup: Lookup, name: str, now: datetime) -> None:
        self._lookup, self._name, self._now = lookup, name, now
        self._node_count = 0

    def value(self, schema: Schema, path: str, inside: tuple[str, ...]) -> Any:
        if "$ref" in schema:
            name = schema["$ref"]
            return self.value(self._lookup(name), path, (*inside, name))
        if "enum" in schema:
            return schema["enum"][self._number(path, len(schema["enum"]))]
        kind = schema.get("type", "object" if "properties" in schema or "additionalProperties" in schema else "")
        if kind == "object":
            return self._object(schema, path, inside)
        if kind == "array":
            return self._array(schema, path, inside)
        return self._scalar(kind, schema, path)

    def _object(self, schema: Schema, path: str, inside: tuple[str, ...]) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        made: dict[str, Any] = {}
        for name, part in schema.get("properties", {}).items():
            self._node_count += 1
            fits = self._node_count < NODES_MAX and not self._recurs(part, inside)
            if not path or name in required or fits:
                made[name] = self.value(part, f"{path}.{name}", inside)
        more = schema.get("additionalProperties")
        if isinstance(more, Mapping) and not self._recurs(more, inside):
            made["key"] = self.value(more, f"{path}.key", inside)
        return made

    def _array(self, schema: Schema, path: str, inside: tuple[str, ...]) -> list[Any]:
        items = schema.get("items", {})
        return [] if self._recurs(items, inside) else [self.value(items, f"{path}[]", inside)]

    def _recurs(self, schema: Schema, inside: tuple[str, ...]) -> bool:
        if "$ref" in schema:
            return schema["$ref"] in inside
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
            return self._uuid(path)
        return f"{field or 'value'} {self._number(path, 1000)}"

    def _digest(self, path: str) -> str:
        return blake2b(f"{self._name}/{path}".encode(), digest_size=16).hexdigest()

    def _number(self, path: str, below: int) -> int:
        return int(self._digest(path)[:8], 16) % below

    def _uuid(self, path: str) -> str:
        digits = self._digest(path)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


_WRITTEN: Mapping[str, Callable[[datetime], str]] = {
    "date-time": timestamp,
    "date": lambda now: now.date().isoformat(),
    "local-date-time": lambda now: now.strftime("%Y-%m-%dT%H:%M:%S"),
    "interval": lambda now: f"{timestamp(now)}/{timestamp(now)}",
    "year-month": lambda now: now.strftime("%Y-%m"),
}
