"""
One rate budget for all workers: what the target asks for (Retry-After) and what the user allows (requests a minute).

After a 429 nobody sends before its Retry-After has passed, whoever received it: many workers that each wait for their
own answer only would keep an account throttled.
"""

from __future__ import annotations

from collections import deque
from email.utils import parsedate_to_datetime

from migrator.clock import Clock, Sleep

RETRY_AFTER_DEFAULT_S = 1.0
"""A 429 without a readable Retry-After still means: not now."""
RETRY_AFTER_MAX_S = 300.0
"""A target that asks for more is asked again after this long; a typing error there must not stop us for ever."""


class Budget:
    """
    Call `ready` before every request and `throttled` at every 429.

    Args:
        requests_per_minute: how many requests any window of 60 seconds may hold; None means no limit of our own.
    """

    def __init__(self, clock: Clock, sleep: Sleep, requests_per_minute: int | None = None) -> None:
        self._clock, self._sleep = clock, sleep
        self._per_minute = requests_per_minute
        self._sent: deque[float] = deque()
        self._not_before = float("-inf")
        self.waited_s = 0.0
        """Seconds that requests were held back, summed over all workers; the report shows it."""

    async def ready(self) -> None:
        """Return when the next request may be sent, and count it."""
        while (wait_s := self._wait_s()) > 0:
            self.waited_s += wait_s
            await self._sleep(wait_s)
        if self._per_minute is not None:
            self._sent.append(self._clock.monotonic())

    def throttled(self, retry_after: str | None) -> None:
        """The target answered 429; `retry_after` is the header as it came, seconds or an HTTP date."""
        wait_s = min(seconds_of(retry_after, self._clock), RETRY_AFTER_MAX_S)
        self._not_before = max(self._not_before, self._clock.monotonic() + wait_s)

    def _wait_s(self) -> float:
        now = self._clock.monotonic()
        wait_s = self._not_before - now
        if self._per_minute is None:
            return wait_s
        while self._sent and self._sent[0] + 60 - now <= 0:  # The same expression as below, because floats round.
            self._sent.popleft()
        if len(self._sent) >= self._per_minute:
            wait_s = max(wait_s, self._sent[-self._per_minute] + 60 - now)
        return wait_s


def seconds_of(retry_after: str | None, clock: Clock) -> float:
    """A Retry-After header in seconds from now. Source: RFC 9110 section 10.2.3, delay-seconds or HTTP-date."""
    if retry_after is None:
        return RETRY_AFTER_DEFAULT_S
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - clock.wall()).total_seconds())
    except (TypeError, ValueError):
        return RETRY_AFTER_DEFAULT_S
