"""What a machine may draw: every request by its name, and themes of requests that meet each other often."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from flask import Flask
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
    TRADES,
    UNITS,
    WORK,
    WORK_PLANS,
)
from tests.mockgc.resources.machine import Draw, Machine, Step
from tests.mockgc.resources.published_behaviour import MOMENT

REQUESTS: Mapping[str, Draw] = {
    **DIRECTORY, **ROUTING, **UNITS, **DEMANDS, **STAFFING, **WORK_PLANS, **TIME_OFF, **SCHEDULES, **TRADES, **OWN,
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
    "schedules": Theme(
        SCHEDULES,
        (
            *_PLACES,
            "move agents",
            "create serviceGoalTemplate",
            "create planningGroup",
            "draft a schedule",
            "import a schedule",
            "import a forecast",
        ),
    ),
    "trades": Theme(
        {**TRADES, "stand for a user": OWN["stand for a user"], "update a schedule": SCHEDULES["update a schedule"]},
        (*_PLACES, "move agents", "import a schedule", "stand for a user", "offer a shift"),
    ),
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
STEPS_MAX = 25 if os.environ.get("MOCKGC_PROFILE") != "nightly" else 80


def steps_of(theme: str) -> st.SearchStrategy[list[Step]]:
    """Sequences of a theme's requests."""
    drawn = st.builds(Step, st.sampled_from(sorted(THEMES[theme].requests)), NUMBER, NUMBER, NUMBER)
    return st.lists(drawn, min_size=6, max_size=STEPS_MAX)


@cache
def emulator() -> Flask:
    """One for all runs; each has an organisation of its own in it."""
    return create_app(Settings(seed=1, freeze=MOMENT))


def perform(machine: Machine, theme: str, steps: list[Step]) -> None:
    """All steps against the machine's organisation, and the check at the end."""
    for step in [*(Step(name, 0, 0, 1) for name in THEMES[theme].before), *steps]:
        machine.send(REQUESTS[step.what](machine, step))
    machine.check()
