"""
A gate in front of a target: every request of a program under test passes it over a real connection.

A threaded HTTP/1.1 reverse proxy on 127.0.0.1, one port a run, so that runs are told apart. It holds the first request
and the first write of each run until the other run has come as far (`Meeting`), lets faults strike by the trial's
`Script`, and keeps what passed (`Exchange`). Neither programs nor targets need to know that it is there.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

from conformance.faults import WRITES, Fault, Planned, Script, kind_of
from conformance.target import CORRELATION_ID

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
)
RETRY_AFTER_S = 1


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    One request that came through, and what the target answered.

    Args:
        status: the target's status; None when the request never reached it.
        seen: the status that the program saw; None when the connection was closed on it.
        arrived_s, answered_s: monotonic time.
    """

    party: str
    method: str
    path: str
    body: bytes
    status: int | None
    seen: int | None
    answer: bytes
    context_id: str | None
    arrived_s: float
    answered_s: float

    @property
    def is_write(self) -> bool:
        """Whether it could have changed an entity."""
        return self.method in WRITES and kind_of(self.path) is not None


class Meeting:
    """Holds the requests of each run at one point until all runs are there; one that will not come releases all."""

    def __init__(self, parties: int, timeout_s: float = 20.0) -> None:
        self._parties, self._timeout_s = parties, timeout_s
        self._here: set[str] = set()
        self._is_off = False
        self._changed = threading.Condition()

    @property
    def met(self) -> bool:
        """Whether all really were there at once."""
        return len(self._here) == self._parties

    def wait(self, party: str) -> None:
        """Come here; returns when all have, or when one will not."""
        with self._changed:
            if not self._is_off:
                self._here.add(party)
            self._changed.notify_all()
            self._is_off |= not self._changed.wait_for(lambda: self.met or self._is_off, self._timeout_s)
            self._changed.notify_all()

    def abandon(self) -> None:
        """A run has ended; nobody waits for it any more."""
        with self._changed:
            self._is_off = True
            self._changed.notify_all()


class Gate:
    """
    One run's way to the target.

    Args:
        upstream: base URL of the target.
        party: name of the run, for the records.
        first_request, first_write: where the run is held for the other one.
        stagger: seconds for which the next write is held back, so that two runs do not go in step.
        kill: ends the program under test at once; called from a request's thread.
    """

    def __init__(
        self,
        upstream: str,
        party: str,
        script: Script,
        first_request: Meeting | None = None,
        first_write: Meeting | None = None,
        stagger: Callable[[], float] = lambda: 0.0,
        kill: Callable[[], None] = lambda: None,
    ) -> None:
        self.party, self.script, self.kill, self._stagger = party, script, kill, stagger
        self.exchanges: list[Exchange] = []
        self.upstream_failures: list[str] = []
        self._meetings = (first_request, first_write)
        self._lock = threading.Lock()
        self._in_flight = 0
        self._idle = threading.Condition(self._lock)
        self.upstream = urlsplit(upstream)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.gate = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def base_url(self) -> str:
        """What the program under test takes for the target."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the port once everything that was passed on has been answered, so that no commit comes late."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        with self._idle:
            self._idle.wait_for(lambda: self._in_flight == 0, timeout=30)

    def hold(self, method: str, path: str) -> None:
        """Keep the run at its first request, and at its first write, until the other run is there too."""
        is_write = method in WRITES and kind_of(path) is not None
        for meeting, is_here in zip(self._meetings, (True, is_write), strict=True):
            if meeting is not None and is_here:
                meeting.wait(self.party)
        if is_write:
            time.sleep(self._stagger())

    def enter(self) -> None:
        """A request begins."""
        with self._lock:
            self._in_flight += 1

    def leave(self, exchange: Exchange | None) -> None:
        """It is over; `exchange` is None when the client went away in the middle of it."""
        with self._idle:
            self._in_flight -= 1
            if exchange is not None:
                self.exchanges.append(exchange)
            self._idle.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    gate: Gate

    def handle_error(self, request: object, client_address: object) -> None:
        """A program that goes away is no event of ours; it may have been killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """The exchanges are the log."""

    def setup(self) -> None:
        super().setup()
        url = self.server.gate.upstream
        self._upstream = http.client.HTTPConnection(url.hostname or "", url.port, timeout=60)

    def finish(self) -> None:
        self._upstream.close()
        super().finish()

    def _pass(self) -> None:
        gate = self.server.gate
        gate.enter()
        exchange = None
        try:
            exchange = self._exchange(gate, time.monotonic())
        except (ConnectionError, TimeoutError):  # the program's side of the connection is gone
            self.close_connection = True
        finally:
            gate.leave(exchange)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _pass

    def _exchange(self, gate: Gate, arrived_s: float) -> Exchange:
        body, path = self._read_body(), self.path.partition("?")[0]
        gate.hold(self.command, path)
        due = gate.script.before(gate.party, self.command, path)
        status, answer, headers = None, b"", http.client.HTTPMessage()
        strikes = due is not None and not due.fault.is_after_commit
        if not strikes:
            status, answer, headers = self._forward(body)
            context_id = headers.get(CORRELATION_ID)
            strikes = due is not None and gate.script.after(due, gate.party, self.command, path, status, context_id)
        seen = self._strike(due) if due is not None and strikes else self._answer(status or 502, headers, answer)
        return Exchange(
            gate.party, self.command, path, body, status, seen, answer, headers.get(CORRELATION_ID),
            arrived_s, time.monotonic(),
        )  # fmt: skip

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self._read_chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _read_chunk(self) -> bytes:
        size = int(self.rfile.readline().partition(b";")[0], 16)
        chunk = self.rfile.read(size)
        while self.rfile.readline().strip():
            pass  # trailers, after the last chunk, are read and dropped
        return chunk

    def _forward(self, body: bytes) -> tuple[int, bytes, http.client.HTTPMessage]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        if body or self.command in WRITES:
            headers["Content-Length"] = str(len(body))
        try:
            self._upstream.request(self.command, self.path, body=body or None, headers=headers)
            answer = self._upstream.getresponse()
            return answer.status, answer.read(), answer.headers
        except (OSError, http.client.HTTPException) as error:
            # Never sent again: whether the target saw it is unknown, and a proxy that repeats would forge evidence.
            self._upstream.close()
            self.server.gate.upstream_failures.append(f"{self.command} {self.path}: {error!r}")
            return 502, b"", http.client.HTTPMessage()

    def _strike(self, due: Planned) -> int | None:
        if due.fault.is_kill:
            self.server.gate.kill()
        if due.fault is Fault.THROTTLED:
            return self._refuse(429, "too.many.requests", "Rate limit exceeded.")
        if due.fault in (Fault.UNAVAILABLE_BEFORE, Fault.UNAVAILABLE_AFTER):
            return self._refuse(503, "service.unavailable", "The service is temporarily unavailable.")
        self.close_connection = True
        return None

    def _refuse(self, status: int, code: str, message: str) -> int:
        headers = http.client.HTTPMessage()
        headers["Content-Type"] = "application/json"
        headers["Retry-After"] = str(RETRY_AFTER_S)
        body = f'{{"message":"{message}","code":"{code}","status":{status},"details":[],"errors":[]}}'
        return self._answer(status, headers, body.encode())

    def _answer(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> int:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in HOP_BY_HOP and name.lower() != "content-length":
                self.send_header(name, value)
        if status not in (204, 304):
            # An answer to HEAD keeps the length it would have had.
            length = headers.get("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return status
