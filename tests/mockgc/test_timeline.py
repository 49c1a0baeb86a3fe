"""The timeline of a refusal: what moved the version, what the client knew, what it said, in the order it happened."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.mockgc.caller import Caller, Week, emulator, shift

EIGHT = [shift(minutes=60)]


def put(caller: Caller, template: Any, name: str, version: int) -> Any:
    body = {"name": name, "timeZone": "Europe/Paris", "version": version}
    return caller.ask("PUT", template["selfUri"], body)


def test_the_complaint_shows_what_was_remembered_and_what_was_told_and_not_kept() -> None:
    week = Week()
    week.caller.ask("GET", week.template["selfUri"])
    week.send({week.ada["id"]: EIGHT}, 1)
    found = week.caller.explain(week.send({week.bob["id"]: EIGHT}, 1))
    assert (found["claimed"], found["current"], found["stoppedAt"]) == (1, 2, "rules")
    shown = [(event["event"], event["version"], event.get("remembered")) for event in found["timeline"]]
    assert shown == [("commit", 1, False), ("read", 1, True), ("commit", 2, False), ("refused", 2, None)]
    moved, refused = found["timeline"][2:]
    assert (moved["claimed"], moved["told"], moved["lastRead"], moved["ownClient"]) == (1, 2, True, True)
    assert moved["together"][0].startswith("create schedule ")
    assert refused["claimed"] == 1
    assert [event["number"] for event in found["timeline"]] == [3, 5, 6, 7]


def test_the_numbers_are_those_of_the_journal() -> None:
    week = Week(Caller(emulator(journal_entries_max=4)))
    week.send({week.ada["id"]: EIGHT}, 1)
    found = week.caller.explain(week.send({week.bob["id"]: EIGHT}, 1))
    held = week.caller.emulator.store.journal(week.caller.organisation.id)
    numbers = {entry.context_id: number for number, entry in held.numbered}
    assert {event["contextId"]: event["number"] for event in found["timeline"] if event["number"]}.items() <= (
        numbers.items()
    )
    assert found["request"]["number"] == held.last


def test_another_clients_commits_are_told_apart_and_long_runs_are_counted() -> None:
    caller = Caller()
    template, other = caller.template("T"), caller.other()
    for version in range(1, 15):
        assert put(other, template, f"T{version}", version).status_code == 200
    found = caller.explain(put(caller, template, "mine", 1))
    events = found["timeline"]
    assert [event["event"] for event in events] == ["commit", "skipped", *["commit"] * 8, "refused"]
    assert events[1]["count"] == 6
    assert [event["ownClient"] for event in events if event["event"] == "commit"] == [True, *[False] * 8]
    assert events[0]["remembered"] is True


def test_a_taken_name_has_its_holders_timeline_and_claims_no_version() -> None:
    caller = Caller()
    caller.template("Early")
    found = caller.explain(caller.ask("POST", "scheduletemplates", {"name": "early", "timeZone": "Europe/Paris"}))
    assert (found["claimed"], [event["event"] for event in found["timeline"]]) == (None, ["commit", "refused"])


def test_each_refusal_says_where_it_stopped() -> None:
    caller = Caller()
    user = caller.user("Ada")
    poor = caller.other(frozenset({"wfm:none:view"}))
    week = {"name": "G", "scheduleTemplateId": "nothing"}
    nobody = caller.http.get("/api/v2/wfm/users")
    stops = [
        (nobody, "token"),
        (poor.ask("GET", "users"), "permission"),
        (caller.ask("GET", "nothing"), "path"),
        (caller.ask("DELETE", "users"), "method"),
        (caller.ask("POST", "users", {"name": 1}), "content"),
        (caller.raw("POST", "users", b"x", "text/plain"), "content"),
        (caller.ask("GET", "users/nothing"), "id"),
        (caller.ask("POST", "users/groups", week), "rules"),
        (caller.ask("POST", "users", {"name": "A", "email": user["email"], "timeZone": "Europe/Paris"}), "rules"),
    ]
    assert [caller.explain(answer)["stoppedAt"] for answer, _ in stops] == [step for _, step in stops]


def test_a_lacking_permission_is_a_value_of_its_own() -> None:
    caller = Caller()
    found = caller.explain(caller.other(frozenset({"wfm:none:view"})).ask("POST", "users", {"name": "x"}))
    assert found["fields"][0]["stored"] == "wfm:dialect:edit"


@given(st.lists(st.tuples(st.sampled_from(["mine", "other"]), st.sampled_from(["read", "put", "stale"])), max_size=12))
def test_versions_go_up_reads_stand_at_what_they_showed_and_the_refusal_is_last(steps: list[tuple[str, str]]) -> None:
    mine = Caller()
    clients = {"mine": mine, "other": mine.other()}
    template = mine.template("T")
    version, reads = 1, [1]
    for position, (who, what) in enumerate(steps):
        caller = clients[who]
        if what == "read":
            caller.ask("GET", template["selfUri"])
            reads += [version] * (who == "mine")
        elif put(caller, template, f"T{position}", version if what == "put" else 0).status_code == 200:
            version += 1
            reads += [version] * (who == "mine")
    refused = mine.explain(put(mine, template, "last", 99))
    events = refused["timeline"]
    assert [event["event"] for event in events].index("refused") == len(events) - 1
    commits = [event["version"] for event in events if event["event"] == "commit"]
    assert commits == sorted(commits)
    assert commits[-1] == version
    known = 0
    for event in events[:-1]:
        if event["event"] == "read":
            assert event["version"] == known
        known = event.get("version", known)
    last = [event for event in events if event.get("lastRead")]
    assert [event.get("told") or event["version"] for event in last] == reads[-1:]
    assert refused["current"] == version
