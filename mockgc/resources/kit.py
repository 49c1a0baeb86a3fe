"""
The rules that published kinds share: stamps, listings, replies.

A published kind is a `Resource` whose `behaviours` claim operations of the contract by the vendor's id; route, body
schema and permissions come from there. Where its version stands is a `Stamp`, because the vendor is not uniform.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, Holder, Provenance, Violation, WfmError, assumed, documented
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Resource, value_at
from mockgc.domain.rules import PAGE_SIZE_DEFAULT
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write

Build = Callable[[View, Request], Entity]
Show = Callable[[Entity], Entity]
CONTRACT = documented("the published contract")
CURSOR_DIGITS_MAX = 11
FIRST_VERSION = assumed("first version 1, one more for each change; clients must treat it as opaque")

WFM_NOT_FOUND = ErrorCode(
    "wfm.entity.not.found", 404, "the id in the path names something", documented("404 of WFM operations"),
    "List the parent's entities; the id may be of another parent, or deleted.",
)  # fmt: skip
WFM_BODY_NOT_FOUND = ErrorCode(
    "wfm.entity.not.found", 400, "ids in a body name something", documented("400 of 36 WFM operations"),
    "Create what is missing first, then send the request again.",
)  # fmt: skip
WFM_STALE = ErrorCode(
    "wfm.transaction.conflict", 409, "an update carries the version last read", documented("409 of 38 WFM operations"),
    "Read the entity again and send its current metadata.version.",
)  # fmt: skip
WFM_VALIDATION = ErrorCode(
    "wfm.validation.failure", 400, "a name is not taken by a sibling",
    assumed("a name clash is a 400 where the contract's text says anything"), "Choose another name, or use the holder.",
)  # fmt: skip
MISSING_FIELD = ErrorCode(
    "constraint.validation", 400, "a body has its required fields, metadata and version among them",
    assumed("the contract declares this code and wfm.validation.failure; which is sent is not known"),
    "Send the named field; read the entity again for its version.",
)  # fmt: skip
INVALID_CURSOR = ErrorCode(
    "invalid.query.param.value", 400, "sizes, numbers and cursors of pages are whole numbers of ten digits at most",
    assumed("the contract declares the code"), "Follow nextUri and previousUri of a listing.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stamp:
    """
    Where an entity shows its version and dates; `at` is a dotted path, empty when it shows no version.

    `claimed_at` is where an update claims it, when that differs; `moved_by` is the one top-level field whose changes
    move it, empty when all do.
    """

    at: str = ""
    claimed_at: str = ""
    moved_by: str = ""

    def claimed(self, body: Mapping[str, Any]) -> int | None:
        """The version an update says it was based on."""
        found = value_at(body, self.claimed_at or self.at) if self.at else None
        return found if isinstance(found, int) else None

    def put(self, entity: Entity, version: int, view: View, before: Entity | None) -> None:
        """Write the version into an entity; WFM's metadata block carries dates and authors with it."""
        *parents, name = self.at.split(".")
        place = entity
        for parent in parents:
            place[parent] = dict(place.get(parent) or {})
            place = place[parent]
        if parents:
            old = value_at(before, ".".join(parents)) if before else None
            place.update(_wfm_metadata(view, old if isinstance(old, dict) else None))
        place[name] = version


UNVERSIONED = Stamp()
TOP_LEVEL = Stamp("version")
METADATA = Stamp("metadata.version")


def _wfm_metadata(view: View, before: Entity | None) -> Entity:
    """The vendor's WfmVersionedEntityMetadata without its version."""
    now, author = timestamp(view.now), {"id": view.client_id, "selfUri": f"/api/v2/users/{view.client_id}"}
    return {
        "modifiedBy": author,
        "dateModified": now,
        "createdBy": before["createdBy"] if before else author,
        "dateCreated": before["dateCreated"] if before else now,
    }


