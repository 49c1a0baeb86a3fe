"""`migrator` as a program against a served emulator whose network is flaky: real connections really close."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockgc.pytest_plugin import TestOrganisation
from tests.clients.test_migrator_cli import Desk

RULES = [
    {"name": "lost before", "match": {"method": "POST"}, "effect": {"kind": "lost_before"}, "budget": {"every": 5}},
    {"name": "lost after", "match": {"method": "POST"}, "effect": {"kind": "lost_after"}, "budget": {"every": 4}},
    {"name": "cut off", "match": {"method": "GET"}, "effect": {"kind": "truncated"}, "budget": {"every": 6}},
    {"name": "busy", "match": {"method": "POST"}, "effect": {"kind": "unavailable_after"}, "budget": {"every": 7}},
]
"""What the profile `flaky-network` does now and then, often enough for a small migration to meet all of it."""


@pytest.fixture
def desk(tmp_path: Path, mockgc_served_organisation: TestOrganisation) -> Desk:
    return Desk(tmp_path, mockgc_served_organisation)


def test_a_migration_arrives_whole_over_a_flaky_network_and_its_replay_writes_nothing(desk: Desk) -> None:
    http, base = desk.organisation.http, f"/_mockgc/organisations/{desk.organisation.id}"
    assert http.put(f"{base}/profile", json={"name": "flaky-network"}).status_code == 200
    assert http.put(f"{base}/faults", json={"rules": RULES}).status_code == 200
    first = desk.migrator("apply", desk.plan(1, 2, 3, 4))
    assert first.returncode == 0, first.stdout + first.stderr
    struck = {rule["name"]: rule["struck"] for rule in http.get(f"{base}/faults").json()["rules"]}
    assert all(struck.values()), struck
    assert http.put(f"{base}/profile", json={"name": "calm"}).status_code == 200
    users = http.get("/api/v2/wfm/users?pageSize=100").json()["entities"]
    assert len({user["email"] for user in users}) == len(users) == 4
    before = desk.commit_count()
    again = desk.migrator("apply", "plan.json")
    assert (again.returncode, desk.commit_count()) == (0, before)
