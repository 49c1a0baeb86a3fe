"""
Unavailable times: when agents say they cannot work. Agents change their own; administrators read others'.

A time is a row of the kind `unavailableTime` of its user and stays with the user. Whether agents may say so is a
setting of their management unit, a row of the kind `availabilitySettings`.

Assumed: a new unit has it off, and changes are refused while it is; a list of changes is made as a whole or not at
all. What times do to the generation of schedules is not emulated: a validation looks at the least number of working
days of the agent's work plan, and at nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed, documented, refuse
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Later, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.domain.zones import zone
from mockgc.resources.kit import CONTRACT, WFM_NOT_FOUND, children, known_fields
from mockgc.resources.operations import existing, start
from mockgc.resources.workforcemanagement import agents, business_units, management_units
from mockgc.resources.workforcemanagement.days import day, moment
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user, user_reference

KIND, SETTINGS = "unavailableTime", "availabilitySettings"
PATH = "/api/v2/workforcemanagement/unavailabletimes"
BAD_TIME = ErrorCode(
    "wfm.bad.request", 400, "a new time has a span of a minute or more, and each time is changed once",
    documented("UpdateUnavailableTime: a new one needs its span; the code is assumed"), "Correct the named field.",
)  # fmt: skip
BAD_PERIOD = ErrorCode(
    "wfm.bad.request", 400, "a period ends after it starts", assumed("the code is declared; when it is sent is not"),
    "Send startDate before endDate.",
)  # fmt: skip
TURNED_OFF = ErrorCode(
    "wfm.bad.request", 400, "agents say when they cannot work only where their management unit has that enabled",
    assumed("the setting is documented, what follows from it is not"),
    "PATCH managementunits/{managementUnitId}/unavailabletimes/settings with enabled: true.",
)  # fmt: skip
NO_TIME = ErrorCode(
    "wfm.entity.not.found", 404, "an id in the list names one of the agent's times",
    documented("PATCH unavailabletimes: 404"), "Query the agent's times; this one may have been deleted.",
)  # fmt: skip
NOT_AN_AGENT = ErrorCode(
    "not.found", 404, "the user is an agent of a management unit", documented("GET unavailabletimes/settings: 404"),
    "Move the user into a management unit first: POST agents.",
)  # fmt: skip
NOT_OF_UNIT = ErrorCode(
    "wfm.validation.management.unit.not.found", 400, "the management units are of the business unit",
    documented("POST unavailabletimes/settings/query: 400"), "List the business unit's management units.",
)  # fmt: skip
BAD_WEEK = ErrorCode(
    "wfm.bad.request", 400, "a validation is for a week that begins on the business unit's first day",
    documented("ValidateAgentUnavailableTimesRequest; the code is assumed"), "Send the first day of the unit's week.",
)  # fmt: skip
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS = len(_NAMES)


def _shown(time: Entity) -> Entity:
    return known_fields(time, "id", "notes", "timeSpan")


def _of(view: View, user_id: str) -> list[Entity]:
    found = children(view, KIND, "directoryUser", user_id)
    return sorted(found, key=lambda time: str(time["timeSpan"]["startDate"]))


def _listing(times: Iterable[Entity]) -> Entity:
    return {"entities": [_shown(time) for time in times]}


def _span(time: Entity) -> tuple[datetime, datetime]:
    begin = datetime.fromisoformat(time["timeSpan"]["startDate"])
    return begin, begin + timedelta(minutes=time["timeSpan"]["lengthMinutes"])


def _changed(view: View, user_id: str, items: Iterable[Entity]) -> Iterator[tuple[str, Entity | None]]:
    """
    (id, the time as it will be, None for a deleted one) of each change; a new time has no id yet.

    Raises:
        WfmError: 400 or 404 of the first that is wrong.
    """
    seen: set[str] = set()
    for index, item in enumerate(items):
        field, time_id = f"entities[{index}]", item.get("id", "")
        before = view.get(KIND, time_id) if time_id else {"userId": user_id}
        if before is None or before["userId"] != user_id:
            raise refuse(NO_TIME, f"{field}.id: the agent has no unavailable time {time_id[:200]!r}", f"{field}.id")
        if time_id in seen or (item.get("delete") and not time_id):
            raise refuse(BAD_TIME, f"{field}: names a time twice, or deletes a new one", field)
        seen |= {time_id} if time_id else set()
        if item.get("delete"):
            yield time_id, None
            continue
        after = {**before, **known_fields(item, "notes", "timeSpan")}
        span = after.get("timeSpan")
        if span is None or span["lengthMinutes"] < 1:
            raise refuse(BAD_TIME, f"{field}.timeSpan: a span of a minute or more is required", f"{field}.timeSpan")
        begin = moment(span["startDate"], f"{field}.timeSpan.startDate")
        yield time_id, {**after, "timeSpan": {"startDate": timestamp(begin), "lengthMinutes": span["lengthMinutes"]}}


def _written(view: View, changes: Iterable[tuple[str, Entity | None]]) -> list[Write]:
    writes = []
    for time_id, time in changes:
        row_id = time_id or view.new_id()
        changed = () if time is None else ("notes", "timeSpan")
        writes.append(Write(KIND, row_id, None if time is None else {"id": row_id, **time}, changed=changed))
    return writes


def _require_enabled(view: View, user_id: str) -> None:
    agent = agents.COMMON.existing(view, user_id)
    if not _is_enabled(view, agent["managementUnit"]["id"]):
        raise refuse(TURNED_OFF, "agents' unavailable times are not enabled in the agent's management unit")


def _patch_mine(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user_id = current_user(view)
    rules.raise_invalid(request)
    _require_enabled(view, user_id)
    writes = _written(view, _changed(view, user_id, request.body["entities"]))
    return Outcome(200, _listing(write.entity for write in writes if write.entity), tuple(writes))


def _within(view: View, user_id: str, request: Request) -> Outcome:
    """What overlaps the period, by its start."""
    start, end = (moment(request.body[name], name) for name in ("startDate", "endDate"))
    if start >= end:
        raise refuse(BAD_PERIOD, "endDate is not after startDate", "endDate")
    spans = ((time, *_span(time)) for time in _of(view, user_id))
    return Outcome(200, _listing(time for time, begin, stop in spans if begin < end and start < stop))


def _query_mine(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user_id = current_user(view)
    rules.raise_invalid(request)
    return _within(view, user_id, request)


def _query_agents(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent = agents.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return _within(view, agent["id"], request)


def _is_enabled(view: View, unit_id: str) -> bool:
    found = view.get(SETTINGS, unit_id)
    return found is not None and bool(found["enabled"])


def _read_settings(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent = view.get("agent", current_user(view))
    if agent is None:
        raise refuse(NOT_AN_AGENT, "the user is in no management unit")
    rules.raise_invalid(request)
    return Outcome(200, {"enabled": _is_enabled(view, agent["managementUnit"]["id"])})


def _patch_settings(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    enabled = request.body.get("enabled", _is_enabled(view, unit["id"]))
    row = {"id": unit["id"], "managementUnitId": unit["id"], "enabled": enabled}
    write = Write(SETTINGS, unit["id"], row, changed=("enabled",))
    return Outcome(200, {"enabled": enabled}, (write,) if enabled != _is_enabled(view, unit["id"]) else ())


def _query_settings(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    rows = []
    for unit_id in dict.fromkeys(request.body["managementUnitIds"]):
        found = view.get("managementUnit", unit_id)
        if found is None or found["businessUnit"]["id"] != unit["id"]:
            message = f"the business unit has no management unit {unit_id[:200]!r}"
            raise refuse(NOT_OF_UNIT, message, "managementUnitIds")
        rows.append({"managementUnit": management_units.reference(unit_id), "enabled": _is_enabled(view, unit_id)})
    return Outcome(200, {"managementUnits": rows})


def _validate(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    agent = agents.COMMON.existing(view, current_user(view))
    rules.raise_invalid(request)
    _week(view, agent, request)
    list(_changed(view, agent["id"], request.body["unavailableTimes"]))
    begun = start(operation, view, request, VALIDATION, {"userId": agent["id"]})
    return Outcome(200 if begun.is_over else 202, _job(begun.row), begun.writes)


def _job(row: Entity) -> Entity:
    return {"id": row["id"], "status": row["status"], **row.get("outcome", {})}


def _week(view: View, agent: Entity, request: Request) -> tuple[Entity, date]:
    """The agent's business unit, and the first day of the week to look at."""
    home = view.get("managementUnit", agent["managementUnit"]["id"])
    assert home is not None
    unit = business_units.COMMON.existing(view, home["businessUnit"]["id"])
    first = day(request.body["validationWeekDate"], "validationWeekDate")
    wanted = unit["settings"]["startDayOfWeek"]
    if _NAMES[first.weekday()] != wanted:
        raise refuse(BAD_WEEK, f"validationWeekDate: {first} is no {wanted}", "validationWeekDate")
    return unit, first


