"""The threat model in `mockgc/README.md`: a test for each of its lines."""

from __future__ import annotations

import hmac
import json
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from mockgc import Settings, create_app
from mockgc.control.guard import Guard
from mockgc.pytest_plugin import _base_url
from mockgc.wire.limits import HEADER_BYTES_MAX, URL_BYTES_MAX
from tests.mockgc.caller import Caller, emulator

TOKEN = "an-admin-token"
ADMIN = SecretStr(TOKEN)
ROOT = Path(__file__).parents[3]
CONTROL_ROUTES = ("organisations", "clock", "openapi.json", "explain/x", "organisations/x/commits")


@contextmanager
def served(folder: Path, *flags: str, **environment: str) -> Iterator[tuple[dict[str, Any], str]]:
    """`mockgc serve` as a program: its ready file and its output so far."""
    ready, output = folder / "ready.json", folder / "output.txt"
    command = [sys.executable, "-m", "mockgc.cli", "serve", "--port", "0", "--ready-file", str(ready), *flags]
    with output.open("wb") as out, subprocess.Popen(command, stdout=out, env=environment or None) as process:
        try:
            _base_url(process, ready)
            yield json.loads(ready.read_text("utf-8")), output.read_text("utf-8")
        finally:
            process.terminate()


def guarded(**settings: Any) -> FlaskClient:
    return create_app(Settings(seed=1, admin_token=ADMIN, **settings)).test_client()


def test_each_line_of_the_threat_model_has_its_test() -> None:
    told = re.findall(r"\| `(test_\w+)` \|", (ROOT / "mockgc" / "README.md").read_text("utf-8"))
    assert len(told) == 10
    assert [name for name in told if name not in globals()] == []


def test_only_this_machine_is_bound_by_default(tmp_path: Path) -> None:
    with served(tmp_path) as (ready, _):
        port = int(ready["baseUrl"].rpartition(":")[2])
        assert ready["baseUrl"].startswith("http://127.0.0.1:")
        assert "adminToken" not in ready
        with socket.socket() as other:  # an address of this machine that is not 127.0.0.1 is still free
            other.bind(("127.0.0.2", port))


def test_another_address_asks_for_an_admin_token(tmp_path: Path) -> None:
    with served(tmp_path, "--host", "127.0.0.3", MOCKGC_ADMIN_TOKEN=TOKEN) as (ready, output):
        assert ready["adminToken"] == TOKEN
        assert TOKEN in output
        with httpx.Client(base_url=ready["baseUrl"], trust_env=False) as http:
            assert http.get("/_mockgc/health").status_code == 200
            assert http.get("/_mockgc/organisations").status_code == 401
            assert http.get("/_mockgc/organisations", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    (tmp_path / "ready.json").unlink()
    with served(tmp_path, "--host", "0.0.0.0") as (ready, output):
        made_up = ready["adminToken"]
        assert f"admin token    {made_up}" in output
        assert len(made_up) >= 32
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{ready['baseUrl']}/_mockgc/organisations")


@pytest.mark.parametrize("route", CONTROL_ROUTES)
@pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN])
def test_nothing_but_the_admin_token_opens_the_control_api(route: str, sent: str | None) -> None:
    headers = {} if sent is None else {"Authorization": sent}
    refused = guarded().get(f"/_mockgc/{route}", headers=headers)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="mockgc admin"')
    assert TOKEN not in refused.get_data(as_text=True)


def test_a_clients_token_is_no_admin_token_and_an_admin_token_no_clients() -> None:
    app = create_app(Settings(seed=1, admin_token=ADMIN))
    caller = Caller(app)
    assert app.test_client().get("/_mockgc/clock", headers=caller.headers).status_code == 401
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert app.test_client().get("/_mockgc/clock", headers=bearer).status_code == 200
    assert app.test_client().get("/api/v2/wfm/users", headers=bearer).status_code == 401


