"""
What a path and a query string hold, against the parameters that an operation declares.

A value on the wire is text; it is read by the declared type and then held against the declared schema. Parameters that
are not declared are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs

from mockgc.contract.facts import Parameter, Schema
from mockgc.contract.json_schema import json_schema
from mockgc.domain import errors
from mockgc.domain.errors import ErrorCode, Violation, assumed

INVALID_QUERY = ErrorCode(
    "invalid.query.param.value", 400, "a query parameter has the declared type and one of the declared values",
    assumed("the code is documented for every operation; when it is sent is assumed"), "Correct the named parameter.",
)  # fmt: skip
INVALID_PATH_DATE = ErrorCode(
    "invalid.date", 400, "a date in a path is a date",
    assumed("the code is documented for every operation; when it is sent is assumed"), "Write it as YYYY-MM-DD.",
)  # fmt: skip
INVALID_PATH_VALUE = ErrorCode(
    "invalid.value", 400, "what a path chooses is one of the declared values",
    assumed("the code is documented for every operation; when it is sent is assumed"), "Use a declared value.",
)  # fmt: skip
_INTEGER, _NUMBER = re.compile(r"-?[0-9]{1,19}"), re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,19})?")
_LONG = 200
_SHOWN_MAX = 300
_MEANING: Mapping[str, str] = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date (YYYY-MM-DD)",
    "date-time": "an instant (date-time with Z or an offset)",
    "interval": "an interval (start/end)",
    "year-month": "a month (YYYY-MM)",
}


def written(schema: Schema) -> Schema:
    """
    A parameter's schema as it can be met.

    Source: slips of the document. Booleans whose declared values or default are texts have none but true and false;
    the default is a value even where it is not among the declared ones (`sortOrder`: ASC).
    """
    if schema.get("type") == "boolean":
        return {name: value for name, value in schema.items() if name == "type" or value in (True, False)}
    if "enum" in schema and "default" in schema and schema["default"] not in schema["enum"]:
        return {**schema, "enum": [*schema["enum"], schema["default"]]}
    return schema


@dataclass(frozen=True, slots=True)
class _Reader:
    """One parameter that cannot hold just any text."""

    is_list: bool
    kind: str
    is_valid: Callable[[Any], bool]
    wanted: str

    def is_wrong(self, text: str) -> bool:
        """Whether a value is not what is declared; lists are written with commas, or repeated."""
        parts = text.split(",") if self.is_list else [text]
        return not all(self.is_valid(_read(self.kind, part)) for part in parts)


class Parameters:
    """
    The parameters of one operation, ready to be held against requests.

    Args:
        codes: what the operation declares to refuse with, None when that is not known; a refusal whose code is not
            among them says `bad.request`, which every operation declares.
    """

    def __init__(self, parameters: Iterable[Parameter], codes: Container[str] | None = None) -> None:
        declared = tuple(parameters)
        self._codes = codes
        self._path = tuple(_reader(each.schema) for each in declared if each.place == "path")
        self._path_names = tuple(each.name for each in declared if each.place == "path")
        self._query = {each.name: _reader(each.schema) for each in declared if each.place == "query"}
        self._required = tuple(each.name for each in declared if each.place == "query" and each.required)

    def violations(self, ids: Iterable[str], query: str) -> Iterator[Violation]:
        """All that is wrong with the ids of a path and a raw query string, the path first."""
        for name, reader, value in zip(self._path_names, self._path, ids, strict=False):
            if reader is not None and reader.is_wrong(value):
                code = INVALID_PATH_DATE if reader.wanted == _MEANING["date"] else INVALID_PATH_VALUE
                yield self._violation(code, "path parameter", name, value, reader.wanted)
        if not query and not self._required:
            return
        pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
        sent = {name for name, _ in pairs}
        for name in self._required:
            if name not in sent:
                yield Violation(errors.BAD_REQUEST, f"query parameter {name} is required", name)
        for name, value in pairs:
            reader = self._query.get(name)
            if reader is not None and reader.is_wrong(value):
                yield self._violation(INVALID_QUERY, "query parameter", name, value, reader.wanted)

    def _violation(self, code: ErrorCode, what: str, name: str, value: str, wanted: str) -> Violation:
        told = code if self._codes is None or code.code in self._codes else errors.BAD_REQUEST
        shown = value[:_LONG]
        return Violation(told, f"{what} {name}: {shown!r} is not {wanted}", name, given=shown)


def _reader(schema: Schema) -> _Reader | None:
    """How to read a parameter; None where any text will do."""
    is_list = schema.get("type") == "array"
    item = written(schema.get("items", {}) if is_list else schema)
    checked = json_schema(item, "request")
    checked.pop("default", None)
    if checked in ({}, {"type": "string"}):
        return None
    validator = jsonschema_rs.validator_for(checked, validate_formats=True)
    return _Reader(is_list, str(item.get("type", "string")), validator.is_valid, _wanted(item))


def _wanted(schema: Schema) -> str:
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"[:_SHOWN_MAX]
    kind, form = str(schema.get("type")), str(schema.get("format"))
    within = {"int32": " of 32 bits", "int64": " of 64 bits"}.get(form, "")
    return _MEANING.get(form) or f"{_MEANING.get(kind, f'a {form}')}{within}"


def _read(kind: str, text: str) -> Any:
    """The value that a text stands for; the text itself where it stands for none of this type."""
    if kind == "integer":
        return int(text) if _INTEGER.fullmatch(text) else text
    if kind == "number":
        return float(text) if _NUMBER.fullmatch(text) else text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text
