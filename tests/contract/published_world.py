"""
The published family as Schemathesis meets it: a landscape that is whole again before each request, and the served
document with the ids that exist in its paths.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpx
from flask import Flask

from mockgc.contract.facts import Schema
from tests.contract.schemathesis_run import Finding, Run, engine_events
from tests.mockgc.resources.landscape import BEHAVIOURS, Landscape, landscape
from tests.mockgc.resources.published_behaviour import CONTRACT

App = Callable[..., Any]
"""A WSGI application."""
BASELINE = "landscape"
WIDE = 80
"""Fields of a body from which on the coverage phase lays out a thousand requests and more for one operation."""


@dataclass(frozen=True, slots=True)
class World:
    """An organisation that holds one of everything."""

    land: Landscape
    app: Flask
    token: str
    document: dict[str, Any]

    def restored(self, environ: dict[str, Any], start_response: Any) -> Any:
        """WSGI: the organisation as it was at first, then the request."""
        self.app.extensions["mockgc"].store.reset(self.land.call.organisation.id, BASELINE)
        return self.app.wsgi_app(environ, start_response)

    def run(self, names: Iterable[str], phases: Iterable[str], examples_max: int, app: App | None = None) -> Run:
        """Ask these operations; `app` stands between them and Schemathesis."""
        found = Run(is_excused, self.undeclared)
        asked = app or self.restored
        for event in engine_events(
            self.document, asked, self.token, phases=phases, examples_max=examples_max, only=set(names)
        ):
            found.read(event)
        return found

    def undeclared(self, operation_id: str, status: int, answer: str) -> str:
        """That the code of a refusal is not among those that the document lists with its status; else empty."""
        if not answer or status == 405:
            return ""
        path = CONTRACT.entries[operation_id].path
        response = self.document["paths"][path][CONTRACT.entries[operation_id].method.lower()]["responses"].get(
            str(status)
        )
        if response is None:
            return ""  # an undocumented status is another check's
        shared = self.document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        code, known = json.loads(answer).get("code"), shared["x-mockgc-codes"]
        return "" if code in known else f"{code} is not one of {', '.join(known)}"


def world() -> World:
    """A fresh one, whose document names in its paths the ids that exist and no others."""
    land = landscape()
    http = land.call.organisation.http
    transport = http._transport
    assert isinstance(transport, httpx.WSGITransport)
    app = transport.app
    assert isinstance(app, Flask)
    app.extensions["mockgc"].store.save_baseline(land.call.organisation.id, BASELINE)
    document = http.get("/_mockgc/openapi.json?family=published").json()
    for operation in operations_of(document):
        if operation["operationId"] in BEHAVIOURS:
            _live(land, operation)
    return World(land, app, http.headers["Authorization"].removeprefix("Bearer "), document)


def operations_of(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """All operations of a document."""
    return [operation for item in document["paths"].values() for operation in item.values()]


def _live(land: Landscape, operation: dict[str, Any]) -> None:
    ids = land.path_ids(operation["operationId"])
    places = [parameter for parameter in operation["parameters"] if parameter["in"] == "path"]
    for parameter, entity_id in zip(places, ids, strict=True):
        parameter["schema"] = {"enum": [entity_id]}


def body_size(name: str) -> int:
    """How many fields a body of an operation can hold, each definition once on the way down."""
    body = CONTRACT.operation(name).body
    return 0 if body is None else _size(body.schema, ())


def _size(schema: Schema, inside: tuple[str, ...]) -> int:
    if "$ref" in schema:
        name = schema["$ref"]
        return 1 if name in inside else _size(CONTRACT.definition(name).schema, (*inside, name))
    parts = [*schema.get("properties", {}).values()]
    parts += [schema[word] for word in ("items", "additionalProperties") if isinstance(schema.get(word), dict)]
    return 1 + sum(_size(part, inside) for part in parts)


BEHAVING = sorted(BEHAVIOURS)
SHAPES = sorted(CONTRACT.entries.keys() - BEHAVIOURS.keys())
WIDE_ONES = frozenset(name for name in CONTRACT.entries if body_size(name) > WIDE)


def sample(names: Iterable[str], count: int, seed: int) -> list[str]:
    """Some of them, the same ones each time."""
    return random.Random(seed).sample(sorted(names), count)


@dataclass(frozen=True, slots=True)
class Excuse:
    """
    A complaint about what no schema can say.

    Args:
        says: part of the answer.
    """

    check: str
    says: str
    reason: str


ACCEPTANCE, REJECTION = "positive_data_acceptance", "negative_data_rejection"
EXCUSES = (
    Excuse(ACCEPTANCE, " is not an integer", "JSON Schema takes 1.0 for an integer; the emulator does not"),
    Excuse(
        ACCEPTANCE, "does not have 1 to 50 characters", "the contract has no length of unit names; documentation has"
    ),
    Excuse(ACCEPTANCE, " within 1900 to 2999", "no schema bounds a date to the years that calendars here reach"),
    Excuse(REJECTION, '"defaultCode":true', "a wrong number in a path names another default activity code"),
)


def is_excused(finding: Finding) -> bool:
    """Whether the operation says itself that it refuses so (`x-mockgc-coverage`), or `EXCUSES` says why."""
    if finding.check == ACCEPTANCE and finding.status == 400 and finding.operation_id in BEHAVIOURS:
        own = {refusal.code for refusal in BEHAVIOURS[finding.operation_id].refusals if refusal.status == 400}
        if json.loads(finding.answer)["code"] in own:
            return True
    return any(excuse.check == finding.check and excuse.says in finding.answer for excuse in EXCUSES)
