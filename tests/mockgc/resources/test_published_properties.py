"""
For any sequence of requests to the published family: versions move by exactly one on each change, refusals change
nothing but what their definition says, keys stay unique, and every answer keeps to the contract.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mockgc import Settings, create_app
from tests.mockgc.resources.drawn_directory import DIRECTORY, ROUTING
from tests.mockgc.resources.drawn_own import OWN
from tests.mockgc.resources.drawn_workforce import (
    DEMAND,
    DEMANDS,
    SCHEDULES,
    STAFF,
    STAFFING,
    TIME_OFF,
    UNITS,
    WORK,
    WORK_PLANS,
)
from tests.mockgc.resources.landscape import BEHAVIOURS
from tests.mockgc.resources.machine import KINDS, Draw, Machine, Step
from tests.mockgc.resources.planted_bugs import BUGS, emulator_with
from tests.mockgc.resources.published_behaviour import CONTRACT, MOMENT

REQUESTS: Mapping[str, Draw] = {
    **DIRECTORY, **ROUTING, **UNITS, **DEMANDS, **STAFFING, **WORK_PLANS, **TIME_OFF, **SCHEDULES, **OWN,
}  # fmt: skip


class Theme(NamedTuple):
    """Requests that meet each other often, and what is there before the first of them."""

    requests: Mapping[str, Draw]
    before: tuple[str, ...] = ()


_PLACES = ("create a business unit", "create a management unit")
THEMES = {
    "directory": Theme(DIRECTORY, ("create a group", "create a team")),
    "routing": Theme(
        ROUTING, ("create a skill", "create a language", "create a queue", "replace skills", "postRoutingQueueMembers")
    ),
    "units": Theme(UNITS, _PLACES),
    "demand": Theme(DEMANDS, (*_PLACES, "create a queue", *(f"create {kind}" for kind in DEMAND))),
    "staff": Theme(
        {**STAFFING, "move agents": UNITS["move agents"]},
        (*_PLACES, "move agents", *(f"create {kind}" for kind in STAFF)),
    ),
    "work plans": Theme(
        {**WORK_PLANS, "move agents": UNITS["move agents"]},
        (*_PLACES, "move agents", *(f"create {kind}" for kind in WORK)),
    ),
    "time off": Theme(TIME_OFF, (*_PLACES, "move agents", "limit time off", "ask for time off")),
    "schedules": Theme(SCHEDULES, (*_PLACES, "draft a schedule")),
    "own": Theme(
        {**OWN, "ask for time off": TIME_OFF["ask for time off"]},
        (
            *_PLACES,
            "move agents",
            "stand for a user",
            "let agents say when they cannot work",
            "open a channel",
            "ask for time off",
        ),
    ),
    "everything": Theme(REQUESTS, (*_PLACES, "create a group", "create a queue")),
}
NUMBER = st.integers(0, 3)
EXAMPLES = settings().max_examples * 3 // 10
STEPS_MAX = 25 if os.environ.get("MOCKGC_PROFILE") != "nightly" else 80


def steps_of(theme: str) -> st.SearchStrategy[list[Step]]:
    """Sequences of a theme's requests."""
    drawn = st.builds(Step, st.sampled_from(sorted(THEMES[theme].requests)), NUMBER, NUMBER, NUMBER)
    return st.lists(drawn, min_size=6, max_size=STEPS_MAX)


@cache
def emulator() -> Flask:
    """One for all runs; each has an organisation of its own in it."""
    return create_app(Settings(seed=1, freeze=MOMENT))


def run(theme: str, steps: list[Step], app: Flask | None = None) -> Machine:
    """All steps against a fresh organisation, and the check at the end."""
    machine = Machine(app or emulator())
    for step in [*(Step(name, 0, 0, 1) for name in THEMES[theme].before), *steps]:
        machine.send(REQUESTS[step.what](machine, step))
    machine.check()
    return machine


@pytest.mark.parametrize("theme", THEMES)
def test_any_sequence_of_requests_keeps_the_promises(theme: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(steps_of(theme))
    def keeps(steps: list[Step]) -> None:
        run(theme, steps)

    keeps()


READING = ("Search", "Query", "Validate", "Mine", "Estimate", "TimeoffbalanceJobs")
"""How operations are called that are sent as POST and change nothing but what is known of their own progress."""


def test_every_operation_that_writes_is_drawn() -> None:
    machine = Machine(emulator())
    drawn = {draw(machine, Step(name, 0, 0, 0)).operation for name, draw in REQUESTS.items()}
    sending = [name for name in BEHAVIOURS if CONTRACT.operation(name).method not in ("GET", "HEAD")]
    writing = {name for name in sending if not name.endswith(READING)}
    assert writing - drawn == set()
    assert drawn - writing == set()


EXAMPLES_MAX = 40
PLANTED = [
    (bug, kind, theme)
    for theme, kinds in {
        "directory": ("directoryUser", "directoryGroup"),
        "routing": ("queue",),
        "units": ("businessUnit", "managementUnit"),
        "demand": ("planningGroup",),
        "staff": ("staffingGroup",),
        "work plans": ("workPlan",),
        "time off": ("timeOffLimit",),
    }.items()
    for kind in kinds
    for bug in BUGS
    if (bug != "checks no names" or KINDS[kind].listing) and (bug != "moves its version by two" or KINDS[kind].shows)
]


EVIDENCE = {
    "writes when it refuses": "was refused",
    "moves its version by two": "shows another version",
    "checks no names": "get[A-Za-z]+: ",
    "answers outside of its schema": "^(get|post|put|patch)[A-Za-z]+",
}


@pytest.mark.parametrize(("bug", "kind", "theme"), PLANTED)
def test_a_planted_bug_is_caught_within_40_examples(bug: str, kind: str, theme: str) -> None:
    """The bugs are of every sort, each in kinds of all parts of the family."""
    app = emulator_with(BUGS[bug], kind)

    @settings(max_examples=EXAMPLES_MAX, phases=[Phase.generate], database=None, derandomize=True)
    @given(steps_of(theme))
    def keeps(steps: list[Step]) -> None:
        run(theme, steps, app)

    with pytest.raises(AssertionError, match=EVIDENCE[bug]):
        keeps()
