"""What people read of a plan while it is made and applied."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from migrator.current import Current
from migrator.desired import Decision, Loss
from migrator.diff import diff
from migrator.plan import Plan
from migrator.report import row_result
from migrator.terminal import SHOWN_MAX, Watch, plan_lines
from tests.migrator.accounts import TARGET, applied, desires, holding, live_user, user


def shown(plan: Plan, *, is_verbose: bool = False) -> str:
    return "\n".join(plan_lines(plan, is_verbose=is_verbose))


def changed_plan() -> Plan:
    """Agent 1 has another name in the source than in the target."""
    current = applied(diff(desires([1, 2]), Current(), TARGET))
    entities = (user(1, name="New {name}"), *desires([1, 2]).entities[1:])
    return diff(replace(desires([1, 2]), entities=entities), current, TARGET)


def test_a_change_shows_each_field_before_and_after() -> None:
    assert 'name: "Agent 1" -> "New {name}"' in shown(changed_plan())


def test_what_stays_as_it_is_takes_no_line() -> None:
    assert "zendesk:user:2" not in shown(changed_plan())


def test_a_conflict_says_why_and_names_the_line_that_settles_it() -> None:
    text = shown(diff(desires([1]), holding(live_user(1, "crm:1")), TARGET))
    assert "is held by the user theirs-1" in text
    assert "agents: {exclude: [1]}" in text


def test_agents_of_one_week_are_one_line_unless_asked_for() -> None:
    plan = diff(desires(range(30)), Current(), TARGET)
    assert ": 30 agents" in shown(plan)
    assert f"... and {30 - SHOWN_MAX} more" in shown(plan)
    assert shown(plan, is_verbose=True).count("<- zendesk:user:") == 60


def test_decisions_and_losses_of_the_mapping_are_told() -> None:
    decision = Decision("duplicate", "group 9", "two of one name", "groups: {...}", frozenset())
    losses = tuple(Loss("tag", f"tag {number}", "nothing maps it") for number in range(SHOWN_MAX + 2))
    text = shown(Plan(TARGET, (), (decision,), losses))
    for wanted in ("two of one name", "groups: {...}", f"{len(losses)} tag", "... and 2 more"):
        assert wanted in text


def watched(*, is_terminal: bool) -> str:
    out = io.StringIO()
    plan = diff(desires(range(50)), Current(), TARGET)
    with Watch(len(plan.changes), Console(file=out, force_terminal=is_terminal, width=80)) as watch:
        for change in plan.changes:
            watch(row_result(change, "created"))
    return out.getvalue()


def test_a_terminal_gets_a_bar() -> None:
    assert "\x1b" in watched(is_terminal=True)


def test_elsewhere_progress_is_ten_plain_lines() -> None:
    text = watched(is_terminal=False)
    assert "\x1b" not in text
    assert len(text.splitlines()) == 10
    assert text.endswith("153 of 153 rows\n")
