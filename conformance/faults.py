"""
The faults of a trial as data: what shall go wrong at which request, and what really did.

A `Script` is shared by all gates of one trial and counts writes over all runs of it, so each fault strikes once and a
program that is run again after it gets on. It decides by order of arrival only, never by time. A fault that strikes
after the commit waits for a write that the target accepted; otherwise it would not be what it is called.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from conformance.final_state import KINDS, PATHS

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Fault(StrEnum):
    """
    What the wire does to one write.

    Names are those of `simulation.plan.Act` and, in lower case, of the emulator's fault rules; a test holds them alike.
    """

    LOST_BEFORE = "connection closed before the target saw it"
    LOST_AFTER = "answer lost after the commit"
    THROTTLED = "429 with Retry-After: 1"
    UNAVAILABLE_BEFORE = "503 before the commit"
    UNAVAILABLE_AFTER = "503 after the commit"
    KILL_BEFORE = "killed before the target saw it"
    KILL_AFTER = "killed after the commit, before the answer"

    @property
    def short(self) -> str:
        """In a few words, for tables."""
        return _SHORT[self]

    @property
    def is_after_commit(self) -> bool:
        """Whether the target commits and the program does not hear of it."""
        return self in (Fault.LOST_AFTER, Fault.UNAVAILABLE_AFTER, Fault.KILL_AFTER)

    @property
    def is_kill(self) -> bool:
        """Whether the program ends here."""
        return self in (Fault.KILL_BEFORE, Fault.KILL_AFTER)


_SHORT = {
    Fault.LOST_BEFORE: "lost before",
    Fault.LOST_AFTER: "lost after commit",
    Fault.THROTTLED: "429",
    Fault.UNAVAILABLE_BEFORE: "503 before",
    Fault.UNAVAILABLE_AFTER: "503 after commit",
    Fault.KILL_BEFORE: "killed before",
    Fault.KILL_AFTER: "killed after commit",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """`fault` strikes the `nth` write (from 1) on entities of `kind`, or the first later one that it fits."""

    fault: Fault
    kind: str
    nth: int


@dataclass(frozen=True, slots=True)
class Struck:
    """
    A fault that really occurred.

    Args:
        party: the run it met.
        context_id: correlation id of the target's answer that the program never saw; None before the commit.
    """

    fault: Fault
    party: str
    method: str
    path: str
    context_id: str | None = None


def kind_of(path: str) -> str | None:
    """The kind whose collection or entity a path names; None for everything else, such as the token endpoint."""
    matching = [kind for kind in KINDS if path == PATHS[kind] or path.startswith(f"{PATHS[kind]}/")]
    return max(matching, key=lambda kind: len(PATHS[kind]), default=None)


class Script:
    """
    What is still to go wrong; safe to share between threads.

    A gate asks `before` when a request arrives and `after` when the target has answered it.
    """

    def __init__(self, planned: Sequence[Planned] = ()) -> None:
        self._lock = threading.Lock()
        self.planned = tuple(planned)
        self._pending = list(planned)
        self._writes: Counter[str] = Counter()
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

    @property
    def writes(self) -> Mapping[str, int]:
        """Writes that arrived, by kind."""
        with self._lock:
            return dict(self._writes)

    def before(self, party: str, method: str, path: str) -> Planned | None:
        """
        Count a request and give the fault for it.

        A fault before the commit has struck when this returns it; one after the commit is reserved for this request
        and strikes, or goes back, in `after`.
        """
        kind = kind_of(path)
        if method not in WRITES or kind is None:
            return None
        with self._lock:
            self._writes[kind] += 1
            due = next((p for p in self._pending if p.kind == kind and p.nth <= self._writes[kind]), None)
            if due is None:
                return None
            self._pending.remove(due)
            if not due.fault.is_after_commit:
                self._struck.append(Struck(due.fault, party, method, path))
            return due

    def after(self, due: Planned, party: str, method: str, path: str, status: int, context_id: str | None) -> bool:
        """Whether the reserved fault strikes the answer; it waits for another write when nothing was accepted."""
        with self._lock:
            if not 200 <= status < 300:
                self._pending.insert(0, due)
                return False
            self._struck.append(Struck(due.fault, party, method, path, context_id))
            return True


def draw(faults: Sequence[Fault], writes: Mapping[str, int], seed: int, kinds_each: int = len(KINDS)) -> list[Planned]:
    """
    Place each fault on some kinds, at a position within the writes that an undisturbed run made on them.

    Args:
        writes: writes by kind of the undisturbed run; kinds without any get no fault.
        kinds_each: on how many kinds each fault strikes.
    """
    rng = random.Random(seed)
    kinds = [kind for kind in KINDS if writes.get(kind)]
    rng.shuffle(kinds)
    planned, turn = [], 0
    for fault in faults:
        for _ in range(min(kinds_each, len(kinds))):
            kind = kinds[turn % len(kinds)]
            planned.append(Planned(fault, kind, rng.randint(1, writes[kind])))
            turn += 1
    # On one position what strikes before the commit comes first: its write is sent again, so the other finds one too.
    return sorted(planned, key=lambda p: (KINDS.index(p.kind), p.nth, p.fault.is_after_commit))