def test_secrets_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timing cannot be asserted; that each comparison goes through `hmac.compare_digest` can."""
    compared: list[tuple[bytes, bytes]] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return left == right

    monkeypatch.setattr(hmac, "compare_digest", compare)
    caller = Caller(emulator())
    grant = {"grant_type": "client_credentials"}
    for client_id in (caller.organisation.client_id, "unknown"):
        assert caller.http.post("/oauth/token", data=grant, auth=(client_id, "wrong")).status_code in (400, 401)
    guarded().get("/_mockgc/clock", headers={"Authorization": "Bearer wrong"})
    secret = caller.organisation.client_secret.encode()
    assert all(b"wrong" in pair for pair in compared)
    assert secret in compared[0]
    assert TOKEN.encode() in compared[-1]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_web_page_of_another_origin_is_refused(headers: dict[str, str]) -> None:
    http = create_app(Settings(seed=1)).test_client()
    refused = http.post("/_mockgc/organisations", headers=headers)
    assert refused.status_code == 403
    assert "another origin" in refused.get_json()["message"]
    assert http.get("/_mockgc/organisations").get_json()["entities"] == []
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert http.post("/_mockgc/organisations", headers=own).status_code == 201
    for path in ("/_mockgc/health", "/_mockgc/clock", "/api/v2/wfm/users", "/oauth/token"):
        for answer in (http.get(path, headers=headers), http.options(path, headers=headers)):
            assert [name for name, _ in answer.headers if name.lower().startswith("access-control")] == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "10.0.0.1:80", "127.evil.example.", "[::2]:80", ""]
)
def test_a_name_that_is_not_this_machine_is_refused(host: str) -> None:
    http = create_app(Settings(seed=1, local_only=True)).test_client()
    assert http.get("/_mockgc/clock", headers={"Host": host}).status_code == 403
    assert http.get("/_mockgc/health", headers={"Host": host}).status_code == 200
    for own in ("localhost", "localhost:8080", "127.0.0.1:1", "127.0.0.3", "[::1]:8080"):
        assert http.get("/_mockgc/clock", headers={"Host": own}).status_code == 200
    with_token = guarded(local_only=True)
    named = {"Host": "mockgc:8080", "Authorization": f"Bearer {TOKEN}"}
    assert with_token.get("/_mockgc/clock", headers=named).status_code == 200


def test_a_token_reaches_its_own_organisation_only() -> None:
    one = Caller()
    other = Caller(one.app)
    user = one.user()
    assert other.ask("GET", user["selfUri"]).status_code == 404
    assert other.ask("DELETE", f"{user['selfUri']}?version=1").status_code == 404
    assert other.ask("GET", "users").get_json()["entities"] == []
    assert one.ask("GET", user["selfUri"]).status_code == 200


def test_addresses_headers_and_bodies_have_limits() -> None:
    caller = Caller()
    for path in ("/api/v2/wfm/users", "/_mockgc/clock", "/oauth/token", "/nowhere"):
        long = caller.http.get(f"{path}?x={'y' * URL_BYTES_MAX}", headers=caller.headers)
        assert (long.status_code, long.get_json()["code"]) == (414, "uri.too.long")
        heavy = caller.http.get(path, headers={**caller.headers, "X-Much": "y" * HEADER_BYTES_MAX})
        assert (heavy.status_code, heavy.get_json()["code"]) == (431, "request.header.fields.too.large")
        assert heavy.headers["ININ-Correlation-Id"] == heavy.get_json()["contextId"]
    body = caller.http.post(
        "/api/v2/wfm/users", data=b" " * (5 * 1024 * 1024), content_type="application/json", headers=caller.headers
    )
    assert body.status_code == 413
    app = caller.app
    assert app.config["MAX_CONTENT_LENGTH"] is not None


def test_no_answer_names_a_path_of_the_host(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A failure in the emulator's own code, a broken data file under it, and refusals of all sorts."""
    app = create_app(Settings(seed=1, data=tmp_path / "state.db"))
    caller = Caller(app)
    asked = [(method, path) for path in ("users", "users/x", "nowhere") for method in ("GET", "POST", "PATCH")]
    told = [caller.ask(method, path) for method, path in asked]
    told += [app.test_client().get(path) for path in ("/", "/_mockgc/", "/_mockgc/nowhere", "/_mockgc/../etc/passwd")]
    (tmp_path / "state.db").write_bytes(b"not a database any more" * 1000)
    with caplog.at_level("CRITICAL", "mockgc"):
        told.append(Caller.ask(caller, "POST", "users", {"name": "A", "email": "a@b.c", "timeZone": "Europe/Paris"}))
    paths = re.compile(rf"{re.escape(str(tmp_path))}|{re.escape(str(ROOT))}|site-packages|Traceback|\.py\b")
    for answer in told:
        assert not paths.search(answer.get_data(as_text=True)), answer.get_data(as_text=True)
        assert not paths.search(str(answer.headers))


def test_no_secret_is_told_by_anything_people_share() -> None:
    app = create_app(Settings(seed=1, admin_token=ADMIN))
    organisation = app.extensions["mockgc"].create_organisation()
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    http = app.test_client()
    credentials = (organisation.client_id, organisation.client_secret)
    granted = http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=credentials)
    token = granted.get_json()["access_token"]
    api = {"Authorization": f"Bearer {token}"}
    http.post(
        "/api/v2/wfm/users", json={"name": "A", "password": "hunter2"}, headers={**api, "X-Auth-Token": "hunter2"}
    )
    refused = http.get("/api/v2/wfm/users/none?token=hunter2", headers=api)
    where = f"/_mockgc/organisations/{organisation.id}"
    shared = [
        http.get(path, headers=bearer).get_data(as_text=True)
        for path in (
            f"{where}/journal", f"{where}/commits", f"{where}/snapshot", where, "/_mockgc/openapi.json",
            f"/_mockgc/explain/{refused.headers['ININ-Correlation-Id']}",
        )
    ]  # fmt: skip
    store = app.extensions["mockgc"].store
    client, settings = store.client(organisation.client_id), Settings(admin_token=ADMIN)
    shared += [repr(value) for value in (organisation, client, store.token(token), settings, Guard(TOKEN))]
    for text in shared:
        for secret in (TOKEN, organisation.client_secret, token, "hunter2"):
            assert secret not in text


def test_what_clients_send_is_never_a_page() -> None:
    caller = Caller()
    script = "<script>alert(1)</script>"
    user = caller.user(script, email="a@example.com")
    answers = [
        caller.ask("GET", path)
        for path in (user["selfUri"], f"users/{script}", f"/_mockgc/{script}", f"/_mockgc/explain/{script}")
    ]
    for answer in answers:
        assert answer.content_type == "application/json"
    page = caller.http.get("/_mockgc/")
    assert page.status_code == 404 or "default-src 'none'" in page.headers["Content-Security-Policy"]
