"""
A migration by hand with nothing but the official Python SDK and its documentation.

Every answer on the way is compared with what the SDK made of it (`official_sdk.differences`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.contract.model import Contract
from mockgc.pytest_plugin import TestOrganisation
from mockgc.resources import registry
from tests.clients.official_sdk import Sdk

WEEK = "2026-11-30"
MORNING, EVENING = f"{WEEK}T08:00:00Z", f"{WEEK}T17:00:00Z"
CONTRACT = Contract.bundled()
SHIFT = {
    "name": "Early",
    "days": {"values": ["Monday", "Tuesday"]},
    "flexibleStartTime": False,
    "exactStartTimeMinutesFromMidnight": 480,
    "activities": [{"activityCodeId": "1", "lengthMinutes": 15, "exactStartTimeMinutes": 600}],
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What was made, by the name of the path parameter it fits."""

    sdk: Sdk
    ids: dict[str, str]

    @property
    def wfm(self) -> Any:
        """The SDK's WorkforceManagementApi."""
        return self.sdk.api("WorkforceManagementApi")

    @property
    def unit(self) -> str:
        """The business unit's id."""
        return self.ids["businessUnitId"]

    def document(self, start: str, **more: Any) -> dict[str, Any]:
        """A schedule with a shift of the user."""
        activity = {"activityCodeId": "0", "startDate": start, "lengthMinutes": 60, "description": ""}
        agents = [{"userId": self.ids["userId"], "shifts": [{"activities": [activity]}]}]
        return {"agentSchedules": agents, **more}


def moved(sdk: Sdk) -> Moved:
    """Division, user, group, business unit, activity code, management unit, agent, work plan."""
    users, groups, wfm = sdk.api("UsersApi"), sdk.api("GroupsApi"), sdk.api("WorkforceManagementApi")
    division = sdk.api("AuthorizationApi").post_authorization_divisions({"name": "EMEA", "description": ""})
    ada = users.post_users({"name": "Ada", "email": "ada@example.com", "divisionId": division.id})
    group = groups.post_groups({"name": "Agents", "type": "official", "rulesVisible": True, "visibility": "public"})
    groups.post_group_members(group.id, {"memberIds": [ada.id], "version": group.version})
    week = {"startDayOfWeek": "Monday", "timeZone": "Europe/Paris"}
    unit = wfm.post_workforcemanagement_businessunits({"name": "Support", "divisionId": division.id, "settings": week})
    code = wfm.post_workforcemanagement_businessunit_activitycodes(unit.id, {"name": "Tea", "category": "Break"})
    home = wfm.post_workforcemanagement_managementunits({"name": "Paris", "businessUnitId": unit.id})
    wfm.post_workforcemanagement_agents({"userIds": [ada.id], "destinationManagementUnitId": home.id})
    plan = wfm.post_workforcemanagement_managementunit_workplans(home.id, {"name": "Full time", "shifts": [SHIFT]})
    ids = {
        "divisionId": division.id, "userId": ada.id, "agentId": ada.id, "groupId": group.id, "weekId": WEEK,
        "businessUnitId": unit.id, "activityCodeId": code.id, "managementUnitId": home.id, "workPlanId": plan.id,
    }  # fmt: skip
    return Moved(sdk, ids)


