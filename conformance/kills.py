"""
The kills of a trial, which only a gate can do: the program ends at a write, before the target sees it or after.

`Kills` is shared by all gates of one trial and counts writes over all runs of it, so that each strikes once and a
program that is run again after it gets on.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from conformance.faults import Fault, Place, Planned, Struck, place_of


class Kills:
    """
    What is still to be killed at; safe to share between threads.

    A gate asks `before` when a request arrives and `after` when the target has answered it.
    """

    def __init__(self, planned: Iterable[Planned] = ()) -> None:
        self._lock = threading.Lock()
        self._pending = [each for each in planned if each.fault.is_kill]
        self._writes: Counter[Place] = Counter()
        self._struck: list[Struck] = []

    @property
    def struck(self) -> tuple[Struck, ...]:
        """What occurred, in order."""
        with self._lock:
            return tuple(self._struck)

    @property
    def pending(self) -> int:
        """How many have not struck yet."""
        with self._lock:
            return len(self._pending)

    def before(self, party: str, method: str, path: str) -> Planned | None:
        """
        Count a request and give the kill for it.

        One before the commit has struck when this returns it; one after the commit is reserved for this request and
        strikes, or goes back, in `after`.
        """
        place = place_of(method, path)
        if place is None:
            return None
        with self._lock:
            self._writes[place] += 1
            due = next((p for p in self._pending if p.place == place and p.nth <= self._writes[place]), None)
            if due is None:
                return None
            self._pending.remove(due)
            if due.fault is Fault.KILL_BEFORE:
                self._struck.append(Struck(due.fault, party, method, path))
            return due

    def after(self, due: Planned, party: str, method: str, path: str, status: int, context_id: str | None) -> bool:
        """Whether the reserved kill strikes; it waits for another write when nothing was accepted."""
        with self._lock:
            if not 200 <= status < 300:
                self._pending.insert(0, due)
                return False
            self._struck.append(Struck(due.fault, party, method, path, context_id))
            return True
