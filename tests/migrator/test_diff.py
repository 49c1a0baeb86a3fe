"""Desired against current: what is planned, what is left alone, and what a person has to decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.current import Current, Live
from migrator.desired import Decision, Desired, Desires
from migrator.diff import applied_by, diff, schedules_to_read
from migrator.plan import Change, Plan
from tests.migrator.accounts import GROUP, TARGET, TEMPLATE, WEEK, applied, desires, holding, live, live_user, user


def row(plan: Plan, key: str, member: str | None = None) -> Change:
    (found,) = [change for change in plan.changes if (change.key, change.member) == (key, member)]
    return found


def with_user(wanted: Desires, changed: Desired) -> Desires:
    kept = tuple(changed if entity.key == changed.key else entity for entity in wanted.entities)
    return replace(wanted, entities=kept)


@given(st.sets(st.integers(1, 9), min_size=1), st.sets(st.integers(1, 9)))
def test_after_a_plan_is_applied_there_is_nothing_to_do(wanted: set[int], earlier: set[int]) -> None:
    current = applied(diff(desires(sorted(earlier)), Current(), TARGET)) if earlier else Current()
    plan = diff(desires(sorted(wanted)), current, TARGET)
    again = diff(desires(sorted(wanted)), applied(plan, current), TARGET)
    assert {change.action for change in again.changes} == {"no_op"}


def test_an_empty_target_gets_everything() -> None:
    plan = diff(desires([1, 2]), Current(), TARGET)
    assert plan.counts() == {"create": 9, "update": 0, "no_op": 0, "conflict": 0, "blocked": 0}


def test_members_that_the_source_does_not_know_are_none_of_the_plans_business() -> None:
    current = applied(diff(desires([1, 2, 3]), Current(), TARGET))
    plan = diff(desires([1]), current, TARGET)
    assert not plan.has_changes


def test_a_changed_field_shows_both_values() -> None:
    current = applied(diff(desires(), Current(), TARGET))
    plan = diff(with_user(desires(), user(1, name="New")), current, TARGET)
    assert row(plan, "zendesk:user:1").touched() == {"name": ("Agent 1", "New")}


def test_an_equal_user_without_external_id_is_adopted_by_e_mail() -> None:
    plan = diff(desires([1]), holding(live_user(1, email="AGENT1@example.com")), TARGET)
    adopted = row(plan, "zendesk:user:1")
    assert adopted.action == "update"
    assert adopted.touched()["externalId"] == (None, "zendesk:user:1")


@pytest.mark.parametrize(
    ("theirs", "key"),
    [
        (live_user(1, name="Somebody"), "zendesk:user:1"),
        (live("scheduleTemplate", "t", name="EARLY ", timeZone="Europe/London", shifts=[]), TEMPLATE.key),
        (live("group", "g", name="s", scheduleTemplateId="other"), GROUP.key),
    ],
)
def test_a_twin_that_differs_needs_a_decision_and_the_plan_names_the_line(theirs: Live, key: str) -> None:
    plan = diff(desires([1]), holding(theirs), TARGET)
    stopped = row(plan, key)
    assert (stopped.action, stopped.code) == ("conflict", "twin_differs")
    assert stopped.settle == f'adopt: ["{key}"]'
    assert row(diff(desires([1]), holding(theirs), TARGET, adopt=frozenset({key})), key).action == "update"


@pytest.mark.parametrize(
    ("theirs", "key", "code"),
    [
        (live_user(1, "crm:1"), "zendesk:user:1", "natural_key_held"),
        (live("scheduleTemplate", "t", name="early", externalId="x"), TEMPLATE.key, "natural_key_held"),
        (live("group", "g", name="S", externalId="x"), GROUP.key, "natural_key_held"),
        (live("group", "g", name="Other", externalId="zendesk:user:1"), "zendesk:user:1", "external_id_held"),
    ],
)
def test_a_key_that_somebody_else_holds_is_found_before_any_write(theirs: Live, key: str, code: str) -> None:
    stopped = row(diff(desires([1]), holding(theirs), TARGET), key)
    assert (stopped.action, stopped.code) == ("conflict", code)
    assert theirs.id in stopped.why
    assert stopped.settle


def test_our_own_entity_whose_new_name_is_taken_is_a_conflict() -> None:
    current = applied(diff(desires(), Current(), TARGET))
    current.put(live("scheduleTemplate", "t", name="Late"))
    plan = diff(desires(name="Late"), current, TARGET)
    assert row(plan, TEMPLATE.key).code == "natural_key_held"


def test_a_conflict_stops_what_depends_on_it_and_nothing_else() -> None:
    plan = diff(desires([1, 2]), holding(live_user(1, "crm:1")), TARGET)
    actions = {(change.what, change.member or change.key): change.action for change in plan.changes}
    assert actions == {
        ("user", "zendesk:user:1"): "conflict",
        ("user", "zendesk:user:2"): "create",
        ("scheduleTemplate", TEMPLATE.key): "create",
        ("group", GROUP.key): "create",
        ("member", "zendesk:user:1"): "blocked",
        ("member", "zendesk:user:2"): "create",
        ("schedule", WEEK.key): "create",
        ("week", "zendesk:user:1"): "blocked",
        ("week", "zendesk:user:2"): "create",
    }


def test_a_decision_of_the_mapping_stops_its_rows_and_what_refers_to_them() -> None:
    decision = Decision("no_template", "early", "nothing maps it", "templates: ...", frozenset({TEMPLATE.key}))
    plan = diff(replace(desires([1]), decisions=(decision,)), Current(), TARGET)
    assert plan.counts() == {"create": 1, "update": 0, "no_op": 0, "conflict": 1, "blocked": 4}
    assert row(plan, TEMPLATE.key).settle == "templates: ..."


def test_a_template_that_exists_nowhere_is_missing_before_any_write() -> None:
    wanted = replace(desires([1]), entities=tuple(e for e in desires([1]).entities if e.kind != "scheduleTemplate"))
    assert row(diff(wanted, Current(), TARGET), GROUP.key).code == "reference_missing"


def test_a_week_without_any_agent_that_can_be_planned_is_not_created() -> None:
    plan = diff(desires([1]), holding(live_user(1, "crm:1")), TARGET)
    assert row(plan, WEEK.key).action == "blocked"


def test_other_shifts_in_a_week_of_ours_are_replaced_and_the_diff_shows_it() -> None:
    current = applied(diff(desires([1]), Current(), TARGET))
    week = current.marked("schedule", WEEK.key)
    assert week is not None and week.members is not None  # noqa: PT018
    ((user_id, _),) = week.members.items()
    current.put(replace(week, members={user_id: {"shifts": []}}))
    assert row(diff(desires([1]), current, TARGET), WEEK.key, "zendesk:user:1").action == "update"


def test_only_schedules_that_will_be_compared_are_read_whole() -> None:
    current = applied(diff(desires([1]), Current(), TARGET))
    ours = current.marked("schedule", WEEK.key)
    assert ours is not None
    current.put(replace(ours, version=9, members=None))
    current.put(Live("schedule", "foreign", 1, {"groupId": "g", "scheduleTemplateId": "t", "weekDate": "x"}, None))
    assert [found.id for found in schedules_to_read(desires([1]), current)] == [ours.id]


# What was applied last tells an edit in the target from a change of the source.


def edited(**fields: Any) -> tuple[Plan, Current]:
    first = diff(desires([1]), Current(), TARGET)
    current = applied(first)
    ours = current.marked("user", "zendesk:user:1")
    assert ours is not None
    current.put(replace(ours, version=2, fields={**ours.fields, **fields}))
    return first, current


def test_an_edit_in_the_target_is_kept_where_the_source_has_not_changed() -> None:
    first, current = edited(name="Edited")
    plan = diff(desires([1]), current, TARGET, last_applied=applied_by(first))
    assert not plan.has_changes
    assert "name" in row(plan, "zendesk:user:1").why


def test_without_knowing_what_was_applied_the_source_wins_in_plain_sight() -> None:
    _, current = edited(name="Edited")
    assert row(diff(desires([1]), current, TARGET), "zendesk:user:1").touched() == {"name": ("Edited", "Agent 1")}


def test_an_edit_and_a_change_of_one_field_are_a_conflict() -> None:
    first, current = edited(name="Edited")
    plan = diff(with_user(desires([1]), user(1, name="New")), current, TARGET, last_applied=applied_by(first))
    assert row(plan, "zendesk:user:1").code == "both_changed"


def test_an_edit_of_one_field_and_a_change_of_another_are_both_honoured() -> None:
    first, current = edited(name="Edited")
    wanted = with_user(desires([1]), user(1, active=False))
    plan = diff(wanted, current, TARGET, last_applied=applied_by(first))
    assert row(plan, "zendesk:user:1").touched() == {"active": (True, False)}


def test_a_member_that_the_source_dropped_leaves_the_group() -> None:
    first = diff(desires([1, 2]), Current(), TARGET)
    plan = diff(desires([1]), applied(first), TARGET, last_applied=applied_by(first))
    gone = row(plan, GROUP.key, "zendesk:user:2")
    assert (gone.action, gone.touched()) == ("update", {"member": (True, False)})


# Zones


def test_a_zone_that_does_not_fit_the_template_is_found_before_any_write() -> None:
    plan = diff(with_user(desires([1, 2]), user(2, timeZone="Europe/London")), Current(), TARGET)
    actions = {(change.what, change.member): change.action for change in plan.changes if change.member}
    assert actions == {
        ("member", "zendesk:user:1"): "create",
        ("member", "zendesk:user:2"): "conflict",
        ("week", "zendesk:user:1"): "create",
        ("week", "zendesk:user:2"): "blocked",
    }


def test_zones_of_two_names_and_one_time_fit() -> None:
    plan = diff(with_user(desires([1, 2]), user(2, timeZone="Europe/Brussels")), Current(), TARGET)
    assert not plan.needs_decision
