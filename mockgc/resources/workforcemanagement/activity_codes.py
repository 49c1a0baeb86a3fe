"""
Activity codes: `/api/v2/workforcemanagement/businessunits/{businessUnitId}/activitycodes`.

Their ids are short and count inside the unit; the store keeps them under `unit/code`. A deleted code stays readable as
`active: false`, because schedules go on naming it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, assumed, documented, refuse
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import (
    CONTRACT,
    WFM_BODY_NOT_FOUND,
    WFM_NOT_FOUND,
    WFM_STALE,
    WFM_VALIDATION,
    known_fields,
)
from mockgc.resources.workforcemanagement import business_units, downloads, management_units
from mockgc.resources.workforcemanagement.family import kind_in

DEFAULT_KEPT = ErrorCode(
    "wfm.not.allowed", 400, "a default activity code is edited, never deleted",
    documented("a new unit's default codes: editable, not deletable"), "Delete only codes that were added.",
)  # fmt: skip
BLANK_PRESENCE = ErrorCode(
    "wfm.ids.may.not.be.blank", 400, "ids of secondary presences are not blank", documented("POST activitycodes: 400"),
    "Send the id of a presence, or leave the list out.",
)  # fmt: skip
CODES_MAX = 250
TOO_MANY = ErrorCode(
    "wfm.validation.failure", 400, f"a business unit has at most {CODES_MAX} activity codes",
    assumed("the number is documented, the refusal is not"), "Delete a code that is no longer used.",
)  # fmt: skip
_PLAIN = (
    "name", "category", "lengthInMinutes", "countsAsPaidTime", "countsAsWorkTime", "agentTimeOffSelectable",
    "countsTowardShrinkage", "plannedShrinkage", "interruptible",
)  # fmt: skip
_ABSENT: Mapping[str, Any] = {"lengthInMinutes": 30, "countsAsPaidTime": False, "countsAsWorkTime": False}


def _content(view: View, request: Request, before: Entity | None) -> Entity:
    body, unit_id = request.body, request.ids[0]
    content = known_fields(body, *_PLAIN)
    groups, presences, style = body.get("planningGroupIds"), body.get("secondaryPresences"), body.get("style")
    if before is None:
        number = len(CODES.inside(view, unit_id))
        fresh = {"id": f"{unit_id}/{number}", "code": str(number), "active": True, "defaultCode": False}
        content = {**fresh, **_ABSENT, **content}
    else:
        groups = groups.get("values", []) if groups is not None else None
        presences = presences.get("values", []) if presences is not None else None
        style = style.get("value") if style is not None else None
    if groups is not None:
        uri = f"{business_units.uri(unit_id)}/planninggroups"
        content["planningGroups"] = [{"id": group, "selfUri": f"{uri}/{group}"} for group in groups]
    if presences is not None:
        content["secondaryPresences"] = presences
    if style is not None:
        content["style"] = style
    return content


def _check(view: View, code: Entity, before: Entity | None) -> Iterator[Violation]:
    for index, presence in enumerate(code.get("secondaryPresences", [])):
        if not presence["id"].strip():
            field = f"secondaryPresences[{index}].id"
            yield Violation(BLANK_PRESENCE, f"{field} is blank", field, given=presence["id"])
    there = [group["id"] for group in before.get("planningGroups", [])] if before else []
    for group in code.get("planningGroups", []):
        if group["id"] not in there and not _is_planning_group(view, code, group["id"]):
            message = f"planningGroupIds: no planning group of the business unit has the id {group['id']!r}"
            yield Violation(WFM_BODY_NOT_FOUND, message, "planningGroupIds", given=group["id"])
    live = [other for other in CODES.inside(view, code["businessUnitId"]) if other["active"]]
    if before is None and len(live) >= CODES_MAX:
        yield Violation(TOO_MANY, f"the business unit has {CODES_MAX} activity codes already")
    for other in live if code["active"] else ():
        if other["id"] != code["id"] and folded_name(other["name"]) == folded_name(code["name"]):
            holder = Holder("activityCode", other["code"], other["name"])
            message = f"name {code['name']!r} is held by activity code {other['name']!r} ({other['code']})"
            yield Violation(WFM_VALIDATION, message, "name", holder, code["name"])


def _is_planning_group(view: View, code: Entity, group_id: str) -> bool:
    found = view.get("planningGroup", group_id)
    return found is not None and found["businessUnitId"] == code["businessUnitId"]


def _shown(view: View, code: Entity, _: Request) -> Entity:
    """Without the planning groups that are gone since."""
    if "planningGroups" not in code:
        return code
    groups = [group for group in code["planningGroups"] if _is_planning_group(view, code, group["id"])]
    return {**code, "planningGroups": groups}


def _live(view: View, request: Request) -> Entity:
    """The code that the path names; to change a deleted one is to name nothing (assumed)."""
    found = CODES.existing(view, request)
    if not found["active"]:
        raise refuse(WFM_NOT_FOUND, f"the activity code {found['name']!r} has been deleted")
    return found


def _patch(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    _live(view, request)
    return CODES.change(resource, operation, view, request)


def _delete(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = _live(view, request)
    rules.raise_invalid(request)
    if before["defaultCode"]:
        raise refuse(DEFAULT_KEPT, f"{before['name']!r} is the default code of category {before['category']}")
    outcome = CODES.common.update(resource, view, before, {"active": False}, None)
    return Outcome(204, None, outcome.writes)


def _of_management_unit(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The business unit's codes under older names, deleted ones too; the list has the unit's version (assumed)."""
    home = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    unit = business_units.COMMON.existing(view, home["businessUnit"]["id"])
    codes = {code["code"]: _older(code) for code in CODES.inside(view, unit["id"])}
    return Outcome(200, {"activityCodes": codes, "metadata": unit["settings"]["metadata"]})


