"""
The rules every versioned kind shares: create, read, list, replace, delete.

Each handler is pure: (resource, operation, view, request) -> Outcome, or WfmError. The stages come in the order of the
specification: the id in the path (404), shape and values (400, found before and raised here), then conflicts (409), all
of one stage together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from mockgc.domain import errors
from mockgc.domain.errors import Holder, Violation, WfmError
from mockgc.domain.metadata import READ_ONLY, advanced, born, writable
from mockgc.domain.names import spoken
from mockgc.domain.resource import Operation, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, Row, View, Write

PAGE_SIZE_DEFAULT = 25
PAGE_SIZE_MAX = 100


def create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """A new entity at version 1; 201. Refused when a key is held or a reference names nothing."""
    raise_invalid(request)
    wanted = resource.complete(request.body)
    found = [*missing_references(resource, view, wanted), *broken(resource, view, wanted, None)]
    if found:
        existing = _equal_holder(resource, view, wanted, found)
        if existing is not None:
            return _answer(resource, existing[0], existing[1], 200)
        raise WfmError(found)
    entity_id = view.new_id()
    entity = born(entity_id, resource.self_uri(entity_id), resource.stored(wanted), view.now, view.client_id)
    write = Write(resource.kind, entity_id, entity, changed=tuple(wanted))
    return Outcome(201, entity, (write,), ((resource.kind, entity_id, 1),))


def read(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """The stored entity; 404 when the id names nothing."""
    entity_id = request.ids[0]
    row = existing_row(resource, view, entity_id)
    raise_invalid(request)
    return _answer(resource, entity_id, row, 200)


def replace(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """
    The whole entity anew, under the version last read.

    Any other version is stale, also when nothing would change; a right version that changes nothing moves nothing.
    """
    entity_id = request.ids[0]
    row = existing_row(resource, view, entity_id)
    raise_invalid(request)
    before = view.get(resource.kind, entity_id)
    assert before is not None
    wanted = resource.complete(request.body)
    found = [*missing_references(resource, view, wanted)]
    if request.version != row.version:
        found.append(stale(resource, before, request.version))
    found += broken(resource, view, wanted, before)
    if found:
        raise WfmError(found)
    if resource.canonical(writable(before)) == resource.canonical(wanted):
        return _answer(resource, entity_id, row, 200)
    entity = advanced(before, resource.stored(wanted), view.now, view.client_id)
    writes = (
        Write(resource.kind, entity_id, entity, request.version, changed_fields(before, entity)),
        *moved_with(resource, view, before),
    )
    return Outcome(200, entity, writes, ((resource.kind, entity_id, entity["version"]),))


def delete(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """Gone, keys freed; 204. Needs no version; refused while others refer to it."""
    entity_id = request.ids[0]
    existing_row(resource, view, entity_id)
    raise_invalid(request)
    entity = view.get(resource.kind, entity_id)
    assert entity is not None
    if resource.in_use is not None:
        referrers = view.referrers(resource.kind, entity_id)
        users = [_in_use(resource, view, entity, kind, user_id) for kind, user_id in referrers]
        if users:
            raise WfmError(users)
    return Outcome(204, None, (Write(resource.kind, entity_id, None), *moved_with(resource, view, entity)))


def _in_use(resource: Resource, view: View, entity: Entity, kind: str, user_id: str) -> Violation:
    assert resource.in_use is not None
    name = name_of(view, kind, user_id)
    message = f"{resource.title} {resource.label(entity)!r} is in use by {spoken(kind)} {name!r} ({user_id})"
    return Violation(resource.in_use, message, holder=Holder(kind, user_id, name))


def listing(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """One page of the live entities in order of creation, filtered by equality."""
    raise_invalid(request)
    rows = view.rows(resource.kind)
    wanted = {f.field: f.normalise(request.query[f.field]) for f in resource.filters if f.field in request.query}
    if wanted:
        matching = [
            (entity_id, row)
            for entity_id, row in rows.items()
            if all(row.keys.get(name) == value for name, value in wanted.items())
        ]
    else:
        matching = list(rows.items())
    size, number = int(request.query.get("pageSize", PAGE_SIZE_DEFAULT)), int(request.query.get("pageNumber", 1))
    page = matching[(number - 1) * size : number * size]
    envelope = _envelope(resource, request, len(matching), size, number)
    envelope["entities"] = [
        resource.summarise(entity) if resource.summarise else entity
        for entity_id, _ in page
        if (entity := view.get(resource.kind, entity_id)) is not None
    ]
    return Outcome(200, envelope, reads=tuple((resource.kind, entity_id, row.version) for entity_id, row in page))


def _envelope(resource: Resource, request: Request, total: int, size: int, number: int) -> Entity:
    page_count = -(-total // size)
    filters = {name: value for name, value in request.query.items() if not name.startswith("page")}

    def uri(page_number: int) -> str:
        return f"{resource.path}?{urlencode({'pageSize': size, 'pageNumber': page_number, **filters})}"

    return {
        "entities": [],
        "pageSize": size,
        "pageNumber": number,
        "pageCount": page_count,
        "total": total,
        "firstUri": uri(1),
        "selfUri": uri(number),
        "nextUri": uri(number + 1) if number < page_count else None,
        "previousUri": uri(number - 1) if number > 1 else None,
        "lastUri": uri(max(page_count, 1)),
    }


def existing_row(resource: Resource, view: View, entity_id: str) -> Row:
    """
    The row that a path names.

    Raises:
        WfmError: 404 not.found.
    """
    row = view.row(resource.kind, entity_id)
    if row is None:
        raise errors.refuse(errors.NOT_FOUND, f"no {resource.title} has the id {entity_id!r}")
    return row


def missing_references(resource: Resource, view: View, entity: Entity) -> Iterator[Violation]:
    """One violation for each reference that names nothing."""
    for reference in resource.references:
        for path, target in reference.found_in(entity):
            if view.row(reference.to, target) is None:
                yield Violation(
                    reference.code, f"{path}: no {spoken(reference.to)} has the id {target!r}", path, given=target
                )


def stale(resource: Resource, before: Entity, claimed: int | None) -> Violation:
    """The version sent is not the current one; the message is the vendor's own (stated)."""
    assert resource.stale is not None
    holder = Holder(resource.kind, before["id"], resource.label(before), before["version"])
    message = "The resource has been modified since the last request. Please refresh and retry."
    return Violation(resource.stale, message, "version", holder, str(claimed), str(before["version"]))


