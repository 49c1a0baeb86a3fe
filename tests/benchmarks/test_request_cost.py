"""
What a request costs in process, as a ratio to a floor measured in the same run.

Ours has token check, validation, commit log and journal; the floor is a bare Flask view over a dict that encodes,
decodes and checks the version too. The aim is at most 2.5 times the floor.

The conduct of an organisation (quotas, fault rules, journal) is measured against the same request without it; the aim
is at most 1.4 times that.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from wsgiref.types import WSGIApplication

import orjson
import pytest
from flask import Flask, Response, request

from mockgc import Settings, create_app
from mockgc.journal import Entry
from mockgc.store.memory import MemoryStore
from mockgc.wire.pipeline import Pipeline

ROUNDS, CALLS = 40, 60
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


def emulator(app: Flask | None = None) -> Client:
    app = app or create_app(Settings(seed=1, quotas=False))
    ours = app.extensions["mockgc"]
    headers = {"HTTP_AUTHORIZATION": f"Bearer {ours.issue_token(ours.create_organisation().client_id)}"}
    created = app.test_client().post(
        "/api/v2/wfm/users", json=USER, headers={"Authorization": headers["HTTP_AUTHORIZATION"]}
    )
    return Client(app, created.json["selfUri"], headers)  # type: ignore[index]


def best_us(*functions: Callable[[], object]) -> list[float]:
    """
    The best mean of a round of each, microseconds of this thread a call; rounds take turns, and the time in which a
    busy machine does other things is not counted.
    """
    best = [float("inf")] * len(functions)
    for _ in range(ROUNDS):
        for index, function in enumerate(functions):
            start = time.thread_time()
            for _ in range(CALLS):
                function()
            best[index] = min(best[index], (time.thread_time() - start) / CALLS * 1e6)
    return best


def test_cost_of_a_request_over_a_bare_flask_view(benchmark_row: Callable[[str], None]) -> None:
    bare, ours = Client(floor(), "/things/1", {}), emulator()
    for name, low, high in (("GET", bare.get, ours.get), ("versioned PUT", bare.put, ours.put)):
        floor_us, our_us = best_us(low, high)
        benchmark_row(f"{name}: {our_us:.0f} us, floor {floor_us:.0f} us, ratio {our_us / floor_us:.2f} (aim: 2.5)")


def test_cost_of_an_organisation_in_memory(benchmark_row: Callable[[str], None]) -> None:
    app = create_app(Settings(seed=1))
    (our_us,) = best_us(app.extensions["mockgc"].create_organisation)
    benchmark_row(f"an organisation with a client, in memory: {our_us:.0f} us (aim: 1,000)")


class Forgetful(MemoryStore):
    """A store without a journal."""

    def append(self, entry: Entry) -> None:
        """Nothing is kept."""


class Bare(Pipeline):
    """A pipeline that makes no entries for a journal."""

    def _entry(self, *_: Any) -> Entry:
        return NO_ENTRY


NO_ENTRY = Entry("", "", "", datetime(2026, 11, 23, tzinfo=UTC), "", "", "", 0, "", None, None, (), (), b"")
RULES = [
    {"name": "another path", "match": {"path": "/api/v2/routing/**"}, "effect": {"kind": "throttled"}},
    {"name": "not yet", "effect": {"kind": "throttled"}, "budget": {"after": 10**9}},
]
"""One that does not fit, and one that counts each request and does not strike it."""


def test_cost_of_quotas_faults_and_journal_over_the_same_request_without_them(
    benchmark_row: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("mockgc.app.Pipeline", Bare)
        without = emulator(create_app(Settings(seed=1, quotas=False), store=Forgetful))
    app = create_app(Settings(seed=1, quotas=True))
    conducted = emulator(app)
    (organisation,) = app.extensions["mockgc"].store.organisations()
    base = f"/_mockgc/organisations/{organisation.id}"
    assert app.test_client().put(f"{base}/faults", json={"rules": RULES}).status_code == 200
    plenty = [{"name": n, "per": n, "limit": 10**9, "seconds": 60} for n in ("token", "organisation")]
    assert app.test_client().put(f"{base}/quotas", json={"windows": plenty}).status_code == 200
    for name, low, high in (("GET", without.get, conducted.get), ("versioned PUT", without.put, conducted.put)):
        bare_us, full_us = best_us(low, high)
        ratio = f"ratio {full_us / bare_us:.2f} (aim: 1.4)"
        benchmark_row(f"{name} with conduct: {full_us:.0f} us, without {bare_us:.0f} us, {ratio}")
