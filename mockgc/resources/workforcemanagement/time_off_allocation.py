"""
What time off takes of the limits on it, and what becomes of a new request by itself. Pure: it reads and writes nothing.

A limit of a management unit is tied to activity codes by the unit's plans that name both. Approved requests with such a
code take their minutes of the limit on each of their days; waitlisted ones wait on them. A limit of a business unit is
tied to the codes of its plans, and counts the agents of its management unit or staffing group only.

Documented: the rules and the reasons that are named by them. Assumed: an agent's request falls under the first plan
that names its code, of the management unit before the business unit; days are those of the business unit's zone; a
blocked date denies, one for manual review leaves to a person. Not emulated: limits by quarters of an hour take nothing,
and rules that look at the activities of schedules leave a request to a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from mockgc.domain.resource import value_at
from mockgc.domain.transaction import Entity, View
from mockgc.domain.zones import zone
from mockgc.resources.kit import children

PLAN_KIND = "timeOffPlan"
REQUEST_KIND = "timeOffRequest"
BUSINESS_UNIT_LIMIT = "businessUnitTimeOffLimit"
APPROVED, PENDING, DENIED, WAITLISTED = "APPROVED", "PENDING", "DENIED", "Waitlisted"
_CHECKS_LIMITS = "CheckLimits"
DAILY = "Daily"


def _tz(view: View, unit: Entity) -> Any:
    parent = view.get("businessUnit", unit["businessUnit"]["id"])
    assert parent is not None
    return zone(parent["settings"]["timeZone"])


def minutes_by_day(view: View, request: Entity) -> dict[str, int]:
    """How long a request is on each of its days."""
    unit = view.get("managementUnit", request["managementUnitId"])
    assert unit is not None
    tz = _tz(view, unit)
    parts = (datetime.fromisoformat(moment).astimezone(tz) for moment in request.get("partialDayStartDateTimes", []))
    days = [*request.get("fullDayManagementUnitDates", []), *(part.date().isoformat() for part in parts)]
    each = request.get("durationMinutes") or [request.get("dailyDurationMinutes", 0)] * len(days)
    found: Counter[str] = Counter()
    for day, minutes in zip(days, each, strict=True):
        found[day] += minutes
    return dict(found)


def plans_for(view: View, unit: Entity, code: str) -> list[Entity]:
    """The plans in force in a management unit that name an activity code, its own first."""
    own = (plan for plan in children(view, PLAN_KIND, "managementUnit", unit["id"]) if plan["active"])
    above = (plan for plan in _business_unit_plans(view, unit["businessUnit"]["id"]) if unit["id"] in _units_of(plan))
    return [plan for plan in (*own, *above) if code in plan["activityCodeIds"]]


def _business_unit_plans(view: View, unit_id: str) -> Iterator[Entity]:
    plans = children(view, "businessUnitTimeOffPlan", "businessUnit", unit_id)
    return (plan for plan in plans if plan["enabled"])


def _units_of(plan: Entity) -> list[str]:
    named = [*(value_at(plan, "businessUnitAssociation.managementUnits") or [])]
    own = value_at(plan, "managementUnitAssociation.managementUnit")
    return [unit["id"] for unit in ([*named, own] if own else named)]


def limits_for(view: View, unit: Entity, code: str) -> list[Entity]:
    """The daily limits of a management unit that an activity code is tied to."""
    tied = {item["id"]: None for plan in plans_for(view, unit, code) for item in plan.get("timeOffLimits", [])}
    found = (view.get("timeOffLimit", limit_id) for limit_id in tied)
    return [limit for limit in found if limit is not None and limit["granularity"] == DAILY]


def override_of(view: View, unit: Entity, code: str, day: str) -> str | None:
    """Whether a plan blocks a day or leaves it to a person."""
    dates = (item for plan in plans_for(view, unit, code) for item in plan.get("overrideDates", []))
    return next((str(item["type"]) for item in dates if item["date"] == day), None)


def decided(view: View, unit: Entity, request: Entity) -> tuple[str, str | None]:
    """(status, substatus) of an agent's new request."""
    code, days = request["activityCodeId"], minutes_by_day(view, request)
    overrides = {override_of(view, unit, code, day) for day in days}
    if "Blocked" in overrides:
        return DENIED, "BlockedDate"
    if "ManualReview" in overrides:
        return PENDING, "ReviewDate"
    plans = plans_for(view, unit, code)
    rule = plans[0]["autoApprovalRule"] if plans else "Never"
    if rule == "Always" or (rule == _CHECKS_LIMITS and _fits(view, unit, code, days)):
        return APPROVED, "AutoApproved"
    return PENDING, WAITLISTED if rule == _CHECKS_LIMITS else None


