"""What operations lead to does not depend on how long they take, as long as each ends before the next begins."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mockgc.resources.scheduling import SCHEDULES, WEEK, Desk, agent, change, desk, document

MORNING, EVENING = "2026-12-01T08:00:00.000Z", "2026-12-01T17:00:00.000Z"
STEPS = st.lists(
    st.tuples(st.sampled_from(["import", "update", "copy", "delete", "move"]), st.integers(0, 2), st.integers(0, 2)),
    min_size=1,
    max_size=6,
)


def performed(at: Desk, step: tuple[str, int, int]) -> None:
    """One operation on one of the schedules of the week; a wrong version is one of the things that are tried."""
    name, which, how = step
    found = at.listed()
    schedule = found[which % len(found)] if found else None
    if name == "import" or schedule is None:
        at.import_(document(agent(at.agents[how % 2], MORNING), description=f"Import {how}", published=how == 2))
    elif name == "update":
        claimed = schedule["metadata"]["version"] + how - 1
        at.update(schedule, change(claimed, description=f"Update {which}", published=how == 1))
    elif name == "copy":
        body = {"description": "Copy", "weekDate": WEEK}
        at.call(f"post{SCHEDULES}Copy", at.unit, WEEK, schedule["id"], expect=202, json=body)
    elif name == "delete":
        at.call.attempt(f"delete{SCHEDULES}", at.unit, WEEK, schedule["id"])
    else:
        destination = {"destinationManagementUnitId": at.home} if which else {}
        move = {"userIds": [at.agents[how % 2]], **destination}
        at.call("postWorkforcemanagementAgents", expect=202, json=move)


def seen(at: Desk) -> list[Any]:
    """All that the operations may have changed."""
    users = at.call("getWorkforcemanagementManagementunitUsers", at.home)["entities"]
    return [users, *((schedule, at.agents_in(schedule)) for schedule in at.listed())]


def ended(at: Desk) -> None:
    """Looks where the operations will show, once for the wait and once for the end."""
    for _ in range(2):
        at.listed()
        at.call.attempt("getWorkforcemanagementAgentManagementunit", at.agents[0])
        at.call.attempt("getWorkforcemanagementAgentManagementunit", at.agents[1])


@given(STEPS)
@settings(max_examples=10)
def test_slow_operations_lead_to_what_quick_ones_lead_to(steps: list[tuple[str, int, int]]) -> None:
    quick, slow = desk(), desk()
    slow.call.organisation.switch(operation_polls=1)
    for step in steps:
        performed(quick, step)
        performed(slow, step)
        ended(slow)
        assert seen(slow) == seen(quick)
