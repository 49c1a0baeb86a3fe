"""
Staffing groups: `/api/v2/workforcemanagement/businessunits/{businessUnitId}/staffinggroups`.

A set of agents inside a management unit, or of the whole business unit when it names none; an agent is in one at most.
"""

from __future__ import annotations

from collections.abc import Iterator

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, assumed, documented, refuse
from mockgc.domain.resource import Operation, Reference, Resource, value_at
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import CONTRACT, WFM_STALE, WFM_VALIDATION, known_fields, parameters
from mockgc.resources.workforcemanagement import business_units, downloads, management_units, planning_groups
from mockgc.resources.workforcemanagement.family import kind_in
from mockgc.resources.workforcemanagement.people import user_reference

NO_MANAGEMENT_UNIT = ErrorCode(
    "wfm.validation.management.unit.not.found", 400, "the management unit is one of the business unit",
    documented("POST staffinggroups: 400"), "List the management units of the business unit.",
)  # fmt: skip
BAD_MEMBER = ErrorCode(
    "wfm.validation.failure", 400, "members are agents of the unit and in one staffing group at most",
    assumed("the code is declared; that a user has one staffing group follows from the shape of the query's answer"),
    "Move the user into the management unit, or take it out of its other staffing group.",
)  # fmt: skip
NO_PLANNING_GROUP = ErrorCode(
    "wfm.validation.failure", 400, "the planning groups are of the business unit",
    assumed("the code is declared; when it is sent is not"), "Create the planning group first.",
)  # fmt: skip


def _values(request: Request, name: str) -> list[str] | None:
    """The ids of a body: a list on create, wrapped on update; without repetition."""
    found = request.body.get(name)
    values = found.get("values", []) if isinstance(found, dict) else found
    return None if values is None else list(dict.fromkeys(values))


def _content(_: View, request: Request, before: Entity | None) -> Entity:
    unit_id, content = request.ids[0], known_fields(request.body, "name")
    if before is None:
        content |= {"users": [], "planningGroups": []}
        if "managementUnitId" in request.body:
            content["managementUnit"] = management_units.reference(request.body["managementUnitId"])
    users, groups = _values(request, "userIds"), _values(request, "planningGroupIds")
    if users is not None:
        content["users"] = [user_reference(user_id) for user_id in users]
    if groups is not None:
        content["planningGroups"] = [planning_groups.reference(unit_id, group_id) for group_id in groups]
    return content


def _ids(group: Entity | None, name: str) -> list[str]:
    return [item["id"] for item in group[name]] if group else []


def _agent_unit(view: View, user_id: str) -> Entity | None:
    """The management unit a user is in."""
    agent = view.get("agent", user_id)
    return view.get("managementUnit", agent["managementUnit"]["id"]) if agent else None


def _is_inside(view: View, group: Entity, user_id: str) -> bool:
    """Whether a user is an agent of the group's management unit, or of its business unit when it names none."""
    unit, wanted = _agent_unit(view, user_id), value_at(group, "managementUnit.id")
    if unit is None or unit["businessUnit"]["id"] != group["businessUnitId"]:
        return False
    return wanted is None or bool(unit["id"] == wanted)


def _check(view: View, group: Entity, before: Entity | None) -> Iterator[Violation]:
    unit_id, wanted = group["businessUnitId"], value_at(group, "managementUnit.id")
    unit = view.get("managementUnit", wanted) if wanted is not None else None
    if before is None and unit is not None and unit["businessUnit"]["id"] != unit_id:
        message = f"managementUnitId: {wanted!r} is of another business unit"
        yield Violation(NO_MANAGEMENT_UNIT, message, "managementUnitId", given=wanted)
    others = {
        user_id: other
        for other in GROUPS.inside(view, unit_id)
        if other["id"] != group.get("id")
        for user_id in _ids(other, "users")
    }
    there = set(_ids(before, "users"))
    for index, user_id in enumerate(_ids(group, "users")):
        field = f"userIds[{index}]"
        if user_id not in there and not _is_inside(view, group, user_id):
            message = f"{field}: no agent of the unit has the id {user_id!r}"
            yield Violation(BAD_MEMBER, message, field, given=user_id)
        elif user_id not in there and user_id in others:
            other = others[user_id]
            holder = Holder("staffingGroup", other["id"], other["name"])
            yield Violation(BAD_MEMBER, f"{field}: the user is in {other['name']!r}", field, holder, user_id)
    there = set(_ids(before, "planningGroups"))
    for index, group_id in enumerate(_ids(group, "planningGroups")):
        if group_id not in there and not planning_groups.named(view, unit_id, group_id):
            field = f"planningGroupIds[{index}]"
            message = f"{field}: no planning group of the business unit has the id {group_id!r}"
            yield Violation(NO_PLANNING_GROUP, message, field, given=group_id)


