"""
Work plans: `/api/v2/workforcemanagement/managementunits/{managementUnitId}/workplans`.

Which agents a plan has is kept with the agents. A plan whose configuration is invalid is refused unless
`validationMode=Ignore`. Updates name the shifts and activities they change by id; the others stay, `delete` removes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Violation, WfmError, assumed, documented, refuse
from mockgc.domain.resource import Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import (
    CONTRACT,
    METADATA,
    WFM_BODY_NOT_FOUND,
    WFM_STALE,
    WFM_VALIDATION,
    known_fields,
    many,
    parameters,
)
from mockgc.resources.workforcemanagement import activity_codes, agents, management_units
from mockgc.resources.workforcemanagement.family import HAS_USERS, kind_in
from mockgc.resources.workforcemanagement.people import user_reference
from mockgc.resources.workforcemanagement.work_plan_shifts import merged_shifts
from mockgc.resources.workforcemanagement.work_plan_validation import is_valid, messages

INVALID_PLAN = ErrorCode(
    "wfm.validation.failure", 400, "a work plan with an invalid configuration is refused unless validationMode=Ignore",
    assumed("the parameter is documented, the code of the refusal is not"),
    "Ask POST workplans/{workPlanId}/validate?expand=messages what is wrong, or send validationMode=Ignore.",
)  # fmt: skip
COPY_NAME = ErrorCode(
    "wfm.validation.failure", 400, "a copy has a name of its own", documented("POST workplans/{workPlanId}/copy: 400"),
    "Send a name that no other work plan of the management unit has.",
)  # fmt: skip
DETAILS = (
    "constrainMaximumConsecutiveWorkingDays", "constrainMaximumConsecutiveWorkingWeekends",
    "constrainMaximumWorkingWeekendsPerPlanningPeriod", "constrainMinimumTimeBetweenShifts",
    "constrainPaidTimeGranularity", "constrainWeeklyPaidTime", "flexibleWeeklyPaidTime",
    "maximumConsecutiveWorkingDays", "maximumConsecutiveWorkingWeekends", "maximumDays",
    "maximumDaysOffPerPlanningPeriod", "maximumPaidMinutesPerPlanningPeriod",
    "maximumWorkingWeekendsPerPlanningPeriod", "minimumConsecutiveNonWorkingMinutesPerWeek",
    "minimumDaysOffPerPlanningPeriod", "minimumPaidMinutesPerPlanningPeriod", "minimumShiftStartDistanceMinutes",
    "minimumTimeBetweenShiftsMinutes", "minimumWorkingDaysPerWeek", "paidTimeGranularityMinutes",
    "shiftStartVariancePeriod", "shiftStartVarianceType", "weeklyExactPaidMinutes", "weeklyMaximumPaidMinutes",
    "weeklyMinimumPaidMinutes",
)  # fmt: skip
_PARTS = ("agentCount", "agents", "optionalDays", "shifts", "shiftStartVariances")
_ALWAYS = ("id", "name", "enabled", "valid", "metadata", "selfUri")


def _content(view: View, request: Request, before: Entity | None) -> Entity:
    content = known_fields(request.body, "name", "enabled", "optionalDays", "shiftStartVariances", *DETAILS)
    if before is None:
        content = {"enabled": True, **content}
    if "shifts" in request.body or before is None:
        content["shifts"] = merged_shifts(view, request.body.get("shifts", []), before["shifts"] if before else None)
    content["valid"] = is_valid({**(before or {}), **content})
    return content


def _check(view: View, plan: Entity, before: Entity | None) -> Iterator[Violation]:
    """Activities name live codes of the business unit; those that were there before may have been deleted since."""
    unit = view.get("managementUnit", plan["managementUnitId"])
    assert unit is not None
    there = set(_codes(before)) if before else set()
    for code in dict.fromkeys(_codes(plan)):
        if code not in there and not activity_codes.named(view, unit["businessUnit"]["id"], code):
            message = f"shifts: no activity code of the business unit has the id {code!r}"
            yield Violation(WFM_BODY_NOT_FOUND, message, "shifts", given=code)


def _codes(plan: Entity) -> Iterator[str]:
    for shift in plan["shifts"]:
        for activity in shift["activities"]:
            if "activityCodeId" in activity:
                yield activity["activityCodeId"]


def reference(plan: Entity) -> Entity:
    """The reference to a work plan as agents and rotations show it."""
    unit = management_units.reference(plan["managementUnitId"])
    return {"id": plan["id"], "managementUnit": unit, "selfUri": plan["selfUri"]}


def agents_of(view: View, plan: Entity) -> list[str]:
    """The ids of the agents whose plan this is."""
    inside = agents.of_unit(view, plan["managementUnitId"])
    return [agent["id"] for agent in inside if agent.get("workPlan", {}).get("id") == plan["id"]]


def _whole(plan: Entity, user_ids: Iterable[str]) -> Entity:
    users = [user_reference(user_id) for user_id in user_ids]
    return {**plan, "agents": users, "agentCount": len(users)}


def _chosen(plan: Entity, names: Collection[str]) -> Entity:
    return {name: value for name, value in plan.items() if name in names}


def _shown(view: View, plan: Entity, request: Request) -> Entity:
    """Everything, or what `includeOnly` names beside what is always there."""
    whole, only = _whole(plan, agents_of(view, plan)), many(request, "includeOnly")
    return _chosen(whole, (*_ALWAYS, *only)) if only else whole


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The short form; `expand` names parts, `details` all other fields (assumed), `exclude` drops activities."""
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    wanted = {*_ALWAYS, *(part for part in many(request, "expand") if part in _PARTS)}
    wanted |= set(DETAILS) if "details" in many(request, "expand") else set()
    rows = [_chosen(_whole(plan, agents_of(view, plan)), wanted) for plan in WORK_PLANS.inside(view, unit["id"])]
    if many(request, "exclude"):
        for row in rows:
            shifts = row.get("shifts", [])
            row |= {"shifts": [{k: v for k, v in shift.items() if k != "activities"} for shift in shifts]}
    return Outcome(200, {"entities": rows})


