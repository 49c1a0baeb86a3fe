"""
Facts of several sources -> one Facts.

Documents must agree where they overlap (a document split by tag repeats its definitions). An SDK says less than a
document, so it never overrules one: it adds operations, parameters, definitions, fields and enum values, and each
addition is marked with its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockgc.contract.errors import SourceError
from mockgc.contract.facts import Definition, Facts, Operation, Schema, ordered


def merge(all_facts: list[Facts]) -> Facts:
    """
    One contract of several sources; earlier ones come first in provenance.

    Raises:
        SourceError: two documents describe one operation or definition differently, or one id names two operations.
    """
    merged = all_facts[0]
    for later in all_facts[1:]:
        merged = _two(merged, later)
    _check_ids(merged)
    return merged


def _two(first: Facts, later: Facts) -> Facts:
    index, kind = len(first.sources), later.sources[0].kind
    operations, definitions = dict(first.operations), dict(first.definitions)
    for key, operation in _respelled(first, later).items():
        if key not in operations:
            operations[key] = replace(operation, source=index)
        elif kind == "sdk":
            operations[key] = _more_parameters(operations[key], operation, index)
        else:
            _must_agree("operation", key, replace(operations[key], source=0, widened=None), operation)
    for name, definition in later.definitions.items():
        if name not in definitions:
            definitions[name] = replace(definition, source=index)
        elif kind == "sdk":
            definitions[name] = _widened(definitions[name], definition.schema, index)
        else:
            _must_agree("definition", name, definitions[name].schema, definition.schema)
    return Facts((*first.sources, *later.sources), operations, definitions)


def _respelled(first: Facts, later: Facts) -> Mapping[str, Operation]:
    """An SDK spells tags as file names (`workforce_management`): take the document's spelling where it has the tag."""
    if later.sources[0].kind != "sdk":
        return later.operations
    spellings = {_squashed(each.tag): each.tag for each in first.operations.values()}
    return {
        key: replace(operation, tag=spellings.get(_squashed(operation.tag), operation.tag))
        for key, operation in later.operations.items()
    }


def _must_agree(what: str, name: str, first: object, later: object) -> None:
    if first != later:
        expected = "compile each alone, and compare them with `mockgc contract diff`"
        raise SourceError(f"{what} {name}", "two documents describe it differently", expected)


def _check_ids(facts: Facts) -> None:
    seen: dict[str, str] = {}
    for key, operation in facts.operations.items():
        if operation.id in seen:
            problem = f"the operation id {operation.id!r} is also that of {seen[operation.id]}"
            raise SourceError(key, problem, "each operation needs its own")
        seen[operation.id] = key


def _squashed(tag: str) -> str:
    return "".join(letter for letter in tag.lower() if letter.isalnum())


def _more_parameters(operation: Operation, later: Operation, index: int) -> Operation:
    known = {(each.place, each.name) for each in operation.parameters}
    added = [each for each in later.parameters if (each.place, each.name) not in known]
    if not added:
        return operation
    marks = {**(operation.widened or {}), index: tuple(sorted(each.name for each in added))}
    return replace(operation, parameters=ordered(operation.path, [*operation.parameters, *added]), widened=marks)


def _widened(definition: Definition, later: Schema, index: int) -> Definition:
    fields: dict[str, Any] = dict(definition.schema.get("properties", {}))
    touched = []
    for name, schema in later.get("properties", {}).items():
        wider = _wider(fields[name], schema) if name in fields else schema
        if fields.get(name) != wider:
            fields[name] = wider
            touched.append(name)
    if not touched:
        return definition
    marks = {**(definition.widened or {}), index: tuple(sorted(touched))}
    return replace(definition, schema={**definition.schema, "properties": fields}, widened=marks)


def _wider(known: Schema, later: Schema) -> Schema:
    """The known schema, its enum (or that of its items) lengthened by values only the later source has."""
    if isinstance(known.get("items"), Mapping) and isinstance(later.get("items"), Mapping):
        items = _wider(known["items"], later["items"])
        return known if items == known["items"] else {**known, "items": items}
    if "enum" not in known or "enum" not in later:
        return known
    added = [value for value in later["enum"] if value not in known["enum"]]
    return {**known, "enum": [*known["enum"], *added]} if added else known
