"""Time-off plans and limits of management units over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.scheduling import Desk, desk
from tests.mockgc.resources.units import management_unit_of, under

NAME = "WorkforcemanagementManagementunitTimeoff"
DAY = {"startDate": "2026-12-01", "endDate": "2026-12-03"}


@pytest.fixture
def at() -> Desk:
    return desk()


def plan_of(at: Desk, name: str = "Holidays", expect: int = 201, **more: Any) -> Any:
    body = {"name": name, "active": True, "autoApprovalRule": "Never", **more}
    return at.call(f"post{NAME}plans", at.home, expect=expect, json=body)


def limit_of(at: Desk, **body: Any) -> Any:
    return at.call(f"post{NAME}limits", at.home, expect=201, json={"defaultLimitMinutes": 480, **body})


def daily(*minutes: int, start: str = "2026-12-02") -> dict[str, Any]:
    return {"granularity": "Daily", "startDate": start, "limitMinutesPerInterval": list(minutes)}


def values(at: Desk, **body: Any) -> list[Any]:
    sent = {"dateRanges": [DAY], **body}
    found: list[Any] = at.call(f"post{NAME}limitsValuesQuery", at.home, json=sent)["values"]
    return found


@pytest.mark.shows(
    f"patch{NAME}plan",
    f"delete{NAME}plan",
    f"get{NAME}plan",
    f"get{NAME}plans",
    f"post{NAME}limits",
    f"post{NAME}plans",
)
def test_a_plan_is_read_listed_changed_and_deleted(at: Desk) -> None:
    limit = limit_of(at)
    made = plan_of(at, activityCodeIds=["5"], timeOffLimitIds=[limit["id"]])
    assert [item["id"] for item in made["timeOffLimits"]] == [limit["id"]]
    assert at.call(f"get{NAME}plan", at.home, made["id"]) == made
    assert at.call(f"get{NAME}plans", at.home)["entities"] == [made]
    changed = at.call(f"patch{NAME}plan", at.home, made["id"], json=under(1, active=False, timeOffLimitIds={}))
    assert (changed["active"], changed["timeOffLimits"], changed["activityCodeIds"]) == (False, [], ["5"])
    assert changed["metadata"]["version"] == 2
    assert at.call(f"get{NAME}plan", at.home, made["id"]) == changed
    at.call(f"delete{NAME}plan", at.home, made["id"], expect=204)
    assert at.call(f"get{NAME}plan", at.home, made["id"], expect=404)["code"] == "wfm.entity.not.found"


def test_an_hris_type_is_set_and_cleared(at: Desk) -> None:
    hris = {"id": "1", "name": "Leave", "hrisIntegrationId": "2"}
    made = plan_of(at, hrisTimeOffType=hris)
    assert made["hrisTimeOffType"] == hris
    assert "hrisTimeOffType" not in at.call(f"patch{NAME}plan", at.home, made["id"], json=under(1, hrisTimeOffType={}))


@pytest.mark.shows(f"patch{NAME}limit", f"patch{NAME}plan", f"put{NAME}limitValues")
@pytest.mark.parametrize("version", [0, 2])
def test_another_version_of_a_plan_or_limit_is_a_conflict(at: Desk, version: int) -> None:
    plan, limit = plan_of(at), limit_of(at)
    before = at.call.state()
    sent = {
        f"patch{NAME}plan": (plan, under(version, active=False)),
        f"patch{NAME}limit": (limit, under(version, defaultLimitMinutes=1)),
        f"put{NAME}limitValues": (limit, under(version, values=[daily(1)])),
    }
    for operation, (entity, body) in sent.items():
        refused = at.call(operation, at.home, entity["id"], expect=409, json=body)
        assert refused["code"] == "wfm.transaction.conflict"
    assert at.call.state() == before


@pytest.mark.shows(f"patch{NAME}plan", f"post{NAME}plans")
def test_a_taken_name_is_refused_on_create_and_on_rename(at: Desk) -> None:
    plan_of(at)
    other = plan_of(at, "Training")
    before = at.call.state()
    assert plan_of(at, " holidays ", 400)["code"] == "wfm.validation.failure"
    at.call(f"patch{NAME}plan", at.home, other["id"], expect=400, json=under(1, name="Holidays"))
    assert at.call.state() == before


@pytest.mark.shows(f"patch{NAME}plan", f"post{NAME}plans")
def test_a_plan_names_codes_and_limits_of_its_own_units(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    elsewhere = at.call(f"post{NAME}limits", lyon, expect=201, json={})["id"]
    for wrong in ({"activityCodeIds": ["99"]}, {"timeOffLimitIds": ["none"]}, {"timeOffLimitIds": [elsewhere]}):
        assert plan_of(at, expect=400, **wrong)["code"] == "wfm.validation.failure"
    assert at.call(f"get{NAME}plans", at.home)["entities"] == []
    made = plan_of(at)
    for name, unknown in (("activityCodeIds", "99"), ("timeOffLimitIds", elsewhere)):
        body = under(1, **{name: {"values": [unknown]}})
        refused = at.call(f"patch{NAME}plan", at.home, made["id"], expect=400, json=body)
        assert refused["code"] == "wfm.validation.failure"
    assert at.call(f"get{NAME}plan", at.home, made["id"]) == made


@pytest.mark.shows(f"delete{NAME}limit", f"get{NAME}limit", f"patch{NAME}limit", f"get{NAME}limits")
def test_a_limit_is_read_listed_changed_and_deleted(at: Desk) -> None:
    made = limit_of(at)
    assert at.call(f"get{NAME}limit", at.home, made["id"]) == made
    assert at.call(f"get{NAME}limits", at.home)["entities"] == [made]
    changed = at.call(f"patch{NAME}limit", at.home, made["id"], json=under(1, defaultLimitMinutes=60))
    assert (changed["defaultLimitMinutes"], changed["metadata"]["version"]) == (60, 2)
    assert at.call(f"get{NAME}limit", at.home, made["id"]) == changed
    at.call(f"patch{NAME}limit", at.home, made["id"], expect=400, json=under(2, defaultLimitMinutes=-1))
    at.call(f"delete{NAME}limit", at.home, made["id"], expect=204)
    assert at.call(f"get{NAME}limit", at.home, made["id"], expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(f"delete{NAME}limit")
def test_a_limit_that_a_plan_names_is_kept_until_the_plan_lets_go(at: Desk) -> None:
    limit = limit_of(at)
    plan = plan_of(at, timeOffLimitIds=[limit["id"]])
    assert at.call(f"delete{NAME}limit", at.home, limit["id"], expect=409)["code"] == "request.conflict"
    at.call(f"delete{NAME}plan", at.home, plan["id"], expect=204)
    at.call(f"delete{NAME}limit", at.home, limit["id"], expect=204)


@pytest.mark.shows(f"put{NAME}limitValues", f"post{NAME}limitsValuesQuery")
def test_values_of_days_are_laid_over_the_default_and_move_the_version(at: Desk) -> None:
    limit = limit_of(at)
    moved = at.call(f"put{NAME}limitValues", at.home, limit["id"], json=under(1, values=[daily(60, 90)]))
    assert moved["metadata"]["version"] == 2
    assert values(at, timeOffLimitId=limit["id"])[0]["limitMinutesPerInterval"] == [480, 60, 90]
    at.call(f"put{NAME}limitValues", at.home, limit["id"], json=under(2, values=[daily(0, start="2026-12-03")]))
    (found,) = values(at, timeOffLimitId=limit["id"])
    assert (found["startDate"], found["limitMinutesPerInterval"]) == ("2026-12-01", [480, 60, 0])
    assert found["metadata"]["version"] == 3


def test_quarter_hours_take_ninety_six_numbers_a_day(at: Desk) -> None:
    limit = limit_of(at, granularity="FifteenMinutes", defaultLimitMinutes=15)
    quarters = {"granularity": "FifteenMinutes", "startDate": "2026-12-02", "limitMinutesPerInterval": [5] * 96}
    at.call(f"put{NAME}limitValues", at.home, limit["id"], json=under(1, values=[quarters]))
    assert values(at, timeOffLimitId=limit["id"])[0]["limitMinutesPerInterval"] == [15] * 96 + [5] * 96 + [15] * 96


@pytest.mark.shows(f"put{NAME}limitValues")
@pytest.mark.parametrize(
    "wrong",
    [daily(-1), daily(*[1] * 367), {**daily(1), "granularity": "FifteenMinutes"}, daily(1, start="0001-01-01")],
)
def test_impossible_values_are_refused(at: Desk, wrong: dict[str, Any]) -> None:
    limit = limit_of(at)
    before = at.call.state()
    refused = at.call(f"put{NAME}limitValues", at.home, limit["id"], expect=400, json=under(1, values=[wrong]))
    assert refused["code"] in ("wfm.validation.failure", "invalid.date")
    assert at.call.state() == before


def test_a_started_day_is_filled_up_with_the_default(at: Desk) -> None:
    limit = limit_of(at, granularity="FifteenMinutes", defaultLimitMinutes=15)
    quarters = {"granularity": "FifteenMinutes", "startDate": "2026-12-01", "limitMinutesPerInterval": [5] * 97}
    at.call(f"put{NAME}limitValues", at.home, limit["id"], json=under(1, values=[quarters]))
    found = values(at, timeOffLimitId=limit["id"])[0]["limitMinutesPerInterval"]
    assert found == [5] * 97 + [15] * (95 + 96)


@pytest.mark.shows(f"post{NAME}limits")
def test_a_unit_has_one_limit_at_most(at: Desk) -> None:
    made = limit_of(at)
    refused = at.call(f"post{NAME}limits", at.home, expect=400, json={})
    assert refused["code"] == "wfm.validation.failure"
    assert at.call(f"get{NAME}limits", at.home)["entities"] == [made]


@pytest.mark.shows(f"post{NAME}limitsValuesQuery")
def test_a_query_names_a_limit_or_a_code_that_plans_tie_to_one(at: Desk) -> None:
    limit = limit_of(at)
    plan_of(at, activityCodeIds=["5"], timeOffLimitIds=[limit["id"]])
    for body, count in (
        ({"timeOffLimitId": limit["id"]}, 1),
        ({"activityCodeId": "5"}, 1),
        ({"activityCodeId": "4"}, 0),
    ):
        assert [row["timeOffLimit"]["id"] for row in values(at, **body)] == [limit["id"]] * count
    refused = at.call(f"post{NAME}limitsValuesQuery", at.home, expect=400, json={"dateRanges": [DAY]})
    assert refused["code"] == "wfm.validation.failure"


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [{}],
        [DAY] * 31,
        [{**DAY, "endDate": "2026-11-30"}],
        [{**DAY, "endDate": "2027-12-02"}],
        [{**DAY, "endDate": "9999-12-31"}],
    ],
)
def test_a_query_takes_thirty_ranges_of_a_year_in_all(at: Desk, wrong: list[dict[str, str]]) -> None:
    body = {"dateRanges": wrong, "timeOffLimitId": limit_of(at)["id"]}
    refused = at.call(f"post{NAME}limitsValuesQuery", at.home, expect=400, json=body)
    assert refused["code"] in ("wfm.validation.failure", "invalid.date")


@pytest.mark.shows(f"post{NAME}limits")
def test_a_negative_default_is_refused(at: Desk) -> None:
    refused = at.call(f"post{NAME}limits", at.home, expect=400, json={"defaultLimitMinutes": -1})
    assert refused["code"] == "wfm.validation.failure"
    assert at.call(f"get{NAME}limits", at.home)["entities"] == []