def furnished(at: Moved) -> dict[str, str]:
    """One of most other kinds, and the user in it, by the name of the path parameter."""
    routing, teams, users, unit = at.sdk.api("RoutingApi"), at.sdk.api("TeamsApi"), at.sdk.api("UsersApi"), at.unit
    skill = routing.post_routing_skills({"name": "French"})
    language = routing.post_routing_languages({"name": "French"})
    queue = routing.post_routing_queues({"name": "Voice"})
    team = teams.post_teams({"name": "Early"})
    users.post_user_routingskills(at.ids["userId"], {"id": skill.id, "proficiency": 4})
    users.post_user_routinglanguages(at.ids["userId"], {"id": language.id, "proficiency": 3})
    routing.post_routing_queue_members(queue.id, [{"id": at.ids["userId"]}])
    teams.post_team_members(team.id, {"memberIds": [at.ids["userId"]]})
    users.post_user_externalid(at.ids["userId"], {"authorityName": "zendesk", "externalKey": "123"})
    level = {"name": "80 in 20", "serviceLevel": {"include": True, "percent": 80, "seconds": 20}}
    goal = at.wfm.post_workforcemanagement_businessunit_servicegoaltemplates(unit, level)
    path = {"queueId": queue.id, "mediaType": "Voice"}
    planned = {"name": "Voice", "serviceGoalTemplateId": goal.id, "routePaths": [path]}
    group = at.wfm.post_workforcemanagement_businessunit_planninggroups(unit, planned)
    staff = at.wfm.post_workforcemanagement_businessunit_staffinggroups(unit, {"name": "Night"})
    return {
        "skillId": skill.id, "languageId": language.id, "queueId": queue.id, "teamId": team.id,
        "authorityName": "zendesk", "externalKey": "123", "serviceGoalTemplateId": goal.id,
        "planningGroupId": group.id, "staffingGroupId": staff.id, "scheduleId": imported(at).result.id,
    }  # fmt: skip


def put(address: Any, raw: bytes) -> None:
    """The middle step of an upload, which the SDK leaves to its user."""
    httpx.put(address.url, headers=address.headers, content=raw, trust_env=False).raise_for_status()


def imported(at: Moved) -> Any:
    """A schedule, by the three steps of an import."""
    raw = json.dumps(at.document(MORNING, description="Imported", weekCount=1)).encode()
    unit = at.unit
    address = at.wfm.post_workforcemanagement_businessunit_week_schedules_import_uploadurl(
        unit, WEEK, {"contentLengthBytes": len(raw)}
    )
    put(address, raw)
    body = {"uploadKey": address.upload_key}
    return at.wfm.post_workforcemanagement_businessunit_week_schedules_import(unit, WEEK, body)


def updated(at: Moved, schedule_id: str, version: int) -> Any:
    """The schedule with another shift, by the three steps of an update."""
    document = at.document(EVENING, metadata={"version": version})
    document["agentSchedules"][0]["metadata"] = {"version": 1}  # what is there is changed under its own version
    raw = json.dumps(document).encode()
    place = (at.unit, WEEK, schedule_id)
    address = at.wfm.post_workforcemanagement_businessunit_week_schedule_update_uploadurl(
        *place, {"contentLengthBytes": len(raw)}
    )
    put(address, raw)
    body = {"uploadKey": address.upload_key}
    return at.wfm.post_workforcemanagement_businessunit_week_schedule_update(*place, body)


def test_a_schedule_is_imported_and_read_back(sdk: Sdk) -> None:
    at = moved(sdk)
    done = imported(at)
    assert done.status == "Complete"
    found = at.wfm.get_workforcemanagement_businessunit_week_schedules(at.unit, WEEK)
    assert [schedule.description for schedule in found.entities] == ["Imported"]


def test_an_update_under_a_stale_version_ends_in_an_asynchronous_error_and_changes_nothing(sdk: Sdk) -> None:
    at = moved(sdk)
    schedule = imported(at).result
    assert updated(at, schedule.id, 1).status == "Complete"
    assert updated(at, schedule.id, 1).status == "Error"
    place = (at.unit, WEEK, schedule.id)
    now = at.wfm.get_workforcemanagement_businessunit_week_schedule(*place)
    assert now.metadata.version == 2


