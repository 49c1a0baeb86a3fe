"""The control API: organisations, clients, reset, baselines, commit log, journal, clock, switches, explain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from mockgc.behaviour.conduct import Conducts
from mockgc.clock import FIRST_YEAR, LAST_YEAR, ClockChange, ClockState, WallClock
from mockgc.contract.openapi_families import FAMILIES
from mockgc.control import behaviour, entities, snapshots, stream, vocabulary
from mockgc.control.bodies import JSON, ControlError, answered, body_of, typed
from mockgc.control.notifications import register as register_notifications
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Resource
from mockgc.domain.switches import CHOICES, Switches
from mockgc.explain import explain
from mockgc.journal import commit_dict
from mockgc.store.base import Client, Store, UnknownName

_PERMISSION = re.compile(r"^\w+:\w+:\w+$")


def blueprint(
    store: Store, resources: tuple[Resource, ...], document: Callable[[str], JSON], conducts: Conducts
) -> Blueprint:
    """The routes over one store; `document` makes the OpenAPI document of a family."""
    control = Blueprint("control", __name__)
    _errors(control)
    _service(control, store, document)
    _clocks(control, store)
    _organisations(control, store, resources, conducts)
    by_kind = {resource.kind: resource for resource in resources}
    snapshots.register(control, store, by_kind, conducts)
    entities.register(control, store, by_kind)
    stream.register(control, store)
    vocabulary.register(control, resources)
    register_notifications(control, store)
    _switches(control, store)
    behaviour.register(control, store, conducts)
    _history(control, store, resources)
    return control


def _errors(control: Blueprint) -> None:
    @control.errorhandler(ControlError)
    def refused(error: ControlError) -> Response:
        return answered({"message": str(error), "status": error.status}, error.status)

    @control.errorhandler(UnknownName)
    def unknown(error: UnknownName) -> Response:
        return answered({"message": str(error), "status": 404}, 404)

    @control.app_errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if status == 404:
            message = f"nothing answers {request.method} {request.path[:200]!r}; README.md lists the control API"
            return answered({"message": message, "status": status}, status)
        return answered({"message": error.description or error.name, "status": status}, status)


def _service(control: Blueprint, store: Store, document: Callable[[str], JSON]) -> None:
    @control.get("/health")
    def health() -> Response:
        return answered({"status": "ok", "organisations": len(store.organisations())})

    @control.get("/openapi.json")
    def openapi() -> Response:
        family = request.args.get("family", FAMILIES[0])
        if family not in FAMILIES:
            raise ControlError(400, f"family {family[:100]!r} is not one of {', '.join(FAMILIES)}")
        return answered(document(family))


def _clocks(control: Blueprint, store: Store) -> None:
    @control.get("/clock")
    def clock() -> Response:
        return answered(_clock(store))

    @control.patch("/clock")
    def change_clock() -> Response:
        return answered(_moved_clock(store))

    @control.get("/organisations/<organisation_id>/clock")
    def organisation_clock(organisation_id: str) -> Response:
        return answered(_clock(store, organisation_id))

    @control.patch("/organisations/<organisation_id>/clock")
    def change_organisation_clock(organisation_id: str) -> Response:
        return answered(_moved_clock(store, organisation_id))


def _organisations(control: Blueprint, store: Store, resources: tuple[Resource, ...], conducts: Conducts) -> None:
    known = sorted({name for r in resources for operation in r.operations for name in operation.grant.names})

    def granted(client: Client) -> list[str]:
        return known if client.permissions is None else sorted(client.permissions)

    @control.get("/organisations")
    def organisations() -> Response:
        return answered({"entities": [{"id": o.id, "name": o.name} for o in store.organisations()]})

    @control.post("/organisations")
    def create_organisation() -> Response:
        body = body_of({"name", "seed"})
        name, seed = typed(body, "name", str), typed(body, "seed", int)
        organisation = store.create_organisation(name, seed)
        conducts.opened(organisation.id)
        client = store.add_client(organisation.id)
        created = {"id": organisation.id, "name": organisation.name}
        return answered({**created, "clientId": client.id, "clientSecret": client.secret}, 201)

    @control.get("/organisations/<organisation_id>")
    def organisation(organisation_id: str) -> Response:
        found = store.organisation(organisation_id)
        clients = [
            {"clientId": c.id, "permissions": granted(c), "accessTokenSeconds": c.access_token_s}
            for c in store.clients(organisation_id)
        ]
        return answered({"id": found.id, "name": found.name, "clients": clients})

    @control.post("/organisations/<organisation_id>/clients")
    def create_client(organisation_id: str) -> Response:
        body = body_of({"permissions", "accessTokenSeconds"})
        lifetime = typed(body, "accessTokenSeconds", int)
        if lifetime is not None and not 1 <= lifetime <= 10**9:
            raise ControlError(400, f"accessTokenSeconds {lifetime} is not from 1 to 1000000000")
        client = store.add_client(organisation_id, _permissions(body, known), lifetime or 86_400)
        created = {"id": organisation_id, "clientId": client.id, "clientSecret": client.secret}
        details = {"permissions": granted(client), "accessTokenSeconds": client.access_token_s}
        return answered({**created, **details}, 201)


def _switches(control: Blueprint, store: Store) -> None:
    @control.get("/organisations/<organisation_id>/switches")
    def switches(organisation_id: str) -> Response:
        return answered(store.switches(organisation_id).as_dict())

    @control.patch("/organisations/<organisation_id>/switches")
    def set_switches(organisation_id: str) -> Response:
        current: Switches = store.switches(organisation_id)
        try:
            changed = current.with_changes(body_of(set(CHOICES)))
        except ValueError as error:
            raise ControlError(400, str(error)) from None
        store.set_switches(organisation_id, changed)
        return answered(changed.as_dict())


def _history(control: Blueprint, store: Store, resources: tuple[Resource, ...]) -> None:
    @control.get("/organisations/<organisation_id>/commits")
    def commits(organisation_id: str) -> Response:
        after = request.args.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            raise ControlError(400, f"after {after[:100]!r} is not a sequence number, such as 0")
        return answered({"entities": [commit_dict(row) for row in store.commits(organisation_id, int(after))]})

    @control.get("/organisations/<organisation_id>/journal")
    def journal(organisation_id: str) -> Response:
        held = store.journal(store.organisation(organisation_id).id)
        return answered({"entities": [entry.as_dict() for entry in held.entries], "evicted": held.evicted})

    @control.get("/explain/<context_id>")
    def explanation(context_id: str) -> Response:
        found = explain(store, resources, context_id)
        if found is None:
            raise ControlError(404, f"no request had the correlation id {context_id[:100]!r}, and no operation that id")
        return answered(found.as_dict())


def _clock(store: Store, organisation_id: str | None = None) -> JSON:
    frozen = store.clock(organisation_id).frozen_at is not None
    return {"now": timestamp(store.now(organisation_id)), "frozen": frozen}


def _moved_clock(store: Store, organisation_id: str | None = None) -> JSON:
    changes = _clock_changes(body_of({"freeze", "advanceSeconds"}))
    store.change_clock(lambda state, beneath: _changed(state, changes, beneath), organisation_id)
    return _clock(store, organisation_id)


def _changed(state: ClockState, changes: Iterable[ClockChange], beneath: WallClock) -> ClockState:
    """All changes or none; a clock outside of these years would break every date computed from it."""
    try:
        for change in changes:
            state = change(state, beneath)
        if FIRST_YEAR <= state.now(beneath).year <= LAST_YEAR:
            return state
    except OverflowError:
        pass
    raise ControlError(400, f"the clock would leave the years {FIRST_YEAR} to {LAST_YEAR}; nothing was changed")


def _clock_changes(body: JSON) -> list[ClockChange]:
    changes: list[ClockChange] = []
    if "freeze" in body:
        instant = body["freeze"]
        if instant is None or instant is False:
            changes.append(ClockState.released)
        elif instant is True:
            changes.append(ClockState.stopped)
        else:
            at = _instant(instant)
            changes.append(lambda state, _: state.frozen(at))
    seconds = body.get("advanceSeconds")
    if seconds is not None:
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 10**10:
            raise ControlError(400, f"advanceSeconds {seconds!r} is not a number of seconds from 0 on")
        changes.append(lambda state, _: state.advanced(seconds))
    return changes


def _instant(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = datetime.min
    if not isinstance(value, str) or moment.tzinfo is None:
        raise ControlError(
            400, f"freeze {value!r} is not an instant such as 2026-11-30T08:00:00Z, true, or null to go on"
        )
    return moment


def _permissions(body: JSON, known: list[str]) -> frozenset[str] | None:
    given = body.get("permissions")
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(item, str) and _PERMISSION.match(item) for item in given):
        raise ControlError(400, f"permissions {given!r}: a list of names such as {', '.join(known)}")
    return frozenset(given)
