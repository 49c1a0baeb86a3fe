"""
`PUT /uploads/{organisationId}/{uploadKey}`: where clients put documents. Outside of the contract and without a token.

The journal shows the path without its key, which is the right to use the address.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from mockgc.domain import errors
from mockgc.domain.errors import WfmError, refuse
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit, Outcome, View
from mockgc.journal import REDACTED, Entry
from mockgc.store.base import Store, StoreUnavailable
from mockgc.wire.errors import error_body, status_of
from mockgc.wire.pipeline import Answer, read_body

Receive = Callable[[View, str, Mapping[str, str], bytes], Outcome]
"""(view, upload key, headers in lower case, document) -> what to store, or WfmError."""
PREFIX = "/uploads/"
_LOG = logging.getLogger("mockgc")


def upload_endpoint(store: Store, receive: Receive, bytes_max: int, environ: Mapping[str, Any]) -> Answer:
    """Take one document; answers are empty, refusals are the vendor's error bodies."""
    organisation_id, _, key = environ["PATH_INFO"].removeprefix(PREFIX).partition("/")
    if organisation_id not in {organisation.id for organisation in store.organisations()}:
        organisation_id = ""
    context_id = store.new_context_id(organisation_id or None)
    commit: Commit | None = None
    error: WfmError | None = None
    try:
        commit = _store(store, receive, bytes_max, environ, organisation_id, key, context_id)
    except WfmError as refused:
        error = refused
    except StoreUnavailable as unavailable:
        error = refuse(errors.SERVICE_UNAVAILABLE, str(unavailable))
    except Exception:
        _LOG.exception("an upload failed")
        error = refuse(errors.INTERNAL_ERROR, "the emulator failed; its log has the traceback")
    answer = _answer(store, error, organisation_id, context_id)
    store.append(_entry(store, environ, answer, commit, error, organisation_id, context_id))
    return answer


def _store(
    store: Store, receive: Receive, bytes_max: int, environ: Mapping[str, Any], organisation_id: str, key: str,
    context_id: str,
) -> Commit:  # fmt: skip
    if not organisation_id:
        raise refuse(errors.NOT_FOUND, "no upload has this address")
    if environ["REQUEST_METHOD"] != "PUT":
        raise refuse(errors.METHOD_NOT_ALLOWED, "the address of an upload takes PUT only")
    document, headers = read_body(environ, bytes_max), _headers(environ)
    return store.transact(organisation_id, lambda view: receive(view, key, headers, document), "", context_id)


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    return {**found, "content-type": environ.get("CONTENT_TYPE", "")}


def _answer(store: Store, error: WfmError | None, organisation_id: str, context_id: str) -> Answer:
    headers = [("ININ-Correlation-Id", context_id)]
    if error is None:
        return Answer(200, b"", tuple(headers))
    switches = store.switches(organisation_id) if organisation_id else Switches()
    status = status_of(error, switches)
    headers.append(("Content-Type", "application/json"))
    if error.code is errors.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "PUT"))
    return Answer(status, orjson.dumps(error_body(error, status, context_id, switches)), tuple(headers))


def _entry(
    store: Store, environ: Mapping[str, Any], answer: Answer, commit: Commit | None, error: WfmError | None,
    organisation_id: str, context_id: str,
) -> Entry:  # fmt: skip
    return Entry(
        context_id=context_id,
        organisation_id=organisation_id,
        client_id="",
        at=store.now(),
        method=environ["REQUEST_METHOD"],
        path=f"{PREFIX}{organisation_id}/{REDACTED}",
        query="",
        status=answer.status,
        operation="upload.put",
        error=error,
        sequence=commit.sequence if commit else None,
        reads=(),
        ignored=(),
        body=b"",
    )
