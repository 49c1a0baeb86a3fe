"""
Time-off limits: `/api/v2/workforcemanagement/managementunits/{managementUnitId}/timeofflimits`, one a unit at most.

Values are kept by day and read by query; properties and values share one version. What is allocated of daily ones is
counted in `time_off_allocation`. A limit that a plan names is not deleted (assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, WfmError, assumed, documented, refuse
from mockgc.domain.resource import Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import CONTRACT, METADATA, WFM_STALE, known_fields
from mockgc.resources.workforcemanagement import management_units
from mockgc.resources.workforcemanagement.days import day
from mockgc.resources.workforcemanagement.family import kind_in
from mockgc.resources.workforcemanagement.time_off_allocation import DAILY, PLAN_KIND, Allocation

ONE_ONLY = ErrorCode(
    "wfm.validation.failure", 400, "a management unit has one time-off limit at most",
    documented("POST timeofflimits: an attempt to create a second object will fail; the code is assumed"),
    "Change the limit that is there.",
)  # fmt: skip
NEGATIVE = ErrorCode(
    "wfm.validation.failure", 400, "limits are not negative", assumed("no bound is documented"),
    "Send 0 or more minutes.",
)  # fmt: skip
RANGES_MAX, DAYS_MAX = 30, 366
BAD_QUERY = ErrorCode(
    "wfm.validation.failure", 400,
    f"a query names a limit or an activity code and 1 to {RANGES_MAX} ranges of {DAYS_MAX} days in all",
    documented("QueryTimeOffLimitValuesRequest; the code is assumed"), "Correct the named field.",
)  # fmt: skip
GRANULARITY = ErrorCode(
    "wfm.validation.failure", 400, "values come in the limit's own granularity",
    assumed("the code is declared; when it is sent is not"), "Send values in the granularity of the limit.",
)  # fmt: skip
TOO_MANY_DAYS = ErrorCode(
    "wfm.validation.failure", 400, f"values are set for {DAYS_MAX} days at once", assumed("no bound is documented"),
    "Send the values in several ranges.",
)  # fmt: skip
IN_USE = ErrorCode(
    "request.conflict", 409, "a limit that a time-off plan names is not deleted",
    assumed("the contract declares the code only"), "Take the limit out of the plan first.",
)  # fmt: skip
_PER_DAY = {"Daily": 1, "FifteenMinutes": 96}


def _content(_: View, request: Request, before: Entity | None) -> Entity:
    """No default limit stands for 0 minutes. Source: documented."""
    content = known_fields(request.body, "defaultLimitMinutes")
    if before is not None:
        return content
    return {"granularity": request.body.get("granularity", "Daily"), "defaultLimitMinutes": 0, "values": {}, **content}


def _check(view: View, limit: Entity, before: Entity | None) -> Iterator[Violation]:
    minutes = limit["defaultLimitMinutes"]
    if minutes < 0:
        message = f"defaultLimitMinutes: {minutes} is negative"
        yield Violation(NEGATIVE, message, "defaultLimitMinutes", given=str(minutes))
    if before is None:
        for other in LIMITS.inside(view, limit["managementUnitId"]):
            message = "the management unit has a time-off limit already"
            yield Violation(ONE_ONLY, message, holder=Holder("timeOffLimit", other["id"]))


def _shown(_: View, limit: Entity, __: Request) -> Entity:
    """The properties, not the values. Source: documented."""
    return {name: value for name, value in limit.items() if name != "values"}


def _set_values(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """Each range from its first day on; what it does not reach stays."""
    before = LIMITS.existing(view, request)
    rules.raise_invalid(request)
    claimed = METADATA.claimed(request.body)
    LIMITS.common.raise_stale(resource, before, claimed)
    values = dict(before["values"])
    for index, sent in enumerate(request.body.get("values", [])):
        values |= days_of(before, sent, f"values[{index}]")
    outcome = LIMITS.common.update(resource, view, before, {"values": values}, claimed)
    return LIMITS.answered(view, outcome, request)


def days_of(limit: Entity, sent: Entity, field: str) -> dict[str, list[int]]:
    """The minutes of each day of a range; the last day is filled up with the default."""
    if sent["granularity"] != limit["granularity"]:
        raise refuse(GRANULARITY, f"{field}.granularity: the limit is {limit['granularity']}", f"{field}.granularity")
    minutes, size = sent["limitMinutesPerInterval"], _PER_DAY[limit["granularity"]]
    if any(value < 0 for value in minutes):
        raise refuse(NEGATIVE, f"{field}.limitMinutesPerInterval holds a negative number", field)
    plain = limit.get("defaultLimitMinutes", 0)
    first, days = day(sent["startDate"], field), [minutes[at : at + size] for at in range(0, len(minutes), size)]
    if len(days) > DAYS_MAX:
        raise refuse(TOO_MANY_DAYS, f"{field}.limitMinutesPerInterval: more than {DAYS_MAX} days", field)
    return {
        (first + timedelta(days=number)).isoformat(): [*given, *[plain] * (size - len(given))]
        for number, given in enumerate(days)
    }


def _query(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The values of each range that is asked for, the default where none was set."""
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    if "timeOffLimitId" not in request.body and "activityCodeId" not in request.body:
        raise refuse(BAD_QUERY, "timeOffLimitId or activityCodeId is required", "timeOffLimitId")
    ranges = ranges_of(request)
    found = [limit for limit in LIMITS.inside(view, unit["id"]) if _is_asked_for(view, unit, limit, request)]
    return Outcome(
        200, {"values": [value_range(view, limit, first, last) for limit in found for first, last in ranges]}
    )


