"""From what happened to what goes back: every failure becomes a refusal, every refusal an error body."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from mockgc.behaviour.latency import AT_ONCE, Delivery
from mockgc.contract.headers import NEVER_STORED
from mockgc.domain import errors
from mockgc.domain.errors import WfmError, refuse
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit
from mockgc.store.base import StoreUnavailable
from mockgc.wire.errors import error_body, status_of

Happened = Commit | WfmError
Headers = tuple[tuple[str, str], ...]
_LOG = logging.getLogger("mockgc")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back on the wire."""

    status: int
    body: bytes
    headers: Headers
    delivery: Delivery = AT_ONCE


class MethodNotAllowed(WfmError):
    """405, with the methods that are allowed."""

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        message = f"{method} is not allowed here; allowed are {', '.join(allowed)}"
        super().__init__(refuse(errors.METHOD_NOT_ALLOWED, message).violations)
        self.allowed = allowed


def attempt(perform: Callable[[], Commit], what: str) -> Happened:
    """
    What came of it, a refusal included; nothing is raised.

    Args:
        what: names the request in the log, without secrets.
    """
    try:
        commit = perform()
    except WfmError as refused:
        return refused
    except StoreUnavailable as unavailable:
        return refuse(errors.SERVICE_UNAVAILABLE, str(unavailable))
    except Exception:
        _LOG.exception("request failed: %s", what)
        return refuse(errors.INTERNAL_ERROR, "the emulator failed; its log has the traceback")
    return commit if commit.outcome.refusal is None else commit.outcome.refusal


def answer_to(
    happened: Happened,
    switches: Switches,
    context_id: str,
    more: Headers = (),
    *,
    is_published: bool = False,
    media_type: str = "application/json",
) -> Answer:
    """
    The answer, with the headers that follow from it and those of `more`.

    Args:
        is_published: whether it belongs to the published family, whose answers are kept out of caches.
        media_type: of a success with a body.
    """
    if isinstance(happened, WfmError):
        status = status_of(happened, switches)
        body: Any = error_body(happened, status, context_id, switches, is_published=is_published)
        media_type = "application/json"
    else:
        status, body = happened.outcome.status, happened.outcome.body
    encoded = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
    headers = [("ININ-Correlation-Id", context_id)]
    if body is not None:
        headers.append(("Content-Type", media_type))
    if is_published:
        headers += ((header.name, header.value) for header in NEVER_STORED)
    headers += more
    if isinstance(happened, MethodNotAllowed):
        headers.append(("Allow", ", ".join(happened.allowed)))
    if status == 401:
        headers.append(("WWW-Authenticate", 'Bearer realm="mockgc"'))
    return Answer(status, encoded, tuple(headers))
