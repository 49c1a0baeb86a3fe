"""
What a request costs in process, as a ratio to a floor measured in the same run.

Ours has token check, validation, commit log and journal; the floor is a bare Flask view over a dict that encodes,
decodes and checks the version too. The aim is at most 2.5 times the floor.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import WSGIApplication

import orjson
from flask import Flask, Response, request

from mockgc import Settings, create_app

ROUNDS, CALLS = 15, 150
USER = {
    "name": "Ada Fischer",
    "email": "ada@example.com",
    "timeZone": "Europe/Paris",
    "active": True,
    "externalId": "z1",
}


def call(app: WSGIApplication, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = {}) -> bytes:
    """One request through WSGI, with as little around it as can be."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "b",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)), "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False, **headers,
    }  # fmt: skip
    statuses: list[str] = []

    def start(status: str, _: list[tuple[str, str]], __: object = None) -> Callable[[Any], object]:
        statuses.append(status)
        return statuses.append

    answer: Iterable[bytes] = app(environ, start)
    data = b"".join(answer)
    assert statuses[0].startswith("200"), (statuses, data)
    return data


def floor() -> Flask:
    """A bare view over a dict, with a version check."""
    app, rows = Flask("floor"), {"1": orjson.dumps({**USER, "id": "1", "version": 1})}

    @app.get("/things/<thing_id>")
    def read(thing_id: str) -> Response:
        return Response(orjson.dumps(orjson.loads(rows[thing_id])), content_type="application/json")

    @app.put("/things/<thing_id>")
    def replace(thing_id: str) -> Response:
        body, stored = orjson.loads(request.get_data()), orjson.loads(rows[thing_id])
        if body["version"] != stored["version"]:
            return Response(status=409)
        rows[thing_id] = orjson.dumps({**stored, **body, "version": stored["version"] + 1})
        return Response(rows[thing_id], content_type="application/json")

    return app


class Client:
    """The same two operations on either application; each PUT sends the version of the last answer."""

    def __init__(self, app: Flask, path: str, headers: Mapping[str, str]) -> None:
        self._app, self._path, self._headers = app.wsgi_app, path, headers
        self._entity = orjson.loads(self.get())
        self._flip = False

    def get(self) -> bytes:
        return call(self._app, "GET", self._path, headers=self._headers)

    def put(self) -> None:
        self._flip = not self._flip
        body = {**self._entity, "name": f"Ada {self._flip}"}
        self._entity = orjson.loads(call(self._app, "PUT", self._path, orjson.dumps(body), self._headers))


def emulator() -> Client:
    app = create_app(Settings(seed=1))
    ours = app.extensions["mockgc"]
    headers = {"HTTP_AUTHORIZATION": f"Bearer {ours.issue_token(ours.create_organisation().client_id)}"}
    created = app.test_client().post(
        "/api/v2/wfm/users", json=USER, headers={"Authorization": headers["HTTP_AUTHORIZATION"]}
    )
    return Client(app, created.json["selfUri"], headers)  # type: ignore[index]


def best_us(*functions: Callable[[], object]) -> list[float]:
    """The best mean of a round of each, microseconds a call; rounds take turns, so that a busy machine slows all."""
    best = [float("inf")] * len(functions)
    for _ in range(ROUNDS):
        for index, function in enumerate(functions):
            start = time.perf_counter()
            for _ in range(CALLS):
                function()
            best[index] = min(best[index], (time.perf_counter() - start) / CALLS * 1e6)
    return best


def test_cost_of_a_request_over_a_bare_flask_view(benchmark_row: Callable[[str], None]) -> None:
    bare, ours = Client(floor(), "/things/1", {}), emulator()
    for name, low, high in (("GET", bare.get, ours.get), ("versioned PUT", bare.put, ours.put)):
        floor_us, our_us = best_us(low, high)
        benchmark_row(f"{name}: {our_us:.0f} us, floor {floor_us:.0f} us, ratio {our_us / floor_us:.2f} (aim: 2.5)")