def _validated(view: View, request: Request, _: Entity) -> Outcome:
    agent = agents.COMMON.existing(view, current_user(view))
    unit, first = _week(view, agent, request)
    changes = list(_changed(view, agent["id"], request.body["unavailableTimes"]))
    named = {time_id for time_id, _ in changes}
    times = [time for time in _of(view, agent["id"]) if time["id"] not in named]
    times += [time for _, time in changes if time is not None]
    plan = view.get("workPlan", agent["workPlan"]["id"]) if "workPlan" in agent else None
    least = plan.get("minimumWorkingDaysPerWeek", 0) if plan else 0
    free = DAYS - sum(_is_blocked(unit, first + timedelta(days=number), times) for number in range(DAYS))
    result: Entity = {"valid": free >= least, "invalidWorkPlans": []}
    if free < least:
        count = {"type": "Count", "value": str(least)}
        result["workPlanConstraintsViolationMessage"] = {
            "type": "ConstraintConflictWithPotentialFixes",
            "fixableConstraintsMessages": [{"type": "MinimumWeeklyWorkDays", "arguments": [count]}],
        }
    return Outcome(200, {"result": result})


def _is_blocked(unit: Entity, first: date, times: Iterable[Entity]) -> bool:
    """Whether a day of the unit has no minute left."""
    tz, following = zone(unit["settings"]["timeZone"]), first + timedelta(days=1)
    begin, end = (datetime(at.year, at.month, at.day, tzinfo=tz).astimezone(UTC) for at in (first, following))
    for start_of, end_of in sorted(map(_span, times)):
        if start_of <= begin < end_of:
            begin = end_of
    return begin >= end


