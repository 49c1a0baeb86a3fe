"""The kills of a trial: each strikes once, where it was planned, and after a commit only where a write was accepted."""

from __future__ import annotations

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from conformance.faults import Fault, Place, Planned, draw
from conformance.final_state import PATHS
from conformance.kills import Kills
from tests.conformance.test_faults import MADE, PLACES

KILLS = [Fault.KILL_BEFORE, Fault.KILL_AFTER]
PLANS = st.lists(st.builds(Planned, st.sampled_from(KILLS), PLACES, st.integers(1, 8)), max_size=12)
SENT = st.lists(st.tuples(PLACES, st.sampled_from([201, 200, 409, 500])), max_size=60)
USERS = Place("POST", PATHS["user"], "user")


def play(kills: Kills, sent: list[tuple[Place, int]]) -> None:
    for number, (place, status) in enumerate(sent):
        due = kills.before("run 1", place.method, place.template)
        if due is not None and due.fault.is_after_commit:
            kills.after(due, "run 1", place.method, place.template, status, f"context-{number}")


@given(PLANS, SENT)
def test_each_planned_kill_strikes_at_most_once(plan: list[Planned], sent: list[tuple[Place, int]]) -> None:
    kills = Kills(plan)
    play(kills, sent)
    assert Counter(s.fault for s in kills.struck) <= Counter(p.fault for p in plan)
    assert len(kills.struck) + kills.pending == len(plan)


@given(PLANS, SENT)
def test_killed_after_a_commit_means_an_accepted_write(plan: list[Planned], sent: list[tuple[Place, int]]) -> None:
    kills = Kills(plan)
    play(kills, sent)
    for struck in kills.struck:
        if struck.fault is Fault.KILL_AFTER:
            assert struck.context_id is not None
            assert sent[int(struck.context_id.removeprefix("context-"))][1] in (200, 201)


@given(st.permutations(KILLS), MADE, st.integers(0, 1000), st.integers(1, 4))
@example([Fault.KILL_AFTER, Fault.KILL_BEFORE], [USERS], 0, 1)
def test_every_drawn_kill_strikes_a_program_that_repeats_what_did_not_arrive(
    faults: list[Fault], writes: list[Place], seed: int, kinds_each: int
) -> None:
    kills = Kills(draw(faults, writes, seed, kinds_each))
    for place in writes:
        due = kills.before("run 1", place.method, place.template)
        while due is not None and due.fault is Fault.KILL_BEFORE:
            due = kills.before("run 1", place.method, place.template)
        if due is not None:
            kills.after(due, "run 1", place.method, place.template, 201, "context")
    assert kills.pending == 0


def test_what_the_target_strikes_by_itself_is_no_kill() -> None:
    assert Kills([Planned(fault, USERS, 1) for fault in Fault]).pending == len(KILLS)


def test_reads_and_token_requests_are_not_killed_at() -> None:
    kills = Kills([Planned(Fault.KILL_BEFORE, USERS, 1)])
    assert kills.before("run 1", "GET", USERS.template) is None
    assert kills.before("run 1", "POST", "/oauth/token") is None
    assert kills.before("run 1", "POST", USERS.template) is not None
