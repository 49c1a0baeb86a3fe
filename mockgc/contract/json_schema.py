"""
A schema of the contract -> JSON Schema 2020-12, for `validate.Validator`.

What differs: references are pointers; integer formats become limits; `uri` becomes `uri-reference`, because the vendor
writes `selfUri` without host (observed); intervals and months get patterns; `nullable` becomes a type; a read-only
field is not required of a request, nor a write-only field of an answer. Objects stay open: unknown fields are the
caller's business. Wrappers stay as the contract has them: an object of one optional field.

For the use `document` the same facts are written for readers of an OpenAPI document: it tells directions itself
(`readOnly`), so nothing is dropped from `required`, and formats that generators know stay beside the limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from mockgc.contract.facts import Schema
from mockgc.contract.schema_reader import LISTED, MAPPED, NESTED

Use = Literal["request", "response", "document"]
POINTER = "#/components/schemas/"

_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
    "uri": {"format": "uri-reference"},
    "interval": {"pattern": r"^[^/]+/[^/]+$"},
    "year-month": {"pattern": r"^\d{4}-(0[1-9]|1[0-2])$"},
    "date": {"format": "date"},
    "date-time": {"format": "date-time"},
    "float": {},
    "double": {},
    "byte": {},
    "binary": {},
    "password": {},
}
"""What a format of the contract means to a validator; any other is kept as it is."""
_NOTES = frozenset({"format", "nullable", "deprecated", "allowEmptyValue"})
_HIDDEN: Mapping[Use, str] = {"request": "readOnly", "response": "writeOnly"}


def json_schema(schema: Schema, use: Use) -> dict[str, Any]:
    """The schema, and what it nests, as JSON Schema for one direction."""
    made = {name: value for name, value in schema.items() if name not in _NOTES}
    for name in NESTED & made.keys():
        made[name] = _inside(made[name], use)
    for name in LISTED & made.keys():
        made[name] = [_inside(part, use) for part in made[name]]
    for name in MAPPED & made.keys():
        made[name] = {field: _inside(part, use) for field, part in made[name].items()}
    if isinstance(made.get("$ref"), str):
        made["$ref"] = POINTER + quote(made["$ref"].replace("~", "~0").replace("/", "~1"))
    if "required" in made:
        made["required"] = [name for name in made["required"] if _is_asked(schema.get("properties", {}).get(name), use)]
    if made.get("type") == "file":
        del made["type"]
    return _with_format(made, schema, use)


def _inside(part: Any, use: Use) -> Any:
    return json_schema(part, use) if isinstance(part, Mapping) else part


def _is_asked(field: Any, use: Use) -> bool:
    return not (isinstance(field, Mapping) and use in _HIDDEN and field.get(_HIDDEN[use]) is True)


def _with_format(made: dict[str, Any], schema: Schema, use: Use) -> dict[str, Any]:
    written = schema.get("format")
    if isinstance(written, str):
        # A limit or pattern that the contract itself gives is the closer one.
        shown = {"format": written} if use == "document" else {}
        made = {**shown, **_FORMATS.get(written, {"format": written}), **made}
    if schema.get("nullable") is not True:
        return made
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        return {**made, "enum": [*made["enum"], None]} if "enum" in made and None not in made["enum"] else made
    return {"anyOf": [made, {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class Wrapper:
    """
    A field whose absence means "leave alone" and whose empty presence means "clear".

    Args:
        kind: of what.
        field: `value` or `values`.
        inner: schema of the value, or of each value.
    """

    kind: Literal["value", "list", "set"]
    field: Literal["value", "values"]
    inner: Schema


def wrapper_of(name: str, schema: Schema) -> Wrapper | None:
    """What a definition wraps; by the vendor's names, and only when its shape agrees."""
    fields = schema.get("properties", {})
    if name.startswith("ValueWrapper") and fields.keys() == {"value"}:
        return Wrapper("value", "value", fields["value"])
    if fields.keys() == {"values"} and fields["values"].get("type") == "array":
        inner = fields["values"].get("items", {})
        if name.startswith("ListWrapper"):
            return Wrapper("list", "values", inner)
        if name.startswith("SetWrapper"):
            return Wrapper("set", "values", inner)
    return None
