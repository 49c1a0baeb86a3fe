"""What a user asks about itself as an agent: where it is, and what it and its unit do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import Desk, activity, agent, change, desk, document
from tests.mockgc.resources.units import act_as, agents_of, business_unit_of, management_unit_of, users_of

WHERE = "getWorkforcemanagementAgentsMeManagementunit"
MINE, UNITS = "postWorkforcemanagementAgentschedulesMine", "postWorkforcemanagementAgentschedulesManagementunitsMine"
PERIOD = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}
MORNING = "2026-12-01T08:00:00.000Z"


@pytest.fixture
def at() -> Desk:
    """A desk whose client stands for its first agent."""
    made = desk()
    act_as(made.call, made.agents[0])
    return made


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        pytest.param(WHERE, None, marks=pytest.mark.shows(WHERE)),
        pytest.param(MINE, PERIOD, marks=pytest.mark.shows(MINE)),
        pytest.param(UNITS, PERIOD, marks=pytest.mark.shows(UNITS)),
    ],
)
def test_the_one_who_asks_is_a_user_and_an_agent(operation: str, body: Any) -> None:
    call = Caller()
    assert call(operation, expect=400, json=body)["code"] == "bad.request"
    (eve,) = users_of(call, "eve")
    act_as(call, eve)
    assert call(operation, expect=404, json=body)["code"] == "wfm.entity.not.found"
    call("deleteUser", eve)
    assert call(operation, expect=400, json=body)["code"] == "bad.request"


@pytest.mark.shows(WHERE)
def test_an_agent_learns_where_it_is(at: Desk) -> None:
    found = at.call(WHERE)
    assert (found["user"]["id"], found["managementUnit"]["id"], found["businessUnit"]["id"]) == (
        at.agents[0],
        at.home,
        at.unit,
    )
    assert found == at.call("getWorkforcemanagementAgentManagementunit", at.agents[0])


@pytest.mark.shows(MINE, UNITS)
def test_an_agent_sees_what_is_published_of_itself_and_of_its_unit(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    (cid,) = agents_of(at.call, lyon, "cid")
    users = (*at.agents, cid)
    made = at.import_(document(*(agent(user, MORNING, "2026-12-03T08:00:00Z") for user in users)))["result"]
    assert at.call(MINE, json=PERIOD)["agentSchedules"] == []
    at.update(made, change(1, published=True))
    found = at.call(MINE, json=PERIOD)
    (row,) = found["agentSchedules"]
    assert (row["user"]["id"], [shift["startDate"] for shift in row["shifts"]]) == (at.agents[0], [MORNING])
    assert [schedule["id"] for schedule in found["publishedSchedules"]] == [made["id"]]
    result = at.call(UNITS, json=PERIOD)["result"]
    assert [row["agent"]["id"] for row in result["agentSchedules"]] == at.agents


@pytest.mark.shows(UNITS)
def test_colleagues_are_seen_in_minutes_from_the_start_and_by_category(at: Desk) -> None:
    shift = {"activities": [activity(MORNING, 120), activity("2026-12-01T10:00:00Z", 30, "2")]}
    marker = {"businessUnitDate": "2026-12-01", "activityCodeId": "5"}
    row = {"userId": at.agents[1], "shifts": [shift], "fullDayTimeOffMarkers": [marker]}
    at.import_(document(row, published=True))
    result = at.call(UNITS, json=PERIOD)["result"]
    assert result["referenceStartDate"] == "2026-12-01T00:00:00.000Z"
    (found,) = result["agentSchedules"]
    assert found["fullDayTimeOffMarkerDates"] == ["2026-12-01"]
    assert found["shifts"] == [{
        "startOffsetMinutes": 480, "lengthMinutes": 150,
        "activities": [
            {"activityCategory": "OnQueueWork", "startOffsetMinutes": 480, "lengthMinutes": 120},
            {"activityCategory": "Meal", "startOffsetMinutes": 600, "lengthMinutes": 30},
        ],
    }]  # fmt: skip


@pytest.mark.shows(UNITS)
def test_a_result_comes_with_its_operation_or_later(at: Desk) -> None:
    at.import_(document(agent(at.agents[1], MORNING), published=True))
    at_once = at.call(UNITS, json=PERIOD)
    assert (at_once["status"], bool(at_once["operationId"])) == ("Complete", True)
    named = at.call(UNITS, json=PERIOD, params={"forceDownloadService": "true"})
    assert at.send(named["downloadUrl"], {}, b"", "GET").json() == at_once["result"]
    forced = at.call(UNITS, expect=202, json=PERIOD, params={"forceAsync": "true"})
    at.call.organisation.switch(operation_seconds=5)
    later = at.call(UNITS, expect=202, json=PERIOD)
    for answer in (forced, later):
        assert (answer["status"], "result" in answer) == ("Processing", False)


@pytest.mark.shows(MINE, UNITS)
def test_a_period_that_ends_before_it_starts_is_refused(at: Desk) -> None:
    body = {"startDate": PERIOD["endDate"], "endDate": PERIOD["startDate"]}
    for operation in (MINE, UNITS):
        assert at.call(operation, expect=400, json=body)["code"] == "wfm.validation.failure"


OWN = [
    ("getWorkforcemanagementBusinessunit", ("unit",)),
    ("getWorkforcemanagementBusinessunitActivitycodes", ("unit",)),
    ("getWorkforcemanagementBusinessunitManagementunits", ("unit",)),
    ("getWorkforcemanagementManagementunit", ("home",)),
    ("getWorkforcemanagementManagementunitUsers", ("home",)),
    ("getWorkforcemanagementManagementunitWorkplans", ("home",)),
    ("getWorkforcemanagementManagementunitUserTimeoffrequests", ("home", "agent")),
]


@pytest.mark.parametrize(("operation", "names"), OWN)
def test_a_path_may_say_mine_for_the_units_of_the_user_that_asks(
    at: Desk, operation: str, names: tuple[str, ...]
) -> None:
    ids = {"unit": at.unit, "home": at.home, "agent": at.agents[0]}
    named, own = [ids[name] for name in names], ["mine", *(ids[name] for name in names[1:])]
    assert at.call(operation, *own) == at.call(operation, *named)
    act_as(at.call, users_of(at.call, "eve")[0], instead_of=at.agents[0])
    assert at.call(operation, *own, expect=404)["code"].endswith("unit.not.found")


def test_a_client_that_stands_for_no_user_has_no_units_of_its_own() -> None:
    made = desk()
    for operation in ("getWorkforcemanagementBusinessunit", "getWorkforcemanagementManagementunit"):
        assert made.call(operation, "mine", expect=400)["code"] == "bad.request"
    before = made.call.state()
    made.call("patchWorkforcemanagementManagementunit", "mine", expect=400, json={"name": "Ours"})
    assert made.call.state() == before


def test_what_is_changed_as_mine_is_the_users_own(at: Desk) -> None:
    at.call("patchWorkforcemanagementManagementunit", "mine", json={"name": "Ours"})
    assert at.call("getWorkforcemanagementManagementunit", at.home)["name"] == "Ours"
    at.call.organisation.switch(operation_seconds=5)
    at.call("postWorkforcemanagementManagementunitMove", "mine", expect=202, json={"businessUnitId": other_of(at)})
    at.call.organisation.advance(5)
    assert at.call("getWorkforcemanagementBusinessunit", "mine")["name"] == "Other"


def other_of(at: Desk) -> str:
    """Another business unit."""
    return str(business_unit_of(at.call, "Other")["id"])
