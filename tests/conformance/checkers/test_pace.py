"""Who was told to wait waits."""

from __future__ import annotations

from dataclasses import replace

from conformance.checkers.pace import tokens_fetched, waits_after_429, within_rate
from conformance.history import Operation

REFUSED = Operation("a", 1, 2, 0.0, 0.0, "POST", "/x", {"n": 1}, 429, None, 3.0, "fail")
AGAIN = Operation("a", 3, 4, 3.0, 3.0, "POST", "/x", {"n": 1}, 201, {}, None, "ok")


def test_waiting_long_enough_passes() -> None:
    assert waits_after_429([REFUSED, AGAIN]) == ()


def test_asking_again_too_early_is_caught() -> None:
    assert waits_after_429([REFUSED, replace(AGAIN, at_s=2.9)])


def test_what_was_already_on_the_wire_and_what_others_send_is_no_offence() -> None:
    on_the_wire, of_another = replace(AGAIN, call=0, at_s=0.0), replace(AGAIN, client="b", at_s=0.0)
    assert waits_after_429([on_the_wire, REFUSED, of_another]) == ()


def test_a_window_with_too_many_requests_is_caught() -> None:
    sent = [replace(AGAIN, at_s=at_s) for at_s in (0.0, 30.0, 59.0)]
    assert within_rate(sent, "a", 3) == within_rate(sent, "b", 2) == ()
    assert within_rate(sent, "a", 2)
    assert within_rate([*sent[:2], replace(AGAIN, at_s=60.0)], "a", 2) == ()


def test_tokens_are_counted_by_client() -> None:
    token = Operation("a", 1, 2, 0.0, 0.0, "POST", "/oauth/token", None, 200, {}, None, "ok")
    assert tokens_fetched([token, replace(token, client="b"), replace(token, status=503)], "a") == 1
