"""
The vendor's published operations at level `shape`: valid against the contract in both directions, without state.

A request is checked against the declared parameters and body; the answer is an example of a declared success, with what
was sent echoed. Which success is sent where several are declared is assumed: 201 for a create, then 200.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from mockgc.contract import facts
from mockgc.contract.examples import Examples
from mockgc.contract.model import Contract
from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, Violation, WfmError, assumed
from mockgc.domain.resource import Behaviour, Deferred, Grant, Handler, Operation, Resource, Schema
from mockgc.domain.transaction import Outcome, Request, View
from mockgc.resources.kit import MISSING_FIELD

NOT_IMPLEMENTED = ErrorCode(
    "not.implemented", 501, "with --strict only operations at level behaviour answer", errors.decided("strict mode"),
    "Serve without --strict for an answer of the right shape, or see `mockgc coverage` for what behaves.",
)  # fmt: skip
INVALID_QUERY = ErrorCode(
    "invalid.query.param.value", 400, "a query parameter has the declared type and one of the declared values",
    assumed("the code is documented for every operation; when it is sent is assumed"), "Correct the named parameter.",
)  # fmt: skip
_PREFERRED = {"POST": (201, 200, 202, 204)}
_OTHERWISE = (200, 204, 202)
_BOOLEANS = ("true", "false")


def operations(contract: Contract, resources: Iterable[Resource], *, is_strict: bool) -> Iterator[Deferred]:
    """
    All operations of the contract, each read when it is first called: those that a resource claims with its rule, the
    others at level shape.
    """
    claims = {name: (resource, behaviour) for resource in resources for name, behaviour in resource.behaviours.items()}
    unknown = sorted(claims.keys() - contract.entries.keys())
    if unknown:
        raise ValueError(f"the contract has no operation {', '.join(unknown)}")
    examples = Examples(lambda name: contract.definition(name).schema)
    for entry in contract.entries.values():
        if entry.id in claims:
            yield Deferred(entry.method, entry.path, partial(_load_claimed, contract, entry.id, *claims[entry.id]))
        else:
            yield Deferred(entry.method, entry.path, partial(_load_shape, contract, examples, entry.id, is_strict))


def _load_claimed(
    contract: Contract, name: str, resource: Resource, behaviour: Behaviour
) -> tuple[Resource, Operation, Mapping[str, Any]]:
    published = contract.operation(name)

    def handle(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        if request.invalid is None:
            found = list(_query_violations(published, request.raw_query))
            request = replace(request, invalid=WfmError(found)) if found else request
        return behaviour.handle(resource, operation, view, request)

    operation, components = _operation(contract, published, handle)
    return resource, replace(operation, level="behaviour", refusals=behaviour.refusals), components


def _load_shape(
    contract: Contract, examples: Examples, name: str, is_strict: bool
) -> tuple[Resource, Operation, Mapping[str, Any]]:
    published = contract.operation(name)
    handle = _refuse if is_strict else partial(_answer, published, examples)
    operation, components = _operation(contract, published, handle)
    return Resource(published.tag, published.path, published.tag), operation, components


def _operation(contract: Contract, published: facts.Operation, handle: Handler) -> tuple[Operation, Mapping[str, Any]]:
    name = published.id
    body, components = _body(contract, published)
    permissions = published.permissions
    operation = Operation(
        name=name,
        method=published.method,
        path=published.path,
        handle=handle,
        grant=Grant(permissions.names, permissions.rule) if permissions else Grant(),
        summary=name,
        body=body,
        query=None,
        read_only=(),
        is_body_required=published.body is not None and published.body.required,
        missing=MISSING_FIELD,
        level="shape",
    )
    return operation, components


def _body(contract: Contract, published: facts.Operation) -> tuple[Schema | None, Mapping[str, Any]]:
    """The schema of a JSON body; other media types are taken as they come."""
    if published.body is None or published.consumes:
        return None, {}
    resolved = contract.resolved(published.body.schema, "request")
    return resolved.schema, resolved.components


def _refuse(_: Resource, operation: Operation, __: View, ___: Request) -> Outcome:
    raise errors.refuse(NOT_IMPLEMENTED, f"{operation.name} has no behaviour here, and the emulator is strict")


def _answer(
    published: facts.Operation, examples: Examples, _: Resource, operation: Operation, view: View, request: Request
) -> Outcome:
    rules.raise_invalid(request)
    found = list(_query_violations(published, request.raw_query))
    if found:
        raise WfmError(found)
    chosen = success(published)
    status = chosen.status or (204 if chosen.schema is None and published.method == "DELETE" else 200)
    if chosen.schema is None or published.method == "HEAD":
        return Outcome(status)
    own_id = request.ids[-1] if operation.path.endswith("}") else None
    return Outcome(status, examples.answer(operation.name, chosen.schema, request.body, own_id, view.now))


def success(published: facts.Operation) -> facts.Answer:
    """
    The declared success that is sent; which one, where several are declared, is assumed.

    Clients expect the model under 200; a 201 that declares another one (planning groups: a service goal template) is
    taken for a slip of the vendor's.
    """
    by_status = {answer.status: answer for answer in published.successes}
    if 200 in by_status and 201 in by_status and by_status[200].schema != by_status[201].schema:
        return by_status[200]
    for status in _PREFERRED.get(published.method, _OTHERWISE):
        if status in by_status:
            return by_status[status]
    return next(iter(by_status.values()), facts.Answer(204, None))


def _query_violations(published: facts.Operation, query: str) -> Iterator[Violation]:
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    declared = {parameter.name: parameter for parameter in published.parameters if parameter.place == "query"}
    for name, parameter in declared.items():
        if parameter.required and name not in {sent for sent, _ in pairs}:
            yield Violation(errors.BAD_REQUEST, f"query parameter {name} is required", name)
    for name, value in pairs:
        if name in declared and (wrong := _wrong(declared[name].schema, value)):
            yield Violation(
                INVALID_QUERY, f"query parameter {name}: {value[:200]!r} is not {wrong}", name, given=value[:200]
            )


def _wrong(schema: Schema, value: str) -> str:
    """What a value should have been; empty when it is fine."""
    if "enum" in schema and value not in map(str, schema["enum"]):
        return f"one of {', '.join(map(str, schema['enum']))}"[:300]
    if schema.get("type") == "integer" and not (value.lstrip("-").isascii() and value.lstrip("-").isdigit()):
        return "a whole number"
    if schema.get("type") == "boolean" and value not in _BOOLEANS:
        return "true or false"
    if schema.get("type") == "array" and "enum" in schema.get("items", {}):
        return next((wrong for part in value.split(",") if (wrong := _wrong(schema["items"], part))), "")
    return ""
