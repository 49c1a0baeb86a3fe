"""
The vocabulary in which a resource is declared once.

A `Resource` is a value: from it follow the routes, the validation, the store's indexes, the errors, the OpenAPI
document and the row in the documentation. Nothing here runs a rule; rules live in `rules.py` and beside the resources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mockgc.domain.errors import BAD_REQUEST, ErrorCode, Provenance, Violation
from mockgc.domain.metadata import READ_ONLY
from mockgc.domain.transaction import Entity, Outcome, Request, View

Schema = Mapping[str, Any]
Handler = Callable[["Resource", "Operation", View, Request], Outcome]
Check = Callable[[View, Entity, Entity | None], Iterator[Violation]]
"""Yields what a wanted entity (third: what is stored, None on create) breaks in the rest of the organisation."""


def value_at(entity: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path; None where nothing does."""
    value: Any = entity
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """
    A value that at most one live entity may hold.

    Args:
        field: top-level attribute; absent or null holds nothing.
        within: dotted path to the id of the parent inside which the value is unique; empty for the whole organisation.
        code: the refusal when another live entity holds it.
        normalise: what is compared; what is stored stays as sent.
        scope: `kind` (among entities of this kind) or `organisation` (among all kinds that declare this field so).
    """

    field: str
    code: ErrorCode
    normalise: Callable[[str], str] = str
    scope: Literal["kind", "organisation"] = "kind"
    within: str = ""

    def value_of(self, entity: Entity) -> str | None:
        """What is compared, None when the entity holds nothing under this key."""
        value = entity.get(self.field)
        if value is None:
            return None
        folded = self.normalise(value)
        return f"{value_at(entity, self.within)}\x00{folded}" if self.within else folded


@dataclass(frozen=True, slots=True)
class CompositeKey:
    """Several fields that are unique together; used to find an entity, refused by the resource's own rule."""

    name: str
    fields: tuple[str, ...]

    def value(self, entity: Entity) -> str:
        """The joined value; the separator cannot occur in an accepted string."""
        return "\x00".join(str(value_at(entity, field)) for field in self.fields)


