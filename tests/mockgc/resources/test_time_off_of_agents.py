"""Time off over HTTP as an agent asks for it, and what there is room for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import Desk, desk
from tests.mockgc.resources.units import act_as, under, users_of

ASK, LIST = "postWorkforcemanagementTimeoffrequests", "getWorkforcemanagementTimeoffrequests"
READ, PATCH = "getWorkforcemanagementTimeoffrequest", "patchWorkforcemanagementTimeoffrequest"
POSITIONS = "getWorkforcemanagementTimeoffrequestWaitlistpositions"
PLACE = "WorkforcemanagementManagementunit"
QUERY_POSITIONS = f"post{PLACE}TimeoffrequestsWaitlistpositionsQuery"
ESTIMATE, ESTIMATE_AGENT = "postWorkforcemanagementTimeoffrequestsEstimate", f"post{PLACE}UserTimeoffrequestsEstimate"
AVAILABLE = "postWorkforcemanagementTimeofflimitsAvailableQuery"
LIMITS = f"get{PLACE}UserTimeoffrequestTimeofflimits"
DAY, NEXT = "2026-12-03", "2026-12-04"
RANGE = {"dateRanges": [{"startDate": DAY, "endDate": NEXT}]}
WHOLE = {"activityCodeId": "5", "paid": True, "fullDayDates": [{"date": DAY}]}
MINE = [
    (ASK, (), {"activityCodeId": "5"}), (LIST, (), None), (READ, ("none",), None), (PATCH, ("none",), {}),
    (POSITIONS, ("none",), None), (ESTIMATE, (), WHOLE), (AVAILABLE, (), {"activityCodeId": "5", **RANGE}),
]  # fmt: skip
AGENTS = [row for row in MINE if row[0] in (ASK, LIST, ESTIMATE, AVAILABLE)]


@pytest.fixture
def at() -> Desk:
    """A desk whose client stands for its first agent."""
    made = desk()
    act_as(made.call, made.agents[0])
    return made


def asked(at: Desk, *days: str, minutes: int = 480, expect: int = 200, **more: Any) -> Any:
    body = {"activityCodeId": "5", "fullDayManagementUnitDates": list(days or (DAY,)), "dailyDurationMinutes": minutes}
    return at.call(ASK, expect=expect, json={**body, **more})


def limited(at: Desk, minutes: int, rule: str = "CheckLimits") -> str:
    """The id of a daily limit of so many minutes that the code is tied to by a plan with this rule."""
    limit: str = at.call(f"post{PLACE}Timeofflimits", at.home, expect=201, json={"defaultLimitMinutes": minutes})["id"]
    plan = {"name": "Leave", "active": True, "autoApprovalRule": rule, "activityCodeIds": ["5"]}
    at.call(f"post{PLACE}Timeoffplans", at.home, expect=201, json={**plan, "timeOffLimitIds": [limit]})
    return limit


@pytest.mark.parametrize(
    ("operation", "ids", "body"), [pytest.param(*row, marks=pytest.mark.shows(row[0])) for row in MINE]
)
def test_a_client_that_stands_for_no_user_has_no_time_off(operation: str, ids: tuple[str, ...], body: Any) -> None:
    refused = Caller()(operation, *ids, expect=400, json=body)
    assert (refused["code"], "user context" in refused["message"]) == ("bad.request", True)


@pytest.mark.parametrize(
    ("operation", "ids", "body"), [pytest.param(*row, marks=pytest.mark.shows(row[0])) for row in AGENTS]
)
def test_a_user_who_is_no_agent_has_no_time_off(operation: str, ids: tuple[str, ...], body: Any) -> None:
    call = Caller()
    act_as(call, users_of(call, "eve")[0])
    assert call(operation, *ids, expect=404, json=body)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(ASK, LIST, READ)
def test_what_an_agent_asks_for_is_pending_and_seen_by_both_sides(at: Desk) -> None:
    made = asked(at, notes="Family")
    assert (made["status"], made["submittedBy"]["id"], made["notes"]) == ("PENDING", at.agents[0], "Family")
    assert at.call(READ, made["id"]) == made
    assert at.call(LIST)["timeOffRequests"] == [made]
    assert at.call(f"get{PLACE}UserTimeoffrequest", at.home, at.agents[0], made["id"]) == made


@pytest.mark.shows(LIST, READ, PATCH, POSITIONS)
def test_a_request_of_another_is_not_there(at: Desk) -> None:
    made = asked(at)
    act_as(at.call, at.agents[1], instead_of=at.agents[0])
    assert at.call(LIST)["timeOffRequests"] == []
    for operation, body in ((READ, None), (PATCH, {"markedAsRead": True}), (POSITIONS, None)):
        for unknown in (made["id"], "none"):
            assert at.call(operation, unknown, expect=404, json=body)["code"] == "wfm.entity.not.found"
    assert at.call(f"get{PLACE}UserTimeoffrequest", at.home, at.agents[0], made["id"]) == made


@pytest.mark.shows(ASK)
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"activityCodeId": "none"}, "wfm.entity.not.found"),
        ({"activityCodeId": "1"}, "wfm.not.allowed"),
        ({"fullDayManagementUnitDates": []}, "wfm.validation.failure"),
        ({"durationMinutes": [1, 2]}, "wfm.validation.failure"),
    ],
)
def test_what_does_not_fit_together_is_refused(at: Desk, wrong: dict[str, Any], code: str) -> None:
    before = at.call.state()
    assert asked(at, expect=400, **wrong)["code"] == code
    assert at.call.state() == before


@pytest.mark.shows(PATCH)
def test_notes_are_edited_while_a_request_is_pending(at: Desk) -> None:
    made = asked(at)
    changed = at.call(PATCH, made["id"], json={"notes": "Later", "markedAsRead": True})
    assert (changed["notes"], changed["markedAsRead"], changed["metadata"]["version"]) == ("Later", True, 2)
    assert at.call(READ, made["id"]) == changed
    ids = (at.home, at.agents[0], made["id"])
    at.call(f"patch{PLACE}UserTimeoffrequest", *ids, json=under(2, status="APPROVED"))
    before = at.call.state()
    assert at.call(PATCH, made["id"], expect=400, json={"notes": "Too late"})["code"] == "wfm.not.allowed"
    assert at.call.state() == before


@pytest.mark.shows(PATCH)
def test_a_request_is_canceled_once_and_before_its_day(at: Desk) -> None:
    first, passed = asked(at), asked(at, "2026-11-24")
    assert at.call(PATCH, first["id"], json={"status": "CANCELED"})["status"] == "CANCELED"
    assert at.call(READ, first["id"])["status"] == "CANCELED"
    assert at.call(PATCH, first["id"], expect=400, json={"status": "CANCELED"})["code"] == "wfm.not.allowed"
    assert at.call(PATCH, passed["id"], expect=400, json={"status": "CANCELED"})["code"] == "wfm.not.allowed"
    assert at.call(READ, passed["id"])["status"] == "PENDING"


@pytest.mark.shows(PATCH)
def test_offsets_are_one_for_each_whole_day(at: Desk) -> None:
    made, name = asked(at, DAY, NEXT), "fullDayEarliestStartOffsetMinutes"
    assert at.call(PATCH, made["id"], json={name: {"values": [480, 540]}})[name] == [480, 540]
    for wrong in ([480], [480, -1]):
        assert at.call(PATCH, made["id"], expect=400, json={name: {"values": wrong}})["code"] == "wfm.not.allowed"
    assert at.call(READ, made["id"])[name] == [480, 540]


@pytest.mark.shows(ASK)
@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("Never", ("PENDING", None)),
        ("Always", ("APPROVED", "AutoApproved")),
        ("CheckLimits", ("PENDING", "Waitlisted")),
        ("CheckActivityCodes", ("PENDING", None)),
    ],
)
def test_a_plan_decides_what_becomes_of_a_request(at: Desk, rule: str, found: tuple[str, str | None]) -> None:
    limited(at, 100, rule)
    made = asked(at)
    assert (made["status"], made.get("substatus")) == found
    assert made.get("reviewedBy", {}).get("id") == ("System" if found[0] == "APPROVED" else None)


@pytest.mark.shows(ASK, AVAILABLE, LIMITS)
def test_approved_time_off_takes_of_a_limit_until_it_is_full(at: Desk) -> None:
    limit = limited(at, 600)
    first, second = asked(at, DAY, minutes=400), asked(at, DAY, NEXT, minutes=300)
    assert [made["status"] for made in (first, second)] == ["APPROVED", "PENDING"]
    (left,) = at.call(AVAILABLE, json={"activityCodeId": "5", **RANGE})["values"]
    assert (left["timeOffLimit"]["id"], left["availableMinutesPerInterval"]) == (limit, [200, 600])
    assert left["waitlistedRequestsPerInterval"] == [1, 1]
    (row,) = at.call(LIMITS, at.home, at.agents[0], second["id"])["values"]
    assert (row["limitMinutesPerInterval"], row["allocatedMinutesPerInterval"]) == ([600, 600], [400, 0])
    assert row["waitlistedMinutesPerInterval"] == [300, 300]
    query = {"timeOffLimitId": limit, **RANGE}
    assert at.call(f"post{PLACE}TimeofflimitsValuesQuery", at.home, json=query)["values"] == [row]
    at.call(PATCH, first["id"], json={"status": "CANCELED"})
    (left,) = at.call(AVAILABLE, json={"activityCodeId": "5", **RANGE})["values"]
    assert left["availableMinutesPerInterval"] == [600, 600]
    assert at.call(AVAILABLE, json={"activityCodeId": "1", **RANGE})["values"] == []


@pytest.mark.shows(AVAILABLE, LIMITS)
def test_what_is_asked_about_room_has_to_exist(at: Desk) -> None:
    backwards = {"dateRanges": [{"startDate": NEXT, "endDate": DAY}]}
    for ranges in ({}, backwards):
        refused = at.call(AVAILABLE, expect=400, json={"activityCodeId": "5", **ranges})
        assert refused["code"] == "wfm.validation.failure"
    made = asked(at)
    assert at.call(LIMITS, "none", at.agents[0], made["id"], expect=404)["code"] == "wfm.management.unit.not.found"
    assert at.call(LIMITS, at.home, at.agents[1], made["id"], expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(POSITIONS, QUERY_POSITIONS)
def test_requests_wait_in_the_order_in_which_they_came(at: Desk) -> None:
    limit = limited(at, 100)
    first, second = asked(at), asked(at, DAY, NEXT)
    rows = at.call(POSITIONS, second["id"])["entities"]
    assert [(row["date"], row["waitlistPosition"], row["timeOffLimit"]["id"]) for row in rows] == [
        (DAY, 2, limit),
        (NEXT, 1, limit),
    ]
    user = {"id": at.agents[0]}
    body = {"timeOffRequests": [{"id": made["id"], "user": user} for made in (second, first)]}
    ids = [row["timeOffRequest"]["id"] for row in at.call(QUERY_POSITIONS, at.home, json=body)["entities"]]
    assert ids == [second["id"], second["id"], first["id"]]
    at.call(PATCH, first["id"], json={"status": "CANCELED"})
    assert at.call(POSITIONS, first["id"])["entities"] == []
    assert [row["waitlistPosition"] for row in at.call(POSITIONS, second["id"])["entities"]] == [1, 1]


@pytest.mark.shows(QUERY_POSITIONS)
def test_positions_are_asked_of_requests_of_the_unit_with_their_users(at: Desk) -> None:
    made = asked(at)
    for named in ({"id": made["id"], "user": {"id": at.agents[1]}}, {"id": "none", "user": {"id": at.agents[0]}}):
        refused = at.call(QUERY_POSITIONS, at.home, expect=400, json={"timeOffRequests": [named]})
        assert refused["code"] == "wfm.validation.failure"
    refused = at.call(QUERY_POSITIONS, "none", expect=404, json={"timeOffRequests": []})
    assert refused["code"] == "wfm.management.unit.not.found"


@pytest.mark.shows(ASK, ESTIMATE)
def test_override_dates_of_a_business_units_plan_block_or_leave_to_a_person(at: Desk) -> None:
    dates = [{"date": DAY, "type": "Blocked"}, {"date": NEXT, "type": "ManualReview"}]
    plan = {"name": "Leave", "activityCodeIds": ["5"], "overrideDates": dates, "autoApprovalRule": "Always"}
    where = {"businessUnitAssociation": {"managementUnitIds": [at.home]}}
    at.call("postWorkforcemanagementBusinessunitTimeoffplans", at.unit, expect=201, json={**plan, **where})
    found = [asked(at, day) for day in (DAY, NEXT, "2026-12-05")]
    assert [(made["status"], made["substatus"]) for made in found] == [
        ("DENIED", "BlockedDate"),
        ("PENDING", "ReviewDate"),
        ("APPROVED", "AutoApproved"),
    ]
    days = [{"date": day} for day in (DAY, NEXT, "2026-12-05")]
    rows = at.call(ESTIMATE, json={**WHOLE, "fullDayDates": days})["fullDayDates"]
    assert [row.get("overrideDateType") for row in rows] == ["Blocked", "ManualReview", None]


@pytest.mark.shows(ESTIMATE, ESTIMATE_AGENT)
def test_an_estimate_is_as_long_as_it_was_asked_for_or_as_the_code_is(at: Desk) -> None:
    version = at.call("getWorkforcemanagementBusinessunitActivitycode", at.unit, "5")["metadata"]["version"]
    change = under(version, lengthInMinutes=450)
    at.call("patchWorkforcemanagementBusinessunitActivitycode", at.unit, "5", json=change)
    days = [{"date": DAY}, {"date": NEXT, "requestedDurationMinutes": 60}]
    body = {**WHOLE, "fullDayDates": days}
    mine = at.call(ESTIMATE, json=body)
    assert [(row["durationMinutes"], row["payableMinutes"]) for row in mine["fullDayDates"]] == [(450, 450), (60, 60)]
    assert mine["user"]["id"] == at.agents[0]
    assert at.call(ESTIMATE_AGENT, at.home, at.agents[0], json=body) == mine
    parts = [{"date": "2026-12-03T08:00:00Z", "requestedDurationMinutes": 30}]
    part = {"activityCodeId": "5", "paid": False, "partialDayDates": parts}
    (row,) = at.call(ESTIMATE_AGENT, at.home, at.agents[1], json=part)["partialDayDates"]
    assert (row["durationMinutes"], row["payableMinutes"]) == (30, 0)


@pytest.mark.shows(ESTIMATE, ESTIMATE_AGENT)
@pytest.mark.parametrize(
    "wrong", [{"fullDayDates": []}, {"activityCodeId": "1"}, {"partialDayDates": [{"date": "2026-12-03T08:00:00Z"}]}]
)
def test_an_estimate_is_for_time_off_on_days_of_one_sort(at: Desk, wrong: dict[str, Any]) -> None:
    for operation, ids in ((ESTIMATE, ()), (ESTIMATE_AGENT, (at.home, at.agents[0]))):
        refused = at.call(operation, *ids, expect=400, json={**WHOLE, **wrong})
        assert refused["code"] == "wfm.validation.failure"


@pytest.mark.shows(ESTIMATE_AGENT)
def test_an_estimate_is_for_an_agent_of_the_unit(at: Desk) -> None:
    refused = at.call(ESTIMATE_AGENT, "none", at.agents[0], expect=404, json=WHOLE)
    assert refused["code"] == "wfm.management.unit.not.found"
    assert at.call(ESTIMATE_AGENT, at.home, "none", expect=404, json=WHOLE)["code"] == "wfm.entity.not.found"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_moments_that_no_calendar_reaches_are_refused(at: Desk, moment: str) -> None:
    parts: dict[str, Any] = {"fullDayManagementUnitDates": [], "partialDayStartDateTimes": [moment]}
    assert asked(at, expect=400, durationMinutes=[60], **parts)["code"] == "wfm.validation.failure"
    assert asked(at, f"{moment[:10]}", expect=400)["code"] == "wfm.validation.failure"
    body = {"activityCodeId": "5", "paid": True, "partialDayDates": [{"date": moment}]}
    for operation, ids in ((ESTIMATE, ()), (ESTIMATE_AGENT, (at.home, at.agents[0]))):
        assert at.call(operation, *ids, expect=400, json=body)["code"] == "invalid.date"
