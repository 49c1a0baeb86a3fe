"""
Time-off limits: `managementunits/{managementUnitId}/timeofflimits`: minutes of time off for each day or quarter hour.

The minutes of single days are laid over the default; they are set under the limit's own version and move it. What is
allocated of them is not counted here: answers leave it out.

Assumed: a default that is not sent is 0; a range has one number for each interval and the limit's own granularity; a
limit that a plan names is not deleted; a query reaches at most 366 days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Violation, WfmError, assumed, refuse
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import CONTRACT, METADATA, WFM_NOT_FOUND, WFM_STALE, children, known_fields
from mockgc.resources.workforcemanagement import management_units
from mockgc.resources.workforcemanagement.family import Family

PLAN_KIND = "timeOffPlan"
DAYS_MAX = 366
PER_DAY = {"Daily": 1, "FifteenMinutes": 96}
BAD_LIMIT = ErrorCode(
    "wfm.validation.failure", 400, "limits are minutes from 0, one for each interval of the limit's granularity",
    assumed("the code is declared, in which case is assumed"), "Correct the named field.",
)  # fmt: skip
IN_USE = ErrorCode(
    "request.conflict", 409, "a limit that a time-off plan names is not deleted",
    assumed("the contract declares the code only"), "Take the limit out of the plan first.",
)  # fmt: skip


def _content(_: View, request: Request, before: Entity | None) -> Entity:
    defaults: Entity = {"defaultLimitMinutes": 0, "granularity": "Daily", "values": {}}
    if before is not None:
        return known_fields(request.body, "defaultLimitMinutes")
    return {**defaults, **known_fields(request.body, "defaultLimitMinutes", "granularity")}


def _shown(_: View, limit: Entity, __: Request) -> Entity:
    return {name: value for name, value in limit.items() if name != "values"}


def _check(_: View, limit: Entity, __: Entity | None) -> Iterator[Violation]:
    if limit["defaultLimitMinutes"] < 0:
        yield Violation(BAD_LIMIT, "defaultLimitMinutes is less than 0", "defaultLimitMinutes")


LIMITS = Family("timeOffLimit", management_units.COMMON, "timeofflimits", _content, _shown)


def _set_values(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = LIMITS.existing(view, request)
    rules.raise_invalid(request)
    claimed = METADATA.claimed(request.body)
    LIMITS.common.raise_stale(resource, before, claimed)
    values = dict(before["values"])
    for index, sent in enumerate(request.body.get("values", [])):
        values |= _days(before, sent, f"values[{index}]")
    content = {"values": dict(sorted(values.items()))}
    return LIMITS.answered(view, LIMITS.common.update(resource, view, before, content, claimed), request)


def _days(limit: Entity, sent: Entity, path: str) -> Entity:
    """The minutes that a range gives to each of its days."""
    minutes, per_day = sent["limitMinutesPerInterval"], PER_DAY[limit["granularity"]]
    found = []
    if sent["granularity"] != limit["granularity"]:
        message = f"{path}.granularity: the limit's own is {limit['granularity']}"
        found.append(Violation(BAD_LIMIT, message, f"{path}.granularity"))
    if not minutes or len(minutes) % per_day or len(minutes) > DAYS_MAX * per_day or min(minutes) < 0:
        message = f"{path}.limitMinutesPerInterval: {per_day} number(s) from 0 for each of 1 to {DAYS_MAX} days"
        found.append(Violation(BAD_LIMIT, message, f"{path}.limitMinutesPerInterval"))
    if found:
        raise WfmError(found)
    first = _day(sent["startDate"], f"{path}.startDate")
    starts = range(0, len(minutes), per_day)
    return {
        (first + timedelta(days=number)).isoformat(): minutes[start : start + per_day]
        for number, start in enumerate(starts)
    }


def _day(text: str, path: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 1970 <= found.year < 2100:
        raise refuse(BAD_LIMIT, f"{path}: {text[:200]!r} is no date from 1970 to 2099", path)
    return found


def _query(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """For each range the values of each limit: of the one named, of those that plans give a code, or of all."""
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    body, found = request.body, LIMITS.inside(view, unit["id"])
    if "timeOffLimitId" in body:
        found = [limit for limit in found if limit["id"] == body["timeOffLimitId"]]
        if not found:
            raise refuse(WFM_NOT_FOUND, f"the unit has no time-off limit {body['timeOffLimitId'][:200]!r}")
    if "activityCodeId" in body:
        plans = children(view, PLAN_KIND, "managementUnit", unit["id"])
        named = {
            item["id"] for p in plans if body["activityCodeId"] in p["activityCodeIds"] for item in p["timeOffLimits"]
        }
        found = [limit for limit in found if limit["id"] in named]
    ranges = [_range(wanted, f"dateRanges[{index}]") for index, wanted in enumerate(body["dateRanges"])]
    values = [_values(limit, *wanted) for limit in found for wanted in ranges]
    return Outcome(
        200, {"values": values}, reads=tuple((LIMITS.kind, x["id"], x["metadata"]["version"]) for x in found)
    )


def _range(wanted: Entity, path: str) -> tuple[date, int]:
    first, last = (_day(wanted.get(name, ""), f"{path}.{name}") for name in ("startDate", "endDate"))
    count = (last - first).days + 1
    if not 1 <= count <= DAYS_MAX:
        raise refuse(BAD_LIMIT, f"{path}: {count} days are not from 1 to {DAYS_MAX}", path)
    return first, count


def _values(limit: Entity, first: date, count: int) -> Entity:
    plain = [limit["defaultLimitMinutes"]] * PER_DAY[limit["granularity"]]
    days = ((first + timedelta(days=number)).isoformat() for number in range(count))
    return {
        "timeOffLimit": known_fields(limit, "id", "selfUri"),
        "startDate": first.isoformat(),
        "granularity": limit["granularity"],
        "limitMinutesPerInterval": [minutes for day in days for minutes in limit["values"].get(day, plain)],
        "metadata": limit["metadata"],
    }


_UNIT = management_units.NOT_FOUND
TIME_OFF_LIMIT = Resource(
    kind=LIMITS.kind,
    path=f"{management_units.PATH}/timeofflimits",
    title="time-off limit",
    references=(LIMITS.belonging,),
    checks=(_check,),
    in_use=IN_USE,
    behaviours={
        "postWorkforcemanagementManagementunitTimeofflimits": Behaviour(
            LIMITS.create, assumed("201, where 200 is declared as well"), (_UNIT, BAD_LIMIT)
        ),
        "getWorkforcemanagementManagementunitTimeofflimit": Behaviour(LIMITS.read, CONTRACT, (_UNIT, WFM_NOT_FOUND)),
        "getWorkforcemanagementManagementunitTimeofflimits": Behaviour(LIMITS.listing, CONTRACT, (_UNIT,)),
        "patchWorkforcemanagementManagementunitTimeofflimit": Behaviour(
            LIMITS.patch, CONTRACT, (_UNIT, WFM_NOT_FOUND, WFM_STALE, BAD_LIMIT)
        ),
        "deleteWorkforcemanagementManagementunitTimeofflimit": Behaviour(
            LIMITS.delete, assumed("refused while a plan names it"), (_UNIT, WFM_NOT_FOUND, IN_USE)
        ),
        "putWorkforcemanagementManagementunitTimeofflimitValues": Behaviour(
            _set_values, CONTRACT, (_UNIT, WFM_NOT_FOUND, WFM_STALE, BAD_LIMIT)
        ),
        "postWorkforcemanagementManagementunitTimeofflimitsValuesQuery": Behaviour(
            _query, assumed("days without a value have the default"), (_UNIT, WFM_NOT_FOUND, BAD_LIMIT)
        ),
    },
)
