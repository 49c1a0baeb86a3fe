"""`mockgc serve` as a program."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from mockgc import Settings
from mockgc.cli import main
from mockgc.pytest_plugin import _base_url

SECRET = "correct-horse-battery"
FIXED = {"MOCKGC_CLIENT_ID": "my-client", "MOCKGC_CLIENT_SECRET": SECRET}


def start(*flags: str, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mockgc.cli", "serve", *flags]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKGC_")}
    pipe = subprocess.PIPE
    settings = {**clean, **environment}
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, env=settings, start_new_session=True)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_quiet_server_says_all_in_its_ready_file_and_stops_cleanly(tmp_path: Path, stop: signal.Signals) -> None:
    ready = tmp_path / "ready.json"
    with start("--port", "0", "--quiet", "--ready-file", str(ready), **FIXED) as process:
        url = _base_url(process, ready)
        found = json.loads(ready.read_text("utf-8"))
        grant = {"grant_type": "client_credentials"}
        token = httpx.post(f"{url}/oauth/token", data=grant, auth=("my-client", SECRET), trust_env=False)
        refused = httpx.get(f"{url}/api/v2/wfm/users", trust_env=False)
        process.send_signal(stop)
        out, err = process.communicate(timeout=20)
    assert set(found) == {"baseUrl", "organisationId", "clientId", "clientSecret"}
    assert (found["clientId"], found["clientSecret"]) == ("my-client", SECRET)
    assert ready.stat().st_mode & 0o777 == 0o600
    assert not found["baseUrl"].endswith(":0")
    assert (token.status_code, refused.status_code) == (200, 401)
    assert (process.returncode, out, err) == (0, b"", b"")


def test_a_program_that_is_killed_leaves_no_worker_behind_on_its_port(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = start("--port", "0", "--quiet", "--ready-file", str(ready), "--data", str(tmp_path / "state.db"))
    try:
        url = httpx.URL(_base_url(process, ready))
        process.kill()  # and not its workers, which hold the other ends of its pipes
        process.communicate(timeout=20)
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, trust_env=False)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_a_taken_port_is_a_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start("--port", str(port)) as process:
            out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert str(port) in err.decode()
    assert "--port" in err.decode()
    assert b"Traceback" not in err + out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--data", "no such folder/state.db"), "'state.db' cannot be opened: is it a file, is its folder there"),
        (("--freeze", "0001-01-01T00:00:00+23:00"), "MOCKGC_FREEZE: freeze 0001-01-01T00:00:00+23:00 is not between"),
        (("--freeze", "9999-12-31T23:59:59-12:00"), "is not between the years 1970 and 2199"),
    ],
)
def test_what_it_cannot_be_started_with_is_named_without_a_traceback(words: tuple[str, ...], message: str) -> None:
    refused = CliRunner().invoke(main, ["serve", "--port", "0", *words])
    assert refused.exit_code == 1
    assert message in refused.output
    assert "Value error" not in refused.output


@pytest.mark.parametrize("token", ["", "short", "has a space", "\u00fcberall-\u00fc"])
def test_an_admin_token_that_no_header_carries_is_refused_and_not_shown(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKGC_ADMIN_TOKEN", token)
    refused = CliRunner().invoke(main, ["serve", "--port", "0"])
    assert refused.exit_code == 1
    assert "MOCKGC_ADMIN_TOKEN: a token has 8 or more characters" in refused.output
    assert not token or token not in refused.output


def test_an_empty_data_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKGC_DATA", "")
    refused = CliRunner().invoke(main, ["serve", "--port", "0"])
    assert (refused.exit_code, refused.output[:19]) == (1, "Error: MOCKGC_DATA:")


@pytest.mark.parametrize("alone", list(FIXED))
def test_half_of_the_credentials_is_a_clear_error_that_shows_no_secret(alone: str) -> None:
    with start("--port", "0", **{alone: FIXED[alone]}) as process:
        out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert b"set both or neither" in err
    assert SECRET.encode() not in out + err


def test_the_settings_never_show_the_secret() -> None:
    settings = Settings(client_id="my-client", client_secret=SECRET)  # type: ignore[arg-type]
    assert SECRET not in repr(settings) + str(settings.model_dump())


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Settings(freeze="2026-11-30T08:00:00")  # type: ignore[arg-type]
