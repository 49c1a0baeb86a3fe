"""Settings of business units over HTTP that are entities of their own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import Desk, desk
from tests.mockgc.resources.units import act_as, under, users_of

SCHEDULER, STAFFING, SHIFTS = (
    f"WorkforcemanagementBusinessunit{part}Settings" for part in ("Scheduler", "Minimumstaffing", "Alternativeshifts")
)
MINE = "getWorkforcemanagementAlternativeshiftsSettings"
MONDAY = [{"daysOfWeek": ["Monday"], "minimumValue": 2.0}]


@pytest.fixture
def at() -> Desk:
    return desk()


def planning_group(at: Desk) -> str:
    body = {"name": "Calls"}
    template = at.call("postWorkforcemanagementBusinessunitServicegoaltemplates", at.unit, expect=201, json=body)["id"]
    group = {**body, "serviceGoalTemplateId": template, "routePaths": []}
    return str(at.call("postWorkforcemanagementBusinessunitPlanninggroups", at.unit, json=group)["id"])


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        pytest.param(
            SCHEDULER,
            {"consistentServiceLevelSmoothing": True},
            {"consistentServiceLevelSmoothing": True},
            marks=pytest.mark.shows(f"get{SCHEDULER}", f"patch{SCHEDULER}"),
        ),
        pytest.param(
            SHIFTS,
            {"enabledGranularities": {"values": ["Daily"]}, "minMinutesBeforeStartTime": 60},
            {"enabledGranularities": ["Daily"], "minMinutesBeforeStartTime": 60, "retainedActivityCategories": []},
            marks=pytest.mark.shows(f"get{SHIFTS}", f"patch{SHIFTS}"),
        ),
    ],
)
def test_a_change_is_under_the_version_last_read_and_moves_it_by_one(
    at: Desk, name: str, change: dict[str, Any], found: dict[str, Any]
) -> None:
    before = at.call(f"get{name}", at.unit)
    version = before["metadata"]["version"]
    at.call(f"patch{name}", at.unit, json=under(version))
    assert at.call(f"get{name}", at.unit) == before
    changed = at.call(f"patch{name}", at.unit, json=under(version, **change))
    assert {key: changed[key] for key in found} == found
    assert changed["metadata"]["version"] == version + 1
    assert at.call(f"get{name}", at.unit) == changed
    state = at.call.state()
    for stale in (version, version + 2):
        refused = at.call(f"patch{name}", at.unit, expect=409, json=under(stale, **change))
        assert refused["code"] == "wfm.transaction.conflict"
    at.call(f"patch{name}", at.unit, json=under(version + 1, **change))
    assert at.call.state() == state
    assert at.call(f"get{name}", "none", expect=404)["code"] == "wfm.business.unit.not.found"


@pytest.mark.shows(f"patch{SHIFTS}")
def test_minutes_are_not_negative(at: Desk) -> None:
    refused = at.call(f"patch{SHIFTS}", at.unit, expect=400, json=under(0, minMinutesBeforeStartTime=-1))
    assert refused["code"] == "wfm.bad.request"


@pytest.mark.shows(f"get{STAFFING}", f"patch{STAFFING}")
def test_minimum_staffing_names_planning_groups_until_an_empty_list_clears_them(at: Desk) -> None:
    group = planning_group(at)
    overrides = {"values": [{"planningGroupId": group, "dayOfWeekMinimums": MONDAY}]}
    sent = {"enabled": True, "minimumValue": 1.5, "planningGroupOverrides": overrides}
    changed = at.call(f"patch{STAFFING}", at.unit, json=sent)
    assert (changed["enabled"], changed["minimumValue"], changed["applicableIntervals"]) == (True, 1.5, "AllIntervals")
    (row,) = changed["planningGroupOverrides"]
    assert (row["planningGroup"]["id"], row["dayOfWeekMinimums"]) == (group, MONDAY)
    assert at.call(f"get{STAFFING}", at.unit) == changed
    cleared = at.call(f"patch{STAFFING}", at.unit, json={"planningGroupOverrides": {}})
    assert (cleared["planningGroupOverrides"], cleared["minimumValue"]) == ([], 1.5)
    assert cleared["metadata"]["version"] == changed["metadata"]["version"] + 1


@pytest.mark.shows(f"patch{STAFFING}")
def test_minimums_fit_together(at: Desk) -> None:
    group = planning_group(at)
    negative = [{"daysOfWeek": ["Monday"], "minimumValue": -1.0}]
    before = at.call.state()
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"minimumValue": -1.0}, 400, "wfm.validation.failure"),
        ({"planningGroupOverrides": {"values": [_override(group, negative)]}}, 400, "wfm.validation.failure"),
        ({"planningGroupOverrides": {"values": [_override(group)] * 2}}, 400, "wfm.validation.failure"),
        ({"planningGroupOverrides": {"values": [_override("none")]}}, 404, "wfm.entity.not.found"),
    ]
    for body, status, code in wrong:
        assert at.call(f"patch{STAFFING}", at.unit, expect=status, json=body)["code"] == code
    assert at.call.state() == before


def _override(group: str, minimums: Any = MONDAY) -> dict[str, Any]:
    return {"planningGroupId": group, "dayOfWeekMinimums": minimums}


@pytest.mark.shows(MINE)
def test_an_agent_reads_the_settings_of_its_business_unit(at: Desk) -> None:
    at.call(f"patch{SHIFTS}", at.unit, json=under(0, minMinutesBeforeStartTime=60))
    assert at.call(MINE, expect=400)["code"] == "bad.request"
    act_as(at.call, at.agents[0])
    assert at.call(MINE) == at.call(f"get{SHIFTS}", at.unit)
    call = Caller()
    act_as(call, users_of(call, "eve")[0])
    assert call(MINE, expect=404)["code"] == "not.found"
