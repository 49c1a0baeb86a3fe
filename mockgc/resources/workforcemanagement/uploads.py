"""
Documents that a client uploads beside the API: an address is asked for, the document is put there, a later call takes
it by its key.

A row of the kind `upload` is an address that was given out, with the document once it has come; taking it removes it.
The address needs no token: its key and the headers that came with it are the right to use it.

Decided: the headers are compared one by one, further ones are ignored; the length is the one announced; a second PUT
replaces the first; a key is taken once. Source: three steps, fields and 'those headers' are documented; how a wrong
PUT is refused is assumed.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed
from mockgc.domain.resource import Handler, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.workforcemanagement.business_units import COMMON as UNIT
from mockgc.resources.workforcemanagement.business_units import NOT_FOUND as UNIT_NOT_FOUND

DOCUMENT_BYTES_MAX = 16 * 1024 * 1024
WRONG_HEADERS = ErrorCode(
    "not.authorized", 403, "an upload carries exactly the headers that came with its address",
    assumed("the code is documented for every operation; addresses of object stores refuse so"),
    "Send the headers of the uploadurl answer unchanged.",
)  # fmt: skip
WRONG_LENGTH = ErrorCode(
    "bad.request", 400, "an upload has the length that was announced for it", assumed("no code says so"),
    "Ask for another address with the document's length in bytes.",
)  # fmt: skip
NO_DOCUMENT = ErrorCode(
    "wfm.validation.failure", 400, "an upload key names a document that was put for this very operation, and once",
    assumed("no code says so"), "Ask for an address, put the document there, then send its key.",
)  # fmt: skip
BAD_LENGTH = ErrorCode(
    "wfm.validation.failure", 400, f"a document has 1 to {DOCUMENT_BYTES_MAX} bytes", assumed("no limit is published"),
    "Split the document: update the schedule in several steps.",
)  # fmt: skip


def issue(purpose: str, place: Callable[[View, Request], object]) -> Handler:
    """
    The rule of an `uploadurl` operation; `purpose` binds the key to the operation that takes it, `place` refuses paths
    that name nothing.
    """

    def handle(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
        place(view, request)
        rules.raise_invalid(request)
        length = request.body["contentLengthBytes"]
        if not 1 <= length <= DOCUMENT_BYTES_MAX:
            message = f"contentLengthBytes: {length} is not from 1 to {DOCUMENT_BYTES_MAX}"
            raise errors.refuse(BAD_LENGTH, message, "contentLengthBytes")
        key = view.new_id()
        upload: Entity = {
            "id": key,
            "businessUnitId": request.ids[0],
            "purpose": _bound(purpose, request),
            "contentLengthBytes": length,
            "headers": {"Content-Type": "application/json", "x-mockgc-upload-signature": view.new_id()},
        }
        answer = {
            "uploadKey": key,
            "url": f"{request.origin}/uploads/{request.organisation_id}/{key}",
            "headers": upload["headers"],
        }
        return Outcome(201, answer, (Write("upload", key, upload, changed=tuple(upload)),))

    return handle


def _bound(purpose: str, request: Request) -> str:
    return "/".join((purpose, *request.ids))


def receive(view: View, key: str, headers: Mapping[str, str], document: bytes) -> Outcome:
    """
    The rule behind the address; header names in lower case, the document as it was on the wire.

    Raises:
        WfmError: 404 of the key, 403 of the headers, 400 of the length; what was there stays.
    """
    upload = view.get("upload", key)
    if upload is None:
        raise errors.refuse(errors.NOT_FOUND, "no upload has this address; it may have been taken already")
    for name, value in upload["headers"].items():
        if headers.get(name.lower()) != value:
            raise errors.refuse(WRONG_HEADERS, f"the header {name} is not the one that came with the address", name)
    if len(document) != upload["contentLengthBytes"]:
        message = f"the document has {len(document)} bytes; {upload['contentLengthBytes']} were announced"
        raise errors.refuse(WRONG_LENGTH, message)
    stored = {**upload, "document": _text(document)}
    return Outcome(200, None, (Write("upload", key, stored, changed=("document",)),))


def _text(document: bytes) -> str:
    """The document's text; empty when it is none, which the operation that takes it refuses. Gzip is opened."""
    try:
        if document.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(document)) as opened:
                document = opened.read(DOCUMENT_BYTES_MAX + 1)
        return document.decode("utf-8") if len(document) <= DOCUMENT_BYTES_MAX else ""
    except (UnicodeDecodeError, OSError, EOFError, zlib.error):
        return ""


def taken(view: View, purpose: str, request: Request) -> tuple[str, Write]:
    """
    The document under the key that the body names, and the write that removes it.

    Raises:
        WfmError: 400; the key is unknown, of another operation or path, or nothing was put there yet.
    """
    key: Any = request.body["uploadKey"]
    upload = view.get("upload", key)
    if upload is None or upload["purpose"] != _bound(purpose, request):
        raise errors.refuse(NO_DOCUMENT, f"uploadKey: {key[:200]!r} was not given out for this operation", "uploadKey")
    if "document" not in upload:
        raise errors.refuse(NO_DOCUMENT, "uploadKey: nothing has been put at the address of this key", "uploadKey")
    return upload["document"], Write("upload", key, None)


UPLOAD = Resource(
    kind="upload",
    path="/uploads",
    title="upload",
    references=(Reference("businessUnitId", UNIT.kind, UNIT_NOT_FOUND),),
)
