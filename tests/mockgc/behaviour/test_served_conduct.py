"""`mockgc serve` with a profile and with the quotas that hold by default."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from mockgc.pytest_plugin import _base_url
from tests.mockgc.test_serve import start


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[tuple[httpx.Client, Any]]:
    """A client of the first organisation, and what the ready file says."""
    ready = folder / "ready.json"
    with start("--port", "0", "--quiet", "--ready-file", str(ready), *flags) as process:
        try:
            url = _base_url(process, ready)
            found = json.loads(ready.read_text("utf-8"))
            with httpx.Client(base_url=url, trust_env=False) as http:
                grant = {"grant_type": "client_credentials"}
                token = http.post("/oauth/token", data=grant, auth=(found["clientId"], found["clientSecret"])).json()
                http.headers["Authorization"] = f"Bearer {token['access_token']}"
                yield http, found
        finally:
            process.terminate()


def test_a_served_emulator_has_quotas_by_default_and_a_profile_where_one_is_named(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    lost = "faults: [{name: gone, match: {method: DELETE}, effect: {kind: lost_before}}]"
    own.write_text(f"description: Mine.\n{lost}\nswitches: {{zone_fit: exact}}\n", "utf-8")
    with serving(tmp_path, "--profile", str(own), "--seed", "7") as (http, found):
        answer = http.get("/api/v2/wfm/users")
        assert (answer.status_code, answer.headers["inin-ratelimit-allowed"]) == (200, "300")
        base = f"/_mockgc/organisations/{found['organisationId']}"
        assert http.get(f"{base}/profile").json() == {"name": "mine"}
        assert http.get(f"{base}/switches").json()["zone_fit"] == "exact"
        assert [rule["name"] for rule in http.get(f"{base}/faults").json()["rules"]] == ["gone"]


def test_workers_on_one_file_share_windows_and_faults_and_no_quotas_switches_off(tmp_path: Path) -> None:
    data = str(tmp_path / "state.db")
    with serving(tmp_path, "--data", data, "--workers", "2", "--no-quotas") as (http, found):
        base = f"/_mockgc/organisations/{found['organisationId']}"
        assert "inin-ratelimit-allowed" not in http.get("/api/v2/wfm/users").headers
        window = {"name": "w", "per": "organisation", "limit": 12, "seconds": 3_600}
        rule = {
            "name": "r",
            "match": {"method": "GET"},
            "effect": {"kind": "unavailable_before"},
            "budget": {"first": 4},
        }
        assert http.put(f"{base}/quotas", json={"enabled": True, "windows": [window]}).status_code == 200
        assert http.post(f"{base}/faults", json=rule).status_code == 201
        statuses = []
        for _ in range(20):  # each on a connection of its own, so that both workers are asked
            with httpx.Client(base_url=http.base_url, headers=http.headers, trust_env=False) as other:
                statuses.append(other.get("/api/v2/wfm/users").status_code)
        assert sorted(statuses) == [200] * 8 + [429] * 8 + [503] * 4
