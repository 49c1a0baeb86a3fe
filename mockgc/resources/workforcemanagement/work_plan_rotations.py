"""
Work plan rotations: `/api/v2/workforcemanagement/managementunits/{managementUnitId}/workplanrotations`.

A pattern of work plans, one a week, which each agent enters at a position of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockgc.domain.errors import ErrorCode, Violation, assumed, documented
from mockgc.domain.resource import Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import (
    CONTRACT,
    WFM_BODY_NOT_FOUND,
    WFM_STALE,
    WFM_VALIDATION,
    known_fields,
)
from mockgc.resources.workforcemanagement import agents, management_units
from mockgc.resources.workforcemanagement.family import kind_in
from mockgc.resources.workforcemanagement.people import user_reference
from mockgc.resources.workforcemanagement.work_plans import copy_name

BAD_ROTATION = ErrorCode(
    "wfm.validation.failure", 400, "positions lie in the pattern, and date ranges end after they start",
    assumed("the code is declared; when it is sent is not"), "Correct the named field.",
)  # fmt: skip
COPY_NAME = ErrorCode(
    "wfm.validation.failure", 400, "a copy has a name of its own",
    documented("POST workplanrotations/{workPlanRotationId}/copy: 400"),
    "Send a name that no other rotation of the management unit has.",
)  # fmt: skip


def _content(_: View, request: Request, before: Entity | None) -> Entity:
    content = known_fields(request.body, "name", "dateRange", "enabled")
    if before is None:
        content = {"enabled": True, **content}
    if "pattern" in request.body:
        unit = management_units.reference(request.ids[0])
        plans = [_plan(unit, plan) for plan in request.body["pattern"]["workPlanIds"]]
        content["pattern"] = {"workPlans": plans}
    if "agents" in request.body or before is None:
        content["agents"] = _members(request.body.get("agents", []), (before or {}).get("agents", []))
    return content


def _plan(unit: Entity, work_plan_id: str) -> Entity:
    return {"id": work_plan_id, "managementUnit": unit, "selfUri": f"{unit['selfUri']}/workplans/{work_plan_id}"}


def _members(sent: list[Entity], before: list[Entity]) -> list[Entity]:
    """The agents after a request: those sent are added or changed, `delete` removes. Source: documented."""
    members = {member["user"]["id"]: member for member in before}
    for item in sent:
        if item.get("delete"):
            members.pop(item["userId"], None)
        else:
            old: Entity = members.get(item["userId"], {"user": user_reference(item["userId"]), "position": 0})
            members[item["userId"]] = {**old, **known_fields(item, "position", "dateRange")}
    return list(members.values())


def _check(view: View, rotation: Entity, before: Entity | None) -> Iterator[Violation]:
    unit_id, plans = rotation["managementUnitId"], rotation["pattern"]["workPlans"]
    for index, plan in enumerate(plans):
        found = view.get("workPlan", plan["id"])
        if found is not None and found["managementUnitId"] != unit_id:
            field = f"pattern.workPlanIds[{index}]"
            yield Violation(WFM_BODY_NOT_FOUND, f"{field}: {plan['id']!r} is of another management unit", field)
    if not plans:
        yield Violation(BAD_ROTATION, "pattern.workPlanIds is empty", "pattern.workPlanIds")
    yield from _range("dateRange", rotation["dateRange"])
    there = {member["user"]["id"] for member in before["agents"]} if before else set()
    for index, member in enumerate(rotation["agents"]):
        user_id, place = member["user"]["id"], f"agents[{index}]"
        if user_id not in there and agents.in_unit(view, unit_id, user_id) is None:
            message = f"{place}.userId: no agent of the management unit has the id {user_id!r}"
            yield Violation(WFM_BODY_NOT_FOUND, message, f"{place}.userId", given=user_id)
        if plans and not 0 <= member["position"] < len(plans):
            message = f"{place}.position: {member['position']} is not within 0 to {len(plans) - 1}"
            yield Violation(BAD_ROTATION, message, f"{place}.position", given=str(member["position"]))
        yield from _range(f"{place}.dateRange", member.get("dateRange", {}))


def _range(field: str, dates: Entity) -> Iterator[Violation]:
    end = dates.get("endBusinessUnitDate")
    if end is not None and end < dates["startBusinessUnitDate"]:
        yield Violation(BAD_ROTATION, f"{field} ends before it starts", f"{field}.endBusinessUnitDate", given=end)


def _shown(view: View, rotation: Entity, _: Request) -> Entity:
    """Without the agents that have left the unit since."""
    unit_id = rotation["managementUnitId"]
    members = [m for m in rotation["agents"] if agents.in_unit(view, unit_id, m["user"]["id"]) is not None]
    return {**rotation, "agents": members, "agentCount": len(members)}


def _copy(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """The same pattern and dates under another name, without agents (assumed)."""
    before = ROTATIONS.existing(view, request)
    name = copy_name(request, COPY_NAME)
    content: dict[str, Any] = {k: v for k, v in before.items() if k not in ("id", "metadata", "selfUri")}
    outcome = ROTATIONS.common.create(resource, view, {**content, "name": name, "agents": []})
    return ROTATIONS.answered(view, outcome, request)


ROTATIONS = kind_in(
    management_units.COMMON, "workplanrotations", "workPlanRotation", _content, _shown, expandable=("agents",)
)
_REFUSALS = (WFM_VALIDATION, WFM_BODY_NOT_FOUND, BAD_ROTATION)
WORK_PLAN_ROTATION = ROTATIONS.resource(
    "work plan rotation",
    {
        "getWorkforcemanagementManagementunitWorkplanrotations": ROTATIONS.of_unit(ROTATIONS.listing, CONTRACT),
        "postWorkforcemanagementManagementunitWorkplanrotations": ROTATIONS.of_unit(
            ROTATIONS.create, assumed("201; a clash of names is a 400"), *_REFUSALS
        ),
        "getWorkforcemanagementManagementunitWorkplanrotation": ROTATIONS.of_one(ROTATIONS.read, CONTRACT),
        "patchWorkforcemanagementManagementunitWorkplanrotation": ROTATIONS.of_one(
            ROTATIONS.change, CONTRACT, WFM_STALE, *_REFUSALS
        ),
        "deleteWorkforcemanagementManagementunitWorkplanrotation": ROTATIONS.of_one(
            ROTATIONS.delete, assumed("also with agents in it")
        ),
        "postWorkforcemanagementManagementunitWorkplanrotationCopy": ROTATIONS.of_one(
            _copy, CONTRACT, WFM_VALIDATION, COPY_NAME
        ),
    },
    references=(Reference("pattern.workPlans[].id", "workPlan", WFM_BODY_NOT_FOUND, "pattern.workPlanIds[]"),),
    checks=(_check,),
)
