"""What agents do in schedules, asked for by schedule and by period."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.scheduling import SCHEDULES, WEEK, Desk, agent, change, desk, document
from tests.mockgc.resources.units import agents_of, business_unit_of, management_unit_of

MORNING = "2026-12-01T08:00:00.000Z"
PERIOD = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}


@pytest.fixture
def at() -> Desk:
    return desk()


def search(at: Desk, **more: Any) -> Any:
    body = {**PERIOD, **more}
    return at.call("postWorkforcemanagementBusinessunitAgentschedulesSearch", at.unit, json=body)["result"]


def search_home(at: Desk, home: str) -> list[str]:
    found = at.call("postWorkforcemanagementManagementunitAgentschedulesSearch", home, json=PERIOD)["result"]
    return [row["user"]["id"] for row in found["agentSchedules"]]


@pytest.mark.shows(f"post{SCHEDULES}AgentschedulesQuery")
def test_a_query_gives_one_units_agents_and_of_those_the_ones_it_names(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    (cid,) = agents_of(at.call, lyon, "cid")
    made = at.import_(document(*(agent(user, MORNING) for user in (*at.agents, cid))))["result"]
    assert [row["user"]["id"] for row in at.agents_in(made)] == at.agents
    assert [row["user"]["id"] for row in at.agents_in(made, userIds=[at.agents[1], cid])] == [at.agents[1]]
    assert [row["user"]["id"] for row in at.agents_in(made, managementUnitId=lyon)] == [cid]


@pytest.mark.shows(f"post{SCHEDULES}AgentschedulesQuery")
def test_a_query_for_a_unit_elsewhere_is_refused(at: Desk) -> None:
    other = management_unit_of(at.call, business_unit_of(at.call, "Other")["id"], "Elsewhere")["id"]
    made = at.blank()
    for unit in (other, "none"):
        body = {"managementUnitId": unit}
        ids = (at.unit, WEEK, made["id"])
        refused = at.call(f"post{SCHEDULES}AgentschedulesQuery", *ids, expect=404, json=body)
        assert refused["code"] == "wfm.management.unit.not.found"


def test_a_row_names_its_work_plans_until_an_empty_wrapper_clears_them(at: Desk) -> None:
    plan = at.call("postWorkforcemanagementManagementunitWorkplans", at.home, json={"name": "Early"})["id"]
    planned = agent(at.agents[0], workPlanId={"value": plan})
    made = at.import_(document(planned))["result"]
    (row,) = at.agents_in(made)
    assert (row["workPlan"]["id"], row["workPlan"]["managementUnit"]["id"]) == (plan, at.home)
    at.update(made, change(1, agent(at.agents[0], metadata={"version": 1})))
    assert "workPlan" in at.agents_in(made)[0]
    at.update(made, change(2, agent(at.agents[0], metadata={"version": 2}, workPlanId={})))
    assert "workPlan" not in at.agents_in(made)[0]
    both = agent(at.agents[1], workPlanId={"value": plan}, workPlanIdsPerWeek={"values": [plan]})
    assert at.import_(document(both))["status"] == "Error"
    weekly = at.import_(document(agent(at.agents[1], workPlanIdsPerWeek={"values": [plan]})))["result"]
    assert [found["id"] for found in at.agents_in(weekly)[0]["workPlansPerWeek"]] == [plan]


@pytest.mark.shows("postWorkforcemanagementBusinessunitAgentschedulesSearch")
def test_a_search_shows_published_shifts_that_overlap_the_period(at: Desk) -> None:
    day = {"businessUnitDate": "2026-12-01", "activityCodeId": "5"}
    outside = agent(at.agents[0], MORNING, "2026-12-03T08:00:00Z", fullDayTimeOffMarkers=[day])
    at.import_(document(outside))
    assert search(at)["agentSchedules"] == []
    made = at.import_(document(outside, agent(at.agents[1], "2026-12-03T08:00:00Z"), published=True))["result"]
    found = search(at)
    (ann,) = found["agentSchedules"]
    assert ann["user"]["id"] == at.agents[0]
    assert [shift["startDate"] for shift in ann["shifts"]] == [MORNING]
    assert ann["fullDayTimeOffMarkers"] == [day]
    assert [row["id"] for row in found["publishedSchedules"]] == [made["id"]]
    assert search(at, userIds=[at.agents[1]])["agentSchedules"] == []


@pytest.mark.shows("postWorkforcemanagementManagementunitAgentschedulesSearch")
def test_a_search_of_a_management_unit_shows_its_own_agents(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    (cid,) = agents_of(at.call, lyon, "cid")
    at.import_(document(agent(at.agents[0], MORNING), agent(cid, MORNING), published=True))
    assert search_home(at, at.home) == [at.agents[0]]
    assert search_home(at, lyon) == [cid]


@pytest.mark.shows(
    "postWorkforcemanagementBusinessunitAgentschedulesSearch",
    "postWorkforcemanagementManagementunitAgentschedulesSearch",
)
def test_a_period_that_ends_before_it_starts_is_refused(at: Desk) -> None:
    body = {"startDate": PERIOD["endDate"], "endDate": PERIOD["startDate"]}
    search_operation = "postWorkforcemanagementBusinessunitAgentschedulesSearch"
    assert at.call(search_operation, at.unit, expect=400, json=body)["code"] == "wfm.validation.failure"
    home_operation = "postWorkforcemanagementManagementunitAgentschedulesSearch"
    assert at.call(home_operation, at.home, expect=400, json=body)["code"] == "wfm.validation.failure"


@pytest.mark.shows("postWorkforcemanagementBusinessunitAgentschedulesSearch", f"post{SCHEDULES}AgentschedulesQuery")
@pytest.mark.parametrize("path", ["query", "search"])
def test_a_forced_download_gives_the_result_as_it_was_when_asked_for(at: Desk, path: str) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING), published=True))["result"]
    operations: dict[str, Any] = {
        "query": (
            f"post{SCHEDULES}AgentschedulesQuery",
            (at.unit, WEEK, made["id"]),
            {"managementUnitId": at.home},
        ),
        "search": ("postWorkforcemanagementBusinessunitAgentschedulesSearch", (at.unit,), PERIOD),
    }
    operation, ids, body = operations[path]
    held = at.call(operation, *ids, json=body)["result"]
    named = at.call(operation, *ids, json=body, params={"forceDownloadService": "true"})
    assert "result" not in named
    at.update(made, change(1, {"userId": at.agents[0], "delete": True, "metadata": {"version": 1}}))
    assert at.send(named["downloadUrl"], {}, b"", "GET").json() == held


def test_a_result_has_an_address_of_its_own_that_takes_get_only(at: Desk) -> None:
    named = at.call(
        "postWorkforcemanagementBusinessunitAgentschedulesSearch",
        at.unit,
        json=PERIOD,
        params={"forceDownloadService": "true"},
    )
    assert at.send(named["downloadUrl"], {}, b"", "PUT").status_code == 405
    for url in (f"{named['downloadUrl']}0", "http://mockgc/downloads/none/none"):
        assert at.send(url, {}, b"", "GET").json()["code"] == "not.found"


@pytest.mark.shows(f"post{SCHEDULES}AgentschedulesQuery")
def test_a_query_names_ten_teams_at_most(at: Desk) -> None:
    made = at.blank()
    body = {"managementUnitId": at.home, "teamIds": [str(number) for number in range(11)]}
    operation, ids = f"post{SCHEDULES}AgentschedulesQuery", (at.unit, WEEK, made["id"])
    assert at.call(operation, *ids, expect=400, json=body)["code"] == "wfm.too.many.teams.requested"
    body["teamIds"] = body["teamIds"][:10]
    assert at.call(operation, *ids, json=body)["result"]["agentSchedules"] == []