@dataclass(frozen=True, slots=True)
class Common:
    """
    What a kind of entity does on create, read, update and delete.

    Args:
        kind: in the registry.
        uri: of an entity, from its id and itself.
        not_found: when the id in the path names nothing.
        stale: when an update claims another version; None for kinds without versions.
    """

    kind: str
    uri: Callable[[Entity], str]
    stamp: Stamp = UNVERSIONED
    not_found: ErrorCode = errors.NOT_FOUND
    stale: ErrorCode | None = None

    def existing(self, view: View, entity_id: str) -> Entity:
        """
        The entity that a path names.

        Raises:
            WfmError: 404.
        """
        found = view.get(self.kind, entity_id)
        if found is None:
            raise errors.refuse(self.not_found, f"no {self.kind} has the id {entity_id!r}")
        return found

    def create(self, resource: Resource, view: View, content: Entity, status: int = 200) -> Outcome:
        """A new entity; refused when a key is held or a reference names nothing."""
        self.raise_conflicts(resource, view, content, None)
        entity: Entity = {"id": content.get("id") or view.new_id(), **content}
        self._stamped(entity, 1, view, None)
        write = Write(self.kind, entity["id"], entity, changed=tuple(content))
        return Outcome(status, entity, (write,), ((self.kind, entity["id"], 1),))

    def update(
        self, resource: Resource, view: View, before: Entity, content: Entity, claimed: int | None, status: int = 200
    ) -> Outcome:
        """
        The entity with this content; a stale version is refused, an update that changes nothing moves nothing
        (assumed).
        """
        row = view.row(self.kind, before["id"])
        assert row is not None
        self.raise_stale(resource, before, claimed)
        self.raise_conflicts(resource, view, content, before)
        changed = tuple(name for name in content if content[name] != before.get(name) and name != "metadata")
        if not changed:
            return Outcome(status, before, reads=((self.kind, before["id"], row.version),))
        entity = {**before, **content}
        if not self.stamp.moved_by:
            self._stamped(entity, row.version + 1, view, before)
        elif self.stamp.moved_by in changed:
            self._stamped(entity, value_at(before, self.stamp.at) + 1, view, before)
        write = Write(self.kind, before["id"], entity, claimed, changed)
        return Outcome(status, entity, (write,), ((self.kind, before["id"], row.version + 1),))

    def delete(self, resource: Resource, view: View, before: Entity, status: int = 204) -> Outcome:
        """Gone; refused while others refer to it, where the kind says so."""
        if resource.in_use is not None:
            users = view.referrers(self.kind, before["id"])
            if users:
                raise WfmError(_in_use(resource, view, before, kind, user_id) for kind, user_id in users)
        return Outcome(status, None, (Write(self.kind, before["id"], None),))

    def raise_stale(self, resource: Resource, before: Entity, claimed: int | None) -> None:
        """
        Raises:
            WfmError: an update claims another version than the current one.
        """
        current = value_at(before, self.stamp.at) if self.stamp.at else None
        if self.stale is None or claimed is None or claimed == current:
            return
        holder = Holder(self.kind, before["id"], resource.label(before), current)
        # The Terraform provider takes a 400 for a stale version only where the message says so in these words.
        message = f"version {claimed} does not match the current version {current} of {self.kind} {before['id']}"
        field = self.stamp.claimed_at or self.stamp.at
        raise WfmError([Violation(self.stale, message, field, holder, str(claimed), str(current))])

    def raise_conflicts(self, resource: Resource, view: View, content: Entity, before: Entity | None) -> None:
        """
        Raises:
            WfmError: references that name nothing, keys that others hold.
        """
        wanted = {**(before or {}), **content}
        found = [*rules.missing_references(resource, view, wanted), *rules.broken(resource, view, wanted, before)]
        if found:
            raise WfmError(found)

    def _stamped(self, entity: Entity, version: int, view: View, before: Entity | None) -> None:
        if self.stamp.at:
            self.stamp.put(entity, version, view, before)
        entity["selfUri"] = self.uri(entity)


def _in_use(resource: Resource, view: View, before: Entity, kind: str, user_id: str) -> Violation:
    assert resource.in_use is not None
    name = rules.name_of(view, kind, user_id)
    message = f"{resource.title} {resource.label(before)!r} is in use by {kind} {name!r}"
    return Violation(resource.in_use, message, holder=Holder(kind, user_id, name))


def known_fields(body: Entity, *names: str) -> Entity:
    """The fields of a body that a kind keeps; others are ignored (assumed)."""
    return {name: body[name] for name in names if name in body}


def touched(view: View, before: Entity, content: Entity, **also: str) -> Entity:
    """The content with its moment of change, if it changes anything."""
    is_changed = any(content[name] != before.get(name) for name in content)
    return {**content, "dateModified": timestamp(view.now), **also} if is_changed else content


def children(view: View, kind: str, parent_kind: str, parent_id: str) -> list[Entity]:
    """The live entities of a kind that refer to a parent, in order of their first reference."""
    found = (view.get(kind, child) for other, child in view.referrers(parent_kind, parent_id) if other == kind)
    return [entity for entity in found if entity is not None]


def everything(view: View, kind: str) -> list[Entity]:
    """All live entities of a kind, in order of creation."""
    return [entity for entity_id in view.rows(kind) if (entity := view.get(kind, entity_id)) is not None]


def parameters(request: Request) -> dict[str, str]:
    """The query parameters; the last of a name counts."""
    return dict(parse_qsl(request.raw_query, keep_blank_values=True))


def listed(view: View, kind: str, found: Iterable[Entity], show: Show = dict) -> Outcome:
    """`{entities}` without paging, as most WFM listings are; `show` is what callers see of an entity."""
    entities = list(found)
    return Outcome(200, {"entities": [show(entity) for entity in entities]}, reads=_reads(view, kind, entities))


