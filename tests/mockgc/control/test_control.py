"""The control API: organisations, clients, reset, baselines, commits, journal, clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mockgc import Settings, create_app
from tests.mockgc.caller import Caller, Week, emulator, shift


def test_an_organisation_is_made_with_a_client_that_works() -> None:
    caller = Caller()
    answer = caller.http.post("/_mockgc/organisations", json={"name": "Second", "seed": 5})
    made = answer.get_json()
    assert answer.status_code == 201
    assert set(made) >= {"id", "clientId", "clientSecret"}
    assert {"id": made["id"], "name": "Second"} in caller.http.get("/_mockgc/organisations").get_json()["entities"]
    grant = {"grant_type": "client_credentials", "client_id": made["clientId"], "client_secret": made["clientSecret"]}
    assert caller.http.post("/oauth/token", data=grant).status_code == 200


def test_organisations_of_one_seed_give_the_same_entity_ids() -> None:
    caller = Caller(emulator())
    one, other = (caller.emulator.create_organisation(seed=5) for _ in range(2))
    assert Caller(caller.app, one).user()["id"] == Caller(caller.app, other).user()["id"]
    assert one.client_secret != other.client_secret


def test_another_client_answers_like_an_organisation_and_names_it() -> None:
    caller = Caller()
    made = caller.http.post(f"/_mockgc/organisations/{caller.organisation.id}/clients", json={})
    body = made.get_json()
    assert made.status_code == 201
    assert set(body) >= {"id", "clientId", "clientSecret"}
    assert body["id"] == caller.organisation.id
    assert body["clientId"] != caller.organisation.client_id


def test_a_client_has_both_permissions_unless_made_otherwise() -> None:
    caller = Caller()
    path = f"/_mockgc/organisations/{caller.organisation.id}/clients"
    assert set(caller.http.post(path, json={}).get_json()["permissions"]) >= {"wfm:dialect:view", "wfm:dialect:edit"}
    assert caller.http.post(path, json={"permissions": []}).get_json()["permissions"] == []


def test_a_baseline_brings_back_entities_and_switches_and_starts_the_log_anew() -> None:
    caller = Caller()
    base = f"/_mockgc/organisations/{caller.organisation.id}"
    kept = caller.user("Ada", externalId="x")
    caller.switch(zone_fit="exact")
    assert caller.ask("PUT", f"{base}/baselines/one").status_code == 201
    caller.ask("DELETE", kept["selfUri"])
    caller.switch(zone_fit="offsets")
    assert caller.ask("POST", f"{base}/reset", {"baseline": "one"}).status_code == 200
    assert caller.state() == ([kept], {"entities": []})
    assert caller.control("switches")["zone_fit"] == "exact"
    taken = {"name": "Bob", "email": "ADA@example.com", "timeZone": "UTC", "externalId": "x"}
    assert len(caller.ask("POST", "users", taken).get_json()["details"]) == 2, "keys come back with the entities"
    assert caller.ask("POST", f"{base}/reset").status_code == 200
    assert caller.ask("GET", "users").get_json()["total"] == 0
    assert caller.control("baselines") == {"entities": [{"name": "empty"}, {"name": "one"}]}
    unknown = caller.ask("POST", f"{base}/reset", {"baseline": "two"})
    assert unknown.status_code == 404
    assert "empty, one" in unknown.get_json()["message"]


def test_the_commit_log_has_one_row_an_entity_and_can_be_read_from_a_sequence_on() -> None:
    week = Week()
    week.send({week.ada["id"]: [shift()]}, 1)
    rows = week.caller.control("commits")["entities"]
    schedule, template = rows[-2:]
    assert schedule["sequence"] == template["sequence"] == 5
    assert (schedule["kind"], schedule["action"], schedule["versionBefore"]) == ("schedule", "create", 0)
    assert (template["versionBefore"], template["versionAfter"], template["claimedVersion"]) == (1, 2, 1)
    assert rows[0]["claimedVersion"] is None
    assert week.caller.control("commits?after=4")["entities"] == rows[-2:]
    assert week.caller.control("commits?after=5")["entities"] == []


def test_the_commit_log_tells_a_delete() -> None:
    caller = Caller()
    caller.ask("DELETE", caller.user()["selfUri"])
    row = caller.control("commits")["entities"][-1]
    assert (row["action"], row["versionBefore"], row["versionAfter"]) == ("delete", 1, None)


def test_the_journal_is_bounded_and_says_what_it_dropped() -> None:
    caller = Caller(emulator(journal_entries_max=3))
    for number in range(5):
        caller.ask("GET", f"users?pageNumber={number + 1}")
    journal = caller.control("journal")
    assert [entry["query"] for entry in journal["entities"]] == [f"pageNumber={number}" for number in (3, 4, 5)]
    assert journal["evicted"] == 2


def test_the_journal_keeps_what_was_asked_and_answered() -> None:
    caller = Caller()
    caller.ask("POST", "users", {"name": ""})
    entry = caller.control("journal")["entities"][-1]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/api/v2/wfm/users", 400)
    assert entry["code"] == "bad.request"
    assert entry["clientId"] == caller.organisation.client_id
    assert '"name"' in entry["requestBody"]


@pytest.mark.parametrize("again", range(2))
def test_the_clock_freezes_advances_and_goes_on(again: int) -> None:
    http = Caller(emulator()).http
    frozen = http.patch("/_mockgc/clock", json={"freeze": "2030-01-01T00:00:00+01:00", "advanceSeconds": again})
    assert frozen.get_json() == {"now": f"2029-12-31T23:00:0{again}.000Z", "frozen": True}
    assert http.get("/_mockgc/clock").get_json() == frozen.get_json()
    assert http.patch("/_mockgc/clock", json={"freeze": None}).get_json()["frozen"] is False


def test_an_organisations_clock_leaves_the_others_alone() -> None:
    http = create_app(Settings(freeze=datetime(2026, 11, 25, tzinfo=UTC))).test_client()
    one, other = (http.post("/_mockgc/organisations").get_json()["id"] for _ in range(2))
    moved = http.patch(f"/_mockgc/organisations/{one}/clock", json={"advanceSeconds": 3600}).get_json()
    assert moved == {"now": "2026-11-25T01:00:00.000Z", "frozen": False}
    assert http.get(f"/_mockgc/organisations/{other}/clock").get_json()["now"] == "2026-11-25T00:00:00.000Z"
    assert http.get("/_mockgc/clock").get_json() == {"now": "2026-11-25T00:00:00.000Z", "frozen": True}
    assert http.patch("/_mockgc/organisations/nobody/clock", json={"advanceSeconds": 1}).status_code == 404


def test_a_clock_that_would_leave_its_years_stays_where_it_is_as_a_whole() -> None:
    http = Caller(emulator()).http
    before = http.get("/_mockgc/clock").get_json()
    wrong = {"freeze": "2199-12-31T00:00:00Z", "advanceSeconds": 10**6}
    assert http.patch("/_mockgc/clock", json=wrong).status_code == 400
    assert http.get("/_mockgc/clock").get_json() == before


def test_health_answers_without_a_token() -> None:
    assert Caller().http.get("/_mockgc/health").get_json()["status"] == "ok"
