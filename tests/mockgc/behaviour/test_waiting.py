"""Answers that wait: bounded, outside of every lock, and nobody else waits with them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.behaviour.latency import SLEEPERS_MAX, ConnectionLost, Delivery, Waiting
from mockgc.pytest_plugin import TestOrganisation
from mockgc.serve import _THREADS
from tests.mockgc.behaviour.conducted import Conducted, app_with

DELAYS = {"delay_s": st.sampled_from([0.0, 1.0]), "spread_s": st.sampled_from([0.0, 2.0])}
DELIVERIES = st.builds(Delivery, **DELAYS, sent=st.none() | st.integers(1, 50))


@given(body=st.binary(max_size=60), delivery=DELIVERIES)
def test_all_that_is_to_arrive_arrives_in_order_and_on_time(body: bytes, delivery: Delivery) -> None:
    slept: list[float] = []
    pieces = Waiting(slept.append).pieces(body, delivery)
    assert b"".join(pieces) == (body if delivery.sent is None else body[: delivery.sent])
    assert sum(slept) == pytest.approx(delivery.delay_s + delivery.spread_s)
    pieces.close()


def test_a_lost_answer_ends_without_a_byte() -> None:
    arrived: list[bytes] = []
    with pytest.raises(ConnectionLost):
        arrived.extend(Waiting(lambda _: None).pieces(b"body", Delivery(sent=0)))
    assert b"".join(arrived) == b""


def test_one_more_than_may_wait_is_sent_at_once_and_a_place_is_given_back() -> None:
    slept: list[float] = []
    waiting = Waiting(slept.append, most=2)
    late = Delivery(delay_s=1)
    first, second, third = (waiting.pieces(b"x", late) for _ in range(3))
    assert [pieces.is_hurried for pieces in (first, second, third)] == [False, False, True]
    assert b"".join(third) == b"x"
    assert slept == []
    for pieces in (first, first, third):  # closing twice, or what had no place, frees no more than one
        pieces.close()
    assert [waiting.pieces(b"x", late).is_hurried for _ in range(2)] == [False, True]


def test_the_answer_says_that_it_did_not_wait() -> None:
    caller = Conducted(app=app_with(lambda _: None))
    caller.set_fault("delayed", seconds=9)
    assert "X-Mockgc-Not-Delayed" not in caller.ask("GET", "users").headers


def test_a_server_has_threads_left_when_as_many_as_may_wait_do() -> None:
    assert _THREADS >= 2 * SLEEPERS_MAX


def test_while_answers_wait_in_every_place_others_are_answered(mockgc_served_organisation: TestOrganisation) -> None:
    """Real threads on a real server: more late answers than may wait, and requests in between."""
    organisation = mockgc_served_organisation
    answered, number = threading.Event(), SLEEPERS_MAX + 4
    limits = httpx.Limits(max_connections=number)
    match = {"method": "GET", "path": "/api/v2/wfm/users"}
    with (
        httpx.Client(base_url=organisation.base_url, headers=organisation.http.headers, trust_env=False, timeout=20,
                     limits=limits) as http,
        organisation.fault("delayed", match=match, seconds=2) as fault,
        ThreadPoolExecutor(number) as pool,
    ):  # fmt: skip

        def late(_: int) -> tuple[int, bool, bool]:
            answer = http.get("/api/v2/wfm/users")
            return answer.status_code, answered.is_set(), "X-Mockgc-Not-Delayed" in answer.headers

        waiting = [pool.submit(late, index) for index in range(number)]
        while fault.struck < number:
            pass
        stream = f"/_mockgc/organisations/{organisation.id}/stream"
        others = [organisation.http.get(path).status_code for path in ["/api/v2/wfm/schedules", stream] * 5]
        answered.set()
        results = [done.result() for done in waiting]
    assert others == [200] * 10
    assert {status for status, _, _ in results} == {200}
    assert any(was_answered for _, was_answered, _ in results), "nobody waited while others were answered"
    assert any(is_hurried for _, _, is_hurried in results), "as many as there are may wait"
