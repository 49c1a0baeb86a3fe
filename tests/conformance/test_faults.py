"""The script of a trial: faults strike once, where they were planned, and after a commit only what was committed."""

from __future__ import annotations

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from conformance.faults import Fault, Planned, Script, draw, kind_of
from conformance.final_state import KINDS, PATHS

COUNTS = st.dictionaries(st.sampled_from(KINDS), st.integers(0, 40), max_size=4)
PLANS = st.lists(st.builds(Planned, st.sampled_from(Fault), st.sampled_from(KINDS), st.integers(1, 8)), max_size=12)
WRITES = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from([201, 200, 409, 500])), max_size=60)


def play(script: Script, writes: list[tuple[str, int]]) -> None:
    for number, (kind, status) in enumerate(writes):
        due = script.before("run 1", "POST", PATHS[kind])
        if due is not None and due.fault.is_after_commit:
            script.after(due, "run 1", "POST", PATHS[kind], status, f"context-{number}")


@given(PLANS, WRITES)
def test_each_planned_fault_strikes_at_most_once(plan: list[Planned], writes: list[tuple[str, int]]) -> None:
    script = Script(plan)
    play(script, writes)
    struck, planned = Counter(s.fault for s in script.struck), Counter(p.fault for p in plan)
    assert struck <= planned
    assert len(script.struck) + script.pending == len(plan)


@given(PLANS, WRITES)
def test_after_a_commit_means_an_accepted_write(plan: list[Planned], writes: list[tuple[str, int]]) -> None:
    script = Script(plan)
    play(script, writes)
    for struck in script.struck:
        if struck.fault.is_after_commit:
            assert struck.context_id is not None
            assert writes[int(struck.context_id.removeprefix("context-"))][1] in (200, 201)


@given(COUNTS, st.integers(0, 1000), st.integers(1, 4))
def test_a_drawn_plan_lies_within_the_writes_of_the_undisturbed_run(
    counts: dict[str, int], seed: int, kinds_each: int
) -> None:
    plan = draw(list(Fault), counts, seed, kinds_each)
    assert plan == draw(list(Fault), counts, seed, kinds_each)
    assert all(1 <= planned.nth <= counts[planned.kind] for planned in plan)
    written = sum(count > 0 for count in counts.values())
    assert Counter(planned.fault for planned in plan) == {fault: min(kinds_each, written) for fault in Fault if written}


@given(st.permutations(list(Fault)), COUNTS, st.integers(0, 1000), st.integers(1, 4))
@example([Fault.KILL_AFTER, Fault.KILL_BEFORE], {"user": 1}, 0, 1)
def test_every_drawn_fault_strikes_a_program_that_repeats_what_did_not_arrive(
    faults: list[Fault], counts: dict[str, int], seed: int, kinds_each: int
) -> None:
    pair = [faults[0], next(fault for fault in faults if fault.is_after_commit != faults[0].is_after_commit)]
    script = Script(draw(pair, counts, seed, kinds_each))
    for kind, count in counts.items():
        committed = 0
        while committed < count:
            due = script.before("run 1", "POST", PATHS[kind])
            committed += due is None or due.fault.is_after_commit
            if due is not None and due.fault.is_after_commit:
                script.after(due, "run 1", "POST", PATHS[kind], 201, "context")
    assert script.pending == 0


def test_reads_and_token_requests_meet_no_fault() -> None:
    script = Script([Planned(Fault.THROTTLED, "user", 1)])
    assert script.before("run 1", "GET", PATHS["user"]) is None
    assert script.before("run 1", "POST", "/oauth/token") is None
    assert script.before("run 1", "POST", PATHS["user"]) is not None


def test_a_group_is_not_taken_for_a_user() -> None:
    assert kind_of("/api/v2/wfm/users/groups/42") == "group"
    assert kind_of("/api/v2/wfm/users/42") == "user"
    assert kind_of("/oauth/token") is None
