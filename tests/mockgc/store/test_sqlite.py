"""What a data file adds to the promises every store keeps: restart, kill, several processes, and clear refusals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mockgc import Settings, create_app
from mockgc.pytest_plugin import TestOrganisation, _base_url, _organisation
from mockgc.store.base import DataFileMismatch

USER = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"}


@contextmanager
def served(folder: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client, dict[str, str]]]:
    """`mockgc serve --data` as a program."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "mockgc.cli",
        "serve",
        "--port",
        "0",
        "--quiet",
        "--data",
        str(folder / "state.db"),
    ]
    with subprocess.Popen([*command, "--ready-file", str(ready), *flags], start_new_session=True) as process:
        try:
            with httpx.Client(base_url=_base_url(process, ready), trust_env=False) as http:
                yield process, http, json.loads(ready.read_text("utf-8"))
        finally:
            if process.poll() is None:
                process.terminate()


def as_first_client(http: httpx.Client, ready: dict[str, str]) -> None:
    grant = {"grant_type": "client_credentials"}
    answer = http.post("/oauth/token", data=grant, auth=(ready["clientId"], ready["clientSecret"]))
    http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"


def test_acknowledged_writes_survive_a_kill_with_tokens_ids_and_history(tmp_path: Path) -> None:
    with served(tmp_path) as (process, http, ready):
        as_first_client(http, ready)
        users = [http.post("/api/v2/wfm/users", json={**USER, "email": f"{n}@example.com"}).json() for n in range(20)]
        refused = http.post("/api/v2/wfm/users", json={**USER, "email": "3@example.com"})
        token = http.headers["Authorization"]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    with served(tmp_path) as (_, http, again):
        assert {name: again[name] for name in again if name != "baseUrl"} == {
            n: ready[n] for n in ready if n != "baseUrl"
        }
        http.headers["Authorization"] = token
        assert http.get("/api/v2/wfm/users?pageSize=100").json()["entities"] == users
        commits = http.get(f"/_mockgc/organisations/{ready['organisationId']}/commits").json()["entities"]
        assert [row["sequence"] for row in commits] == list(range(1, 21))
        context = refused.headers["ININ-Correlation-Id"]
        assert users[3]["id"] in http.get(f"/_mockgc/explain/{context}").json()["text"]
        fresh = http.post("/api/v2/wfm/users", json={**USER, "email": "fresh@example.com"}).json()
        assert fresh["id"] not in {user["id"] for user in users}


def test_workers_on_one_file_lose_no_update(tmp_path: Path) -> None:
    """Real concurrency on a real server is the claim: two processes, read-modify-write of one entity."""
    with served(tmp_path, "--workers", "2") as (_, http, _ready):
        organisation = _organisation(http, str(http.base_url))
        uri = http.post("/api/v2/wfm/users", json=USER).json()["selfUri"]
        accepted = increment_from_threads(organisation, uri)
        final = http.get(uri).json()
        assert final["version"] == 1 + accepted
        assert final["name"] == f"Ada {accepted}"
        steps = [(row["versionBefore"], row["versionAfter"], row["claimedVersion"]) for row in organisation.commits()]
        assert steps == [(0, 1, None), *((v, v + 1, v) for v in range(1, accepted + 1))]


def increment_from_threads(organisation: TestOrganisation, uri: str, threads: int = 6, rounds: int = 12) -> int:
    """How many PUTs were accepted; each counts one up from what it read."""

    def work(_: int) -> int:
        accepted = 0
        with httpx.Client(base_url=organisation.base_url, headers=organisation.http.headers, trust_env=False) as http:
            for _ in range(rounds):
                user = http.get(uri).json()
                user["name"] = f"Ada {int(user['name'].partition(' ')[2] or 0) + 1}"
                status = http.put(uri, json=user).status_code
                assert status in (200, 409)
                accepted += status == 200
        return accepted

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(work, range(threads)))


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look like one" * 50, "utf-8")
    before = path.read_bytes()
    with pytest.raises(DataFileMismatch, match=r"notes\.txt is not a data file of mockgc"):
        create_app(Settings(data=path))
    assert path.read_bytes() == before


def test_more_workers_on_memory_are_refused_with_the_reason() -> None:
    command = [sys.executable, "-m", "mockgc.cli", "serve", "--port", "0", "--workers", "2"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "state in memory is not shared between processes: give --data FILE.db" in result.stderr
