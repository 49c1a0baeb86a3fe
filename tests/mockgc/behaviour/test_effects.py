"""Each effect by an example, in process; what needs a real connection is in test_lost_answers."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mockgc.behaviour.effects import KINDS
from tests.mockgc.behaviour.conducted import Conducted, app_with
from tests.mockgc.caller import Week

USER = {"name": "Eve", "email": "eve@example.com", "timeZone": "Europe/Paris"}
ONCE = {"first": 1}


def moves(caller: Conducted, answer: TestResponse) -> Any:
    """The commits that an explanation tells of."""
    return caller.explain(answer)["commits"]


def test_another_status_and_body_are_answered_and_nothing_is_done() -> None:
    caller = Conducted()
    caller.set_fault("status", status=418, body={"teapot": True}, headers={"X-Brew": "tea"}, budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    assert (answer.status_code, answer.get_json(), answer.headers["X-Brew"]) == (418, {"teapot": True}, "tea")
    assert caller.control("commits")["entities"] == []
    assert caller.ask("POST", "users", USER).status_code == 201


def test_a_success_may_be_pretended() -> None:
    caller = Conducted()
    caller.set_fault("status", status=202, body={"status": "Processing"}, budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    assert (answer.status_code, answer.get_json()) == (202, {"status": "Processing"})
    assert caller.control("commits")["entities"] == []


def test_unavailable_before_the_commit() -> None:
    caller = Conducted()
    caller.set_fault("unavailable_before", retryAfterSeconds=7, budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert answer.get_json()["code"] == "service.unavailable"
    assert caller.control("commits")["entities"] == []


def test_unavailable_after_the_commit() -> None:
    caller = Conducted()
    caller.set_fault("unavailable_after", budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.get_json()["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert len(caller.control("commits")["entities"]) == 1
    assert caller.last_entry()["status"] == 503


@pytest.mark.parametrize("has_retry_after", [True, False])
def test_throttled_with_and_without_retry_after(has_retry_after: bool) -> None:
    caller = Conducted()
    caller.set_fault("throttled", retryAfter=has_retry_after, retryAfterSeconds=9, budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "too.many.requests")
    assert answer.headers.get("Retry-After") == ("9" if has_retry_after else None)
    assert caller.control("commits")["entities"] == []


def test_an_answer_that_is_not_json_any_more() -> None:
    caller = Conducted()
    caller.set_fault("malformed", budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    assert answer.status_code == 201
    assert answer.content_type == "application/json"
    assert answer.get_json(silent=True) is None
    assert len(caller.control("commits")["entities"]) == 1


@pytest.mark.parametrize(("kind", "waits"), [("delayed", [3.0]), ("slow", [0.3] * 10)])
def test_a_late_and_a_slow_answer_wait_outside_of_the_critical_section(kind: str, waits: list[float]) -> None:
    slept: list[float] = []
    caller = Conducted(app=app_with(slept.append))
    caller.set_fault(kind, seconds=3, budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    assert answer.get_json()["name"] == "Eve"
    assert sum(slept) == pytest.approx(3)
    assert slept[: len(waits)] == pytest.approx(waits)


def test_a_duplicated_create_is_refused_as_the_client_s_own_first_try() -> None:
    caller = Conducted()
    caller.set_fault("duplicated", budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    assert answer.status_code == 409
    assert len(caller.control("commits")["entities"]) == 1
    assert "own first try" in caller.explain(answer)["nextStep"]


def test_of_a_duplicated_request_the_client_may_see_the_first_answer() -> None:
    caller = Conducted()
    user = caller.user()
    caller.set_fault("duplicated", seen="first", budget=ONCE)
    answer = caller.ask("DELETE", user["selfUri"])
    assert answer.status_code == 204
    statuses = [entry["status"] for entry in caller.control("journal")["entities"]]
    assert sorted(statuses) == [201, 204, 404], "both deliveries are in the journal"


def test_a_version_moved_by_another_actor_makes_the_next_write_stale_and_explain_names_the_actor() -> None:
    caller = Conducted()
    user = caller.user()
    caller.set_fault("moved", name="the other desk", match={"method": "PUT"}, budget=ONCE)
    answer = caller.ask("PUT", user["selfUri"], {**user, "name": "Ada B"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "wfm.transaction.conflict")
    (commit,) = moves(caller, answer)
    assert (commit["clientId"], commit["ownClient"]) == ("another actor (fault 'the other desk')", False)
    assert (commit["versionBefore"], commit["versionAfter"]) == (1, 2)
    assert "another actor (fault 'the other desk')" in caller.explain(answer)["text"]
    assert caller.ask("GET", f"/_mockgc/explain/{commit['contextId']}").get_json()["outcome"] == "accepted"
    current = caller.ask("GET", user["selfUri"]).get_json()
    assert {**current, "version": 1, "dateModified": None, "modifiedBy": None} == {
        **user, "dateModified": None, "modifiedBy": None,
    }  # fmt: skip


def test_the_complaint_by_another_actor_the_template_named_in_the_body_moves() -> None:
    caller = Conducted()
    week = Week(caller)
    caller.set_fault("moved", match={"method": "POST", "path": "/api/v2/wfm/schedules"}, field="scheduleTemplateId")
    answer = week.send({week.ada["id"]: []}, version=week.template_version())
    assert (answer.status_code, answer.get_json()["code"]) == (409, "wfm.transaction.conflict")


def test_a_write_to_nothing_that_has_a_version_gives_the_move_back() -> None:
    caller = Conducted()
    caller.set_fault("moved", budget=ONCE)
    user = caller.user()
    assert caller.struck() == {"moved": 0}
    assert caller.ask("PUT", user["selfUri"], user).status_code == 409


@pytest.mark.parametrize("of", ["reads", "lists"])
def test_a_read_and_a_list_show_the_state_of_some_seconds_ago(of: str) -> None:
    caller = Conducted()
    caller.clock.advance(60)
    user = caller.user()
    caller.set_fault("lag", of=[of], seconds=5)
    read, listed = caller.ask("GET", user["selfUri"]), caller.ask("GET", "users").get_json()["entities"]
    assert (read.status_code, len(listed)) == ((404, 1) if of == "reads" else (200, 0))
    caller.clock.advance(6)
    assert caller.ask("GET", user["selfUri"]).status_code == 200
    assert len(caller.ask("GET", "users").get_json()["entities"]) == 1


def test_a_lagging_read_shows_the_version_before_and_writes_are_decided_on_the_present() -> None:
    caller = Conducted()
    user = caller.user()
    caller.clock.advance(60)
    changed = caller.ask("PUT", user["selfUri"], {**user, "name": "Ada B"}).get_json()
    caller.set_fault("lag", seconds=5)
    assert caller.ask("GET", user["selfUri"]).get_json() == user
    assert caller.ask("GET", "users?email=ada@example.com").get_json()["entities"] == [user]
    assert caller.ask("PUT", user["selfUri"], {**user, "name": "Ada C"}).status_code == 409, "the client read too old"
    assert caller.ask("PUT", user["selfUri"], {**changed, "name": "Ada C"}).status_code == 200


def test_a_lag_that_has_nothing_to_hide_is_given_back_and_stays_out_of_the_journal() -> None:
    caller = Conducted()
    user = caller.user()
    caller.clock.advance(60)
    caller.set_fault("lag", seconds=5, budget=ONCE)
    caller.ask("GET", user["selfUri"])
    assert (caller.last_entry()["fault"], caller.struck()) == (None, {"lag": 0})
    changed = caller.ask("PUT", user["selfUri"], {**user, "name": "Ada B"}).get_json()
    assert [caller.ask("GET", user["selfUri"]).get_json() for _ in range(2)] == [user, changed]
    assert caller.struck() == {"lag": 1}


def test_a_deleted_entity_is_still_shown() -> None:
    caller = Conducted()
    user = caller.user()
    caller.clock.advance(60)
    caller.ask("DELETE", user["selfUri"])
    caller.set_fault("lag", seconds=5)
    assert caller.ask("GET", user["selfUri"]).get_json() == user
    assert caller.user()["id"] != user["id"], "its keys are free"


def test_what_a_baseline_brought_is_shown_as_it_was_there() -> None:
    caller = Conducted()
    user = caller.user()
    caller.http.put(f"{caller.base}/baselines/monday")
    caller.http.post(f"{caller.base}/reset", json={"baseline": "monday"})
    caller.clock.advance(60)
    caller.ask("PUT", user["selfUri"], {**user, "name": "Ada B"})
    caller.set_fault("lag", seconds=5)
    assert caller.ask("GET", user["selfUri"]).get_json() == user
    caller.ask("DELETE", user["selfUri"])
    assert caller.ask("GET", "users").get_json()["entities"] == [user]
    caller.clock.advance(6)
    assert caller.ask("GET", user["selfUri"]).status_code == 404


def test_a_lag_in_reads_shows_the_state_at_the_read_before() -> None:
    caller = Conducted()
    caller.set_fault("lag", of=["reads"], reads=2)
    user = caller.user()
    statuses = [caller.ask("GET", user["selfUri"]).status_code for _ in range(4)]
    assert statuses == [404, 404, 200, 200]


def test_a_token_expires_early_and_a_fresh_one_works() -> None:
    caller = Conducted()
    caller.set_fault("expired", match={"nth": 2})
    answers = [caller.ask("GET", "users") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert answers[1].get_json()["code"] == "bad.credentials"
    caller.headers = {"Authorization": f"Bearer {caller.emulator.issue_token(caller.organisation.client_id)}"}
    assert caller.ask("GET", "users").status_code == 200


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"level": "code_only"}, ("wfm.email.in.use", 409, [])),
        ({"level": "none"}, ("wfm.email.in.use", 409, [])),
        ({"level": "misleading", "code": "bad.request", "status": 400, "message": "No."}, ("bad.request", 400, [])),
    ],
)
def test_a_refusal_tells_less_than_it_knows_or_something_else(options: Any, wanted: Any) -> None:
    caller = Conducted()
    caller.user("Eve")
    caller.set_fault("detail", **options)
    answer = caller.ask("POST", "users", USER)
    body = answer.get_json()
    assert (body["code"], answer.status_code, body["details"]) == wanted
    assert ("Eve" in body["message"] or "eve" in body["message"]) == (options["level"] == "code_only")
    assert caller.explain(answer)["fields"][0]["holder"]["name"] == "Eve", "the journal still knows"


def test_a_refusal_may_have_no_body_and_a_success_is_left_alone() -> None:
    caller = Conducted()
    caller.set_fault("detail", level="empty", budget=ONCE)
    assert caller.user("Eve")["name"] == "Eve"
    answer = caller.ask("POST", "users", USER)
    assert (answer.status_code, answer.data) == (409, b"")


PATIENT = app_with(lambda _: None)
IN_PROCESS = [name for name, kind in KINDS.items() if not kind.needs_connection]
OPTIONS: dict[str, dict[str, Any]] = {
    "status": {"status": 418},
    "lag": {"reads": 1},
    "delayed": {"seconds": 0},
    "slow": {"seconds": 0},
}


@pytest.mark.parametrize(("one", "other"), list(combinations(IN_PROCESS, 2)))
def test_any_two_effects_strike_one_request_without_failing_in_the_emulator(one: str, other: str) -> None:
    caller = Conducted(app=PATIENT)
    made = caller.ask("POST", "users", USER).get_json()
    changed = {**USER, "active": True, "version": made["version"]}
    for kind in (one, other):
        caller.set_fault(kind, **OPTIONS.get(kind, {}))
    for method, path, body in (
        ("POST", "users", {**USER, "email": "b@example.com"}), ("POST", "users", USER), ("GET", made["selfUri"], None),
        ("PUT", made["selfUri"], changed), ("GET", "users", None), ("DELETE", made["selfUri"], None),
    ):  # fmt: skip
        assert caller.ask(method, path, body).status_code != 500


def test_the_journal_and_explain_tell_of_the_fault() -> None:
    caller = Conducted()
    caller.set_fault("unavailable_before", name="storm", budget=ONCE)
    answer = caller.ask("POST", "users", USER)
    told = "'storm' (unavailable_before): 503 before the commit"
    assert caller.last_entry()["fault"] == told
    explained = caller.explain(answer)
    assert explained["fault"] == told
    assert told in explained["text"]
    assert "Somebody set this fault" in explained["nextStep"]
