"""The migrator, unchanged, against an emulator that behaves like a service: quotas and profiles, in virtual time."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from conformance.checkers.pace import waits_after_429
from conformance.simulation import Process
from migrator.report import Report
from mockgc import Settings, create_app
from mockgc.behaviour.conduct import STRUCK
from tests.contract.dialect_app import DIALECT, NOW
from tests.simulation.accounts import account
from tests.simulation.migration import migration
from tests.simulation.trial import Trial, convergence, judge, run, safety
from tests.simulation.verdicts import all_converged, same_as_alone
from tests.simulation.world import World

SOURCE = account((1, 2, 3))
SETTLED_S = 20.0


class Conduct:
    """A fresh world whose organisation behaves like this; what the judge reads afterwards is not disturbed any more."""

    def __init__(self, **conduct: Any) -> None:
        self.world = World(app=create_app(Settings(seed=7, freeze=NOW, quotas=False), resources=DIALECT))
        self.base = f"/_mockgc/organisations/{self.world.organisation.id}"
        for part, body in conduct.items():
            self.put(part, body)

    def put(self, part: str, body: Any) -> None:
        answer = self.world.send("PUT", f"{self.base}/{part}", body)
        assert answer.status_code == 200, answer.text

    def migrate(self) -> Trial[Report]:
        """Hostile, quiet and replay phase, all under this conduct; the later ones begin when no read lags any more."""
        program = migration(self.world, SOURCE)

        async def later(process: Process) -> Report:
            await asyncio.sleep(SETTLED_S)
            return await program(process)

        trial = run(self.world, {"a": program}, quiet=later)
        self.struck = self.world._emulator.store.value(self.world.organisation.id, STRUCK)
        self.put("profile", {"name": "calm"})
        return trial


def statuses(trial: Trial[Report]) -> list[int | None]:
    return [operation.status for operation in trial.world.wire.history()]


def verdicts(trial: Trial[Report]) -> None:
    judge(trial, safety(trial), convergence(trial), all_converged(trial), same_as_alone(trial, SOURCE))


def test_a_migration_gets_through_quotas_by_waiting_as_long_as_it_is_told() -> None:
    window = {"name": "all", "per": "organisation", "limit": 5, "seconds": 60}
    trial = Conduct(quotas={"enabled": True, "windows": [window]}).migrate()
    assert statuses(trial).count(429) >= 3
    accepted = [o for o in trial.world.wire.history() if o.status != 429 and o.path != "/oauth/token"]
    assert trial.world.wire.now >= 60 * (math.ceil(len(accepted) / 5) - 1), "so many windows have to pass"
    verdicts(trial)
    judge(trial, waits_after_429(trial.world.wire.history()))


@pytest.mark.parametrize("name", ["strict", "monday-0600", "year-end"])
def test_a_migration_gets_through_each_profile_that_needs_no_broken_connection(name: str) -> None:
    verdicts(Conduct(profile={"name": name}).migrate())


def test_a_migration_gets_through_version_churn_that_really_happens() -> None:
    rules = [
        {"name": "edits", "match": {"method": "PUT"}, "effect": {"kind": "moved"}, "budget": {"every": 2}},
        {
            "name": "edits of the template",
            "match": {"method": "POST", "path": "/api/v2/wfm/schedules"},
            "effect": {"kind": "moved", "field": "scheduleTemplateId"},
            "budget": {"every": 2},
        },
        {"name": "twice", "match": {"method": "POST"}, "effect": {"kind": "duplicated"}, "budget": {"every": 3}},
        {"name": "busy", "effect": {"kind": "throttled"}, "budget": {"every": 5}},
    ]
    conduct = Conduct(faults={"rules": rules})
    trial = conduct.migrate()
    verdicts(trial)
    assert all(conduct.struck[rule["name"]][1] for rule in rules[1:]), conduct.struck