def _shown(view: View, group: Entity, _: Request) -> Entity:
    """Without the agents that have left the unit and the planning groups that are gone since."""
    unit_id = group["businessUnitId"]
    users = [user for user in group["users"] if _is_inside(view, group, user["id"])]
    plans = [plan for plan in group["planningGroups"] if planning_groups.named(view, unit_id, plan["id"])]
    return {**group, "users": users, "planningGroups": plans}


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    wanted, found = parameters(request).get("managementUnitId"), GROUPS.inside(view, unit["id"])
    if wanted is not None:
        named = view.get("managementUnit", wanted)
        if named is None or named["businessUnit"]["id"] != unit["id"]:
            message = f"no management unit of the business unit has the id {wanted!r}"
            raise refuse(NO_MANAGEMENT_UNIT, message, "managementUnitId")
        found = [group for group in found if value_at(group, "managementUnit.id") == wanted]
    return GROUPS.listed(view, found, request)


def _all(view: View, request: Request) -> list[Entity]:
    unit = business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return [_shown(view, group, request) for group in GROUPS.inside(view, unit["id"])]


def _reference(group: Entity) -> Entity:
    return {"id": group["id"], "selfUri": group["selfUri"]}


def _query_users(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The staffing group of each user that has one."""
    found = _all(view, request)
    rows = [
        {"user": user_reference(user_id), "staffingGroup": _reference(group)}
        for user_id in dict.fromkeys(request.body["userIds"])
        for group in found
        if user_id in _ids(group, "users")
    ]
    return Outcome(200, {"entities": rows})


def _query_planning_groups(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The staffing groups of each planning group, of those asked for or of all."""
    found, body = _all(view, request), request.body
    groups = [group for group in found if group["id"] in body.get("staffingGroupIds", [group["id"]])]
    rows: dict[str, Entity] = {}
    for group in groups:
        for plan in group["planningGroups"]:
            if plan["id"] in body.get("planningGroupIds", [plan["id"]]):
                row = rows.setdefault(plan["id"], {"planningGroup": plan, "staffingGroups": []})
                row["staffingGroups"].append(_reference(group))
    return Outcome(200, {"entities": list(rows.values())})


GROUPS = kind_in(business_units.COMMON, "staffinggroups", "staffingGroup", _content, _shown)
_REFUSALS = (WFM_VALIDATION, BAD_MEMBER, NO_PLANNING_GROUP)
STAFFING_GROUP = GROUPS.resource(
    "staffing group",
    {
        "getWorkforcemanagementBusinessunitStaffinggroups": GROUPS.of_unit(
            downloads.offered(_list), CONTRACT, NO_MANAGEMENT_UNIT
        ),
        "postWorkforcemanagementBusinessunitStaffinggroups": GROUPS.of_unit(
            GROUPS.create, assumed("201; a clash of names is a 400"), NO_MANAGEMENT_UNIT, *_REFUSALS
        ),
        "getWorkforcemanagementBusinessunitStaffinggroup": GROUPS.of_one(GROUPS.read, CONTRACT),
        "patchWorkforcemanagementBusinessunitStaffinggroup": GROUPS.of_one(
            GROUPS.change, CONTRACT, WFM_STALE, *_REFUSALS
        ),
        "deleteWorkforcemanagementBusinessunitStaffinggroup": GROUPS.of_one(GROUPS.delete, CONTRACT),
        "postWorkforcemanagementBusinessunitStaffinggroupsQuery": GROUPS.of_unit(
            downloads.offered(_query_users), CONTRACT
        ),
        "postWorkforcemanagementBusinessunitStaffinggroupsPlanninggroupsQuery": GROUPS.of_unit(
            _query_planning_groups, CONTRACT
        ),
    },
    references=(Reference("managementUnit.id", "managementUnit", NO_MANAGEMENT_UNIT, "managementUnitId"),),
    checks=(_check,),
)
