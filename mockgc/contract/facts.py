"""
The published interface as values: the language between sources, compiled files, model and diff.

    document.py, sdk.py -> Facts -> merge.py -> Facts -> codec.py -> files -> codec.py -> model.py, diff.py

A schema is a JSON Schema fragment of facts only (types, formats, enums, limits; no prose), whose `$ref` is the bare
name of a definition. Nothing here reads a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Schema = Mapping[str, Any]
Widened = Mapping[int, tuple[str, ...]]
Kind = Literal["document", "sdk"]
Place = Literal["path", "query", "header", "cookie", "formData"]

PLACES: tuple[Place, ...] = ("path", "query", "header", "cookie", "formData")
ANY_STRING: Schema = {"type": "string"}
JSON_TYPE = "application/json"
ERROR_BODY: Schema = {"$ref": "ErrorBody"}


@dataclass(frozen=True, slots=True)
class Source:
    """
    Where facts come from.

    Args:
        kind: a `document` (Swagger, OpenAPI) tells everything; an `sdk` knows neither required nor read-only fields,
            statuses, error codes or permissions.
        title: the source's own name for itself.
        version: the source's own version.
        sha256: of the document as canonical JSON (keys sorted, no spaces, UTF-8), or of the SDK's files that were read.
        date: YYYY-MM[-DD] when whoever compiled knew it; never the day of compiling.
    """

    kind: Kind
    title: str
    version: str
    sha256: str
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `collection_format` says how a list is written into a query (`csv`, `multi`)."""

    name: str
    place: Place
    required: bool
    schema: Schema
    collection_format: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A request body."""

    schema: Schema
    required: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """
    One declared answer.

    Args:
        status: HTTP status; None where the source names none (an SDK, a document that says only `default`).
        schema: of the body; None for no body.
        codes: error codes declared with it, sorted.
    """

    status: int | None
    schema: Schema | None
    codes: tuple[str, ...] = ()

    @property
    def is_success(self) -> bool:
        """Anything below 400; an answer without status is a success by construction."""
        return self.status is None or self.status < 400


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the caller's roles must grant: any one, or all, of these names (sorted)."""

    rule: Literal["any", "all"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One method of one path.

    Args:
        id: the vendor's operation id, unique.
        tag: the vendor's first tag; decides the file.
        parameters: path parameters in path order, then the others by place and name.
        answers: by status; the one without status last.
        permissions: None where none are declared.
        scopes: OAuth scopes, sorted; None where the source names none: open (document), or not known (SDK).
        consumes, produces: media types, when not JSON.
        source: index of the source that has it first.
        widened: index of a later source -> names of the parameters it added (sorted).
    """

    id: str
    method: str
    path: str
    tag: str
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    answers: tuple[Answer, ...] = ()
    permissions: Permissions | None = None
    scopes: tuple[str, ...] | None = None
    deprecated: bool = False
    consumes: tuple[str, ...] = ()
    produces: tuple[str, ...] = ()
    source: int = 0
    widened: Widened | None = None

    @property
    def key(self) -> str:
        """`METHOD path`: what identifies an operation across releases."""
        return f"{self.method} {self.path}"

    @property
    def successes(self) -> tuple[Answer, ...]:
        """Declared answers below 400."""
        return tuple(answer for answer in self.answers if answer.is_success)

    @property
    def refusals(self) -> tuple[Answer, ...]:
        """Declared answers from 400 on."""
        return tuple(answer for answer in self.answers if not answer.is_success)


@dataclass(frozen=True, slots=True)
class Definition:
    """
    A named schema.

    Args:
        source: index of the source that has it first.
        widened: index of a later source -> fields it added, or whose enum it lengthened (sorted).
    """

    name: str
    schema: Schema
    source: int = 0
    widened: Widened | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A whole contract; operations by `key`, definitions by name."""

    sources: tuple[Source, ...]
    operations: Mapping[str, Operation]
    definitions: Mapping[str, Definition]


def references(schema: object) -> set[str]:
    """Names of the definitions that a schema refers to, itself or in what it nests."""
    if isinstance(schema, Mapping):
        own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*(references(value) for name, value in schema.items() if name not in ("enum", "default")))
    if isinstance(schema, list | tuple):
        return set().union(*map(references, schema))
    return set()


def used_by(operation: Operation) -> set[str]:
    """Names of the definitions that an operation refers to directly."""
    schemas = [parameter.schema for parameter in operation.parameters]
    schemas += [answer.schema for answer in operation.answers if answer.schema is not None]
    schemas += [operation.body.schema] if operation.body else []
    return references(schemas)


def closure(names: set[str], definitions: Mapping[str, Definition]) -> set[str]:
    """These definitions and all that they refer to, however deep."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= references(definitions[name].schema) - found
    return found


def placeholders(path: str) -> list[str]:
    """Names of the path's placeholders, in order, each once."""
    return list(dict.fromkeys(re.findall(r"\{([^}]+)\}", path)))


def implied(name: str) -> Parameter:
    """The parameter that a placeholder is unless something else is written: a required text."""
    return Parameter(name, "path", True, ANY_STRING)


def ordered(path: str, parameters: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """Path parameters as the path has them, then the others by place and name."""
    return tuple(
        sorted(
            parameters,
            key=lambda each: (PLACES.index(each.place), path.find(f"{{{each.name}}}"), each.name),
        )
    )


def in_order(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Answers by status, the one without status last."""
    return tuple(sorted(answers, key=lambda answer: 1000 if answer.status is None else answer.status))
