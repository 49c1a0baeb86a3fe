"""
Time-off plans: `managementunits/{managementUnitId}/timeoffplans`: which codes are approved how, against which limits.

Assumed: codes are live ones of the business unit and limits are of the same management unit; names are unique in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from mockgc.domain.errors import ErrorCode, Violation, assumed
from mockgc.domain.resource import Reference
from mockgc.domain.transaction import Entity, Request, View
from mockgc.resources.kit import CONTRACT, WFM_STALE, WFM_VALIDATION, known_fields
from mockgc.resources.workforcemanagement import activity_codes, management_units
from mockgc.resources.workforcemanagement.family import kind_in
from mockgc.resources.workforcemanagement.time_off_allocation import PLAN_KIND
from mockgc.resources.workforcemanagement.time_off_limits import LIMITS

UNKNOWN_PART = ErrorCode(
    "wfm.validation.failure", 400, "a plan names activity codes and limits that exist in its units",
    assumed("the code is declared, in which case is assumed"), "Create what is missing first.",
)  # fmt: skip
_PLAIN = ("name", "active", "autoApprovalRule", "daysBeforeStartToExpireFromWaitlist")


def _content(_: View, request: Request, before: Entity | None) -> Entity:
    """Updates wrap sets and the HRIS type, so that empty is not absent."""
    body, unit_id = request.body, request.ids[0]
    content: Entity = known_fields(body, *_PLAIN)
    codes, limits, hris = (body.get(name) for name in ("activityCodeIds", "timeOffLimitIds", "hrisTimeOffType"))
    if before is None:
        content |= {"activityCodeIds": list(codes or []), "timeOffLimits": _limits(unit_id, limits or [])}
        return content | ({"hrisTimeOffType": hris} if hris else {})
    if codes is not None:
        content["activityCodeIds"] = codes.get("values", [])
    if limits is not None:
        content["timeOffLimits"] = _limits(unit_id, limits.get("values", []))
    if hris is not None:
        content["hrisTimeOffType"] = hris.get("value")
    return content


def _limits(unit_id: str, limit_ids: list[str]) -> list[Entity]:
    uri = f"{management_units.uri(unit_id)}/{LIMITS.segment}"
    return [{"id": limit_id, "selfUri": f"{uri}/{limit_id}"} for limit_id in limit_ids]


def _shown(_: View, plan: Entity, __: Request) -> Entity:
    return {name: value for name, value in plan.items() if value is not None}


def _check(view: View, plan: Entity, before: Entity | None) -> Iterator[Violation]:
    unit = view.get("managementUnit", plan["managementUnitId"])
    assert unit is not None
    there = before["activityCodeIds"] if before else ()
    for code in plan["activityCodeIds"]:
        if code not in there and not activity_codes.named(view, unit["businessUnit"]["id"], code):
            message = f"activityCodeIds: no live activity code of the business unit has the id {code[:200]!r}"
            yield Violation(UNKNOWN_PART, message, "activityCodeIds", given=code)
    for item in plan["timeOffLimits"]:
        limit = view.get(LIMITS.kind, item["id"])
        if limit is not None and limit["managementUnitId"] != unit["id"]:
            message = f"timeOffLimitIds: the limit {item['id']!r} is of another management unit"
            yield Violation(UNKNOWN_PART, message, "timeOffLimitIds", given=item["id"])


PLANS = kind_in(management_units.COMMON, "timeoffplans", PLAN_KIND, _content, _shown)
TIME_OFF_PLAN = PLANS.resource(
    "time-off plan",
    {
        "postWorkforcemanagementManagementunitTimeoffplans": PLANS.of_unit(
            PLANS.create, assumed("201; a clash of names is a 400"), WFM_VALIDATION, UNKNOWN_PART
        ),
        "getWorkforcemanagementManagementunitTimeoffplan": PLANS.of_one(PLANS.read, CONTRACT),
        "getWorkforcemanagementManagementunitTimeoffplans": PLANS.of_unit(PLANS.listing, CONTRACT),
        "patchWorkforcemanagementManagementunitTimeoffplan": PLANS.of_one(
            PLANS.change, CONTRACT, WFM_STALE, WFM_VALIDATION, UNKNOWN_PART
        ),
        "deleteWorkforcemanagementManagementunitTimeoffplan": PLANS.of_one(PLANS.delete, CONTRACT),
    },
    references=(Reference("timeOffLimits[].id", LIMITS.kind, UNKNOWN_PART, "timeOffLimitIds[]"),),
    checks=(_check,),
)
