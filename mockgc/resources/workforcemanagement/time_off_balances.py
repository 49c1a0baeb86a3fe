"""
Time-off balances: jobs that ask what is left to an agent of a type of time off, of days or of the days of a request.

The vendor asks the HRIS that an activity code is tied to by a time-off plan (`hrisTimeOffType`). There is none here:
decided is that every agent has the same allowance of each type every calendar year, and that approved requests take
their minutes of it from their day on. A code without a type is refused (assumed: the code is declared, nothing says
when it is sent).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed, decided, refuse
from mockgc.domain.resource import Behaviour, Later, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import CONTRACT, WFM_NOT_FOUND, children
from mockgc.resources.operations import existing, start
from mockgc.resources.workforcemanagement import agents, management_units, time_off_requests
from mockgc.resources.workforcemanagement.days import runs
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user
from mockgc.resources.workforcemanagement.time_off_allocation import APPROVED, minutes_by_day, plans_for
from mockgc.resources.workforcemanagement.time_off_limits import BAD_QUERY, days_between, ranges_of
from mockgc.resources.workforcemanagement.time_off_of_agents import TIME_OFF as REQUESTS
from mockgc.resources.workforcemanagement.time_off_of_agents import agent_of_path

PATH = "/api/v2/workforcemanagement/timeoffbalance/jobs"
ALLOWANCE_MINUTES = 25 * 8 * 60
"""What an agent has of each type in a year: 25 days of eight hours (decided)."""
NO_TYPE = ErrorCode(
    "wfm.configuration.conflict", 400, "a balance is asked for of codes that a plan ties to a type of the HRIS",
    assumed("the code is declared; when it is sent is not"),
    "Give a time-off plan of the agent's unit the code and a hrisTimeOffType.",
)  # fmt: skip


def _type_of(view: View, unit: Entity, code: str) -> Entity:
    """
    The type of time off that a code is tied to.

    Raises:
        WfmError: 400; to none.
    """
    for plan in plans_for(view, unit, code):
        found: Entity | None = plan.get("hrisTimeOffType")
        if found is not None:
            return found
    message = f"activityCodeIds: no time-off plan of the agent's unit ties {code[:200]!r} to a type of time off"
    raise refuse(NO_TYPE, message, "activityCodeIds")


def _taken(view: View, unit: Entity, user_id: str, type_id: str) -> dict[str, int]:
    """The approved minutes of a type, by day."""
    taken: dict[str, int] = {}
    for request in children(view, time_off_requests.KIND, "directoryUser", user_id):
        plans = plans_for(view, unit, request["activityCodeId"])
        is_of_type = any(plan.get("hrisTimeOffType", {}).get("id") == type_id for plan in plans)
        if request["status"] == APPROVED and is_of_type:
            for day, minutes in minutes_by_day(view, request).items():
                taken[day] = taken.get(day, 0) + minutes
    return taken


def _balances(
    view: View, unit: Entity, user_id: str, codes: Iterable[str], ranges: Iterable[tuple[date, date]]
) -> Outcome:
    rows = []
    for code in codes:
        found = _type_of(view, unit, code)
        taken = _taken(view, unit, user_id, found["id"])
        secondary = {"hrisTimeOffTypeSecondaryId": found["secondaryId"]} if "secondaryId" in found else {}
        for first, last in ranges:
            left = [
                ALLOWANCE_MINUTES - sum(m for at, m in taken.items() if at[:4] == day[:4] and at <= day)
                for day in days_between(first, last)
            ]
            row = {"activityCodeId": code, "hrisTimeOffTypeId": found["id"], **secondary}
            rows.append({**row, "startDate": first.isoformat(), "balanceMinutesPerDay": left})
    return Outcome(200, {"entities": rows})


def _begin(operation: Operation, view: View, request: Request, later: Later, agent: Entity) -> Outcome:
    """200 with the balances, or 202 with the job alone."""
    begun = start(operation, view, request, later, {"userId": agent["id"]})
    job = {"id": begun.row["id"], "status": begun.row["status"], "selfUri": f"{PATH}/{begun.row['id']}"}
    return Outcome(200 if begun.is_over else 202, {"job": job, **begun.row.get("outcome", {})}, begun.writes)


def _mine(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    agent = agents.COMMON.existing(view, current_user(view))
    rules.raise_invalid(request)
    _mine_now(view, request, {})
    return _begin(operation, view, request, MINE, agent)


def _mine_now(view: View, request: Request, _: Entity) -> Outcome:
    agent = agents.COMMON.existing(view, current_user(view))
    unit = management_units.COMMON.existing(view, agent["managementUnit"]["id"])
    return _balances(view, unit, agent["id"], request.body["activityCodeIds"], ranges_of(request))


def _of_agent(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    agent, _unit = agent_of_path(view, request)
    rules.raise_invalid(request)
    _of_agent_now(view, request, {})
    return _begin(operation, view, request, OF_AGENT, agent)


def _of_agent_now(view: View, request: Request, _: Entity) -> Outcome:
    agent, unit = agent_of_path(view, request)
    return _balances(view, unit, agent["id"], request.body["activityCodeIds"], ranges_of(request))


def _of_request(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    found = time_off_requests.existing(view, request)
    rules.raise_invalid(request)
    _of_request_now(view, request, {})
    return _begin(operation, view, request, OF_REQUEST, found["user"])


def _of_request_now(view: View, request: Request, _: Entity) -> Outcome:
    found, unit = time_off_requests.existing(view, request), management_units.COMMON.existing(view, request.ids[0])
    return _balances(view, unit, found["user"]["id"], [found["activityCodeId"]], runs(minutes_by_day(view, found)))


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    row = existing(view, request.ids[0], _JOBS, WFM_NOT_FOUND)
    rules.raise_invalid(request)
    return Outcome(200, {"status": row["status"], **row.get("outcome", {})})


_POLLED = ("getWorkforcemanagementTimeoffbalanceJob",)
MINE, OF_AGENT, OF_REQUEST = Later(_mine_now, _POLLED), Later(_of_agent_now, _POLLED), Later(_of_request_now, _POLLED)
_ALLOWANCE = decided("every agent has the same allowance; the vendor asks an HRIS")
_UNIT = management_units.NOT_FOUND
_JOBS = (
    "postWorkforcemanagementTimeoffbalanceJobs",
    "postWorkforcemanagementManagementunitUserTimeoffbalanceJobs",
    "postWorkforcemanagementManagementunitUserTimeoffrequestTimeoffbalanceJobs",
)
TIME_OFF = replace(
    REQUESTS,
    behaviours={
        **REQUESTS.behaviours,
        _JOBS[0]: Behaviour(_mine, _ALLOWANCE, (NO_USER_CONTEXT, agents.NOT_AN_AGENT, NO_TYPE, BAD_QUERY), MINE),
        _JOBS[1]: Behaviour(_of_agent, _ALLOWANCE, (_UNIT, WFM_NOT_FOUND, NO_TYPE, BAD_QUERY), OF_AGENT),
        _JOBS[2]: Behaviour(_of_request, _ALLOWANCE, (_UNIT, WFM_NOT_FOUND, NO_TYPE), OF_REQUEST),
        "getWorkforcemanagementTimeoffbalanceJob": Behaviour(_read, CONTRACT, (WFM_NOT_FOUND,)),
    },
)
"""The kind of time-off requests, with the balances that they take from."""
