"""Management units over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import agents_of, business_unit_of, division_of, management_unit_of


@pytest.fixture
def call() -> Caller:
    return Caller()


def adherence(version: int, percent: int = 90) -> dict[str, Any]:
    """A change of the settings under a version."""
    return {"settings": {"metadata": {"version": version}, "adherence": {"adherenceTargetPercent": percent}}}


def test_a_unit_takes_division_day_and_zone_from_its_business_unit(call: Caller) -> None:
    parent = business_unit_of(call)
    made = management_unit_of(call, parent["id"])
    assert made["division"] == parent["division"]
    assert made["businessUnit"]["id"] == parent["id"]
    assert (made["startDayOfWeek"], made["timeZone"]) == ("Monday", "Europe/Paris")


@pytest.mark.shows("getWorkforcemanagementManagementunit", "postWorkforcemanagementManagementunits")
def test_a_unit_is_read_with_its_settings_only_when_expand_asks(call: Caller) -> None:
    made = management_unit_of(call, business_unit_of(call)["id"])
    call("patchWorkforcemanagementManagementunit", made["id"], json=adherence(1))
    assert "settings" not in call("getWorkforcemanagementManagementunit", made["id"])
    whole = call("getWorkforcemanagementManagementunit", made["id"], params={"expand": "settings"})
    assert whole["settings"]["adherence"] == {"adherenceTargetPercent": 90}
    part = call("getWorkforcemanagementManagementunit", made["id"], params={"expand": "settings.timeOff"})
    assert set(part["settings"]) == {"metadata"}


@pytest.mark.shows("patchWorkforcemanagementManagementunit")
def test_settings_move_by_one_and_a_rename_moves_none(call: Caller) -> None:
    made = management_unit_of(call, business_unit_of(call)["id"])
    moved = call("patchWorkforcemanagementManagementunit", made["id"], json=adherence(1))
    assert (moved["settings"]["metadata"]["version"], moved["version"], moved["metadata"]["version"]) == (2, 2, 2)
    renamed = call("patchWorkforcemanagementManagementunit", made["id"], json={"name": "Lyon"})
    assert (renamed["name"], renamed["settings"]["metadata"]["version"]) == ("Lyon", 2)


@pytest.mark.shows("patchWorkforcemanagementManagementunit")
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(call: Caller, version: int) -> None:
    made = management_unit_of(call, business_unit_of(call)["id"])
    call("patchWorkforcemanagementManagementunit", made["id"], json=adherence(1))
    before = call.state()
    body = adherence(version, 80)
    refused = call("patchWorkforcemanagementManagementunit", made["id"], expect=409, json=body)
    assert refused["code"] == "wfm.transaction.conflict"
    assert call.state() == before


def test_an_empty_wrapper_clears_what_a_full_one_set(call: Caller) -> None:
    made = management_unit_of(call, business_unit_of(call)["id"])
    period = {"startDate": "2026-11-30", "weekCount": 2}

    def settings(version: int, wrapper: dict[str, Any]) -> Any:
        scheduling = {"planningPeriod": wrapper}
        body = {"settings": {"metadata": {"version": version}, "scheduling": scheduling}}
        return call("patchWorkforcemanagementManagementunit", made["id"], json=body)["settings"]["scheduling"]

    assert settings(1, {"value": period}) == {"planningPeriod": period}
    assert settings(2, {"value": None}) == {}


@pytest.mark.shows("patchWorkforcemanagementManagementunit", "postWorkforcemanagementManagementunits")
def test_a_taken_name_is_refused_on_create_and_on_rename(call: Caller) -> None:
    parent = business_unit_of(call)
    management_unit_of(call, parent["id"])
    other = management_unit_of(call, parent["id"], "Lyon")
    before = call.state()
    body = {"name": "PARIS ", "businessUnitId": parent["id"]}
    refused = call("postWorkforcemanagementManagementunits", expect=400, json=body)
    assert refused["code"] == "wfm.validation.failure"
    call("patchWorkforcemanagementManagementunit", other["id"], expect=400, json={"name": "Paris"})
    assert call.state() == before


@pytest.mark.shows("getWorkforcemanagementManagementunits", "postWorkforcemanagementManagementunits")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"businessUnitId": "none"}, "wfm.validation.business.unit.not.found"),
        ({"divisionId": "none"}, "wfm.validation.failure"),
        ({"name": "x" * 51}, "constraint.validation"),
    ],
)
def test_what_names_nothing_or_breaks_a_limit_is_refused(call: Caller, change: dict[str, Any], code: str) -> None:
    body = {"name": "Paris", "businessUnitId": business_unit_of(call)["id"], **change}
    assert call("postWorkforcemanagementManagementunits", expect=400, json=body)["code"] == code
    assert call("getWorkforcemanagementManagementunits")["entities"] == []


@pytest.mark.shows(
    "getWorkforcemanagementBusinessunitManagementunits", "getWorkforcemanagementManagementunitsDivisionviews"
)
def test_listings_name_the_units_of_all_or_of_one_business_unit_or_division(call: Caller) -> None:
    parent, other = business_unit_of(call), business_unit_of(call, "Sales")
    made, far = management_unit_of(call, parent["id"]), management_unit_of(call, other["id"], "Lyon")
    listed = call("getWorkforcemanagementManagementunits")["entities"]
    assert [unit["id"] for unit in listed] == [made["id"], far["id"]]
    assert "settings" not in listed[0]
    assert "settings" in call("getWorkforcemanagementManagementunits", params={"expand": "details"})["entities"][0]
    inside = call("getWorkforcemanagementBusinessunitManagementunits", other["id"])["entities"]
    assert [unit["id"] for unit in inside] == [far["id"]]
    for division, count in ((division_of(call), 2), ("none", 0)):
        found = call("getWorkforcemanagementManagementunitsDivisionviews", params={"divisionId": division})
        assert len(found["entities"]) == count
    call("getWorkforcemanagementBusinessunitManagementunits", "none", expect=404)


@pytest.mark.shows("postWorkforcemanagementManagementunitMove")
def test_a_moved_unit_is_in_its_new_business_unit_only(call: Caller) -> None:
    parent, other = business_unit_of(call), business_unit_of(call, "Sales")
    made = management_unit_of(call, parent["id"])
    body = {"businessUnitId": other["id"]}
    answer = call("postWorkforcemanagementManagementunitMove", made["id"], expect=202, json=body)
    assert (answer["status"], answer["businessUnit"]["id"]) == ("Processing", other["id"])
    again = call("postWorkforcemanagementManagementunitMove", made["id"], json=body)
    assert again == {"status": "Complete", "businessUnit": answer["businessUnit"]}
    assert call("getWorkforcemanagementBusinessunitManagementunits", parent["id"])["entities"] == []
    assert call("getWorkforcemanagementManagementunit", made["id"])["businessUnit"]["id"] == other["id"]


@pytest.mark.shows("postWorkforcemanagementManagementunitMove")
def test_a_move_to_nowhere_is_refused_and_changes_nothing(call: Caller) -> None:
    made = management_unit_of(call, business_unit_of(call)["id"])
    before = call.state()
    body = {"businessUnitId": "none"}
    refused = call("postWorkforcemanagementManagementunitMove", made["id"], expect=400, json=body)
    assert refused["code"] == "wfm.validation.business.unit.not.found"
    assert call.state() == before


@pytest.mark.shows("deleteWorkforcemanagementManagementunit")
def test_a_unit_with_agents_is_not_deleted(call: Caller) -> None:
    made = management_unit_of(call, business_unit_of(call)["id"])
    user_ids = agents_of(call, made["id"], "ada")
    refused = call("deleteWorkforcemanagementManagementunit", made["id"], expect=400)
    assert refused["code"] == "wfm.not.allowed"
    call("postWorkforcemanagementAgents", expect=202, json={"userIds": user_ids})
    call("deleteWorkforcemanagementManagementunit", made["id"], expect=204)
    refused = call("getWorkforcemanagementManagementunit", made["id"], expect=404)
    assert refused["code"] == "wfm.management.unit.not.found"


@pytest.mark.shows("patchWorkforcemanagementManagementunit")
def test_a_unit_moves_to_a_division_that_exists(call: Caller) -> None:
    made = management_unit_of(call, business_unit_of(call)["id"])
    other = call("postAuthorizationDivisions", json={"name": "APAC", "description": ""})["id"]
    before = call.state()
    refused = call("patchWorkforcemanagementManagementunit", made["id"], expect=400, json={"divisionId": "none"})
    assert refused["code"] == "wfm.validation.failure"
    assert call.state() == before
    call("patchWorkforcemanagementManagementunit", made["id"], json={"divisionId": other})
    assert call("getWorkforcemanagementManagementunit", made["id"])["division"]["id"] == other
