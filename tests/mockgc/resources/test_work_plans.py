"""Work plans over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import agents_of, business_unit_of, management_unit_of, under, users_of

DAYS = {"values": ["Monday", "Tuesday"]}
EARLY = {
    "name": "Early",
    "days": DAYS,
    "flexibleStartTime": False,
    "exactStartTimeMinutesFromMidnight": 480,
    "constrainLatestStopTime": True,
    "latestStopTimeMinutesFromMidnight": 1020,
    "activities": [{"activityCodeId": "1", "lengthMinutes": 15, "exactStartTimeMinutes": 600}],
}


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def unit(call: Caller) -> str:
    return str(management_unit_of(call, business_unit_of(call)["id"])["id"])


def plan_of(call: Caller, unit: str, name: str = "Full time", **fields: Any) -> Any:
    """A new work plan."""
    body = {"name": name, "shifts": [EARLY], **fields}
    return call("postWorkforcemanagementManagementunitWorkplans", unit, json=body)


def patched(call: Caller, unit: str, plan: Any, expect: int = 200, version: int | None = None, **fields: Any) -> Any:
    """A change of a plan under its version."""
    body = under(plan["metadata"]["version"] if version is None else version, id=plan["id"], **fields)
    return call("patchWorkforcemanagementManagementunitWorkplan", unit, plan["id"], expect=expect, json=body)


@pytest.mark.shows("getWorkforcemanagementManagementunitWorkplan", "postWorkforcemanagementManagementunitWorkplans")
def test_a_plan_is_read_as_created_and_its_shifts_have_ids(call: Caller, unit: str) -> None:
    made = plan_of(call, unit, weeklyExactPaidMinutes=2100)
    assert call("getWorkforcemanagementManagementunitWorkplan", unit, made["id"]) == made
    (shift,) = made["shifts"]
    assert {**shift, "activities": [{**EARLY["activities"][0], "id": shift["activities"][0]["id"]}]} == {  # type: ignore[index]
        **EARLY,
        "id": shift["id"],
        "activities": shift["activities"],
    }
    assert (made["valid"], made["enabled"], made["agentCount"], made["metadata"]["version"]) == (True, True, 0, 1)


@pytest.mark.shows("getWorkforcemanagementManagementunitWorkplans")
def test_a_plan_shows_what_is_asked_for(call: Caller, unit: str) -> None:
    made = plan_of(call, unit, weeklyExactPaidMinutes=2100)
    only = call("getWorkforcemanagementManagementunitWorkplan", unit, made["id"], params={"includeOnly": "agentCount"})
    assert set(only) == {"id", "name", "enabled", "valid", "metadata", "selfUri", "agentCount"}
    (short,) = call("getWorkforcemanagementManagementunitWorkplans", unit)["entities"]
    assert set(short) == {"id", "name", "enabled", "valid", "metadata", "selfUri"}
    params = {"expand": "shifts,details", "exclude": "shifts.activities"}
    (long,) = call("getWorkforcemanagementManagementunitWorkplans", unit, params=params)["entities"]
    assert (long["weeklyExactPaidMinutes"], "activities" in long["shifts"][0]) == (2100, False)


@pytest.mark.shows("patchWorkforcemanagementManagementunitWorkplan")
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(call: Caller, unit: str, version: int) -> None:
    made = plan_of(call, unit)
    patched(call, unit, made, name="Part time")
    before = call.state()
    assert patched(call, unit, made, 409, version, name="Half time")["code"] == "wfm.transaction.conflict"
    assert call.state() == before


def test_an_equal_update_moves_nothing(call: Caller, unit: str) -> None:
    made = plan_of(call, unit)
    assert patched(call, unit, made, name=made["name"], shifts=made["shifts"]) == made


@pytest.mark.shows("patchWorkforcemanagementManagementunitWorkplan")
def test_shifts_are_changed_added_and_removed_by_id(call: Caller, unit: str) -> None:
    made = plan_of(call, unit)
    early = made["shifts"][0]
    added = patched(call, unit, made, shifts=[{**EARLY, "name": "Late", "activities": []}])
    assert [shift["name"] for shift in added["shifts"]] == ["Early", "Late"]
    assert call("getWorkforcemanagementManagementunitWorkplan", unit, made["id"]) == added
    renamed = patched(call, unit, added, shifts=[{"id": early["id"], "name": "Dawn"}])
    assert renamed["shifts"][0] == {**early, "name": "Dawn"}
    left = patched(call, unit, renamed, shifts=[{"id": early["id"], "name": "Dawn", "delete": True}])
    assert [shift["name"] for shift in left["shifts"]] == ["Late"]
    refused = patched(call, unit, left, 400, shifts=[{"id": early["id"], "name": "Dawn"}])
    assert refused["code"] == "wfm.entity.not.found"


def test_activities_are_changed_and_removed_by_id(call: Caller, unit: str) -> None:
    made = plan_of(call, unit)
    shift = made["shifts"][0]
    pause = shift["activities"][0]
    longer = {"id": shift["id"], "name": "Early", "activities": [{"id": pause["id"], "lengthMinutes": 20}]}
    changed = patched(call, unit, made, shifts=[longer])
    assert changed["shifts"][0]["activities"] == [{**pause, "lengthMinutes": 20}]
    gone = {"id": shift["id"], "name": "Early", "activities": [{"id": pause["id"], "delete": True}]}
    assert patched(call, unit, changed, shifts=[gone])["shifts"][0]["activities"] == []


@pytest.mark.shows("postWorkforcemanagementManagementunitWorkplans")
def test_an_unknown_activity_code_is_refused(call: Caller, unit: str) -> None:
    shift = {**EARLY, "activities": [{"activityCodeId": "99", "lengthMinutes": 15}]}
    before = call.state()
    body = {"name": "Odd", "shifts": [shift]}
    refused = call("postWorkforcemanagementManagementunitWorkplans", unit, expect=400, json=body)
    assert refused["code"] == "wfm.entity.not.found"
    assert call.state() == before


@pytest.mark.shows("patchWorkforcemanagementManagementunitWorkplan", "postWorkforcemanagementManagementunitWorkplans")
def test_a_taken_name_is_refused_inside_the_unit_only(call: Caller, unit: str) -> None:
    other = management_unit_of(call, business_unit_of(call, "Sales")["id"], "Lyon")["id"]
    made = plan_of(call, unit)
    plan_of(call, other)
    second = plan_of(call, unit, "Part time")
    before = call.state()
    body = {"name": "full TIME"}
    refused = call("postWorkforcemanagementManagementunitWorkplans", unit, expect=400, json=body)
    assert (refused["code"], refused["details"][0]["entityId"]) == ("wfm.validation.failure", made["id"])
    patched(call, unit, second, 400, name="Full time")
    assert call.state() == before
    call("getWorkforcemanagementManagementunitWorkplan", other, made["id"], expect=404)


INVALID = {
    "ActivitiesOverlap": {**EARLY, "activities": [*EARLY["activities"], *EARLY["activities"]]},  # type: ignore[misc]
    "ActivityEndGreaterThanShiftStop": {
        **EARLY,
        "activities": [{"lengthMinutes": 30, "exactStartTimeMinutes": 520, "startTimeIsRelativeToShiftStart": True}],
    },
    "DailyShiftHasNoDaysSelected": {**EARLY, "days": {"values": []}},
    "ShiftStopEarlierThanStart": {**EARLY, "latestStopTimeMinutesFromMidnight": 480},
}


@pytest.mark.shows("patchWorkforcemanagementManagementunitWorkplan", "postWorkforcemanagementManagementunitWorkplans")
@pytest.mark.parametrize("kind", INVALID)
def test_an_invalid_plan_is_kept_only_when_validation_is_ignored(call: Caller, unit: str, kind: str) -> None:
    before = call.state()
    body = {"name": "Odd", "shifts": [INVALID[kind]]}
    refused = call("postWorkforcemanagementManagementunitWorkplans", unit, expect=400, json=body)
    assert (refused["code"], kind in refused["message"]) == ("wfm.validation.failure", True)
    assert call.state() == before
    params = {"validationMode": "Ignore"}
    assert call("postWorkforcemanagementManagementunitWorkplans", unit, params=params, json=body)["valid"] is False
    fine = plan_of(call, unit)
    before = call.state()
    refused = patched(call, unit, fine, 400, shifts=[INVALID[kind]])
    assert (refused["code"], kind in refused["message"]) == ("wfm.validation.failure", True)
    assert call.state() == before


@pytest.mark.shows("postWorkforcemanagementManagementunitWorkplanValidate")
@pytest.mark.parametrize("kind", INVALID)
def test_validation_says_what_is_wrong_and_keeps_nothing(call: Caller, unit: str, kind: str) -> None:
    made = plan_of(call, unit)
    before = call.state()
    validate, expand = "postWorkforcemanagementManagementunitWorkplanValidate", {"expand": "messages"}
    fine = call(validate, unit, made["id"], params=expand, json={"id": made["id"]})
    assert (fine["valid"], fine["messages"]["violationMessages"]) == (True, [])
    body = {"id": made["id"], "shifts": [INVALID[kind]]}
    wrong = call(validate, unit, made["id"], params=expand, json=body)
    assert (wrong["valid"], {message["type"] for message in wrong["messages"]["violationMessages"]}) == (False, {kind})
    assert "messages" not in call(validate, unit, made["id"], json=body)
    body = {"id": made["id"], "shifts": [{**EARLY, "id": "none"}]}
    assert call(validate, unit, made["id"], expect=400, json=body)["code"] == "wfm.entity.not.found"
    assert call.state() == before


@pytest.mark.shows("postWorkforcemanagementManagementunitWorkplanCopy")
def test_a_copy_has_a_name_of_its_own_and_no_agents(call: Caller, unit: str) -> None:
    (ada,) = agents_of(call, unit, "ada")
    made = plan_of(call, unit, agents=[{"id": ada}])
    copied = call("postWorkforcemanagementManagementunitWorkplanCopy", unit, made["id"], json={"name": "Copy"})
    assert (copied["name"], copied["agents"], copied["metadata"]["version"]) == ("Copy", [], 1)
    assert copied["shifts"][0]["id"] != made["shifts"][0]["id"]
    assert call("getWorkforcemanagementManagementunitWorkplan", unit, copied["id"]) == copied


@pytest.mark.shows("postWorkforcemanagementManagementunitWorkplanCopy")
@pytest.mark.parametrize("body", [{}, {"name": " "}, {"name": "FULL time"}])
def test_a_copy_without_a_free_name_is_refused(call: Caller, unit: str, body: dict[str, str]) -> None:
    made = plan_of(call, unit)
    before = call.state()
    refused = call("postWorkforcemanagementManagementunitWorkplanCopy", unit, made["id"], expect=400, json=body)
    assert refused["code"] == "wfm.validation.failure"
    assert call.state() == before


def test_agents_of_a_plan_are_shown_with_it_and_with_themselves(call: Caller, unit: str) -> None:
    ada, bo = agents_of(call, unit, "ada", "bo")
    made = plan_of(call, unit, agents=[{"id": ada}])
    assert ([agent["id"] for agent in made["agents"]], made["agentCount"]) == ([ada], 1)
    agent = call("getWorkforcemanagementManagementunitAgent", unit, ada)
    assert (agent["workPlan"]["id"], agent["metadata"]["version"]) == (made["id"], 2)
    moved = patched(call, unit, made, agents=[{"id": bo}, {"id": ada, "delete": True}])
    assert ([agent["id"] for agent in moved["agents"]], moved["metadata"]["version"]) == ([bo], 2)
    assert call("getWorkforcemanagementManagementunitWorkplan", unit, made["id"]) == moved
    assert "workPlan" not in call("getWorkforcemanagementManagementunitAgent", unit, ada)


def test_an_agent_of_another_unit_is_refused(call: Caller, unit: str) -> None:
    (stranger,) = users_of(call, "cy")
    before = call.state()
    body = {"name": "Full time", "agents": [{"id": stranger}]}
    refused = call("postWorkforcemanagementManagementunitWorkplans", unit, expect=400, json=body)
    assert refused["code"] == "wfm.entity.not.found"
    assert call.state() == before


@pytest.mark.shows("deleteWorkforcemanagementManagementunitWorkplan")
def test_a_plan_goes_when_no_agent_has_it(call: Caller, unit: str) -> None:
    (ada,) = agents_of(call, unit, "ada")
    made = plan_of(call, unit, agents=[{"id": ada}])
    refused = call("deleteWorkforcemanagementManagementunitWorkplan", unit, made["id"], expect=400)
    assert refused["code"] == "wfm.not.allowed"
    patched(call, unit, made, agents=[{"id": ada, "delete": True}])
    call("deleteWorkforcemanagementManagementunitWorkplan", unit, made["id"], expect=204)
    refused = call("getWorkforcemanagementManagementunitWorkplan", unit, made["id"], expect=404)
    assert refused["code"] == "wfm.entity.not.found"


def test_an_agent_who_leaves_the_unit_leaves_the_plan_behind(call: Caller, unit: str) -> None:
    (ada,) = agents_of(call, unit, "ada")
    made = plan_of(call, unit, agents=[{"id": ada}])
    call("postWorkforcemanagementAgents", expect=202, json={"userIds": [ada]})
    assert call("getWorkforcemanagementManagementunitWorkplan", unit, made["id"])["agents"] == []
