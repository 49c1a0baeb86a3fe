"""
The composition root: settings, clock, ids, registry and store -> a Flask application.

There is no module-level state: many emulators live in one process.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from mockgc.behaviour.conduct import Conducts, plain, with_quotas
from mockgc.behaviour.latency import UNSENDABLE, Sleep, Waiting
from mockgc.clock import ClockChange, ClockState, WallClock, wall_clock
from mockgc.console import blueprint as console
from mockgc.contract.model import Contract
from mockgc.contract.openapi import component_schemas
from mockgc.contract.openapi_families import family_document
from mockgc.control.bodies import refused
from mockgc.control.guard import Guard
from mockgc.control.routes import blueprint
from mockgc.domain.errors import SERVICE_UNAVAILABLE, refuse
from mockgc.domain.resource import Resource
from mockgc.domain.switches import Switches
from mockgc.ids import Ids
from mockgc.resources import checked, registry
from mockgc.resources.published import operations
from mockgc.resources.workforcemanagement.downloads import fetch
from mockgc.resources.workforcemanagement.uploads import DOCUMENT_BYTES_MAX, receive
from mockgc.settings import Settings
from mockgc.store.base import Client, DataFileMismatch, Kept, Store, StoreUnavailable
from mockgc.store.memory import MemoryStore
from mockgc.wire.answers import Answer, answer_to
from mockgc.wire.conduct import Conductor
from mockgc.wire.limits import too_long
from mockgc.wire.oauth import token_endpoint
from mockgc.wire.pipeline import Pipeline
from mockgc.wire.routes import Routes
from mockgc.wire.uploads import DOWNLOADS, UPLOADS, download_endpoint, upload_endpoint

NO_CONTEXT = "00000000-0000-0000-0000-000000000000"
"""The correlation id of an answer that no store could give one."""
CONTROL_BODY_BYTES_MAX = 256 * 1024 * 1024
"""A snapshot of a large organisation is the largest body of the control API."""
StoreFactory = Callable[[tuple[Resource, ...], Ids, WallClock, Kept], Store]
"""Builds a store from the registry, a source of ids, the wall clock, and how much of the past is kept."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client needs to work in an organisation."""

    id: str
    client_id: str
    client_secret: str = field(repr=False)


class Clock:
    """The emulator's clock, or an organisation's that runs on it, in process."""

    def __init__(self, store: Store, organisation_id: str | None = None) -> None:
        self._store, self._organisation_id = store, organisation_id

    def now(self) -> datetime:
        """The time, UTC."""
        return self._store.now(self._organisation_id)

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still at this instant, or where the clock is now."""
        self._change(lambda state, beneath: state.frozen(at) if at else state.stopped(beneath))

    def release(self) -> None:
        """Go on from where the clock stands."""
        self._change(ClockState.released)

    def advance(self, seconds: float) -> None:
        """Move forward; tokens, and all that reads the clock, follow."""
        self._change(lambda state, _: state.advanced(seconds))

    def _change(self, change: ClockChange) -> None:
        self._store.change_clock(change, self._organisation_id)


class Emulator:
    """Everything of one emulator, for code in the same process: `app.extensions["mockgc"]`."""

    def __init__(self, store: Store, clock: Clock, resources: tuple[Resource, ...], conducts: Conducts) -> None:
        self.store, self.clock, self.resources, self.conducts = store, clock, resources, conducts

    def create_organisation(
        self, name: str | None = None, seed: int | None = None, credentials: tuple[str, str] | None = None
    ) -> Credentials:
        """A fresh organisation and a client of it with all permissions."""
        organisation = self.store.create_organisation(name, seed)
        self.conducts.opened(organisation.id)
        client = self.store.add_client(organisation.id, credentials=credentials)
        return Credentials(organisation.id, client.id, client.secret)

    def clock_of(self, organisation_id: str) -> Clock:
        """One organisation's clock; the others do not notice."""
        return Clock(self.store, organisation_id)

    def issue_token(self, client_id: str) -> str:
        """
        A bearer token without the round trip to `/oauth/token`.

        Raises:
            LookupError: no client has this id.
        """
        client: Client | None = self.store.client(client_id)
        if client is None:
            raise LookupError(f"no client has the id {client_id!r}")
        return self.store.issue_token(client).value


def create_app(
    settings: Settings | None = None,
    *,
    resources: tuple[Resource, ...] | None = None,
    store: StoreFactory | None = None,
    wall: WallClock = wall_clock,
    sleep: Sleep = time.sleep,
    can_close: bool = False,
) -> Flask:
    """
    An emulator as a WSGI application.

    Raises:
        ProfileRefused: the settings name a profile that cannot be used.

    Args:
        settings: read from the environment when not given.
        resources: the registry; another one for tests of the emulator's own checks.
        store: builds the store; else the settings say where state is kept.
        wall: the clock behind the emulator's clock.
        sleep: takes seconds; delayed answers wait with it.
        can_close: whether the server can close a connection without an answer, for faults that need it.
    """
    settings = settings if settings is not None else Settings()
    emulator, routes = assembled(settings, resources=resources, store=store, wall=wall, can_close=can_close)
    documents = partial(family_document, resources=emulator.resources, is_strict=settings.strict)
    token = settings.admin_token.get_secret_value() if settings.admin_token else None
    conductor = Conductor(emulator.store, emulator.conducts, emulator.resources)
    pipeline = Pipeline(emulator.store, routes, conductor, is_strict=settings.strict)
    return _flask(emulator, pipeline, Guard(token, settings.local_only), documents, emulator.conducts, Waiting(sleep))


