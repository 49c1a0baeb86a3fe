"""Unavailable times over HTTP: an agent's own, and an administrator's view of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import WEEK, Desk, desk
from tests.mockgc.resources.units import (
    act_as,
    business_unit_of,
    enable_unavailable_times,
    management_unit_of,
    under,
    users_of,
)

PATCH = "patchWorkforcemanagementUnavailabletimes"
QUERY = "postWorkforcemanagementUnavailabletimesQuery"
QUERY_AGENT = "postWorkforcemanagementAgentUnavailabletimesQuery"
SETTINGS = "getWorkforcemanagementUnavailabletimesSettings"
SET = "patchWorkforcemanagementManagementunitUnavailabletimesSettings"
QUERY_SETTINGS = "postWorkforcemanagementBusinessunitUnavailabletimesSettingsQuery"
VALIDATE = "postWorkforcemanagementUnavailabletimesValidationJobs"
JOB = "getWorkforcemanagementUnavailabletimesValidationJob"
WHOLE = {"startDate": "2026-11-01T00:00:00Z", "endDate": "2027-01-01T00:00:00Z"}
MINE = [
    (PATCH, (), {"entities": []}), (QUERY, (), WHOLE), (SETTINGS, (), None), (JOB, ("none",), None),
    (VALIDATE, (), {"unavailableTimes": [], "validationWeekDate": WEEK}),
]  # fmt: skip


@pytest.fixture
def at() -> Desk:
    """A desk whose client stands for its first agent, who may say when he cannot work."""
    made = desk()
    act_as(made.call, made.agents[0])
    enable_unavailable_times(made.call, made.home)
    return made


def time(start: str = "2026-12-01T08:00:00.000Z", minutes: int = 60, **more: Any) -> dict[str, Any]:
    return {"timeSpan": {"startDate": start, "lengthMinutes": minutes}, **more}


def changed(at: Desk, *items: dict[str, Any], expect: int = 200) -> Any:
    answer = at.call(PATCH, expect=expect, json={"entities": list(items)})
    return answer["entities"] if expect == 200 else answer["code"]


def mine(at: Desk, **period: str) -> list[Any]:
    found: list[Any] = at.call(QUERY, json={**WHOLE, **period})["entities"]
    return found


@pytest.mark.parametrize(
    ("operation", "ids", "body"), [pytest.param(*row, marks=pytest.mark.shows(row[0])) for row in MINE]
)
def test_a_client_that_stands_for_no_user_has_no_times_of_its_own(
    operation: str, ids: tuple[str, ...], body: Any
) -> None:
    refused = Caller()(operation, *ids, expect=400, json=body)
    assert refused["code"] == "bad.request"
    assert "user context" in refused["message"]


@pytest.mark.shows(PATCH, QUERY)
def test_a_new_time_reads_back_until_it_is_changed_and_deleted(at: Desk) -> None:
    first, second = changed(at, time(notes="School"), time("2026-11-30T08:00:00+01:00", 30))
    assert (first["notes"], second["timeSpan"]) == (
        "School",
        {"startDate": "2026-11-30T07:00:00.000Z", "lengthMinutes": 30},
    )
    assert mine(at) == [second, first]
    (later,) = changed(at, time("2026-12-02T08:00:00Z", id=first["id"]))
    assert later == {**first, "timeSpan": {"startDate": "2026-12-02T08:00:00.000Z", "lengthMinutes": 60}}
    assert changed(at, {"id": second["id"], "delete": True}) == []
    assert mine(at) == [later]


@pytest.mark.shows(QUERY, QUERY_AGENT)
def test_a_query_takes_what_overlaps_its_period(at: Desk) -> None:
    (made,) = changed(at, time())
    for start, end, found in (
        ("2026-12-01T07:00:00Z", "2026-12-01T08:00:00Z", []),
        ("2026-12-01T07:00:00Z", "2026-12-01T08:01:00Z", [made]),
        ("2026-12-01T08:59:00Z", "2026-12-02T00:00:00Z", [made]),
        ("2026-12-01T09:00:00Z", "2026-12-02T00:00:00Z", []),
    ):
        assert mine(at, startDate=start, endDate=end) == found
        period = {"startDate": start, "endDate": end}
        assert at.call(QUERY_AGENT, at.agents[0], json=period)["entities"] == found
    assert at.call(QUERY_AGENT, at.agents[1], json=WHOLE)["entities"] == []


@pytest.mark.shows(QUERY)
@pytest.mark.parametrize("end", ["2026-11-01T00:00:00Z", "2026-10-01T00:00:00Z"])
def test_a_period_that_is_empty_is_refused(at: Desk, end: str) -> None:
    assert at.call(QUERY, expect=400, json={**WHOLE, "endDate": end})["code"] == "wfm.bad.request"


@pytest.mark.shows(QUERY_AGENT)
def test_an_empty_period_is_refused_for_another_agent_too(at: Desk) -> None:
    body = {**WHOLE, "endDate": WHOLE["startDate"]}
    assert at.call(QUERY_AGENT, at.agents[1], expect=400, json=body)["code"] == "wfm.bad.request"
    assert at.call(QUERY_AGENT, "none", expect=404, json=WHOLE)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(PATCH)
@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"notes": "When?"}, 400, "wfm.bad.request"),
        (time(minutes=0), 400, "wfm.bad.request"),
        ({"delete": True}, 400, "wfm.bad.request"),
        ({"id": "none", "notes": "Whose?"}, 404, "wfm.entity.not.found"),
    ],
)
def test_a_list_of_changes_is_made_as_a_whole_or_not_at_all(
    at: Desk, wrong: dict[str, Any], status: int, code: str
) -> None:
    before = at.call.state()
    assert changed(at, time(), wrong, expect=status) == code
    assert at.call.state() == before


@pytest.mark.shows(PATCH)
def test_a_time_is_changed_once_and_by_its_agent_only(at: Desk) -> None:
    (made,) = changed(at, time())
    assert changed(at, {"id": made["id"], "notes": "a"}, {"id": made["id"]}, expect=400) == "wfm.bad.request"
    act_as(at.call, at.agents[1], instead_of=at.agents[0])
    assert changed(at, {"id": made["id"], "delete": True}, expect=404) == "wfm.entity.not.found"
    assert mine(at) == []
    assert at.call(QUERY_AGENT, at.agents[0], json=WHOLE)["entities"] == [made]


@pytest.mark.shows(PATCH, SET, SETTINGS)
def test_a_new_unit_has_it_off_and_what_is_set_decides(at: Desk) -> None:
    assert at.call(SETTINGS) == {"enabled": True}
    assert at.call(SET, at.home, json={"enabled": False}) == {"enabled": False}
    before = at.call.state()
    assert at.call(SETTINGS) == {"enabled": False}
    assert changed(at, time(), expect=400) == "wfm.bad.request"
    assert at.call(SET, at.home, json={}) == {"enabled": False}
    assert at.call.state() == before
    assert at.call(SET, "none", expect=404, json={})["code"] == "wfm.management.unit.not.found"


@pytest.mark.shows(SETTINGS, PATCH, VALIDATE)
def test_a_user_who_is_no_agent_has_no_settings() -> None:
    call = Caller()
    act_as(call, users_of(call, "eve")[0])
    assert call(SETTINGS, expect=404)["code"] == "not.found"
    assert call(PATCH, expect=404, json={"entities": []})["code"] == "wfm.entity.not.found"
    body = {"unavailableTimes": [], "validationWeekDate": WEEK}
    assert call(VALIDATE, expect=404, json=body)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(QUERY_SETTINGS, SET)
def test_settings_are_asked_for_by_business_unit(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    body = {"managementUnitIds": [lyon, at.home]}
    rows = at.call(QUERY_SETTINGS, at.unit, json=body)["managementUnits"]
    assert [(row["managementUnit"]["id"], row["enabled"]) for row in rows] == [(lyon, False), (at.home, True)]
    other = management_unit_of(at.call, business_unit_of(at.call, "Other")["id"], "Elsewhere")["id"]
    refused = at.call(QUERY_SETTINGS, at.unit, expect=400, json={"managementUnitIds": [other]})
    assert refused["code"] == "wfm.validation.management.unit.not.found"
    assert at.call(QUERY_SETTINGS, "none", expect=404, json=body)["code"] == "wfm.business.unit.not.found"


def on_four_days(at: Desk, of: str) -> None:
    """The agent's plan wants four working days a week."""
    body = {"name": "Four", "minimumWorkingDaysPerWeek": 4, "agents": [{"id": of}]}
    plan = at.call("postWorkforcemanagementManagementunitWorkplans", at.home, json=body)
    patch = under(plan["metadata"]["version"], id=plan["id"], agents=[{"id": of}])
    at.call("patchWorkforcemanagementManagementunitWorkplan", at.home, plan["id"], json=patch)