def _raise_invalid_plan(request: Request, plan: Entity) -> None:
    if plan["valid"] or parameters(request).get("validationMode") == "Ignore":
        return
    found = [message["type"] for message in messages(plan) if message["severity"] == "Error"]
    raise WfmError(Violation(INVALID_PLAN, f"the work plan is invalid: {kind}", "shifts") for kind in found)


def _assigned(view: View, request: Request, before: Iterable[str]) -> tuple[list[str], list[str]]:
    """
    (agents after the request, agents it changes).

    Raises:
        WfmError: 400, an agent is not in the management unit.
    """
    after, items = list(before), request.body.get("agents", [])
    for index, item in enumerate(items):
        user_id = item.get("id", "")
        if agents.in_unit(view, request.ids[0], user_id) is None:
            message = f"agents[{index}].id: no agent of the management unit has the id {user_id!r}"
            raise refuse(WFM_BODY_NOT_FOUND, message, f"agents[{index}].id")
        if item.get("delete"):
            after = [other for other in after if other != user_id]
        elif user_id not in after:
            after.append(user_id)
    return after, sorted(set(after) ^ set(before))


def assign(view: View, user_id: str, plan: Entity | None) -> tuple[Write, ...]:
    """What gives an agent this plan, or none; nothing when it is so already."""
    agent = view.get("agent", user_id)
    assert agent is not None
    if agent.get("workPlan", {}).get("id") == (plan["id"] if plan else None):
        return ()
    after: dict[str, Any] = {name: value for name, value in agent.items() if name != "workPlan"}
    if plan is not None:
        after["workPlan"] = reference(plan)
    METADATA.put(after, agent["metadata"]["version"] + 1, view, agent)
    return (Write("agent", user_id, after, changed=("workPlan",)),)


