"""A long run under faults: the memory an emulator holds stays flat, and what it promises stays true."""

from __future__ import annotations

import gc
import os
import random
import sys
from collections import Counter
from functools import partial
from typing import Any

import orjson

from conformance.checkers import (
    Commit,
    matches_commits,
    no_lost_update,
    parse_commits,
    references_hold,
    unique_keys,
    version_steps,
)
from conformance.final_state import collect
from mockgc import Settings, create_app
from mockgc.clock import WallClock
from mockgc.domain.resource import Resource
from mockgc.ids import Ids
from mockgc.resources.wfm_dialect import RESOURCES
from mockgc.store.base import Kept
from mockgc.store.memory import MemoryStore
from tests.mockgc.caller import MONDAY, NOW, Caller, shift

REQUESTS = 100_000 if os.environ.get("MOCKGC_PROFILE") == "nightly" else 5_000
KEPT = Kept(journal_entries=100, commit_rows=600, images=50)
LOOK_EVERY = 100
BLOCKS_MAX = 2.0
"""A request in the second half of a run may add so many; a journal without bound adds tens."""
PATHS = ("users", "scheduletemplates", "users/groups")
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "unavailable_before"}, {"kind": "unavailable_after"}, {"kind": "throttled"}, {"kind": "malformed"},
    {"kind": "moved"}, {"kind": "duplicated"}, {"kind": "delayed", "seconds": 1},
    {"kind": "lag", "of": ["reads", "lists"], "reads": 1}, {"kind": "detail", "level": "misleading"},
    {"kind": "status", "status": 418},
)  # fmt: skip


def rules() -> list[dict[str, Any]]:
    """Each effect on about every fiftieth request of all kinds."""
    return [
        {"name": effect["kind"], "effect": effect, "budget": {"probability": 0.02, "seed": number}}
        for number, effect in enumerate(FAULTS)
    ]


class Soak:
    """One client that writes and reads few entities at random, and looks at what was committed now and then."""

    def __init__(self, kept: Kept = KEPT) -> None:
        def store(resources: tuple[Resource, ...], ids: Ids, wall: WallClock, _: Kept) -> MemoryStore:
            return MemoryStore(resources, ids, wall, kept)

        app = create_app(
            Settings(seed=7, freeze=NOW, quotas=False), resources=RESOURCES, store=store, sleep=lambda _: None
        )
        self.caller = Caller(app)
        self.rng = random.Random(7)
        self.log = bytearray()  # one block of memory, so that what the test remembers is not taken for the emulator's
        self.sequence = 0
        self.seen: Counter[int] = Counter()
        self.known: dict[str, dict[str, dict[str, Any]]] = {path: {} for path in PATHS}

    def run(self, requests: int) -> None:
        """Send so many requests."""
        for number in range(requests):
            self.rng.choice([self.create, self.create, self.change, self.change, self.week, self.read, self.delete])()
            if number % LOOK_EVERY == 0:
                self.look()

    def look(self) -> None:
        """Learn what there is, take the new commits, and let a second pass."""
        for path in PATHS:
            found = self.ask("GET", f"{path}?pageSize=100").get_json(silent=True)
            if isinstance(found, dict) and "entities" in found:
                self.known[path] = {entity["id"]: entity for entity in found["entities"]}
        self.caller.emulator.clock.advance(1)
        for row in self.caller.control(f"commits?after={self.sequence}")["entities"]:
            self.log += orjson.dumps(row) + b"\n"
            self.sequence = row["sequence"]

    def commits(self) -> tuple[Commit, ...]:
        """All that was committed, rows that the emulator has let go of included."""
        return parse_commits({"entities": [orjson.loads(line) for line in self.log.splitlines()]})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.caller.ask(method, path, body)
        self.seen[answer.status_code] += 1
        return answer

    def body(self, path: str) -> dict[str, Any]:
        name = f"{path}-{self.rng.randrange(20)}"
        body = {"name": name, "externalId": self.rng.choice([None, None, f"k{self.rng.randrange(30)}"])}
        if path == "users":
            return {**body, "email": f"{name}@example.com", "timeZone": "Europe/Paris"}
        if path == "scheduletemplates":
            return {**body, "timeZone": "Europe/Paris"}
        users, templates = (list(self.known[kind].values()) for kind in ("users", "scheduletemplates"))
        members = self.rng.sample(users, min(len(users), 2))
        template = self.rng.choice(templates)["id"] if templates else "none"
        return {**body, "scheduleTemplateId": template, "userIds": [user["id"] for user in members]}

    def create(self) -> None:
        path = self.rng.choice(PATHS)
        self.learn(path, self.ask("POST", path, self.body(path)))

    def learn(self, path: str, answer: Any) -> None:
        found = answer.get_json(silent=True)
        if answer.status_code in (200, 201) and isinstance(found, dict) and "id" in found:
            self.known[path][found["id"]] = found

    def some(self) -> tuple[str, dict[str, Any]] | None:
        path = self.rng.choice(PATHS)
        return (path, self.rng.choice(list(self.known[path].values()))) if self.known[path] else None

    def change(self) -> None:
        found = self.some()
        if found is not None:
            path, entity = found
            active = {"active": True} if path == "users" else {}
            wanted = {**self.body(path), **active, "version": entity["version"]}
            self.learn(path, self.ask("PUT", f"{path}/{entity['id']}", wanted))

    def read(self) -> None:
        found = self.some()
        if found is not None:
            self.ask("GET", f"{found[0]}/{found[1]['id']}")

    def delete(self) -> None:
        found = self.some()
        if found is not None:
            path, entity = found
            if self.ask("DELETE", f"{path}/{entity['id']}").status_code == 204:
                self.known[path].pop(entity["id"])

    def week(self) -> None:
        if not self.known["users/groups"]:
            return
        group = self.rng.choice(list(self.known["users/groups"].values()))
        triple = {"groupId": group["id"], "scheduleTemplateId": group["scheduleTemplateId"], "weekDate": MONDAY}
        minutes = self.rng.choice([240, 480])
        agents = [{"userId": user, "shifts": [shift(minutes=minutes)]} for user in group.get("userIds", [])[:1]]
        version = self.known["scheduletemplates"].get(group["scheduleTemplateId"], {}).get("version")
        self.ask("POST", "schedules", {**triple, "agents": agents, "version": version})


