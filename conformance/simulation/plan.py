"""
A run's schedule as a plain value: a flat list of small integers.

Each quiescent step of the wire takes the next number; past the end every number is 0. One number says which flight
moves (`number % PICKS`, 0 = the last mover goes on) and what happens to it (`number // PICKS`, an index into `ACTS`,
0 = nothing special). So 0 is "the last mover goes on, no fault", a plan shrinks towards clients that run one after the
other on a perfect wire, and each number that is left is one preemption or one fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from hypothesis import strategies as st


class Act(Enum):
    """
    What happens to the flight that moves; the value is the name that reports and counters use.

    Names are those of `conformance.faults.Fault` and, in lower case, of the emulator's fault rules; a test holds them
    alike.
    """

    GO_ON = "go on"
    PASS_TIME = "time passes"
    """To the next timer, although something is on the wire: backoffs end, clients give up."""
    REFUSED = "connection refused"
    LOST_BEFORE = "lost before commit"
    LOST_AFTER = "lost after commit"
    DUPLICATED = "duplicated"
    """Committed twice; the client sees the second answer."""
    DUPLICATED_LATE = "duplicated late"
    """The client sees the first answer; a copy stays on the wire and commits later."""
    THROTTLED = "429 with Retry-After"
    UNAVAILABLE_BEFORE = "503 before commit"
    UNAVAILABLE_AFTER = "503 after commit"
    TIMED_OUT = "client timeout, late commit"
    EXPIRED = "expired token"
    CRASH = "crash at a request boundary"
    CRASH_LOST_WRITE = "crash before a journal write"
    CRASH_TORN_WRITE = "crash in the middle of a journal write"
    CRASH_AFTER_WRITE = "crash after a journal write"


ACTS = tuple(Act)
CRASHES = frozenset({Act.CRASH, Act.CRASH_LOST_WRITE, Act.CRASH_TORN_WRITE, Act.CRASH_AFTER_WRITE})
HARMLESS = frozenset({Act.GO_ON, Act.PASS_TIME})
FAULTS = frozenset(ACTS) - CRASHES - HARMLESS

PICKS = 6
"""How far down the list of flights one number can reach."""
HIGHEST = PICKS * len(ACTS) - 1


def choice(pick: int = 0, act: Act = Act.GO_ON) -> int:
    """The number for one step, for plans that are written by hand."""
    return pick % PICKS + PICKS * ACTS.index(act)


class Choices:
    """Hands out a plan's steps; after its end the last mover goes on for ever."""

    def __init__(self, plan: Sequence[int]) -> None:
        self._numbers = iter(plan)

    def next(self) -> tuple[int, Act]:
        """(pick, act) of the next step."""
        number = next(self._numbers, 0)
        return number % PICKS, ACTS[number // PICKS % len(ACTS)]


def describe(plan: Sequence[int]) -> str:
    """The steps that differ from the quiet run, as `step: pick/act`, for failure reports."""
    steps = ((index, number % PICKS, ACTS[number // PICKS % len(ACTS)]) for index, number in enumerate(plan) if number)
    return ", ".join(f"{index}: flight {pick}, {act.value}" for index, pick, act in steps) or "quiet run"


def plans(
    *, steps_max: int = 60, deviations_max: int = 6, acts: frozenset[Act] = frozenset(ACTS)
) -> st.SearchStrategy[list[int]]:
    """
    Plans that deviate from the quiet run: at a few steps anywhere, or often.

    Args:
        steps_max: no deviation comes after this many steps.
        deviations_max: how many numbers of a sparse plan are not 0 at most.
        acts: what may happen; order of flights is always free.
    """
    numbers = sorted(pick + PICKS * ACTS.index(act) for act in acts | {Act.GO_ON} for pick in range(PICKS))
    busy = st.sampled_from(numbers[1:])
    sparse = st.dictionaries(st.integers(0, steps_max), busy, max_size=deviations_max).map(_flatten)
    dense = st.lists(st.one_of(st.just(0), st.just(0), st.integers(0, PICKS - 1), busy), max_size=steps_max)
    return st.one_of(sparse, dense)


def _flatten(deviations: dict[int, int]) -> list[int]:
    return [deviations.get(step, 0) for step in range(max(deviations, default=-1) + 1)]


def neighbours(
    plan: Sequence[int], steps: int, acts: frozenset[Act] = frozenset(ACTS), picks: Sequence[int] = range(PICKS)
) -> Iterator[list[int]]:
    """Every plan with one deviation more than `plan`, placed after its last one and before `steps`: bounded search."""
    numbers = [pick + PICKS * ACTS.index(act) for act in ACTS if act in acts for pick in picks]
    for at in range(len(plan), steps):
        for number in numbers:
            if number:
                yield [*plan, *[0] * (at - len(plan)), number]
