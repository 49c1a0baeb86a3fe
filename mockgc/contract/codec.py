"""
Facts <-> compiled files.

    index.json      sources; the usual error codes of each status; which file has which operation and definition
    <tag>.json      the tag; sources; its operations, and the definitions that only they use
    shared.json     definitions that several tags use, or none

One operation or definition a line, keys sorted, so that a review reads what changed and nothing else. Shortened,
because it is nearly always so: a path parameter not listed is a required string; a status in `usualErrors` answers
`ErrorBody` with exactly the usual codes; other error statuses are written as `+code` and `-code` against the usual.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, cast

from mockgc.contract.errors import BrokenData
from mockgc.contract.facts import (
    ERROR_BODY,
    Answer,
    Body,
    Definition,
    Facts,
    Operation,
    Parameter,
    Permissions,
    Source,
    Widened,
    closure,
    implied,
    in_order,
    ordered,
    placeholders,
    used_by,
)

JSON = dict[str, Any]
FORMAT = 1
INDEX = "index.json"
SHARED = "shared"
Usual = Mapping[int, tuple[str, ...]]


def encode(facts: Facts) -> dict[str, str]:
    """All files of a compiled contract: name -> text. The same facts give the same bytes."""
    usual = usual_codes(facts.operations.values())
    homes = _homes(facts)
    sources = [_source(source) for source in facts.sources]
    operations: dict[str, JSON] = {}
    definitions: dict[str, JSON] = {}
    tags = _tags(facts)
    index: dict[str, JSON] = {"operations": {}, "definitions": {}}
    for operation in facts.operations.values():
        home = file_of(operation.tag)
        operations.setdefault(home, {})[operation.id] = encode_operation(operation, usual, tags[home])
        index["operations"].setdefault(home, {})[operation.id] = operation.key
    for definition in facts.definitions.values():
        home = homes[definition.name]
        definitions.setdefault(home, {})[definition.name] = encode_definition(definition)
        index["definitions"].setdefault(home, []).append(definition.name)
    files = {
        f"{home}.json": _file(sources, tags.get(home, ""), operations.get(home, {}), definitions.get(home, {}))
        for home in sorted({*operations, *definitions})
    }
    return {INDEX: _index(sources, usual, index), **files}


def file_of(tag: str) -> str:
    """File name, without ending, of a tag."""
    name = re.sub(r"[^a-z0-9]+", "-", tag.lower()).strip("-") or "untagged"
    return f"{name}-tag" if f"{name}.json" == INDEX else name


def _tags(facts: Facts) -> dict[str, str]:
    """The tag of each file; the first in order where two tags differ in nothing that a file name shows."""
    tags: dict[str, str] = {}
    for operation in facts.operations.values():
        home = file_of(operation.tag)
        tags[home] = min(tags.get(home, operation.tag), operation.tag)
    return tags


def usual_codes(operations: Iterable[Operation]) -> Usual:
    """Per error status the codes that most operations declare with it; of equals the first in order."""
    counts: dict[int, Counter[tuple[str, ...]]] = {}
    for operation in operations:
        for answer in operation.refusals:
            if answer.status is not None and answer.schema == ERROR_BODY:
                counts.setdefault(answer.status, Counter())[answer.codes] += 1
    return {
        status: min(counted, key=lambda codes: (-counted[codes], codes)) for status, counted in sorted(counts.items())
    }


def _homes(facts: Facts) -> dict[str, str]:
    """The file of each definition: that of its tag when only one uses it, however deep, else `shared`."""
    direct: dict[str, set[str]] = {}
    for operation in facts.operations.values():
        direct.setdefault(file_of(operation.tag), set()).update(used_by(operation))
    users: dict[str, set[str]] = {name: set() for name in facts.definitions}
    for home, names in direct.items():
        for name in closure(names, facts.definitions):
            users[name].add(home)
    return {name: next(iter(homes)) if len(homes) == 1 else SHARED for name, homes in users.items()}


def _file(sources: list[JSON], tag: str, operations: JSON, definitions: JSON) -> str:
    return "".join((
        f'{{"tag":{_compact(tag)},\n"sources":{_lines(sources)},\n"operations":{_lines(operations)},\n',
        f'"definitions":{_lines(definitions)}}}\n',
    ))  # fmt: skip


def _index(sources: list[JSON], usual: Usual, index: Mapping[str, JSON]) -> str:
    operations = {home: index["operations"][home] for home in sorted(index["operations"])}
    definitions = {home: sorted(names) for home, names in index["definitions"].items()}
    inner = ",\n".join(f"{_compact(home)}:{_lines(keys)}" for home, keys in operations.items())
    return "".join((
        f'{{"format":{FORMAT},\n"sources":{_lines(sources)},\n',
        f'"usualErrors":{_lines({str(status): list(codes) for status, codes in usual.items()})},\n',
        f'"operations":{{{inner}}},\n"definitions":{_lines(definitions)}}}\n',
    ))  # fmt: skip


def _lines(value: JSON | list[JSON]) -> str:
    """A collection with one item a line, keys sorted."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(_compact, value)) + "\n]"
    return "{\n" + ",\n".join(f"{_compact(key)}:{_compact(value[key])}" for key in sorted(value)) + "\n}"


