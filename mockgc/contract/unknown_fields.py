"""
Fields of a body that its schema does not know.

The contract never says that they are refused, so its objects are open; yet a field that nobody reads is nearly always a
slip of the caller's. Maps (`additionalProperties`) and objects without declared fields know every name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import unquote

FIELDS_MAX = 50
"""How many are told of one body."""
NAME_LENGTH_MAX = 200
_NESTED = (dict, list)


def unknown_fields(value: Any, schema: Mapping[str, Any], components: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Paths (`shifts[0].colour`) of the fields that a schema does not declare, in the order of the body, `FIELDS_MAX` at
    most. A field inside of an unknown one is not told.

    Args:
        schema: as `Contract.resolved` gives it; `components` resolve its references.
    """
    return tuple(islice(_found(value, schema, components, ""), FIELDS_MAX))


def _found(value: Any, schema: Mapping[str, Any], components: Mapping[str, Any], path: str) -> Iterator[str]:
    while "$ref" in schema:
        schema = components[unquote(schema["$ref"].rpartition("/")[2])]
    if isinstance(value, dict):
        known, others = schema.get("properties"), schema.get("additionalProperties")
        if known is None and not isinstance(others, Mapping):
            return
        declared = known or {}
        for name, item in value.items():
            part = declared.get(name, others)
            if part is not None and not isinstance(item, _NESTED):
                continue
            where = f"{path}.{name[:NAME_LENGTH_MAX]}" if path else name[:NAME_LENGTH_MAX]
            if part is None:
                yield where
            elif isinstance(part, Mapping):
                yield from _found(item, part, components, where)
    elif isinstance(value, list):
        items = schema.get("items", {})
        for index, item in enumerate(value):
            if isinstance(item, _NESTED):
                yield from _found(item, items, components, f"{path}[{index}]")
