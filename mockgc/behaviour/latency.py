"""How an answer travels: whole or in part, at once or late; and who may wait. Sleep is injected."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Sleep = Callable[[float], None]
SLEEPERS_MAX = 32
PIECES = 10
"""In how many pieces a slow answer comes."""


class ConnectionLost(Exception):
    """Raised while an answer is sent, so that the server closes the connection under it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    Args:
        delay_s: held back this long.
        spread_s: sent in pieces over this long.
        sent: how many bytes of the body arrive before the connection is closed; None when it stays open.
    """

    delay_s: float = 0.0
    spread_s: float = 0.0
    sent: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether nothing is done to it."""
        return self.sent is None and not self.delay_s and not self.spread_s


AT_ONCE = Delivery()


class Waiting:
    """
    Bounds how many requests sleep at once, so that the threads of a server are there for others.

    Args:
        sleep: takes seconds.
        most: how many may sleep; one more does not wait at all.
    """

    def __init__(self, sleep: Sleep, most: int = SLEEPERS_MAX) -> None:
        self._sleep, self._places = sleep, threading.BoundedSemaphore(most)

    def pieces(self, body: bytes, delivery: Delivery) -> Iterator[bytes]:
        """The body as it is to be sent; the waiting happens between the pieces."""
        has_place = self._places.acquire(blocking=False)
        try:
            if has_place and delivery.delay_s:
                self._sleep(delivery.delay_s)
            arriving = body if delivery.sent is None else body[: delivery.sent]
            parts = _cut(arriving) if delivery.spread_s else [arriving]
            for part in parts:
                if has_place and delivery.spread_s:
                    self._sleep(delivery.spread_s / len(parts))
                yield part
        finally:
            if has_place:
                self._places.release()
        if delivery.sent == 0:
            raise ConnectionLost


def _cut(body: bytes) -> list[bytes]:
    size = max(-(-len(body) // PIECES), 1)
    return [body[at : at + size] for at in range(0, len(body), size)] or [b""]