def assembled(
    settings: Settings,
    *,
    resources: tuple[Resource, ...] | None = None,
    store: StoreFactory | None = None,
    wall: WallClock = wall_clock,
    can_close: bool = False,
) -> tuple[Emulator, Routes]:
    """
    State, clock and conduct, with the operations that work on them, and nothing yet that speaks HTTP.

    Arguments and errors are those of `create_app`.
    """
    used = registry() if resources is None else checked(resources)
    seed = secrets.token_bytes(32) if settings.seed is None else str(settings.seed).encode()
    build = store or _store_of(settings)
    state = build(used, Ids(seed, settings.seed is not None), wall, Kept(journal_entries=settings.journal_entries_max))
    clock = Clock(state)
    if settings.freeze is not None:
        clock.freeze(settings.freeze)
    published = operations(Contract.bundled(), used, is_strict=settings.strict)
    routes = Routes(used, component_schemas(used), published)
    conducts = _conducts(state, settings, routes.templates, can_close=can_close)
    return Emulator(state, clock, used, conducts), routes


def _conducts(store: Store, settings: Settings, templates: Collection[str], *, can_close: bool) -> Conducts:
    unset = plain(has_quotas=settings.quotas)
    if settings.conduct is None:
        return Conducts(store, unset, can_close=can_close, templates=templates)
    from mockgc.behaviour.profiles import loaded  # noqa: PLC0415 (start-up does not pay for what it does not use)

    profile = loaded(settings.conduct, can_close=can_close, templates=templates)
    opening = profile.conduct(unset)
    if not settings.quotas:  # --no-quotas has the last word
        opening = with_quotas(opening, replace(opening.quotas, enabled=False))
    given = (opening, profile.switches)
    return Conducts(store, unset, can_close=can_close, templates=templates, opening=given)


def _store_of(settings: Settings) -> StoreFactory:
    if settings.data is None:
        return MemoryStore
    from mockgc.store.sql import SqlStore  # noqa: PLC0415 (start-up does not pay for what it does not use)

    if isinstance(settings.data, Path):
        from mockgc.store.sqlite import SqliteDatabase  # noqa: PLC0415

        return partial(SqlStore, SqliteDatabase(settings.data))
    try:
        from mockgc.store.postgres import PostgresDatabase  # noqa: PLC0415
    except ImportError as missing:
        raise DataFileMismatch(f"PostgreSQL needs a driver ({missing}): pip install 'mockgc[postgres]'") from None
    return partial(SqlStore, PostgresDatabase(settings.data.get_secret_value()))


def _flask(
    emulator: Emulator,
    pipeline: Pipeline,
    guard: Guard,
    documents: Callable[[str], dict[str, Any]],
    conducts: Conducts,
    waiting: Waiting,
) -> Flask:
    app = Flask("mockgc", static_folder=None)
    logging.getLogger("mockgc").addHandler(logging.NullHandler())
    app.extensions["mockgc"] = emulator
    app.config["MAX_CONTENT_LENGTH"] = CONTROL_BODY_BYTES_MAX  # what is not under /_mockgc reads its body by itself
    app.url_map.merge_slashes = False  # a path with // is another path, not a redirect
    app.register_blueprint(blueprint(emulator.store, emulator.resources, documents, conducts), url_prefix="/_mockgc")
    app.register_blueprint(console(), url_prefix="/_mockgc")

    @app.errorhandler(StoreUnavailable)
    def without_a_store(_: StoreUnavailable) -> Response:
        error = refuse(SERVICE_UNAVAILABLE, "The store did not answer; whether the request was carried out is unknown.")
        return _response(answer_to(error, Switches(), NO_CONTEXT))

    @app.before_request
    def answer_the_vendors_paths() -> Response | None:
        environ: Mapping[str, Any] = request.environ
        path = environ["PATH_INFO"]
        over = too_long(environ)
        if over is not None:
            context_id, is_published = emulator.store.new_context_id(None), pipeline.is_published(path)
            return _response(answer_to(over, Switches(), context_id, is_published=is_published))
        if path == "/_mockgc":
            return Response(status=308, headers={"Location": "/_mockgc/"})
        if path.startswith("/_mockgc/"):
            return refused(guard, environ)
        return _response(_answer(emulator.store, pipeline, path, environ), waiting)

    return app


def _answer(store: Store, pipeline: Pipeline, path: str, environ: Mapping[str, Any]) -> Answer:
    """What one of the vendor's addresses answers."""
    if path == "/oauth/token":
        return token_endpoint(store, environ)
    if path.startswith(UPLOADS):
        return upload_endpoint(store, receive, DOCUMENT_BYTES_MAX, environ)
    if path.startswith(DOWNLOADS):
        return download_endpoint(store, fetch, environ)
    return pipeline.handle(environ)


class _Response(Response):
    """An answer that says of its content what it was told to, and nothing by itself."""

    default_mimetype = None


def _response(answer: Answer, waiting: Waiting | None = None) -> Response:
    if waiting is None or answer.delivery.is_plain:
        return _Response(answer.body, answer.status, answer.headers)
    pieces = waiting.pieces(answer.body, answer.delivery)
    response = _Response(pieces, answer.status)
    response.content_length = len(answer.body)
    if answer.delivery.is_lost:
        pieces.wait()
    if pieces.is_hurried:
        response.headers["X-Mockgc-Not-Delayed"] = f"{waiting.most} answers wait already"
    response.headers.extend(answer.headers)
    if answer.delivery.is_lost:
        response.headers["Content-Length"] = UNSENDABLE
    return response
