"""
Time off as agents ask for it (`/api/v2/workforcemanagement/timeoffrequests`), and what there is room for.

An agent's requests are the same rows as those that administrators make. What becomes of a new one by itself is decided
in `time_off_allocation`. Estimates and waitlists can be asked for by administrators too, for an agent they name.

Documented: notes are edited while a request is pending; it is canceled before its day. Assumed: agents select codes
that are selectable for them; a canceled request stays as it is; a waitlisted one waits on every limit and day it is on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed, documented, refuse
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.domain.zones import zone
from mockgc.resources.kit import CONTRACT, WFM_BODY_NOT_FOUND, WFM_NOT_FOUND, children, known_fields, reply, showing
from mockgc.resources.workforcemanagement import agents, business_units, management_units, time_off_requests
from mockgc.resources.workforcemanagement.days import moment, runs
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user
from mockgc.resources.workforcemanagement.time_off_allocation import (
    DAILY,
    PENDING,
    Allocation,
    capacity,
    decided,
    is_waitlisted,
    limits_for,
    minutes_by_day,
    override_of,
)
from mockgc.resources.workforcemanagement.time_off_limits import BAD_QUERY, days_between, ranges_of, value_range
from mockgc.resources.workforcemanagement.time_off_requests import COMMON, KIND, SENT, TIME_OFF_REQUEST, shown

SYSTEM = {"id": "System"}
NOT_SELECTABLE = ErrorCode(
    "wfm.not.allowed", 400, "agents ask for time off with codes that are selectable for them",
    assumed("the code is declared, agentTimeOffSelectable is documented; that one means the other is assumed"),
    "Choose a code with agentTimeOffSelectable, or let an administrator make the request.",
)  # fmt: skip
NOT_ALLOWED = ErrorCode(
    "wfm.not.allowed", 400, "an agent edits notes while a request is pending, and cancels it before its first day",
    documented("AgentTimeOffRequestPatch; the code is declared"), "Ask an administrator.",
)  # fmt: skip
BAD_ESTIMATE = ErrorCode(
    "wfm.validation.failure", 400,
    "an estimate is for whole days or for parts of days, with a code of the category TimeOff",
    documented("EstimateAvailableTimeOffRequest; the code is assumed"), "Correct the named field.",
)  # fmt: skip
UNKNOWN_REQUEST = ErrorCode(
    "wfm.validation.failure", 400, "a query for waitlists names requests of the management unit with their users",
    assumed("the code is declared; when it is sent is not"), "Query the unit's time-off requests.",
)  # fmt: skip
_OFFSETS = ("fullDayEarliestStartOffsetMinutes", "fullDayLatestEndOffsetMinutes")


def _me(view: View) -> tuple[Entity, Entity]:
    """
    The agent that asks, and the management unit.

    Raises:
        WfmError: 400 without a user, 404 when the user is no agent.
    """
    agent = agents.COMMON.existing(view, current_user(view))
    return agent, management_units.COMMON.existing(view, agent["managementUnit"]["id"])


def agent_of_path(view: View, request: Request) -> tuple[Entity, Entity]:
    """
    The agent that a path names after a management unit, and the unit.

    Raises:
        WfmError: 404 of either.
    """
    unit = management_units.COMMON.existing(view, request.ids[0])
    agent = agents.in_unit(view, unit["id"], request.ids[1])
    if agent is None:
        raise refuse(WFM_NOT_FOUND, f"no agent of the management unit has the id {request.ids[1]!r}")
    return agent, unit


def _of(view: View, user_id: str) -> list[Entity]:
    """A user's requests, wherever they were made."""
    return [found for found in children(view, KIND, "directoryUser", user_id) if found["user"]["id"] == user_id]


def _mine(view: View, request: Request) -> Entity:
    """
    The request that the path names.

    Raises:
        WfmError: 400 without a user, 404 when it is another's or none.
    """
    user_id, found = current_user(view), view.get(KIND, request.ids[0])
    if found is None or found["user"]["id"] != user_id:
        raise refuse(WFM_NOT_FOUND, f"the user has no time-off request {request.ids[0]!r}")
    return found


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user_id = current_user(view)
    found = _of(view, user_id)
    if not found:
        agents.COMMON.existing(view, user_id)
    rules.raise_invalid(request)
    return time_off_requests.answer("timeOffRequests", found)


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    found = _mine(view, request)
    rules.raise_invalid(request)
    return showing(reply(view, KIND, found), shown)


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    agent, unit = _me(view)
    rules.raise_invalid(request)
    code = view.get("activityCode", f"{unit['businessUnit']['id']}/{request.body['activityCodeId']}")
    if code is not None and code["active"] and not code.get("agentTimeOffSelectable", False):
        message = f"activityCodeId: {code['name']!r} is not selectable for agents"
        raise refuse(NOT_SELECTABLE, message, "activityCodeId")
    sent: Entity = {**known_fields(request.body, *SENT), "status": PENDING}
    author = agent["user"]
    outcome = time_off_requests.requested(resource, view, unit["id"], agent["id"], sent, author)
    status, substatus = decided(view, unit, {**sent, "managementUnitId": unit["id"]})
    if (status, substatus) != (PENDING, None):
        reason = {"substatus": substatus} if substatus else {}
        final = {**sent, "status": status, **reason}
        outcome = time_off_requests.requested(resource, view, unit["id"], agent["id"], final, author, SYSTEM)
    return showing(outcome, shown)


