"""Time that moves only when somebody waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from migrator.clock import Clock

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class VirtualTime:
    """A clock and its sleep; sleeps take no time."""

    now_s: float = 0.0

    def clock(self) -> Clock:
        """Both faces of it."""
        return Clock(monotonic=lambda: self.now_s, wall=lambda: START + timedelta(seconds=self.now_s))

    async def sleep(self, seconds: float) -> None:
        """Move it on."""
        self.now_s += seconds
