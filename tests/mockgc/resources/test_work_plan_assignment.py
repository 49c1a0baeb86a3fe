"""Which work plan agents have, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import agents_of, business_unit_of, management_unit_of, users_of

BULK = "patchWorkforcemanagementManagementunitAgentsWorkplansBulk"
QUERY = "postWorkforcemanagementManagementunitAgentsWorkplansQuery"


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def unit(call: Caller) -> str:
    return str(management_unit_of(call, business_unit_of(call)["id"])["id"])


def plan_of(call: Caller, unit: str, name: str) -> str:
    """The id of a new work plan."""
    return str(call("postWorkforcemanagementManagementunitWorkplans", unit, json={"name": name})["id"])


def assigned(call: Caller, unit: str, *items: dict[str, Any]) -> list[Any]:
    """The failures of one assignment in bulk."""
    failures = call(BULK, unit, json={"entities": list(items)})["failures"]
    assert isinstance(failures, list)
    return failures


def agent_of(call: Caller, unit: str, user: str) -> Any:
    """An agent with its overrides."""
    params = {"expand": "workPlanOverrides"}
    return call("getWorkforcemanagementManagementunitAgent", unit, user, params=params)


def override(action: str, start: str, plan: str | None = None, weeks: int = 1) -> dict[str, Any]:
    """One change of an agent's overrides."""
    return {"action": action, "startDate": start, "weekCount": weeks, "workPlanId": plan}


def test_a_plan_is_given_and_taken_by_an_empty_wrapper(call: Caller, unit: str) -> None:
    (ada,), plan = agents_of(call, unit, "ada"), plan_of(call, unit, "Full time")
    assert assigned(call, unit, {"userId": ada, "workPlanId": {"value": plan}}) == []
    given = agent_of(call, unit, ada)
    assert (given["workPlan"]["id"], given["metadata"]["version"]) == (plan, 2)
    assert assigned(call, unit, {"userId": ada, "workPlanId": {"value": plan}}) == []
    assert agent_of(call, unit, ada) == given
    assert assigned(call, unit, {"userId": ada, "workPlanId": {"value": None}}) == []
    assert "workPlan" not in agent_of(call, unit, ada)


def test_one_failed_agent_is_a_row_and_the_others_are_served(call: Caller, unit: str) -> None:
    (ada,), plan = agents_of(call, unit, "ada"), plan_of(call, unit, "Full time")
    (stranger,) = users_of(call, "cy")
    items = ({"userId": user, "workPlanId": {"value": plan}} for user in (stranger, ada))
    (failure,) = assigned(call, unit, *items)
    assert (failure["user"]["id"], failure["failure"]) == (stranger, "AgentNotInManagementUnit")
    assert agent_of(call, unit, ada)["workPlan"]["id"] == plan


def test_an_unknown_plan_is_named_in_its_row_and_changes_nothing(call: Caller, unit: str) -> None:
    (ada,) = agents_of(call, unit, "ada")
    before = call.state()
    (failure,) = assigned(call, unit, {"userId": ada, "workPlanId": {"value": "none"}})
    assert (failure["failure"], failure["notFoundWorkPlanId"]) == ("WorkPlanNotFound", "none")
    assert call.state() == before


def test_overrides_are_added_changed_and_deleted_by_their_start(call: Caller, unit: str) -> None:
    (ada,) = agents_of(call, unit, "ada")
    full, part = plan_of(call, unit, "Full time"), plan_of(call, unit, "Part time")

    def after(*changes: dict[str, Any], delete_all: bool = False) -> list[tuple[str, int, str]]:
        wrapper = {"values": list(changes), "deleteAll": delete_all}
        assert assigned(call, unit, {"userId": ada, "workPlanOverrides": wrapper}) == []
        rows = agent_of(call, unit, ada)["workPlanOverrides"]
        return [(row["startDate"], row["weekCount"], row["workPlan"]["id"]) for row in rows]

    assert after(override("Add", "2026-12-07", full, 2)) == [("2026-12-07", 2, full)]
    assert after(override("Update", "2026-12-07", part)) == [("2026-12-07", 1, part)]
    assert len(after(override("Add", "2026-12-14", full))) == 2
    assert after(override("Delete", "2026-12-07")) == [("2026-12-14", 1, full)]
    assert after(delete_all=True) == []


