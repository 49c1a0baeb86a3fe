"""Whatever is sent: the documented error body with the right status, never a 500, and nothing written."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mockgc.caller import PATHS, Caller, Week, assert_error_body, shift

USER = '"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"'
RAW: list[tuple[str, bytes, int]] = [
    ("empty", b"", 400),
    ("malformed", b'{"name": ', 400),
    ("no object", b"[]", 400),
    ("null", b"null", 400),
    ("NaN", f'{{{USER}, "version": NaN}}'.encode(), 400),
    ("infinity by exponent", f'{{{USER}, "version": 1e999}}'.encode(), 400),
    ("duplicate key", f'{{{USER}, "name": "Bob"}}'.encode(), 400),
    ("duplicate key nested", f'{{{USER}, "x": [{{"a": {{"k": 1, "k": 1}}}}]}}'.encode(), 400),
    ("duplicate key that is a lone surrogate", b'{"\\ud800": 1, "\\ud800": 2}', 400),
    ("unknown key that is a lone surrogate", b'{"\\ud800": 1}', 400),
    ("lone surrogate", b'{"name": "\\udc00", "email": "a@b", "timeZone": "UTC"}', 400),
    ("escaped control character", b'{"name": "a\\u0000b", "email": "a@b", "timeZone": "UTC"}', 400),
    ("version 1.0", f'{{{USER}, "version": 1.0}}'.encode(), 400),
    ("version 1e0", f'{{{USER}, "version": 1e0}}'.encode(), 400),
    ("version beyond 64 bits", f'{{{USER}, "version": {2**64}}}'.encode(), 400),
    ("version beyond 63 bits", f'{{{USER}, "version": {2**63}}}'.encode(), 400),
    ("version of 5000 digits", f'{{{USER}, "version": {"9" * 5000}}}'.encode(), 400),
    ("version true", f'{{{USER}, "version": true}}'.encode(), 400),
    ("version as text", f'{{{USER}, "version": "1"}}'.encode(), 400),
    ("unknown field", f'{{{USER}, "bogus": 1}}'.encode(), 400),
    ("wrong type", f'{{{USER}, "active": 1}}'.encode(), 400),
    ("name of 100,000", b'{"name": "' + b"x" * 100_000 + b'", "email": "a@b", "timeZone": "UTC"}', 400),
    ("key of 100,000", b'{"' + b"x" * 100_000 + b'": 1}', 400),
    ("nested 300", f'{{{USER}, "x": {"[" * 300}{"]" * 300}}}'.encode(), 400),
    ("nested 900 with null", f'{{{USER}, "x": {"[" * 900}null{"]" * 900}}}'.encode(), 400),
    ("nested 3,000 with null", f'{{{USER}, "x": {"[" * 3000}null{"]" * 3000}}}'.encode(), 400),
    ("nested 100,000", f'{{{USER}, "x": {"[" * 100_000}{"]" * 100_000}}}'.encode(), 400),
    ("invalid UTF-8", b'{"name": "\xff"}', 400),
    ("UTF-16", f"{{{USER}}}".encode("utf-16"), 400),
    ("byte order mark", b"\xef\xbb\xbf" + f"{{{USER}}}".encode(), 400),
    ("5 MB", b'{"name": "' + b"x" * 5_000_000 + b'"}', 413),
]


@pytest.mark.parametrize(("data", "status"), [row[1:] for row in RAW], ids=[row[0] for row in RAW])
def test_bytes_that_are_no_user_are_refused_and_nothing_is_written(data: bytes, status: int) -> None:
    caller = Caller()
    before = caller.state()
    answer = caller.raw("POST", "users", data)
    assert answer.status_code == status
    assert_error_body(answer)
    assert caller.explain(answer)["outcome"] == "refused"
    assert caller.state() == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=120)
def test_one_field_replaced_by_garbage_is_refused_or_accepted_but_never_fails(data: st.DataObject) -> None:
    week = Week()
    valid: dict[str, dict[str, Any]] = {
        "users": {"name": "Cyd", "email": "cyd@example.com", "timeZone": "UTC"},
        "scheduletemplates": {"name": "Late", "timeZone": "UTC", "shifts": []},
        "users/groups": {"name": "New", "scheduleTemplateId": week.template["id"], "userIds": []},
        "schedules": week.body({week.ada["id"]: [shift()]}),
    }
    path = data.draw(st.sampled_from(PATHS))
    field = data.draw(st.sampled_from(sorted(valid[path])) | st.text(max_size=5))
    body = {**valid[path], field: data.draw(JSON)}
    before = week.caller.state()
    answer = week.caller.raw("POST", path, json.dumps(body).encode("utf-8", "surrogatepass"))
    assert answer.status_code in (200, 201, 400, 409), answer.get_data(as_text=True)
    if answer.status_code >= 400:
        assert_error_body(answer)
        assert week.caller.state() == before
    assert week.caller.explain(answer)["text"]


@given(st.binary(max_size=60))
@settings(max_examples=60)
def test_arbitrary_bytes_are_400(data: bytes) -> None:
    answer = Caller().raw("POST", "users", data)
    assert answer.status_code == 400
    assert_error_body(answer)


METHODS = ["TRACE", "OPTIONS", "PATCH", "BREW", "CONNECT"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["users", "users/none", "users/groups", "schedules"])
def test_a_known_path_answers_to_its_own_methods_only(method: str, path: str) -> None:
    answer = Caller().ask(method, path)
    assert answer.status_code == 405
    assert_error_body(answer)


def test_head_is_not_allowed_and_has_no_body() -> None:
    answer = Caller().ask("HEAD", "users")
    assert (answer.status_code, answer.get_data()) == (405, b"")


UNKNOWN = [
    "/api/v2/wfm",
    "/api/v2/wfm/",
    "/api/v2/wfm/users/",
    "/api/v2/wfm//users",
    "//api/v2/wfm/users",
    "/",
    "/x",
    "/api/v2/wfm/users/a/b",
    "/api/v2/wfm/%00",
    "/api/v2/wfm/%ff%fe",
    "/api/v2/wfm/users%2fgroups%2f/x",
]


@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("method", ["GET", "POST", "TRACE"])
def test_an_unknown_path_is_404(path: str, method: str) -> None:
    answer = Caller().ask(method, path)
    assert answer.status_code == 404
    assert_error_body(answer)


@pytest.mark.parametrize("entity_id", ["%00", "%ff", "'", "..%2f", "x" * 5000, "%F0%9F%8C%88"])
def test_a_strange_id_names_nothing(entity_id: str) -> None:
    answer = Caller().ask("GET", f"users/{entity_id}")
    assert answer.status_code == 404
    assert_error_body(answer)


@pytest.mark.parametrize(
    "query",
    [
        "bogus=1",
        "pageSize=0",
        "pageSize=101",
        "pageSize=",
        "pageSize=1.0",
        "pageSize=%C2%B2",
        "pageNumber=0",
        "pageSize=-1",
        "pageNumber=" + "9" * 5000,
        "pageSize=5&pageSize=5",
        "name=a&name=a",
        "name=%ff",
        "version=1",
        "force=true",
    ],
)
def test_query_parameters_are_known_single_and_within_bounds(query: str) -> None:
    answer = Caller().ask("GET", f"users?{query}")
    assert answer.status_code == 400
    assert_error_body(answer)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eDp5", "Token x", "bearer"])
def test_no_bearer_token_is_authentication_required(header: str) -> None:
    answer = Caller().http.get("/api/v2/wfm/users", headers={"Authorization": header})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "authentication.required")


@pytest.mark.parametrize("token", ["x", "null", "é", "a" * 10_000])
def test_a_foreign_token_is_bad_credentials(token: str) -> None:
    answer = Caller().http.get("/api/v2/wfm/users", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "bad.credentials")
    assert_error_body(answer)


def test_an_organisation_never_sees_another() -> None:
    one = Caller()
    other = Caller(one.app)
    user = one.user()
    assert other.ask("GET", user["selfUri"]).status_code == 404
    assert other.ask("DELETE", user["selfUri"]).status_code == 404
    assert other.ask("GET", "users").get_json()["total"] == 0
    assert other.user()["version"] == 1, "names and addresses are unique per organisation"


@pytest.mark.parametrize("length", ["\xb2", "-5", "x", "1_0"])
def test_a_length_that_is_none_is_no_failure(length: str) -> None:
    caller = Caller()
    environ = {"CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(b"")}
    for path in ("/api/v2/wfm/users", "/oauth/token"):
        answer = caller.http.post(
            path, headers=caller.headers, environ_overrides=environ, content_type="application/json"
        )
        assert answer.status_code == 400


CONTROL: list[tuple[str, str, str]] = [
    ("POST", "organisations", '{"name": 1}'), ("POST", "organisations", '{"seed": "x"}'),
    ("POST", "organisations", '{"seed": true}'), ("POST", "organisations", '{"bogus": 1}'),
    ("POST", "organisations", "[]"), ("POST", "organisations", "{"), ("POST", "organisations", '{"\\ud800": 1}'),
    ("POST", "organisations", '{"name": 1, "name": 2}'),
    ("POST", "organisations/ORG/clients", '{"permissions": "all"}'),
    ("POST", "organisations/ORG/clients", '{"permissions": [1]}'),
    ("POST", "organisations/ORG/clients", '{"permissions": ["no colons"]}'),
    ("POST", "organisations/ORG/clients", '{"accessTokenSeconds": 0}'),
    ("POST", "organisations/ORG/clients", '{"accessTokenSeconds": 1.5}'),
    ("POST", "organisations/ORG/reset", '{"baseline": 1}'), ("PUT", "organisations/ORG/baselines/empty", ""),
    ("PATCH", "organisations/ORG/switches", '{"bogus": 1}'),
    ("PATCH", "organisations/ORG/switches", '{"zone_fit": "loose"}'),
    ("PATCH", "organisations/ORG/switches", '{"stale_status": "409"}'),
    ("PATCH", "organisations/ORG/switches", '{"import_moves_template": 1}'),
    ("PATCH", "organisations/ORG/switches", '{"zone_fit": "exact", "stale_status": 418}'),
    ("PATCH", "clock", '{"freeze": "2026-11-30T08:00:00"}'), ("PATCH", "clock", '{"freeze": 5}'),
    ("PATCH", "clock", '{"freeze": "0001-01-01T00:00:00+05:00"}'),
    ("PATCH", "clock", '{"freeze": "9999-12-31T23:59:59-05:00"}'),
    ("PATCH", "clock", '{"advanceSeconds": -1}'), ("PATCH", "clock", '{"advanceSeconds": "5"}'),
    ("PATCH", "clock", '{"advanceSeconds": 1e10}'), ("PATCH", "clock", '{"advanceSeconds": 1e999}'),
    ("GET", "organisations/ORG/commits?after=-1", ""), ("GET", "organisations/ORG/commits?after=%C2%B2", ""),
    ("GET", "organisations/ORG/commits?after=" + "9" * 5000, ""),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), CONTROL)
def test_a_wrong_control_request_is_a_400_that_says_why_and_changes_nothing(method: str, path: str, body: str) -> None:
    caller = Caller()
    organisation = caller.organisation.id
    before = everything(caller)
    answer = caller.http.open(f"/_mockgc/{path.replace('ORG', organisation)}", method=method, data=body)
    assert answer.status_code == 400, answer.get_data(as_text=True)
    assert set(answer.get_json()) == {"message", "status"}
    assert everything(caller) == before


def everything(caller: Caller) -> Any:
    """What the control API could have changed."""
    parts = [caller.control(part) for part in ("commits", "switches", "baselines")]
    shared = [caller.ask("GET", f"/_mockgc/{path}").get_json() for path in ("organisations", "clock")]
    return parts, shared, len(caller.emulator.store.clients(caller.organisation.id))


@pytest.mark.parametrize(
    "path",
    ["organisations/none", "organisations/none/commits", "organisations/none/journal", "organisations/none/switches",
     "organisations/none/baselines", "explain/none", "nothing", "/health", "organisations/%ff"],
)  # fmt: skip
def test_what_the_control_api_does_not_have_is_a_404_in_json(path: str) -> None:
    answer = Caller().http.get(f"/_mockgc/{path}")
    assert answer.status_code == 404
    assert answer.get_json()["status"] == 404
    assert "URL" not in answer.get_json()["message"], "it names what was asked for"
