"""One rate budget for all workers."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrator.budget import RETRY_AFTER_DEFAULT_S, RETRY_AFTER_MAX_S, Budget, seconds_of
from tests.migrator.virtual import VirtualTime


def sent_at(budget: Budget, time: VirtualTime, pauses_s: list[float]) -> list[float]:
    """When requests go out that are wanted after these pauses."""

    async def send() -> list[float]:
        moments = []
        for pause_s in pauses_s:
            await time.sleep(pause_s)
            await budget.ready()
            moments.append(time.now_s)
        return moments

    return asyncio.run(send())


@given(st.lists(st.floats(0, 30), max_size=40), st.integers(1, 5))
@example([1.557867160579161, 60.0, 0.0], 1)  # once, rounding let two requests through at one moment
def test_no_window_of_a_minute_holds_more_than_the_budget(pauses_s: list[float], per_minute: int) -> None:
    time = VirtualTime()
    moments = sent_at(Budget(time.clock(), time.sleep, per_minute), time, pauses_s)
    for index, moment in enumerate(moments):
        window = [other for other in moments[: index + 1] if other > moment - 60 + 1e-6]  # floats round
        assert len(window) <= per_minute


@given(st.floats(0.1, 100), st.lists(st.floats(0, 30), min_size=1, max_size=5))
def test_after_a_429_nothing_is_sent_before_retry_after(retry_after_s: float, pauses_s: list[float]) -> None:
    time = VirtualTime()
    budget = Budget(time.clock(), time.sleep)
    budget.throttled(str(retry_after_s))
    assert all(moment >= retry_after_s - 1e-6 for moment in sent_at(budget, time, pauses_s))


def test_a_shorter_retry_after_does_not_shorten_a_longer_one() -> None:
    time = VirtualTime()
    budget = Budget(time.clock(), time.sleep)
    budget.throttled("10")
    budget.throttled("1")
    assert sent_at(budget, time, [0.0]) == [10.0]
    assert budget.waited_s == 10.0


def test_without_limit_nothing_waits() -> None:
    time = VirtualTime()
    assert sent_at(Budget(time.clock(), time.sleep), time, [0.0] * 1_000) == [0.0] * 1_000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("-3", 0.0),
        (None, RETRY_AFTER_DEFAULT_S),
        ("soon", RETRY_AFTER_DEFAULT_S),
        ("Mon, 23 Nov 2026 09:00:07 GMT", 7.0),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 09:00:07", RETRY_AFTER_DEFAULT_S),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float) -> None:
    assert seconds_of(header, VirtualTime().clock()) == seconds


@pytest.mark.parametrize("header", ["1e12", "inf", "nan"])
def test_an_absurd_retry_after_does_not_stop_the_run_for_ever(header: str) -> None:
    time = VirtualTime()
    budget = Budget(time.clock(), time.sleep)
    budget.throttled(header)
    assert sent_at(budget, time, [0.0])[0] <= RETRY_AFTER_MAX_S
