"""The plan as a value: canonical, complete, without what does not belong into a file."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import plan
from migrator.current import Current
from migrator.desired import Decision, Desires, Loss, Ref
from migrator.diff import diff
from migrator.errors import PlanUnreadable
from migrator.plan import Change, identity
from tests.migrator.accounts import TARGET, applied, desires, holding, live_user

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.builds(Ref, st.just("user"), st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=8,
)


def changed(after: object) -> Change:
    return Change("user", "zendesk:user:1", None, "update", "a", None, {"name": after})


def test_a_plan_survives_its_file() -> None:
    made = diff(desires(), holding(live_user(1)), TARGET)
    made = replace(
        made,
        decisions=(Decision("duplicate_name", "group 9", "two groups", "groups: ...", frozenset({"b", "a"})),),
        losses=(Loss("tag", "vip", "unmapped"),),
    )
    assert plan.loads(plan.dumps(made)) == made


@given(JSON)
def test_values_and_refs_survive_the_file(value: object) -> None:
    assert plan.decoded(json.loads(json.dumps(plan.encoded(value)))) == value


@given(st.randoms(use_true_random=False))
def test_a_plan_does_not_depend_on_the_order_of_the_source(chance: random.Random) -> None:
    wanted = desires(range(5))
    shuffled = list(wanted.entities)
    chance.shuffle(shuffled)
    assert plan.dumps(diff(Desires(tuple(shuffled)), Current(), TARGET)) == plan.dumps(diff(wanted, Current(), TARGET))


def test_a_plan_names_its_target_and_none_of_the_ids_it_has_there() -> None:
    current = applied(diff(desires(), Current(), TARGET))
    made = plan.dumps(diff(desires([1, 2, 3]), current, TARGET)).decode()
    assert json.loads(made)["target"] == TARGET
    assert "id-1" not in made


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"format":"other"}', b'{"format":"mockgc-migrator-plan-1"}', b"\xff"]
)
def test_what_is_no_plan_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(PlanUnreadable, match="plan"):
        plan.loads(data)


@pytest.mark.parametrize(("name", "value"), [("kind", "queue"), ("action", "delete")])
def test_a_row_of_an_unknown_sort_is_refused(name: str, value: str) -> None:
    body = json.loads(plan.dumps(diff(desires(), Current(), TARGET)))
    body["changes"][0][name] = value
    with pytest.raises(PlanUnreadable, match=value):
        plan.loads(json.dumps(body).encode())


def test_there_and_back_again_are_three_changes() -> None:
    steps = [identity([changed(value)], version) for value, version in [("A", 1), ("B", 2), ("A", 3)]]
    assert len(set(steps)) == 3


def test_a_replay_recognises_its_own_work() -> None:
    assert identity([changed("A")], 1) == identity([replace(changed("A"), label="other", why="other")], 1)