def _is_asked_for(view: View, unit: Entity, limit: Entity, request: Request) -> bool:
    """By its id, or by an activity code that a plan ties to it."""
    wanted, code = request.body.get("timeOffLimitId"), request.body.get("activityCodeId")
    if wanted is not None:
        return bool(limit["id"] == wanted)
    plans = (view.get(kind, plan) for kind, plan in view.referrers("managementUnit", unit["id"]) if kind == PLAN_KIND)
    tied = (plan for plan in plans if plan is not None and code in plan["activityCodeIds"])
    return any(reference["id"] == limit["id"] for plan in tied for reference in plan["timeOffLimits"])


def ranges_of(request: Request) -> list[tuple[date, date]]:
    """
    The first and the last day of each range of a body's `dateRanges`.

    Raises:
        WfmError: 400; none or too many ranges, a day missing, too many days, or one range backwards.
    """
    sent_ranges = request.body.get("dateRanges", [])
    wrong = [index for index, sent in enumerate(sent_ranges) if not {"startDate", "endDate"} <= sent.keys()]
    if wrong or not 1 <= len(sent_ranges) <= RANGES_MAX:
        raise refuse(BAD_QUERY, f"dateRanges: 1 to {RANGES_MAX} with both dates are taken", "dateRanges")
    ranges = [(day(sent["startDate"], "dateRanges"), day(sent["endDate"], "dateRanges")) for sent in sent_ranges]
    backwards = [
        Violation(BAD_QUERY, f"dateRanges: {last} is before {first}", "dateRanges")
        for first, last in ranges
        if last < first
    ]
    if backwards:
        raise WfmError(backwards)
    if sum((last - first).days + 1 for first, last in ranges) > DAYS_MAX:
        raise refuse(BAD_QUERY, f"dateRanges: more than {DAYS_MAX} days in all", "dateRanges")
    return ranges


def days_between(first: date, last: date) -> list[str]:
    """The days from the first to the last."""
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]


def value_range(view: View, limit: Entity, first: date, last: date) -> Entity:
    """The values of a limit from the first to the last day, and what is allocated of daily ones."""
    size, days = _PER_DAY[limit["granularity"]], days_between(first, last)
    empty = [limit.get("defaultLimitMinutes", 0)] * size
    minutes = [value for day in days for value in limit["values"].get(day, empty)]
    return {
        "timeOffLimit": {"id": limit["id"], "selfUri": limit["selfUri"]},
        "startDate": first.isoformat(),
        "granularity": limit["granularity"],
        "limitMinutesPerInterval": minutes,
        **(Allocation(view, limit).lists(days) if limit["granularity"] == DAILY else {}),
        "metadata": limit["metadata"],
    }


LIMITS = kind_in(management_units.COMMON, "timeofflimits", "timeOffLimit", _content, _shown)
TIME_OFF_LIMIT = LIMITS.resource(
    "time-off limit",
    {
        "postWorkforcemanagementManagementunitTimeofflimits": LIMITS.of_unit(
            LIMITS.create, assumed("201, where 200 is declared as well"), ONE_ONLY, NEGATIVE
        ),
        "getWorkforcemanagementManagementunitTimeofflimit": LIMITS.of_one(LIMITS.read, CONTRACT),
        "getWorkforcemanagementManagementunitTimeofflimits": LIMITS.of_unit(LIMITS.listing, CONTRACT),
        "patchWorkforcemanagementManagementunitTimeofflimit": LIMITS.of_one(
            LIMITS.change, CONTRACT, WFM_STALE, NEGATIVE
        ),
        "deleteWorkforcemanagementManagementunitTimeofflimit": LIMITS.of_one(
            LIMITS.delete, assumed("refused while a plan names it"), IN_USE
        ),
        "putWorkforcemanagementManagementunitTimeofflimitValues": LIMITS.of_one(
            _set_values, CONTRACT, WFM_STALE, NEGATIVE, GRANULARITY, TOO_MANY_DAYS
        ),
        "postWorkforcemanagementManagementunitTimeofflimitsValuesQuery": LIMITS.of_unit(
            _query, documented("days without a value have the default"), BAD_QUERY
        ),
    },
    has_unique_names=False,
    checks=(_check,),
    in_use=IN_USE,
)
