"""
OpenAPI 3.1 of the published family, from the compiled contract and what the registry claims of it.

Every operation of the contract, with all statuses that the emulator can answer, the level of its emulation and where
each rule comes from. Interface facts only: no vendor prose. Made when asked for; nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from hashlib import blake2b
from typing import Any

from mockgc.contract.facts import JSON_TYPE, Answer, Operation, Parameter, Schema, references
from mockgc.contract.headers import CORRELATION_ID, COVERAGE, NEVER_STORED, RATE_LIMIT, Header
from mockgc.contract.json_schema import json_schema
from mockgc.contract.model import Contract
from mockgc.contract.parameters import written
from mockgc.contract.success import status_sent
from mockgc.domain.resource import Behaviour, Resource

JSON = dict[str, Any]
_EVERYWHERE = (CORRELATION_ID, *NEVER_STORED, *RATE_LIMIT)
STRICT_STATUS, STRICT_CODE = 501, "not.implemented"
"""What operations without behaviour answer when the emulator is strict."""
BEFORE_ROUTING = (Answer(414, None, ("uri.too.long",)), Answer(431, None, ("request.header.fields.too.large",)))
"""What no contract declares, and any request can meet: the limits of `wire.limits`."""


def published_document(contract: Contract, resources: Iterable[Resource], *, is_strict: bool) -> JSON:
    """
    The document of all operations of a contract.

    Args:
        resources: the registry; what it claims is at level `behaviour`, all else at level `shape`.
        is_strict: whether operations without behaviour answer 501.
    """
    claims = {name: behaviour for resource in resources for name, behaviour in resource.behaviours.items()}
    making = _Making(contract, claims, is_strict)
    paths: JSON = {}
    for entry in contract.entries.values():
        paths.setdefault(entry.path, {})[entry.method.lower()] = making.operation(contract.operation(entry.id))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockgc: Genesys Cloud Platform API v2, emulated",
            "version": "0.1.0",
            "description": "The operations of the published contract that are served. `x-mockgc-coverage` says of each "
            "whether its rules are emulated (`behaviour`) or only its shape, and how sure we are.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": making.schemas(),
            "responses": making.refusals,
            "headers": {header.name: _header(header) for header in (*_EVERYWHERE, COVERAGE)},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


@dataclass(slots=True)
class _Making:
    """One document in the making; `refusals` collects the error responses that operations share."""

    contract: Contract
    claims: Mapping[str, Behaviour]
    is_strict: bool
    refusals: JSON = field(default_factory=dict)
    _usual: Mapping[int, Answer] = field(init=False)
    _taken: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        operations = [self.contract.operation(name) for name in self.contract.entries]
        self._usual = _usual_refusals(operations)
        bodies = references([operation.body.schema for operation in operations if operation.body is not None])
        self._taken = self.contract.reached(bodies)

    def schemas(self) -> JSON:
        """All definitions; members of those that a request may hold may be null, which equals absent."""
        found = {name: self.contract.definition(name).schema for name in sorted(self.contract.definition_names)}
        return {
            name: _or_null(_shown(schema)) if name in self._taken else _shown(schema) for name, schema in found.items()
        }

    def operation(self, published: Operation) -> JSON:
        """One operation."""
        described: JSON = {
            "operationId": published.id,
            "tags": [published.tag],
            "parameters": list(map(_parameter, published.parameters)),
            "responses": self._responses(published),
            "x-mockgc-coverage": self._coverage(published),
        }
        if published.deprecated:
            described["deprecated"] = True
        if published.permissions is not None:
            described["x-mockgc-permissions"] = {published.permissions.rule: list(published.permissions.names)}
        if published.body is not None:
            schema = _or_null(_shown(published.body.schema))
            if not published.body.required:
                schema = _maybe(schema)
            types = published.consumes or (JSON_TYPE,)
            content = {media_type: {"schema": schema} for media_type in types}
            described["requestBody"] = {"required": published.body.required, "content": content}
        return described

    def _coverage(self, published: Operation) -> JSON:
        source = self.contract.source_of(published)
        known = f"{source.kind} {source.version}" + (f" of {source.date}" if source.date else "")
        claimed = self.claims.get(published.id)
        if claimed is None:
            return {"level": "shape", "knownFrom": known}
        refusals = {f"{code.status} {code.code}": str(code.source) for code in claimed.refusals}
        return {"level": "behaviour", "rule": str(claimed.source), "refusals": refusals, "knownFrom": known}

    def _responses(self, published: Operation) -> JSON:
        is_shape = published.id not in self.claims
        headers = _headers(*_EVERYWHERE, *((COVERAGE,) if is_shape else ()))
        made: JSON = {}
        for answer in published.successes:
            made[str(status_sent(published, answer))] = _success(published, answer, headers)
        for refusal in (*(published.refusals or self._usual.values()), *BEFORE_ROUTING):
            made[str(refusal.status)] = self._refusal(refusal)
        if is_shape and self.is_strict:
            made[str(STRICT_STATUS)] = self._refusal(Answer(STRICT_STATUS, None, (STRICT_CODE,)))
        return dict(sorted(made.items()))

    def _refusal(self, answer: Answer) -> JSON:
        """A reference to the shared response of this status and these codes."""
        usual = self._usual.get(answer.status or 0)
        is_usual = usual is not None and usual.codes == answer.codes
        digest = blake2b(" ".join(answer.codes).encode(), digest_size=3).hexdigest()
        name = f"E{answer.status}" if is_usual else f"E{answer.status}.{digest}"
        if name not in self.refusals:
            self.refusals[name] = {
                "description": ", ".join(answer.codes) or "Refused",
                "headers": _headers(*_EVERYWHERE),
                "content": {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/ErrorBody"}}},
                "x-mockgc-codes": list(answer.codes),
            }
        return {"$ref": f"#/components/responses/{name}"}


def _usual_refusals(operations: Iterable[Operation]) -> Mapping[int, Answer]:
    """What every operation declares whose source knows refusals at all: the statuses, with their commonest codes."""
    declared = [
        {answer.status: answer for answer in operation.refusals} for operation in operations if operation.refusals
    ]
    if not declared:
        return {}
    statuses = reduce(lambda found, answers: found & answers.keys(), declared, set(declared[0]))
    return {status: _commonest([answers[status] for answers in declared]) for status in sorted(filter(None, statuses))}


def _commonest(answers: list[Answer]) -> Answer:
    counts: dict[tuple[str, ...], int] = {}
    for answer in answers:
        counts[answer.codes] = counts.get(answer.codes, 0) + 1
    codes = min(counts, key=lambda each: (-counts[each], each))
    return next(answer for answer in answers if answer.codes == codes)


def _success(published: Operation, answer: Answer, headers: JSON) -> JSON:
    made: JSON = {"description": "Done", "headers": headers}
    if answer.schema is not None:
        types = published.produces or (JSON_TYPE,)
        made["content"] = {media_type: {"schema": _shown(answer.schema)} for media_type in types}
    return made


def _headers(*headers: Header) -> JSON:
    return {header.name: {"$ref": f"#/components/headers/{header.name}"} for header in headers}


def _header(header: Header) -> JSON:
    schema = {"type": "string", **({"const": header.value} if header.value else {})}
    return {"required": header.is_always, "schema": schema, "description": str(header.source)}


def _parameter(parameter: Parameter) -> JSON:
    made: JSON = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "schema": _shown(written(parameter.schema)),
    }
    if parameter.place == "path" and made["schema"] == {"type": "string"}:
        made["schema"]["minLength"] = 1
    if parameter.schema.get("type") == "array" and parameter.collection_format is None:
        made["explode"] = False
    return made


def _shown(schema: Schema) -> JSON:
    return json_schema(schema, "document")


def _or_null(schema: JSON) -> JSON:
    """The schema with `null` for each member that may be left out, however deep (decided: null equals absent)."""
    made = dict(schema)
    if isinstance(made.get("items"), dict):
        made["items"] = _or_null(made["items"])
    if isinstance(made.get("additionalProperties"), dict):
        made["additionalProperties"] = _maybe(_or_null(made["additionalProperties"]))
    if "properties" in made:
        required = made.get("required", ())
        made["properties"] = {
            name: _or_null(part) if name in required else _maybe(_or_null(part))
            for name, part in made["properties"].items()
        }
    return made


def _maybe(schema: JSON) -> JSON:
    """The schema, or null; a text with a form keeps its own schema, because a list of types hides it from tools."""
    if isinstance(schema.get("type"), str) and not schema.keys() & {"format", "pattern"}:
        made = {**schema, "type": [schema["type"], "null"]}
        return {**made, "enum": [*made["enum"], None]} if "enum" in made else made
    return schema if "anyOf" in schema or not schema else {"anyOf": [schema, {"type": "null"}]}