def days(count: int) -> dict[str, Any]:
    """So many whole days of Paris from the first of the week on."""
    return time("2026-11-29T23:00:00Z", count * 24 * 60)


@pytest.mark.shows(VALIDATE, JOB)
def test_a_validation_counts_the_days_that_are_left(at: Desk) -> None:
    on_four_days(at, at.agents[0])
    before = mine(at)
    for count, valid in ((3, True), (4, False)):
        body = {"unavailableTimes": [days(count)], "validationWeekDate": WEEK}
        job = at.call(VALIDATE, json=body)
        assert (job["status"], job["result"]["valid"]) == ("Complete", valid)
        read = at.call(JOB, job["id"])
        assert (read["result"], read["agent"]["id"]) == (job["result"], at.agents[0])
    (message,) = job["result"]["workPlanConstraintsViolationMessage"]["fixableConstraintsMessages"]
    assert message == {"type": "MinimumWeeklyWorkDays", "arguments": [{"type": "Count", "value": "4"}]}
    assert mine(at) == before


@pytest.mark.shows(VALIDATE)
def test_a_validation_looks_at_what_is_there_and_what_would_change(at: Desk) -> None:
    on_four_days(at, at.agents[0])
    (made,) = changed(at, days(4))

    def is_valid(*items: dict[str, Any]) -> Any:
        return at.call(VALIDATE, json={"unavailableTimes": items, "validationWeekDate": WEEK})["result"]["valid"]

    assert is_valid() is False
    assert is_valid({"id": made["id"], "delete": True}) is True
    assert is_valid({"id": made["id"], **days(3)}) is True


