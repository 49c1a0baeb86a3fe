"""Published schedules over HTTP in their older form: of a management unit's users, and of the current user."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import WEEK, Desk, agent, desk, document
from tests.mockgc.resources.units import act_as, agents_of, management_unit_of, users_of

SEARCH, MINE = "postWorkforcemanagementManagementunitSchedulesSearch", "postWorkforcemanagementSchedules"
PERIOD = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}
MORNING, LATER = "2026-12-01T08:00:00.000Z", "2026-12-03T08:00:00.000Z"


@pytest.fixture
def at() -> Desk:
    """A desk whose client stands for its first agent."""
    made = desk()
    act_as(made.call, made.agents[0])
    return made


def published(at: Desk) -> Any:
    """A schedule in which both agents work twice, and have a day off."""
    day = {"businessUnitDate": "2026-12-01", "activityCodeId": "5", "paid": True, "lengthMinutes": 480}
    rows = [agent(user, MORNING, LATER, fullDayTimeOffMarkers=[day]) for user in at.agents]
    return at.import_(document(*rows, published=True))["result"]


def searched(at: Desk, *users: str, home: str = "", **more: Any) -> Any:
    return at.call(SEARCH, home or at.home, json={**PERIOD, "userIds": users, **more})


@pytest.mark.shows(SEARCH, MINE)
def test_what_is_published_in_a_period_is_shown_by_user(at: Desk) -> None:
    at.import_(document(agent(at.agents[0], MORNING)))
    assert searched(at, *at.agents)["userSchedules"] == {}
    made = published(at)
    found = searched(at, *at.agents)
    assert found["managementUnitTimeZone"] == "Europe/Paris"
    assert [schedule["id"] for schedule in found["publishedSchedules"]] == [made["id"]]
    assert found["userSchedules"].keys() == set(at.agents)
    entry = found["userSchedules"][at.agents[0]]
    (shift,) = entry["shifts"]
    assert (shift["startDate"], shift["lengthInMinutes"], shift["weekSchedule"]["id"]) == (MORNING, 60, made["id"])
    (activity,) = shift["activities"]
    assert (activity["activityCodeId"], activity["countsAsPaidTime"], activity["lengthInMinutes"]) == ("0", True, 60)
    (marker,) = entry["fullDayTimeOffMarkers"]
    assert (marker["managementUnitDate"], marker["isPaid"], marker["lengthInMinutes"]) == ("2026-12-01", True, 480)
    assert entry["metadata"]["version"] == 1
    assert at.call(MINE, json=PERIOD)["userSchedules"] == {at.agents[0]: entry}


@pytest.mark.shows(SEARCH)
def test_a_search_is_for_the_users_and_the_unit_that_it_names(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    (cid,) = agents_of(at.call, lyon, "cid")
    published(at)
    at.import_(document(agent(cid, MORNING), published=True), "2026-11-30")
    assert searched(at, at.agents[1])["userSchedules"] == {}, "another schedule was published over it"
    assert searched(at, cid)["userSchedules"] == {}
    assert searched(at, cid, home=lyon)["userSchedules"].keys() == {cid}
    refused = at.call(SEARCH, "none", expect=404, json={**PERIOD, "userIds": []})
    assert refused["code"] == "wfm.management.unit.not.found"


@pytest.mark.shows(SEARCH, MINE)
def test_full_weeks_are_loaded_where_they_are_asked_for(at: Desk) -> None:
    published(at)
    for answer in (
        searched(at, at.agents[0], loadFullWeeks=True),
        at.call(MINE, json={**PERIOD, "loadFullWeeks": True}),
    ):
        assert answer["userSchedules"].keys() == {at.agents[0]}
        shifts = answer["userSchedules"][at.agents[0]]["shifts"]
        assert [shift["startDate"] for shift in shifts] == [MORNING, LATER]


@pytest.mark.shows(SEARCH, MINE)
def test_a_period_that_ends_before_it_starts_is_refused(at: Desk) -> None:
    body = {"startDate": PERIOD["endDate"], "endDate": PERIOD["startDate"]}
    assert at.call(MINE, expect=400, json=body)["code"] == "wfm.validation.failure"
    refused = at.call(SEARCH, at.home, expect=400, json={**body, "userIds": []})
    assert refused["code"] == "wfm.validation.failure"


@pytest.mark.shows(MINE)
def test_the_one_who_asks_is_an_agent_and_says_from_when_until_when() -> None:
    call = Caller()
    assert call(MINE, expect=400, json=PERIOD)["code"] == "bad.request"
    act_as(call, users_of(call, "eve")[0])
    assert call(MINE, expect=404, json=PERIOD)["code"] == "wfm.entity.not.found"
    made = desk()
    act_as(made.call, made.agents[0])
    assert made.call(MINE, expect=400)["code"] == "wfm.validation.failure"
    assert made.listed(WEEK) == []
