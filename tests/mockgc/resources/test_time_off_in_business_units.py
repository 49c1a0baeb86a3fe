"""Time-off plans and limits of business units over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.scheduling import Desk, desk
from tests.mockgc.resources.units import business_unit_of, management_unit_of, under

NAME = "WorkforcemanagementBusinessunitTimeoff"


@pytest.fixture
def at() -> Desk:
    return desk()


def plan_of(at: Desk, name: str = "Holidays", expect: int = 201, **more: Any) -> Any:
    return at.call(f"post{NAME}plans", at.unit, expect=expect, json={"name": name, **more})


def limit_of(at: Desk, expect: int = 201, **body: Any) -> Any:
    return at.call(f"post{NAME}limits", at.unit, expect=expect, json=body)


def group_of(at: Desk) -> str:
    made = at.call(
        "postWorkforcemanagementBusinessunitStaffinggroups",
        at.unit,
        expect=201,
        json={"name": "Early", "userIds": [], "managementUnitId": at.home},
    )
    return str(made["id"])


def elsewhere(at: Desk) -> str:
    other = business_unit_of(at.call, "Other")["id"]
    return str(management_unit_of(at.call, other, "Elsewhere")["id"])


@pytest.mark.shows(f"delete{NAME}plan", f"patch{NAME}plan", f"get{NAME}plan", f"get{NAME}plans", f"post{NAME}plans")
def test_a_plan_is_read_listed_changed_and_deleted(at: Desk) -> None:
    group = group_of(at)
    sent = {"managementUnitId": at.home, "staffingGroupIds": [group]}
    made = plan_of(at, activityCodeIds=["5"], restrictedActivityCodeIds=["4"], managementUnitAssociation=sent)
    association = made["managementUnitAssociation"]
    assert association["managementUnit"]["id"] == at.home
    assert [item["id"] for item in association["staffingGroups"]] == [group]
    assert made["restrictedActivityCodes"]["ids"] == ["4"]
    assert at.call(f"get{NAME}plan", at.unit, made["id"]) == made
    assert at.call(f"get{NAME}plans", at.unit)["entities"] == [made]
    change = under(1, enabled=False, activityCodeIds={}, managementUnitAssociation={"staffingGroupIds": {}})
    changed = at.call(f"patch{NAME}plan", at.unit, made["id"], json=change)
    assert (changed["enabled"], changed["activityCodeIds"], changed["metadata"]["version"]) == (False, [], 2)
    assert changed["managementUnitAssociation"]["staffingGroups"] == []
    assert changed["managementUnitAssociation"]["managementUnit"]["id"] == at.home
    assert at.call(f"get{NAME}plan", at.unit, made["id"]) == changed
    at.call(f"delete{NAME}plan", at.unit, made["id"], expect=204)
    assert at.call(f"get{NAME}plan", at.unit, made["id"], expect=404)["code"] == "wfm.entity.not.found"


def test_the_parts_of_a_business_unit_association_are_replaced_one_by_one(at: Desk) -> None:
    group = group_of(at)
    sent = {"managementUnitIds": [at.home], "staffingGroupIds": [group]}
    made = plan_of(at, businessUnitAssociation=sent)
    change = under(1, businessUnitAssociation={"managementUnitIds": {"values": []}})
    changed = at.call(f"patch{NAME}plan", at.unit, made["id"], json=change)["businessUnitAssociation"]
    assert changed["managementUnits"] == []
    assert [item["id"] for item in changed["staffingGroups"]] == [group]


def test_override_dates_are_listed_when_expand_names_them(at: Desk) -> None:
    dates = [{"date": "2026-12-24", "type": "Blocked"}]
    made = plan_of(at, overrideDates=dates)
    assert at.call(f"get{NAME}plan", at.unit, made["id"])["overrideDates"] == dates
    assert "overrideDates" not in at.call(f"get{NAME}plans", at.unit)["entities"][0]
    expanded = at.call(f"get{NAME}plans", at.unit, params={"expand": "overrideDates"})["entities"]
    assert expanded[0]["overrideDates"] == dates


@pytest.mark.shows(f"patch{NAME}plan", f"put{NAME}limitValues", f"post{NAME}limits")
@pytest.mark.parametrize("version", [0, 2])
def test_another_version_of_a_plan_or_limit_is_a_conflict(at: Desk, version: int) -> None:
    plan, limit = plan_of(at), limit_of(at)
    before = at.call.state()
    values = [{"startDate": "2026-12-01", "limitMinutesPerDay": [60]}]
    sent = {
        f"patch{NAME}plan": (plan, under(version, enabled=False)),
        f"put{NAME}limitValues": (limit, under(version, values=values)),
    }
    for operation, (entity, body) in sent.items():
        refused = at.call(operation, at.unit, entity["id"], expect=409, json=body)
        assert refused["code"] == "wfm.transaction.conflict"
    assert at.call.state() == before


@pytest.mark.shows(f"patch{NAME}plan", f"post{NAME}plans")
def test_a_plan_names_codes_and_groups_of_its_own_unit(at: Desk) -> None:
    made = plan_of(at)
    before = at.call.state()
    for wrong in ({"activityCodeIds": ["99"]}, {"restrictedActivityCodeIds": ["99"]}):
        assert plan_of(at, "Other", 400, **wrong)["code"] == "wfm.validation.failure"
    wrong_group = {"staffingGroupIds": ["none"]}
    assert plan_of(at, "Other", 400, businessUnitAssociation=wrong_group)["code"] == "wfm.validation.failure"
    assert plan_of(at, expect=400)["code"] == "wfm.validation.failure"
    no_unit = under(1, managementUnitAssociation={})
    refused = at.call(f"patch{NAME}plan", at.unit, made["id"], expect=400, json=no_unit)
    assert refused["code"] == "wfm.validation.failure"
    assert at.call.state() == before


@pytest.mark.shows(f"get{NAME}limits", f"get{NAME}plans", f"post{NAME}limits", f"post{NAME}plans")
def test_management_units_elsewhere_are_refused_by_their_own_code(at: Desk) -> None:
    other = elsewhere(at)
    before = at.call.state()
    refusals = [
        plan_of(at, expect=400, managementUnitAssociation={"managementUnitId": other}),
        plan_of(at, expect=400, businessUnitAssociation={"managementUnitIds": [other]}),
        limit_of(at, 400, managementUnitId=other),
        at.call(f"get{NAME}plans", at.unit, expect=400, params={"managementUnitId": other}),
        at.call(f"get{NAME}limits", at.unit, expect=400, params={"managementUnitId": other}),
    ]
    assert {refused["code"] for refused in refusals} == {"wfm.validation.management.unit.not.found"}
    assert at.call.state() == before


@pytest.mark.shows(f"delete{NAME}limit", f"get{NAME}limit", f"put{NAME}limitValues", f"get{NAME}limits")
def test_a_limit_is_read_listed_set_and_deleted(at: Desk) -> None:
    group = group_of(at)
    made = limit_of(at, managementUnitId=at.home, staffingGroupId=group, fullDayTimeOffStartTime="08:00")
    assert (made["granularity"], made["fullDayTimeOffStartTime"]) == ("Daily", "08:00")
    assert (made["managementUnit"]["id"], made["staffingGroup"]["id"]) == (at.home, group)
    assert at.call(f"get{NAME}limit", at.unit, made["id"]) == made
    sent = under(1, values=[{"startDate": "2026-12-01", "limitMinutesPerDay": [60, 90]}])
    moved = at.call(f"put{NAME}limitValues", at.unit, made["id"], json=sent)
    assert moved["metadata"]["version"] == 2
    assert at.call(f"get{NAME}limits", at.unit)["entities"] == [moved]
    at.call(f"delete{NAME}limit", at.unit, made["id"], expect=204)
    assert at.call(f"get{NAME}limit", at.unit, made["id"], expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(f"put{NAME}limitValues")
@pytest.mark.parametrize("wrong", [{}, {"limitMinutesPerDay": [-1]}, {"limitMinutesPerFifteenMinutes": [1] * 96}])
def test_values_follow_the_limits_granularity(at: Desk, wrong: dict[str, Any]) -> None:
    limit = limit_of(at)
    before = at.call.state()
    sent = under(1, values=[{"startDate": "2026-12-01", **wrong}])
    refused = at.call(f"put{NAME}limitValues", at.unit, limit["id"], expect=400, json=sent)
    assert refused["code"] == "wfm.validation.failure"
    assert at.call.state() == before


def test_listings_narrow_to_a_management_unit(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    plan_of(at)
    plan = plan_of(at, "Lyon", businessUnitAssociation={"managementUnitIds": [lyon]})
    limit_of(at)
    limit = limit_of(at, managementUnitId=lyon)
    for listing, wanted in ((f"get{NAME}plans", plan), (f"get{NAME}limits", limit)):
        assert at.call(listing, at.unit, params={"managementUnitId": lyon})["entities"] == [wanted]


@pytest.mark.shows(f"patch{NAME}plan")
def test_a_plan_is_not_renamed_to_a_taken_name(at: Desk) -> None:
    plan_of(at)
    other = plan_of(at, "Training")
    before = at.call.state()
    refused = at.call(f"patch{NAME}plan", at.unit, other["id"], expect=400, json=under(1, name=" HOLIDAYS"))
    assert refused["code"] == "wfm.validation.failure"
    assert at.call.state() == before


@pytest.mark.shows(f"post{NAME}limits")
def test_a_limit_names_a_staffing_group_of_its_own_unit(at: Desk) -> None:
    before = at.call.state()
    assert limit_of(at, 400, staffingGroupId="none")["code"] == "wfm.validation.failure"
    assert at.call.state() == before


@pytest.mark.shows(f"put{NAME}limitValues")
def test_values_are_set_for_a_leap_year_at_once(at: Desk) -> None:
    limit = limit_of(at)

    def put(days: int, expect: int = 200) -> Any:
        sent = under(1, values=[{"startDate": "2026-12-01", "limitMinutesPerDay": [60] * days}])
        return at.call(f"put{NAME}limitValues", at.unit, limit["id"], expect=expect, json=sent)

    before = at.call.state()
    assert put(367, 400)["code"] == "wfm.validation.failure"
    assert at.call.state() == before
    put(366)


QUERY = f"post{NAME}limitsValuesQuery"
DAYS = {"dateRanges": [{"startDate": "2026-12-01", "endDate": "2026-12-03"}]}


def approved(at: Desk, *user_ids: str, day: str = "2026-12-02") -> None:
    """Approved time off of 60 minutes on one day."""
    body = {"status": "APPROVED", "activityCodeId": "5", "dailyDurationMinutes": 60}
    users = [{"id": user_id} for user_id in user_ids]
    request = {**body, "users": users, "fullDayManagementUnitDates": [day]}
    at.call("postWorkforcemanagementManagementunitTimeoffrequests", at.home, json=request)


@pytest.mark.shows(QUERY, f"put{NAME}limitValues")
def test_values_are_read_with_what_approved_time_off_takes_of_them(at: Desk) -> None:
    limit = limit_of(at, managementUnitId=at.home)["id"]
    values = [{"startDate": "2026-12-02", "limitMinutesPerDay": [100, 200]}]
    at.call(f"put{NAME}limitValues", at.unit, limit, json=under(1, values=values))
    approved(at, *at.agents)
    (row,) = at.call(QUERY, at.unit, json={"timeOffLimitId": limit, **DAYS})["values"]
    assert (row["timeOffLimit"]["id"], row["startDate"], row["metadata"]["version"]) == (limit, "2026-12-01", 2)
    assert row["limitMinutesPerInterval"] == [0, 100, 200]
    assert row["allocatedMinutesPerInterval"] == [0, 0, 0], "no plan names the code"
    plan_of(at, activityCodeIds=["5"], businessUnitAssociation={"managementUnitIds": [at.home]})
    (row,) = at.call(QUERY, at.unit, json={"activityCodeId": "5", **DAYS})["values"]
    assert row["allocatedMinutesPerInterval"] == [0, 120, 0]
    assert at.call(QUERY, at.unit, json={"activityCodeId": "1", **DAYS})["values"] == []


@pytest.mark.shows(QUERY)
def test_a_limit_of_a_staffing_group_counts_its_users_only(at: Desk) -> None:
    group = group_of(at)
    users = under(1, userIds={"values": [at.agents[0]]})
    at.call("patchWorkforcemanagementBusinessunitStaffinggroup", at.unit, group, json=users)
    limit = limit_of(at, staffingGroupId=group)["id"]
    plan_of(at, activityCodeIds=["5"], businessUnitAssociation={"managementUnitIds": [at.home]})
    approved(at, *at.agents)
    (row,) = at.call(QUERY, at.unit, json={"timeOffLimitId": limit, **DAYS})["values"]
    assert row["allocatedMinutesPerInterval"] == [0, 60, 0]


@pytest.mark.shows(QUERY)
def test_a_query_for_values_names_a_limit_or_a_code_and_days(at: Desk) -> None:
    limit = limit_of(at)["id"]
    for wrong in (DAYS, {"timeOffLimitId": limit, "dateRanges": []}):
        assert at.call(QUERY, at.unit, expect=400, json=wrong)["code"] == "wfm.validation.failure"
    other = business_unit_of(at.call, "Other")["id"]
    for unit, wanted in ((at.unit, "none"), (other, limit)):
        refused = at.call(QUERY, unit, expect=404, json={"timeOffLimitId": wanted, **DAYS})
        assert refused["code"] == "wfm.entity.not.found"
    assert at.call(QUERY, "none", expect=404, json=DAYS)["code"] == "wfm.business.unit.not.found"


@pytest.mark.shows(QUERY)
def test_values_by_quarters_of_an_hour_are_not_counted(at: Desk) -> None:
    limit = limit_of(at, granularity="FifteenMinutes")["id"]
    plan_of(at, activityCodeIds=["5"], businessUnitAssociation={"managementUnitIds": [at.home]})
    approved(at, *at.agents)
    (row,) = at.call(QUERY, at.unit, json={"timeOffLimitId": limit, **DAYS})["values"]
    assert row["allocatedMinutesPerInterval"] == row["limitMinutesPerInterval"] == [0] * 3 * 96
