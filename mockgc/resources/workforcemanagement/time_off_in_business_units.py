"""
Time-off plans and limits of business units: `businessunits/{businessUnitId}/timeoffplans` and `.../timeofflimits`.

They name management units and staffing groups of the business unit. What approved requests take of a daily limit is
counted in `time_off_allocation`; days without a value have a limit of 0 minutes (assumed).

Assumed: the defaults of what is not sent (enabled, never approved by itself, counted against limits, no wait); names
are unique; an update names staffing groups of a management unit only where the plan has one; override dates are in
listings only when `expand` names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Violation, assumed, documented, refuse
from mockgc.domain.resource import Operation, Resource, value_at
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import (
    CONTRACT,
    METADATA,
    WFM_STALE,
    WFM_VALIDATION,
    known_fields,
    parameters,
)
from mockgc.resources.workforcemanagement import activity_codes, business_units, downloads, management_units
from mockgc.resources.workforcemanagement.family import kind_in
from mockgc.resources.workforcemanagement.time_off_limits import (
    BAD_QUERY,
    GRANULARITY,
    NEGATIVE,
    TOO_MANY_DAYS,
    days_of,
    ranges_of,
    value_range,
)
from mockgc.resources.workforcemanagement.time_off_plans import UNKNOWN_PART

NO_MANAGEMENT_UNIT = ErrorCode(
    "wfm.validation.management.unit.not.found", 400, "the management unit is one of the business unit",
    documented("400 of 14 WFM operations"), "List the management units of the business unit.",
)  # fmt: skip
NO_LIMIT = ErrorCode(
    "wfm.entity.not.found", 404, "a query names a time-off limit of the business unit",
    documented("POST timeofflimits/values/query: 404"), "List the business unit's time-off limits.",
)  # fmt: skip
_PLAIN = (
    "name", "enabled", "autoApprovalRule", "autoPublishApprovedTimeOffRequests", "countAgainstTimeOffLimits",
    "daysBeforeStartToExpireFromWaitlist",
)  # fmt: skip
_ABSENT: Entity = {
    "enabled": True, "autoApprovalRule": "Never", "autoPublishApprovedTimeOffRequests": False,
    "countAgainstTimeOffLimits": True, "daysBeforeStartToExpireFromWaitlist": 0, "activityCodeIds": [],
}  # fmt: skip
_MINUTES = {"Daily": "limitMinutesPerDay", "FifteenMinutes": "limitMinutesPerFifteenMinutes"}


def _opened(value: Any) -> Any:
    """A list as it is sent on create, or out of the wrapper of an update."""
    return value.get("values", []) if isinstance(value, dict) else value


def _groups(unit_id: str, ids: Iterable[str]) -> list[Entity]:
    uri = f"{business_units.uri(unit_id)}/staffinggroups"
    return [{"id": group_id, "selfUri": f"{uri}/{group_id}"} for group_id in ids]


def _plan(_: View, request: Request, before: Entity | None) -> Entity:
    body, unit_id = request.body, request.ids[0]
    content: Entity = {**({} if before else _ABSENT), **known_fields(body, *_PLAIN)}
    for name in ("activityCodeIds", "overrideDates"):
        if name in body:
            content[name] = list(_opened(body[name]))
    if "restrictedActivityCodeIds" in body:
        content["restrictedActivityCodes"] = {"ids": list(_opened(body["restrictedActivityCodeIds"]))}
    if "hrisTimeOffType" in body:
        content["hrisTimeOffType"] = body["hrisTimeOffType"] if before is None else body["hrisTimeOffType"].get("value")
    old = before or {}
    if (sent := body.get("businessUnitAssociation")) is not None:
        kept = dict(old.get("businessUnitAssociation", {}))
        if "managementUnitIds" in sent:
            kept["managementUnits"] = [management_units.reference(x) for x in _opened(sent["managementUnitIds"])]
        content["businessUnitAssociation"] = _with_groups(unit_id, kept, sent)
    if (sent := body.get("managementUnitAssociation")) is not None:
        kept = dict(old.get("managementUnitAssociation", {}))
        if before is None:
            kept = {"managementUnit": management_units.reference(sent["managementUnitId"])}
        elif not kept:
            message = "managementUnitAssociation: the plan belongs to no management unit"
            raise refuse(UNKNOWN_PART, message, "managementUnitAssociation")
        content["managementUnitAssociation"] = _with_groups(unit_id, kept, sent)
    return content


def _with_groups(unit_id: str, kept: Entity, sent: Entity) -> Entity:
    if "staffingGroupIds" not in sent:
        return kept
    return {**kept, "staffingGroups": _groups(unit_id, _opened(sent["staffingGroupIds"]))}


def _units_of(plan: Entity) -> list[str]:
    """The management units that a plan names."""
    named = [*(value_at(plan, "businessUnitAssociation.managementUnits") or [])]
    own = value_at(plan, "managementUnitAssociation.managementUnit")
    return [unit["id"] for unit in ([*named, own] if own else named)]


def _check_plan(view: View, plan: Entity, before: Entity | None) -> Iterator[Violation]:
    there = _codes(before) if before else []
    for code in _codes(plan):
        if code not in there and not activity_codes.named(view, plan["businessUnitId"], code):
            message = f"no live activity code of the business unit has the id {code[:200]!r}"
            yield Violation(UNKNOWN_PART, message, "activityCodeIds", given=code)
    known = _units_of(before) if before else []
    refusal = UNKNOWN_PART if before else NO_MANAGEMENT_UNIT
    yield from _unknown_units(view, plan, (unit for unit in _units_of(plan) if unit not in known), refusal)
    for name in ("businessUnitAssociation", "managementUnitAssociation"):
        old = value_at(before or {}, f"{name}.staffingGroups") or []
        groups = value_at(plan, f"{name}.staffingGroups") or []
        yield from _unknown_groups(view, plan, [group for group in groups if group not in old])


def _codes(plan: Entity) -> list[str]:
    return [*plan["activityCodeIds"], *(value_at(plan, "restrictedActivityCodes.ids") or [])]


def _unknown_units(view: View, entity: Entity, ids: Iterable[str], code: ErrorCode) -> Iterator[Violation]:
    for unit_id in ids:
        unit = view.get("managementUnit", unit_id)
        if unit is None or unit["businessUnit"]["id"] != entity["businessUnitId"]:
            message = f"no management unit of the business unit has the id {unit_id[:200]!r}"
            yield Violation(code, message, "managementUnitId", given=unit_id)


def _unknown_groups(view: View, entity: Entity, groups: Iterable[Entity]) -> Iterator[Violation]:
    for item in groups:
        group = view.get("staffingGroup", item["id"])
        if group is None or group["businessUnitId"] != entity["businessUnitId"]:
            message = f"no staffing group of the business unit has the id {item['id'][:200]!r}"
            yield Violation(UNKNOWN_PART, message, "staffingGroupIds", given=item["id"])


def _limit(_: View, request: Request, before: Entity | None) -> Entity:
    assert before is None, "the contract has no update of a business unit's limit"
    body = request.body
    content: Entity = {"granularity": "Daily", "values": {}}
    content |= known_fields(body, "granularity", "fullDayTimeOffStartTime")
    if "managementUnitId" in body:
        content["managementUnit"] = management_units.reference(body["managementUnitId"])
    if "staffingGroupId" in body:
        (content["staffingGroup"],) = _groups(request.ids[0], [body["staffingGroupId"]])
    return content


def _check_limit(view: View, limit: Entity, before: Entity | None) -> Iterator[Violation]:
    if before is None:
        units = [limit["managementUnit"]["id"]] if "managementUnit" in limit else []
        yield from _unknown_units(view, limit, units, NO_MANAGEMENT_UNIT)
        yield from _unknown_groups(view, limit, [limit["staffingGroup"]] if "staffingGroup" in limit else [])


def _shown(_: View, entity: Entity, __: Request) -> Entity:
    return {name: value for name, value in entity.items() if name != "values" and value is not None}


PLANS = kind_in(
    business_units.COMMON, "timeoffplans", "businessUnitTimeOffPlan", _plan, _shown, expandable=("overrideDates",)
)
LIMITS = kind_in(business_units.COMMON, "timeofflimits", "businessUnitTimeOffLimit", _limit, _shown)


def _wanted_unit(view: View, request: Request) -> tuple[Entity, str | None]:
    """The business unit of the path, and the management unit that the query narrows a listing to."""
    unit = business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    wanted = parameters(request).get("managementUnitId")
    for violation in _unknown_units(
        view, {"businessUnitId": unit["id"]}, [wanted] if wanted else [], NO_MANAGEMENT_UNIT
    ):
        raise refuse(violation.code, violation.message, violation.field)
    return unit, wanted


def _list_plans(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, wanted = _wanted_unit(view, request)
    found = [plan for plan in PLANS.inside(view, unit["id"]) if wanted is None or wanted in _units_of(plan)]
    return PLANS.listed(view, found, request)


def _list_limits(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, wanted = _wanted_unit(view, request)
    every = LIMITS.inside(view, unit["id"])
    found = [limit for limit in every if wanted in (None, value_at(limit, "managementUnit.id"))]
    return LIMITS.listed(view, found, request)


def _set_values(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = LIMITS.existing(view, request)
    rules.raise_invalid(request)
    claimed, granularity = METADATA.claimed(request.body), before["granularity"]
    LIMITS.common.raise_stale(resource, before, claimed)
    values = dict(before["values"])
    for index, sent in enumerate(request.body.get("values", [])):
        minutes = sent.get(_MINUTES[granularity])
        if not minutes:
            message = f"values[{index}].{_MINUTES[granularity]} is required: the limit is {granularity}"
            raise refuse(GRANULARITY, message, f"values[{index}]")
        day = {"startDate": sent["startDate"], "granularity": granularity, "limitMinutesPerInterval": minutes}
        values |= days_of(before, day, f"values[{index}]")
    content = {"values": dict(sorted(values.items()))}
    return LIMITS.answered(view, LIMITS.common.update(resource, view, before, content, claimed), request)


def _query_values(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The values of one limit, or of those of the units whose plans name an activity code, range by range."""
    unit = business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    body = request.body
    if "timeOffLimitId" not in body and "activityCodeId" not in body:
        raise refuse(BAD_QUERY, "timeOffLimitId or activityCodeId is required", "timeOffLimitId")
    ranges, every = ranges_of(request), LIMITS.inside(view, unit["id"])
    if "timeOffLimitId" in body:
        found = [limit for limit in every if limit["id"] == body["timeOffLimitId"]]
        if not found:
            message = f"timeOffLimitId: the business unit has no time-off limit {body['timeOffLimitId'][:200]!r}"
            raise refuse(NO_LIMIT, message, "timeOffLimitId")
    else:
        plans = [plan for plan in PLANS.inside(view, unit["id"]) if plan["enabled"]]
        units = {
            home for plan in plans if body["activityCodeId"] in plan["activityCodeIds"] for home in _units_of(plan)
        }
        found = [limit for limit in every if value_at(limit, "managementUnit.id") in {None, *units}] if units else []
    rows = [_value_range(view, limit, first, last) for limit in found for first, last in ranges]
    return Outcome(200, {"values": rows})