def held() -> int:
    """Blocks of memory that Python objects take; what no object leads to any more is not counted."""
    gc.collect()
    return sys.getallocatedblocks()


def growth(soak: Soak, requests: int) -> float:
    """Blocks that the second half of a run added, for each of its requests."""
    soak.run(requests // 2)
    half = held()
    soak.run(requests - requests // 2)
    return (held() - half) / (requests - requests // 2)


def test_a_long_run_under_faults_keeps_memory_flat_and_every_promise() -> None:
    soak = Soak()
    where = f"/_mockgc/organisations/{soak.caller.organisation.id}"
    assert soak.caller.ask("PUT", f"{where}/faults", {"rules": rules()}).status_code == 200
    grown = growth(soak, REQUESTS)
    struck = {rule["name"]: rule["struck"] for rule in soak.caller.control("faults")["rules"]}
    assert min(struck.values()) >= 3, f"a fault hardly struck: {struck}"
    assert min(soak.seen[status] for status in (200, 201, 204, 409, 429, 503, 418)) > 0, soak.seen
    soak.caller.ask("DELETE", f"{where}/faults")
    soak.look()
    state = collect(partial(_got, soak.caller))
    wrong = [
        *version_steps(soak.commits()), *no_lost_update(soak.commits()), *unique_keys(state), *references_hold(state),
        *matches_commits(state, soak.commits()),
    ]  # fmt: skip
    assert wrong == []
    assert len(soak.commits()) > KEPT.commit_rows, "the log never let a row go"
    journal = soak.caller.control("journal")
    assert (len(journal["entities"]), journal["evicted"] > 1_000) == (KEPT.journal_entries, True)
    assert grown < BLOCKS_MAX, f"each request left {grown:.1f} blocks of memory behind"


def _got(caller: Caller, path: str, query: dict[str, str]) -> Any:
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    return caller.ask("GET", f"{path}?{parameters}").get_json()


def test_a_journal_without_bound_would_be_noticed() -> None:
    assert growth(Soak(Kept(10**6, 10**6, 10**6)), 1_500) > BLOCKS_MAX
