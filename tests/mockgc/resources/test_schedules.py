"""Schedules, rule by rule as the specification numbers them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mockgc.caller import MONDAY, Caller, Week, fields, shift

EIGHT, NINE = [shift(minutes=60)], [shift(f"{MONDAY}T09:00:00+01:00", 60)]


@pytest.fixture
def week() -> Week:
    return Week()


def test_the_complaint_the_first_batch_is_accepted_and_every_later_one_is_stale(week: Week) -> None:
    read_once = week.template_version()
    assert week.send({week.ada["id"]: EIGHT}, read_once).status_code == 201
    for _ in range(2):
        answer = week.send({week.bob["id"]: EIGHT}, read_once)
        assert (answer.status_code, fields(answer)) == (409, [("wfm.transaction.conflict", "version")])
        assert answer.get_json()["message"] == (
            "The resource has been modified since the last request. Please refresh and retry."
        )
        assert answer.get_json()["details"][0]["entityId"] == week.template["id"]


@pytest.mark.parametrize("version", [0, 2, 2**63 - 1])
def test_rule_1_a_version_older_or_newer_than_the_templates_is_stale(week: Week, version: int) -> None:
    assert fields(week.send({week.ada["id"]: EIGHT}, version)) == [("wfm.transaction.conflict", "version")]


def test_rule_2_import_put_and_delete_each_move_the_template_by_one(week: Week) -> None:
    schedule = week.send({week.ada["id"]: EIGHT}).get_json()["schedule"]
    assert week.template_version() == 2
    full = week.caller.ask("GET", schedule["selfUri"]).get_json()
    assert week.caller.ask("PUT", schedule["selfUri"], {**full, "agents": []}).status_code == 200
    assert week.template_version() == 3
    assert week.caller.ask("DELETE", schedule["selfUri"]).status_code == 204
    assert week.template_version() == 4


def test_rule_2_groups_and_users_do_not_move_the_template(week: Week) -> None:
    group = week.caller.ask("GET", week.group["selfUri"]).get_json()
    assert week.caller.ask("PUT", week.group["selfUri"], {**group, "userIds": []}).status_code == 200
    assert week.caller.ask("DELETE", week.ada["selfUri"]).status_code == 204
    assert week.template_version() == 1


def test_rule_3_without_version_other_shifts_are_not_overwritten(week: Week) -> None:
    week.send({week.ada["id"]: EIGHT})
    before = week.caller.state()
    answer = week.send({week.bob["id"]: EIGHT, week.ada["id"]: NINE})
    assert (answer.status_code, fields(answer)) == (409, [("wfm.schedule.differs", "agents[1].shifts")])
    assert week.caller.state() == before


def test_rule_3_no_work_differs_from_work(week: Week) -> None:
    week.send({week.ada["id"]: []})
    assert fields(week.send({week.ada["id"]: EIGHT})) == [("wfm.schedule.differs", "agents[0].shifts")]


def test_rule_4_with_the_current_version_agents_replace_what_they_had_and_others_stay(week: Week) -> None:
    week.send({week.ada["id"]: EIGHT, week.bob["id"]: EIGHT})
    answer = week.send({week.ada["id"]: NINE}, 2)
    assert answer.status_code == 200
    assert answer.get_json()["replaced"] == [week.ada["id"]]
    agents = week.caller.ask("GET", answer.get_json()["schedule"]["selfUri"]).get_json()["agents"]
    starts = {agent["userId"]: agent["shifts"][0]["start"] for agent in agents}
    assert starts == {week.ada["id"]: f"{MONDAY}T08:00:00Z", week.bob["id"]: f"{MONDAY}T07:00:00Z"}


@pytest.mark.parametrize("version", [None, 1, 2, 99])
def test_rule_5_the_same_batch_again_moves_nothing_whatever_version_it_sends(week: Week, version: int | None) -> None:
    week.send({week.ada["id"]: EIGHT}, 1)
    before = week.caller.state()
    answer = week.send({week.ada["id"]: [shift(f"{MONDAY}T07:00:00Z", 60)]}, version)
    assert (answer.status_code, answer.get_json()["unchanged"]) == (200, [week.ada["id"]])
    assert week.caller.state() == before


def test_rule_6_the_answer_lets_a_caller_go_on_without_another_read(week: Week) -> None:
    first = week.send({week.ada["id"]: EIGHT}, 1)
    body = first.get_json()
    assert (first.status_code, body["created"], body["replaced"], body["unchanged"]) == (201, [week.ada["id"]], [], [])
    assert "agents" not in body["schedule"]
    assert body["schedule"]["agentCount"] == 1
    second = week.send({week.bob["id"]: EIGHT, week.ada["id"]: EIGHT}, body["scheduleTemplateVersion"])
    assert second.status_code == 200
    assert second.get_json()["created"] == [week.bob["id"]]
    assert second.get_json()["scheduleTemplateVersion"] == week.template_version() == 3


@pytest.mark.parametrize(("first", "second"), [("a", "b"), (None, "b")])
def test_rule_7_another_external_id_for_the_triple_is_refused(week: Week, first: str | None, second: str) -> None:
    week.send({week.ada["id"]: EIGHT}, externalId=first)
    answer = week.send({week.bob["id"]: EIGHT}, externalId=second)
    assert (answer.status_code, fields(answer)) == (409, [("wfm.external.id.in.use", "externalId")])


def test_rule_7_the_same_external_id_or_none_goes_on(week: Week) -> None:
    week.send({week.ada["id"]: EIGHT}, externalId="week 49")
    assert week.send({week.bob["id"]: EIGHT}, externalId="week 49").status_code == 200
    assert week.send({week.bob["id"]: EIGHT}).status_code == 200


def test_rule_8_the_week_is_taken_in_the_templates_zone() -> None:
    week = Week()
    late = f"{MONDAY}T00:00:00+01:00"
    assert week.send({week.ada["id"]: [shift(late, 60)]}).status_code == 201
    for outside in ("2026-11-29T22:59:59Z", "2026-12-06T23:00:00Z"):
        answer = week.send({week.bob["id"]: [shift(outside, 60)]})
        assert (answer.status_code, fields(answer)) == (400, [("constraint.validation", "agents[0].shifts[0].start")])
    assert week.send({week.bob["id"]: [shift("2026-12-06T22:59:00Z", 1440)]}).status_code == 200


def test_rule_8_a_missing_template_comes_before_a_shift_outside_the_week(week: Week) -> None:
    answer = week.send({week.ada["id"]: [shift("2027-01-01T00:00:00Z")]}, scheduleTemplateId="none")
    assert (answer.status_code, fields(answer)[0]) == (409, ("wfm.reference.not.found", "scheduleTemplateId"))


@pytest.mark.parametrize(("monday", "hours"), [("2026-03-23", 167), ("2026-10-19", 169), (MONDAY, 168)])
def test_a_paris_week_has_the_hours_that_its_clock_changes_leave(week: Week, monday: str, hours: int) -> None:
    start = datetime.fromisoformat(monday).replace(tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)
    accepted = 0
    for hour in (-1, 0, hours - 1, hours):
        at = (start + timedelta(hours=hour)).isoformat()
        accepted += (
            week.send({week.ada["id"]: [shift(at, 60)]}, week.template_version(), weekDate=monday).status_code < 300
        )
    assert accepted == 2, f"hours 0 and {hours - 1} are in, -1 and {hours} are out"
    last = (start + timedelta(hours=hours - 1)).isoformat()
    assert week.send({week.bob["id"]: [shift(last, 60)]}, weekDate=monday).status_code == 200


def test_rule_9_instants_are_answered_in_utc_and_listings_count_agents(week: Week) -> None:
    uri = week.send({week.ada["id"]: EIGHT}).get_json()["schedule"]["selfUri"]
    assert week.caller.ask("GET", uri).get_json()["agents"][0]["shifts"] == [
        {"start": f"{MONDAY}T07:00:00Z", "lengthMinutes": 60}
    ]
    (listed,) = week.caller.ask("GET", "schedules").get_json()["entities"]
    assert listed["agentCount"] == 1
    assert "agents" not in listed


@pytest.mark.parametrize("name", ["groupId", "scheduleTemplateId", "weekDate"])
def test_rule_9_put_keeps_the_triple(week: Week, name: str) -> None:
    uri = week.send({week.ada["id"]: EIGHT}).get_json()["schedule"]["selfUri"]
    moved = {**week.caller.ask("GET", uri).get_json(), name: "2026-12-07" if name == "weekDate" else "other"}
    answer = week.caller.ask("PUT", uri, {**moved, "agents": []})
    assert (answer.status_code, fields(answer)) == (400, [("constraint.validation", name)])


def test_rule_9_put_is_under_the_schedules_own_version(week: Week) -> None:
    uri = week.send({week.ada["id"]: EIGHT}).get_json()["schedule"]["selfUri"]
    full = week.caller.ask("GET", uri).get_json()
    assert fields(week.caller.ask("PUT", uri, {**full, "version": 2})) == [("wfm.transaction.conflict", "version")]
    assert week.caller.ask("PUT", uri, full).get_json()["version"] == 1


def test_rule_9_delete_frees_the_triple(week: Week) -> None:
    uri = week.send({week.ada["id"]: EIGHT}).get_json()["schedule"]["selfUri"]
    week.caller.ask("DELETE", uri)
    assert week.send({week.ada["id"]: NINE}).status_code == 201


def test_an_imports_template_and_agents_are_the_groups(week: Week) -> None:
    stranger, other = week.caller.user("Cyd"), week.caller.template("Late")
    answer = week.send({stranger["id"]: EIGHT, "nobody": EIGHT}, scheduleTemplateId=other["id"])
    assert answer.status_code == 409
    assert sorted(fields(answer)) == sorted(
        ("wfm.reference.not.found", field) for field in ("scheduleTemplateId", "agents[0].userId", "agents[1].userId")
    )


def test_touching_intervals_do_not_overlap_and_meeting_ones_do(week: Week) -> None:
    touching = [shift(minutes=60), shift(f"{MONDAY}T09:00:00+01:00", 60)]
    assert week.send({week.ada["id"]: touching}).status_code == 201
    meeting = [shift(minutes=61), shift(f"{MONDAY}T09:00:00+01:00", 60)]
    answer = week.send({week.bob["id"]: meeting})
    assert (answer.status_code, fields(answer)) == (409, [("wfm.shift.overlap", "agents[0].shifts[1].start")])


def test_every_shift_under_a_long_one_is_named(week: Week) -> None:
    long = [shift(minutes=600), shift(f"{MONDAY}T09:00:00+01:00", 10), shift(f"{MONDAY}T10:00:00+01:00", 10)]
    answer = week.send({week.ada["id"]: long})
    assert [field for _, field in fields(answer)] == ["agents[0].shifts[1].start", "agents[0].shifts[2].start"]


def test_a_shift_overlaps_the_agents_shift_of_another_group_and_names_its_schedule(week: Week) -> None:
    schedule = week.send({week.ada["id"]: EIGHT}).get_json()["schedule"]
    other = week.caller.group(week.template, [week.ada], "Night")
    answer = week.send({week.ada["id"]: [shift(minutes=30)]}, groupId=other["id"])
    assert fields(answer) == [("wfm.shift.overlap", "agents[0].shifts[0].start")]
    assert answer.get_json()["details"][0]["entityId"] == schedule["id"]


def test_a_shift_that_reaches_into_the_next_week_overlaps_there(week: Week) -> None:
    week.send({week.ada["id"]: [shift("2026-12-06T22:00:00Z", 600)]})
    answer = week.send({week.ada["id"]: [shift("2026-12-07T01:00:00Z", 60)]}, weekDate="2026-12-07")
    assert [code for code, _ in fields(answer)] == ["wfm.shift.overlap"]


def test_conflicts_of_one_import_are_reported_together_in_the_order_of_the_specification(week: Week) -> None:
    week.send({week.ada["id"]: EIGHT}, externalId="a")
    overlapping = [shift(minutes=60), shift(minutes=30)]
    answer = week.send({week.ada["id"]: overlapping, "nobody": []}, 1, externalId="b")
    codes = [code for code, _ in fields(answer)]
    assert codes == [
        "wfm.reference.not.found", "wfm.transaction.conflict", "wfm.external.id.in.use", "wfm.shift.overlap",
    ]  # fmt: skip
    assert answer.get_json()["code"] == codes[0]


@given(st.permutations([0, 1, 2, 3]), st.integers(1, 4))
@settings(max_examples=15)
def test_batches_without_version_end_in_the_same_week_in_any_order(order: list[int], size: int) -> None:
    caller = Caller()
    users = [caller.user(f"u{n}") for n in range(4)]
    template = caller.template()
    group = caller.group(template, users)
    for index in range(0, 4, size):
        agents = [
            {"userId": users[n]["id"], "shifts": [shift(f"{MONDAY}T{8 + n:02d}:00:00Z", 30)]}
            for n in order[index : index + size]
        ]
        body = {"groupId": group["id"], "scheduleTemplateId": template["id"], "weekDate": MONDAY, "agents": agents}
        assert caller.ask("POST", "schedules", body).status_code in (200, 201)
    (schedule,) = caller.ask("GET", "schedules").get_json()["entities"]
    stored = caller.ask("GET", schedule["selfUri"]).get_json()["agents"]
    assert {agent["userId"]: agent["shifts"][0]["start"] for agent in stored} == {
        user["id"]: f"{MONDAY}T{8 + n:02d}:00:00Z" for n, user in enumerate(users)
    }


@pytest.mark.parametrize(("start", "accepted"), [("08:59", False), ("09:00", True), ("07:30", True), ("07:31", False)])
def test_intervals_are_half_open_against_another_schedule_too(week: Week, start: str, accepted: bool) -> None:
    week.send({week.ada["id"]: EIGHT})
    other = week.caller.group(week.template, [week.ada], "Night")
    answer = week.send({week.ada["id"]: [shift(f"{MONDAY}T{start}:00+01:00", 30)]}, groupId=other["id"])
    assert (answer.status_code == 201) is accepted
