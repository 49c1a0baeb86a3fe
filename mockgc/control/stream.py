"""
What is new in a journal, as server-sent events.

An answer ends at once. The number of request threads is fixed, and a stream that stayed open would hold one for as long
as somebody looks at it; so each answer sends what came after `Last-Event-ID` and says with `retry` when to ask again,
which is how `EventSource` goes on by itself. Twenty viewers cost forty small requests a second, and no thread.

Events: `request` is a request, without its body. `held`, always the last, says which numbers are still held; a viewer
drops what is older, which is how it learns of a reset. Requests that no organisation could be found for (401) are sent
to every viewer, because their sender is looking for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
from flask import Blueprint, Response, request

from mockgc.control.bodies import ControlError
from mockgc.domain.metadata import timestamp
from mockgc.journal import Entry
from mockgc.store.base import Journal, Store

RETRY_MS = 500
REQUESTS_MAX = 1_000
"""An answer holds at most so many, the newest; `GET /journal` has all."""
_NOBODY = ""
_CURSOR = re.compile(r"(\d{1,15})\.(\d{1,15})")
_LEFT_OUT = ("requestBody", "requestBodyBytes", "ignoredHeaders")


def register(control: Blueprint, store: Store) -> None:
    """The route under `/organisations/{id}`."""

    @control.get("/organisations/<organisation_id>/stream")
    def stream(organisation_id: str) -> Response:
        store.organisation(organisation_id)
        seen = _seen(request.headers.get("Last-Event-ID", ""))
        own, nobody = _news(store, organisation_id, seen[0]), _news(store, _NOBODY, seen[1])
        now = timestamp(store.now(organisation_id))
        body = b"".join(_events(own, nobody, now))
        return Response(body, content_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _seen(cursor: str) -> tuple[int, int]:
    """The numbers of the last request seen: the organisation's, and of those without one."""
    if not cursor:
        return 0, 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ControlError(400, f"Last-Event-ID {cursor[:100]!r} is not one that this stream has sent, such as 17.0")
    return int(found[1]), int(found[2])


def _news(store: Store, organisation_id: str, seen: int) -> Journal:
    """What came after `seen`; all that is held, when the journal never came that far (another process or file)."""
    if seen:
        held = store.journal(organisation_id, seen)
        if held.last >= seen:
            return replace(held, entries=held.entries[-REQUESTS_MAX:])
    last = store.journal(organisation_id, after=10**18).last
    return store.journal(organisation_id, max(0, last - REQUESTS_MAX))


def _events(own: Journal, nobody: Journal, now: str) -> Iterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    numbered = [*own.numbered, *nobody.numbered]
    for number, entry in sorted(numbered, key=lambda pair: pair[1].at):
        yield _event("request", _shown(number, entry))
    held = {"first": own.evicted + 1, "last": own.last, "firstOfNobody": nobody.evicted + 1, "now": now}
    yield f"id: {own.last}.{nobody.last}\n".encode() + _event("held", held)


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def _shown(number: int, entry: Entry) -> dict[str, Any]:
    fields = {name: value for name, value in entry.as_dict().items() if name not in _LEFT_OUT}
    return {"number": number, **fields}
