"""Each switch, both sides."""

from __future__ import annotations

import pytest

from mockgc.domain.switches import CHOICES
from tests.mockgc.caller import Caller, Week, assert_error_body, fields, shift

EIGHT, NINE = [shift(minutes=60)], [shift("2026-11-30T09:00:00+01:00", 60)]


def test_the_switches_are_those_of_the_specification_at_their_defaults() -> None:
    assert Caller().control("switches") == {
        "schedule_baseline": "template", "import_moves_template": True, "unchanged_import_is_stale": False,
        "equal_create": "conflict", "zone_fit": "offsets", "external_id_scope": "organisation",
        "error_detail": "full", "stale_status": 409, "operation_polls": 0, "operation_seconds": 0,
    }  # fmt: skip
    assert {name: choice.default for name, choice in CHOICES.items()} == Caller().control("switches")


def test_switches_belong_to_one_organisation() -> None:
    one = Caller()
    other = Caller(one.app)
    one.switch(zone_fit="exact")
    assert other.control("switches")["zone_fit"] == "offsets"


@pytest.mark.parametrize("version", [None, 0])
def test_schedule_baseline_schedule_takes_none_or_0_for_a_new_triple(version: int | None) -> None:
    week = Week()
    week.caller.switch(schedule_baseline="schedule")
    assert week.send({week.ada["id"]: EIGHT}, version).status_code == 201


def test_schedule_baseline_schedule_takes_the_schedules_version_afterwards() -> None:
    week = Week()
    week.caller.switch(schedule_baseline="schedule")
    stale = week.send({week.ada["id"]: EIGHT}, 1)
    assert fields(stale) == [("wfm.transaction.conflict", "version")]
    assert stale.get_json()["details"][0]["entityId"] is None, "there is no schedule yet"
    week.send({week.ada["id"]: EIGHT}, 0)
    assert week.send({week.ada["id"]: NINE}, 2).status_code == 409
    assert week.send({week.ada["id"]: NINE}, 1).status_code == 200
    assert Week().send({"none": EIGHT}, 0).status_code == 409, "the default takes the template's"


@pytest.mark.parametrize(("moves", "after"), [(True, 4), (False, 1)])
def test_import_moves_template_decides_all_three_changes(moves: bool, after: int) -> None:
    week = Week()
    week.caller.switch(import_moves_template=moves)
    answer = week.send({week.ada["id"]: EIGHT}, 1).get_json()
    uri = answer["schedule"]["selfUri"]
    assert answer["scheduleTemplateVersion"] == (2 if moves else 1)
    full = week.caller.ask("GET", uri).get_json()
    week.caller.ask("PUT", uri, {**full, "agents": []})
    week.caller.ask("DELETE", uri)
    assert week.template_version() == after


@pytest.mark.parametrize(("stale", "status"), [(False, 200), (True, 409)])
def test_unchanged_import_is_stale(stale: bool, status: int) -> None:
    week = Week()
    week.send({week.ada["id"]: EIGHT}, 1)
    week.caller.switch(unchanged_import_is_stale=stale)
    assert week.send({week.ada["id"]: EIGHT}, 1).status_code == status
    assert week.send({week.ada["id"]: EIGHT}, 2).status_code == 200


def test_equal_create_returns_what_exists_only_when_all_fields_are_equal() -> None:
    caller = Caller()
    template = caller.template(externalId="x")
    equal = {"name": "Early", "timeZone": "Europe/Paris", "externalId": "x", "shifts": []}
    assert caller.ask("POST", "scheduletemplates", equal).status_code == 409
    caller.switch(equal_create="return_existing")
    answer = caller.ask("POST", "scheduletemplates", equal)
    assert (answer.status_code, answer.get_json()) == (200, template)
    assert caller.ask("POST", "scheduletemplates", {**equal, "description": "other"}).status_code == 409
    assert len(caller.control("commits")["entities"]) == 1


@pytest.mark.parametrize(("fit", "zone", "status"), [
    ("offsets", "Europe/Vienna", 201), ("exact", "Europe/Vienna", 409), ("exact", "Europe/Berlin", 201),
    ("offsets", "Europe/London", 409),
])  # fmt: skip
def test_zone_fit(fit: str, zone: str, status: int) -> None:
    caller = Caller()
    caller.switch(zone_fit=fit)
    user, template = caller.user("Ada", zone), caller.template("T", "Europe/Berlin")
    body = {"name": "G", "scheduleTemplateId": template["id"], "userIds": [user["id"]]}
    assert caller.ask("POST", "users/groups", body).status_code == status


@pytest.mark.parametrize(("scope", "status"), [("organisation", 409), ("kind", 201)])
def test_external_id_scope(scope: str, status: int) -> None:
    caller = Caller()
    caller.switch(external_id_scope=scope)
    caller.user(externalId="x")
    body = {"name": "T", "timeZone": "UTC", "externalId": "x"}
    assert caller.ask("POST", "scheduletemplates", body).status_code == status
    assert caller.ask("POST", "scheduletemplates", {**body, "name": "U"}).status_code == (
        409 if status == 201 else status
    )


@pytest.mark.parametrize(("detail", "details", "names_holder"), [
    ("full", 1, True), ("code_only", 0, True), ("none", 0, False),
])  # fmt: skip
def test_error_detail(detail: str, details: int, names_holder: bool) -> None:
    caller = Caller()
    caller.template()
    caller.switch(error_detail=detail)
    answer = caller.ask("POST", "scheduletemplates", {"name": "early", "timeZone": "UTC"})
    assert_error_body(answer)
    assert answer.get_json()["code"] == "wfm.name.in.use"
    assert len(answer.get_json()["details"]) == details
    assert ("Early" in answer.get_json()["message"]) is names_holder
    assert "Early" in caller.explain(answer)["text"], "explain is not muted"


@pytest.mark.parametrize("status", [409, 400, 408])
def test_stale_status(status: int) -> None:
    caller = Caller()
    user = caller.user()
    caller.switch(stale_status=status)
    answer = caller.ask("PUT", user["selfUri"], {**user, "version": 2})
    assert answer.status_code == status
    assert answer.get_json()["code"] == "wfm.transaction.conflict"
    assert_error_body(answer)


@pytest.mark.parametrize(("name", "most"), [("operation_polls", 1_000), ("operation_seconds", 86_400)])
def test_a_switch_with_a_range_takes_whole_numbers_within_it(name: str, most: int) -> None:
    caller = Caller()
    caller.switch(**{name: most})
    assert caller.control("switches")[name] == most
    for wrong in (-1, most + 1, True, 1.0, "1"):
        where = f"/_mockgc/organisations/{caller.organisation.id}/switches"
        refused = caller.ask("PATCH", where, {name: wrong})
        assert refused.status_code == 400
        assert f"takes 0 to {most}, not {wrong!r}" in refused.get_json()["message"]
    assert caller.control("switches")[name] == most
