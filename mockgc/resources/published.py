"""
The vendor's published operations at level `shape`: valid against the contract in both directions, without state.

A request is checked against the declared parameters and body; the answer is an example of a declared success, with what
was sent echoed.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from mockgc.contract import facts
from mockgc.contract.examples import Examples
from mockgc.contract.facts import JSON_TYPE
from mockgc.contract.model import Contract
from mockgc.contract.parameters import Parameters
from mockgc.contract.success import status_sent, success
from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, WfmError, assumed
from mockgc.domain.resource import Behaviour, Deferred, Grant, Handler, Operation, Resource, Schema
from mockgc.domain.transaction import Outcome, Request, View
from mockgc.resources.existing import existing
from mockgc.resources.kit import MISSING_FIELD
from mockgc.resources.operations import settled
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, OWN_UNITS, with_own_units

NOT_IMPLEMENTED = ErrorCode(
    "not.implemented", 501, "with --strict only operations at level behaviour answer", errors.decided("strict mode"),
    "Serve without --strict for an answer of the right shape, or see `mockgc coverage` for what behaves.",
)  # fmt: skip
UNKNOWN_FIELD = ErrorCode(
    "invalid.property", 400, "with --strict a body holds no field that the contract does not know",
    assumed("the code is declared for every operation; when it is sent is assumed"),
    "Correct or leave out the named field, or serve without --strict.",
)  # fmt: skip


def operations(contract: Contract, resources: Iterable[Resource], *, is_strict: bool) -> Iterator[Deferred]:
    """
    All operations of the contract, each read when it is first called: those that a resource claims with its rule, the
    others at level shape.
    """
    known = {resource.kind: resource for resource in resources}
    claims = {name: (found, behaviour) for found in known.values() for name, behaviour in found.behaviours.items()}
    behaviours = {name: behaviour for name, (_, behaviour) in claims.items()}
    unknown = sorted(claims.keys() - contract.entries.keys())
    if unknown:
        raise ValueError(f"the contract has no operation {', '.join(unknown)}")
    examples = Examples(lambda name: contract.definition(name).schema)
    for entry in contract.entries.values():
        if entry.id in claims:
            load = partial(_load_claimed, contract, entry.id, claims[entry.id][0], behaviours, known)
            yield Deferred(entry.method, entry.path, load)
        else:
            load = partial(_load_shape, contract, examples, entry.id, known.keys(), is_strict)
            yield Deferred(entry.method, entry.path, load)


def _load_claimed(
    contract: Contract,
    name: str,
    resource: Resource,
    behaviours: Mapping[str, Behaviour],
    resources: Mapping[str, Resource],
) -> tuple[Resource, Operation, Mapping[str, Any]]:
    published, behaviour = contract.operation(name), behaviours[name]
    parameters = _parameters(published)
    names = tuple(part[1:-1] for part in published.path.split("/") if part.startswith("{"))

    def handle(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        if request.invalid is None:
            wrong = list(parameters.violations(request.ids, request.raw_query))
            request = replace(request, invalid=WfmError(wrong)) if wrong else request
        found = settled(view, behaviours, resources)
        request = with_own_units(found.view, names, request)
        outcome = behaviour.handle(resource, operation, found.view, request)
        also = (*found.writes, *found.polled(name, request, behaviours))
        return replace(outcome, writes=(*also, *outcome.writes)) if also else outcome

    operation, components = _operation(contract, published, handle)
    refusals = (*behaviour.refusals, *(() if OWN_UNITS.isdisjoint(names) else (NO_USER_CONTEXT,)))
    return resource, replace(operation, level="behaviour", refusals=refusals), components


def _load_shape(
    contract: Contract, examples: Examples, name: str, kinds: Container[str], is_strict: bool
) -> tuple[Resource, Operation, Mapping[str, Any]]:
    published = contract.operation(name)
    handle = _refuse if is_strict else partial(_answer, published, _parameters(published), examples, kinds)
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
        unknown_field=UNKNOWN_FIELD,
        media_type=next(iter(published.produces), JSON_TYPE),
    )
    return operation, components


def _parameters(published: facts.Operation) -> Parameters:
    codes = {code for answer in published.refusals if answer.status == 400 for code in answer.codes}
    return Parameters(published.parameters, codes or None)


def _body(contract: Contract, published: facts.Operation) -> tuple[Schema | None, Mapping[str, Any]]:
    """The schema of a JSON body; other media types are taken as they come."""
    if published.body is None or published.consumes:
        return None, {}
    resolved = contract.resolved(published.body.schema, "request")
    return resolved.schema, resolved.components


def _refuse(_: Resource, operation: Operation, __: View, ___: Request) -> Outcome:
    raise errors.refuse(NOT_IMPLEMENTED, f"{operation.name} has no behaviour here, and the emulator is strict")


def _answer(
    published: facts.Operation, parameters: Parameters, examples: Examples, kinds: Container[str], _: Resource,
    operation: Operation, view: View, request: Request,
) -> Outcome:  # fmt: skip
    rules.raise_invalid(request)
    found = list(parameters.violations(request.ids, request.raw_query))
    if found:
        raise WfmError(found)
    chosen = success(published)
    status = status_sent(published, chosen)
    if chosen.schema is None or published.method == "HEAD":
        return Outcome(status)
    own_id = request.ids[-1] if operation.path.endswith("}") else None
    sent = list(request.items) or request.body
    stored = existing(view, kinds, operation.path, request.ids)
    answer = examples.answer(operation.name, chosen.schema, sent, own_id, view.now, stored)
    return Outcome(status, str(answer).encode() if operation.media_type != JSON_TYPE else answer)
