"""
A gate in front of a target: every request of a program under test passes it over a real connection.

A threaded HTTP/1.1 reverse proxy on 127.0.0.1, one port a run, so that runs are told apart. It keeps what passed and
when (`Exchange`), and does what a target cannot: it holds the first request and the first write of each run until the
other run has come as far (`Meeting`), and ends a program by the trial's `Kills`. All else passes as it is: where the
target closes a connection without an answer, so does the gate.
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

from conformance.faults import WRITES, kind_of
from conformance.kills import Kills
from conformance.target import CORRELATION_ID

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    One request that came through, and what the target answered.

    Args:
        status: the target's status; None when it gave none, or was not asked.
        seen: the status that the program saw; None when it saw none.
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


@dataclass(frozen=True, slots=True)
class Broken:
    """A request on which the target broke the connection; `error` says how."""

    method: str
    path: str
    error: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.error}"


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
        kills: Kills,
        first_request: Meeting | None = None,
        first_write: Meeting | None = None,
        stagger: Callable[[], float] = lambda: 0.0,
        kill: Callable[[], None] = lambda: None,
    ) -> None:
        self.party, self.kills, self.kill, self._stagger = party, kills, kill, stagger
        self.exchanges: list[Exchange] = []
        self.broken: list[Broken] = []
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
        due = gate.kills.before(gate.party, self.command, path)
        status, answer, headers = None, b"", http.client.HTTPMessage()
        if due is None or due.fault.is_after_commit:
            status, answer, headers = self._forward(path, body)
        context_id = headers.get(CORRELATION_ID)
        if due is not None and due.fault.is_after_commit:
            dies = gate.kills.after(due, gate.party, self.command, path, status or 0, context_id)
        else:
            dies = due is not None
        if dies:
            gate.kill()
        seen = None if dies or status is None else self._answer(status, headers, answer)
        self.close_connection |= seen is None
        return Exchange(
            gate.party, self.command, path, body, status, seen, answer, context_id, arrived_s, time.monotonic()
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

    def _forward(self, path: str, body: bytes) -> tuple[int | None, bytes, http.client.HTTPMessage]:
        """The target's answer; without a status when it closed the connection, which no proxy may try again."""
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        if body or self.command in WRITES:
            headers["Content-Length"] = str(len(body))
        try:
            self._upstream.request(self.command, self.path, body=body or None, headers=headers)
            answer = self._upstream.getresponse()
            return answer.status, answer.read(), answer.headers
        except (OSError, http.client.HTTPException) as error:
            self._upstream.close()
            self.server.gate.broken.append(Broken(self.command, path, repr(error)))
            return None, b"", http.client.HTTPMessage()

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
