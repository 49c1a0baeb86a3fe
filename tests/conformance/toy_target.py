"""A small target that keeps what reached it, for tests of the gate."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ToyTarget(ThreadingHTTPServer):
    """
    Answers every request with its number; POST answers 201, DELETE 204.

    A path that ends in `/refused` answers 409, one in `/busy` 429; on one in `/lost` the connection is closed.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reached: list[tuple[str, str, bytes]] = []
        self.headers: list[dict[str, str]] = []
        self.lock = threading.Lock()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ToyTarget

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            self.server.reached.append((self.command, self.path, body))
            self.server.headers.append(dict(self.headers.items()))
            number = len(self.server.reached)
        path = self.path.partition("?")[0]
        if path.endswith("/lost"):
            self.close_connection = True
            return
        answer = b"" if self.command == "DELETE" else b'{"number": %d}' % number
        status = {"POST": 201, "DELETE": 204}.get(self.command, 200)
        status = 409 if path.endswith("/refused") else status
        self.send_response(429 if path.endswith("/busy") else status)
        if path.endswith("/busy"):
            self.send_header("Retry-After", "7")
        self.send_header("ININ-Correlation-Id", f"context-{number}")
        if self.command != "DELETE":
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve


@contextmanager
def toy_target() -> Iterator[ToyTarget]:
    """A toy target on a free port."""
    target = ToyTarget()
    thread = threading.Thread(target=target.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield target
    target.shutdown()
    thread.join()
    target.server_close()