def broken(resource: Resource, view: View, entity: Entity, before: Entity | None) -> list[Violation]:
    """The resource's own checks, then its unique keys, in the order of declaration."""
    found = [violation for check in resource.checks for violation in check(view, entity, before)]
    for key in resource.unique:
        found += held_keys(resource, view, key, entity, before["id"] if before else None)
    return found


def held_keys(
    resource: Resource, view: View, key: UniqueKey, entity: Entity, own_id: str | None
) -> Iterator[Violation]:
    """One violation for each other live entity that holds this key's value."""
    held = key.value_of(entity)
    if held is None:
        return
    value = entity[key.field]
    shared = key.scope == "organisation" and view.switches.external_id_scope == "organisation"
    kinds = view.kinds_sharing(key.field) if shared else (resource.kind,)
    for kind, holder_id in view.holders(key.field, held, kinds):
        if (kind, holder_id) != (resource.kind, own_id):
            name = name_of(view, kind, holder_id)
            yield Violation(
                key.code,
                f"{key.field} {value!r} is held by {spoken(kind)} {name!r} ({holder_id})",
                key.field,
                Holder(kind, holder_id, name),
                value,
            )


def name_of(view: View, kind: str, entity_id: str) -> str | None:
    """What people call a live entity."""
    entity = view.get(kind, entity_id)
    return view.label(kind, entity) if entity is not None else None


def changed_fields(before: Entity, after: Entity) -> tuple[str, ...]:
    """Writable top-level fields that differ, in the order of the newer entity."""
    names = [*after, *(name for name in before if name not in after)]
    return tuple(name for name in names if name not in READ_ONLY and before.get(name) != after.get(name))


def moved_with(resource: Resource, view: View, entity: Entity) -> Iterator[Write]:
    """The entities whose version moves because this one changed."""
    targets: Iterable[tuple[str, str]] = resource.also_moves(view, entity) if resource.also_moves else ()
    for kind, entity_id in targets:
        before = view.get(kind, entity_id)
        if before is not None:
            yield Write(kind, entity_id, advanced(before, writable(before), view.now, view.client_id))


def _equal_holder(resource: Resource, view: View, wanted: Entity, found: list[Violation]) -> tuple[str, Row] | None:
    holders = {(v.holder.kind, v.holder.id) for v in found if v.holder is not None}
    if view.switches.equal_create != "return_existing" or len(holders) != 1 or any(v.holder is None for v in found):
        return None
    kind, entity_id = holders.pop()
    existing = view.get(kind, entity_id)
    if kind != resource.kind or existing is None:
        return None
    if resource.canonical(writable(existing)) != resource.canonical(wanted):
        return None
    row = view.row(kind, entity_id)
    return (entity_id, row) if row else None


def _answer(resource: Resource, entity_id: str, row: Row, status: int) -> Outcome:
    return Outcome(status, row.encoded, reads=((resource.kind, entity_id, row.version),))


def raise_invalid(request: Request) -> None:
    if request.invalid is not None:
        raise request.invalid
