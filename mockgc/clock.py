"""Injected time: where the wall clock enters, and how it is frozen and advanced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""What a clock may show; dates far from ours cannot be computed with."""
WallClock = Callable[[], datetime]
ClockChange = Callable[["ClockState", WallClock], "ClockState"]
"""From a clock's state and the clock beneath it to another state."""


def wall_clock() -> datetime:
    """The machine's time in UTC; the only place that reads it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockState:
    """
    A frozen instant, or an offset from the clock beneath: the emulator's from the wall clock, an organisation's from
    the emulator's.
    """

    frozen_at: datetime | None = None
    offset: timedelta = timedelta()

    def now(self, wall: WallClock) -> datetime:
        """The time, `wall` being the clock beneath."""
        return self.frozen_at if self.frozen_at is not None else wall() + self.offset

    def advanced(self, seconds: float) -> ClockState:
        """The same clock, this much later."""
        step = timedelta(seconds=seconds)
        if self.frozen_at is not None:
            return ClockState(self.frozen_at + step, self.offset)
        return ClockState(None, self.offset + step)

    def frozen(self, at: datetime) -> ClockState:
        """A clock that stands still."""
        return ClockState(at.astimezone(UTC), self.offset)

    def stopped(self, wall: WallClock) -> ClockState:
        """A clock that stands still where it is."""
        return self.frozen(self.now(wall))

    def released(self, wall: WallClock) -> ClockState:
        """A clock that goes on from where it stands."""
        if self.frozen_at is None:
            return self
        return ClockState(None, self.frozen_at - wall())
