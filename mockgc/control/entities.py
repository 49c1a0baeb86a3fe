"""What an organisation holds: entities by kind, and one of them with the history of its versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson
from flask import Blueprint, Response, request

from mockgc.control.bodies import JSON, ControlError, answered
from mockgc.domain.names import spoken
from mockgc.domain.resource import Resource
from mockgc.domain.transaction import CommitRow, Entity, Outcome, View
from mockgc.journal import commit_dict
from mockgc.store.base import Store

T = TypeVar("T")
LIMIT_MAX = 500


def register(control: Blueprint, store: Store, resources: Mapping[str, Resource]) -> None:
    """The routes under `/organisations/{id}`; they write nothing."""

    @control.get("/organisations/<organisation_id>/entities")
    def entities(organisation_id: str) -> Response:
        store.organisation(organisation_id)
        kind = request.args.get("kind")
        if kind is None:
            return answered({"kinds": _seen(store, organisation_id, lambda view: _counts(view, resources))})
        _require_kind(kind, resources)
        search, limit, offset = request.args.get("search", ""), _number("limit", 100, LIMIT_MAX), _number("offset", 0)
        found = _seen(store, organisation_id, lambda view: _listed(view, kind, search))
        page = {"total": len(found), "limit": limit, "offset": offset}
        return answered({"kind": kind, **page, "entities": found[offset : offset + limit]})

    @control.get("/organisations/<organisation_id>/entities/<kind>/<entity_id>")
    def entity(organisation_id: str, kind: str, entity_id: str) -> Response:
        store.organisation(organisation_id)
        _require_kind(kind, resources)
        current = _seen(store, organisation_id, lambda view: view.get(kind, entity_id))
        history = store.history(organisation_id, kind, entity_id)
        if current is None and not history:
            raise ControlError(404, f"there is no {spoken(kind)} {entity_id[:100]!r}, and none was deleted")
        versions = [{**commit_dict(row), "image": _image(row)} for row in history]
        name = resources[kind].label(current) if current is not None else None
        found = {"kind": kind, "id": entity_id, "name": name, "current": current, "versions": versions}
        return answered(found)


def _require_kind(kind: str, resources: Mapping[str, Resource]) -> None:
    if kind not in resources:
        raise ControlError(404, f"there is no kind {kind[:100]!r}; there are {', '.join(sorted(resources))}")


def _number(name: str, default: int, most: int = 10**9) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= most):
        raise ControlError(400, f"{name} {text[:100]!r} is not a whole number from 0 to {most}")
    return int(text)


def _seen(store: Store, organisation_id: str, of: Callable[[View], T]) -> T:
    """What a consistent view shows."""
    seen: list[T] = []

    def look(view: View) -> Outcome:
        seen.append(of(view))
        return Outcome(200)

    store.transact(organisation_id, look, "", "")
    return seen[-1]


def _counts(view: View, resources: Mapping[str, Resource]) -> list[JSON]:
    counted = ((kind, len(view.rows(kind))) for kind in resources)
    return [{"kind": kind, "spoken": spoken(kind), "count": count} for kind, count in counted]


def _listed(view: View, kind: str, search: str) -> list[JSON]:
    """The live entities whose id or name holds the words searched for, in order of creation."""
    wanted, found = search.casefold(), []
    for entity_id, row in view.rows(kind).items():
        entity = view.get(kind, entity_id)
        name = None if entity is None else view.label(kind, entity)
        if wanted in f"{entity_id} {name or ''}".casefold():
            found.append({"id": entity_id, "name": name, "version": row.version})
    return found


def _image(row: CommitRow) -> Entity | None:
    decoded: Any = None if row.after is None else orjson.loads(row.after)
    return decoded if isinstance(decoded, dict) else None