def _patch(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = _mine(view, request)
    rules.raise_invalid(request)
    body = request.body
    content: Entity = known_fields(body, "markedAsRead", "notes", "status")
    for name in _OFFSETS:
        if name in body:
            content[name] = body[name].get("values", [])
            is_long_enough = len(content[name]) == len(before.get("fullDayManagementUnitDates", []))
            if not is_long_enough or any(minutes < 0 for minutes in content[name]):
                raise refuse(NOT_ALLOWED, f"{name}: one number from 0 on for each whole day of the request", name)
    if "notes" in content and before["status"] != PENDING:
        raise refuse(NOT_ALLOWED, f"notes: the request is {before['status']}", "notes")
    if "status" in content and (before["status"] not in (PENDING, "APPROVED") or _has_begun(view, before)):
        raise refuse(NOT_ALLOWED, f"status: the request is {before['status']}, or its day has passed", "status")
    return showing(COMMON.update(resource, view, before, content, None), shown)


def _has_begun(view: View, request: Entity) -> bool:
    """Whether the first day of a request lies before today in the unit's zone."""
    unit = management_units.COMMON.existing(view, request["managementUnitId"])
    parent = business_units.COMMON.existing(view, unit["businessUnit"]["id"])
    today = view.now.astimezone(zone(parent["settings"]["timeZone"])).date().isoformat()
    return min(minutes_by_day(view, request)) < today


def _positions(view: View, found: Entity) -> Iterator[Entity]:
    """Where a request stands in each line that it waits in."""
    unit = view.get("managementUnit", found["managementUnitId"])
    assert unit is not None
    for limit in limits_for(view, unit, found["activityCodeId"]) if is_waitlisted(found) else ():
        waiting = Allocation(view, limit).waiting
        for day in minutes_by_day(view, found):
            yield {
                "date": day,
                "timeOffLimit": {"id": limit["id"], "selfUri": limit["selfUri"]},
                "timeOffRequest": {"id": found["id"], "selfUri": found["selfUri"]},
                "waitlistPosition": waiting[day].index(found["id"]) + 1,
            }


def _my_positions(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    found = _mine(view, request)
    rules.raise_invalid(request)
    return Outcome(200, {"entities": list(_positions(view, found))})


def _query_positions(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    rows: list[Entity] = []
    for index, named in enumerate(request.body["timeOffRequests"]):
        found = view.get(KIND, named.get("id", ""))
        is_here = found is not None and found["managementUnitId"] == unit["id"]
        if found is None or not is_here or found["user"]["id"] != named["user"].get("id"):
            field = f"timeOffRequests[{index}]"
            raise refuse(UNKNOWN_REQUEST, f"{field}: the user has no such request in the management unit", field)
        rows += _positions(view, found)
    return Outcome(200, {"entities": rows})


def _estimated(view: View, agent: Entity, unit: Entity, request: Request) -> Outcome:
    """As long as it was asked for, or as the code is; all of it payable where it is paid."""
    body = request.body
    wholes, parts = body.get("fullDayDates", []), body.get("partialDayDates", [])
    for index, part in enumerate(parts):
        moment(part["date"], f"partialDayDates[{index}].date")
    if bool(wholes) == bool(parts):
        raise refuse(BAD_ESTIMATE, "one of fullDayDates and partialDayDates names days, and only one", "fullDayDates")
    code = view.get("activityCode", f"{unit['businessUnit']['id']}/{body['activityCodeId']}")
    if code is None or not code["active"] or code["category"] != "TimeOff":
        message = f"activityCodeId: {body['activityCodeId'][:200]!r} is no live code of the category TimeOff"
        raise refuse(BAD_ESTIMATE, message, "activityCodeId")
    rows = [_estimate(view, unit, request, code, item) for item in wholes or parts]
    name = "fullDayDates" if wholes else "partialDayDates"
    answer = {"activityCodeId": body["activityCodeId"], "paid": body["paid"], "user": agent["user"], name: rows}
    return Outcome(200, answer)


def _estimate(view: View, unit: Entity, request: Request, code: Entity, item: Entity) -> Entity:
    minutes = item.get("requestedDurationMinutes", code["lengthInMinutes"])
    part = {"partialDayStartDateTimes": [item["date"]], "durationMinutes": [minutes], "managementUnitId": unit["id"]}
    day = item["date"] if len(item["date"]) == len("yyyy-MM-dd") else next(iter(minutes_by_day(view, part)))
    override = override_of(view, unit, request.body["activityCodeId"], day)
    row: Entity = {"date": item["date"], "durationMinutes": minutes, "flexible": True}
    row["payableMinutes"] = minutes if request.body["paid"] else 0
    return {**row, **({"overrideDateType": override} if override else {})}


def _estimate_mine(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent, unit = _me(view)
    rules.raise_invalid(request)
    return _estimated(view, agent, unit, request)


def _estimate_of_agent(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent, unit = agent_of_path(view, request)
    rules.raise_invalid(request)
    return _estimated(view, agent, unit, request)


def _available(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """What is left of each limit that the code is tied to, by day; never less than nothing."""
    _agent, unit = _me(view)
    rules.raise_invalid(request)
    ranges = ranges_of(request)
    rows = []
    for limit in limits_for(view, unit, request.body["activityCodeId"]):
        allocated = Allocation(view, limit)
        for first, last in ranges:
            days = days_between(first, last)
            rows.append({
                "timeOffLimit": {"id": limit["id"], "selfUri": limit["selfUri"]},
                "startDate": first.isoformat(),
                "granularity": DAILY,
                "availableMinutesPerInterval": [max(capacity(limit, d) - allocated.minutes[d], 0) for d in days],
                "waitlistEnabled": True,
                "waitlistedRequestsPerInterval": allocated.lists(days)["waitlistedRequestsPerInterval"],
            })  # fmt: skip
    return Outcome(200, {"values": rows})


def _limits_of_request(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The values of each limit that a request counts against, for each run of its days."""
    found = time_off_requests.existing(view, request)
    rules.raise_invalid(request)
    unit, spans = management_units.COMMON.existing(view, request.ids[0]), runs(minutes_by_day(view, found))
    limits = limits_for(view, unit, found["activityCodeId"])
    return Outcome(200, {"values": [value_range(view, limit, *span) for limit in limits for span in spans]})


_MINE = (NO_USER_CONTEXT, WFM_NOT_FOUND)
_UNIT = management_units.NOT_FOUND
TIME_OFF = replace(
    TIME_OFF_REQUEST,
    behaviours={
        **TIME_OFF_REQUEST.behaviours,
        "getWorkforcemanagementTimeoffrequests": Behaviour(
            _list, assumed("a user who is no agent and has none is not found"), (NO_USER_CONTEXT, agents.NOT_AN_AGENT)
        ),
        "postWorkforcemanagementTimeoffrequests": Behaviour(
            _create,
            assumed("which plan decides"),
            (
                NO_USER_CONTEXT,
                agents.NOT_AN_AGENT,
                NOT_SELECTABLE,
                WFM_BODY_NOT_FOUND,
                time_off_requests.BAD_REQUEST,
            ),
        ),
        "getWorkforcemanagementTimeoffrequest": Behaviour(_read, CONTRACT, _MINE),
        "patchWorkforcemanagementTimeoffrequest": Behaviour(
            _patch, documented("what an agent may change, and until when"), (*_MINE, NOT_ALLOWED)
        ),
        "getWorkforcemanagementTimeoffrequestWaitlistpositions": Behaviour(
            _my_positions, assumed("which requests are waitlisted"), _MINE
        ),
        "postWorkforcemanagementManagementunitTimeoffrequestsWaitlistpositionsQuery": Behaviour(
            _query_positions, assumed("which requests are waitlisted"), (_UNIT, UNKNOWN_REQUEST)
        ),
        "postWorkforcemanagementTimeoffrequestsEstimate": Behaviour(
            _estimate_mine, assumed("schedules are not looked at"), (NO_USER_CONTEXT, agents.NOT_AN_AGENT, BAD_ESTIMATE)
        ),
        "postWorkforcemanagementManagementunitUserTimeoffrequestsEstimate": Behaviour(
            _estimate_of_agent, assumed("schedules are not looked at"), (_UNIT, WFM_NOT_FOUND, BAD_ESTIMATE)
        ),
        "postWorkforcemanagementTimeofflimitsAvailableQuery": Behaviour(
            _available, assumed("what is allocated"), (NO_USER_CONTEXT, agents.NOT_AN_AGENT, BAD_QUERY)
        ),
        "getWorkforcemanagementManagementunitUserTimeoffrequestTimeofflimits": Behaviour(
            _limits_of_request, assumed("what is allocated"), (_UNIT, WFM_NOT_FOUND)
        ),
    },
)
"""The kind of time-off requests, with what agents do with their own."""
