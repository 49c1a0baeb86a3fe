"""A refusal is settled when what it carried is there, or was looked at again; otherwise it was swallowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.final_state import FinalState
from conformance.gate import Exchange
from conformance.rehearse.refusals import swallowed

USERS, GROUPS, SCHEDULES = "/api/v2/wfm/users", "/api/v2/wfm/users/groups", "/api/v2/wfm/schedules"
TRIPLE = {"groupId": "g", "scheduleTemplateId": "t", "weekDate": "2026-11-30"}
STATE = FinalState(
    users=({"id": "u1", "name": "Ada", "email": "ada@example.com"},),
    groups=({"id": "g", "name": "Support"},),
    schedules=({"id": "s", **TRIPLE, "agents": [{"userId": "u1", "shifts": []}]},),
)


def write(method: str, path: str, body: object = None, status: int = 409, seen: int | None = 409) -> Exchange:
    answer = json.dumps({"code": "wfm.some.code"}).encode()
    sent = b"" if body is None else json.dumps(body).encode()
    return Exchange("run 1", method, path, sent, status, seen, answer, "context-1", 0.0, 0.1)


def batch(*user_ids: str) -> dict[str, Any]:
    return {**TRIPLE, "agents": [{"userId": user_id, "shifts": []} for user_id in user_ids]}


@pytest.mark.parametrize(
    "refused",
    [
        write("POST", USERS, {"name": "Ada", "email": "ADA@example.com"}),
        write("POST", GROUPS, {"name": " support"}),
        write("POST", SCHEDULES, batch("u1")),
        write("POST", USERS, {"email": "nobody@example.com"}, status=429, seen=429),
        write("POST", USERS, {"email": "nobody@example.com"}, seen=None),
        write("POST", "/oauth/token", status=401, seen=401),
    ],
    ids=["user is there", "group is there", "week is there", "told to wait", "answer lost", "no write"],
)
def test_a_settled_refusal_is_nothing(refused: Exchange) -> None:
    assert list(swallowed([refused], STATE)) == []


@pytest.mark.parametrize(
    "refused",
    [
        write("POST", USERS, {"email": "nobody@example.com"}),
        write("POST", USERS, "not an object", status=400, seen=400),
        write("POST", GROUPS, {"name": "Other"}),
        write("POST", SCHEDULES, batch("u1", "u2")),
        write("POST", SCHEDULES, {**batch("u1"), "weekDate": "2026-12-07"}),
        write("PUT", f"{GROUPS}/g", {"name": "Support", "version": 1}),
        write("DELETE", f"{GROUPS}/g"),
    ],
    ids=["user", "malformed", "group", "half of a batch", "another week", "stale PUT", "refused DELETE"],
)
def test_a_refusal_that_nothing_settles_is_swallowed(refused: Exchange) -> None:
    (violation,) = swallowed([refused], STATE)
    assert violation.evidence == ("context-1",)
    assert "wfm.some.code" in violation.what


def test_a_stale_put_is_settled_by_going_back_to_the_entity() -> None:
    stale = write("PUT", f"{GROUPS}/g", {"name": "Support", "version": 1})
    assert list(swallowed([stale, write("GET", f"{GROUPS}/g", status=200, seen=200)], STATE)) == []
    assert len(list(swallowed([write("GET", f"{GROUPS}/g", status=200, seen=200), stale], STATE))) == 1
