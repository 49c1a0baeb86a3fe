"""
The steps a request under `/api/v2` passes through, in order:

    wire -> token (401) -> quota (429) -> permission (403) -> route (404) -> method (405)
         -> body and query (413, 415, 400) -> the faults that strike (`wire.conduct`)
         -> the resource's rule inside the store's critical section (404 of the id, 400, 409) -> answer -> journal

What is wrong with body or query is found before the critical section and raised inside it, once the id in the path is
known to exist, so that the order of checks holds although the body is decoded outside of the lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mockgc.behaviour.faults import Asked
from mockgc.contract.headers import COVERAGE
from mockgc.contract.validate import decode, without_nulls
from mockgc.domain import errors
from mockgc.domain.errors import Violation, WfmError, refuse
from mockgc.domain.resource import Grant
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit, Outcome, Request, View
from mockgc.journal import BODY_BYTES_KEPT, Entry, ignored_headers, redacted_body
from mockgc.store.base import Client, Store
from mockgc.wire.answers import Answer, Happened, MethodNotAllowed, answer_to, attempt
from mockgc.wire.conduct import Conductor, Met
from mockgc.wire.query import parse
from mockgc.wire.routes import Match, Route, Routes

Environ = Mapping[str, Any]


@dataclass(slots=True)
class _Exchange:
    """What is known of a request so far, for its journal entry."""

    path: str
    client: Client | None = None
    met: Met | None = None
    context_id: str = ""
    operation: str = ""
    level: str = "behaviour"
    media_type: str = "application/json"
    body: bytes = b""
    value: Any = None
    ignored_fields: tuple[str, ...] = ()


class Pipeline:
    """Answers requests; keeps no state of its own."""

    def __init__(self, store: Store, routes: Routes, conductor: Conductor, *, is_strict: bool = False) -> None:
        self._store, self._routes, self._conductor, self._is_strict = store, routes, conductor, is_strict

    def is_published(self, path: str) -> bool:
        """Whether answers under a path look as the vendor's do."""
        return self._routes.is_published(path)

    def handle(self, environ: Environ) -> Answer:
        """One request, answered and journalled; any failure becomes an error body."""
        exchange = _Exchange(_path(environ))
        what = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        happened = attempt(lambda: self._perform(environ, exchange), what)
        exchange.context_id = exchange.context_id or self._store.new_context_id(None)
        client = exchange.client
        switches = self._store.switches(client.organisation_id) if client else Switches()
        more = ((COVERAGE.name, COVERAGE.value),) if exchange.level == "shape" else ()
        answer = answer_to(
            happened,
            switches,
            exchange.context_id,
            more,
            is_published=self.is_published(exchange.path),
            media_type=exchange.media_type,
        )
        if exchange.met is not None:
            answer = exchange.met.deliver(answer, happened)
        self._store.append(self._entry(environ, exchange, answer, happened))
        return answer

    def _authenticate(self, environ: Environ) -> Met:
        scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not value.strip():
            raise refuse(errors.AUTHENTICATION_REQUIRED, "No authentication bearer token was sent.")
        token = self._store.token(value.strip())
        if token is None:
            raise refuse(errors.BAD_CREDENTIALS, "The bearer token is unknown.")
        now = self._store.now(token.client.organisation_id)
        if token.expires_at <= now:
            raise refuse(errors.BAD_CREDENTIALS, "The bearer token has expired.")
        return self._conductor.meet(token.client, token.value, now)

    def _perform(self, environ: Environ, exchange: _Exchange) -> Commit:
        met = exchange.met = self._authenticate(environ)
        client = exchange.client = met.client
        exchange.context_id = self._store.new_context_id(client.organisation_id)
        method, path = environ["REQUEST_METHOD"], exchange.path
        match = self._routes.match(path)
        route = match.route(method)
        met.charge(path, "" if route is None else route.resource.kind)
        if route is None:
            _require(self._routes.grant_of_area(method, path), client)
            raise _unrouted(match, method, path)
        exchange.operation = f"{route.resource.kind}.{route.operation.name}"
        exchange.level, exchange.media_type = route.operation.level, route.operation.media_type
        _require(route.operation.grant, client)
        request = _request(environ, route, match.ids, exchange, self._is_strict)
        met.strike(Asked(method, path, route.operation.path, client.id, exchange.value))

        def handle(view: View, request: Request) -> Outcome:
            return route.operation.handle(route.resource, route.operation, view, request)

        def note(context_id: str, happened: Happened) -> None:
            other = replace(exchange, context_id=context_id)
            self._store.append(self._entry(environ, other, answer_to(happened, Switches(), context_id), happened))

        return met.carry_out(request, handle, exchange.context_id, note)

    def _entry(self, environ: Environ, exchange: _Exchange, answer: Answer, happened: Happened) -> Entry:
        commit = happened if isinstance(happened, Commit) else None
        client = exchange.client
        return Entry(
            context_id=exchange.context_id,
            organisation_id=client.organisation_id if client else "",
            client_id=client.id if client else "",
            at=exchange.met.now if exchange.met else self._store.now(None),
            method=environ["REQUEST_METHOD"],
            path=exchange.path,
            query=environ.get("QUERY_STRING", ""),
            status=answer.status,
            operation=exchange.operation,
            error=happened if isinstance(happened, WfmError) else None,
            sequence=commit.sequence if commit else None,
            reads=commit.outcome.reads if commit else (),
            ignored=ignored_headers(environ),
            body=redacted_body(exchange.body),
            ignored_fields=exchange.ignored_fields,
            fault=exchange.met.fault if exchange.met else "",
        )


