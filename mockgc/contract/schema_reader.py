"""
A schema of a document -> the same schema without prose, references as bare names.

Only keywords that bind the wire are kept; descriptions, titles, examples and vendor extensions are not facts. A field
may itself be called `description`: keywords and field names are told apart by where they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from mockgc.contract.errors import SourceError
from mockgc.contract.facts import Schema

PLAIN = frozenset({
    "type", "format", "enum", "const", "default", "nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "minItems", "maxItems", "minProperties", "maxProperties", "allowEmptyValue",
})  # fmt: skip
"""Keywords whose values are taken as they are."""
NESTED = frozenset({"items", "additionalProperties", "not", "propertyNames"})
LISTED = frozenset({"allOf", "anyOf", "oneOf"})
MAPPED = frozenset({"properties", "patternProperties"})
TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "null", "file"})

Resolve = Callable[[str, str], str]
"""(reference, place) -> name of the definition; raises SourceError when there is none."""


def read_schema(node: Any, place: str, resolve: Resolve) -> Schema:
    """
    The facts of one schema.

    Raises:
        SourceError: a keyword has the wrong shape, or a reference leads nowhere; names the place.
    """
    if not isinstance(node, dict):
        raise SourceError(place, f"a schema is {kind_of(node)}", "it must be an object")
    facts: dict[str, Any] = {name: value for name, value in node.items() if name in PLAIN and value is not None}
    _check_type(facts.get("type"), place)
    if "enum" in facts and not isinstance(facts["enum"], list):
        raise SourceError(f"{place}.enum", f"it is {kind_of(facts['enum'])}", "it must be a list of values")
    if "$ref" in node:
        facts["$ref"] = resolve(node["$ref"], f"{place}.$ref")
    if "required" in node:
        facts |= _required(node["required"], f"{place}.required")
    for name in NESTED & node.keys():
        facts[name] = _nested(node[name], f"{place}.{name}", resolve)
    for name in LISTED & node.keys():
        parts = listed(node[name], f"{place}.{name}")
        facts[name] = [_nested(part, f"{place}.{name}.{index}", resolve) for index, part in enumerate(parts)]
    for name in MAPPED & node.keys():
        fields = mapped(node[name], f"{place}.{name}")
        facts[name] = {field: _nested(part, f"{place}.{name}.{field}", resolve) for field, part in fields.items()}
    return facts


def _nested(node: Any, place: str, resolve: Resolve) -> Any:
    return node if isinstance(node, bool) else read_schema(node, place, resolve)


def _check_type(value: Any, place: str) -> None:
    names = value if isinstance(value, list) else [value]
    for name in names if value is not None else []:
        if not isinstance(name, str) or name not in TYPES:
            raise SourceError(
                f"{place}.type", f"{name!r} is not a type", f"it must be one of {', '.join(sorted(TYPES))}"
            )


def _required(value: Any, place: str) -> dict[str, list[str]]:
    """Sorted: a set in all but notation. A boolean beside a parameter's schema is not about fields."""
    if isinstance(value, bool):
        return {}
    names = listed(value, place)
    if not all(isinstance(name, str) for name in names):
        raise SourceError(place, "it holds something other than names", "it must be a list of field names")
    return {"required": sorted(set(names))} if names else {}


def local_name(reference: Any, prefix: str, place: str) -> str:
    """The name at the end of a reference into this file, JSON pointer escapes undone."""
    if not isinstance(reference, str) or not reference.startswith(prefix) or "/" in reference[len(prefix) :]:
        raise SourceError(place, f"{reference!r} does not point into this file", f"a reference begins with {prefix}")
    return unquote(reference[len(prefix) :]).replace("~1", "/").replace("~0", "~")


def mapped(node: Any, place: str) -> dict[str, Any]:
    """A node that must be an object."""
    if not isinstance(node, dict):
        raise SourceError(place, f"it is {kind_of(node)}", "it must be an object")
    return node


def listed(node: Any, place: str) -> list[Any]:
    """A node that must be a list."""
    if not isinstance(node, list):
        raise SourceError(place, f"it is {kind_of(node)}", "it must be a list")
    return node


def kind_of(node: Any) -> str:
    """A value's JSON type, for messages."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(node), "null")
