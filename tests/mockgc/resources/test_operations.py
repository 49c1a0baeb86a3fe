"""Asynchronous operations over HTTP: how long they take, what is visible meanwhile, how they end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import SCHEDULES, WEEK, Desk, agent, change, desk, document
from tests.mockgc.resources.units import agents_of, business_unit_of, management_unit_of, users_of

MORNING = "2026-12-01T08:00:00.000Z"
DOWNLOAD = {"forceDownloadService": "true"}


@pytest.fixture
def at() -> Desk:
    return desk()


def operations(call: Caller) -> list[str]:
    """What was written of operations, in order."""
    return [row["action"] for row in call.organisation.commits() if row["kind"] == "operation"]


@pytest.mark.shows(f"post{SCHEDULES}sImport")
@pytest.mark.parametrize("polls", [1, 3])
def test_an_import_is_visible_after_as_many_looks_at_its_week(at: Desk, polls: int) -> None:
    at.call.organisation.switch(operation_polls=polls)
    before = operations(at.call)
    begun = at.import_(document(agent(at.agents[0], MORNING)))
    assert set(begun) == {"status", "operationId"}
    assert begun["status"] == "Processing"
    for _ in range(polls):
        assert at.listed() == []
    (made,) = at.listed()
    assert (made["description"], made["metadata"]["version"]) == ("Imported", 1)
    assert at.listed() == [made]
    assert operations(at.call) == [*before, "create", *["update"] * (polls + 1)]


def test_looks_elsewhere_do_not_count(at: Desk) -> None:
    at.call.organisation.switch(operation_polls=1)
    at.import_(document())
    other = business_unit_of(at.call, "Other")["id"]
    for _ in range(3):
        assert at.call(f"get{SCHEDULES}s", other, WEEK)["entities"] == []
        at.call("getWorkforcemanagementBusinessunit", at.unit)
    assert at.listed() == []
    assert len(at.listed()) == 1


@pytest.mark.parametrize(("seconds", "polls"), [(60, 0), (60, 1)])
def test_an_import_is_visible_after_as_many_seconds_of_the_clock(at: Desk, seconds: int, polls: int) -> None:
    at.call.organisation.switch(operation_seconds=seconds, operation_polls=polls)
    at.import_(document())
    at.call.organisation.advance(seconds - 1)
    assert at.listed() == []
    at.call.organisation.advance(1)
    assert len(at.listed()) == 1


@pytest.mark.shows(f"post{SCHEDULES}Update")
def test_an_update_is_decided_when_it_ends(at: Desk) -> None:
    made = at.import_(document())["result"]
    at.call.organisation.switch(operation_seconds=10)
    for description in ("First", "Second"):
        assert at.update(made, change(1, description=description))["status"] == "Processing"
    assert at.read(made)["description"] == "Imported"
    at.call.organisation.advance(10)
    assert (at.read(made)["description"], at.read(made)["metadata"]["version"]) == ("First", 2)


@pytest.mark.shows(f"post{SCHEDULES}Copy", f"delete{SCHEDULES}")
def test_a_copy_and_a_deletion_take_their_time(at: Desk) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING)))["result"]
    at.call.organisation.switch(operation_seconds=10)
    ids, body = (at.unit, WEEK, made["id"]), {"description": "Again", "weekDate": "2026-12-07"}
    assert at.call(f"post{SCHEDULES}Copy", *ids, expect=202, json=body)["status"] == "Processing"
    assert at.call(f"delete{SCHEDULES}", *ids, expect=202) is None
    assert (len(at.listed()), at.listed("2026-12-07")) == (1, [])
    at.call.organisation.advance(10)
    assert at.listed() == []
    (copy,) = at.listed("2026-12-07")
    assert [row["user"]["id"] for row in at.agents_in(copy)] == [at.agents[0]]


def test_a_copy_that_cannot_be_is_refused_at_once(at: Desk) -> None:
    made = at.blank()
    at.call.organisation.switch(operation_seconds=10)
    before = at.call.state()
    for body in ({"description": " ", "weekDate": WEEK}, {"description": "x", "weekDate": "2026-12-08"}):
        at.call(f"post{SCHEDULES}Copy", at.unit, WEEK, made["id"], expect=400, json=body)
    assert at.call.state() == before


def test_what_an_operation_was_for_may_be_gone_when_it_ends(at: Desk) -> None:
    made = at.import_(document())["result"]
    at.call.organisation.switch(operation_seconds=10)
    at.call(f"delete{SCHEDULES}", at.unit, WEEK, made["id"], expect=202)
    at.update(made, change(1))
    at.call.organisation.advance(10)
    assert at.listed() == []


def test_a_switch_holds_for_the_operations_that_begin_under_it(at: Desk) -> None:
    at.call.organisation.switch(operation_polls=1)
    at.import_(document(description="Slow"))
    at.call.organisation.switch(operation_polls=0)
    assert at.import_(document(description="Quick"))["status"] == "Complete"
    assert [found["description"] for found in at.listed()] == ["Quick"]
    assert [found["description"] for found in at.listed()] == ["Quick", "Slow"]


def test_a_refused_request_ends_nothing_for_good(at: Desk) -> None:
    at.call.organisation.switch(operation_seconds=10)
    at.import_(document())
    at.call.organisation.advance(10)
    before = at.call.state()
    at.call(f"get{SCHEDULES}s", "none", WEEK, expect=404)
    assert at.call.state() == before
    assert len(at.listed()) == 1


def test_what_ends_during_a_request_is_there_for_it_to_change(at: Desk) -> None:
    made = at.import_(document())["result"]
    at.call.organisation.switch(operation_seconds=10)
    at.update(made, change(1, description="Slow"))
    at.call.organisation.advance(10)
    at.call.organisation.switch(operation_seconds=0)
    assert at.update(made, change(2, description="Quick"))["result"]["metadata"]["version"] == 3
    assert at.read(made)["description"] == "Quick"


@pytest.mark.shows("postWorkforcemanagementAgents")
def test_a_move_of_agents_is_visible_when_it_ends(at: Desk) -> None:
    lyon = management_unit_of(at.call, at.unit, "Lyon")["id"]
    at.call.organisation.switch(operation_polls=2)
    body = {"userIds": at.agents, "destinationManagementUnitId": lyon}
    begun = at.call("postWorkforcemanagementAgents", expect=202, json=body)
    assert "results" not in begun
    assert begun["destinationManagementUnit"]["id"] == lyon

    def home() -> Any:
        return at.call("getWorkforcemanagementAgentManagementunit", at.agents[0])["managementUnit"]["id"]

    assert [home(), home(), home()] == [at.home, at.home, lyon]


def test_a_first_move_is_a_404_until_it_ends(at: Desk) -> None:
    (cid,) = users_of(at.call, "cid")
    at.call.organisation.switch(operation_seconds=5)
    body = {"userIds": [cid], "destinationManagementUnitId": at.home}
    at.call("postWorkforcemanagementAgents", expect=202, json=body)
    at.call("getWorkforcemanagementAgentManagementunit", cid, expect=404)
    at.call.organisation.advance(5)
    assert at.call("getWorkforcemanagementAgentManagementunit", cid)["managementUnit"]["id"] == at.home


@pytest.mark.shows("postWorkforcemanagementManagementunitMove")
def test_a_unit_moves_when_its_operation_ends(at: Desk) -> None:
    other = business_unit_of(at.call, "Other")["id"]
    at.call.organisation.switch(operation_seconds=5)
    body = {"businessUnitId": other}
    at.call("postWorkforcemanagementManagementunitMove", at.home, expect=202, json=body)
    assert at.call("getWorkforcemanagementManagementunit", at.home)["businessUnit"]["id"] == at.unit
    at.call.organisation.advance(5)
    assert at.call("getWorkforcemanagementManagementunit", at.home)["businessUnit"]["id"] == other


PERIOD = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}


def queries(at: Desk, schedule: Any) -> list[tuple[str, tuple[str, ...], Any]]:
    """The queries whose result can be forced to come asynchronously."""
    return [
        (f"post{SCHEDULES}AgentschedulesQuery", (at.unit, WEEK, schedule["id"]), {"managementUnitId": at.home}),
        ("postWorkforcemanagementBusinessunitAgentschedulesSearch", (at.unit,), PERIOD),
        ("postWorkforcemanagementManagementunitAgentschedulesSearch", (at.home,), PERIOD),
    ]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_result_that_is_forced_to_come_later_is_not_in_the_answer(at: Desk, number: int) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING), published=True))["result"]
    operation, ids, body = queries(at, made)[number]
    before = operations(at.call)
    assert at.call(operation, *ids, json=body)["result"]["agentSchedules"] != []
    assert operations(at.call) == before
    forced = at.call(operation, *ids, json=body, params={"forceAsync": "true"})
    assert (set(forced), forced["status"]) == ({"status", "operationId"}, "Processing")
    assert operations(at.call) == [*before, "create"]


def listings(at: Desk) -> list[tuple[str, tuple[str, ...], Any]]:
    """The listings whose answer can be forced to be a download."""
    week = {"startDate": WEEK, "weekCount": 1, "agentIds": at.agents}
    return [
        ("getWorkforcemanagementBusinessunitActivitycodes", (at.unit,), None),
        ("getWorkforcemanagementBusinessunitStaffinggroups", (at.unit,), None),
        ("getWorkforcemanagementBusinessunitTimeoffplans", (at.unit,), None),
        ("postWorkforcemanagementBusinessunitStaffinggroupsQuery", (at.unit,), {"userIds": at.agents}),
        ("postWorkforcemanagementManagementunitAgentsWorkplansQuery", (at.home,), week),
        ("postWorkforcemanagementManagementunitTimeoffrequestsQuery", (at.home,), {}),
    ]


@pytest.mark.shows(
    "getWorkforcemanagementBusinessunitActivitycodes",
    "getWorkforcemanagementBusinessunitStaffinggroups",
    "getWorkforcemanagementBusinessunitTimeoffplans",
    "postWorkforcemanagementBusinessunitStaffinggroupsQuery",
    "postWorkforcemanagementManagementunitAgentsWorkplansQuery",
    "postWorkforcemanagementManagementunitTimeoffrequestsQuery",
)
@pytest.mark.parametrize("number", range(6))
def test_a_listing_that_is_forced_to_be_a_download_is_at_its_address(at: Desk, number: int) -> None:
    operation, ids, body = listings(at)[number]
    held = at.call(operation, *ids, json=body)
    named = at.call(operation, *ids, json=body, params=DOWNLOAD)
    assert named.get("entities", []) == []
    assert at.send(named["downloadUrl"], {}, b"", "GET").json() == held.get("result", held)


@pytest.mark.shows(f"get{SCHEDULES}Headcountforecast")
def test_head_counts_are_a_download_where_their_own_flag_says_so(at: Desk) -> None:
    made = at.blank()
    head_counts, ids = f"get{SCHEDULES}Headcountforecast", (at.unit, WEEK, made["id"])
    held = at.call(head_counts, *ids)["result"]
    named = at.call(head_counts, *ids, params={"forceDownload": "true"})
    assert at.send(named["downloadUrl"], {}, b"", "GET").json() == held


def test_a_business_unit_takes_its_operations_with_it() -> None:
    call = Caller()
    unit = business_unit_of(call)["id"]
    home = management_unit_of(call, unit)["id"]
    agents_of(call, home, "ann")
    call.organisation.switch(operation_seconds=10)
    call("postWorkforcemanagementAgents", expect=202, json={"userIds": users_of(call, "bob")})
    at = Desk(call, unit, home, [])
    at.import_(document())
    call("deleteWorkforcemanagementBusinessunit", unit, expect=400)
    call.organisation.advance(10)
    assert len(at.listed()) == 1


def test_what_ends_during_another_clients_request_is_made_in_the_name_of_the_one_who_asked(at: Desk) -> None:
    at.call.organisation.switch(operation_seconds=10)
    at.import_(document())
    at.call.organisation.advance(10)
    http, organisation = at.call.organisation.http, at.call.organisation
    other = http.post(f"/_mockgc/organisations/{organisation.id}/clients", json={}).json()
    grant = {"grant_type": "client_credentials"}
    token = http.post("/oauth/token", data=grant, auth=(other["clientId"], other["clientSecret"])).json()
    path = f"/api/v2/workforcemanagement/businessunits/{at.unit}/weeks/{WEEK}/schedules"
    answer = http.get(path, headers={"Authorization": f"Bearer {token['access_token']}"})
    (made,) = answer.json()["entities"]
    assert made["metadata"]["modifiedBy"]["id"] == organisation.client_id
    assert at.listed() == [made]
