"""Activity codes over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import business_unit_of, management_unit_of, under


@pytest.fixture
def call() -> Caller:
    return Caller()


def coffee(call: Caller, unit_id: str, **fields: Any) -> Any:
    """A new code of a unit."""
    body = {"name": "Coffee", "category": "Break", **fields}
    return call("postWorkforcemanagementBusinessunitActivitycodes", unit_id, json=body)


@pytest.mark.shows("getWorkforcemanagementBusinessunitActivitycodes")
def test_a_new_unit_holds_one_default_code_a_category_under_short_ids(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    codes = call("getWorkforcemanagementBusinessunitActivitycodes", unit)["entities"]
    shown = [
        (code["id"], code["category"], code["lengthInMinutes"], code["countsAsPaidTime"], code["countsAsWorkTime"])
        for code in codes
        if code["defaultCode"]
    ]
    assert shown == [
        ("0", "OnQueueWork", 120, True, True),
        ("1", "Break", 15, True, False),
        ("2", "Meal", 30, False, False),
        ("3", "Meeting", 30, True, True),
        ("4", "OffQueueWork", 60, True, True),
        ("5", "TimeOff", 120, False, False),
        ("6", "Training", 30, True, True),
        ("7", "Unavailable", 60, False, False),
    ]


@pytest.mark.shows("getWorkforcemanagementBusinessunitActivitycode", "postWorkforcemanagementBusinessunitActivitycodes")
def test_a_code_is_added_under_the_next_short_id_of_its_unit(call: Caller) -> None:
    unit, other = business_unit_of(call)["id"], business_unit_of(call, "Sales")["id"]
    made, far = coffee(call, unit), coffee(call, other, name="Far")
    assert (made["id"], far["id"]) == ("8", "8")
    assert call("getWorkforcemanagementBusinessunitActivitycode", unit, "8") == made
    assert call("getWorkforcemanagementBusinessunitActivitycode", other, "8") == far
    assert made["selfUri"].endswith(f"/businessunits/{unit}/activitycodes/8")


@pytest.mark.shows(
    "deleteWorkforcemanagementBusinessunitActivitycode", "patchWorkforcemanagementBusinessunitActivitycode"
)
def test_a_default_code_is_edited_but_not_deleted(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    edited = call("patchWorkforcemanagementBusinessunitActivitycode", unit, "2", json=under(1, name="Lunch"))
    assert (edited["name"], edited["metadata"]["version"], edited["id"]) == ("Lunch", 2, "2")
    assert call("getWorkforcemanagementBusinessunitActivitycode", unit, "2") == edited
    before = call.state()
    refused = call("deleteWorkforcemanagementBusinessunitActivitycode", unit, "2", expect=400)
    assert refused["code"] == "wfm.not.allowed"
    assert call.state() == before


@pytest.mark.shows("patchWorkforcemanagementBusinessunitActivitycode")
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(call: Caller, version: int) -> None:
    unit = business_unit_of(call)["id"]
    call("patchWorkforcemanagementBusinessunitActivitycode", unit, "2", json=under(1, name="Lunch"))
    before = call.state()
    body = under(version, name="Dinner")
    refused = call("patchWorkforcemanagementBusinessunitActivitycode", unit, "2", expect=409, json=body)
    assert refused["code"] == "wfm.transaction.conflict"
    assert call.state() == before


@pytest.mark.shows("deleteWorkforcemanagementBusinessunitActivitycode")
def test_a_deleted_code_stays_readable_as_inactive_and_frees_its_name(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    coffee(call, unit)
    call("deleteWorkforcemanagementBusinessunitActivitycode", unit, "8", expect=204)
    assert call("getWorkforcemanagementBusinessunitActivitycode", unit, "8")["active"] is False
    call("patchWorkforcemanagementBusinessunitActivitycode", unit, "8", expect=404, json=under(2, name="Tea"))
    call("deleteWorkforcemanagementBusinessunitActivitycode", unit, "8", expect=404)
    assert coffee(call, unit)["id"] == "9"


@pytest.mark.shows(
    "patchWorkforcemanagementBusinessunitActivitycode", "postWorkforcemanagementBusinessunitActivitycodes"
)
def test_a_taken_name_is_refused_inside_the_unit_only(call: Caller) -> None:
    unit, other = business_unit_of(call)["id"], business_unit_of(call, "Sales")["id"]
    coffee(call, unit)
    coffee(call, other)
    before = call.state()
    body = {"name": "COFFEE", "category": "Break"}
    refused = call("postWorkforcemanagementBusinessunitActivitycodes", unit, expect=400, json=body)
    assert refused["code"] == "wfm.validation.failure"
    assert refused["message"].startswith("name 'COFFEE' is held by activity code 'Coffee' (")
    body = under(1, name="coffee")
    call("patchWorkforcemanagementBusinessunitActivitycode", unit, "2", expect=400, json=body)
    assert call.state() == before


def test_wrappers_set_and_clear_lists(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    made = coffee(call, unit, secondaryPresences=[{"id": "away"}])
    assert [presence["id"] for presence in made["secondaryPresences"]] == ["away"]
    cleared = under(1, secondaryPresences={"values": []})
    assert call("patchWorkforcemanagementBusinessunitActivitycode", unit, "8", json=cleared)["secondaryPresences"] == []
    left = call("patchWorkforcemanagementBusinessunitActivitycode", unit, "8", json=under(2, lengthInMinutes=20))
    assert (left["secondaryPresences"], left["lengthInMinutes"]) == ([], 20)


@pytest.mark.shows(
    "patchWorkforcemanagementBusinessunitActivitycode", "postWorkforcemanagementBusinessunitActivitycodes"
)
def test_a_blank_presence_is_refused(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    body = {"name": "Tea", "category": "Break", "secondaryPresences": [{"id": " "}]}
    refused = call("postWorkforcemanagementBusinessunitActivitycodes", unit, expect=400, json=body)
    assert refused["code"] == "wfm.ids.may.not.be.blank"
    body = under(1, secondaryPresences={"values": [{"id": " "}]})
    refused = call("patchWorkforcemanagementBusinessunitActivitycode", unit, "2", expect=400, json=body)
    assert refused["code"] == "wfm.ids.may.not.be.blank"


def test_codes_of_no_unit_and_unknown_codes_are_not_found(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    for ids, code in ((("none", "0"), "wfm.business.unit.not.found"), ((unit, "99"), "wfm.entity.not.found")):
        assert call("getWorkforcemanagementBusinessunitActivitycode", *ids, expect=404)["code"] == code


@pytest.mark.shows("patchWorkforcemanagementBusinessunitActivitycode")
def test_a_change_names_planning_groups_of_the_unit(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    before = call.state()
    body = under(1, planningGroupIds={"values": ["none"]})
    refused = call("patchWorkforcemanagementBusinessunitActivitycode", unit, "2", expect=400, json=body)
    assert refused["code"] == "wfm.entity.not.found"
    assert call.state() == before


@pytest.mark.shows("postWorkforcemanagementBusinessunitActivitycodes")
def test_a_unit_holds_250_codes(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    for number in range(250 - 8):
        coffee(call, unit, name=f"Coffee {number}")
    before = call.state()
    body = {"name": "Tea", "category": "Break"}
    refused = call("postWorkforcemanagementBusinessunitActivitycodes", unit, expect=400, json=body)
    assert refused["code"] == "wfm.validation.failure"
    assert call.state() == before


OF_MANAGEMENT_UNIT = "getWorkforcemanagementManagementunitActivitycodes"


@pytest.mark.shows(OF_MANAGEMENT_UNIT)
def test_a_management_unit_shows_its_business_units_codes_under_older_names(call: Caller) -> None:
    unit = business_unit_of(call)["id"]
    home = management_unit_of(call, unit)["id"]
    made = coffee(call, unit)
    call("deleteWorkforcemanagementBusinessunitActivitycode", unit, made["id"], expect=204)
    listed = call("getWorkforcemanagementBusinessunitActivitycodes", unit)["entities"]
    codes = call(OF_MANAGEMENT_UNIT, home)["activityCodes"]
    assert codes.keys() == {code["id"] for code in listed}
    assert [(codes[number]["isDefault"], codes[number]["isActive"]) for number in ("0", made["id"])] == [
        (True, True),
        (False, False),
    ]
    assert codes[made["id"]]["name"] == "Coffee"
    assert call(OF_MANAGEMENT_UNIT, "none", expect=404)["code"] == "wfm.management.unit.not.found"
