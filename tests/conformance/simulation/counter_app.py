"""
A toy service for tests of the wire itself: one versioned register, `GET /value` and `PUT /value {"version", "value"}`.

The version in a `PUT` is checked unless the app is made careless; every accepted write is one line of its log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any


class CounterApp:
    """A WSGI application; `log` holds (claimed version, value) of every write that was accepted."""

    def __init__(self, *, careless: bool = False) -> None:
        self.careless = careless
        self.log: list[tuple[int, Any]] = []

    @property
    def version(self) -> int:
        """How many writes were accepted."""
        return len(self.log)

    def head(self) -> int:
        """The length of the log."""
        return len(self.log)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_AUTHORIZATION") == "Bearer expired":
            return self._answer(start_response, 401, {"code": "bad.credentials"})
        if environ["REQUEST_METHOD"] == "PUT":
            body = json.loads(environ["wsgi.input"].read())
            if body["version"] != self.version and not self.careless:
                return self._answer(start_response, 409, {"code": "stale"})
            self.log.append((body["version"], body["value"]))
        value = self.log[-1][1] if self.log else 0
        return self._answer(start_response, 200, {"version": self.version, "value": value})

    @staticmethod
    def _answer(start_response: Callable[..., Any], status: int, body: dict[str, Any]) -> Iterable[bytes]:
        start_response(f"{status} ", [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]
