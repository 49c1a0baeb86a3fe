"""The part of an entity that an event's body has: a shape is the names it keeps, each with the shape of its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]
"""Name -> the shape of the value, None where it is taken whole."""

ID: Shape = {"id": None}


def projected(value: Any, shape: Shape | None) -> Any:
    """A value with nothing but what the shape names; each item of a list has the shape."""
    if shape is None:
        return value
    if isinstance(value, list):
        return [projected(item, shape) for item in value]
    return {name: projected(value[name], inner) for name, inner in shape.items() if name in value}
