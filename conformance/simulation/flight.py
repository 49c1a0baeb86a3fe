"""One request on the wire, from the client's call until nobody can be affected by it any more."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

import httpx

from conformance.history import Operation, outcome_of
from conformance.simulation.plan import ACTS, CRASHES, Act
from conformance.simulation.process import Process

_ON_THE_WAY_BACK = frozenset({Act.GO_ON, Act.PASS_TIME, Act.LOST_AFTER, Act.TIMED_OUT}) | CRASHES
_ALL = frozenset(ACTS)
_NO_TOKEN = _ALL - {Act.EXPIRED}
_NOBODY_WAITS = frozenset({Act.GO_ON, Act.PASS_TIME})


@dataclass(eq=False, slots=True)
class Flight:
    """
    Args:
        call, at_s: when the client sent it, on the wire's event counter and clock.
        reply: the application's answer, once it has handled the request.
        seen: the answer that reached the client, which may be a gateway's.
        has_moved: whether the commit log grew while the application handled it.
        was_sent: False when the client knows that nothing left it.
        late: the act that left the request on the wire without its client; None when a crash did, or its own program.
    """

    process: Process
    task: asyncio.Task[Any]
    request: httpx.Request
    future: asyncio.Future[httpx.Response]
    call: int
    at_s: float
    reply: httpx.Response | None = None
    seen: httpx.Response | None = None
    returned: int | None = None
    returned_at_s: float | None = None
    has_moved: bool = False
    was_sent: bool = True
    is_copy: bool = False
    late: Act | None = None

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self.is_copy or self.future.done()

    @property
    def is_write(self) -> bool:
        """Whether the request could change something: a token request, which sends a form, could not."""
        is_json = self.request.headers.get("Content-Type", "").startswith("application/json")
        return self.request.method == "DELETE" or (is_json and self.request.method in ("POST", "PUT", "PATCH"))

    @property
    def target(self) -> str:
        """Path and query."""
        return self.request.url.raw_path.decode("ascii")

    def possible_acts(self) -> frozenset[Act]:
        """What can happen to the flight where it is now."""
        if self.is_abandoned:
            return _NOBODY_WAITS
        if self.reply is not None:
            return _ON_THE_WAY_BACK
        return _ALL if self.request.headers.get("Authorization", "").startswith("Bearer ") else _NO_TOKEN

    def late_copy(self) -> Flight:
        """The same request once more, which nobody waits for."""
        return replace(self, is_copy=True, late=Act.DUPLICATED_LATE)

    def operation(self) -> Operation:
        """What the client knows about it."""
        status = self.seen.status_code if self.seen else None
        retry_after = self.seen.headers.get("Retry-After") if self.seen else None
        return Operation(
            client=self.process.client_name,
            call=self.call,
            returned=self.returned,
            at_s=self.at_s,
            returned_at_s=self.returned_at_s,
            method=self.request.method,
            path=self.target,
            body=_decoded(self.request.content),
            status=status,
            response=_decoded(self.seen.content) if self.seen else None,
            retry_after_s=float(retry_after) if retry_after else None,
            outcome=outcome_of(status) if self.was_sent else "fail",
        )


def _decoded(content: bytes) -> Any:
    """JSON, or None for a body that is not (a token request is a form)."""
    try:
        return json.loads(content)
    except ValueError:
        return None
