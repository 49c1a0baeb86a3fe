"""Time-off balances over HTTP: jobs, and the allowance that approved requests take from."""

from __future__ import annotations

from typing import Any

import pytest

from mockgc.resources.workforcemanagement.time_off_balances import ALLOWANCE_MINUTES
from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import Desk, desk
from tests.mockgc.resources.units import act_as, users_of

PLACE = "WorkforcemanagementManagementunit"
MINE, JOB = "postWorkforcemanagementTimeoffbalanceJobs", "getWorkforcemanagementTimeoffbalanceJob"
AGENT, REQUEST = f"post{PLACE}UserTimeoffbalanceJobs", f"post{PLACE}UserTimeoffrequestTimeoffbalanceJobs"
DAYS = {"dateRanges": [{"startDate": "2026-12-02", "endDate": "2026-12-04"}]}
BODY = {"activityCodeIds": ["5"], **DAYS}


@pytest.fixture
def at() -> Desk:
    """A desk whose client stands for its first agent; a plan ties time off to a type of the HRIS."""
    made = desk()
    act_as(made.call, made.agents[0])
    leave = {"hrisIntegrationId": "hris", "id": "leave", "name": "Leave", "secondaryId": "second"}
    plan = {"name": "Leave", "active": True, "autoApprovalRule": "Never", "activityCodeIds": ["5"]}
    made.call(f"post{PLACE}Timeoffplans", made.home, expect=201, json={**plan, "hrisTimeOffType": leave})
    return made


def approved(at: Desk, *days: str, code: str = "5") -> Any:
    """An approved request of the first agent, of 480 minutes a day."""
    body = {
        "status": "APPROVED",
        "users": [{"id": at.agents[0]}],
        "activityCodeId": code,
        "fullDayManagementUnitDates": list(days),
        "dailyDurationMinutes": 480,
    }
    return at.call(f"post{PLACE}Timeoffrequests", at.home, json=body)["timeOffRequests"][0]


@pytest.mark.shows(MINE, AGENT, JOB)
def test_approved_time_off_takes_of_the_allowance_from_its_day_on_until_the_year_ends(at: Desk) -> None:
    approved(at, "2026-12-03")
    mine = at.call(MINE, json=BODY)
    (row,) = mine["entities"]
    assert (row["hrisTimeOffTypeId"], row["hrisTimeOffTypeSecondaryId"]) == ("leave", "second")
    left = ALLOWANCE_MINUTES - 480
    assert (row["startDate"], row["balanceMinutesPerDay"]) == ("2026-12-02", [ALLOWANCE_MINUTES, left, left])
    assert at.call(AGENT, at.home, at.agents[0], json=BODY)["entities"] == [row]
    assert at.call(JOB, mine["job"]["id"]) == {"status": "Complete", "entities": [row]}
    following = {"activityCodeIds": ["5"], "dateRanges": [{"startDate": "2027-01-01", "endDate": "2027-01-01"}]}
    assert at.call(MINE, json=following)["entities"][0]["balanceMinutesPerDay"] == [ALLOWANCE_MINUTES]
    (other,) = at.call(AGENT, at.home, at.agents[1], json=BODY)["entities"]
    assert other["balanceMinutesPerDay"] == [ALLOWANCE_MINUTES] * 3


@pytest.mark.shows(REQUEST)
def test_the_balance_of_a_request_is_of_its_days(at: Desk) -> None:
    made = approved(at, "2026-12-02", "2026-12-04")
    rows = at.call(REQUEST, at.home, at.agents[0], made["id"])["entities"]
    assert [(row["startDate"], row["balanceMinutesPerDay"]) for row in rows] == [
        ("2026-12-02", [ALLOWANCE_MINUTES - 480]),
        ("2026-12-04", [ALLOWANCE_MINUTES - 960]),
    ]
    refused = at.call(REQUEST, "none", at.agents[0], made["id"], expect=404)
    assert refused["code"] == "wfm.management.unit.not.found"
    assert at.call(REQUEST, at.home, at.agents[1], made["id"], expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(MINE, AGENT, REQUEST)
def test_a_code_without_a_type_has_no_balance(at: Desk) -> None:
    code = {"name": "Sabbatical", "category": "TimeOff"}
    other = at.call("postWorkforcemanagementBusinessunitActivitycodes", at.unit, json=code)["id"]
    made, body = approved(at, "2026-12-03", code=other), {"activityCodeIds": [other], **DAYS}
    before = at.call.state()
    calls: list[tuple[str, tuple[str, ...], Any]] = [
        (MINE, (), body), (AGENT, (at.home, at.agents[0]), body), (REQUEST, (at.home, at.agents[0], made["id"]), None),
    ]  # fmt: skip
    for operation, ids, sent in calls:
        assert at.call(operation, *ids, expect=400, json=sent)["code"] == "wfm.configuration.conflict"
    assert at.call.state() == before


@pytest.mark.shows(MINE, AGENT)
@pytest.mark.parametrize("ranges", [None, [], [{"startDate": "2026-12-02", "endDate": "2026-12-01"}]])
def test_a_balance_is_asked_for_of_days(at: Desk, ranges: Any) -> None:
    body = {"activityCodeIds": ["5"], **({} if ranges is None else {"dateRanges": ranges})}
    for operation, ids in ((MINE, ()), (AGENT, (at.home, at.agents[0]))):
        assert at.call(operation, *ids, expect=400, json=body)["code"] == "wfm.validation.failure"


@pytest.mark.shows(MINE, AGENT, REQUEST, JOB)
def test_a_balance_comes_after_as_many_polls(at: Desk) -> None:
    made = approved(at, "2026-12-03")
    at.call.organisation.switch(operation_polls=1)
    calls: list[tuple[str, tuple[str, ...], Any]] = [
        (MINE, (), BODY), (AGENT, (at.home, at.agents[0]), BODY), (REQUEST, (at.home, at.agents[0], made["id"]), None),
    ]  # fmt: skip
    for operation, ids, sent in calls:
        begun = at.call(operation, *ids, expect=202, json=sent)
        assert (begun["job"]["status"], "entities" in begun) == ("Processing", False)
        assert at.call(JOB, begun["job"]["id"]) == {"status": "Processing"}
        found = at.call(JOB, begun["job"]["id"])
        assert (found["status"], len(found["entities"])) == ("Complete", 1)


@pytest.mark.shows(MINE, AGENT, JOB)
def test_what_is_asked_about_has_to_exist(at: Desk) -> None:
    assert at.call(AGENT, "none", at.agents[0], expect=404, json=BODY)["code"] == "wfm.management.unit.not.found"
    assert at.call(AGENT, at.home, "none", expect=404, json=BODY)["code"] == "wfm.entity.not.found"
    assert at.call(JOB, "none", expect=404)["code"] == "wfm.entity.not.found"
    call = Caller()
    assert call(MINE, expect=400, json=BODY)["code"] == "bad.request"
    act_as(call, users_of(call, "eve")[0])
    assert call(MINE, expect=404, json=BODY)["code"] == "wfm.entity.not.found"
