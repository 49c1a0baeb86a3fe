"""How an answer travels: whole or in part, at once or late; and who may wait. Sleep is injected."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Sleep = Callable[[float], None]
SLEEPERS_MAX = 32
PIECES = 10
"""In how many pieces a slow answer comes."""
UNSENDABLE = "lost"
"""
A Content-Length that is no number. Granian's HTTP library refuses to send such a head and closes the connection with
nothing on it. It sends a good head at once, before it asks for the body, so raising there comes too late.
"""


class ConnectionLost(Exception):
    """Raised while an answer is sent, so that the server closes the connection under it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    Args:
        delay_s: held back this long.
        spread_s: sent in pieces over this long.
        sent: how many bytes of the body arrive before the connection is closed; None when it stays open.
        is_lost: the connection is closed and nothing arrives, no status line either.
    """

    delay_s: float = 0.0
    spread_s: float = 0.0
    sent: int | None = None
    is_lost: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing is done to it."""
        return self.sent is None and not self.is_lost and not self.delay_s and not self.spread_s


AT_ONCE = Delivery()


class Waiting:
    """
    Bounds how many answers sleep at once, so that the threads of a server are there for others.

    Args:
        sleep: takes seconds.
        most: how many may sleep; one more does not wait at all.
    """

    def __init__(self, sleep: Sleep, most: int = SLEEPERS_MAX) -> None:
        self.sleep, self.most = sleep, most
        self._places = threading.BoundedSemaphore(most)

    def pieces(self, body: bytes, delivery: Delivery) -> Pieces:
        """The body as it is to be sent; who takes it closes it."""
        waits = bool(delivery.delay_s or delivery.spread_s)
        has_place = waits and self._places.acquire(blocking=False)
        return Pieces(body, delivery, self, has_place=has_place, is_hurried=waits and not has_place)

    def leave(self) -> None:
        """Give a place to another."""
        self._places.release()


class Pieces:
    """
    A body on its way; the waiting happens between the pieces.

    Args:
        is_hurried: it was to wait, and too many wait already.
    """

    def __init__(self, body: bytes, delivery: Delivery, waiting: Waiting, *, has_place: bool, is_hurried: bool) -> None:
        self._body, self._delivery, self._waiting = body, delivery, waiting
        self._has_place, self.is_hurried = has_place, is_hurried

    def wait(self) -> None:
        """Wait for as long as the sending would take: a lost answer is given up before any of it is sent."""
        if self._has_place:
            self._waiting.sleep(self._delivery.delay_s + self._delivery.spread_s)

    def __iter__(self) -> Iterator[bytes]:
        delivery = self._delivery
        if delivery.is_lost:
            raise ConnectionLost
        if self._has_place and delivery.delay_s:
            self._waiting.sleep(delivery.delay_s)
        arriving = self._body if delivery.sent is None else self._body[: delivery.sent]
        parts = _cut(arriving) if delivery.spread_s else [arriving]
        for part in parts:
            if self._has_place and delivery.spread_s:
                self._waiting.sleep(delivery.spread_s / len(parts))
            yield part
        if delivery.sent == 0:
            raise ConnectionLost

    def close(self) -> None:
        """It was sent, or nobody takes it any more; may be called again."""
        if self._has_place:
            self._has_place = False
            self._waiting.leave()


def _cut(body: bytes) -> list[bytes]:
    size = max(-(-len(body) // PIECES), 1)
    return [body[at : at + size] for at in range(0, len(body), size)] or [b""]