def _read_job(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user_id = current_user(view)
    row = existing(view, request.ids[0], (VALIDATE,), WFM_NOT_FOUND)
    if row["userId"] != user_id:
        raise refuse(WFM_NOT_FOUND, f"no job of the user has the id {request.ids[0]!r}")
    rules.raise_invalid(request)
    uri = f"{PATH}/validation/jobs/{row['id']}"
    return Outcome(200, {"agent": user_reference(user_id), "selfUri": uri, **_job(row)})


VALIDATE = "postWorkforcemanagementUnavailabletimesValidationJobs"
VALIDATION = Later(_validated, polled_by=("getWorkforcemanagementUnavailabletimesValidationJob",))
_ATOMIC = assumed("all changes or none; the listing holds what was changed")
UNAVAILABLE_TIME = Resource(
    kind=KIND,
    path=PATH,
    title="unavailable time",
    references=(Reference("userId", "directoryUser", NO_TIME),),
    behaviours={
        "patchWorkforcemanagementUnavailabletimes": Behaviour(
            _patch_mine, _ATOMIC, (NO_USER_CONTEXT, agents.NOT_AN_AGENT, TURNED_OFF, NO_TIME, BAD_TIME)
        ),
        "postWorkforcemanagementUnavailabletimesQuery": Behaviour(
            _query_mine, assumed("what overlaps the period"), (NO_USER_CONTEXT, BAD_PERIOD)
        ),
        "postWorkforcemanagementAgentUnavailabletimesQuery": Behaviour(
            _query_agents, assumed("what overlaps the period"), (agents.NOT_AN_AGENT, BAD_PERIOD)
        ),
        VALIDATE: Behaviour(
            _validate,
            assumed("which constraints are looked at"),
            (NO_USER_CONTEXT, agents.NOT_AN_AGENT, NO_TIME, BAD_TIME, BAD_WEEK),
            VALIDATION,
        ),
        "getWorkforcemanagementUnavailabletimesValidationJob": Behaviour(
            _read_job, CONTRACT, (NO_USER_CONTEXT, WFM_NOT_FOUND)
        ),
    },
)
AVAILABILITY_SETTINGS = Resource(
    kind=SETTINGS,
    path=f"{PATH}/settings",
    title="availability settings",
    references=(Reference("managementUnitId", "managementUnit", management_units.NOT_FOUND),),
    behaviours={
        "getWorkforcemanagementUnavailabletimesSettings": Behaviour(
            _read_settings, CONTRACT, (NO_USER_CONTEXT, NOT_AN_AGENT)
        ),
        "patchWorkforcemanagementManagementunitUnavailabletimesSettings": Behaviour(
            _patch_settings, assumed("off in a new unit"), (management_units.NOT_FOUND,)
        ),
        "postWorkforcemanagementBusinessunitUnavailabletimesSettingsQuery": Behaviour(
            _query_settings, CONTRACT, (business_units.NOT_FOUND, NOT_OF_UNIT)
        ),
    },
)
