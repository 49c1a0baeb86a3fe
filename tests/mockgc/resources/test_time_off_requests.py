"""Time-off requests over HTTP, as administrators make and review them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.scheduling import Desk, desk
from tests.mockgc.resources.units import under

CREATE = "postWorkforcemanagementManagementunitTimeoffrequests"
READ = "getWorkforcemanagementManagementunitUserTimeoffrequest"
PATCH = "patchWorkforcemanagementManagementunitUserTimeoffrequest"
QUERY = "postWorkforcemanagementManagementunitTimeoffrequestsQuery"
TIME_OFF = "5"


@pytest.fixture
def at() -> Desk:
    return desk()


def body(*user_ids: str, **more: Any) -> dict[str, Any]:
    """A request for one whole day, or for what `more` says."""
    users = [{"id": user_id} for user_id in user_ids]
    return {
        "status": "PENDING",
        "users": users,
        "activityCodeId": TIME_OFF,
        "fullDayManagementUnitDates": ["2026-12-03"],
        "dailyDurationMinutes": 480,
        **more,
    }


def asked(at: Desk, *user_ids: str, **more: Any) -> list[Any]:
    made: list[Any] = at.call(CREATE, at.home, json=body(*user_ids, **more))["timeOffRequests"]
    return made


def time_off_code(at: Desk) -> str:
    codes = at.call("getWorkforcemanagementBusinessunitActivitycodes", at.unit)["entities"]
    (found,) = (code["id"] for code in codes if code["category"] == "TimeOff")
    return str(found)


def test_the_default_code_for_time_off_is_the_one_these_tests_use(at: Desk) -> None:
    assert time_off_code(at) == TIME_OFF


@pytest.mark.shows(f"{READ}s", READ, CREATE)
def test_a_request_is_made_for_each_user_and_reads_back(at: Desk) -> None:
    made = asked(at, *at.agents, notes="Family")
    assert [row["user"]["id"] for row in made] == at.agents
    for row in made:
        assert (row["isFullDayRequest"], row["notes"], row["metadata"]["version"]) == (True, "Family", 1)
        assert at.call(READ, at.home, row["user"]["id"], row["id"]) == row
        listing = at.call("getWorkforcemanagementManagementunitUserTimeoffrequests", at.home, row["user"]["id"])
        assert listing["timeOffRequests"] == [row]


def test_one_user_who_is_no_agent_refuses_the_whole_request(at: Desk) -> None:
    before = at.call.state()
    for users in ((at.agents[0], "nobody"), ()):
        assert at.call(CREATE, at.home, expect=400, json=body(*users))["code"] == "wfm.entity.not.found"
    assert at.call.state() == before


@pytest.mark.shows(PATCH, CREATE)
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"fullDayManagementUnitDates": []}, "wfm.validation.failure"),
        ({"partialDayStartDateTimes": ["2026-12-03T09:00:00Z"]}, "wfm.validation.failure"),
        ({"fullDayManagementUnitDates": ["2026-13-03"]}, "wfm.validation.failure"),
        ({"fullDayManagementUnitDates": ["20261203"]}, "wfm.validation.failure"),
        ({"durationMinutes": [480, 480]}, "wfm.validation.failure"),
        ({"payableMinutes": [-1]}, "wfm.validation.failure"),
        ({"activityCodeId": "0"}, "wfm.validation.failure"),
        ({"activityCodeId": "99"}, "wfm.entity.not.found"),
    ],
)
def test_days_durations_and_code_fit_together(at: Desk, wrong: dict[str, Any], code: str) -> None:
    before = at.call.state()
    assert at.call(CREATE, at.home, expect=400, json=body(at.agents[0], **wrong))["code"] == code
    (made,) = asked(at, at.agents[0])
    assert before != at.call.state()
    patch = under(1, **wrong)
    if "partialDayStartDateTimes" not in wrong:
        assert at.call(PATCH, at.home, at.agents[0], made["id"], expect=400, json=patch)["code"] == code
        assert at.call(READ, at.home, at.agents[0], made["id"]) == made


def test_a_request_has_a_duration_and_is_paid_as_its_code_is(at: Desk) -> None:
    (made,) = asked(at, at.agents[0])
    assert made["paid"] is False
    code = at.call("getWorkforcemanagementBusinessunitActivitycode", at.unit, TIME_OFF)
    paid = under(code["metadata"]["version"], countsAsPaidTime=True)
    at.call("patchWorkforcemanagementBusinessunitActivitycode", at.unit, TIME_OFF, json=paid)
    assert asked(at, at.agents[0])[0]["paid"] is True
    without = {name: value for name, value in body(at.agents[0]).items() if name != "dailyDurationMinutes"}
    assert at.call(CREATE, at.home, expect=400, json=without)["code"] == "wfm.validation.failure"


@pytest.mark.shows(PATCH)
def test_a_review_moves_the_version_by_one_and_names_the_reviewer(at: Desk) -> None:
    (made,) = asked(at, at.agents[0])
    assert "reviewedBy" not in made
    reviewed = at.call(PATCH, at.home, at.agents[0], made["id"], json=under(1, status="APPROVED"))
    assert (reviewed["status"], reviewed["metadata"]["version"]) == ("APPROVED", 2)
    assert reviewed["reviewedBy"] == reviewed["metadata"]["modifiedBy"]
    assert at.call(READ, at.home, at.agents[0], made["id"]) == reviewed


@pytest.mark.shows(PATCH)
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(at: Desk, version: int) -> None:
    (made,) = asked(at, at.agents[0])
    at.call(PATCH, at.home, at.agents[0], made["id"], json=under(1, notes="Later"))
    before = at.call.state()
    sent = under(version, status="DENIED")
    assert at.call(PATCH, at.home, at.agents[0], made["id"], expect=409, json=sent)["code"] == (
        "wfm.transaction.conflict"
    )
    assert at.call.state() == before


def test_whole_days_become_parts_of_days(at: Desk) -> None:
    (made,) = asked(at, at.agents[0])
    parts = under(1, partialDayStartDateTimes=["2026-12-03T09:00:00Z"], durationMinutes=[90])
    changed = at.call(PATCH, at.home, at.agents[0], made["id"], json=parts)
    assert (changed["isFullDayRequest"], changed["durationMinutes"]) == (False, [90])
    assert changed["fullDayManagementUnitDates"] == []


def test_a_path_names_unit_user_and_request_together(at: Desk) -> None:
    (made,) = asked(at, at.agents[0])
    for user_id, request_id in ((at.agents[1], made["id"]), (at.agents[0], "none")):
        assert at.call(READ, at.home, user_id, request_id, expect=404)["code"] == "wfm.entity.not.found"
        at.call(PATCH, at.home, user_id, request_id, expect=404, json=under(1))
    assert at.call(READ, "none", at.agents[0], made["id"], expect=404)["code"] == "wfm.management.unit.not.found"
    unknown = at.call("getWorkforcemanagementManagementunitUserTimeoffrequests", at.home, "nobody", expect=404)
    assert unknown["code"] == "wfm.entity.not.found"


@pytest.mark.shows(QUERY)
def test_a_query_takes_all_its_filters_together(at: Desk) -> None:
    first, second = asked(at, *at.agents)
    (third,) = asked(at, at.agents[0], status="APPROVED", fullDayManagementUnitDates=["2026-12-24"])

    def ids(**sent: Any) -> list[str]:
        return [row["id"] for row in at.call(QUERY, at.home, json=sent)["entities"]]

    assert ids() == [first["id"], second["id"], third["id"]]
    assert ids(userIds=[at.agents[0]], statuses=["PENDING"]) == [first["id"]]
    assert ids(ids=[second["id"], "none"]) == [second["id"]]
    assert ids(dateRange={"startDate": "2026-12-04", "endDate": "2026-12-24"}) == [third["id"]]
    assert at.call(QUERY, "none", expect=404, json={})["code"] == "wfm.management.unit.not.found"


def test_approved_time_off_is_not_put_into_schedules(at: Desk) -> None:
    made = at.blank()
    asked(at, at.agents[0], status="APPROVED")
    assert at.agents_in(made) == []
    assert at.read(made) == made
