"""Fault rules: which requests are met, how often, and always the same for the same seed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.behaviour.effects import KINDS, Effect
from mockgc.behaviour.faults import Asked, Budget, Match, Rule, consulted, given_back, met, rule_of, struck
from mockgc.behaviour.fields import ConductRefused
from tests.mockgc.behaviour.conducted import Conducted

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Consult = Callable[[Sequence[Rule], Any, datetime], Any]
BUDGETS = st.builds(
    Budget,
    first=st.none() | st.integers(0, 5),
    every=st.integers(1, 4),
    after=st.integers(0, 5),
    probability=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    seed=st.integers(0, 3),
    seconds=st.none() | st.integers(0, 30),
)


def rule(budget: Budget, name: str = "one", kind: str = "delayed", nth: int | None = None) -> Rule:
    return Rule(name, Match(nth=nth), Effect(kind), budget)


def struck_at(rules: Sequence[Rule], times_s: Sequence[int], consult: Consult = consulted) -> list[list[str]]:
    """The rules that strike each of the requests made at these seconds."""
    state: Any = None
    found = []
    for second in times_s:
        state, striking = consult(rules, state, NOW + timedelta(seconds=second))
        found.append([each.name for each in striking])
    return found


# the property that budgets are exact, and faults planted into it


def check_budget(budget: Budget, times_s: Sequence[int], consult: Consult = consulted) -> None:
    """Each request that may be struck is, and no other: stated independently of `Budget.strikes`."""
    strikes = 0
    for number, names in enumerate(struck_at([rule(budget)], times_s, consult), 1):
        is_in_time = budget.seconds is None or times_s[number - 1] - times_s[0] < budget.seconds
        is_due = number > budget.after and (number - budget.after) % budget.every == 0
        has_left = budget.first is None or strikes < budget.first
        if names:
            assert is_in_time, f"{number} struck after its time"
            assert is_due, f"{number} struck out of turn"
            assert has_left, f"{number} struck beyond the budget"
            assert budget.probability > 0, f"{number} struck with probability 0"
        else:
            assert not (is_in_time and is_due and has_left and budget.probability == 1.0), f"{number} was spared"
        strikes += bool(names)


TIMES = st.lists(st.integers(0, 5), min_size=1, max_size=25).map(
    lambda steps: [sum(steps[1 : i + 1]) for i in range(len(steps))]
)


@given(budget=BUDGETS, times_s=TIMES)
def test_a_budget_is_exact(budget: Budget, times_s: list[int]) -> None:
    check_budget(budget, times_s)


def test_a_budget_that_strikes_once_too_often_is_caught() -> None:
    def generous(rules: Sequence[Rule], state: Any, now: datetime) -> Any:
        raised = [rule(Budget(2 if r.budget.first == 1 else r.budget.first, r.budget.every)) for r in rules]
        return consulted(raised, state, now)

    with pytest.raises(AssertionError, match="beyond the budget"):
        check_budget(Budget(first=1), [0, 0], generous)


def test_a_time_to_live_that_never_ends_is_caught() -> None:
    def undying(rules: Sequence[Rule], state: Any, _: datetime) -> Any:
        return consulted(rules, state, NOW)

    with pytest.raises(AssertionError, match="after its time"):
        check_budget(Budget(seconds=5), [0, 6], undying)


@given(budgets=st.lists(BUDGETS, min_size=1, max_size=4), times_s=TIMES)
def test_the_same_seed_and_the_same_requests_give_the_same_faults(budgets: list[Budget], times_s: list[int]) -> None:
    rules = [rule(budget, f"rule {index}") for index, budget in enumerate(budgets)]
    assert struck_at(rules, times_s) == struck_at(rules, times_s)


def test_a_probability_is_drawn_from_seed_name_and_number_and_is_about_right() -> None:
    def strikes(seed: int, name: str) -> list[bool]:
        return [bool(s) for s in struck_at([rule(Budget(probability=0.3, seed=seed), name)], [0] * 1000)]

    draws = [strikes(1, "one"), strikes(2, "one"), strikes(1, "other")]
    assert len({tuple(draw) for draw in draws}) == 3
    assert all(240 < sum(draw) < 360 for draw in draws)
    assert not any(struck_at([rule(Budget(probability=0))], [0] * 200)[199])


@given(kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6))
def test_one_effect_at_most_decides_the_answer_and_the_others_keep_their_budget(kinds: list[str]) -> None:
    rules = [rule(Budget(first=1), f"{index}", kind) for index, kind in enumerate(kinds)]
    state: Any = None
    seen: list[str] = []
    for _ in kinds:
        state, striking = consulted(rules, state, NOW)
        assert sum(each.effect.declared.is_final for each in striking) <= 1
        seen += [each.name for each in striking]
    assert sorted(seen) == sorted(each.name for each in rules), "each strikes once, sooner or later"


def test_the_nth_request_is_struck_or_the_next_that_the_effect_fits() -> None:
    third = [rule(Budget(), nth=3)]
    assert [bool(names) for names in struck_at(third, [0] * 5)] == [False, False, True, False, False]
    state: Any = None
    for _ in range(3):
        state, striking = consulted(third, state, NOW)
    state = given_back(striking[0], state)
    state, striking = consulted(third, state, NOW)
    assert (len(striking), struck(third[0], state)) == (1, 1)


# which requests


ASKED = Asked(
    "PUT", "/api/v2/wfm/users/7", "/api/v2/wfm/users/{userId}", "me", {"name": "Ada", "at": {"zone": "UTC"}, "n": None}
)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(method="PUT"), True),
        (Match(method="POST"), False),
        (Match(path="/api/v2/wfm/users/{id}"), True),
        (Match(path="/api/v2/wfm/users/7"), True),
        (Match(path="/api/v2/wfm/users/8"), False),
        (Match(path="/api/v2/wfm/{users}/{id}"), False),
        (Match(path="/api/v2/wfm/users"), False),
        (Match(path="/api/v2/wfm/**"), True),
        (Match(path="/api/v2/**"), True),
        (Match(path="/api/v2/workforcemanagement/**"), False),
        (Match(client="me"), True),
        (Match(client="you"), False),
        (Match(body={"name": "Ada", "at.zone": "UTC"}), True),
        (Match(body={"name": "Eve"}), False),
        (Match(body={"missing": "Eve"}), False),
    ],
)
def test_a_match_fits_by_method_template_client_and_body(match: Match, fits: bool) -> None:
    assert bool(met([Rule("one", match, Effect("delayed"), Budget())], ASKED)) == fits


def test_a_template_is_not_the_literal_beside_it() -> None:
    groups = Asked("GET", "/api/v2/wfm/users/groups", "/api/v2/wfm/users/groups", "me")
    assert not Match(path="/api/v2/wfm/users/{id}").fits(groups)
    assert Match(path="/api/v2/wfm/users/groups").fits(groups)


def test_a_body_condition_and_a_client_hold_on_the_wire() -> None:
    caller = Conducted()
    other = caller.other()
    match = {"method": "POST", "client": other.organisation.client_id, "body": {"name": "Eve"}}
    caller.set_fault("unavailable_before", match=match)
    user = {"email": "eve@example.com", "timeZone": "UTC"}
    answers = [
        caller.ask("POST", "users", {**user, "name": "Eve"}).status_code,
        other.ask("POST", "users", {**user, "name": "Ada", "email": "ada@example.com"}).status_code,
        other.ask("POST", "users", {**user, "name": "Eve", "email": "two@example.com"}).status_code,
    ]
    assert answers == [201, 201, 503]


def test_faults_of_one_organisation_do_not_strike_another() -> None:
    caller, other = Conducted(), Conducted()
    caller.set_fault("unavailable_before")
    assert [caller.ask("GET", "users").status_code, other.ask("GET", "users").status_code] == [503, 200]


# what is refused on load


RULE = {"name": "one", "match": {}, "effect": {"kind": "status", "status": 500}, "budget": {}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "rule.name: '' is not text of 1 to 100 characters"),
        ({"more": 1}, "rule.more: is not a field here; known are name, match, effect, budget"),
        ({"match": {"verb": "GET"}}, "rule.match.verb: is not a field here; known are method, path"),
        ({"match": {"path": "/oauth/token"}}, "rule.match.path: '/oauth/token' is not a path below /api/v2/"),
        ({"match": {"nth": 0}}, "rule.match.nth: 0 is not a whole number from 1"),
        ({"match": {"body": []}}, "rule.match.body: is not an object of dotted paths"),
        ({"effect": {}}, "rule.effect: lacks 'kind', one of status, unavailable_before"),
        ({"effect": {"kind": "boom"}}, "rule.effect.kind: 'boom' is not one of status"),
        ({"effect": {"kind": "status"}}, "rule.effect: lacks 'status', a whole number from 200 to 599"),
        ({"effect": {"kind": "status", "status": True}}, "rule.effect.status: True is not a whole number"),
        ({"effect": {"kind": "status", "status": 500, "headers": {"a": "b\n"}}}, "rule.effect.headers: {'a': 'b"),
        (
            {"effect": {"kind": "status", "status": 500, "headers": {"a: b\r\nc": "d"}}},
            "is not an object of header names",
        ),
        (
            {"effect": {"kind": "status", "status": 500, "headers": {"Content-Length": "9"}}},
            "without content-length and",
        ),
        (
            {"effect": {"kind": "status", "status": 500, "headers": ["a"]}},
            "rule.effect.headers: ['a'] is not an object",
        ),
        ({"effect": {"kind": "lag"}}, "rule.effect: a lag is given in either 'seconds' or 'reads'"),
        ({"effect": {"kind": "lag", "of": ["writes"], "reads": 1}}, "rule.effect.of: ['writes'] is not a list of some"),
        ({"effect": {"kind": "delayed", "seconds": 1e9}}, "rule.effect.seconds: 1000000000.0 is not a number from 0"),
        ({"budget": {"probability": 2}}, "rule.budget.probability: 2 is not a number from 0 to 1"),
        ({"budget": {"first": 1.5}}, "rule.budget.first: 1.5 is not a whole number"),
        ({"match": {"method": "GET"}, "effect": {"kind": "unavailable_after"}}, "and GET never makes one"),
    ],
)
def test_a_rule_is_refused_with_field_value_and_what_would_be_right(changes: Any, message: str) -> None:
    with pytest.raises(ConductRefused) as refused:
        rule_of({**RULE, **changes}, ("rule",), can_close=True)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/api/v2/wfm/user", "match.path: '/api/v2/wfm/user' is the path of no operation; near are /api/v2/wfm/users,"),
        ("/api/v2/wfm/{users}", "match.path: '/api/v2/wfm/{users}' is the path of no operation"),
        ("/api/v2/wfm/users/7/8", "is the path of no operation"),
        ("/api/v2/wmf/**", "is the path of no operation"),
        ("/api/v2/wfm/users/{userId}", None),
        ("/api/v2/wfm/users/{any}", None),
        ("/api/v2/wfm/users/7", None),
        ("/api/v2/wfm/**", None),
        ("/api/v2/workforcemanagement/businessunits/{x}/**", None),
    ],
)
def test_a_path_that_no_operation_has_is_refused_with_what_is_near(path: str, message: str | None) -> None:
    answer = Conducted().fault("delayed", match={"path": path})
    assert answer.status_code == (201 if message is None else 400)
    assert message is None or message in answer.get_json()["message"]


def test_two_rules_of_one_name_are_refused() -> None:
    caller = Conducted()
    assert caller.http.put(f"{caller.base}/faults", json={"rules": [RULE, RULE]}).status_code == 400
    caller.set_fault("delayed", name="one")
    assert caller.fault("delayed", name="one").status_code == 409


VALUES = st.none() | st.booleans() | st.integers(-2, 10**10) | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
NAMES = ["name", "match", "effect", "budget", "kind", "path", "seconds", "first", "nth", "body", "status"]


@given(value=JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5), at=st.sampled_from(["", *NAMES[:4]]))
def test_whatever_is_sent_is_a_rule_or_a_refusal_with_words(value: Any, at: str) -> None:
    wanted = {**RULE, at: value} if at else value
    with contextlib.suppress(ConductRefused):
        found = rule_of(wanted, (), can_close=True)
        assert rule_of(found.as_dict(), (), can_close=True) == found, "what is shown may be sent back"


def test_rules_are_removed_one_by_one_and_all_together() -> None:
    caller = Conducted()
    for name in ("a", "b", "c"):
        caller.set_fault("delayed", name=name)
    assert caller.http.delete(f"{caller.base}/faults/b").status_code == 204
    assert caller.struck() == {"a": 0, "c": 0}
    missing = caller.http.delete(f"{caller.base}/faults/b")
    assert (missing.status_code, missing.get_json()["message"]) == (
        404,
        "no fault rule is called 'b'; there are 'a', 'c'",
    )
    assert caller.http.delete(f"{caller.base}/faults").status_code == 204
    assert caller.struck() == {}


def test_a_refused_request_begins_no_job_and_keeps_the_error_for_later() -> None:
    caller = Conducted()
    caller.user("Ada")
    caller.set_fault("job_error", budget={"first": 1})
    body = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"}
    assert caller.ask("POST", "users", body).status_code == 409
    assert caller.struck() == {"job_error": 0}
