"""Injected time: what is measured (monotonic), what people read (wall), and how to wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Sleep = Callable[[float], Awaitable[None]]
"""Waits that many seconds; `asyncio.sleep` outside of tests (inside a simulation its loop has virtual time)."""

Randomness = Callable[[], float]
"""A number in [0, 1), for the jitter of backoffs."""


@dataclass(frozen=True, slots=True)
class Clock:
    """
    Args:
        monotonic: seconds from any start, never backwards; waits and deadlines use it.
        wall: the present moment in UTC; only journal entries and reports show it, nothing depends on it.
    """

    monotonic: Callable[[], float]
    wall: Callable[[], datetime]


def system_clock() -> Clock:
    """The machine's own clock."""
    return Clock(monotonic=time.monotonic, wall=lambda: datetime.now(UTC))


async def system_sleep(seconds: float) -> None:
    """Wait on the running event loop."""
    await asyncio.sleep(seconds)