def _fits(view: View, unit: Entity, code: str, days: dict[str, int]) -> bool:
    for limit in limits_for(view, unit, code):
        allocated = Allocation(view, limit)
        if any(allocated.minutes[day] + minutes > capacity(limit, day) for day, minutes in days.items()):
            return False
    return True


def capacity(limit: Entity, day: str) -> int:
    """The minutes that a daily limit allows on a day."""
    return int(sum(limit["values"].get(day, [limit.get("defaultLimitMinutes", 0)])))


class Allocation:
    """
    What the requests under a limit take of it.

    Args:
        minutes: approved, by day.
        waiting: waitlisted requests by day, first come first.
        waiting_minutes: theirs, by day.
    """

    __slots__ = ("minutes", "waiting", "waiting_minutes")

    def __init__(self, view: View, limit: Entity) -> None:
        self.minutes: Counter[str] = Counter()
        self.waiting_minutes: Counter[str] = Counter()
        self.waiting: dict[str, list[str]] = {}
        for request in _under(view, limit) if limit["granularity"] == DAILY else ():
            for day, minutes in minutes_by_day(view, request).items():
                if request["status"] == APPROVED:
                    self.minutes[day] += minutes
                elif is_waitlisted(request):
                    self.waiting_minutes[day] += minutes
                    self.waiting.setdefault(day, []).append(request["id"])

    def lists(self, days: Iterable[str]) -> Entity:
        """As answers show it, an interval a day."""
        days = list(days)
        return {
            "allocatedMinutesPerInterval": [self.minutes[day] for day in days],
            "waitlistedMinutesPerInterval": [self.waiting_minutes[day] for day in days],
            "waitlistedRequestsPerInterval": [len(self.waiting.get(day, ())) for day in days],
        }


def is_waitlisted(request: Entity) -> bool:
    """Whether a request waits for room."""
    return bool(request["status"] == PENDING and request.get("substatus") == WAITLISTED)


def _under(view: View, limit: Entity) -> Iterator[Entity]:
    """The requests that a limit counts."""
    if "managementUnitId" in limit:
        codes = {
            code
            for plan in children(view, PLAN_KIND, "managementUnit", limit["managementUnitId"])
            if plan["active"] and any(item["id"] == limit["id"] for item in plan["timeOffLimits"])
            for code in plan["activityCodeIds"]
        }
        found = children(view, REQUEST_KIND, "managementUnit", limit["managementUnitId"])
        yield from (request for request in found if request["activityCodeId"] in codes)
        return
    plans = [plan for plan in _business_unit_plans(view, limit["businessUnitId"]) if plan["countAgainstTimeOffLimits"]]
    units, users = value_at(limit, "managementUnit.id"), None
    if "staffingGroup" in limit:
        group = view.get("staffingGroup", limit["staffingGroup"]["id"])
        users = {user["id"] for user in group["users"]} if group else set()
    for unit in children(view, "managementUnit", "businessUnit", limit["businessUnitId"]):
        tied = {code for plan in plans if unit["id"] in _units_of(plan) for code in plan["activityCodeIds"]}
        for request in (
            children(view, REQUEST_KIND, "managementUnit", unit["id"]) if units in (None, unit["id"]) else ()
        ):
            if request["activityCodeId"] in tied and (users is None or request["user"]["id"] in users):
                yield request