def _compact(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _source(source: Source) -> JSON:
    return {"kind": source.kind, "title": source.title, "version": source.version, "sha256": source.sha256,
            "date": source.date}  # fmt: skip


def encode_operation(operation: Operation, usual: Usual, tag: str) -> JSON:
    """One operation; what is empty, or follows from the path or the file's tag, is left out."""
    line: JSON = {"method": operation.method, "path": operation.path}
    from_path = [implied(name) for name in placeholders(operation.path)]
    parameters = [_parameter(each) for each in operation.parameters if each not in from_path]
    if operation.body is not None:
        line["body"] = {"required": operation.body.required, "schema": operation.body.schema}
    if operation.permissions is not None:
        line["permissions"] = {operation.permissions.rule: list(operation.permissions.names)}
    optional: JSON = {
        "tag": operation.tag if operation.tag != tag else None,
        "parameters": parameters,
        "success": {_status(each): each.schema for each in operation.successes},
        "successCodes": {_status(each): list(each.codes) for each in operation.successes if each.codes},
        "usualErrors": [each.status for each in operation.refusals if _is_usual(each, usual)],
        "errors": {
            _status(each): _against(each, usual) for each in operation.refusals if not _is_usual(each, usual)
        },
        "consumes": list(operation.consumes),
        "produces": list(operation.produces),
        "deprecated": operation.deprecated,
        "source": operation.source,
        "widened": _marks(operation.widened),
    }  # fmt: skip
    line |= {name: value for name, value in optional.items() if value}
    return line if operation.scopes is None else {**line, "scopes": list(operation.scopes)}


def _parameter(parameter: Parameter) -> JSON:
    line: JSON = {"name": parameter.name, "in": parameter.place, "schema": parameter.schema}
    if parameter.required:
        line["required"] = True
    return line if parameter.collection_format is None else {**line, "collectionFormat": parameter.collection_format}


def _status(answer: Answer) -> str:
    return "default" if answer.status is None else str(answer.status)


def _is_usual(answer: Answer, usual: Usual) -> bool:
    return answer.schema == ERROR_BODY and answer.codes == usual.get(answer.status or 0)


def _against(answer: Answer, usual: Usual) -> JSON | list[str]:
    known, own = set(usual.get(answer.status or 0, ())), set(answer.codes)
    codes = [*(f"+{code}" for code in sorted(own - known)), *(f"-{code}" for code in sorted(known - own))]
    return codes if answer.schema == ERROR_BODY else {"codes": codes, "schema": answer.schema}


def _marks(widened: Widened | None) -> JSON:
    return {str(index): list(names) for index, names in (widened or {}).items()}


def encode_definition(definition: Definition) -> JSON:
    """One definition: its schema, and where it is not all from the first source, where from."""
    line: JSON = {"schema": definition.schema}
    if definition.source:
        line["source"] = definition.source
    return {**line, "widened": _marks(definition.widened)} if definition.widened else line


def decode_source(line: JSON) -> Source:
    """A source as `index.json` has it."""
    return Source(line["kind"], line["title"], line["version"], line["sha256"], line["date"])


def decode_usual(lines: Mapping[str, list[str]]) -> Usual:
    """The usual codes as `index.json` has them."""
    return {int(status): tuple(codes) for status, codes in lines.items()}


def decode_operation(name: str, line: JSON, usual: Usual, tag: str) -> Operation:
    """
    One operation from its line.

    Raises:
        BrokenData: the line lacks what an operation must have.
    """
    try:
        body, rules = line.get("body"), line.get("permissions")
        return Operation(
            id=name,
            method=line["method"],
            path=line["path"],
            tag=line.get("tag", tag),
            parameters=_decode_parameters(line),
            body=Body(body["schema"], body["required"]) if body else None,
            answers=in_order([*_decode_successes(line), *_decode_errors(line, usual)]),
            permissions=next((Permissions(cast(Any, rule), tuple(rules[rule])) for rule in rules), None)
            if rules
            else None,
            scopes=tuple(line["scopes"]) if "scopes" in line else None,
            deprecated=line.get("deprecated", False),
            consumes=tuple(line.get("consumes", ())),
            produces=tuple(line.get("produces", ())),
            source=line.get("source", 0),
            widened=_decode_marks(line),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenData(f"operation {name}: {error!r}; compile the contract again") from None


def _decode_parameters(line: JSON) -> tuple[Parameter, ...]:
    written = [
        Parameter(each["name"], each["in"], each.get("required", False), each["schema"], each.get("collectionFormat"))
        for each in line.get("parameters", ())
    ]
    listed = {each.name for each in written if each.place == "path"}
    unwritten = [implied(name) for name in placeholders(line["path"]) if name not in listed]
    return ordered(line["path"], [*written, *unwritten])


def _decode_successes(line: JSON) -> Iterable[Answer]:
    for status, schema in line.get("success", {}).items():
        codes = line.get("successCodes", {}).get(status, ())
        yield Answer(None if status == "default" else int(status), schema, tuple(codes))


def _decode_errors(line: JSON, usual: Usual) -> Iterable[Answer]:
    for status in line.get("usualErrors", ()):
        yield Answer(status, ERROR_BODY, usual[status])
    for written, own in line.get("errors", {}).items():
        status = int(written)
        schema, changes = (own["schema"], own["codes"]) if isinstance(own, dict) else (ERROR_BODY, own)
        codes = {*usual.get(status, ())} - {change[1:] for change in changes if change[0] == "-"}
        yield Answer(status, schema, tuple(sorted(codes | {change[1:] for change in changes if change[0] == "+"})))


def _decode_marks(line: JSON) -> Widened | None:
    marks = {int(index): tuple(names) for index, names in line.get("widened", {}).items()}
    return marks or None


def decode_definition(name: str, line: JSON) -> Definition:
    """One definition from its line."""
    return Definition(name, line["schema"], line.get("source", 0), _decode_marks(line))
