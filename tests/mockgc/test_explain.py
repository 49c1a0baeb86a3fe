"""`explain` answers the four questions of the complaint, and says what it cannot know."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mockgc.caller import Caller, Week, emulator, shift

EIGHT = [shift(minutes=60)]


def test_question_1_each_header_that_was_tried_is_shown_as_ignored() -> None:
    week = Week()
    week.send({week.ada["id"]: EIGHT}, 1)
    body = week.body({week.bob["id"]: EIGHT}, 1)
    found = week.caller.explain(week.caller.ask("POST", "schedules", body, **{"If-Match": "*", "X-Override": "1"}))
    assert {h["name"] for h in found["ignoredHeaders"]} == {"If-Match", "X-Override"}
    assert "no bypass" in found["text"]


def test_question_2_the_batch_that_moved_the_version_is_named_with_the_three_ways_on() -> None:
    week = Week()
    week.caller.ask("GET", week.template["selfUri"])
    moved = week.send({week.ada["id"]: EIGHT}, 1).headers["ININ-Correlation-Id"]
    found = week.caller.explain(week.send({week.bob["id"]: EIGHT}, 1))
    assert found["rule"]["code"] == "wfm.transaction.conflict"
    assert "stated" in found["rule"]["provenance"]
    assert [row["contextId"] for row in found["commits"]] == [moved]
    assert (found["fields"][0]["sent"], found["fields"][0]["stored"]) == ("1", "2")
    for part in (
        moved,
        "2026-11-23T09:00:00.000Z",
        "Read the entity again",
        "scheduleTemplateVersion",
        "leave version out",
    ):
        assert part in found["nextStep"]


def test_question_2_another_client_moved_it_and_this_one_last_read_before() -> None:
    week = Week()
    other = week.caller.other()
    read = other.ask("GET", week.template["selfUri"]).headers["ININ-Correlation-Id"]
    week.send({week.ada["id"]: EIGHT}, 1)
    found = other.explain(other.ask("POST", "schedules", week.body({week.bob["id"]: EIGHT}, 1)))
    assert found["lastRead"]["version"] == 1
    assert found["lastRead"]["contextId"] == read
    assert found["commits"][0]["clientId"] == week.caller.organisation.client_id
    assert found["commits"][0]["ownClient"] is False


def test_question_3_a_zone_that_does_not_fit_is_another_refusal_at_a_named_field() -> None:
    caller = Caller()
    london, template = caller.user("Lon", "Europe/London"), caller.template()
    body = {"name": "G", "scheduleTemplateId": template["id"], "userIds": [london["id"]]}
    found = caller.explain(caller.ask("POST", "users/groups", body))
    assert (found["rule"]["code"], found["fields"][0]["fieldName"]) == ("wfm.time.zone.incompatible", "userIds[0]")
    assert "the member has Europe/London, the template has Europe/Paris" in found["text"]


def test_question_4_the_holder_the_request_that_made_it_and_the_difference() -> None:
    caller = Caller()
    early, late = caller.template("Early"), caller.template("Late")
    held = caller.ask("POST", "users/groups", {"name": "Support", "scheduleTemplateId": early["id"]})
    body = {"name": "support", "scheduleTemplateId": late["id"], "userIds": ["nobody"]}
    found = caller.explain(caller.ask("POST", "users/groups", body))
    holder = found["fields"][-1]["holder"]
    assert (holder["kind"], holder["name"]) == ("group", "Support")
    assert holder["createdBy"]["contextId"] == held.headers["ININ-Correlation-Id"]
    assert {row["fieldName"] for row in found["difference"]} == {"name", "scheduleTemplateId", "userIds"}


def test_an_accepted_request_says_what_it_changed() -> None:
    week = Week()
    found = week.caller.explain(week.send({week.ada["id"]: EIGHT}, 1))
    assert found["outcome"] == "accepted"
    assert [(row["kind"], row["versionAfter"]) for row in found["commits"]] == [
        ("schedule", 1),
        ("scheduleTemplate", 2),
    ]
    assert "changed 2 entities" in found["summary"]


def test_a_request_that_a_fault_answered_after_its_commit_is_said_to_be_carried_out() -> None:
    caller = Caller(emulator())
    rule = {"name": "down", "effect": {"kind": "unavailable_after"}}
    assert caller.ask("POST", f"/_mockgc/organisations/{caller.organisation.id}/faults", rule).status_code == 201
    body = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"}
    answer = caller.ask("POST", "users", body)
    found = caller.explain(answer)
    assert (answer.status_code, found["outcome"], len(found["commits"])) == (503, "accepted", 1)
    assert "was carried out, although answered with 503, and changed 1 entity" in found["summary"]


@pytest.mark.parametrize("is_new", [True, False])
def test_what_a_lagging_answer_left_out_is_told_with_the_fault_and_the_next_step(is_new: bool) -> None:
    caller = Caller(emulator())
    made, base = caller.template(), f"/_mockgc/organisations/{caller.organisation.id}"
    if not is_new:
        assert caller.ask("PATCH", f"{base}/clock", {"advanceSeconds": 60}).status_code == 200
        caller.ask("PUT", made["selfUri"], {"name": "Late", "timeZone": made["timeZone"], "version": 1})
    rule = {"name": "slow index", "effect": {"kind": "lag", "seconds": 30}}
    assert caller.ask("POST", f"{base}/faults", rule).status_code == 201
    answer = caller.ask("GET", made["selfUri"])
    found = caller.explain(answer)
    assert (answer.status_code, found["outcome"]) == ((404, "refused") if is_new else (200, "accepted"))
    assert [row["versionAfter"] for row in found["hidden"]] == [1 if is_new else 2]
    assert found["text"].count("  fault ") == 1
    assert "not shown  schedule template version" in found["text"]
    assert "'slow index' (lag)" in found["fault"]
    assert "remove it (DELETE" in found["nextStep"]
    assert "read again" in found["nextStep"]
    assert "Nothing to do" not in found["nextStep"]


def test_a_dropped_request_is_said_to_be_dropped_and_an_unknown_one_is_404() -> None:
    caller = Caller(emulator(journal_entries_max=2))
    first = caller.ask("GET", "users")
    caller.ask("GET", "users")
    caller.ask("GET", "users")
    assert caller.explain(first)["outcome"] == "dropped"
    assert caller.control("journal")["evicted"] == 1
    assert caller.ask("GET", "/_mockgc/explain/00000000-0000-4000-8001-000000000001").status_code == 404


def test_the_culprit_is_named_from_the_commit_log_when_the_journal_has_dropped_it() -> None:
    caller = Caller(emulator(journal_entries_max=1))
    made = caller.template()
    found = caller.explain(caller.ask("POST", "scheduletemplates", {"name": "early", "timeZone": "UTC"}))
    assert found["fields"][0]["holder"]["createdBy"]["clientId"] == made["modifiedBy"]
    assert found["fields"][0]["holder"]["createdBy"]["request"] == "(dropped from the journal)"


def test_a_request_without_a_token_is_explained_too() -> None:
    caller = Caller()
    answer = caller.http.get("/api/v2/wfm/users")
    assert "POST /oauth/token" in caller.explain(answer)["nextStep"]


BAD = st.fixed_dictionaries(
    {"name": st.sampled_from(["", "x", "x" * 101]), "timeZone": st.sampled_from(["UTC", "Mars"])},
    optional={"email": st.sampled_from(["", "a@b"]), "zoo": st.none() | st.just(1), "version": st.just(1.0)},
)


@given(BAD)
def test_no_line_names_its_place_twice_and_kinds_are_spoken(body: dict[str, object]) -> None:
    caller = Caller()
    text = caller.explain(caller.ask("POST", "users", body))["text"]
    for line in text.splitlines():
        words = line.split()
        assert not any(one == two and one.endswith(":") for one, two in pairwise(words)), line
        assert "\\u0000" not in line, "no regular expressions in front of people"


@pytest.mark.parametrize("part", ["nextStep", "summary"])
def test_every_explanation_ends_in_one_step(part: str) -> None:
    caller = Caller()
    found = caller.explain(caller.ask("POST", "users/groups", {"name": "G", "scheduleTemplateId": "none"}))
    assert found[part]
    assert "scheduleTemplateId: no schedule template has the id 'none'" in found["text"]


def test_a_request_that_repeats_its_own_first_try_is_told_so() -> None:
    caller = Caller()
    body = {"name": "Support", "scheduleTemplateId": caller.template()["id"]}
    first = caller.ask("POST", "users/groups", body)
    found = caller.explain(caller.ask("POST", "users/groups", body))
    assert found["repeats"]["contextId"] == first.headers["ININ-Correlation-Id"]
    assert f"own first try {first.headers['ININ-Correlation-Id']}" in found["nextStep"]
    assert first.get_json()["id"] in found["nextStep"]


def test_another_clients_equal_request_and_an_own_different_one_are_no_first_try() -> None:
    caller = Caller()
    body = {"name": "Support", "scheduleTemplateId": caller.template()["id"]}
    caller.ask("POST", "users/groups", body)
    for asker, sent in ((caller.other(), body), (caller, {**body, "description": "ours"})):
        found = asker.explain(asker.ask("POST", "users/groups", sent))
        assert found["repeats"] is None
        assert "first try" not in found["nextStep"]


def test_a_second_send_after_anothers_edit_is_no_longer_only_its_own_first_try() -> None:
    caller = Caller()
    template = caller.template()
    renamed = {**template, "name": "Later"}
    assert caller.ask("PUT", template["selfUri"], renamed).status_code == 200
    assert caller.explain(caller.ask("PUT", template["selfUri"], renamed))["repeats"] is not None
    other = caller.other()
    now = other.ask("GET", template["selfUri"]).get_json()
    assert other.ask("PUT", template["selfUri"], {**now, "name": "Latest"}).status_code == 200
    assert caller.explain(caller.ask("PUT", template["selfUri"], renamed))["repeats"] is None
