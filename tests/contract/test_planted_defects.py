"""The checks of the published family can fail: each planted defect is found, by the check that it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from tests.contract.published_world import BASELINE, EXCUSES, App, Excuse, World, world

ASKED = ("postTeams",)
"""One operation that creates, refuses and has a body."""


@cache
def shared() -> World:
    """One world: it is restored before each request."""
    return world()


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def as_it_is(told: Told) -> Told:
    return told


def undocumented_status(told: Told) -> Told:
    return replace(told, status=206) if told.status == 200 else told


def wrong_shape(told: Told) -> Told:
    return replace(told, body=told.body.replace(b'"name":"', b'"name":7,"was":"')) if told.status == 200 else told


def null_in_a_refusal(told: Told) -> Told:
    return replace(told, body=told.body.replace(b'"details":[', b'"details":[{"fieldName":null},'))


def wrong_data_accepted(told: Told) -> Told:
    return replace(told, status=200, body=b'{"name":"Night"}') if told.status == 400 else told


def cacheable(told: Told) -> Told:
    return replace(told, headers=tuple(pair for pair in told.headers if pair[0] != "Cache-Control"))


def undeclared_code(told: Told) -> Told:
    return replace(told, body=told.body.replace(b'"code":"constraint.validation"', b'"code":"team.is.asleep"'))


def every_method_taken(told: Told) -> Told:
    return replace(told, status=200) if told.status == 405 else told


def spoiling(change: Callable[[Told], Told]) -> App:
    """The world behind something that changes its answers."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        heard: list[Any] = []
        body = b"".join(shared().restored(environ, lambda status, headers, *_: heard.extend((status, headers))))
        headers = tuple(pair for pair in heard[1] if pair[0] != "Content-Length")
        told = change(Told(int(heard[0].split()[0]), headers, body))
        start_response(f"{told.status} Told", [*told.headers, ("Content-Length", str(len(told.body)))])
        return [told.body]

    return app


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (undocumented_status, "status_code_conformance"),
        (wrong_shape, "response_schema_conformance"),
        (null_in_a_refusal, "response_schema_conformance"),
        (wrong_data_accepted, "negative_data_rejection"),
        (cacheable, "response_headers_conformance"),
        (undeclared_code, "declared_code"),
        (every_method_taken, "unsupported_method"),
    ],
)
def test_a_planted_defect_is_found_by_its_check(change: Callable[[Told], Told], check: str) -> None:
    run = shared().run(ASKED, ["coverage"], 1, spoiling(change))
    assert check in {failure.partition(":")[0] for failure in run.failures}


def test_where_nothing_is_planted_nothing_is_found() -> None:
    assert shared().run(ASKED, ["coverage"], 1, spoiling(as_it_is)).failures == []


@pytest.mark.parametrize("excuse", EXCUSES, ids=lambda excuse: excuse.reason)
def test_each_excuse_has_a_cause(excuse: Excuse) -> None:
    """A request that shows it; without one an excuse would only hide things."""
    land = shared().land
    shared().app.extensions["mockgc"].store.reset(land.call.organisation.id, BASELINE)
    long_ago = {"startDate": "1237-11-01T06:43:21Z", "endDate": "1237-11-02T06:43:21Z"}
    answers = [
        land.send("postWorkforcemanagementAgentUnavailabletimesQuery", json=long_ago),
        land.send("patchWorkforcemanagementBusinessunit", json={"name": ""}),
        land.send("patchWorkforcemanagementManagementunitTimeofflimit", json={"metadata": {"version": 1.0}}),
        land.send("getWorkforcemanagementBusinessunitActivitycode", land["businessUnitId"], "0"),
    ]
    assert any(excuse.says in answer.text for answer in answers)
