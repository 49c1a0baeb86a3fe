"""
For any sequence of requests to units and what is in them: versions move by exactly one on change, refusals change
nothing, names stay unique, an agent is in one unit at most, and every answer keeps to the contract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from mockgc.domain.names import folded_name
from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import division_of, unit_body, users_of

NAMES = ("Ada", "ADA ", "Bob", "Eve")
DATES = {"startBusinessUnitDate": "2026-11-30"}
PREFIX = "WorkforcemanagementBusinessunit"
INSIDE = {
    "activityCode": f"{PREFIX}Activitycode",
    "serviceGoalTemplate": f"{PREFIX}Servicegoaltemplate",
    "planningGroup": f"{PREFIX}Planninggroup",
    "staffingGroup": f"{PREFIX}Staffinggroup",
    "workPlan": "WorkforcemanagementManagementunitWorkplan",
    "workPlanRotation": "WorkforcemanagementManagementunitWorkplanrotation",
}
PARENTS = {
    kind: "managementUnit" if "Managementunit" in operation else "businessUnit" for kind, operation in INSIDE.items()
}


class Step(NamedTuple):
    """One request: what, and three small numbers that choose its ids and values."""

    what: str
    a: int
    b: int
    c: int


Request = tuple[str, tuple[str, ...], Any]


class Run:
    """An organisation under test, and the ids that it gave; each kind inside a unit goes with its unit's id."""

    def __init__(self) -> None:
        self.call = Caller()
        self.division = division_of(self.call)
        self.users = users_of(self.call, "ada", "bo", "cy")
        self.ids: dict[str, list[tuple[str, ...]]] = {kind: [] for kind in ("businessUnit", "managementUnit", *INSIDE)}
        self.versions: dict[tuple[str, str], int] = {}
        self.seen = len(self.call.organisation.commits())

    def one(self, kind: str, index: int) -> tuple[str, ...]:
        """The ids of the path of one that exists, existed, or never did."""
        nothing = ("none",) if kind in ("businessUnit", "managementUnit") else ("none", "none")
        return self.ids[kind][index % len(self.ids[kind])] if self.ids[kind] else nothing

    def send(self, step: Step) -> None:
        """One request, and what must hold of its answer and of the commit log."""
        operation, ids, json = REQUESTS[step.what](self, step)
        answer = self.call.attempt(operation, *ids, json=json)
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
        action, _, kind = step.what.partition(" ")
        if action == "create" and answer.is_success:
            self.ids[kind].append((*ids, answer.json()["id"]))

    def check(self) -> None:
        """What must hold at the end."""
        for kind in ("Businessunits", "Managementunits"):
            self.unique(self.call(f"getWorkforcemanagement{kind}")["entities"])
        inside: list[str] = []
        for ids in self.ids["managementUnit"]:
            answer = self.call.attempt("getWorkforcemanagementManagementunitUsers", *ids)
            inside += [user["id"] for user in answer.json().get("entities", [])]
        assert len(set(inside)) == len(inside)
        for kind, operation in INSIDE.items():
            for unit in self.ids[PARENTS[kind]]:
                answer = self.call.attempt(f"get{operation}s", *unit)
                self.unique([found for found in answer.json().get("entities", []) if found.get("active", True)])
                for found in answer.json().get("entities", []):
                    key = f"{unit[0]}/{found['id']}" if kind == "activityCode" else found["id"]
                    assert found["metadata"]["version"] == self.versions[kind, key]
                    self.call(f"get{operation}", *unit, found["id"])

    @staticmethod
    def unique(entities: list[Any]) -> None:
        """No two of these have equal names."""
        names = [folded_name(entity["name"]) for entity in entities]
        assert len(set(names)) == len(names)


def _create_bu(run: Run, step: Step) -> Request:
    return "postWorkforcemanagementBusinessunits", (), unit_body(run.division, NAMES[step.a])


def _patch_bu(run: Run, step: Step) -> Request:
    smoothing = ("ReduceConcurrentActivitiesAcrossBu", "ConsistentServiceLevel")[step.c % 2]
    blocks = {"metadata": {"version": step.b}, "scheduling": {"activitySmoothingType": smoothing}}
    body = {"settings": blocks} if step.b else {"name": NAMES[step.c]}
    return "patchWorkforcemanagementBusinessunit", run.one("businessUnit", step.a), body


def _create_mu(run: Run, step: Step) -> Request:
    body = {"name": NAMES[step.a], "businessUnitId": run.one("businessUnit", step.b)[0]}
    return "postWorkforcemanagementManagementunits", (), body


def _patch_mu(run: Run, step: Step) -> Request:
    blocks = {"metadata": {"version": step.b}, "adherence": {"adherenceTargetPercent": step.c}}
    body = {"settings": blocks} if step.b else {"name": NAMES[step.c]}
    return "patchWorkforcemanagementManagementunit", run.one("managementUnit", step.a), body


