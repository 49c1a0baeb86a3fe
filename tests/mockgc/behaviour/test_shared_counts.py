"""Counts live in the store: workers agree on budgets and windows, whoever asks at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.mockgc.behaviour.conducted import Conducted, app_with

RULES: list[dict[str, Any]] = [
    {"name": "some", "effect": {"kind": "throttled"}, "budget": {"probability": 0.3, "seed": 5}},
    {"name": "thirds", "match": {"method": "GET"}, "effect": {"kind": "unavailable_before"}, "budget": {"every": 3}},
    {
        "name": "twice",
        "match": {"method": "POST"},
        "effect": {"kind": "duplicated"},
        "budget": {"after": 1, "first": 2},
    },
    {"name": "moved", "match": {"method": "PUT"}, "effect": {"kind": "moved"}, "budget": {"probability": 0.5}},
]
REQUESTS = st.lists(st.sampled_from(["list", "create", "read", "replace"]), min_size=1, max_size=20)


def send(caller: Conducted, request: str, user: dict[str, Any], number: int) -> TestResponse:
    new = {"name": "Ada", "email": f"{number}@example.com", "timeZone": "UTC", "active": True}
    if request == "list":
        return caller.ask("GET", "users")
    if request == "create":
        return caller.ask("POST", "users", new)
    if request == "read":
        return caller.ask("GET", user["selfUri"])
    return caller.ask("PUT", user["selfUri"], {**new, "version": user["version"]})


def asked(caller: Conducted, requests: list[str]) -> list[tuple[int, str]]:
    """(status, fault) of each request; reads and changes are of the user that was seen last."""
    found: list[tuple[int, str]] = []
    user: dict[str, Any] = {"selfUri": "/api/v2/wfm/users/00000000-0000-4000-8000-000000000000", "version": 1}
    for number, request in enumerate(requests):
        answer = send(caller, request, user, number)
        if answer.status_code in (200, 201) and "id" in answer.get_json():
            user = answer.get_json()
        found.append((answer.status_code, str(caller.last_entry()["fault"])))
    return found


@given(requests=REQUESTS)
def test_the_same_rules_and_the_same_requests_give_the_same_faults_in_any_organisation(requests: list[str]) -> None:
    seen = []
    for _ in range(2):
        caller = Conducted()
        assert caller.http.put(f"{caller.base}/faults", json={"rules": RULES}).status_code == 200
        seen.append((asked(caller, requests), caller.struck()))
    assert seen[0] == seen[1]


@pytest.fixture(params=["memory", "file"])
def apps(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Flask]]:
    """Two workers of one emulator: one application asked twice, or two on one file."""
    if request.param == "memory":
        app = app_with(lambda _: None)
        yield [app, app]
    else:
        yield [app_with(lambda _: None, data=tmp_path / "state.db") for _ in range(2)]


def of_one_organisation(apps: list[Flask]) -> list[Conducted]:
    """A client on each worker, with one token."""
    first = Conducted(app=apps[0])
    other = Conducted(app=apps[1])
    other.organisation, other.headers, other.base = first.organisation, first.headers, first.base
    return [first, other]


def at_once(callers: list[Conducted], number: int) -> list[int]:
    """The statuses of so many requests from many threads, by turns on each worker."""

    def ask(index: int) -> int:
        caller = callers[index % len(callers)]
        http = caller.app.test_client()
        return http.get("/api/v2/wfm/users", headers=caller.headers).status_code

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(ask, range(number)))


def test_a_budget_is_spent_once_by_all_workers_at_once(apps: list[Flask]) -> None:
    callers = of_one_organisation(apps)
    callers[0].set_fault("unavailable_before", budget={"first": 7, "after": 3})
    statuses = at_once(callers, 40)
    assert (statuses.count(503), statuses.count(200)) == (7, 33)
    assert callers[1].struck() == {"unavailable_before": 7}


def test_a_window_is_filled_once_by_all_workers_at_once(apps: list[Flask]) -> None:
    callers = of_one_organisation(apps)
    window = {"name": "w", "per": "token", "limit": 11, "seconds": 60}
    callers[0].http.put(f"{callers[0].base}/quotas", json={"enabled": True, "windows": [window]})
    statuses = at_once(callers, 40)
    assert (statuses.count(429), statuses.count(200)) == (29, 11)
    assert callers[1].control("quotas")["windows"][0]["used"] == 11


def test_a_token_that_expired_on_one_worker_is_expired_on_the_other(apps: list[Flask]) -> None:
    first, other = of_one_organisation(apps)
    first.set_fault("expired", budget={"first": 1})
    assert [caller.ask("GET", "users").status_code for caller in (first, other)] == [401, 401]


def test_a_rule_that_one_worker_removes_is_gone_on_the_other(apps: list[Flask]) -> None:
    first, other = of_one_organisation(apps)
    first.set_fault("unavailable_before")
    statuses = [other.ask("GET", "users").status_code]
    first.http.delete(f"{first.base}/faults")
    assert [*statuses, other.ask("GET", "users").status_code] == [503, 200]
