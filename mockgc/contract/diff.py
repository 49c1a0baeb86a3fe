"""
`mockgc contract diff OLD NEW`: what a newer release of the contract adds, removes and changes.

Pure. Operations are told apart by method and path, definitions by name, enum values and codes as sets; provenance is
not a difference. A change names the smallest thing that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mockgc.contract.facts import Answer, Facts, Operation, Parameter, Schema

Action = Literal["added", "removed", "changed"]
What = Literal[
    "operation", "parameter", "body", "answer", "code", "permission", "scope", "definition", "field", "required",
    "enum", "schema", "detail",
]  # fmt: skip
_SIGNS: Mapping[str, str] = {"added": "+", "removed": "-", "changed": "~"}


@dataclass(frozen=True, slots=True)
class Change:
    """
    One difference.

    Args:
        where: `METHOD path`, a definition, or a field (`WorkPlan.shifts[].name`).
        name: which of them: the parameter, code, enum value, keyword; empty when `where` says it all.
        before, after: for `changed`, the two values.
    """

    action: Action
    what: What
    where: str
    name: str = ""
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        line = f"{_SIGNS[self.action]} {self.what} {self.where}"
        line += f": {self.name}" if self.name else ""
        return f"{line}: {_shown(self.before)} -> {_shown(self.after)}" if self.action == "changed" else line

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        value = {"action": self.action, "what": self.what, "where": self.where, "name": self.name}
        return {**value, "before": self.before, "after": self.after} if self.action == "changed" else value


def diff(old: Facts, new: Facts) -> tuple[Change, ...]:
    """All differences: operations first, then definitions, each in order of name; empty when there are none."""
    return (*_operations(old.operations, new.operations), *_definitions(old, new))


def _operations(old: Mapping[str, Operation], new: Mapping[str, Operation]) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys(), key=lambda key: key.split(" ", 1)[::-1]):
        if key not in new or key not in old:
            yield Change("added" if key in new else "removed", "operation", key)
        else:
            yield from _operation(key, old[key], new[key])


def _operation(key: str, old: Operation, new: Operation) -> Iterator[Change]:
    yield from _details(key, _facts_of(old), _facts_of(new))
    yield from _parameters(key, old.parameters, new.parameters)
    if (old.body is None) != (new.body is None):
        yield Change("added" if new.body else "removed", "body", key)
    elif old.body is not None and new.body is not None:
        yield from _details(key, {"body.required": old.body.required}, {"body.required": new.body.required})
        yield from _schema(f"{key} body", old.body.schema, new.body.schema)
    yield from _answers(key, old.answers, new.answers)
    yield from _sets("permission", key, old.permissions.names if old.permissions else (),
                     new.permissions.names if new.permissions else ())  # fmt: skip
    yield from _sets("scope", key, old.scopes or (), new.scopes or ())


def _facts_of(operation: Operation) -> dict[str, Any]:
    rule = operation.permissions.rule if operation.permissions else None
    return {
        "id": operation.id, "tag": operation.tag, "deprecated": operation.deprecated, "permissions": rule,
        "open": operation.scopes is None, "consumes": list(operation.consumes), "produces": list(operation.produces),
    }  # fmt: skip


def _parameters(key: str, old: Iterable[Parameter], new: Iterable[Parameter]) -> Iterator[Change]:
    before = {f"{each.place} {each.name}": each for each in old}
    after = {f"{each.place} {each.name}": each for each in new}
    yield from _sets("parameter", key, before, after)
    for name in sorted(before.keys() & after.keys()):
        one, two, where = before[name], after[name], f"{key} {name}"
        yield from _details(
            where,
            {"required": one.required, "collectionFormat": one.collection_format},
            {"required": two.required, "collectionFormat": two.collection_format},
        )
        yield from _schema(where, one.schema, two.schema)


def _answers(key: str, old: Iterable[Answer], new: Iterable[Answer]) -> Iterator[Change]:
    before, after = {_status(each): each for each in old}, {_status(each): each for each in new}
    yield from _sets("answer", key, before, after)
    for status in sorted(before.keys() | after.keys()):
        one, two = before.get(status), after.get(status)
        yield from _sets("code", f"{key} {status}", one.codes if one else (), two.codes if two else ())
        if one and two and (one.schema is None) != (two.schema is None):
            yield Change("changed", "answer", f"{key} {status}", "schema", one.schema, two.schema)
        elif one and two and one.schema is not None and two.schema is not None:
            yield from _schema(f"{key} {status}", one.schema, two.schema)


def _status(answer: Answer) -> str:
    return "default" if answer.status is None else str(answer.status)


def _definitions(old: Facts, new: Facts) -> Iterator[Change]:
    for name in sorted(old.definitions.keys() | new.definitions.keys()):
        if name not in new.definitions or name not in old.definitions:
            yield Change("added" if name in new.definitions else "removed", "definition", name)
        else:
            yield from _schema(name, old.definitions[name].schema, new.definitions[name].schema)


_APART = frozenset({"properties", "patternProperties", "required", "enum", "items", "additionalProperties"})


def _schema(where: str, old: Schema, new: Schema) -> Iterator[Change]:
    if old == new:
        return
    plain_before = {name: value for name, value in old.items() if name not in _APART}
    plain_after = {name: value for name, value in new.items() if name not in _APART}
    yield from _details(where, plain_before, plain_after, "schema")
    yield from _sets("required", where, old.get("required", ()), new.get("required", ()))
    yield from _enum(where, old, new)
    for kind in ("properties", "patternProperties"):
        yield from _fields(where, old.get(kind, {}), new.get(kind, {}))
    for kind, suffix in (("items", "[]"), ("additionalProperties", "{}")):
        one, two = old.get(kind), new.get(kind)
        if isinstance(one, Mapping) and isinstance(two, Mapping):
            yield from _schema(f"{where}{suffix}", one, two)
        elif one != two:
            yield Change("changed", "schema", where, kind, one, two)


def _enum(where: str, old: Schema, new: Schema) -> Iterator[Change]:
    """Values one by one; an enum that comes or goes as a whole is one change of its field."""
    if ("enum" in old) != ("enum" in new):
        yield Change("changed", "schema", where, "enum", old.get("enum"), new.get("enum"))
    elif "enum" in old:
        yield from _sets("enum", where, map(_shown, old["enum"]), map(_shown, new["enum"]))


def _fields(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        field = f"{where}.{name}"
        if name not in new or name not in old:
            yield Change("added" if name in new else "removed", "field", field)
        elif isinstance(old[name], Mapping) and isinstance(new[name], Mapping):
            yield from _schema(field, old[name], new[name])
        elif old[name] != new[name]:
            yield Change("changed", "schema", field, "", old[name], new[name])


def _details(where: str, old: Mapping[str, Any], new: Mapping[str, Any], what: What = "detail") -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield Change("changed", what, where, name, old.get(name), new.get(name))


def _sets(what: What, where: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    before, after = set(old), set(new)
    for name in sorted(before ^ after):
        yield Change("added" if name in after else "removed", what, where, name)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
