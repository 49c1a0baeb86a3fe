"""Planned faults as rules of the emulator: it takes each, strikes by each once, and its journal names which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.faults import Fault, Place, Planned, Struck, draw
from conformance.final_state import PATHS
from conformance.rules import rules_of, strikes, struck_in
from conformance.target import Control, connect
from mockgc.behaviour import faults as emulated
from mockgc.pytest_plugin import TestOrganisation
from tests.conformance.test_faults import MADE, PLACES

NOW = datetime(2026, 11, 25, tzinfo=UTC)
OWN = [fault for fault in Fault if not fault.is_kill]
PLANS = st.lists(st.builds(Planned, st.sampled_from(list(Fault)), PLACES, st.integers(1, 8)), max_size=12)
SENT = st.lists(st.tuples(PLACES, st.booleans()), max_size=60)
USERS = Place("POST", PATHS["user"], "user")


class Emulated:
    """The emulator's own decisions over these rules: which one strikes the next write, if it commits or not."""

    def __init__(self, planned: list[Planned]) -> None:
        self.rules = emulated.rules_of(list(rules_of(planned)), (), can_close=True)
        self.state: dict[str, Any] = {}

    def send(self, place: Place, *, commits: bool = True) -> emulated.Rule | None:
        asked = emulated.Asked(place.method, place.template.replace("{id}", "42"), place.template, "client-1")
        self.state, striking = emulated.consulted(emulated.met(self.rules, asked), self.state, NOW)
        for rule in striking:
            if rule.effect.declared.needs_commit and not commits:
                self.state = emulated.given_back(rule, self.state)
            else:
                return rule
        return None

    def struck(self) -> Counter[str]:
        return Counter({rule.name: emulated.struck(rule, self.state) for rule in self.rules})


@given(PLANS)
def test_every_fault_but_a_kill_is_a_rule_that_the_emulator_takes(plan: list[Planned]) -> None:
    rules = Emulated(plan).rules
    assert [rule.effect.kind for rule in rules] == [p.fault.name.lower() for p in plan if not p.fault.is_kill]
    assert all(rule.effect.declared.needs_commit == p.fault.is_after_commit for rule, p in _pairs(rules, plan))
    assert all(rule.effect.declared.needs_connection == p.fault.is_loss for rule, p in _pairs(rules, plan))


def _pairs(rules: tuple[emulated.Rule, ...], plan: list[Planned]) -> Iterator[tuple[emulated.Rule, Planned]]:
    return zip(rules, (p for p in plan if not p.fault.is_kill), strict=True)


@given(PLANS, SENT)
def test_each_rule_strikes_at_most_once_and_not_before_its_write(
    plan: list[Planned], sent: list[tuple[Place, bool]]
) -> None:
    emulator, writes = Emulated(plan), Counter[Place]()
    planned = dict(zip((rule.name for rule in emulator.rules), (p for p in plan if not p.fault.is_kill), strict=True))
    for place, commits in sent:
        writes[place] += 1
        rule = emulator.send(place, commits=commits)
        if rule is not None:
            assert planned[rule.name].place == place
            assert planned[rule.name].nth <= writes[place]
            assert commits or not planned[rule.name].fault.is_after_commit
    assert max(emulator.struck().values(), default=0) <= 1


@given(st.permutations(OWN), MADE, st.integers(0, 1000), st.integers(1, 4))
@example([Fault.LOST_AFTER, Fault.LOST_BEFORE], [USERS], 0, 1)
def test_every_drawn_fault_strikes_a_program_that_repeats_what_did_not_arrive(
    faults: list[Fault], writes: list[Place], seed: int, kinds_each: int
) -> None:
    before = [fault for fault in faults if not fault.is_after_commit]
    after = next(fault for fault in faults if fault.is_after_commit)
    plan = draw([*before, after], writes, seed, kinds_each)
    emulator = Emulated(plan)
    for place in writes:
        rule = emulator.send(place)
        while rule is not None and not rule.effect.declared.needs_commit:
            rule = emulator.send(place)
    assert emulator.struck().total() == len(plan)


def entry(rule: str | None, **fields: Any) -> dict[str, Any]:
    fault = f"{rule!r} (lost_after): the answer was lost" if rule else None
    return {
        "fault": fault, "clientId": "client-1", "method": "POST", "path": PATHS["user"], "contextId": "context-1",
        "sequence": 3, **fields,
    }  # fmt: skip


def test_the_journal_tells_what_struck_whom_and_what_it_committed() -> None:
    plan = [Planned(Fault.KILL_AFTER, USERS, 1), Planned(Fault.LOST_AFTER, USERS, 2)]
    journal = [entry(None), entry("lost_after 1"), entry("of somebody else"), entry("lost_after 11")]
    assert list(struck_in(journal, plan, {"client-1": "run 2"})) == [
        Struck(Fault.LOST_AFTER, "run 2", "POST", PATHS["user"], "context-1", 3)
    ]


@pytest.mark.parametrize("fault", OWN)
def test_a_served_emulator_strikes_as_planned_and_tells(
    mockgc_served_organisation: TestOrganisation, fault: Fault
) -> None:
    organisation, plan = mockgc_served_organisation, [Planned(fault, USERS, 2)]
    with connect(organisation.base_url) as http:
        control = Control(http)
        for rule in rules_of(plan):
            control.add_fault(organisation.id, rule)
        assert strikes(control.faults(organisation.id)) == 0
        for number in range(3):
            body = {"name": f"A{number}", "email": f"a{number}@example.com", "timeZone": "Europe/Paris"}
            with suppress(httpx.RemoteProtocolError):
                organisation.http.post(PATHS["user"], json=body)
        assert strikes(control.faults(organisation.id)) == 1
        (struck,) = struck_in(control.journal(organisation.id), plan, {organisation.client_id: "run 1"})
        logged = {row.context_id: row.sequence for row in control.commits(organisation.id)}
    assert (struck.fault, struck.party, struck.method, struck.path) == (fault, "run 1", "POST", PATHS["user"])
    assert struck.sequence == logged.get(struck.context_id or "") == (2 if fault.is_after_commit else None)
