"""Service goal templates over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import business_unit_of, under

CREATE = "postWorkforcemanagementBusinessunitServicegoaltemplates"
READ = "getWorkforcemanagementBusinessunitServicegoaltemplate"
LIST = "getWorkforcemanagementBusinessunitServicegoaltemplates"
PATCH = "patchWorkforcemanagementBusinessunitServicegoaltemplate"
DELETE = "deleteWorkforcemanagementBusinessunitServicegoaltemplate"
CHANGE = {"increaseByPercent": 5.5, "decreaseByPercent": 2.5}
IMPACT = {
    "enabled": True,
    "impact": {"serviceLevel": CHANGE, "averageSpeedOfAnswer": CHANGE, "abandonRate": CHANGE},
}


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def unit(call: Caller) -> str:
    return str(business_unit_of(call)["id"])


def made_in(call: Caller, unit: str, name: str = "80 in 20", **fields: Any) -> Any:
    """A new template."""
    body = {"name": name, "serviceLevel": {"include": True, "percent": 80, "seconds": 20}, **fields}
    return call(CREATE, unit, expect=201, json=body)


@pytest.mark.shows(READ, LIST, CREATE)
def test_a_template_is_read_with_its_impact_only_when_expand_asks(call: Caller, unit: str) -> None:
    made = made_in(call, unit, impactOverride=IMPACT)
    plain = {name: value for name, value in made.items() if name != "impactOverride"}
    assert plain["abandonRate"] == {"include": False}
    assert call(READ, unit, made["id"]) == plain
    assert call(LIST, unit)["entities"] == [plain]
    expand = {"expand": "impactOverride"}
    assert call(READ, unit, made["id"], params=expand) == made
    assert call(LIST, unit, params=expand)["entities"] == [made]


@pytest.mark.shows(PATCH)
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(call: Caller, unit: str, version: int) -> None:
    made = made_in(call, unit)
    moved = call(PATCH, unit, made["id"], json=under(1, name="90 in 10"))
    assert (moved["metadata"]["version"], moved["serviceLevel"]) == (2, made["serviceLevel"])
    assert call(READ, unit, made["id"]) == moved
    before = call.state()
    refused = call(PATCH, unit, made["id"], expect=409, json=under(version, name="70 in 30"))
    assert refused["code"] == "wfm.transaction.conflict"
    assert call.state() == before


@pytest.mark.shows(PATCH, CREATE)
def test_a_taken_name_is_refused_inside_the_unit_only(call: Caller, unit: str) -> None:
    other = business_unit_of(call, "Sales")["id"]
    made_in(call, unit)
    made_in(call, other)
    second = made_in(call, unit, "90 in 10")
    before = call.state()
    assert call(CREATE, unit, expect=400, json={"name": "80 IN 20"})["code"] == "wfm.validation.failure"
    call(PATCH, unit, second["id"], expect=400, json=under(1, name="80 in 20"))
    assert call.state() == before


@pytest.mark.shows(DELETE)
def test_a_template_goes_when_no_planning_group_has_it(call: Caller, unit: str) -> None:
    made = made_in(call, unit)
    body = {"name": "Voice", "serviceGoalTemplateId": made["id"], "routePaths": []}
    group = call("postWorkforcemanagementBusinessunitPlanninggroups", unit, json=body)
    assert call(DELETE, unit, made["id"], expect=400)["code"] == "wfm.not.allowed"
    call("deleteWorkforcemanagementBusinessunitPlanninggroup", unit, group["id"], expect=204)
    call(DELETE, unit, made["id"], expect=204)
    assert call(READ, unit, made["id"], expect=404)["code"] == "wfm.entity.not.found"
