"""
The faults of a trial as data: what shall go wrong at which write, and what really did.

Each strikes once in a trial, however often the program is started again, and by order of arrival only, never by time.
One that strikes after the commit waits for a write that committed; otherwise it would not be what it is called. The
target strikes by its own fault rules (`conformance.rules`); only a program's end is the gate's (`conformance.kills`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from conformance.final_state import KINDS, PATHS

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
RETRY_AFTER_S = 1
"""What a 429 tells, and a 503."""


class Fault(StrEnum):
    """
    What happens to one write.

    Names are those of `simulation.plan.Act` and, in lower case, of the emulator's fault rules; a test holds them alike.
    """

    LOST_BEFORE = "connection closed before the target carried it out"
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

    @property
    def is_loss(self) -> bool:
        """Whether the target closes the connection without an answer."""
        return self in (Fault.LOST_BEFORE, Fault.LOST_AFTER)


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
class Place:
    """A write as an operation of the API: `PUT /api/v2/wfm/users/{id}`."""

    method: str
    template: str
    kind: str


def kind_of(path: str) -> str | None:
    """The kind whose collection or entity a path names; None for everything else, such as the token endpoint."""
    matching = [kind for kind in KINDS if path == PATHS[kind] or path.startswith(f"{PATHS[kind]}/")]
    return max(matching, key=lambda kind: len(PATHS[kind]), default=None)


def place_of(method: str, path: str) -> Place | None:
    """The operation that a request is about; None when it is no write on an entity."""
    kind = kind_of(path)
    if method not in WRITES or kind is None:
        return None
    _, *below = path.removeprefix(PATHS[kind]).split("/")
    return Place(method, "/".join([PATHS[kind], *["{id}"][: len(below)], *below[1:]]), kind)


@dataclass(frozen=True, slots=True)
class Planned:
    """`fault` strikes the `nth` write (from 1) at a place, or the first later one that it fits."""

    fault: Fault
    place: Place
    nth: int


@dataclass(frozen=True, slots=True)
class Struck:
    """
    A fault that really occurred.

    Args:
        party: the run it met.
        context_id: correlation id of the request; None when the target never saw it.
        sequence: the commit that the request made, as the target's journal has it; None when it made none, and for
            kills, which the target does not know of.
    """

    fault: Fault
    party: str
    method: str
    path: str
    context_id: str | None = None
    sequence: int | None = None


def draw(faults: Sequence[Fault], writes: Sequence[Place], seed: int, kinds_each: int = len(KINDS)) -> list[Planned]:
    """
    Place each fault on some kinds, at one of the writes that an undisturbed run made on them.

    Args:
        writes: of the undisturbed run, in order; kinds without any get no fault.
        kinds_each: on how many kinds each fault strikes.
    """
    rng = random.Random(seed)
    by_kind = {kind: [place for place in writes if place.kind == kind] for kind in KINDS}
    kinds = [kind for kind in KINDS if by_kind[kind]]
    rng.shuffle(kinds)
    planned, turn = [], 0
    for fault in faults:
        for _ in range(min(kinds_each, len(kinds))):
            kind = kinds[turn % len(kinds)]
            position = rng.randint(1, len(by_kind[kind]))
            planned.append((position, _planned(fault, by_kind[kind][:position])))
            turn += 1
    # On one position what strikes before the commit comes first: its write is sent again, so the other finds one too.
    planned.sort(key=lambda each: (KINDS.index(each[1].place.kind), each[0], each[1].fault.is_after_commit))
    return [each for _, each in planned]


def _planned(fault: Fault, writes: Sequence[Place]) -> Planned:
    """The fault at the last of these writes."""
    return Planned(fault, writes[-1], Counter(writes)[writes[-1]])
