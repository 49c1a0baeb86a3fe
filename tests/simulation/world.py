"""
Emulator and drawn wire put together: one fresh organisation, and everything its clients do goes over the wire.

The emulator's clock follows the wire's virtual time, so tokens really expire. What is judged afterwards comes from the
commit log and the public API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import httpx
from flask import Flask

from conformance.checkers import Commit, parse_commits
from conformance.final_state import FinalState, collect
from conformance.simulation import Budget, Flight, Wire, wsgi
from migrator.targets.session import Credentials
from mockgc.app import Emulator
from tests.contract.dialect_app import NOW, dialect_app

TOKEN_S = 3_600
WORLDS_PER_EMULATOR = 200
"""An emulator keeps every organisation; after this many a new one is made."""


@lru_cache(maxsize=1)
def emulator_number(_number: int) -> Flask:
    """The emulator shared by the worlds of one number; organisations do not see each other."""
    return dialect_app()


_worlds = iter(range(10**9))


class World:
    """
    One fresh organisation and the wire to it.

    Args:
        plan, budget: what the wire does.
        app: an emulator of the caller's own, for broken ones.
    """

    def __init__(self, plan: Sequence[int] = (), budget: Budget | None = None, app: Flask | None = None) -> None:
        self.app = app or emulator_number(next(_worlds) // WORLDS_PER_EMULATOR)
        self._emulator: Emulator = self.app.extensions["mockgc"]
        self._emulator.clock.freeze(NOW)
        self.organisation = self._emulator.create_organisation(seed=7)
        self._clients: dict[str, Credentials] = {}
        self._skew_s, self._clock_s = 0.0, 0.0
        self.contexts: dict[str, int] = {}
        """Status by correlation id, of every request that reached the emulator."""
        self.watchers: list[Callable[[Flight], None]] = []
        self.wire = self.rewire(plan, budget)
        token = self._emulator.issue_token(self.organisation.client_id)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def rewire(self, plan: Sequence[int] = (), budget: Budget | None = None) -> Wire:
        """A new wire to the same organisation, for a trial that starts where another one ended."""
        self.plan = plan
        self.wire = Wire(
            self.app.wsgi_app,
            plan,
            budget=budget,
            head=self.head,
            on_time=self._set_clock,
            expire=self._expire_tokens,
            on_commit=self._note,
        )
        return self.wire

    def credentials(self, name: str) -> Credentials:
        """Of a client of its own for each process name."""
        if name not in self._clients:
            client = self._emulator.store.add_client(self.organisation.id, access_token_s=TOKEN_S)
            self._clients[name] = Credentials(client.id, client.secret)
        return self._clients[name]

    def head(self) -> int:
        """The last commit's sequence number."""
        commits = self._emulator.store.commits(self.organisation.id)
        return commits[-1].sequence if commits else 0

    def commits(self) -> tuple[Commit, ...]:
        """The commit log."""
        return parse_commits(self._get(f"/_mockgc/organisations/{self.organisation.id}/commits", {}))

    def state(self) -> FinalState:
        """Everything alive, through the public API."""
        self.headers["Authorization"] = f"Bearer {self._emulator.issue_token(self.organisation.client_id)}"
        return collect(self._get)

    def send(self, method: str, path: str, body: object) -> httpx.Response:
        """A request outside of the wire, as somebody at another desk makes it."""
        request = httpx.Request(method, f"http://desk{path}", headers=self.headers, json=body)
        return wsgi.send(self.app.wsgi_app, request)

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        response = wsgi.send(
            self.app.wsgi_app, httpx.Request("GET", f"http://desk{path}", params=query, headers=self.headers)
        )
        assert response.status_code == 200, response.text
        return response.json()

    def _set_clock(self, now_s: float) -> None:
        wanted_s = now_s + self._skew_s
        if wanted_s != self._clock_s:
            self._clock_s = wanted_s
            self._emulator.clock.freeze(NOW + timedelta(seconds=wanted_s))

    def _expire_tokens(self) -> None:
        self._skew_s += TOKEN_S

    def _note(self, flight: Flight) -> None:
        assert flight.reply is not None
        assert flight.reply.status_code < 500, flight.reply.text
        self.contexts[flight.reply.headers.get("ININ-Correlation-Id", "")] = flight.reply.status_code
        for watcher in self.watchers:
            watcher(flight)