@dataclass(frozen=True, slots=True)
class Reference:
    """
    An id that must name a live entity.

    Args:
        at: path into the stored entity (`scheduleTemplateId`, `userIds[]`, `agents[].userId`).
        to: a kind.
        sent_as: how requests spell the path, where that differs; refusals name it so.
    """

    at: str
    to: str
    code: ErrorCode
    sent_as: str = ""

    def found_in(self, entity: Entity) -> Iterator[tuple[str, str]]:
        """Each (path with indexes, id) that the entity holds."""
        head, _, tail = self.at.partition("[]")
        value = value_at(entity, head)
        if value is None:
            return
        spelled = self.sent_as or self.at
        if not self.at.startswith(f"{head}[]"):
            yield spelled, value
            return
        attribute = tail.removeprefix(".")
        for index, item in enumerate(value):
            target = value_at(item, attribute) if attribute else item
            if target is not None:
                yield spelled.replace("[]", f"[{index}]"), target


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter of the listing that must equal a field, after normalising both."""

    field: str
    normalise: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Grant:
    """The permissions an operation asks for: any one of these names, or all; none when it has no names."""

    names: tuple[str, ...] = ()
    rule: Literal["any", "all"] = "all"

    def missing_from(self, held: frozenset[str] | None) -> tuple[str, ...]:
        """The names a client lacks; `held` None stands for all there are."""
        lacking = () if held is None else tuple(name for name in self.names if name not in held)
        return () if self.rule == "any" and len(lacking) < len(self.names) else lacking


@dataclass(frozen=True, slots=True)
class Area:
    """
    Paths under which a client needs a permission before it learns which paths and methods there are.

    Source: decided, specification of the dialect, order of checks (403 before 404 and 405).
    """

    prefix: str
    reading: Grant
    writing: Grant

    def grant(self, method: str, path: str) -> Grant:
        """What this method asks for here; nothing outside of the area."""
        if not path.startswith(f"{self.prefix}/"):
            return Grant()
        return self.reading if method in ("GET", "HEAD", "OPTIONS", "TRACE") else self.writing


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One method on one path: what it takes, what it answers, which refusals it knows, and the rule that decides.

    Args:
        query: the parameters it takes, others are refused; None leaves the query to the rule.
        read_only: fields of a body that may be sent back and are ignored.
        missing: how a body without a required field is refused.
        level: `behaviour` (stateful, rules emulated) or `shape` (valid against the contract, no state).
        unknown_field: how a strict emulator refuses a field that the body's schema does not know; else it is ignored.
        media_type: of a success with a body.
    """

    name: str
    method: str
    path: str
    handle: Handler
    grant: Grant
    summary: str
    body: Schema | None = None
    body_bytes_max: int = 4 * 1024 * 1024
    values: Callable[[Entity], Iterator[Violation]] | None = None
    query: tuple[str, ...] | None = ()
    read_only: tuple[str, ...] = READ_ONLY
    is_body_required: bool = True
    missing: ErrorCode = BAD_REQUEST
    level: Literal["behaviour", "shape"] = "behaviour"
    unknown_field: ErrorCode | None = None
    media_type: str = "application/json"
    answers: Mapping[int, str | None] = field(default_factory=dict)
    refusals: tuple[ErrorCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """
    What an asynchronous operation does when it ends.

    Args:
        perform: pure; (view, the request that began it, what was kept for it) -> an outcome whose body says what came
            of it; a refusal ends the operation in error.
        polled_by: the operations that ask for it by its id.
        watched_by: the operations that show where its effect will be; they name its place first in their path.
    """

    perform: Callable[[View, Request, Entity], Outcome]
    polled_by: tuple[str, ...] = ()
    watched_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """
    The rule behind an operation of the published contract; route, body and permissions come from the contract.

    Args:
        handle: pure, as for every operation.
        refusals: what it can refuse with, beside what every operation can.
        source: how sure we are of the rule as a whole.
        later: what happens after the answer, for operations that may take their time.
    """

    handle: Handler
    source: Provenance
    refusals: tuple[ErrorCode, ...] = ()
    later: Later | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """
    A kind of entity.

    Args:
        schema: the writable fields; the metadata is added.
        checks: what a wanted entity may break elsewhere, besides references and unique keys.
        complete: adds the defaults of absent fields; keeps the positions that error paths name.
        stored: the form that is kept (sets without repetition, instants in UTC).
        canonical: the form in which two entities are compared (sets sorted).
        summarise: the form in listings; None for the whole entity.
        also_moves: the entities whose version moves by one when this one changes.
        in_use, stale: how this kind is refused for being referred to, and for an old version.
        behaviours: the operations of the published contract that this kind answers, by the vendor's id.
        components: further schemas for the OpenAPI document.
    """

    kind: str
    path: str
    title: str
    schema: Schema = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)
    unique: tuple[UniqueKey, ...] = ()
    composite: tuple[CompositeKey, ...] = ()
    references: tuple[Reference, ...] = ()
    filters: tuple[Filter, ...] = ()
    checks: tuple[Check, ...] = ()
    canonical: Callable[[Entity], Any] = dict
    complete: Callable[[Entity], Entity] = dict
    stored: Callable[[Entity], Entity] = dict
    summarise: Callable[[Entity], Entity] | None = None
    also_moves: Callable[[View, Entity], tuple[tuple[str, str], ...]] | None = None
    in_use: ErrorCode | None = None
    stale: ErrorCode | None = None
    operations: tuple[Operation, ...] = ()
    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)
    components: Mapping[str, Schema] = field(default_factory=dict)
    id_parameter: str = "id"
    area: Area | None = None

    def self_uri(self, entity_id: str) -> str:
        """Relative, as the vendor gives it."""
        return f"{self.path}/{entity_id}"

    def indexed(self, entity: Entity) -> dict[str, str]:
        """The values under which the store finds this entity: unique keys, composite keys and filters, normalised."""
        keys = {key.field: value for key in self.unique if (value := key.value_of(entity)) is not None}
        for filtered in self.filters:
            if filtered.field not in keys and (value := value_at(entity, filtered.field)) is not None:
                keys[filtered.field] = filtered.normalise(value)
        for composite in self.composite:
            keys[composite.name] = composite.value(entity)
        return keys

    def label(self, entity: Entity) -> str | None:
        """What people call this entity."""
        return entity.get("name") or entity.get("weekDate")


@dataclass(frozen=True, slots=True)
class Deferred:
    """An operation that is known by its route and read when first called: (its resource, itself, its schemas)."""

    method: str
    path: str
    load: Callable[[], tuple[Resource, Operation, Mapping[str, Any]]]
