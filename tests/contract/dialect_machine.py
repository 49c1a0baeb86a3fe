"""
The state machine that holds a server against `conformance.model`, request by request.

A `Target` is a WSGI application with a fresh organisation; the machine knows no more of it than its URLs.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance import model, strategies
from conformance.checkers import (
    matches_commits,
    no_lost_update,
    parse_commits,
    references_hold,
    unique_keys,
    version_steps,
)
from conformance.claims import CLAIMS
from conformance.final_state import collect
from conformance.simulation import wsgi

ORIGIN = "http://server"
KINDS = ("user", "scheduleTemplate", "group", "schedule")


@dataclass(frozen=True, slots=True)
class Target:
    """One organisation of a server in this process, and a token for it."""

    app: wsgi.WsgiApplication
    organisation_id: str
    token: str

    def send(self, method: str, path: str, body: object = None, query: object = None) -> httpx.Response:
        """One request with the token."""
        target = f"{ORIGIN}{path}" + (f"?{urlencode(query)}" if query else "")  # type: ignore[arg-type]
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = b"" if body is None else json.dumps(body).encode()
        return wsgi.send(self.app, httpx.Request(method, target, headers=headers, content=content))

    def get(self, path: str, query: Any) -> Any:
        """A decoded 200 answer."""
        response = self.send("GET", path, None, query)
        assert response.status_code == 200, response.text
        return response.json()


def machine_for(make_target: Callable[[], Target], *, is_replayed: bool = False) -> type[DialectMachine]:
    """
    The machine for one server.

    Args:
        make_target: each example asks for a target with the same ids, so that examples replay.
        is_replayed: whether all requests are sent again to a second target, to be answered alike.
    """
    members = {"make_target": staticmethod(make_target), "refusals": Counter(), "is_replayed": is_replayed}
    return type("Machine", (DialectMachine,), members)


def same_for_all(answer: httpx.Response) -> str:
    """An answer without what names the client and the request."""
    body = re.sub(r'"(modifiedBy|contextId)":"[^"]*"', "", answer.text)
    return f"{answer.status_code} {body}"


class DialectMachine(RuleBasedStateMachine):
    """Every answer is what the model allows, and the commit log and the final state agree with it."""

    make_target: Callable[[], Target]
    is_replayed = False
    refusals: Counter[str]
    """Counts each code that was met, over all examples of a run; a class attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.target = type(self).make_target()
        self.state = model.EMPTY
        self.asked: list[tuple[model.Request, str, str]] = []

    def perform(self, request: model.Request) -> None:
        """Send, and hold the answer against the model."""
        path = CLAIMS[request.kind].path + (f"/{request.entity_id}" if request.entity_id else "")
        answer = self.target.send(request.method, path, request.body, request.query)
        self.asked.append((request, path, same_for_all(answer)))
        response = model.Response(answer.status_code, answer.json() if answer.content else None)
        if answer.status_code >= 500:
            raise RuntimeError(f"{request}: the server itself failed: {answer.text}")
        if answer.status_code >= 400:
            self.refusals[response.body["code"]] += 1
        wrong, self.state = model.step(self.state, request, response)
        assert wrong is None, f"{request}: {wrong}"

    @initialize()
    def a_group_with_two_members_and_a_week(self) -> None:
        for name in ("Ann", "Bob"):
            email = f"{name.lower()}@example.com"
            self.perform(
                model.Request("POST", "user", None, {"name": name, "email": email, "timeZone": "Europe/Paris"})
            )
        self.perform(model.Request("POST", "scheduleTemplate", None, {"name": "Early", "timeZone": "Europe/Paris"}))
        (template_id,), members = self.state.rows["scheduleTemplate"], list(self.state.rows["user"])
        body = {"name": "Support", "scheduleTemplateId": template_id, "userIds": members}
        self.perform(model.Request("POST", "group", None, body))
        week = {"scheduleTemplateId": template_id, "weekDate": strategies.WEEKS[0], "externalId": "x:week"}
        shifts = [{"start": strategies.STARTS[strategies.WEEKS[0]][0], "lengthMinutes": 60}]
        for group_id in self.state.rows["group"]:
            agents = [{"userId": members[0], "shifts": shifts}]
            self.perform(model.Request("POST", "schedule", None, {**week, "groupId": group_id, "agents": agents}))

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def create(self, data: st.DataObject, kind: str) -> None:
        self.perform(data.draw(strategies.creates(self.state, kind)))

    @rule(data=st.data())
    def import_batch(self, data: st.DataObject) -> None:
        self.perform(data.draw(strategies.creates(self.state, "schedule")))

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def put(self, data: st.DataObject, kind: str) -> None:
        request = data.draw(strategies.puts(self.state, kind))
        self.perform(request)
        self.perform(request)  # as a proxy duplicates it: stale now, unless nothing changed

    @rule(data=st.data(), kind=st.sampled_from(KINDS[::-1]))
    def delete(self, data: st.DataObject, kind: str) -> None:
        self.perform(data.draw(strategies.deletes(self.state, kind)))

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def read(self, data: st.DataObject, kind: str) -> None:
        self.perform(data.draw(strategies.reads(self.state, kind)))

    def replay(self) -> None:
        """Asked again in a fresh organisation, where that is wanted."""
        if not self.is_replayed:
            return
        fresh = type(self).make_target()
        for request, path, answer in self.asked:
            assert same_for_all(fresh.send(request.method, path, request.body, request.query)) == answer

    def teardown(self) -> None:
        for kind in KINDS:
            self.perform(model.Request("GET", kind))
        for kind in KINDS:
            for entity_id in self.state.rows[kind]:
                self.perform(model.Request("GET", kind, entity_id))
        self.replay()
        log = parse_commits(self.target.get(f"/_mockgc/organisations/{self.target.organisation_id}/commits", {}))
        final = collect(self.target.get)
        assert version_steps(log) == no_lost_update(log) == matches_commits(final, log) == ()
        assert unique_keys(final) == references_hold(final) == ()
