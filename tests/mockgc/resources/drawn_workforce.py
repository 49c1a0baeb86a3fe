"""The requests that a machine draws for units, what is in them, time off and schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.mockgc.resources.machine import KINDS, NAMES, PLACE, UNIT, Draw, Machine, Sent, Step
from tests.mockgc.resources.scheduling import WEEK, agent, change, document
from tests.mockgc.resources.units import unit_body

DATES = {"startBusinessUnitDate": "2026-11-30"}
WEEKS = (WEEK, "2026-12-07", "2026-12-08", WEEK)
"""The third is no first day of a week."""
START = "2026-12-01T09:00:00Z"
MINUTES = (60, 120, 180, -1)
DEMAND = ("activityCode", "serviceGoalTemplate", "planningGroup")
STAFF = ("staffingGroup", "businessUnitTimeOffPlan")
WORK = ("workPlan", "workPlanRotation", "timeOffPlan")


def _of(operation: str, kind: str) -> Draw:
    return lambda machine, step: Sent(operation, machine.one(kind, step.a))


def _settings(unit: str, kind: str, block: str, values: Callable[[Step], Any]) -> Draw:
    """A change of settings under a version, or of the name, which carries none."""

    def patch(machine: Machine, step: Step) -> Sent:
        ids = machine.one(kind, step.a)
        blocks = {"metadata": {"version": machine.version(kind, ids, step.b)}, block: values(step)}
        return Sent(f"patch{unit}", ids, {"name": NAMES[step.a]} if step.c == 3 else {"settings": blocks})

    return patch


def _part(operation: str, kind: str, values: Callable[[Step], Any]) -> Draw:
    """A change of settings that are entities of their own."""

    def patch(machine: Machine, step: Step) -> Sent:
        ids = machine.one("businessUnit", step.a)
        claimed = {"metadata": {"version": machine.version(kind, ids, step.b)}}
        return Sent(f"patch{UNIT}{operation}Settings", ids, {**claimed, **values(step)})

    return patch


def _move_agents(machine: Machine, step: Step) -> Sent:
    body: dict[str, Any] = {"userIds": machine.some("directoryUser", step.a + 1)}
    if step.c:
        body["destinationManagementUnitId"] = machine.id("managementUnit", step.b)
    return Sent("postWorkforcemanagementAgents", (), body)


def _flag(machine: Machine, step: Step) -> Sent:
    items = [{"userId": machine.id("directoryUser", step.b), "schedulable": bool(step.c % 2)}]
    return Sent(f"patch{PLACE}Agents", machine.one("managementUnit", step.a), {"entities": items})


def _assign(machine: Machine, step: Step) -> Sent:
    wrapper = {"value": machine.id("workPlan", step.c)} if step.c else {}
    items = [{"userId": user, "workPlanId": wrapper} for user in machine.some("directoryUser", step.b + 1)]
    return Sent(f"patch{PLACE}AgentsWorkplansBulk", machine.one("managementUnit", step.a), {"entities": items})


CONTENT: Mapping[str, Callable[[Machine, Step], Any]] = {
    "activityCode": lambda _, step: {"category": "Break", "lengthInMinutes": step.c + 1},
    "serviceGoalTemplate": lambda _, step: {"abandonRate": {"include": True, "percent": step.c}},
    "planningGroup": lambda machine, step: {"serviceGoalTemplateId": machine.id("serviceGoalTemplate", step.c)},
    "staffingGroup": lambda _, __: {},
    "businessUnitTimeOffPlan": lambda _, step: {"enabled": bool(step.c % 2)},
    "workPlan": lambda _, step: {"maximumDays": step.c},
    "workPlanRotation": lambda machine, step: {
        "dateRange": DATES,
        "pattern": {"workPlanIds": [machine.id("workPlan", step.c)]},
        "agents": [{"userId": machine.id("directoryUser", step.c), "position": step.c % 2, "dateRange": DATES}],
    },
    "timeOffPlan": lambda _, step: {"active": bool(step.c % 2), "autoApprovalRule": "Never"},
}
ONLY_ON_CREATE: Mapping[str, Callable[[Machine, Step], Any]] = {
    "planningGroup": lambda machine, step: {"routePaths": [{"queueId": q, "mediaType": "Voice"} for q in machine.some(
        "queue", step.c // 3
    )]},
    "staffingGroup": lambda machine, step: {"userIds": machine.some("directoryUser", step.c)},
    "timeOffPlan": lambda machine, step: {"timeOffLimitIds": [machine.id("timeOffLimit", 0)] if step.c else []},
}  # fmt: skip


def _operation(kind: str) -> str:
    return KINDS[kind].read.removeprefix("get")


def _creating(kind: str) -> Draw:
    def create(machine: Machine, step: Step) -> Sent:
        body = {"name": NAMES[step.a], **CONTENT[kind](machine, step)}
        body |= ONLY_ON_CREATE[kind](machine, step) if kind in ONLY_ON_CREATE else {}
        return Sent(f"post{_operation(kind)}s", machine.one(KINDS[kind].parent, step.b), body, made=kind)

    return create


def _patching(kind: str) -> Draw:
    def patch(machine: Machine, step: Step) -> Sent:
        ids = machine.one(kind, step.a)
        body = {"metadata": {"version": machine.version(kind, ids, step.b)}, "name": NAMES[step.c]}
        return Sent(f"patch{_operation(kind)}", ids, {"id": ids[-1], **body, **CONTENT[kind](machine, step)})

    return patch


def _copying(kind: str) -> Draw:
    return lambda machine, step: Sent(
        f"post{_operation(kind)}Copy", machine.one(kind, step.a), {"name": NAMES[step.b]}, made=kind
    )


UNITS: Mapping[str, Draw] = {
    "create a business unit": lambda machine, step: Sent(
        f"post{UNIT}s", (), unit_body(machine.id("division", step.b), NAMES[step.a]), made="businessUnit"
    ),
    "change a business unit": _settings(
        UNIT, "businessUnit", "scheduling", lambda step: {"induceScheduleVariability": bool(step.c % 2)}
    ),
    "delete a business unit": _of(f"delete{UNIT}", "businessUnit"),
    "create a management unit": lambda machine, step: Sent(
        f"post{PLACE}s", (), {"name": NAMES[step.a], "businessUnitId": machine.id("businessUnit", step.b)},
        made="managementUnit",
    ),
    "change a management unit": _settings(
        PLACE, "managementUnit", "adherence", lambda step: {"adherenceTargetPercent": step.c}
    ),
    "move a management unit": lambda machine, step: Sent(
        f"post{PLACE}Move", machine.one("managementUnit", step.a),
        {"businessUnitId": machine.id("businessUnit", step.b)},
    ),
    "delete a management unit": _of(f"delete{PLACE}", "managementUnit"),
    "change the scheduler": _part(
        "Scheduler", "schedulerSettings", lambda step: {"consistentServiceLevelSmoothing": bool(step.c % 2)}
    ),
    "change the minimum of staff": _part(
        "Minimumstaffing", "minimumStaffingSettings", lambda step: {"minimumValue": float(step.c - 1)}
    ),
    "change alternative shifts": _part(
        "Alternativeshifts", "alternativeShiftSettings", lambda step: {"minMinutesBeforeStartTime": MINUTES[step.c]}
    ),
    "move agents": _move_agents,
    "flag agents": _flag,
}  # fmt: skip


def _kept(*kinds: str) -> dict[str, Draw]:
    """What comes and goes in a unit."""
    return {
        **{f"create {kind}": _creating(kind) for kind in kinds},
        **{f"patch {kind}": _patching(kind) for kind in kinds},
        **{f"delete {kind}": _of(f"delete{_operation(kind)}", kind) for kind in kinds},
    }


DEMANDS: Mapping[str, Draw] = _kept(*DEMAND)
STAFFING: Mapping[str, Draw] = _kept(*STAFF)
WORK_PLANS: Mapping[str, Draw] = {
    "assign work plans": _assign,
    **_kept(*WORK),
    **{f"copy {kind}": _copying(kind) for kind in ("workPlan", "workPlanRotation")},
}


def _ask_for_time_off(machine: Machine, step: Step) -> Sent:
    users = [{"id": user} for user in machine.some("directoryUser", step.b + 1)]
    body = {"status": "PENDING", "users": users, "activityCodeId": str(5 - step.c // 3), "dailyDurationMinutes": 480}
    days = {"fullDayManagementUnitDates": [f"2026-12-0{step.c + 1}"]}
    ids = machine.one("managementUnit", step.a)
    return Sent(f"post{PLACE}Timeoffrequests", ids, {**body, **days}, made="timeOffRequest")


def _review_time_off(machine: Machine, step: Step) -> Sent:
    ids = machine.one("timeOffRequest", step.a) if machine.ids["timeOffRequest"] else ("none", "none", "none")
    body = {"metadata": {"version": machine.version("timeOffRequest", ids, step.b)}}
    return Sent(f"patch{PLACE}UserTimeoffrequest", ids, {**body, "status": ("APPROVED", "DENIED")[step.c % 2]})


def _change_limit(machine: Machine, step: Step) -> Sent:
    ids = machine.one("timeOffLimit", step.a)
    body = {
        "metadata": {"version": machine.version("timeOffLimit", ids, step.b)},
        "defaultLimitMinutes": MINUTES[step.c],
    }
    return Sent(f"patch{PLACE}Timeofflimit", ids, body)


def _set_values(unit: str, kind: str, values: Callable[[int], Any]) -> Draw:
    def put(machine: Machine, step: Step) -> Sent:
        ids = machine.one(kind, step.a)
        body = {"metadata": {"version": machine.version(kind, ids, step.b)}, "values": [values(MINUTES[step.c])]}
        return Sent(f"put{unit}TimeofflimitValues", ids, body)

    return put


TIME_OFF: Mapping[str, Draw] = {
    "ask for time off": _ask_for_time_off,
    "review time off": _review_time_off,
    "limit time off": lambda machine, step: Sent(
        f"post{PLACE}Timeofflimits", machine.one("managementUnit", step.a), {"defaultLimitMinutes": MINUTES[step.b]},
        made="timeOffLimit",
    ),
    "change a limit": _change_limit,
    "lift a limit": _of(f"delete{PLACE}Timeofflimit", "timeOffLimit"),
    "set values": _set_values(PLACE, "timeOffLimit", lambda minutes: {
        "granularity": "Daily", "startDate": "2026-12-02", "limitMinutesPerInterval": [minutes],
    }),
    "limit time off of a business unit": lambda machine, step: Sent(
        f"post{UNIT}Timeofflimits", machine.one("businessUnit", step.a), {}, made="businessUnitTimeOffLimit"
    ),
    "lift a limit of a business unit": _of(f"delete{UNIT}Timeofflimit", "businessUnitTimeOffLimit"),
    "set values of a business unit": _set_values(UNIT, "businessUnitTimeOffLimit", lambda minutes: {
        "startDate": "2026-12-02", "limitMinutesPerDay": [minutes],
    }),
}  # fmt: skip


FORECAST = f"{UNIT}WeekShorttermforecast"


def _week(machine: Machine, step: Step) -> tuple[str, ...]:
    return (*machine.one("businessUnit", step.a), WEEKS[step.b])


def _copy(operation: str, kind: str) -> Draw:
    def copy(machine: Machine, step: Step) -> Sent:
        body = {"description": "Copy", "weekDate": WEEKS[step.b]}
        return Sent(operation, machine.one(kind, step.a), body, made=kind)

    return copy


def _import_schedule(machine: Machine, step: Step) -> Sent:
    users = machine.some("directoryUser", step.c | 1)
    agents = (agent(user, f"2026-12-01T0{number + 6}:00:00Z") for number, user in enumerate(users))
    sent = document(*agents, published=step.b == 0)
    place = f"post{UNIT}WeekSchedulesImport"
    return Sent(place, _week(machine, step), made="weekSchedule", document=sent, address=f"{place}Uploadurl")


def _update_schedule(machine: Machine, step: Step) -> Sent:
    """Under a version inside of the document: what is stale ends in an error that changes nothing."""
    ids = machine.one("weekSchedule", step.a)
    version = machine.version("weekSchedule", ids, step.b)
    content = {"published": True} if step.c == 3 else {}
    sent = change(version, *(agent(user, START) for user in machine.some("directoryUser", step.c)), **content)
    place = f"post{UNIT}WeekScheduleUpdate"
    return Sent(place, ids, document=sent, address=f"{place}Uploadurl")


def _import_forecast(machine: Machine, step: Step) -> Sent:
    numbers = {"offeredPerInterval": [1.0], "averageHandleTimeSecondsPerInterval": [60.0]}
    groups = [{"planningGroupId": group, **numbers} for group in machine.some("planningGroup", step.c)]
    sent = {"description": "Calls", "weekCount": 1, "planningGroups": groups}
    place = f"post{FORECAST}sImport"
    return Sent(place, _week(machine, step), made="shortTermForecast", document=sent, address=f"{place}Uploadurl")


SCHEDULES: Mapping[str, Draw] = {
    "draft a schedule": lambda machine, step: Sent(
        f"post{UNIT}WeekSchedules", _week(machine, step), {"description": "Draft", "weekCount": step.c},
        made="weekSchedule",
    ),
    "import a schedule": _import_schedule,
    "update a schedule": _update_schedule,
    "copy a schedule": _copy(f"post{UNIT}WeekScheduleCopy", "weekSchedule"),
    "delete a schedule": _of(f"delete{UNIT}WeekSchedule", "weekSchedule"),
    "import a forecast": _import_forecast,
    "copy a forecast": _copy(f"post{FORECAST}Copy", "shortTermForecast"),
    "delete a forecast": _of(f"delete{FORECAST}", "shortTermForecast"),
}  # fmt: skip


def _offer(machine: Machine, step: Step) -> Sent:
    """A shift of a schedule, where it has one."""
    schedule, place = machine.one("weekSchedule", step.a), machine.one("managementUnit", step.b)
    asked = machine.call.attempt(
        f"post{UNIT}WeekScheduleAgentschedulesQuery", *schedule, json={"managementUnitId": place[-1]}
    )
    rows = asked.json()["result"]["agentSchedules"] if asked.is_success else []
    shifts = [shift["id"] for row in rows for shift in row["shifts"]]
    body = {"scheduleId": schedule[-1], "initiatingShiftId": shifts[step.c % len(shifts)] if shifts else "none"}
    return Sent(f"post{PLACE}WeekShifttrades", (*place, schedule[1]), body, made="shiftTrade")


def _claimed(machine: Machine, step: Step) -> tuple[tuple[str, ...], dict[str, Any]]:
    ids = machine.one("shiftTrade", step.a)
    return ids, {"metadata": {"version": machine.version("shiftTrade", ids, step.b)}}


def _change_offer(machine: Machine, step: Step) -> Sent:
    ids, claimed = _claimed(machine, step)
    receiver = {"value": machine.id("directoryUser", step.c)} if step.c else {}
    return Sent(f"patch{PLACE}WeekShifttrade", ids, {**claimed, "receivingUserId": receiver})


def _take_offer(machine: Machine, step: Step) -> Sent:
    ids, claimed = _claimed(machine, step)
    body = {**claimed, "receivingScheduleId": machine.id("weekSchedule", step.c)}
    return Sent(f"post{PLACE}WeekShifttradeMatch", ids, body)


def _decide_on_offer(machine: Machine, step: Step) -> Sent:
    ids, claimed = _claimed(machine, step)
    items = [{**claimed, "id": ids[-1], "state": ("Approved", "Denied", "Canceled", "Unmatched")[step.c]}]
    return Sent(f"post{PLACE}WeekShifttradesStateBulk", ids[:2], {"entities": items})


TRADES: Mapping[str, Draw] = {
    "offer a shift": _offer,
    "change an offer": _change_offer,
    "take an offer": _take_offer,
    "decide on an offer": _decide_on_offer,
}
