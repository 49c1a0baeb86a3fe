"""
An asyncio loop without file descriptors, on a virtual clock.

When no callback is ready the loop is *quiescent*: every task waits for a reply or for a timer. Only then does it ask
`on_idle` to make something happen, which keeps the number of decisions small. Time moves only when `on_idle` moves it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

OnIdle = Callable[[float | None], None]
"""Called at quiescence with the seconds to the next timer, None when there is none; must make something ready."""


class _Quiet:
    """Stands where BaseEventLoop expects a selector: a wait that is not zero means quiescence."""

    def __init__(self, on_idle: OnIdle) -> None:
        self.on_idle = on_idle

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout > 0:
            self.on_idle(timeout)
        return []

    def close(self) -> None:
        """Nothing is held."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """
    A loop whose time is `now` (seconds from 0).

    It has no self-pipe, so `call_soon_threadsafe` from another thread does not wake it: code under simulation keeps to
    one thread. `_selector`, `_process_events` and `_write_to_self` are what BaseEventLoop asks of a subclass.
    """

    def __init__(self, on_idle: OnIdle) -> None:
        super().__init__()
        self.now = 0.0
        self._selector = _Quiet(on_idle)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self.now

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no events but callbacks and timers."""

    def _write_to_self(self) -> None:
        """Nothing sleeps that would have to be woken."""

    def drain(self) -> None:
        """Cancel what is left, let it unwind, and close; `on_idle` is not asked any more."""

        def pass_time(timeout: float | None) -> None:
            if timeout is not None:
                self.now += timeout

        self._selector.on_idle = pass_time
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run_until_complete(asyncio.wait(tasks, timeout=DRAIN_S))
        self.run_until_complete(self.shutdown_asyncgens())
        self.close()


DRAIN_S = 3_600.0
"""Virtual seconds that tasks get to unwind after a run has ended."""
