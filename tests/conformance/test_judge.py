"""The judge, without processes: for each invariant a trial that breaks it, and the undisturbed one that does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance.checkers import Commit, SourceAgent
from conformance.faults import Fault, Place, Planned, Struck
from conformance.final_state import FinalState
from conformance.gate import Broken, Exchange
from conformance.programs import Ended
from conformance.rehearse.judge import Happened, judge
from conformance.rehearse.trials import Run, Trial
from conformance.report import Invariant, Verdict

ADA, BEN = SourceAgent(1, "ada@example.com", "emp-1"), SourceAgent(2, "ben@example.com", "emp-2")
CREATE = Commit(1, "user", "u1", 0, 1, None, "context-1", "client-1")


def user(id: str, email: str, **fields: str) -> dict[str, Any]:
    return {"id": id, "version": 1, "name": email, "email": email, "timeZone": "Europe/Paris", **fields}


def exchange(path: str = "/api/v2/wfm/users", **fields: Any) -> Exchange:
    given: dict[str, Any] = {
        "party": "run 1", "method": "POST", "path": path, "body": b"{}", "status": 201, "seen": 201, "answer": b"{}",
        "context_id": "context-1", "arrived_s": 0.0, "answered_s": 0.1, **fields,
    }  # fmt: skip
    return Exchange(**given)


def run(party: str = "run 1", exit_code: int | None = 0, exchanges: tuple[Exchange, ...] = (), commits: int = 0) -> Run:
    return Run(party, "client-1", Ended(exit_code), 1.0, commits, exchanges)


STATE = FinalState(users=(user("u1", "ada@example.com"), user("u2", "ben@example.com")))
COMMITS = (CREATE, Commit(2, "user", "u2", 0, 1, None, "context-2", "client-1"))
ALONE = Trial("alone", "o1", (run(),), run("again"), STATE, 2, COMMITS)
TOGETHER = replace(ALONE, name="two at once", runs=(run("a"), run("b")), met=(True, True))
CREATE_USER = Place("POST", "/api/v2/wfm/users", "user")
STRUCK = Struck(Fault.LOST_AFTER, "run 1", "POST", "/api/v2/wfm/users", "context-1", 1)
THROTTLED = replace(STRUCK, fault=Fault.THROTTLED, context_id="context-429", sequence=None)
LOST = replace(
    ALONE,
    name="lost answers",
    planned=(Planned(Fault.LOST_AFTER, CREATE_USER, 1),),
    struck=(STRUCK,),
    rule_strikes=1,
)
SOUND = Happened((ADA, BEN), ALONE, TOGETHER, None, LOST)


def verdicts(happened: Happened) -> Mapping[str, Invariant]:
    return {invariant.id: invariant for invariant in judge(happened)}


def failing(happened: Happened) -> set[str]:
    return {id for id, invariant in verdicts(happened).items() if invariant.verdict is Verdict.FAIL}


def test_a_sound_migration_fails_nothing() -> None:
    assert failing(SOUND) == set()


def test_a_missing_agent_is_seen_in_whichever_trial_it_is_missing() -> None:
    short = replace(LOST, state=FinalState(users=STATE.users[:1]))
    found = verdicts(replace(SOUND, lost=short))["agents-present"]
    assert found.verdict is Verdict.FAIL
    assert found.evidence.counts == {"agents": 2, "arrived": 1}
    assert "ben@example.com" in found.evidence.violations[0]
    assert "lost answers" in found.evidence.violations[0]


def test_an_agent_who_is_two_users_is_there_twice() -> None:
    state = FinalState(users=(*STATE.users, user("u3", "ada+1@example.com", externalId="emp-1")))
    assert "nothing-twice" in failing(replace(SOUND, alone=replace(ALONE, state=state)))


def test_two_holders_of_one_name_are_there_twice() -> None:
    groups = tuple(
        {"id": id, "name": name, "scheduleTemplateId": "t", "version": 1} for id, name in (("g", "A"), ("h", "a "))
    )
    assert "nothing-twice" in failing(replace(SOUND, alone=replace(ALONE, state=replace(STATE, groups=groups))))


def test_a_replay_that_commits_is_seen() -> None:
    late = replace(ALONE, done_sequence=1)
    found = verdicts(replace(SOUND, alone=late))["replay-commits-nothing"]
    assert found.verdict is Verdict.FAIL
    assert found.evidence.context_ids == ("context-2",)


def test_another_state_in_the_end_is_seen() -> None:
    other = FinalState(users=(STATE.users[0], user("u9", "ben@example.com", name="Benjamin")))
    assert "two-at-once" in failing(replace(SOUND, together=replace(TOGETHER, state=other)))


def test_other_ids_and_versions_are_no_other_state() -> None:
    same = FinalState(users=tuple({**each, "id": f"other-{each['id']}", "version": 9} for each in STATE.users))
    found = verdicts(replace(SOUND, together=replace(TOGETHER, state=same)))["two-at-once"]
    assert found.verdict is Verdict.PASS


def test_runs_that_did_not_meet_prove_nothing() -> None:
    found = verdicts(replace(SOUND, together=replace(TOGETHER, met=(False, False))))["two-at-once"]
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert "before the other" in found.evidence.text


def test_a_fault_that_did_not_occur_proves_nothing() -> None:
    found = verdicts(replace(SOUND, lost=replace(LOST, struck=(), rule_strikes=0)))
    assert found["lost-answers"].verdict is Verdict.NOT_APPLICABLE
    assert found["faults-occurred"].verdict is Verdict.NOT_APPLICABLE


def test_a_fault_after_a_commit_that_the_log_does_not_know_is_not_counted() -> None:
    found = verdicts(replace(SOUND, lost=replace(LOST, commits=COMMITS[1:])))["faults-occurred"]
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert "committed nothing" in found.evidence.text


def test_a_fault_after_a_commit_names_the_commit_that_the_log_has() -> None:
    found = verdicts(replace(SOUND, lost=replace(LOST, struck=(replace(STRUCK, sequence=2),))))["faults-occurred"]
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert "0 of 1 after a commit" in found.evidence.text


def test_a_kill_is_confirmed_by_the_log_alone() -> None:
    killed = replace(STRUCK, fault=Fault.KILL_AFTER, sequence=None)
    found = verdicts(replace(SOUND, killed=replace(LOST, struck=(killed,), rule_strikes=0)))["faults-occurred"]
    assert found.verdict is Verdict.PASS


def test_a_fault_before_the_commit_that_committed_is_not_counted() -> None:
    before = replace(STRUCK, fault=Fault.LOST_BEFORE)
    found = verdicts(replace(SOUND, lost=replace(LOST, struck=(before,))))["faults-occurred"]
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert "yet it committed" in found.evidence.text


def test_rules_that_struck_unseen_prove_nothing() -> None:
    found = verdicts(replace(SOUND, lost=replace(LOST, rule_strikes=2)))["faults-occurred"]
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert found.evidence.text == "the fault rules struck 2 times, and the journal shows 1"


@pytest.mark.parametrize(("times", "verdict"), [(1, Verdict.PASS), (2, Verdict.FAIL)])
def test_a_connection_that_breaks_without_a_fault_is_the_targets_fault(times: int, verdict: Verdict) -> None:
    broken = (Broken("POST", "/api/v2/wfm/users", "closed"),) * times
    lossy = replace(LOST, runs=(replace(run(), broken=broken),))
    assert verdicts(replace(SOUND, lost=lossy))["version-steps"].verdict is verdict


def test_a_429_is_no_refusal_of_what_was_sent() -> None:
    busy = replace(LOST, runs=(run(exchanges=(exchange(status=429, seen=429, context_id="context-429"),)),))
    found = verdicts(replace(SOUND, busy=busy))["exit-codes"]
    assert (found.verdict, found.evidence.counts["refusedWrites"]) == (Verdict.PASS, 0)


def test_a_program_that_never_says_that_it_is_done_is_wrong() -> None:
    stuck = replace(ALONE, runs=(run(exit_code=3),), replay=None)
    found = failing(replace(SOUND, alone=stuck, together=None, lost=None, skipped="not held"))
    assert found == {"exit-codes"}


def test_a_replay_that_fails_is_wrong() -> None:
    assert failing(replace(SOUND, alone=replace(ALONE, replay=run("again", exit_code=1)))) == {"exit-codes"}


def test_a_killed_run_needs_no_exit_code() -> None:
    killed = replace(LOST, runs=(run(exit_code=None), run("run 2")))
    assert failing(replace(SOUND, lost=killed)) == set()


def test_a_plan_that_writes_is_wrong() -> None:
    assert failing(replace(SOUND, alone=replace(ALONE, plan=run("plan", 2, commits=1)))) == {"plan-writes-nothing"}
    assert failing(replace(SOUND, alone=replace(ALONE, plan=run("plan", 1)))) == {"plan-writes-nothing"}
    assert failing(replace(SOUND, alone=replace(ALONE, plan=run("plan", 2)))) == set()


@pytest.mark.parametrize(
    ("row", "caught_by"),
    [
        (Commit(3, "user", "u1", 1, 3, 1, "context-3", "client-1"), "version-steps"),
        (Commit(3, "user", "u1", 1, 2, 7, "context-3", "client-1"), "no-lost-update"),
        (Commit(3, "user", "u1", 1, None, None, "context-3", "client-2"), "deletes-own-only"),
    ],
)
def test_a_log_that_should_not_be_is_seen(row: Commit, caught_by: str) -> None:
    assert caught_by in failing(replace(SOUND, alone=replace(ALONE, commits=(*COMMITS, row), done_sequence=3)))


def test_a_broken_reference_is_seen() -> None:
    group = {"id": "g", "version": 1, "name": "Support", "scheduleTemplateId": "gone", "userIds": ["u1"]}
    assert "references" in failing(replace(SOUND, alone=replace(ALONE, state=replace(STATE, groups=(group,)))))


@pytest.mark.parametrize(("again_s", "verdict"), [(0.4, Verdict.FAIL), (1.2, Verdict.PASS)])
def test_retry_after_is_obeyed_or_not(again_s: float, verdict: Verdict) -> None:
    told = exchange(status=429, seen=429, context_id="context-429")
    again = exchange(arrived_s=told.answered_s + again_s, answered_s=told.answered_s + again_s + 0.1)
    busy = replace(LOST, name="429 and 503", runs=(run(exchanges=(told, again)),), struck=(THROTTLED,))
    assert verdicts(replace(SOUND, busy=busy))["retry-after"].verdict is verdict


def test_another_request_need_not_wait() -> None:
    told = exchange(status=429, seen=429, context_id="context-429")
    other = exchange(body=b'{"other": 1}', arrived_s=0.2)
    busy = replace(LOST, runs=(run(exchanges=(told, other)),), struck=(THROTTLED,))
    assert verdicts(replace(SOUND, busy=busy))["retry-after"].verdict is Verdict.PASS


def test_a_run_without_its_journal_that_writes_is_wrong() -> None:
    assert failing(replace(SOUND, alone=replace(ALONE, fresh=run("fresh", commits=1)))) == {"journal-lost"}
    assert failing(replace(SOUND, alone=replace(ALONE, fresh=run("fresh", exit_code=3)))) == {"journal-lost"}
    assert failing(replace(SOUND, alone=replace(ALONE, fresh=run("fresh")))) == set()


def test_open_decisions_are_no_failure_and_are_said() -> None:
    ended = Ended(4, done_codes=frozenset({0, 4}))
    undecided = replace(run(), ended=ended)
    happened = replace(SOUND, alone=replace(ALONE, runs=(undecided,), replay=undecided))
    assert failing(happened) == set()
    assert verdicts(happened)["decisions"].verdict is Verdict.NOT_APPLICABLE
    assert "decisions" not in verdicts(SOUND)


def test_every_invariant_is_in_the_readme() -> None:
    readme = Path(conformance.__file__).with_name("README.md").read_text("utf-8")
    undecided = replace(run(), ended=Ended(4, done_codes=frozenset({0, 4})))
    plan = replace(ALONE, plan=run("plan", 2), runs=(undecided,), fresh=run("fresh"))
    every = {*verdicts(replace(SOUND, alone=plan, overlap=replace(TOGETHER, name="overlap"))), "complaint"}
    assert {id for id in every if f"`{id}`" not in readme} == set()
