"""
An organisation that holds one of everything that behaves, so that any published operation can be sent at it.

Of each kind whose names are unique there is a second one, called `Taken`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from flask import Flask

from mockgc.resources import registry
from tests.mockgc.resources.published_behaviour import CONTRACT, Caller
from tests.mockgc.resources.scheduling import WEEK, Desk, document
from tests.mockgc.resources.scheduling import agent as agent_row
from tests.mockgc.resources.units import (
    act_as,
    agents_of,
    business_unit_of,
    division_of,
    enable_unavailable_times,
    management_unit_of,
    under,
    users_of,
)

BEHAVIOURS = {name: behaviour for resource in registry() for name, behaviour in resource.behaviours.items()}
"""All published operations at level `behaviour`, by the vendor's id."""
TAKEN = "Taken"
_UNIT, _PLACE = "WorkforcemanagementBusinessunit", "WorkforcemanagementManagementunit"
_DATES = {"startBusinessUnitDate": "2026-11-30"}
_REQUEST = {
    "status": "PENDING", "activityCodeId": "5", "dailyDurationMinutes": 480,
    "fullDayManagementUnitDates": ["2026-12-03"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Landscape:
    """The organisation and the ids in it, by the name of the path parameter that takes them."""

    call: Caller
    ids: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def path_ids(self, operation_id: str) -> list[str]:
        """The ids in the path of an operation."""
        path = CONTRACT.operation(operation_id).path
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if path.endswith("/restore"):
            names = ["deletedDivisionId"]
        return [self.ids[self._named(path, name)] for name in names]

    @staticmethod
    def _named(path: str, parameter: str) -> str:
        """Business units have time off of their own; the users below a management unit are its agents."""
        if parameter == "jobId":
            return f"{path.partition('/jobs/')[0].rpartition('/')[2]}.{parameter}"
        if "businessunits" in path and parameter.startswith("timeOff"):
            return f"businessUnit.{parameter}"
        return "agentId" if "managementunits" in path and parameter == "userId" else parameter

    def send(self, operation_id: str, *ids: str, method: str = "", **more: Any) -> httpx.Response:
        """
        A request to the path of an operation, with the ids that exist where none are given; not held against the
        contract. `more` goes to httpx.
        """
        operation, given = CONTRACT.operation(operation_id), iter(ids or self.path_ids(operation_id))
        path = "/".join(next(given) if part.startswith("{") else part for part in operation.path.split("/"))
        return self.call.organisation.http.request(method or operation.method, path, **more)


def landscape(app: Flask | None = None) -> Landscape:
    """A fresh one, in an emulator of its own when none is given; its client stands for the agent."""
    call = Caller(app)
    directory = _directory(call)
    routing = _routing(call, directory["userId"])
    workforce = _workforce(call, routing["queueId"])
    act_as(call, workforce["agentId"])
    channel = {"channelId": call("postNotificationsChannels")["id"]}
    asked = _of_the_agent(call, workforce["managementUnitId"])
    return Landscape(call, {**directory, **routing, **workforce, **channel, **asked})


def _forecast(desk: Desk) -> str:
    week = f"{_UNIT}WeekShorttermforecast"
    document = {"description": "Calls", "weekCount": 1, "planningGroups": []}
    key = desk.put(f"post{week}sImportUploadurl", (desk.unit, WEEK), document)
    desk.call(f"post{week}sImport", desk.unit, WEEK, expect=202, json={"uploadKey": key})
    return str(desk.call(f"get{week}s", desk.unit, WEEK)["entities"][0]["id"])


def _trade(call: Caller, place: str) -> dict[str, str]:
    """A shift trade of the agent, in a published schedule."""
    where = call("getWorkforcemanagementAgentsMeManagementunit")
    desk = Desk(call, where["businessUnit"]["id"], place, [])
    shift = agent_row(where["user"]["id"], "2026-12-01T08:00:00.000Z")
    made = desk.import_(document(shift, published=True))["result"]
    shift_id = desk.agents_in(made)[0]["shifts"][0]["id"]
    body = {"scheduleId": made["id"], "initiatingShiftId": shift_id}
    trade = call(f"post{_PLACE}WeekShifttrades", place, WEEK, json=body)["id"]
    return {"tradeId": trade, "tradedScheduleId": made["id"], "shiftId": shift_id}


def _of_the_agent(call: Caller, place: str) -> dict[str, str]:
    """What the agent has asked for."""
    enable_unavailable_times(call, place)
    span = {"startDate": "2026-12-01T08:00:00Z", "lengthMinutes": 60}
    times = call("patchWorkforcemanagementUnavailabletimes", json={"entities": [{"timeSpan": span}]})["entities"]
    body = {"unavailableTimes": [], "validationWeekDate": WEEK}
    job = call("postWorkforcemanagementUnavailabletimesValidationJobs", json=body)["id"]
    leave = {"hrisIntegrationId": "hris", "id": "leave", "name": "Leave"}
    plan = {"name": "Leave", "active": True, "autoApprovalRule": "Never", "activityCodeIds": ["5"]}
    call(f"post{_PLACE}Timeoffplans", place, expect=201, json={**plan, "hrisTimeOffType": leave})
    range_ = {"startDate": "2026-12-03", "endDate": "2026-12-03"}
    asked = {"activityCodeIds": ["5"], "dateRanges": [range_]}
    balance = call("postWorkforcemanagementTimeoffbalanceJobs", json=asked)["job"]["id"]
    trade = _trade(call, place)
    late = {"type": "Late", "startDate": "2026-11-24T08:00:00Z", "lengthMinutes": 15}
    started = call("postWorkforcemanagementAdherenceExplanations", expect=202, json=late)["job"]["id"]
    explained = call("getWorkforcemanagementAdherenceExplanationsJob", started)["adherenceExplanation"]["id"]
    return {
        "unavailableTimeId": times[0]["id"], "validation.jobId": job, "timeoffbalance.jobId": balance,
        "explanations.jobId": started, "explanationId": explained, **trade,
    }  # fmt: skip


def _directory(call: Caller) -> dict[str, str]:
    division = division_of(call)
    named = {"name": TAKEN, "description": ""}
    deleted = call("postAuthorizationDivisions", json=named)["id"]
    call("deleteAuthorizationDivision", deleted, expect=204)
    call("postAuthorizationDivisions", json=named)
    home = call("getAuthorizationDivisionsHome")["id"]
    user, gone = users_of(call, "ada", "gone")
    call("deleteUser", gone)
    call("postUserExternalid", user, expect=201, json={"authorityName": "zendesk", "externalKey": "42"})
    kept = {"type": "official", "rulesVisible": True, "visibility": "public"}
    group, _ = (call("postGroups", json={"name": name, **kept})["id"] for name in ("Support", TAKEN))
    call("postGroupMembers", group, expect=202, json={"memberIds": [user]})
    team, _ = (call("postTeams", json={"name": name})["id"] for name in ("Support", TAKEN))
    call("postTeamMembers", team, json={"memberIds": [user]})
    return {
        "divisionId": division, "deletedDivisionId": deleted, "homeDivisionId": home, "objectType": "USER",
        "userId": user, "memberId": user, "deletedUserId": gone, "authorityName": "zendesk", "externalKey": "42",
        "groupId": group, "teamId": team,
    }  # fmt: skip


def _routing(call: Caller, user: str) -> dict[str, str]:
    skill, language = (call(f"postRouting{kind}s", json={"name": TAKEN})["id"] for kind in ("Skill", "Language"))
    call("postUserRoutingskills", user, json={"id": skill, "proficiency": 3})
    call("postUserRoutinglanguages", user, json={"id": language, "proficiency": 3})
    queue, _ = (call("postRoutingQueues", json={"name": name})["id"] for name in ("Calls", TAKEN))
    call("postRoutingQueueMembers", queue, json=[{"id": user}])
    return {"skillId": skill, "languageId": language, "queueId": queue}


def _workforce(call: Caller, queue: str) -> dict[str, str]:
    unit, other = (str(business_unit_of(call, name)["id"]) for name in ("Support", TAKEN))
    place, elsewhere = (str(management_unit_of(call, *of)["id"]) for of in ((unit, "Paris"), (other, TAKEN)))
    agent, colleague = agents_of(call, place, "ann", "bob")

    def made(operation: str, owner: str, expect: int = 201, **body: Any) -> str:
        first, *_ = (
            str(call(f"post{operation}", owner, expect=expect, json={**body, "name": name})["id"])
            for name in ("First", TAKEN)
        )
        return first

    template = made(f"{_UNIT}Servicegoaltemplates", unit)
    groups = f"post{_UNIT}Planninggroups"
    path = {"queueId": queue, "mediaType": "Voice"}
    voice = {"name": "First", "serviceGoalTemplateId": template, "routePaths": [path]}
    planning_group = call(groups, unit, json=voice)["id"]
    call(groups, unit, json={"name": TAKEN, "serviceGoalTemplateId": template, "routePaths": []})
    plan = made(f"{_PLACE}Workplans", place, 200)
    call(f"patch{_PLACE}Workplan", place, plan, json=under(1, id=plan, agents=[{"id": agent}]))
    request = {**_REQUEST, "users": [{"id": agent}]}
    asked = call(f"post{_PLACE}Timeoffrequests", place, json=request)["timeOffRequests"][0]["id"]
    forecast = _forecast(Desk(call, unit, place, []))
    schedule = {"description": "Draft", "weekCount": 1, "shortTermForecast": {"id": forecast, "weekDate": WEEK}}
    limit = call(f"post{_PLACE}Timeofflimits", place, expect=201, json={"defaultLimitMinutes": 480})["id"]
    staff = made(f"{_UNIT}Staffinggroups", unit, userIds=[])
    call(f"patch{_UNIT}Staffinggroup", unit, staff, json=under(1, userIds={"values": [agent]}))
    return {
        "businessUnitId": unit, "otherBusinessUnitId": other, "managementUnitId": place, "elsewhereId": elsewhere,
        "agentId": agent, "colleagueId": colleague, "weekId": WEEK, "weekDateId": WEEK, "forecastId": forecast,
        "tuesday": "2026-12-01", "defaultCodeId": "1",
        "scheduleId": call(f"post{_UNIT}WeekSchedules", unit, WEEK, expect=201, json=schedule)["id"],
        "activityCodeId": made(f"{_UNIT}Activitycodes", unit, 200, category="Meal"),
        "serviceGoalTemplateId": template, "planningGroupId": planning_group, "staffingGroupId": staff,
        "workPlanId": plan, "timeOffRequestId": asked, "timeOffLimitId": limit,
        "workPlanRotationId": made(
            f"{_PLACE}Workplanrotations", place, dateRange=_DATES, pattern={"workPlanIds": [plan]}
        ),
        "timeOffPlanId": made(
            f"{_PLACE}Timeoffplans", place, active=True, autoApprovalRule="Never", timeOffLimitIds=[limit]
        ),
        "businessUnit.timeOffPlanId": made(f"{_UNIT}Timeoffplans", unit),
        "businessUnit.timeOffLimitId": call(f"post{_UNIT}Timeofflimits", unit, expect=201, json={})["id"],
    }  # fmt: skip
