"""
Bodies against schemas: JSON text -> value -> violations.

The decoder is strict where JSON leaves room: duplicate keys, NaN, lone surrogates and integral floats (`1.0` as a
version) are refused before a validator's word is trusted, because fast parsers keep the last duplicate and fast
validators take `1.0` for an integer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from mockgc.contract.unknown_fields import unknown_fields
from mockgc.domain import errors
from mockgc.domain.errors import ErrorCode, Violation, refuse

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONG = 200
_DEPTH_MAX = 64


def decode(raw: bytes) -> Any:
    """
    A JSON text as a value.

    Raises:
        WfmError: 400 bad.request, saying what is wrong and where.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse(errors.BAD_REQUEST, f"the body is not UTF-8: byte {error.start} does not belong there") from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"the body is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
        raise refuse(errors.BAD_REQUEST, message) from None
    except RecursionError:
        raise refuse(errors.BAD_REQUEST, "the body is nested too deeply") from None
    except ValueError as error:  # a number of more digits than Python converts
        raise refuse(errors.BAD_REQUEST, f"the body holds an impossible number: {str(error)[:_LONG]}") from None
    if _SURROGATE.search(text):
        _refuse_lone_surrogates(value)
    if text.count("{") + text.count("[") > _DEPTH_MAX:
        _refuse_deep_nesting(value)
    return value


def _refuse_deep_nesting(value: Any) -> None:
    """What comes after (null removal, the validator) recurses, and gives up at depths that the parser still takes."""
    level = [value]
    for _ in range(_DEPTH_MAX):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [child for children in inner for child in children if isinstance(child, dict | list)]
        if not level:
            return
    raise refuse(errors.BAD_REQUEST, f"the body is nested more than {_DEPTH_MAX} levels deep")


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        shown = twice[:_LONG].encode("utf-8", "replace").decode("utf-8")  # a lone surrogate could not be answered
        raise refuse(errors.BAD_REQUEST, f"the key {shown!r} comes twice in one object", shown)
    return value


def _no_constant(name: str) -> Any:
    raise refuse(errors.BAD_REQUEST, f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique_pairs, parse_constant=_no_constant)
"""Made once: `json.loads` with hooks makes one for every call."""


def _refuse_lone_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise refuse(errors.BAD_REQUEST, "the body holds a lone surrogate: not well-formed Unicode") from None


