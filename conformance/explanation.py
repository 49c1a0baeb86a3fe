"""The emulator's explanation of a request, cut down to what people act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from rich.console import Console

from conformance.report import print_hanging

LABEL_WIDTH = 11
_LEFT_OUT = frozenset({"asked", "made by", "last read", "at"})
"""The whole is `mockgc explain`'s; what was asked and refused is shown above already."""


def essence(explanation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(label, value) of the rule, who stands in the way, what happened since, ignored headers, and the next step."""
    skipping, told = False, set()
    for fact in explanation["facts"]:
        label, value = fact["label"], fact["value"]
        skipping = label in _LEFT_OUT or (skipping and not label)
        if not skipping and (label, value) not in told:
            told.add((label, value))
            yield "why" if label == "rule" else label, value


def print_essence(
    console: Console, explanation: Mapping[str, Any], known: Mapping[str, str] | None = None, margin: int = 3
) -> None:  # fmt: skip
    """One fact a line, its value wrapped under itself; ids that are `known` get their name behind them."""
    for label, value in essence(explanation):
        print_fact(console, label, _with_names(value, known or {}), margin)


def _with_names(text: str, known: Mapping[str, str]) -> str:
    return reduce(lambda named, each: named.replace(each[0], f"{each[0]}, {each[1]}"), known.items(), text)


def print_fact(
    console: Console, label: str, value: str, margin: int = 3, style: str = "", indent: int = 0
) -> None:  # fmt: skip
    """A label and its value, `indent` columns in; what does not fit goes on below the value."""
    lead = f"{' ' * margin}{label:<{LABEL_WIDTH + indent}}"
    print_hanging(console, lead, value, style)
