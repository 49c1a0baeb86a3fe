"""
For any sequence of requests to the directory and to routing: versions move by exactly one on change, refusals change
nothing, keys stay unique, a user is in one team at most, and every answer keeps to the contract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from mockgc.domain.names import folded_name
from tests.mockgc.resources.published_behaviour import Caller

NAMES = ("Ada", "ada ", "Bob", "Eve")
STATES = ("active", "inactive", "deleted")
LISTINGS = {
    "directoryUser": ("getUsers", {"state": "any", "pageSize": 100}),
    "directoryGroup": ("getGroups", {"pageSize": 100}),
    "team": ("getTeams", {"pageSize": 100}),
    "skill": ("getRoutingSkills", {"pageSize": 100}),
    "queue": ("getRoutingQueues", {"pageSize": 100}),
}


class Step(NamedTuple):
    """One request: what, and three small numbers that choose its ids and values."""

    what: str
    a: int
    b: int
    c: int


class Run:
    """An organisation under test, and the ids that it gave."""

    def __init__(self) -> None:
        self.call = Caller()
        self.division = self.call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})["id"]
        self.ids: dict[str, list[str]] = {kind: [] for kind in LISTINGS}
        self.versions: dict[tuple[str, str], int] = {}
        self.seen = 1

    def one(self, kind: str, index: int) -> str:
        """An id that exists, existed, or never did."""
        return (self.ids[kind] or ["nobody"])[index % max(len(self.ids[kind]), 1)]

    def some(self, kind: str, mask: int) -> list[str]:
        return [found for index, found in enumerate(self.ids[kind]) if mask & (1 << index)]

    def send(self, step: Step) -> None:
        """One request, and what must hold of its answer and of the commit log."""
        operation, ids, params, json = REQUESTS[step.what](self, step)
        answer = self.call.attempt(operation, *ids, params=params, json=json)
        rows = self.call.organisation.commits()[self.seen :]
        self.seen += len(rows)
        assert answer.status_code < 500
        assert answer.status_code < 400 or not rows
        for row in rows:
            key = (row["kind"], row["entityId"])
            assert row["versionBefore"] == self.versions.get(key, 0)
            assert row["versionAfter"] in (None, row["versionBefore"] + 1)
            self.versions[key] = row["versionAfter"] or 0
        assert max(Counter((row["kind"], row["entityId"]) for row in rows).values(), default=1) == 1
        kind = step.what.removeprefix("create ")
        if kind in self.ids and answer.is_success:
            self.ids[kind].append(answer.json()["id"])

    def check(self) -> None:
        """What must hold at the end."""
        for kind, (operation, params) in LISTINGS.items():
            entities = self.call(operation, params=params)["entities"]
            keys = [folded_name(entity["email" if kind == "directoryUser" else "name"]) for entity in entities]
            assert len(set(keys)) == len(keys)
            if kind in ("directoryUser", "directoryGroup"):
                assert all(entity["version"] == self.versions[kind, entity["id"]] for entity in entities)
        teams = self.call("getTeams", params={"pageSize": 100})["entities"]
        members = [m["id"] for team in teams for m in self.call("getTeamMembers", team["id"])["entities"]]
        assert len(set(members)) == len(members)


Request = tuple[str, tuple[str, ...], Any, Any]


def _create_user(run: Run, step: Step) -> Request:
    body = {"name": NAMES[step.a], "email": f"{NAMES[step.a].strip()}@example.org", "divisionId": run.division}
    return "postUsers", (), None, body


def _patch_user(run: Run, step: Step) -> Request:
    user = run.one("directoryUser", step.a)
    change = {"state": STATES[step.c]} if step.c < len(STATES) else {"email": f"{NAMES[step.b].strip()}@example.org"}
    return "patchUser", (user,), None, {"version": step.b + 1, **change}


def _create_group(_: Run, step: Step) -> Request:
    body = {"name": NAMES[step.a], "type": "official", "rulesVisible": True, "visibility": "public"}
    return "postGroups", (), None, body


def _put_group(run: Run, step: Step) -> Request:
    return "putGroup", (run.one("directoryGroup", step.a),), None, {"version": step.b + 1, "name": NAMES[step.c]}


def _add_to_group(run: Run, step: Step) -> Request:
    body = {"memberIds": run.some("directoryUser", step.c * 2 + 1)}
    return (
        "postGroupMembers", (run.one("directoryGroup", step.a),), None,
        {**body, "version": step.b} if step.b else body,
    )  # fmt: skip


def _leave_group(run: Run, step: Step) -> Request:
    params = {"ids": ",".join(run.some("directoryUser", step.b + 1)) or "nobody"}
    return "deleteGroupMembers", (run.one("directoryGroup", step.a),), params, None


def _add_to_team(run: Run, step: Step) -> Request:
    return "postTeamMembers", (run.one("team", step.a),), None, {"memberIds": run.some("directoryUser", step.b + 1)}


def _external(run: Run, step: Step) -> Request:
    body = {"authorityName": "zendesk", "externalKey": str(step.b)}
    return "postUserExternalid", (run.one("directoryUser", step.a),), None, body


def _skills(operation: str) -> Callable[[Run, Step], Request]:
    def request(run: Run, step: Step) -> Request:
        body = [{"id": skill, "proficiency": step.c} for skill in run.some("skill", step.b)]
        return operation, (run.one("directoryUser", step.a),), None, body

    return request


def _queue_members(run: Run, step: Step) -> Request:
    body = [{"id": user} for user in run.some("directoryUser", step.b + 1)]
    return "postRoutingQueueMembers", (run.one("queue", step.a),), {"delete": "true" if step.c else "false"}, body


REQUESTS: dict[str, Callable[[Run, Step], Request]] = {
    "create directoryUser": _create_user,
    "change a user": _patch_user,
    "delete a user": lambda run, step: ("deleteUser", (run.one("directoryUser", step.a),), None, None),
    "identify a user": _external,
    "create directoryGroup": _create_group,
    "change a group": _put_group,
    "delete a group": lambda run, step: ("deleteGroup", (run.one("directoryGroup", step.a),), None, None),
    "join a group": _add_to_group,
    "leave a group": _leave_group,
    "create team": lambda _, step: ("postTeams", (), None, {"name": NAMES[step.a]}),
    "join a team": _add_to_team,
    "create skill": lambda _, step: ("postRoutingSkills", (), None, {"name": NAMES[step.a]}),
    "delete a skill": lambda run, step: ("deleteRoutingSkill", (run.one("skill", step.a),), None, None),
    "replace skills": _skills("putUserRoutingskillsBulk"),
    "add skills": _skills("patchUserRoutingskillsBulk"),
    "create queue": lambda _, step: ("postRoutingQueues", (), None, {"name": NAMES[step.a]}),
    "join or leave a queue": _queue_members,
}
NUMBER = st.integers(0, 3)


@settings(max_examples=60)
@given(st.lists(st.builds(Step, st.sampled_from(sorted(REQUESTS)), NUMBER, NUMBER, NUMBER), max_size=30))
def test_versions_move_by_one_and_refusals_change_nothing(steps: list[Step]) -> None:
    run = Run()
    for kind in LISTINGS:
        run.send(Step(f"create {kind}", 0, 0, 0))
    for step in steps:
        run.send(step)
    run.check()
