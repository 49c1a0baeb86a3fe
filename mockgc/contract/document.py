"""
A Swagger 2.0 or OpenAPI 3.0/3.1 document (JSON) -> Facts.

The two families differ in where things stand, not in what they say; `_Layout` holds the difference. Vendor keys read:
`x-inin-error-codes` (codes of an answer; its texts are prose) and `x-inin-requires-permissions`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from mockgc.contract.errors import SourceError, closest
from mockgc.contract.facts import (
    JSON_TYPE,
    PLACES,
    Answer,
    Body,
    Definition,
    Facts,
    Operation,
    Parameter,
    Permissions,
    Place,
    Schema,
    Source,
    implied,
    in_order,
    ordered,
    placeholders,
)
from mockgc.contract.schema_reader import kind_of, listed, local_name, mapped, read_schema

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
BESIDE_METHODS = ("parameters", "summary", "description", "servers")


def read_document(raw: bytes, name: str, date: str | None = None) -> Facts:
    """
    All facts of one document.

    Args:
        raw: the file's bytes, UTF-8 JSON.
        name: what messages call the file.
        date: of the document, when known.

    Raises:
        SourceError: not JSON, not a known version, no paths, a dangling reference, a shape that is not OpenAPI's.
    """
    try:
        return _read(_load(raw, name), name, date)
    except RecursionError:
        raise SourceError(name, "nested too deeply", "a contract nests a few dozen levels at most") from None


def _read(root: dict[str, Any], name: str, date: str | None) -> Facts:
    reader = _Reader(root, _layout(root, name), name)
    info = mapped(root.get("info", {}), f"{name}: info")
    source = Source("document", str(info.get("title", "")), str(info.get("version", "")), _digest(root, name), date)
    return Facts((source,), reader.operations(), reader.definitions())


def _digest(root: dict[str, Any], name: str) -> str:
    """SHA-256 of the document as canonical JSON, so that layout and key order do not count."""
    canonical = json.dumps(root, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return hashlib.sha256(canonical.encode()).hexdigest()
    except UnicodeEncodeError:
        raise SourceError(name, "it holds a lone surrogate", "texts must be well-formed Unicode") from None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a family of documents keeps what can be referred to."""

    openapi: int
    schemas: str
    parameters: str
    responses: str
    bodies: str


_SWAGGER = _Layout(2, "#/definitions/", "#/parameters/", "#/responses/", "")
_OPENAPI = _Layout(
    3, "#/components/schemas/", "#/components/parameters/", "#/components/responses/", "#/components/requestBodies/"
)


def _load(raw: bytes, name: str) -> dict[str, Any]:
    expected = "give a Swagger 2.0 or OpenAPI 3 document in JSON, such as a region serves at /api/v2/docs/swagger"
    try:
        root = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{name}: line {error.lineno} column {error.colno}", f"not JSON ({error.msg})", expected
        ) from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: byte {error.start}", "not UTF-8", expected) from None
    except _Twice as error:
        raise SourceError(name, f"the key {error.key!r} comes twice in one object", "keep one of them") from None
    except _NoNumber as error:
        raise SourceError(name, f"{error} is not a JSON number", expected) from None
    except ValueError as error:  # a number of more digits than Python converts
        raise SourceError(name, f"it holds an impossible number ({error})", expected) from None
    if not isinstance(root, dict):
        raise SourceError(name, f"the document is {kind_of(root)}", expected)
    return root


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class _NoNumber(Exception):
    pass


