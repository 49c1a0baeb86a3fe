"""Units, lanes and batches: nothing lost, nothing twice, nothing shared."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from migrator.batch import batches, halves, stages
from migrator.current import Current
from migrator.desired import KINDS, Desired, Desires, Ref
from migrator.diff import diff
from migrator.plan import Plan
from tests.migrator.accounts import GROUP, TARGET, desires


def plan(agent_count: int = 3, week_count: int = 2) -> Plan:
    """One group with several weeks."""
    wanted = desires(range(agent_count))
    *others, week = wanted.entities
    weeks = [replace(week, key=f"{GROUP.key}:week:{number}") for number in range(week_count)]
    return diff(Desires((*others, *weeks)), Current(), TARGET)


@given(st.integers(1, 12), st.integers(1, 4))
def test_every_row_is_in_one_unit_of_one_lane(agent_count: int, week_count: int) -> None:
    made = plan(agent_count, week_count)
    found = [change.row for stage in stages(made) for lane in stage.lanes for unit in lane for change in unit.changes]
    assert sorted(found, key=str) == sorted((change.row for change in made.changes), key=str)


def test_kinds_come_in_dependency_order() -> None:
    assert tuple(stage.kind for stage in stages(plan())) == KINDS


def test_schedules_of_one_template_share_a_lane_because_each_import_moves_its_version() -> None:
    wanted = plan()
    (lane,) = list(stages(wanted))[-1].lanes
    assert len(lane) == 2


def test_schedules_of_different_templates_do_not_wait_for_each_other() -> None:
    late = Ref("scheduleTemplate", "late")
    wanted = desires([1])
    *others, week = wanted.entities
    template = Desired("scheduleTemplate", "late", "Late", {"name": "Late", "timeZone": "Europe/Paris", "shifts": []})
    other = replace(week, key="other", fields={**week.fields, "scheduleTemplateId": late})
    made = diff(Desires((*others, template, week, other)), Current(), TARGET)
    assert len(list(stages(made))[-1].lanes) == 2


@given(st.lists(st.integers(), min_size=2), st.integers(1, 9))
def test_batches_and_halves_keep_order_and_size(items: list[int], size: int) -> None:
    found = list(batches(items, size))
    assert [item for batch in found for item in batch] == items
    assert all(0 < len(batch) <= size for batch in found)
    first, second = halves(items)
    assert [*first, *second] == items
    assert first
    assert second
