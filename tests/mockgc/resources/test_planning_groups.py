"""Planning groups over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.test_service_goal_templates import made_in as template_in
from tests.mockgc.resources.units import business_unit_of, under

CREATE = "postWorkforcemanagementBusinessunitPlanninggroups"
READ = "getWorkforcemanagementBusinessunitPlanninggroup"
LIST = "getWorkforcemanagementBusinessunitPlanninggroups"
PATCH = "patchWorkforcemanagementBusinessunitPlanninggroup"
DELETE = "deleteWorkforcemanagementBusinessunitPlanninggroup"


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.fixture
def unit(call: Caller) -> str:
    return str(business_unit_of(call)["id"])


@pytest.fixture
def template(call: Caller, unit: str) -> str:
    return str(template_in(call, unit)["id"])


def path_of(call: Caller, name: str = "Calls", **fields: Any) -> dict[str, Any]:
    """A route path over a new queue."""
    queue = call("postRoutingQueues", json={"name": name})
    return {"queueId": queue["id"], "mediaType": "Voice", **fields}


def made_in(call: Caller, unit: str, template: str, *paths: dict[str, Any], name: str = "Voice") -> Any:
    """A new planning group."""
    return call(CREATE, unit, json={"name": name, "serviceGoalTemplateId": template, "routePaths": list(paths)})


@pytest.mark.shows(LIST, DELETE, READ, CREATE)
def test_a_group_is_read_listed_and_gone(call: Caller, unit: str, template: str) -> None:
    skill = call("postRoutingSkills", json={"name": "French"})["id"]
    language = call("postRoutingLanguages", json={"name": "French"})["id"]
    made = made_in(call, unit, template, path_of(call, languageId=language, skillIds=[skill]))
    (path,) = made["routePaths"]
    assert (path["language"]["id"], [found["id"] for found in path["skills"]]) == (language, [skill])
    assert made["serviceGoalTemplate"]["id"] == template
    assert call(READ, unit, made["id"]) == made
    assert call(LIST, unit)["entities"] == [made]
    call(DELETE, unit, made["id"], expect=204)
    assert call(READ, unit, made["id"], expect=404)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(PATCH, CREATE)
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"queueId": "none"}, 404, "queue.ids.not.found"),
        ({"languageId": "none"}, 404, "language.ids.not.found"),
        ({"skillIds": ["none"]}, 404, "routing.skill.ids.not.found"),
        ({"queueId": " "}, 400, "wfm.ids.may.not.be.blank"),
        (
            {"sourcePlanningGroup": {"id": "none", "metadata": {"version": 1}}},
            400,
            "wfm.entity.not.found",
        ),
    ],
)
def test_a_path_over_what_does_not_exist_is_refused(
    call: Caller, unit: str, template: str, change: dict[str, Any], status: int, code: str
) -> None:
    path = {**path_of(call), **change}
    other = made_in(call, unit, template, name="Mail")["id"]
    before = call.state()
    body = {"name": "Voice", "serviceGoalTemplateId": template, "routePaths": [path]}
    assert call(CREATE, unit, expect=status, json=body)["code"] == code
    assert call(PATCH, unit, other, expect=status, json=under(1, routePaths={"values": [path]}))["code"] == code
    assert call.state() == before


def test_a_template_of_another_unit_is_refused(call: Caller, unit: str, template: str) -> None:
    other = business_unit_of(call, "Sales")["id"]
    for where, wanted in ((other, template), (unit, "none")):
        body = {"name": "Voice", "serviceGoalTemplateId": wanted, "routePaths": []}
        assert call(CREATE, where, expect=400, json=body)["code"] == "wfm.entity.not.found"


@pytest.mark.shows(PATCH)
@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_is_a_conflict_and_changes_nothing(
    call: Caller, unit: str, template: str, version: int
) -> None:
    made = made_in(call, unit, template)
    moved = call(PATCH, unit, made["id"], json=under(1, routePaths={"values": [path_of(call)]}))
    assert (moved["metadata"]["version"], len(moved["routePaths"])) == (2, 1)
    before = call.state()
    refused = call(PATCH, unit, made["id"], expect=409, json=under(version, routePaths={"values": []}))
    assert refused["code"] == "wfm.transaction.conflict"
    assert call.state() == before


@pytest.mark.shows(PATCH, CREATE)
def test_a_taken_name_is_refused(call: Caller, unit: str, template: str) -> None:
    made_in(call, unit, template)
    other = made_in(call, unit, template, name="Mail")
    before = call.state()
    body = {"name": "VOICE", "serviceGoalTemplateId": template, "routePaths": []}
    assert call(CREATE, unit, expect=400, json=body)["code"] == "wfm.validation.failure"
    call(PATCH, unit, other["id"], expect=400, json=under(1, name="voice"))
    assert call.state() == before


@pytest.mark.shows(CREATE)
def test_a_path_of_another_group_is_taken_only_under_that_groups_version(
    call: Caller, unit: str, template: str
) -> None:
    path = path_of(call)
    holder = made_in(call, unit, template, path)
    before = call.state()

    def create(version: int | None, expect: int) -> Any:
        source = {} if version is None else {"sourcePlanningGroup": {"id": holder["id"], **under(version)}}
        body = {"name": "Mail", "serviceGoalTemplateId": template, "routePaths": [{**path, **source}]}
        return call(CREATE, unit, expect=expect, json=body)

    refused = create(None, 400)
    assert (refused["code"], refused["details"][0]["entityId"]) == ("wfm.validation.failure", holder["id"])
    assert create(2, 409)["code"] == "wfm.transaction.conflict"
    assert call.state() == before
    taken = create(1, 200)
    left = call(READ, unit, holder["id"])
    assert (left["routePaths"], left["metadata"]["version"]) == ([], 2)
    assert taken["routePaths"] == holder["routePaths"]


@pytest.mark.shows(PATCH)
def test_an_update_takes_a_path_too(call: Caller, unit: str, template: str) -> None:
    path = path_of(call)
    holder, other = made_in(call, unit, template, path), made_in(call, unit, template, name="Mail")
    refused = call(PATCH, unit, other["id"], expect=400, json=under(1, routePaths={"values": [path]}))
    assert (refused["code"], refused["details"][0]["entityId"]) == ("wfm.validation.failure", holder["id"])
    source = {"id": holder["id"], **under(1)}
    body = under(1, routePaths={"values": [{**path, "sourcePlanningGroup": source}]})
    assert call(PATCH, unit, other["id"], json=body)["routePaths"] == holder["routePaths"]
    assert call(READ, unit, holder["id"])["routePaths"] == []


@pytest.mark.shows("postWorkforcemanagementBusinessunitActivitycodes")
def test_an_activity_code_names_planning_groups_of_its_unit(call: Caller, unit: str, template: str) -> None:
    group = made_in(call, unit, template)["id"]
    codes = "postWorkforcemanagementBusinessunitActivitycodes"
    body: dict[str, Any] = {"name": "Coffee", "category": "Break", "planningGroupIds": ["none"]}
    assert call(codes, unit, expect=400, json=body)["code"] == "wfm.entity.not.found"
    made = call(codes, unit, json={**body, "planningGroupIds": [group]})
    assert [found["id"] for found in made["planningGroups"]] == [group]
    call(DELETE, unit, group, expect=204)
    left = call("getWorkforcemanagementBusinessunitActivitycode", unit, made["id"])
    assert left["planningGroups"] == []
