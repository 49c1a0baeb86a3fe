"""
`PUT /uploads/{organisationId}/{uploadKey}` takes documents, `GET /downloads/{organisationId}/{key}` gives results.

Both are outside of the contract and without a token; the answers that name them are within. The journal shows the path
without its key, which is the right to use the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockgc.domain import errors
from mockgc.domain.errors import WfmError, refuse
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit, Outcome, Rule, View
from mockgc.journal import REDACTED, Entry
from mockgc.store.base import Store
from mockgc.wire.answers import Answer, Happened, MethodNotAllowed, answer_to, attempt
from mockgc.wire.pipeline import read_body

Receive = Callable[[View, str, Mapping[str, str], bytes], Outcome]
"""(view, upload key, headers in lower case, document) -> what to store, or WfmError."""
Fetch = Callable[[View, str], Outcome]
"""(view, key) -> the result, or WfmError."""
UPLOADS, DOWNLOADS = "/uploads/", "/downloads/"


@dataclass(frozen=True, slots=True)
class _Door:
    """One kind of address: where it is, the method it takes, and its name in the journal."""

    prefix: str
    method: str
    operation: str


_UPLOAD, _DOWNLOAD = _Door(UPLOADS, "PUT", "upload.put"), _Door(DOWNLOADS, "GET", "download.get")


def upload_endpoint(store: Store, receive: Receive, bytes_max: int, environ: Mapping[str, Any]) -> Answer:
    """Take one document; answers are empty, refusals are the vendor's error bodies."""

    def rule_of(key: str) -> Rule:
        document, headers = read_body(environ, bytes_max), _headers(environ)
        return lambda view: receive(view, key, headers, document)

    return _answered(store, _UPLOAD, environ, rule_of)


def download_endpoint(store: Store, fetch: Fetch, environ: Mapping[str, Any]) -> Answer:
    """Give one result that was too large for its answer, or was asked for as a download."""
    return _answered(store, _DOWNLOAD, environ, lambda key: lambda view: fetch(view, key))


def _answered(store: Store, door: _Door, environ: Mapping[str, Any], rule_of: Callable[[str], Rule]) -> Answer:
    organisation_id, _, key = environ["PATH_INFO"].removeprefix(door.prefix).partition("/")
    if organisation_id not in {organisation.id for organisation in store.organisations()}:
        organisation_id = ""
    context_id = store.new_context_id(organisation_id or None)

    def perform() -> Commit:
        if not organisation_id:
            raise refuse(errors.NOT_FOUND, "nothing has this address")
        if environ["REQUEST_METHOD"] != door.method:
            raise MethodNotAllowed(environ["REQUEST_METHOD"], (door.method,))
        return store.transact(organisation_id, rule_of(key), "", context_id)

    happened = attempt(perform, door.operation)
    switches = store.switches(organisation_id) if organisation_id else Switches()
    answer = answer_to(happened, switches, context_id)
    store.append(_entry(store, door, environ, answer, happened, organisation_id, context_id))
    return answer


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    return {**found, "content-type": environ.get("CONTENT_TYPE", "")}


def _entry(
    store: Store, door: _Door, environ: Mapping[str, Any], answer: Answer, happened: Happened, organisation_id: str,
    context_id: str,
) -> Entry:  # fmt: skip
    return Entry(
        context_id=context_id,
        organisation_id=organisation_id,
        client_id="",
        at=store.now(organisation_id or None),
        method=environ["REQUEST_METHOD"],
        path=f"{door.prefix}{organisation_id}/{REDACTED}",
        query="",
        status=answer.status,
        operation=door.operation,
        error=happened if isinstance(happened, WfmError) else None,
        sequence=happened.sequence if isinstance(happened, Commit) else None,
        reads=(),
        ignored=(),
        body=b"",
    )
