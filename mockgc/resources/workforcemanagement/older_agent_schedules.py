"""
Published schedules in the form they had before business units: by management unit, and of the current user.

Deprecated by the vendor and still called; the same rows as in `agent_schedules`, under older names. Assumed: a user's
entry carries the version of the newest of its rows; whole weeks are shown with all they hold.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed, refuse
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import known_fields
from mockgc.resources.workforcemanagement import agents, business_units, management_units, week_schedules
from mockgc.resources.workforcemanagement.agent_schedules import (
    AGENT_SCHEDULE,
    BAD_PERIOD,
    is_day_within,
    meets,
    overlaps,
    period,
)
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user

NO_PERIOD = ErrorCode(
    "wfm.validation.failure", 400, "a search says from when until when",
    assumed("the contract lets the body be left out; what is sent then is not published"),
    "Send startDate and endDate.",
)  # fmt: skip
_PLAIN = ("activityCodeId", "description", "startDate", "timeOffRequestId")


def _search(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    home = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return _found(view, request, home, request.body["userIds"])


def _mine(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent = agents.COMMON.existing(view, current_user(view))
    rules.raise_invalid(request)
    if not request.body:
        raise refuse(NO_PERIOD, "startDate and endDate are required", "startDate")
    home = management_units.COMMON.existing(view, agent["managementUnit"]["id"])
    return _found(view, request, home, [agent["id"]])


def _found(view: View, request: Request, home: Entity, users: Collection[str]) -> Outcome:
    start, end = period(request)
    unit = business_units.COMMON.existing(view, home["businessUnit"]["id"])
    published = [
        schedule
        for schedule in week_schedules.of_unit(view, unit["id"])
        if schedule["published"] and meets(unit, schedule, start, end)
    ]
    entries: dict[str, Entity] = {}
    for schedule in published:
        span = week_schedules.period(unit, schedule) if request.body.get("loadFullWeeks") else (start, end)
        for row in week_schedules.agent_rows(view, schedule["id"]):
            if row["managementUnitId"] == home["id"] and row["userId"] in users:
                _gather(entries, row, schedule, unit, *span)
    body = {
        "managementUnitTimeZone": unit["settings"]["timeZone"],
        "publishedSchedules": [week_schedules.reference(schedule) for schedule in published],
        "userSchedules": entries,
    }
    return Outcome(200, body)


def _gather(
    entries: dict[str, Entity], row: Entity, schedule: Entity, unit: Entity, start: datetime, end: datetime
) -> None:
    shifts = [_shift(shift, schedule) for shift in row["shifts"] if overlaps(shift, start, end)]
    markers = [
        _marker(m) for m in row["fullDayTimeOffMarkers"] if is_day_within(m["businessUnitDate"], unit, start, end)
    ]
    if shifts or markers:
        entry = entries.setdefault(row["userId"], {"shifts": [], "fullDayTimeOffMarkers": []})
        entry["shifts"] += shifts
        entry["fullDayTimeOffMarkers"] += markers
        entry["metadata"] = row["metadata"]


def _shift(shift: Entity, schedule: Entity) -> Entity:
    activities = [
        {
            **known_fields(activity, *_PLAIN),
            "countsAsPaidTime": activity["paid"],
            "lengthInMinutes": activity["lengthMinutes"],
        }
        for activity in shift["activities"]
    ]
    return {
        **known_fields(shift, "id", "startDate", "manuallyEdited"),
        "lengthInMinutes": shift["lengthMinutes"],
        "weekSchedule": week_schedules.reference(schedule),
        "activities": activities,
    }


def _marker(marker: Entity) -> Entity:
    shown = {"managementUnitDate": marker["businessUnitDate"], **known_fields(marker, "activityCodeId", "description")}
    for name, older in (("paid", "isPaid"), ("lengthMinutes", "lengthInMinutes")):
        if name in marker:
            shown[older] = marker[name]
    return shown


AGENT_SCHEDULES = replace(
    AGENT_SCHEDULE,
    behaviours={
        **AGENT_SCHEDULE.behaviours,
        "postWorkforcemanagementManagementunitSchedulesSearch": Behaviour(
            _search, assumed("as for the business unit"), (management_units.NOT_FOUND, BAD_PERIOD)
        ),
        "postWorkforcemanagementSchedules": Behaviour(
            _mine, assumed("as for the business unit"), (NO_USER_CONTEXT, agents.NOT_AN_AGENT, NO_PERIOD, BAD_PERIOD)
        ),
    },
)
"""The kind of agents' rows in schedules, with the older ways to read them."""
