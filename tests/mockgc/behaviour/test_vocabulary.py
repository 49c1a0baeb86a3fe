"""One vocabulary of faults: the emulator's rules, the drawn wire and the rehearsal spell an effect alike."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.faults import Fault
from conformance.simulation.plan import Act
from mockgc.behaviour.effects import KINDS
from mockgc.behaviour.faults import rules_of

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "mockgc" / "behaviour" / "README.md").read_text("utf-8")
SHARED = {
    "lost_before", "lost_after", "unavailable_before", "unavailable_after", "throttled", "duplicated", "expired",
}  # fmt: skip
ONLY_ON_A_WIRE = {
    "go_on": "no fault",
    "pass_time": "no fault",
    "refused": "a server that can be asked is there",
    "timed_out": "the client's own doing; `delayed` makes it happen",
    "duplicated_late": "a copy that waits on the wire; `duplicated` with seen: first is the nearest",
}
"""Why these have no rule in the emulator."""


def elsewhere() -> set[str]:
    """The names that `conformance` uses, in the emulator's case; crashes and kills are the program's own."""
    names = {member.name.lower() for member in (*Fault, *Act)}
    return {name for name in names if not name.startswith(("crash", "kill"))}


def test_what_both_sides_know_has_one_name() -> None:
    assert elsewhere() & set(KINDS) == SHARED


def test_what_only_a_wire_can_do_is_said() -> None:
    assert elsewhere() - set(KINDS) == set(ONLY_ON_A_WIRE)


def test_the_rehearsal_and_the_drawn_wire_spell_alike() -> None:
    ours = {member.name for member in Fault if not member.is_kill}
    assert ours <= {member.name for member in Act}


def examples() -> list[Any]:
    """Each fault rule of the package's page."""
    return [json.loads(line) for line in re.findall(r"^(\{.*\})$", PAGE, re.MULTILINE) if '"effect"' in line]


def test_every_effect_has_an_example_in_the_page_and_each_can_be_loaded() -> None:
    rules = rules_of(examples(), (), can_close=True)
    assert {rule.effect.kind for rule in rules} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_an_effect_is_in_the_page(kind: str) -> None:
    section = PAGE.partition(f"`{kind}`")[2].partition("\n| `")[0]
    assert [name for name in KINDS[kind].options if name not in section] == []


def test_every_effect_is_carried_out_in_a_test() -> None:
    here = Path(__file__)
    tests = "".join(path.read_text("utf-8") for path in here.parent.glob("test_*.py") if path != here)
    assert [kind for kind in KINDS if f'"{kind}"' not in tests] == []