@pytest.mark.shows(BULK)
@pytest.mark.parametrize(
    ("action", "start", "failure"),
    [
        ("Add", "2026-12-14", "OverlappingOverride"),
        ("Add", "2026-12-07", "OverlappingOverride"),
        ("Update", "2026-12-14", "OverrideNotFound"),
        ("Delete", "2026-12-21", "OverrideNotFound"),
    ],
)
def test_an_impossible_override_is_a_row_and_changes_nothing(
    call: Caller, unit: str, action: str, start: str, failure: str
) -> None:
    (ada,), plan = agents_of(call, unit, "ada"), plan_of(call, unit, "Full time")
    first = {"values": [override("Add", "2026-12-07", plan, 2)]}
    assert assigned(call, unit, {"userId": ada, "workPlanOverrides": first}) == []
    before = call.state()
    (row,) = assigned(call, unit, {"userId": ada, "workPlanOverrides": {"values": [override(action, start, plan)]}})
    assert row["failure"] == failure
    assert call.state() == before


@pytest.mark.shows(BULK, QUERY)
def test_the_plan_in_force_is_asked_week_by_week(call: Caller, unit: str) -> None:
    ada, bo = agents_of(call, unit, "ada", "bo")
    full, part = plan_of(call, unit, "Full time"), plan_of(call, unit, "Part time")
    assigned(
        call,
        unit,
        {
            "userId": ada,
            "workPlanId": {"value": full},
            "workPlanOverrides": {"values": [override("Add", "2026-12-07", part)]},
        },
    )
    body = {"agentIds": [ada, bo, "nobody"], "startDate": "2026-12-02", "weekCount": 3}
    result = call(QUERY, unit, json=body)["result"]
    assert result["referenceStartWeekDate"] == "2026-11-30"
    keys = {row["user"]["id"]: row["workPlanLookupKeysPerWeek"] for row in result["entities"]}
    assert keys == {ada: [0, 1, 0], bo: [-1, -1, -1]}
    assert {key: plan["id"] for key, plan in result["workPlanLookup"].items()} == {"0": full, "1": part}


@pytest.mark.shows(QUERY)
@pytest.mark.parametrize("weeks", [0, 54])
def test_a_query_is_for_a_year_at_most(call: Caller, unit: str, weeks: int) -> None:
    body = {"agentIds": [], "startDate": "2026-12-02", "weekCount": weeks}
    assert call(QUERY, unit, expect=400, json=body)["code"] == "wfm.validation.failure"


def test_a_plan_that_an_override_names_is_in_use(call: Caller, unit: str) -> None:
    (ada,), plan = agents_of(call, unit, "ada"), plan_of(call, unit, "Full time")
    assigned(call, unit, {"userId": ada, "workPlanOverrides": {"values": [override("Add", "2026-12-07", plan)]}})
    call("deleteWorkforcemanagementManagementunitWorkplan", unit, plan, expect=400)


@pytest.mark.shows(BULK)
@pytest.mark.parametrize(("start", "weeks"), [("2026-12-07", 0), ("2026-12-07", 2**31 - 1), ("9999-12-27", 1)])
def test_an_override_beyond_the_calendar_refuses_the_request(call: Caller, unit: str, start: str, weeks: int) -> None:
    (ada,), plan = agents_of(call, unit, "ada"), plan_of(call, unit, "Full time")
    before = call.state()
    items = [{"userId": ada, "workPlanOverrides": {"values": [override("Add", start, plan, weeks)]}}]
    call(BULK, unit, expect=400, json={"entities": items})
    assert call.state() == before


def test_a_failure_names_any_text_as_user(call: Caller, unit: str) -> None:
    (failure,) = assigned(call, unit, {"userId": "no body/?"})
    assert failure["user"]["id"] == "no body/?"
