"""
For any sequence of requests to the published family: versions move by exactly one on each change, refusals change
nothing but what their definition says, keys stay unique, and every answer keeps to the contract.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.mockgc.resources.landscape import BEHAVIOURS
from tests.mockgc.resources.machine import KINDS, Machine, Step
from tests.mockgc.resources.planted_bugs import BUGS, emulator_with
from tests.mockgc.resources.published_behaviour import CONTRACT
from tests.mockgc.resources.questions import QUESTIONS
from tests.mockgc.resources.themes import REQUESTS, THEMES, emulator, perform, steps_of

POLLS = (0, 0, 2)
"""How often an asynchronous operation is asked for before it is over."""
EXAMPLES = min(settings().max_examples * 6 // 25, 300)


@pytest.mark.parametrize("theme", THEMES)
def test_any_sequence_of_requests_keeps_the_promises(theme: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(steps_of(theme), st.sampled_from(POLLS))
    def keeps(steps: list[Step], polls: int) -> None:
        machine = Machine(emulator())
        machine.call.organisation.switch(operation_polls=polls)
        perform(machine, theme, steps)

    keeps()


def test_every_operation_that_writes_is_drawn_and_every_other_is_a_question() -> None:
    machine = Machine(emulator())
    requests = [draw(machine, Step(name, 0, 0, 0)) for name, draw in REQUESTS.items()]
    drawn = {operation for sent in requests for operation in (sent.operation, sent.address) if operation}
    sending = {name for name in BEHAVIOURS if CONTRACT.operation(name).method not in ("GET", "HEAD")}
    assert sending - drawn - QUESTIONS.keys() == set()
    assert drawn - sending == set()
    assert drawn & QUESTIONS.keys() == set()


EXAMPLES_MAX = 40
KINDS_OF_THEMES = {
    "directory": ("directoryUser", "directoryGroup"),
    "routing": ("queue",),
    "units": ("businessUnit", "managementUnit"),
    "demand": ("planningGroup",),
    "staff": ("staffingGroup",),
    "work plans": ("workPlan",),
    "time off": ("timeOffLimit",),
}


def planted() -> Iterator[tuple[str, str, str]]:
    """(bug, kind that has it, theme in which it shows)."""
    yield "checks no external keys", "externalId", "directory"
    for theme, kinds in KINDS_OF_THEMES.items():
        for kind in kinds:
            yield "writes when it refuses", kind, theme
            yield "answers outside of its schema", kind, theme
            if KINDS[kind].shows:
                yield "moves its version by two", kind, theme
            if KINDS[kind].listing:
                yield "checks no names", kind, theme


EVIDENCE = {
    "writes when it refuses": "was refused",
    "moves its version by two": "shows another version",
    "checks no names": "get[A-Za-z]+: ",
    "checks no external keys": "zendesk",
    "answers outside of its schema": "^(get|post|put|patch)[A-Za-z]+",
}


@pytest.mark.parametrize(("bug", "kind", "theme"), tuple(planted()))
def test_a_planted_bug_is_caught_within_40_examples(bug: str, kind: str, theme: str) -> None:
    """The bugs are of every sort, each in kinds of all parts of the family."""
    app = emulator_with(BUGS[bug], kind)

    @settings(max_examples=EXAMPLES_MAX, phases=[Phase.generate], database=None, derandomize=True)
    @given(steps_of(theme))
    def keeps(steps: list[Step]) -> None:
        perform(Machine(app), theme, steps)

    with pytest.raises(AssertionError, match=EVIDENCE[bug]):
        keeps()
