"""Tokens: RFC 6749 client credentials, its errors, lifetimes on the emulator's clock, several clients."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.mockgc.caller import Caller, emulator

GRANT = {"grant_type": "client_credentials"}


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


@pytest.fixture
def caller() -> Caller:
    return Caller(emulator())


def ask(caller: Caller, form: Any = GRANT, **headers: str) -> TestResponse:
    return caller.http.post("/oauth/token", data=form, headers=headers)


def test_basic_and_form_credentials_both_give_a_token_that_works(caller: Caller) -> None:
    own = caller.organisation
    form = {**GRANT, "client_id": own.client_id, "client_secret": own.client_secret}
    for answer in (ask(caller, **basic(own.client_id, own.client_secret)), ask(caller, form)):
        body = answer.get_json()
        assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "bearer", 86_400)
        assert answer.headers["Cache-Control"] == "no-store"
        token = {"Authorization": f"Bearer {body['access_token']}"}
        assert caller.http.get("/api/v2/wfm/users", headers=token).status_code == 200


def test_a_secret_with_reserved_characters_is_taken_as_it_is_and_form_encoded() -> None:
    app = emulator()
    app.extensions["mockgc"].create_organisation(credentials=("id", "50% a+b"))
    for secret in ("50% a+b", "50%25+a%2Bb"):
        answer = app.test_client().post("/oauth/token", data=GRANT, headers=basic("id", secret))
        assert (secret, answer.status_code) == (secret, 200)


def refusals(caller: Caller) -> list[tuple[str, TestResponse, int, str]]:
    own = caller.organisation
    right = basic(own.client_id, own.client_secret)
    return [
        ("wrong secret", ask(caller, **basic(own.client_id, "no")), 401, "invalid_client"),
        ("unknown client", ask(caller, **basic("no", own.client_secret)), 401, "invalid_client"),
        ("no credentials", ask(caller), 401, "invalid_client"),
        ("no Base64", ask(caller, Authorization="Basic !!!"), 401, "invalid_client"),
        ("other grant", ask(caller, {"grant_type": "password"}, **right), 400, "unsupported_grant_type"),
        ("no grant", ask(caller, {}, **right), 400, "invalid_request"),
        ("JSON", caller.http.post("/oauth/token", json=GRANT, headers=right), 400, "invalid_request"),
        ("twice", ask(caller, {"grant_type": ["client_credentials"] * 2}, **right), 400, "invalid_request"),
        ("both", ask(caller, {**GRANT, "client_secret": own.client_secret}, **right), 400, "invalid_request"),
        ("GET", caller.http.get("/oauth/token", headers=right), 405, "invalid_request"),
        ("too long", ask(caller, {**GRANT, "x": "y" * 20_000}, **right), 400, "invalid_request"),
    ]


def test_refusals_have_the_bodies_of_rfc_6749(caller: Caller) -> None:
    for name, answer, status, error in refusals(caller):
        assert (name, answer.status_code, answer.get_json()["error"]) == (name, status, error)
        assert set(answer.get_json()) == {"error", "error_description"}
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_token_lives_on_the_emulators_clock(caller: Caller) -> None:
    created = caller.http.post(
        f"/_mockgc/organisations/{caller.organisation.id}/clients", json={"accessTokenSeconds": 60}
    ).get_json()
    answer = ask(caller, **basic(created["clientId"], created["clientSecret"])).get_json()
    assert answer["expires_in"] == 60
    token = {"Authorization": f"Bearer {answer['access_token']}"}
    caller.http.patch("/_mockgc/clock", json={"advanceSeconds": 59})
    assert caller.http.get("/api/v2/wfm/users", headers=token).status_code == 200
    caller.http.patch("/_mockgc/clock", json={"advanceSeconds": 1})
    expired = caller.http.get("/api/v2/wfm/users", headers=token)
    assert (expired.status_code, expired.get_json()["code"]) == (401, "bad.credentials")
    assert "expired" in expired.get_json()["message"]
    assert caller.ask("GET", "users").status_code == 200, "the other client's token lives longer"


def test_a_client_without_the_right_is_403_and_the_message_names_the_right(caller: Caller) -> None:
    viewer = caller.other(frozenset({"wfm:dialect:view"}))
    assert viewer.ask("GET", "users").status_code == 200
    answer = viewer.ask("POST", "users", {"name": "Ada", "email": "a@b", "timeZone": "UTC"})
    assert answer.status_code == 403
    assert "wfm:dialect:edit" in answer.get_json()["message"]
    editor = caller.other(frozenset({"wfm:dialect:edit"}))
    assert editor.ask("GET", "users").status_code == 403


def test_who_did_it_is_the_client(caller: Caller) -> None:
    other = caller.other()
    user = other.user()
    assert user["modifiedBy"] == other.organisation.client_id != caller.organisation.client_id
    assert caller.control("commits")["entities"][0]["clientId"] == other.organisation.client_id


def test_no_token_or_secret_is_in_journal_or_repr(caller: Caller) -> None:
    caller.ask("GET", "users?access_token=hunter2", **{"X-Api-Key": "hunter2"})
    shown = (
        str(caller.control("journal"))
        + repr(caller.organisation)
        + str(caller.emulator.store.clients(caller.organisation.id))
    )
    assert "hunter2" not in shown
    assert caller.organisation.client_secret not in shown
    assert caller.headers["Authorization"].split()[1] not in shown