def _path(environ: Environ) -> str:
    path: str = environ.get("PATH_INFO", "")
    return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")


def _origin(environ: Environ) -> str:
    """Scheme and host as the client addressed them; a `Host` is there in every request of HTTP/1.1."""
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}"
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}"


def _require(grant: Grant, client: Client) -> None:
    lacking = grant.missing_from(client.permissions)
    if lacking:
        message = f"Unable to perform the requested action. The client lacks the permission(s): {', '.join(lacking)}"
        code = errors.MISSING_ANY_PERMISSIONS if grant.rule == "any" else errors.MISSING_PERMISSIONS
        raise WfmError([Violation(code, message, wanted=", ".join(lacking))])


def _unrouted(match: Match, method: str, path: str) -> WfmError:
    if match.routes:
        return MethodNotAllowed(method, tuple(sorted(match.routes)))
    return refuse(errors.NOT_FOUND, f"no operation has the path {path[:200]!r}")


def _request(environ: Environ, route: Route, ids: tuple[str, ...], exchange: _Exchange, is_strict: bool) -> Request:
    """The request as rules see it; what is wrong with it is carried along in `invalid`."""
    query = environ.get("QUERY_STRING", "")
    request = partial(
        Request,
        ids,
        origin=_origin(environ),
        organisation_id=exchange.client.organisation_id if exchange.client else "",
        streaming_port=environ.get("mockgc.streaming_port"),
    )
    try:
        value = _body(environ, route, exchange, is_strict) if route.validator is not None else {}
        parsed = parse(query, route.operation.query) if route.operation.query is not None else {}
        if isinstance(value, list):
            return request(parsed, raw_query=query, items=tuple(value))
        read_only = route.operation.read_only
        body = {name: item for name, item in value.items() if name not in read_only}
        return request(parsed, body, value.get("version"), raw_query=query)
    except WfmError as error:
        return request(invalid=error)


def _body(environ: Environ, route: Route, exchange: _Exchange, is_strict: bool) -> dict[str, Any] | list[Any]:
    """The valid body without nulls; empty when none was sent, or `null`, which is how the Python SDK leaves one out."""
    assert route.validator is not None
    raw = read_body(environ, route.operation.body_bytes_max)
    exchange.body = raw if len(raw) <= BODY_BYTES_KEPT else raw[: BODY_BYTES_KEPT + 1]
    if raw in (b"", b"null") and not route.operation.is_body_required:
        return {}
    _require_json(environ.get("CONTENT_TYPE", ""))
    value = exchange.value = decode(raw)
    if b"null" in raw:
        value = without_nulls(value)
    found = route.validator.violations(value)
    if not found and route.operation.values is not None:
        found = list(route.operation.values(value))
    refusal = route.operation.unknown_field
    unknown = route.validator.unknown_fields(value) if refusal is not None else ()
    if is_strict and refusal is not None:
        found += [Violation(refusal, f"{path} is not a field here", path) for path in unknown]
    else:
        exchange.ignored_fields = unknown
    if found:
        raise WfmError(found)
    return value if isinstance(value, dict | list) else {}


def _require_json(content_type: str) -> None:
    if content_type == "application/json":
        return
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() != "application/json" or charset not in ("", "utf-8"):
        message = f"Content-Type {content_type[:200]!r} is not application/json in UTF-8"
        raise refuse(errors.UNSUPPORTED_MEDIA_TYPE, message)


def read_body(environ: Environ, most: int) -> bytes:
    """
    The body's bytes; a chunked one is read until it is over the limit.

    Raises:
        WfmError: 413.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        length = ""
    if length and int(length) > most:
        raise refuse(errors.TOO_LARGE, f"the body has {length} bytes; at most {most} are taken")
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" or environ.get("wsgi.input_terminated")
    if not length and not chunked:
        return b""
    raw: bytes = environ["wsgi.input"].read(int(length) if length else most + 1)
    if len(raw) > most:
        raise refuse(errors.TOO_LARGE, f"the body has more than {most} bytes")
    return raw
