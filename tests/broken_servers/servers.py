"""
Emulators with one known bug each, made from the real one through what it lets us inject: its registry and its store.

`SERVERS` names them; the suite is expected to catch every one (`test_broken_servers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Flask

from mockgc.domain.errors import WfmError
from mockgc.domain.metadata import advanced, writable
from mockgc.domain.resource import Handler, Operation, Resource, UniqueKey
from mockgc.domain.transaction import Commit, Outcome, Request, Rule, View, Write
from mockgc.store.base import Store
from mockgc.store.memory import MemoryStore
from tests.contract.dialect_app import DIALECT, dialect_app

Change = Callable[[Resource], Resource]


class RefusedYetWrote(WfmError):
    """A refusal that comes with writes, which only a broken store commits."""

    def __init__(self, refusal: WfmError, outcome: Outcome) -> None:
        super().__init__(refusal.violations)
        self.outcome = outcome


class CarelessStore(MemoryStore):
    """Commits what a refusal carries along: not all or nothing."""

    def transact(self, organisation_id: str, rule: Rule, client_id: str, context_id: str) -> Commit:
        try:
            return super().transact(organisation_id, rule, client_id, context_id)
        except RefusedYetWrote as refusal:
            outcome = refusal.outcome
            super().transact(organisation_id, lambda _view: outcome, client_id, context_id)
            raise


class HauntedView:
    """A view in which the dead still hold their names."""

    def __init__(self, view: View, graves: dict[tuple[str, str], str]) -> None:
        self._view, self._graves = view, graves

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    def holders(self, field_name: str, value: str, kinds: Iterable[str]) -> list[tuple[str, str]]:
        kinds = list(kinds)
        dead = [
            (kind, self._graves[kind, value])
            for kind in kinds
            if field_name == "name" and (kind, value) in self._graves
        ]
        return [*self._view.holders(field_name, value, kinds), *dead]


class HauntedStore(MemoryStore):
    """Never frees the name of a deleted entity."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._graves: dict[str, dict[tuple[str, str], str]] = {}

    def transact(self, organisation_id: str, rule: Rule, client_id: str, context_id: str) -> Commit:
        graves = self._graves.setdefault(organisation_id, {})

        def haunted(view: View) -> Outcome:
            outcome = rule(HauntedView(view, graves))
            for write in outcome.writes:
                row = view.row(write.kind, write.id)
                if write.entity is None and row is not None and "name" in row.keys:
                    graves[write.kind, row.keys["name"]] = write.id
            return outcome

        return super().transact(organisation_id, haunted, client_id, context_id)


class SplitStore(MemoryStore):
    """Decides in one critical section and writes in another; `between` is called when it holds neither."""

    def __init__(self, *args: Any, between: Callable[[], object]) -> None:
        super().__init__(*args)
        self._between = between

    def transact(self, organisation_id: str, rule: Rule, client_id: str, context_id: str) -> Commit:
        decided: list[Outcome] = []

        def only_decide(view: View) -> Outcome:
            decided.append(rule(view))
            return replace(decided[0], writes=())

        super().transact(organisation_id, only_decide, client_id, context_id)
        if decided[0].writes:
            self._between()
        return super().transact(organisation_id, lambda _view: decided[0], client_id, context_id)


def _on(names: str | tuple[str, ...], wrap: Callable[[Handler], Handler]) -> Change:
    """Wrap the handlers of these operations of every kind."""
    wanted = (names,) if isinstance(names, str) else names

    def change(resource: Resource) -> Resource:
        operations = (
            replace(operation, handle=wrap(operation.handle)) if operation.method in wanted else operation
            for operation in resource.operations
        )
        return replace(resource, operations=tuple(operations))

    return change