def test_a_stale_work_plan_is_a_409_with_its_body(sdk: Sdk) -> None:
    at = moved(sdk)
    place = (at.ids["managementUnitId"], at.ids["workPlanId"])
    body = {"id": at.ids["workPlanId"], "name": "Part time", "metadata": {"version": 1}}
    assert at.wfm.patch_workforcemanagement_managementunit_workplan(*place, body=body).metadata.version == 2
    with pytest.raises(sdk.refusal) as caught:
        at.wfm.patch_workforcemanagement_managementunit_workplan(*place, body={**body, "name": "Night"})
    error: Any = caught.value
    assert (error.status, json.loads(error.body)["code"]) == (409, "wfm.transaction.conflict")


def test_every_read_at_level_behaviour_is_understood_in_full(sdk: Sdk, served: TestOrganisation) -> None:
    at = moved(sdk)
    ids = at.ids | furnished(at)
    # From here on the client stands for the agent, so that its own questions are answered as well.
    own = {"authorityName": "mockgc:client", "externalKey": served.client_id}
    sdk.api("UsersApi").post_user_externalid(ids["agentId"], own)
    claimed = sorted({name for resource in registry() for name in resource.behaviours})
    reads = [found for found in map(CONTRACT.operation, claimed) if found.method == "GET"]
    # A client that logs in with its own credentials is nobody: what the directory is asked for "me" is refused.
    reads = [found for found in reads if not {"me", "mine"} & set(found.path.split("/"))]
    needs = [(found, {p.name for p in found.parameters if p.required}) for found in reads]
    known = [(found, names) for found, names in needs if names <= ids.keys()]
    for operation, names in known:
        sdk.call(operation, {name: ids[name] for name in names})
    assert len(known) >= 60


CODES = st.fixed_dictionaries(
    {"category": st.sampled_from(["Break", "Meal", "Meeting", "OffQueueWork", "TimeOff", "Training"])},
    optional={
        "lengthInMinutes": st.integers(1, 1440),
        "countsAsPaidTime": st.booleans(),
        "countsAsWorkTime": st.booleans(),
        "interruptible": st.booleans(),
    },
)
PLANS = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "constrainWeeklyPaidTime": st.booleans(),
        "flexibleWeeklyPaidTime": st.booleans(),
        "weeklyExactPaidMinutes": st.integers(1, 2400),
        "weeklyMinimumPaidMinutes": st.integers(1, 1200),
        "weeklyMaximumPaidMinutes": st.integers(1200, 2400),
        "constrainPaidTimeGranularity": st.booleans(),
        "paidTimeGranularityMinutes": st.sampled_from([5, 15, 30]),
        "optionalDays": st.just({"values": ["Saturday"]}),
        "shifts": st.lists(st.just(SHIFT), max_size=2),
    },
)
PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "title": st.text(max_size=20),
        "department": st.text(max_size=20),
        "addresses": st.just([{"address": "+33123456789", "mediaType": "PHONE", "type": "WORK"}]),
        "certifications": st.lists(st.text(min_size=1, max_size=9), max_size=2, unique=True),
        "acdAutoAnswer": st.booleans(),
    },
)


def test_whatever_is_created_and_changed_is_understood_in_full(sdk: Sdk) -> None:
    at, numbers = moved(sdk), count()
    unit, home, user = (at.ids[name] for name in ("businessUnitId", "managementUnitId", "userId"))
    users = sdk.api("UsersApi")

    @given(CODES, PLANS, PEOPLE)
    def understood(code: dict[str, Any], plan: dict[str, Any], person: dict[str, Any]) -> None:
        name = {"name": f"thing {next(numbers)}"}
        at.wfm.post_workforcemanagement_businessunit_activitycodes(unit, {**code, **name})
        at.wfm.post_workforcemanagement_managementunit_workplans(home, {**plan, **name})
        users.patch_user(user, {**person, "version": users.get_user(user).version})
        at.wfm.get_workforcemanagement_businessunit_activitycodes(unit)
        at.wfm.get_workforcemanagement_managementunit_workplans(home, expand=["details", "shifts"])
        users.get_users(page_size=100)

    understood()
