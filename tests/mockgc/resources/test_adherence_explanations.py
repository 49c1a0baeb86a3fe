"""Adherence explanations over HTTP: submitted, reviewed and queried in jobs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import Desk, desk
from tests.mockgc.resources.units import act_as, agents_of, business_unit_of, management_unit_of, users_of

ADD, READ = "postWorkforcemanagementAdherenceExplanations", "getWorkforcemanagementAdherenceExplanation"
AGENT = "WorkforcemanagementAgentAdherenceExplanation"
JOB, QUERY = "getWorkforcemanagementAdherenceExplanationsJob", "postWorkforcemanagementAdherenceExplanationsQuery"
QUERY_AGENT = f"post{AGENT}sQuery"
QUERY_UNIT = "postWorkforcemanagementBusinessunitAdherenceExplanationsQuery"
BODY = {"type": "Late", "startDate": "2026-11-24T08:00:00+01:00", "lengthMinutes": 15, "notes": "Train"}
PERIOD = {"startDate": "2026-11-24T00:00:00Z", "endDate": "2026-11-25T00:00:00Z"}


@pytest.fixture
def at() -> Desk:
    """A desk whose client stands for its first agent."""
    made = desk()
    act_as(made.call, made.agents[0])
    return made


def added(at: Desk, agent: str | None = None, **more: Any) -> Any:
    """What a job that adds an explanation has made: of the agent that asks, or of another."""
    operation, ids = (ADD, ()) if agent is None else (f"post{AGENT}s", (agent,))
    job = at.call(operation, *ids, expect=202, json={**BODY, **more})["job"]
    assert (job["type"], job["status"]) == ("AddExplanation", "Complete")
    return at.call(JOB, job["id"])["adherenceExplanation"]


@pytest.mark.shows(ADD, READ, JOB, f"get{AGENT}")
def test_what_an_agent_submits_is_pending_and_read_by_both_sides(at: Desk) -> None:
    made = added(at)
    assert (made["status"], made["startDate"], made["notes"]) == ("Pending", "2026-11-24T07:00:00.000Z", "Train")
    assert [made[name]["id"] for name in ("agent", "managementUnit", "businessUnit")] == [
        at.agents[0],
        at.home,
        at.unit,
    ]
    assert at.call(READ, made["id"]) == made
    assert at.call(f"get{AGENT}", at.agents[0], made["id"]) == made


@pytest.mark.shows(f"post{AGENT}s", f"get{AGENT}", READ)
def test_an_administrator_adds_for_another_agent_and_reviews_with_it(at: Desk) -> None:
    made = added(at, at.agents[1], status="Approved")
    assert (made["agent"]["id"], made["status"], "reviewedDate" in made) == (at.agents[1], "Approved", True)
    assert at.call(f"get{AGENT}", at.agents[1], made["id"]) == made
    assert at.call(READ, made["id"], expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(f"patch{AGENT}", JOB)
def test_a_review_changes_the_status_and_names_who_made_it(at: Desk) -> None:
    made = added(at)
    job = at.call(f"patch{AGENT}", at.agents[0], made["id"], json={"status": "Denied"})["job"]
    assert job["type"] == "UpdateExplanation"
    found = at.call(READ, made["id"])
    assert (found["status"], found["reviewedBy"]["id"]) == ("Denied", at.agents[0])
    assert at.call(JOB, job["id"])["adherenceExplanation"] == found
    at.call.organisation.advance(60)
    again = at.call(f"patch{AGENT}", at.agents[0], made["id"], json={"status": "Denied"})["job"]["id"]
    assert at.call(JOB, again)["adherenceExplanation"] == found == at.call(READ, made["id"])


@pytest.mark.shows(f"patch{AGENT}", f"get{AGENT}", READ)
def test_an_explanation_is_of_the_agent_that_is_named(at: Desk) -> None:
    made = added(at)
    before = at.call.state()
    for ids in ((at.agents[1], made["id"]), (at.agents[0], "none")):
        assert at.call(f"get{AGENT}", *ids, expect=404)["code"] == "wfm.entity.not.found"
        assert at.call(f"patch{AGENT}", *ids, expect=404, json={"status": "Denied"})["code"] == "not.found"
    assert at.call(READ, "none", expect=404)["code"] == "wfm.entity.not.found"
    assert at.call.state() == before


@pytest.mark.shows(ADD, f"post{AGENT}s")
def test_an_explanation_lasts_a_minute_or_more(at: Desk) -> None:
    before, body = at.call.state(), {**BODY, "lengthMinutes": 0}
    for operation, ids in ((ADD, ()), (f"post{AGENT}s", (at.agents[1],))):
        assert at.call(operation, *ids, expect=400, json=body)["code"] == "wfm.bad.request"
    assert at.call.state() == before


@pytest.mark.shows(ADD, READ, QUERY, f"post{AGENT}s", QUERY_AGENT, QUERY_UNIT)
def test_explanations_are_of_agents() -> None:
    call = Caller()
    mine: list[tuple[str, tuple[str, ...], Any]] = [(ADD, (), BODY), (READ, ("none",), None), (QUERY, (), PERIOD)]
    for operation, ids, body in mine:
        assert call(operation, *ids, expect=400, json=body)["code"] == "bad.request"
    (eve,) = users_of(call, "eve")
    act_as(call, eve)
    for operation, ids, body in (mine[0], mine[2], (f"post{AGENT}s", (eve,), BODY), (QUERY_AGENT, (eve,), PERIOD)):
        assert call(operation, *ids, expect=404, json=body)["code"] == "not.found"
    assert call(QUERY_UNIT, "none", expect=404, json=PERIOD)["code"] == "wfm.business.unit.not.found"


@pytest.mark.shows(QUERY, QUERY_AGENT, QUERY_UNIT)
@pytest.mark.parametrize("start", ["2026-11-24T07:00:00Z", "2026-11-24T07:14:00Z", "2026-11-24T07:15:00Z"])
def test_queries_take_what_overlaps_their_period(at: Desk, start: str) -> None:
    made = added(at)
    body = {**PERIOD, "startDate": start}
    expected = [] if start == "2026-11-24T07:15:00Z" else [made]
    assert at.call(QUERY, expect=202, json=body)["result"]["entities"] == expected
    assert at.call(QUERY_AGENT, at.agents[0], json=body)["result"]["entities"] == expected
    assert at.call(QUERY_UNIT, at.unit, json=body)["result"]["entities"] == expected
    assert at.call(QUERY_AGENT, at.agents[1], json=body)["result"]["entities"] == []


@pytest.mark.shows(QUERY_UNIT)
def test_a_query_of_a_business_unit_is_narrowed_by_units_and_agents(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    (cid,) = agents_of(at.call, lyon, "cid")
    mine, theirs = added(at), added(at, cid)
    other = business_unit_of(at.call, "Other")["id"]

    def found(unit: str = at.unit, **more: Any) -> list[Any]:
        entities: list[Any] = at.call(QUERY_UNIT, unit, json={**PERIOD, **more})["result"]["entities"]
        return entities

    assert found() == [mine, theirs]
    assert found(managementUnitIds=[lyon]) == [theirs]
    assert found(agentIds=[at.agents[0]]) == [mine]
    assert found(other) == []


@pytest.mark.shows(QUERY, QUERY_AGENT, QUERY_UNIT)
def test_a_period_that_is_empty_is_refused(at: Desk) -> None:
    body, before = {**PERIOD, "endDate": PERIOD["startDate"]}, at.call.state()
    for operation, ids in ((QUERY, ()), (QUERY_AGENT, (at.agents[0],)), (QUERY_UNIT, (at.unit,))):
        assert at.call(operation, *ids, expect=400, json=body)["code"] == "wfm.bad.request"
    assert at.call.state() == before


@pytest.mark.shows(QUERY, QUERY_AGENT, QUERY_UNIT, JOB)
@pytest.mark.parametrize("is_forced", [True, False])
def test_the_result_of_a_query_that_is_a_job_is_downloaded(at: Desk, is_forced: bool) -> None:
    made = added(at)
    params = {"forceAsync": "true"} if is_forced else {}
    at.call.organisation.switch(operation_polls=0 if is_forced else 1)
    for operation, ids in ((QUERY, ()), (QUERY_AGENT, (at.agents[0],)), (QUERY_UNIT, (at.unit,))):
        answer = at.call(operation, *ids, expect=202, json=PERIOD, params=params)
        assert (set(answer), answer["job"]["status"]) == ({"job"}, "Processing")
        if not is_forced:
            first = at.call(JOB, answer["job"]["id"])
            assert (first["status"], "downloadUrl" in first) == ("Processing", False)
        job = at.call(JOB, answer["job"]["id"])
        assert job["status"] == "Complete"
        assert at.send(job["downloadUrl"], {}, b"", "GET").json() == {"entities": [made]}


@pytest.mark.shows(ADD, f"post{AGENT}s", f"patch{AGENT}")
def test_changes_take_their_time(at: Desk) -> None:
    made = added(at)
    at.call.organisation.switch(operation_seconds=5)
    assert at.call(ADD, expect=202, json=BODY)["job"]["status"] == "Processing"
    at.call(f"post{AGENT}s", at.agents[1], expect=202, json=BODY)
    at.call(f"patch{AGENT}", at.agents[0], made["id"], expect=202, json={"status": "Approved"})
    assert at.call(READ, made["id"]) == made
    at.call.organisation.advance(5)
    assert at.call(READ, made["id"])["status"] == "Approved"
    at.call.organisation.switch(operation_seconds=0)
    assert len(at.call(QUERY_UNIT, at.unit, json=PERIOD)["result"]["entities"]) == 3


@pytest.mark.shows(JOB)
def test_a_job_is_told_to_the_one_who_started_it(at: Desk) -> None:
    job = at.call(ADD, expect=202, json=BODY)["job"]["id"]
    assert at.call(JOB, "none", expect=404)["code"] == "wfm.entity.not.found"
    act_as(at.call, at.agents[1], instead_of=at.agents[0])
    assert at.call(JOB, job, expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(QUERY, QUERY_AGENT, QUERY_UNIT)
def test_a_query_is_a_download_where_it_is_forced_to_be(at: Desk) -> None:
    made, params = added(at), {"forceDownloadService": "true"}
    for operation, ids, status in (
        (QUERY, (), 202),
        (QUERY_AGENT, (at.agents[0],), 200),
        (QUERY_UNIT, (at.unit,), 200),
    ):
        answer = at.call(operation, *ids, expect=status, json=PERIOD, params=params)
        assert "result" not in answer
        assert at.send(answer["downloadUrl"], {}, b"", "GET").json() == {"entities": [made]}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_moments_that_no_calendar_reaches_are_refused(at: Desk, moment: str) -> None:
    for operation, ids in ((ADD, ()), (f"post{AGENT}s", (at.agents[1],))):
        refused = at.call(operation, *ids, expect=400, json={**BODY, "startDate": moment})
        assert refused["code"] == "invalid.date"
    for operation, ids in ((QUERY, ()), (QUERY_AGENT, (at.agents[0],)), (QUERY_UNIT, (at.unit,))):
        assert at.call(operation, *ids, expect=400, json={**PERIOD, "endDate": moment})["code"] == "invalid.date"
    made = added(at, lengthMinutes=2**31 - 1)
    assert at.call(QUERY_AGENT, at.agents[0], json=PERIOD)["result"]["entities"] == [made]