def _older(code: Entity) -> Entity:
    kept = known_fields(
        code, "name", "category", "lengthInMinutes", "countsAsPaidTime", "countsAsWorkTime", "agentTimeOffSelectable",
        "metadata", "selfUri",
    )  # fmt: skip
    return {"id": code["code"], "isActive": code["active"], "isDefault": code["defaultCode"], **kept}


def named(view: View, business_unit_id: str, code: str) -> bool:
    """Whether a unit has a live code under a short id."""
    found = view.get("activityCode", f"{business_unit_id}/{code}")
    return found is not None and bool(found["active"])


CODES = kind_in(business_units.COMMON, "activitycodes", "activityCode", _content, _shown, created=200)
ACTIVITY_CODE = CODES.resource(
    "activity code",
    {
        "getWorkforcemanagementBusinessunitActivitycodes": CODES.of_unit(downloads.offered(CODES.listing), CONTRACT),
        "getWorkforcemanagementManagementunitActivitycodes": Behaviour(
            _of_management_unit, assumed("the version of the list"), (management_units.NOT_FOUND,)
        ),
        "postWorkforcemanagementBusinessunitActivitycodes": CODES.of_unit(
            CODES.create,
            assumed("a clash of names is a 400"),
            WFM_VALIDATION,
            WFM_BODY_NOT_FOUND,
            BLANK_PRESENCE,
            TOO_MANY,
        ),
        "getWorkforcemanagementBusinessunitActivitycode": CODES.of_one(CODES.read, CONTRACT),
        "patchWorkforcemanagementBusinessunitActivitycode": CODES.of_one(
            _patch, CONTRACT, WFM_STALE, WFM_VALIDATION, WFM_BODY_NOT_FOUND, BLANK_PRESENCE
        ),
        "deleteWorkforcemanagementBusinessunitActivitycode": CODES.of_one(
            _delete, documented("default codes stay; `active` tells a deleted code"), DEFAULT_KEPT
        ),
    },
    has_unique_names=False,
    checks=(_check,),
)
