"""Which refusal comes first when several would do: the order of checks as one table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.mockgc.caller import Caller, Week, assert_error_body, fields, shift

BIG = b'{"name": "' + b"x" * (4 * 1024 * 1024) + b'"}'
VIEW = frozenset({"wfm:dialect:view"})
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """A request that breaks several rules, and the one that is named."""

    shows: str
    method: str
    path: str
    status: int
    code: str
    token: str | None = "own"
    permissions: frozenset[str] | None = None
    data: bytes = b""
    content_type: str = "application/json"


TABLE = [
    Case("401 before 404", "GET", "nothing", 401, "authentication.required", token=None),
    Case("401 before 405", "PATCH", "users", 401, "bad.credentials", token="foreign"),
    Case("401 before 413", "POST", "users", 401, "authentication.required", token=None, data=BIG),
    Case("403 before 404 (path)", "GET", "nothing", 403, "missing.permissions", permissions=NOTHING),
    Case("403 before 405", "PATCH", "users", 403, "missing.permissions", permissions=VIEW),
    Case("403 before 404 (id)", "DELETE", "users/none", 403, "missing.permissions", permissions=VIEW),
    Case("403 before 413", "POST", "users", 403, "missing.permissions", permissions=VIEW, data=BIG),
    Case("404 (path) before 405", "PATCH", "nothing", 404, "not.found", data=b"{"),
    Case("405 before 404 (id)", "PATCH", "users/none", 405, "method.not.allowed", data=b"{"),
    Case("groups is not a user id", "PUT", "users/groups", 405, "method.not.allowed", data=b"{}"),
    Case("404 (id) before 413", "PUT", "users/none", 404, "not.found", data=BIG),
    Case("404 (id) before 415", "PUT", "users/none", 404, "not.found", data=b"{}", content_type="text/plain"),
    Case("404 (id) before 400", "PUT", "users/none", 404, "not.found", data=b"{"),
    Case("404 (id) before 400 of the query", "GET", "users/none?bogus=1", 404, "not.found"),
    Case("413 before 400", "POST", "users", 413, "request.entity.too.large", data=BIG),
    Case("415 before 400", "POST", "users", 415, "unsupported.media.type", data=b"{", content_type="text/plain"),
    Case("400 before 409", "POST", "users/groups", 400, "bad.request", data=b'{"name": "taken", "bogus": 1}'),
    Case(
        "shape before values", "POST", "users", 400, "bad.request",
        data=b'{"name": "", "email": "a@b", "timeZone": "Mars", "zoo": 1}',
    ),
    Case(
        "values", "POST", "users", 400, "constraint.validation", data=b'{"name": "", "email": "a@b", "timeZone": "UTC"}'
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.shows)
def test_the_first_stage_that_fails_is_the_answer(case: Case) -> None:
    owner = Caller()
    caller = owner if case.permissions is None else owner.other(case.permissions)
    headers = {"own": caller.headers, "foreign": {"Authorization": "Bearer nobody"}, None: {}}[case.token]
    before = owner.state()
    answer = caller.http.open(
        f"/api/v2/wfm/{case.path}", method=case.method, data=case.data, content_type=case.content_type, headers=headers
    )
    assert (answer.status_code, answer.get_json()["code"]) == (case.status, case.code)
    assert_error_body(answer)
    assert owner.state() == before


def test_405_names_the_methods_and_401_the_scheme() -> None:
    caller = Caller()
    assert caller.ask("PATCH", "users").headers["Allow"] == "GET, POST"
    assert caller.http.get("/api/v2/wfm/users").headers["WWW-Authenticate"].startswith("Bearer")


def test_a_week_may_be_replaced_with_a_body_that_is_too_large_elsewhere() -> None:
    week = Week()
    caller = week.caller
    week.send({week.ada["id"]: [shift()]})
    stored = caller.ask("GET", "schedules").get_json()["entities"][0]
    path, whole = f"schedules/{stored['id']}", caller.ask("GET", stored["selfUri"]).get_json()
    padded = json.dumps(whole).encode() + b" " * len(BIG)
    assert caller.raw("PUT", path, padded).status_code == 200
    assert caller.raw("POST", "schedules", padded).status_code == 413
    assert caller.raw("PUT", path, b" " * (16 * 1024 * 1024 + 1)).status_code == 413


def conflicts() -> list[tuple[str, str | None]]:
    """All that one PUT of a group can break at once."""
    caller = Caller()
    paris, london = caller.template("Paris"), caller.user("Lon", "Europe/London")
    caller.group(paris, name="Taken", externalId="x")
    mine = caller.group(paris, name="Mine")
    body: dict[str, Any] = {
        **mine,
        "version": 9,
        "name": " taken",
        "externalId": "x",
        "userIds": [london["id"], "none"],
    }
    return fields(caller.ask("PUT", mine["selfUri"], body))


def test_conflicts_of_one_stage_are_reported_together_in_order() -> None:
    assert conflicts() == [
        ("wfm.reference.not.found", "userIds[1]"),
        ("wfm.transaction.conflict", "version"),
        ("wfm.time.zone.incompatible", "userIds[0]"),
        ("wfm.name.in.use", "name"),
        ("wfm.external.id.in.use", "externalId"),
    ]


def test_email_comes_before_external_id() -> None:
    caller = Caller()
    caller.user("Ada", externalId="x")
    body = {"name": "Ada", "email": "ADA@example.com", "timeZone": "UTC", "externalId": "x"}
    assert fields(caller.ask("POST", "users", body)) == [
        ("wfm.email.in.use", "email"), ("wfm.external.id.in.use", "externalId"),
    ]  # fmt: skip


def test_all_violations_of_the_400_stage_are_reported_together() -> None:
    body = {"name": " ", "email": "none", "timeZone": "Mars", "active": "yes", "one": 1, "two": 2, "version": 1.0}
    answer = Caller().raw("POST", "users", json.dumps(body).encode())
    assert {field for _, field in fields(answer)} == {
        "name", "email", "timeZone", "active", "one", "two", "version",
    }  # fmt: skip