def without_nulls(value: Any) -> Any:
    """The value without null members of objects: `null` equals absent (decided, common rules)."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


_LOOKED_INTO = (float, dict, list)


class Validator:
    """A compiled schema; `components` resolve its references, `missing` is the refusal of a required field left out."""

    def __init__(
        self, schema: Mapping[str, Any], components: Mapping[str, Any], missing: ErrorCode = errors.BAD_REQUEST
    ) -> None:
        full = {**schema, "components": {"schemas": components}}
        self._schema, self._components, self._missing = schema, components, missing
        self._compiled = jsonschema_rs.validator_for(full, validate_formats=True)

    def violations(self, value: Any) -> list[Violation]:
        """All that is wrong with a decoded value; empty when it is valid."""
        found = list(self._integral_floats(value, self._schema, ""))
        if not self._compiled.is_valid(value):
            for error in self._compiled.iter_errors(value):
                found += _translate(error, self._described(error), self._missing)
        # Shape before values: the first of them gives the code of the answer.
        return sorted(found, key=lambda violation: violation.code is not errors.BAD_REQUEST)

    def unknown_fields(self, value: Any) -> tuple[str, ...]:
        """Paths of the fields of a valid value that the schema does not declare."""
        return unknown_fields(value, self._schema, self._components)

    def _described(self, error: jsonschema_rs.ValidationError) -> str:
        """What the schema that was broken says of itself in words; empty where it says nothing."""
        node: Any = self._schema
        for part in list(error.schema_path)[:-1]:
            node = (
                node[int(part)] if isinstance(node, list) else node.get(part, {}) if isinstance(node, Mapping) else {}
            )
        return str(node.get("description", "")) if isinstance(node, Mapping) else ""

    def _integral_floats(self, value: Any, schema: Mapping[str, Any], path: str) -> Iterator[Violation]:
        while "$ref" in schema:
            schema = self._components[unquote(schema["$ref"].rpartition("/")[2])]
        if isinstance(value, float):
            if schema.get("type") == "integer":
                yield Violation(errors.BAD_REQUEST, f"{path}: {value!r} is not an integer", path, given=repr(value))
        elif isinstance(value, dict):
            properties = schema.get("properties", {})
            for name, item in value.items():
                if isinstance(item, _LOOKED_INTO):
                    yield from self._integral_floats(item, properties.get(name, {}), _joined(path, name))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, _LOOKED_INTO):
                    yield from self._integral_floats(item, schema.get("items", {}), f"{path}[{index}]")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _path(parts: list[str | int]) -> str:
    path = ""
    for part in parts:
        path = f"{path}[{part}]" if isinstance(part, int) else _joined(path, str(part))
    return path


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONG else f"{text[:_LONG]}... ({len(text)} characters)"


_CODES: Mapping[str, ErrorCode] = {
    "enum": errors.INVALID_VALUE,
    "format": errors.INVALID_DATE,
    "minLength": errors.CONSTRAINT_VALIDATION,
    "maxLength": errors.CONSTRAINT_VALIDATION,
    "pattern": errors.CONSTRAINT_VALIDATION,
    "minimum": errors.CONSTRAINT_VALIDATION,
    "maximum": errors.CONSTRAINT_VALIDATION,
    "minItems": errors.CONSTRAINT_VALIDATION,
    "maxItems": errors.CONSTRAINT_VALIDATION,
}


def _translate(error: jsonschema_rs.ValidationError, described: str, missing: ErrorCode) -> Iterator[Violation]:
    """One error of the validator as violations with the paths and the words of the service."""
    path, kind, facts = _path(list(error.instance_path)), error.kind.name, error.kind.as_dict()
    if kind == "required":
        name = _joined(path, str(facts["property"]))
        yield Violation(missing, f"{name} is required", name)
        return
    if kind == "additionalProperties":
        for unexpected in facts["unexpected"]:
            name = _joined(path, str(unexpected))[:_LONG]
            yield Violation(errors.BAD_REQUEST, f"{name} is not a field here", name)
        return
    given = _shown(error.instance)
    complaint = _complaint(kind, facts, described) or str(error.message)[:_LONG]
    yield Violation(
        _CODES.get(kind, errors.BAD_REQUEST), f"{path or 'the body'}: {given} {complaint}", path or None, given=given
    )


_COMPLAINTS: Mapping[str, Callable[[Any], str]] = {
    "minLength": lambda limit: f"is shorter than {limit} character(s)",
    "maxLength": lambda limit: f"is longer than {limit} characters",
    "minimum": lambda limit: f"is less than {limit}",
    "maximum": lambda limit: f"is more than {limit}",
    "minItems": lambda limit: f"has fewer than {limit} item(s)",
    "maxItems": lambda limit: f"has more than {limit} items",
}
_FORMATS = {"date": "a date (YYYY-MM-DD)", "date-time": "an instant (date-time with Z or an offset)"}
_OPTIONS_SHOWN = 30


def _complaint(kind: str, facts: Mapping[str, Any], described: str) -> str:
    """What is wrong with a value, as the end of a sentence; empty when the validator's own words have to do."""
    if kind == "type":
        return f"is not of type {' or '.join(facts['types'])}"
    if kind == "enum":
        options = [str(option) for option in facts["options"]]
        if "Europe/Paris" in options:
            return "is not an IANA time zone such as Europe/Paris"
        more = f", ... ({len(options)} in all)" if len(options) > _OPTIONS_SHOWN else ""
        return f"is not one of: {', '.join(options[:_OPTIONS_SHOWN])}{more}"
    if kind == "format":
        return f"is not {_FORMATS.get(facts['format'], facts['format'])}"
    if kind == "pattern":
        return f"does not have the form asked for: {described or facts['pattern']}"
    return _COMPLAINTS[kind](facts["limit"]) if kind in _COMPLAINTS else ""