@pytest.mark.shows(VALIDATE, JOB)
def test_a_validation_is_over_after_as_many_polls(at: Desk) -> None:
    at.call.organisation.switch(operation_polls=1)
    job = at.call(VALIDATE, expect=202, json={"unavailableTimes": [], "validationWeekDate": WEEK})
    assert (job["status"], "result" in job) == ("Processing", False)
    first, second = at.call(JOB, job["id"]), at.call(JOB, job["id"])
    assert (first["status"], "result" in first) == ("Processing", False)
    assert (second["status"], second["result"]["valid"]) == ("Complete", True)


@pytest.mark.shows(VALIDATE)
@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"validationWeekDate": "2026-12-01"}, 400, "wfm.bad.request"),
        ({"unavailableTimes": [time(minutes=0)]}, 400, "wfm.bad.request"),
        ({"unavailableTimes": [{"id": "none"}]}, 404, "wfm.entity.not.found"),
    ],
)
def test_what_cannot_be_validated_begins_no_job(at: Desk, wrong: dict[str, Any], status: int, code: str) -> None:
    before = at.call.state()
    body = {"unavailableTimes": [], "validationWeekDate": WEEK, **wrong}
    assert at.call(VALIDATE, expect=status, json=body)["code"] == code
    assert at.call.state() == before


@pytest.mark.shows(JOB)
def test_a_job_is_its_agents_own(at: Desk) -> None:
    job = at.call(VALIDATE, json={"unavailableTimes": [], "validationWeekDate": WEEK})["id"]
    act_as(at.call, at.agents[1], instead_of=at.agents[0])
    for unknown in (job, "none"):
        assert at.call(JOB, unknown, expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_moments_that_no_calendar_reaches_are_refused(at: Desk, moment: str) -> None:
    before = at.call.state()
    assert changed(at, time(moment), expect=400) == "invalid.date"
    for operation, ids in ((QUERY, ()), (QUERY_AGENT, (at.agents[0],))):
        assert at.call(operation, *ids, expect=400, json={**WHOLE, "startDate": moment})["code"] == "invalid.date"
    week = {"unavailableTimes": [], "validationWeekDate": moment[:10]}
    assert at.call(VALIDATE, expect=400, json=week)["code"] == "invalid.date"
    assert at.call.state() == before
    (longest,) = changed(at, time("2026-12-01T08:00:00Z", 2**31 - 1))
    assert mine(at) == [longest]
