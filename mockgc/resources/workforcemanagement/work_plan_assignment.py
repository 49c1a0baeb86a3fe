"""
Which work plan an agent has: assignment in bulk, overrides for some weeks, and the plan in force each week.

`PATCH .../agents/workplans/bulk` answers 200 with a row for each agent it could not serve; the others are served.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Violation, WfmError, assumed
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import METADATA
from mockgc.resources.workforcemanagement import agents, downloads, management_units
from mockgc.resources.workforcemanagement.days import day
from mockgc.resources.workforcemanagement.people import user_reference
from mockgc.resources.workforcemanagement.work_plans import reference

WEEKS_MAX = 53
WEEK_COUNT = ErrorCode(
    "wfm.validation.failure", 400, f"1 to {WEEKS_MAX} weeks are asked for or overridden",
    assumed("the number is not documented"), "Ask for fewer weeks.",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NO_PLAN = -1
_OVERRIDES = "workPlanOverrides"


def raise_weeks(count: int) -> None:
    """
    Raises:
        WfmError: 400, no week or too many.
    """
    if not 1 <= count <= WEEKS_MAX:
        message = f"weekCount: {count} is not within 1 to {WEEKS_MAX}"
        raise WfmError([Violation(WEEK_COUNT, message, "weekCount", given=str(count))])


class _Failed(Exception):
    """One agent's item cannot be served: the failure, and the work plan that was not found."""

    def __init__(self, failure: str, work_plan_id: str | None = None) -> None:
        super().__init__(failure)
        self.failure, self.work_plan_id = failure, work_plan_id

    def row(self, user_id: str) -> Entity:
        """As the answer shows it."""
        missing = {"notFoundWorkPlanId": self.work_plan_id} if self.work_plan_id is not None else {}
        return {"user": user_reference(user_id), "failure": self.failure, **missing}


def _assign(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    wanted: dict[str, Entity] = {}
    failures = []
    for item in request.body.get("entities", []):
        try:
            before = wanted.get(item["userId"]) or agents.in_unit(view, unit["id"], item["userId"])
            wanted[item["userId"]] = _changed(view, unit["id"], before, item)
        except _Failed as failed:
            failures.append(failed.row(item["userId"]))
    writes = [write for agent in wanted.values() if (write := _write(view, agent)) is not None]
    return Outcome(200, {"failures": failures}, tuple(writes))


def _changed(view: View, unit_id: str, agent: Entity | None, item: Entity) -> Entity:
    if agent is None:
        raise _Failed("AgentNotInManagementUnit")
    after: Entity = dict(agent)
    if "workPlanId" in item:
        after.pop("workPlan", None)
        if "value" in item["workPlanId"]:
            after["workPlan"] = _plan(view, unit_id, item["workPlanId"]["value"])
    if _OVERRIDES in item:
        overrides = [] if item[_OVERRIDES].get("deleteAll") else list(agent.get(_OVERRIDES, []))
        for change in item[_OVERRIDES].get("values", []):
            overrides = _overridden(view, unit_id, overrides, change)
        after[_OVERRIDES] = overrides
    return after


def _plan(view: View, unit_id: str, work_plan_id: str) -> Entity:
    plan = view.get("workPlan", work_plan_id)
    if plan is None or plan["managementUnitId"] != unit_id:
        raise _Failed("WorkPlanNotFound", work_plan_id)
    return reference(plan)


def _overridden(view: View, unit_id: str, overrides: list[Entity], change: Entity) -> list[Entity]:
    """The overrides after one change, which is found by its start date."""
    action, start = change.get("action", "Add"), change["startDate"]
    others = [override for override in overrides if override["startDate"] != start]
    if action != "Add" and len(others) == len(overrides):
        raise _Failed("OverrideNotFound")
    if action == "Delete":
        return others
    kept = others if action == "Update" else overrides
    plan, weeks = _plan(view, unit_id, change.get("workPlanId", "")), change.get("weekCount", 0)
    raise_weeks(weeks)
    fresh = {"startDate": day(start, "startDate").isoformat(), "weekCount": weeks, "workPlan": plan}
    if any(_overlap(fresh, override) for override in kept):
        raise _Failed("OverlappingOverride")
    return sorted([*kept, fresh], key=lambda override: str(override["startDate"]))


def _span(override: Entity) -> tuple[date, date]:
    start = date.fromisoformat(override["startDate"])
    return start, start + timedelta(weeks=override["weekCount"])


def _overlap(one: Entity, other: Entity) -> bool:
    (start, end), (begin, stop) = _span(one), _span(other)
    return start < stop and begin < end


def _write(view: View, agent: Entity) -> Write | None:
    before = view.get("agent", agent["id"])
    assert before is not None
    changed = tuple(name for name in ("workPlan", _OVERRIDES) if agent.get(name) != before.get(name))
    if not changed:
        return None
    after: dict[str, Any] = dict(agent)
    METADATA.put(after, before["metadata"]["version"] + 1, view, before)
    return Write("agent", agent["id"], after, changed=changed)


def _query(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """
    The plan of each agent in each week: an override of that week before the agent's own plan. Weeks without a plan have
    the key -1 (assumed); users outside of the unit are left out (assumed); rotations are not looked at.
    """
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    count = request.body["weekCount"]
    raise_weeks(count)
    first = _week_start(view, unit, day(request.body["startDate"], "startDate"))
    weeks = [first + timedelta(weeks=number) for number in range(count)]
    keys: dict[str, int] = {}
    lookup: dict[str, Entity] = {}
    rows = []
    for user_id in dict.fromkeys(request.body["agentIds"]):
        agent = agents.in_unit(view, unit["id"], user_id)
        if agent is not None:
            plans = [_in_force(agent, week) for week in weeks]
            row_keys = [_NO_PLAN if plan is None else keys.setdefault(plan["id"], len(keys)) for plan in plans]
            lookup |= {str(keys[plan["id"]]): plan for plan in plans if plan is not None}
            rows.append({"user": agent["user"], "workPlanLookupKeysPerWeek": row_keys})
    result = {"referenceStartWeekDate": first.isoformat(), "workPlanLookup": lookup, "entities": rows}
    return Outcome(200, {"result": result})


def _week_start(view: View, unit: Entity, at: date) -> date:
    """The day rolled back to the business unit's first day of the week. Source: documented."""
    parent = view.get("businessUnit", unit["businessUnit"]["id"])
    assert parent is not None
    return at - timedelta(days=(at.weekday() - _DAYS.index(parent["settings"]["startDayOfWeek"])) % 7)


def _in_force(agent: Entity, week: date) -> Entity | None:
    for override in agent.get(_OVERRIDES, []):
        start, end = _span(override)
        if start <= week < end:
            return dict(override["workPlan"])
    return agent.get("workPlan")


AGENT = replace(
    agents.AGENT,
    behaviours={
        **agents.AGENT.behaviours,
        "patchWorkforcemanagementManagementunitAgentsWorkplansBulk": Behaviour(
            _assign,
            assumed("failures are rows of a 200; the 400 is declared too"),
            (management_units.NOT_FOUND, WEEK_COUNT),
        ),
        "postWorkforcemanagementManagementunitAgentsWorkplansQuery": Behaviour(
            downloads.offered(_query),
            assumed("the key of a week without a plan"),
            (management_units.NOT_FOUND, WEEK_COUNT),
        ),
    },
)
"""The kind of agents, with what work plans add to it."""