def _value_range(view: View, limit: Entity, first: date, last: date) -> Entity:
    row = value_range(view, limit, first, last)
    nothing = [0] * len(row["limitMinutesPerInterval"])
    counted = dict.fromkeys(
        ("allocatedMinutesPerInterval", "waitlistedMinutesPerInterval", "waitlistedRequestsPerInterval"), nothing
    )
    return {"id": limit["id"], "selfUri": limit["selfUri"], **counted, **row}


_CREATED = assumed("201, where 200 is declared as well")
BUSINESS_UNIT_TIME_OFF_PLAN = PLANS.resource(
    "time-off plan of a business unit",
    {
        "postWorkforcemanagementBusinessunitTimeoffplans": PLANS.of_unit(
            PLANS.create, _CREATED, WFM_VALIDATION, UNKNOWN_PART, NO_MANAGEMENT_UNIT
        ),
        "getWorkforcemanagementBusinessunitTimeoffplan": PLANS.of_one(PLANS.read, CONTRACT),
        "getWorkforcemanagementBusinessunitTimeoffplans": PLANS.of_unit(
            downloads.offered(_list_plans), CONTRACT, NO_MANAGEMENT_UNIT
        ),
        "patchWorkforcemanagementBusinessunitTimeoffplan": PLANS.of_one(
            PLANS.change, CONTRACT, WFM_STALE, WFM_VALIDATION, UNKNOWN_PART
        ),
        "deleteWorkforcemanagementBusinessunitTimeoffplan": PLANS.of_one(PLANS.delete, CONTRACT),
    },
    checks=(_check_plan,),
)
BUSINESS_UNIT_TIME_OFF_LIMIT = LIMITS.resource(
    "time-off limit of a business unit",
    {
        "postWorkforcemanagementBusinessunitTimeofflimits": LIMITS.of_unit(
            LIMITS.create, _CREATED, UNKNOWN_PART, NO_MANAGEMENT_UNIT
        ),
        "getWorkforcemanagementBusinessunitTimeofflimit": LIMITS.of_one(LIMITS.read, CONTRACT),
        "getWorkforcemanagementBusinessunitTimeofflimits": LIMITS.of_unit(_list_limits, CONTRACT, NO_MANAGEMENT_UNIT),
        "putWorkforcemanagementBusinessunitTimeofflimitValues": LIMITS.of_one(
            _set_values, CONTRACT, WFM_STALE, NEGATIVE, GRANULARITY, TOO_MANY_DAYS
        ),
        "postWorkforcemanagementBusinessunitTimeofflimitsValuesQuery": LIMITS.of_unit(
            _query_values, assumed("which limits an activity code is tied to"), BAD_QUERY, NO_LIMIT
        ),
        "deleteWorkforcemanagementBusinessunitTimeofflimit": LIMITS.of_one(LIMITS.delete, CONTRACT),
    },
    has_unique_names=False,
    checks=(_check_limit,),
)
