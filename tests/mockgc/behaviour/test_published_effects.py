"""Effects on the published family: every answer is held against the contract, a fault's too."""

from __future__ import annotations

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import SCHEDULES, Desk, desk, document
from tests.mockgc.resources.units import business_unit_of, management_unit_of, users_of


@pytest.fixture(scope="module")
def at() -> Desk:
    return desk()


def test_an_asynchronous_job_ends_in_a_bare_error_and_changes_nothing(at: Desk) -> None:
    match = {"path": "/api/v2/workforcemanagement/businessunits/{businessUnitId}/weeks/{weekId}/schedules/import"}
    with at.call.organisation.fault("job_error", match=match, budget={"first": 1}) as fault:
        assert at.import_(document())["status"] == "Error"
        assert at.listed() == []
        assert at.import_(document())["status"] == "Complete"
    assert fault.struck == 1


def test_a_request_that_begins_no_job_keeps_the_error_for_later(at: Desk) -> None:
    with at.call.organisation.fault("job_error", budget={"first": 1}) as fault:
        at.blank()
        assert fault.struck == 0


def test_a_part_of_the_rows_is_accepted_where_the_contract_has_a_result_for_each(at: Desk) -> None:
    unit = management_unit_of(at.call, at.unit, "Lyon")["id"]
    users = users_of(at.call, "cas", "dan", "eve")
    body = {"userIds": users, "destinationManagementUnitId": unit}
    with at.call.organisation.fault("partial", every=2) as fault:
        answer = at.call("postWorkforcemanagementAgents", expect=202, json=body)
    results = {row["user"]["id"]: row["result"] for row in answer["results"]}
    assert results == {
        users[0]: "MoveSuccessful",
        users[1]: "DestinationManagementUnitAgentLimitExceeded",
        users[2]: "MoveSuccessful",
    }
    moved = at.call("getWorkforcemanagementManagementunitUsers", unit)["entities"]
    assert {user["id"] for user in moved} == {users[0], users[2]}
    assert fault.struck == 1


def test_where_all_or_nothing_is_accepted_a_part_is_given_back(at: Desk) -> None:
    with at.call.organisation.fault("partial") as fault:
        business_unit_of(at.call, "Oslo")
    assert fault.struck == 0


def test_another_actor_moves_the_version_in_the_metadata_of_a_business_unit() -> None:
    call = Caller()
    unit = business_unit_of(call)
    path = "/api/v2/workforcemanagement/businessunits/{businessUnitId}"
    change = {"settings": {"metadata": {"version": unit["settings"]["metadata"]["version"]}}}
    with call.organisation.fault("moved", match={"method": "PATCH", "path": path}, budget={"first": 1}):
        refused = call.attempt("patchWorkforcemanagementBusinessunit", unit["id"], json=change)
    assert (refused.status_code, refused.json()["code"]) == (409, "wfm.transaction.conflict")
    assert "another actor (fault 'fault 1')" in call.organisation.explain(refused)
    current = call("getWorkforcemanagementBusinessunit", unit["id"], params={"expand": "settings"})
    assert current["settings"]["metadata"]["version"] == unit["settings"]["metadata"]["version"] + 1


def test_a_move_of_an_agent_is_visible_only_later() -> None:
    at = desk()
    at.call.organisation.advance(60)
    user = users_of(at.call, "cas")[0]
    body = {"userIds": [user], "destinationManagementUnitId": at.home}
    with at.call.organisation.fault("lag", of=["lists"], seconds=10):
        at.call("postWorkforcemanagementAgents", expect=202, json=body)
        late = at.call("getWorkforcemanagementManagementunitUsers", at.home)["entities"]
        at.call.organisation.advance(11)
        seen = at.call("getWorkforcemanagementManagementunitUsers", at.home)["entities"]
    assert [user in {row["id"] for row in rows} for rows in (late, seen)] == [False, True]


@pytest.mark.parametrize("kind", ["throttled", "unavailable_before"])
def test_a_fault_answers_with_a_status_and_code_that_the_contract_declares(at: Desk, kind: str) -> None:
    with at.call.organisation.fault(kind, match={"method": "GET"}):
        answer = at.call.attempt(f"get{SCHEDULES}s", at.unit, "2026-11-30")
    assert answer.status_code in (429, 503)


def test_a_search_lags_behind_by_itself() -> None:
    call = Caller()
    call.organisation.advance(60)
    (user,) = users_of(call, "ada")
    body = {"query": [{"type": "EXACT", "fields": ["name"], "value": "ada"}]}
    with call.organisation.fault("lag", of=["search"], seconds=5):
        found = call("postUsersSearch", json=body)
        read = call("getUser", user)
    assert (found["total"], read["id"]) == (0, user)