def _claims_current(handle: Handler, *, only_newer: bool) -> Handler:
    """Whatever version is sent counts as the current one; the log keeps what was really claimed."""

    def careless(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        row = view.row(resource.kind, request.ids[0])
        if row is None or request.version is None or (only_newer and request.version < row.version):
            return handle(resource, operation, view, request)
        outcome = handle(resource, operation, view, replace(request, version=row.version))
        writes = (replace(write, claimed=request.version) if write.claimed else write for write in outcome.writes)
        return replace(outcome, writes=tuple(writes))

    return careless


def _touch(resource: Resource, view: View, entity_id: str) -> Outcome:
    before = view.get(resource.kind, entity_id)
    assert before is not None
    after = advanced(before, writable(before), view.now, view.client_id)
    return Outcome(200, after, (Write(resource.kind, entity_id, after, before["version"]),))


def _refusal_moves(handle: Handler) -> Handler:
    def careless(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        try:
            return handle(resource, operation, view, request)
        except WfmError as refusal:
            if refusal.code.status != 409:
                raise
            raise RefusedYetWrote(refusal, _touch(resource, view, request.ids[0])) from refusal

    return careless


def _unchanged_moves(handle: Handler) -> Handler:
    def careless(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        outcome = handle(resource, operation, view, request)
        return outcome if outcome.writes else _touch(resource, view, request.ids[0])

    return careless


def _half_applied(handle: Handler) -> Handler:
    """A refused batch leaves its first agent behind."""

    def careless(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        try:
            return handle(resource, operation, view, request)
        except WfmError as refusal:
            agents = request.body.get("agents", ())
            if len(agents) < 2 or request.invalid is not None:
                raise
            half = handle(resource, operation, view, replace(request, body={**request.body, "agents": agents[:1]}))
            raise RefusedYetWrote(refusal, half) from refusal

    return careless


def _overwrites(handle: Handler) -> Handler:
    """An import without a version is taken as one with the current version."""

    def careless(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        template = view.row("scheduleTemplate", request.body.get("scheduleTemplateId", ""))
        if resource.kind != "schedule" or request.version is not None or template is None:
            return handle(resource, operation, view, request)
        outcome = handle(resource, operation, view, replace(request, version=template.version))
        return replace(outcome, writes=tuple(replace(write, claimed=None) for write in outcome.writes))

    return careless


def _per_kind(resource: Resource) -> Resource:
    return replace(resource, unique=tuple(replace(key, scope="kind") for key in resource.unique))


def _unfolded_names(resource: Resource) -> Resource:
    def plain(key: UniqueKey) -> UniqueKey:
        return replace(key, normalise=str) if key.field == "name" else key

    return replace(resource, unique=tuple(map(plain, resource.unique)))


def _template_stays(resource: Resource) -> Resource:
    return replace(resource, also_moves=None)


def _dangling(resource: Resource) -> Resource:
    return replace(resource, references=()) if resource.kind == "group" else resource


def _no_zone_check(resource: Resource) -> Resource:
    return replace(resource, checks=())


def _server(change: Change, store: Callable[..., Store] = MemoryStore) -> Flask:
    return dialect_app(tuple(map(change, DIALECT)), store)


def split_server(between: Callable[[], object]) -> Flask:
    """References are checked outside the critical section that writes."""
    return _server(lambda resource: resource, partial(SplitStore, between=between))


SERVERS: dict[str, Callable[[], Flask]] = {
    "version unchecked": lambda: _server(_on("PUT", partial(_claims_current, only_newer=False))),
    "newer version accepted": lambda: _server(_on("PUT", partial(_claims_current, only_newer=True))),
    "a refusal moves the version": lambda: _server(_on("PUT", _refusal_moves), CarelessStore),
    "an unchanged write moves it": lambda: _server(_on("PUT", _unchanged_moves)),
    "key unique per kind only": lambda: _server(_per_kind),
    "batch half applied": lambda: _server(_on("POST", _half_applied), CarelessStore),
    "a deleted entity keeps its name": lambda: _server(lambda resource: resource, HauntedStore),
    "an import without version overwrites": lambda: _server(_on("POST", _overwrites)),
    "names compared as sent": lambda: _server(_unfolded_names),
    "the template stays when a schedule changes": lambda: _server(_template_stays),
    "references of groups unchecked": lambda: _server(_dangling),
    "zones unchecked": lambda: _server(_no_zone_check),
}
