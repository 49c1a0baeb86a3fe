"""Same seed, same instant, same requests: the same bytes. And nothing is shared between two emulators."""

from __future__ import annotations

from typing import Any

from tests.mockgc.caller import Caller, Week, emulator, shift


def story(caller: Caller) -> list[Any]:
    """Status, headers and bytes of a few requests of each kind."""
    week = Week(caller)
    answers = [
        week.send({week.ada["id"]: [shift()]}, 1),
        week.send({week.bob["id"]: [shift()]}, 1),
        caller.ask("GET", "schedules"),
        caller.ask("DELETE", week.ada["selfUri"]),
        caller.ask("GET", "nothing"),
        caller.http.post("/oauth/token"),
        caller.ask("GET", f"/_mockgc/organisations/{caller.organisation.id}/journal"),
        caller.ask("GET", f"/_mockgc/organisations/{caller.organisation.id}/commits"),
    ]
    return [(a.status_code, a.headers.to_wsgi_list(), a.get_data()) for a in answers]


def test_the_same_seed_and_requests_give_the_same_bytes() -> None:
    assert story(Caller(emulator())) == story(Caller(emulator()))


def test_another_seed_gives_other_ids_and_secrets() -> None:
    one, other = Caller(emulator(seed=1)), Caller(emulator(seed=2))
    assert one.user()["id"] != other.user()["id"]
    assert one.organisation.client_secret != other.organisation.client_secret


def test_two_emulators_in_one_process_share_nothing() -> None:
    one, other = Caller(emulator()), Caller(emulator())
    one.user()
    one.switch(zone_fit="exact")
    one.emulator.clock.advance(3600)
    assert other.state() == ([], {"entities": []})
    assert other.control("switches")["zone_fit"] == "offsets"
    assert other.emulator.clock.now() != one.emulator.clock.now()


def test_a_reset_never_rewinds_an_id() -> None:
    caller = Caller(emulator())
    before = [caller.user()["id"], caller.ask("GET", "users").headers["ININ-Correlation-Id"]]
    caller.ask("POST", f"/_mockgc/organisations/{caller.organisation.id}/reset", {})
    after = [caller.user()["id"], caller.ask("GET", "users").headers["ININ-Correlation-Id"]]
    assert not {*before} & {*after}
    assert caller.ask("GET", f"/_mockgc/explain/{before[1]}").get_json()["outcome"] == "dropped"