def _with_agents(view: View, outcome: Outcome, after: list[str], changed: list[str]) -> Outcome:
    plan = outcome.body
    assert isinstance(plan, dict)
    moved = [write for user in changed for write in assign(view, user, plan if user in after else None)]
    body = {name: value for name, value in _whole(plan, after).items() if name != WORK_PLANS.owner}
    return replace(outcome, body=body, writes=(*outcome.writes, *moved))


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    content = {WORK_PLANS.owner: unit["id"], **_content(view, request, None)}
    after, changed = _assigned(view, request, ())
    outcome = WORK_PLANS.common.create(resource, view, content)
    _raise_invalid_plan(request, content)
    return _with_agents(view, outcome, after, changed)


def _patch(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """An update that changes agents only moves the plan's version too (assumed)."""
    before = WORK_PLANS.existing(view, request)
    rules.raise_invalid(request)
    content, held = _content(view, request, before), agents_of(view, before)
    claimed = METADATA.claimed(request.body)
    WORK_PLANS.common.raise_stale(resource, before, claimed)
    after, changed = _assigned(view, request, held)
    outcome = WORK_PLANS.common.update(resource, view, before, content, claimed)
    _raise_invalid_plan(request, {**before, **content})
    if changed and not outcome.writes:
        outcome = WORK_PLANS.touched(view, before, claimed, ("agents",))
    return _with_agents(view, outcome, after, changed)


def _copy(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """The same plan under another name, without agents (assumed)."""
    before = WORK_PLANS.existing(view, request)
    name = copy_name(request, COPY_NAME)
    content = {k: v for k, v in before.items() if k not in ("id", "metadata", "selfUri")}
    content |= {"name": name, "shifts": merged_shifts(view, before["shifts"], None)}
    return _with_agents(view, WORK_PLANS.common.create(resource, view, content), [], [])


def copy_name(request: Request, code: ErrorCode) -> str:
    """
    The name a copy gets.

    Raises:
        WfmError: 400 of the kind when it is missing or blank; else whatever is wrong with the body.
    """
    if request.invalid is not None and request.invalid.violations[0].field == "name":
        raise refuse(code, str(request.invalid), "name")
    rules.raise_invalid(request)
    name: str = request.body["name"]
    if not name.strip():
        raise refuse(code, "name is blank", "name")
    return name


def _validate(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The plan as the body would change it; nothing is kept."""
    before = WORK_PLANS.existing(view, request)
    rules.raise_invalid(request)
    wanted = {**before, **_content(view, request, before)}
    body: Entity = {"workPlan": reference(before), "valid": is_valid(wanted)}
    if "messages" in many(request, "expand"):
        body["messages"] = {"violationMessages": messages(wanted)}
    return Outcome(200, body)


WORK_PLANS = kind_in(management_units.COMMON, "workplans", "workPlan", _content, _shown, created=200)
_REFUSALS = (WFM_VALIDATION, WFM_BODY_NOT_FOUND, INVALID_PLAN)
WORK_PLAN = WORK_PLANS.resource(
    "work plan",
    {
        "getWorkforcemanagementManagementunitWorkplans": WORK_PLANS.of_unit(_list, CONTRACT),
        "postWorkforcemanagementManagementunitWorkplans": WORK_PLANS.of_unit(
            _create, assumed("a clash of names is a 400"), *_REFUSALS
        ),
        "getWorkforcemanagementManagementunitWorkplan": WORK_PLANS.of_one(WORK_PLANS.read, CONTRACT),
        "patchWorkforcemanagementManagementunitWorkplan": WORK_PLANS.of_one(_patch, CONTRACT, WFM_STALE, *_REFUSALS),
        "deleteWorkforcemanagementManagementunitWorkplan": WORK_PLANS.of_one(
            WORK_PLANS.delete, assumed("refused while agents or rotations have it"), HAS_USERS
        ),
        "postWorkforcemanagementManagementunitWorkplanCopy": WORK_PLANS.of_one(
            _copy, CONTRACT, WFM_VALIDATION, COPY_NAME
        ),
        "postWorkforcemanagementManagementunitWorkplanValidate": WORK_PLANS.of_one(
            _validate, assumed("which configurations are invalid"), WFM_BODY_NOT_FOUND
        ),
    },
    checks=(_check,),
    in_use=HAS_USERS,
)
