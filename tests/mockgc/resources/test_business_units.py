"""Business units over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import business_unit_of, division_of, management_unit_of, unit_body


@pytest.fixture
def call() -> Caller:
    return Caller()


def scheduling(version: int, smoothing: str = "ConsistentServiceLevel") -> dict[str, Any]:
    """A change of the settings under a version."""
    return {"settings": {"metadata": {"version": version}, "scheduling": {"activitySmoothingType": smoothing}}}


@pytest.mark.shows("getWorkforcemanagementBusinessunit", "postWorkforcemanagementBusinessunits")
def test_a_unit_is_read_with_its_settings_only_when_expand_asks(call: Caller) -> None:
    made = business_unit_of(call)
    plain = call("getWorkforcemanagementBusinessunit", made["id"])
    assert "settings" not in plain
    whole = call("getWorkforcemanagementBusinessunit", made["id"], params={"expand": "settings"})
    assert whole == made
    part = call("getWorkforcemanagementBusinessunit", made["id"], params={"expand": "settings.timeZone"})
    assert set(part["settings"]) == {"metadata", "timeZone", "startDayOfWeek"}


def test_settings_move_by_one_under_the_version_last_read(call: Caller) -> None:
    made = business_unit_of(call)
    assert made["settings"]["metadata"]["version"] == 1
    moved = call("patchWorkforcemanagementBusinessunit", made["id"], json=scheduling(1))
    assert moved["settings"]["metadata"]["version"] == 2
    assert moved["settings"]["scheduling"]["activitySmoothingType"] == "ConsistentServiceLevel"


@pytest.mark.shows("patchWorkforcemanagementBusinessunit")
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(call: Caller, version: int) -> None:
    made = business_unit_of(call)
    call("patchWorkforcemanagementBusinessunit", made["id"], json=scheduling(1))
    before = call.state()
    refused = call(
        "patchWorkforcemanagementBusinessunit",
        made["id"],
        expect=409,
        json=scheduling(version, "ReduceConcurrentActivitiesAcrossBu"),
    )
    assert refused["code"] == "wfm.transaction.conflict"
    assert call.state() == before


def test_a_rename_carries_no_version_and_moves_none(call: Caller) -> None:
    made = business_unit_of(call)
    call("patchWorkforcemanagementBusinessunit", made["id"], json=scheduling(1))
    renamed = call("patchWorkforcemanagementBusinessunit", made["id"], json={"name": "Care"})
    assert (renamed["name"], renamed["settings"]["metadata"]["version"]) == ("Care", 2)


def test_settings_without_a_version_are_refused(call: Caller) -> None:
    made = business_unit_of(call)
    refused = call("patchWorkforcemanagementBusinessunit", made["id"], expect=400, json={"settings": {"metadata": {}}})
    assert refused["code"] == "constraint.validation"


def test_day_and_zone_of_a_unit_stay_as_created(call: Caller) -> None:
    made = business_unit_of(call)
    body = {"settings": {"metadata": {"version": 1}, "timeZone": "Asia/Tokyo", "startDayOfWeek": "Sunday"}}
    assert call("patchWorkforcemanagementBusinessunit", made["id"], json=body) == made


@pytest.mark.shows("patchWorkforcemanagementBusinessunit", "postWorkforcemanagementBusinessunits")
@pytest.mark.parametrize("name", ["Support", " SUPPORT "])
def test_a_taken_name_is_refused_on_create_and_on_rename(call: Caller, name: str) -> None:
    made, other = business_unit_of(call), business_unit_of(call, "Sales")
    before = call.state()
    body = unit_body(made["division"]["id"], name)
    assert call("postWorkforcemanagementBusinessunits", expect=400, json=body)["code"] == "wfm.validation.failure"
    call("patchWorkforcemanagementBusinessunit", other["id"], expect=400, json={"name": name})
    assert call.state() == before


@pytest.mark.shows("getWorkforcemanagementBusinessunits", "postWorkforcemanagementBusinessunits")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"divisionId": "none"}, "wfm.validation.failure"),
        ({"settings": {"startDayOfWeek": "Monday", "timeZone": "Mars/Base"}}, "wfm.validation.failure"),
        ({"name": "x" * 51}, "constraint.validation"),
        ({"name": " "}, "constraint.validation"),
        ({"settings": {"startDayOfWeek": "Someday", "timeZone": "Asia/Tokyo"}}, "invalid.value"),
    ],
)
def test_what_names_nothing_or_breaks_a_limit_is_refused(call: Caller, change: dict[str, Any], code: str) -> None:
    body = {**unit_body(division_of(call)), **change}
    assert call("postWorkforcemanagementBusinessunits", expect=400, json=body)["code"] == code
    assert call("getWorkforcemanagementBusinessunits")["entities"] == []


@pytest.mark.shows("getWorkforcemanagementBusinessunitsDivisionviews")
def test_listings_give_the_short_form_and_filter_by_division(call: Caller) -> None:
    made = business_unit_of(call)
    short = {name: made[name] for name in ("id", "name", "division", "selfUri")} | {"authorized": True}
    for listing in ("getWorkforcemanagementBusinessunits", "getWorkforcemanagementBusinessunitsDivisionviews"):
        assert call(listing)["entities"] == [short]
        assert call(listing, params={"divisionId": "another"})["entities"] == []


@pytest.mark.shows("deleteWorkforcemanagementBusinessunit", "deleteAuthorizationDivision")
def test_a_deleted_unit_is_gone_and_frees_its_name_and_division(call: Caller) -> None:
    made = business_unit_of(call)
    call("deleteAuthorizationDivision", made["division"]["id"], expect=409)
    call("deleteWorkforcemanagementBusinessunit", made["id"], expect=204)
    for operation in ("getWorkforcemanagementBusinessunit", "deleteWorkforcemanagementBusinessunit"):
        assert call(operation, made["id"], expect=404)["code"] == "wfm.business.unit.not.found"
    business_unit_of(call)


@pytest.mark.shows("deleteWorkforcemanagementBusinessunit")
def test_a_unit_with_management_units_is_not_deleted_until_they_are(call: Caller) -> None:
    made = business_unit_of(call)
    inside = management_unit_of(call, made["id"])
    refused = call("deleteWorkforcemanagementBusinessunit", made["id"], expect=400)
    assert refused["code"] == "wfm.not.allowed"
    assert refused["details"][0]["entityId"] == inside["id"]
    call("deleteWorkforcemanagementManagementunit", inside["id"], expect=204)
    call("deleteWorkforcemanagementBusinessunit", made["id"], expect=204)


@pytest.mark.shows("patchWorkforcemanagementBusinessunit", "postWorkforcemanagementBusinessunits")
def test_the_default_codes_of_learning_and_coaching_are_codes_of_the_unit(call: Caller) -> None:
    made = business_unit_of(call)

    def patched(code: str, version: int, expect: int) -> Any:
        body = {"settings": {"metadata": {"version": version}, "coaching": {"defaultActivityCodeId": code}}}
        return call("patchWorkforcemanagementBusinessunit", made["id"], expect=expect, json=body)

    before = call.state()
    assert patched("99", 1, 400)["code"] == "wfm.validation.failure"
    body = unit_body(made["division"]["id"], "Sales")
    body["settings"]["learning"] = {"defaultActivityCodeId": "99"}
    assert call("postWorkforcemanagementBusinessunits", expect=400, json=body)["code"] == "wfm.validation.failure"
    assert call.state() == before
    assert patched("6", 1, 200)["settings"]["coaching"]["defaultActivityCode"]["id"] == "6"


@pytest.mark.shows("patchWorkforcemanagementBusinessunit")
def test_a_unit_moves_to_a_division_that_exists(call: Caller) -> None:
    made = business_unit_of(call)
    other = call("postAuthorizationDivisions", json={"name": "APAC", "description": ""})["id"]
    before = call.state()
    refused = call("patchWorkforcemanagementBusinessunit", made["id"], expect=400, json={"divisionId": "none"})
    assert refused["code"] == "wfm.validation.failure"
    assert call.state() == before
    call("patchWorkforcemanagementBusinessunit", made["id"], json={"divisionId": other})
    assert call("getWorkforcemanagementBusinessunit", made["id"])["division"]["id"] == other