def _move_mu(run: Run, step: Step) -> Request:
    body = {"businessUnitId": run.one("businessUnit", step.b)[0]}
    return "postWorkforcemanagementManagementunitMove", run.one("managementUnit", step.a), body


def _move_agents(run: Run, step: Step) -> Request:
    users = [user for index, user in enumerate(run.users) if (step.a + 1) & (1 << index)]
    body: dict[str, Any] = {"userIds": users}
    if step.c:
        body["destinationManagementUnitId"] = run.one("managementUnit", step.b)[0]
    return "postWorkforcemanagementAgents", (), body


def _flag(run: Run, step: Step) -> Request:
    items = [{"userId": run.users[step.b % 3], "schedulable": bool(step.c % 2)}]
    return "patchWorkforcemanagementManagementunitAgents", run.one("managementUnit", step.a), {"entities": items}


def _assign(run: Run, step: Step) -> Request:
    wrapper = {"value": run.one("workPlan", step.c)[1]} if step.c else {}
    items = [{"userId": user, "workPlanId": wrapper} for user in run.users[: step.b]]
    operation = "patchWorkforcemanagementManagementunitAgentsWorkplansBulk"
    return operation, run.one("managementUnit", step.a), {"entities": items}


CONTENT: dict[str, Callable[[Run, Step], Any]] = {
    "activityCode": lambda _, step: {"category": "Break", "lengthInMinutes": step.c + 1},
    "serviceGoalTemplate": lambda _, step: {"abandonRate": {"include": True, "percent": step.c}},
    "planningGroup": lambda run, step: {"serviceGoalTemplateId": run.one("serviceGoalTemplate", step.c)[1]},
    "staffingGroup": lambda _, __: {},
    "workPlan": lambda _, step: {"maximumDays": step.c},
    "workPlanRotation": lambda run, step: {
        "dateRange": DATES,
        "pattern": {"workPlanIds": [run.one("workPlan", step.c)[1]]},
        "agents": [{"userId": run.users[step.c % 3], "position": step.c % 2, "dateRange": DATES}],
    },
}
ONLY_ON_CREATE: dict[str, Callable[[Run, Step], Any]] = {
    "planningGroup": lambda _, __: {"routePaths": []},
    "staffingGroup": lambda run, step: {"userIds": run.users[: step.c]},
}


def _creating(kind: str) -> Callable[[Run, Step], Request]:
    def create(run: Run, step: Step) -> Request:
        body = {"name": NAMES[step.a], **CONTENT[kind](run, step)}
        body |= ONLY_ON_CREATE[kind](run, step) if kind in ONLY_ON_CREATE else {}
        return f"post{INSIDE[kind]}s", run.one(PARENTS[kind], step.b), body

    return create


def _patching(kind: str) -> Callable[[Run, Step], Request]:
    def patch(run: Run, step: Step) -> Request:
        ids = run.one(kind, step.a)
        body = {"metadata": {"version": step.b + 1}, "name": NAMES[step.c], **CONTENT[kind](run, step)}
        return f"patch{INSIDE[kind]}", ids, {"id": ids[-1], **body}

    return patch


def _deleting(kind: str) -> Callable[[Run, Step], Request]:
    return lambda run, step: (f"delete{INSIDE[kind]}", run.one(kind, step.a), None)


REQUESTS: dict[str, Callable[[Run, Step], Request]] = {
    "create businessUnit": _create_bu,
    "patch businessUnit": _patch_bu,
    "delete businessUnit": lambda run, step: (
        "deleteWorkforcemanagementBusinessunit",
        run.one("businessUnit", step.a),
        None,
    ),
    "create managementUnit": _create_mu,
    "patch managementUnit": _patch_mu,
    "move managementUnit": _move_mu,
    "delete managementUnit": lambda run, step: (
        "deleteWorkforcemanagementManagementunit",
        run.one("managementUnit", step.a),
        None,
    ),
    "move agents": _move_agents,
    "flag agents": _flag,
    "assign agents": _assign,
    **{f"create {kind}": _creating(kind) for kind in INSIDE},
    **{f"patch {kind}": _patching(kind) for kind in INSIDE},
    **{f"delete {kind}": _deleting(kind) for kind in INSIDE},
}
SMALL = st.integers(0, 3)
STEPS = st.lists(st.builds(Step, st.sampled_from(sorted(REQUESTS)), SMALL, SMALL, SMALL), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_units_keep_their_promises(steps: list[Step]) -> None:
    run = Run()
    for name in ("create businessUnit", "create managementUnit", "move agents", "create workPlan"):
        run.send(Step(name, 0, 0, 1))
    for step in steps:
        run.send(step)
    run.check()