def paged(view: View, kind: str, path: str, request: Request, found: Iterable[Entity], show: Show = dict) -> Outcome:
    """
    The vendor's page of entities; `pageSize` 25 and `pageNumber` 1 by default. Source: documented.

    `show` is what callers see of an entity.
    """
    entities, query = list(found), parameters(request)
    size, number = page_size(query), max(_whole(query, "pageNumber", 1), 1)
    page, count = entities[(number - 1) * size : number * size], -(-len(entities) // size)

    def uri(at: int) -> str:
        return f"{path}?{urlencode([('pageSize', size), ('pageNumber', at), *_filters(request)])}"

    body: Entity = {
        "entities": [show(entity) for entity in page],
        "pageSize": size,
        "pageNumber": number,
        "total": len(entities),
        "pageCount": count,
        "firstUri": uri(1),
        "selfUri": uri(number),
        "lastUri": uri(max(count, 1)),
    }
    if number < count:
        body["nextUri"] = uri(number + 1)
    if number > 1:
        body["previousUri"] = uri(number - 1)
    return Outcome(200, body, reads=_reads(view, kind, page))


def by_cursor(
    view: View, kind: str, path: str, request: Request, found: Iterable[Entity], show: Show = dict
) -> Outcome:
    """A page by `after` and `before`, as teams and divisions have it; cursors are opaque, these are positions."""
    entities, query = list(found), parameters(request)
    size = page_size(query)
    if "before" in query:
        end = cursor_position(query, "before")
        start = max(end - size, 0)
    else:
        start = cursor_position(query, "after")
        end = start + size
    page = entities[start:end]

    def uri(*cursor: tuple[str, int]) -> str:
        return f"{path}?{urlencode([('pageSize', size), *cursor, *_filters(request)])}"

    body: Entity = {"entities": [show(entity) for entity in page], "selfUri": uri()}
    if end < len(entities):
        body["nextUri"] = uri(("after", end))
    if start > 0:
        body["previousUri"] = uri(("before", start))
    return Outcome(200, body, reads=_reads(view, kind, page))


def page_size(query: Mapping[str, str]) -> int:
    """How many entities a page holds at most; 25 by default, at least one."""
    return max(_whole(query, "pageSize", PAGE_SIZE_DEFAULT), 1)


def cursor_position(query: Mapping[str, str], name: str) -> int:
    """Where a cursor points; 0 without one."""
    return max(_whole(query, name, 0), 0)


def _whole(query: Mapping[str, str], name: str, otherwise: int) -> int:
    value = query.get(name, str(otherwise))
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < CURSOR_DIGITS_MAX):
        raise errors.refuse(
            INVALID_CURSOR, f"query parameter {name}: {value[:200]!r} is no position in a listing", name
        )
    return int(value)


def _filters(request: Request) -> list[tuple[str, str]]:
    """The query that every page repeats."""
    pairs = parse_qsl(request.raw_query, keep_blank_values=True)
    return [pair for pair in pairs if pair[0] not in ("pageSize", "pageNumber", "after", "before", "cursor")]


def many(request: Request, name: str) -> list[str]:
    """The values of a query parameter that may be repeated or hold several with commas."""
    pairs = parse_qsl(request.raw_query, keep_blank_values=True)
    return [part for sent, value in pairs if sent == name for part in value.split(",") if part]


def named(view: View, kind: str, request: Request) -> list[Entity]:
    """The entities of a kind that a query names: by `id`, and by what their name holds; all when it names none."""
    ids, name = many(request, "id"), folded_name(parameters(request).get("name", ""))
    found = [entity for entity in everything(view, kind) if name in folded_name(entity["name"])]
    return [entity for entity in found if not ids or entity["id"] in ids]


def showing(outcome: Outcome, show: Show) -> Outcome:
    """The same outcome, its answer as callers see it."""
    return replace(outcome, body=show(outcome.body)) if isinstance(outcome.body, dict) else outcome


def _reads(view: View, kind: str, entities: Iterable[Entity]) -> tuple[tuple[str, str, int], ...]:
    rows = ((entity["id"], view.row(kind, entity["id"])) for entity in entities)
    return tuple((kind, entity_id, row.version) for entity_id, row in rows if row is not None)


def reply(view: View, kind: str, entity: Entity, status: int = 200) -> Outcome:
    """One stored entity."""
    return Outcome(status, entity, reads=_reads(view, kind, [entity]))


def source(*said: Provenance) -> Provenance:
    """The weakest of what a rule rests on."""
    order = ("assumed", "observed", "decided", "stated", "documented")
    return min(said, key=lambda provenance: order.index(provenance.grade))