def _no_constant(name: str) -> None:
    raise _NoNumber(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise _Twice(key)
        value[key] = item
    return value


def _layout(root: dict[str, Any], name: str) -> _Layout:
    if root.get("swagger") == "2.0":
        return _SWAGGER
    version = root.get("openapi")
    if isinstance(version, str) and re.match(r"3\.[01](\.|$)", version):
        return _OPENAPI
    shown = {key: root[key] for key in ("swagger", "openapi") if key in root}
    problem = f"unknown version {shown}" if shown else "neither `swagger` nor `openapi` says which version it is"
    raise SourceError(name, problem, 'the document must say "swagger": "2.0", "openapi": "3.0.x" or "3.1.x"')


class _Reader:
    """One document; places in messages are dotted paths into it."""

    def __init__(self, root: dict[str, Any], layout: _Layout, name: str) -> None:
        self._root, self._layout, self._name = root, layout, name

    def section(self, prefix: str) -> dict[str, Any]:
        """What a kind of reference can point to; empty when the document has none."""
        node: Any = self._root
        place = self._name
        for step in prefix.strip("#/").split("/"):
            place += f": {step}" if place == self._name else f".{step}"
            node = mapped(node.get(step, {}), place)
        return cast(dict[str, Any], node)

    def definitions(self) -> dict[str, Definition]:
        """All definitions by name."""
        place = f"{self._name}: {self._layout.schemas.strip('#/').replace('/', '.')}"
        return {
            name: Definition(name, read_schema(node, f"{place}.{name}", self._schema_name))
            for name, node in self.section(self._layout.schemas).items()
        }

    def _schema_name(self, reference: str, place: str) -> str:
        return self._target(reference, self._layout.schemas, place)[0]

    def _target(self, reference: str, prefix: str, place: str) -> tuple[str, Any]:
        """Name and content of what a reference points to."""
        name, section = local_name(reference, prefix, place), self.section(prefix)
        if name not in section:
            near = closest(name, section)
            raise SourceError(place, f"{reference!r} leads nowhere", f"{prefix}… has no {name!r}{near}")
        return name, section[name]

    def _followed(self, node: Any, prefix: str, place: str) -> dict[str, Any]:
        """A parameter, response or body, given in place or by reference."""
        node = mapped(node, place)
        return mapped(self._target(node["$ref"], prefix, place)[1], place) if "$ref" in node else node

    def operations(self) -> dict[str, Operation]:
        """All operations by `METHOD path`."""
        paths = mapped(self._root.get("paths", {}), f"{self._name}: paths")
        if not paths:
            raise SourceError(self._name, "no paths", "a contract needs an object `paths` with at least one path")
        found: dict[str, Operation] = {}
        ids: dict[str, str] = {}
        for path, item in paths.items():
            for operation in self._path(path, mapped(item, f"{self._name}: paths.{path}")):
                if operation.id in ids:
                    problem = f"the operationId {operation.id!r} is also that of {ids[operation.id]}"
                    raise SourceError(f"{self._name}: {operation.key}", problem, "each operation needs its own")
                ids[operation.id] = operation.key
                found[operation.key] = operation
        return found

    def _path(self, path: str, item: dict[str, Any]) -> Iterator[Operation]:
        place = f"{self._name}: paths.{path}"
        if not path.startswith("/"):
            raise SourceError(place, "the path does not begin with /", "write it from the root of the host")
        strange = [key for key in item if key not in (*METHODS, *BESIDE_METHODS) and not key.startswith("x-")]
        if strange:
            raise SourceError(place, f"{strange[0]!r} is not a method", f"a path has the methods {', '.join(METHODS)}")
        shared = self._parameters(item.get("parameters", []), f"{place}.parameters")
        for method in METHODS:
            if method in item:
                yield self._operation(path, method, mapped(item[method], f"{place}.{method}"), shared)

    def _operation(self, path: str, method: str, node: dict[str, Any], shared: list[dict[str, Any]]) -> Operation:
        place = f"{self._name}: paths.{path}.{method}"
        own = self._parameters(node.get("parameters", []), f"{place}.parameters")
        given = {(each.get("in"), each.get("name")): each for each in (*shared, *own)}
        parameters = [self._parameter(each, place) for each in given.values() if each.get("in") != "body"]
        return Operation(
            id=str(node.get("operationId") or _made_id(method, path)),
            method=method.upper(),
            path=path,
            tag=_tag(node.get("tags", []), place),
            parameters=ordered(path, [*parameters, *_undeclared(path, parameters)]),
            body=self._body(node, [each for each in given.values() if each.get("in") == "body"], place),
            answers=self._answers(node, place),
            permissions=_permissions(node.get("x-inin-requires-permissions"), place),
            scopes=self._scopes(node, place),
            deprecated=node.get("deprecated") is True,
            consumes=self._media(node, "consumes", place),
            produces=self._media(node, "produces", place),
        )

    def _parameters(self, nodes: Any, place: str) -> list[dict[str, Any]]:
        followed = [self._followed(node, self._layout.parameters, place) for node in listed(nodes, place)]
        for node in followed:
            name, where = node.get("name"), node.get("in")
            if not isinstance(name, str) or where not in (*PLACES, "body"):
                expected = f"it needs a name, and `in` one of {', '.join(PLACES)}, body"
                raise SourceError(place, f"a parameter with in: {where!r}, name: {name!r}", expected)
        return followed

    def _parameter(self, node: dict[str, Any], place: str) -> Parameter:
        name, where = node["name"], node["in"]
        place = f"{place}.parameters.{name}"
        if self._layout.openapi == 2:
            schema: Schema = read_schema(node, place, self._schema_name)
        elif "content" in node:
            schema = self._content(node, place) or {}
        else:
            schema = read_schema(node.get("schema", {}), place, self._schema_name)
        required = node.get("required") is True or where == "path"
        style = str(node["collectionFormat"]) if "collectionFormat" in node else None
        if self._layout.openapi == 3 and schema.get("type") == "array":
            style = "multi" if node.get("explode", node.get("style", "form") == "form") else "csv"
        return Parameter(name, cast(Place, where), required, schema, style)

    def _body(self, node: dict[str, Any], in_body: list[dict[str, Any]], place: str) -> Body | None:
        if self._layout.openapi == 2:
            if not in_body:
                return None
            schema = read_schema(in_body[0].get("schema", {}), f"{place}.parameters.body.schema", self._schema_name)
            return Body(schema, in_body[0].get("required") is True)
        if "requestBody" not in node:
            return None
        place = f"{place}.requestBody"
        given = self._followed(node["requestBody"], self._layout.bodies, place)
        return Body(self._content(given, place) or {}, given.get("required") is True)

    def _content(self, node: dict[str, Any], place: str) -> dict[str, Any] | None:
        """Schema of the JSON content of an OpenAPI 3 body or answer, or of its only other content."""
        content = mapped(node.get("content", {}), f"{place}.content")
        if not content:
            return None
        media = JSON_TYPE if JSON_TYPE in content else min(content)
        inside = mapped(content[media], f"{place}.content.{media}")
        return dict(read_schema(inside.get("schema", {}), f"{place}.content.{media}.schema", self._schema_name))

    def _answers(self, node: dict[str, Any], place: str) -> tuple[Answer, ...]:
        given = mapped(node.get("responses", {}), f"{place}.responses")
        answers = [self._answer(status, each, f"{place}.responses.{status}") for status, each in given.items()]
        # Beside a named success, `default` describes the errors that are not listed: no fact of its own.
        if any(answer.status is not None and answer.is_success for answer in answers):
            answers = [answer for answer in answers if answer.status is not None]
        return in_order(answers)

    def _answer(self, status: str, node: Any, place: str) -> Answer:
        if status != "default" and not re.fullmatch(r"[1-5]\d\d", status):
            raise SourceError(place, f"{status!r} is not a status", "a status is three digits, or `default`")
        node = self._followed(node, self._layout.responses, place)
        if self._layout.openapi == 3:
            schema = self._content(node, place)
        else:
            inside = node.get("schema")
            schema = None if inside is None else dict(read_schema(inside, f"{place}.schema", self._schema_name))
        codes = mapped(node.get("x-inin-error-codes", {}), f"{place}.x-inin-error-codes")
        return Answer(None if status == "default" else int(status), schema, tuple(sorted(codes)))

    def _scopes(self, node: dict[str, Any], place: str) -> tuple[str, ...] | None:
        schemes = node.get("security", self._root.get("security"))
        if schemes is None:
            return None
        named = [mapped(each, f"{place}.security") for each in listed(schemes, f"{place}.security")]
        scopes = [scope for each in named for value in each.values() for scope in listed(value, f"{place}.security")]
        return tuple(sorted(set(map(str, scopes))))

    def _media(self, node: dict[str, Any], key: str, place: str) -> tuple[str, ...]:
        """Media types other than JSON; an OpenAPI 3 document names them beside its contents."""
        if self._layout.openapi == 2:
            types = list(map(str, listed(node.get(key, self._root.get(key, [])), f"{place}.{key}")))
        elif key == "consumes":
            types = list(self._followed(node.get("requestBody", {}), self._layout.bodies, place).get("content", {}))
        else:
            answers = node.get("responses", {}).items()
            successes = [each for status, each in answers if status[0] == "2"]
            followed = [self._followed(each, self._layout.responses, place) for each in successes]
            types = [media for each in followed for media in each.get("content", {})]
        return () if set(types) <= {JSON_TYPE} else tuple(sorted(set(types)))


def _undeclared(path: str, parameters: list[Parameter]) -> list[Parameter]:
    """Placeholders of the path that no parameter describes: required texts."""
    declared = {each.name for each in parameters if each.place == "path"}
    return [implied(name) for name in placeholders(path) if name not in declared]


def _made_id(method: str, path: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", path)
    return method + "".join(word[0].upper() + word[1:] for word in words)


def _tag(tags: Any, place: str) -> str:
    names = listed(tags, f"{place}.tags")
    return str(names[0]) if names else "Untagged"


def _permissions(node: Any, place: str) -> Permissions | None:
    if node is None:
        return None
    place = f"{place}.x-inin-requires-permissions"
    node = mapped(node, place)
    if node.get("type") not in ("ANY", "ALL"):
        raise SourceError(f"{place}.type", f"{node.get('type')!r} is no rule", "it must be ANY or ALL")
    names = listed(node.get("permissions", []), f"{place}.permissions")
    return Permissions("any" if node["type"] == "ANY" else "all", tuple(sorted(map(str, names))))
