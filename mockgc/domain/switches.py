"""
Named switches: where a real service might differ, the rule is one of these, set per organisation.

Each is declared once, with its values, its default and what it decides; the control API, `explain` and the
documentation read this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """The rules an organisation plays by. All defaults are decided (specification of the dialect, Switches)."""

    schedule_baseline: Literal["template", "schedule"] = "template"
    import_moves_template: bool = True
    unchanged_import_is_stale: bool = False
    equal_create: Literal["conflict", "return_existing"] = "conflict"
    zone_fit: Literal["offsets", "exact"] = "offsets"
    external_id_scope: Literal["organisation", "kind"] = "organisation"
    error_detail: Literal["full", "code_only", "none"] = "full"
    stale_status: Literal[409, 400, 408] = 409
    operation_polls: int = 0
    operation_seconds: int = 0

    def with_changes(self, changes: Mapping[str, Any]) -> Switches:
        """
        A copy with these switches set.

        Raises:
            ValueError: an unknown name or value; the message names it and what would be right.
        """
        for name, value in changes.items():
            if name not in CHOICES:
                raise ValueError(f"switch {name!r} is unknown; the switches are {', '.join(CHOICES)}")
            if not CHOICES[name].takes(value):
                raise ValueError(f"switch {name!r} takes {CHOICES[name].spelled(' | ')}, not {value!r}")
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """All switches by name."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


Value = str | bool | int
STALE_STATUSES = (409, 400, 408)
"""What a stale version may be answered with, the default first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The values a switch takes (the first is the default) and what it decides."""

    values: tuple[Value, ...]
    decides: str

    @property
    def default(self) -> Value:
        """What holds unless it is set."""
        return self.values[0]

    def takes(self, value: object) -> bool:
        """Whether this is one of the values; `true` is not 1."""
        return any(value == choice and type(value) is type(choice) for choice in self.values)

    def spelled(self, between: str, quote: str = "") -> str:
        """The values, the default first."""
        return between.join(f"{quote}{_spelled(value)}{quote}" for value in self.values)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"values": list(self.values), "decides": self.decides}


@dataclass(frozen=True, slots=True)
class Range:
    """A switch that takes whole numbers from 0, its default, to `most`, and what it decides."""

    most: int
    decides: str
    default: int = 0

    def takes(self, value: object) -> bool:
        """Whether this is one of the numbers; `true` is not 1."""
        return type(value) is int and 0 <= value <= self.most

    def spelled(self, _: str, quote: str = "") -> str:
        """The numbers."""
        return f"{quote}{self.default}{quote} to {quote}{self.most}{quote}"

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"minimum": self.default, "maximum": self.most, "decides": self.decides}


CHOICES: Mapping[str, Choice | Range] = {
    "schedule_baseline": Choice(
        ("template", "schedule"),
        "whose version an import's `version` is: the template's, or the schedule's own (a new triple: none or 0)",
    ),
    "import_moves_template": Choice(
        (True, False), "whether a change of a schedule moves its template's version by one"
    ),
    "unchanged_import_is_stale": Choice(
        (False, True), "whether an import that changes nothing is refused when its `version` is stale"
    ),
    "equal_create": Choice(
        ("conflict", "return_existing"), "what creating an entity that exists with equal writable fields answers"
    ),
    "zone_fit": Choice(
        ("offsets", "exact"),
        "whether a member's zone fits by equal UTC offsets over two years, or by being the same zone",
    ),
    "external_id_scope": Choice(("organisation", "kind"), "among which entities an externalId is unique"),
    "error_detail": Choice(("full", "code_only", "none"), "how much an error body tells"),
    "stale_status": Choice(STALE_STATUSES, "the status of a stale version"),
    "operation_polls": Range(
        1_000, "how many times an asynchronous operation of the published family is asked for before it is over"
    ),
    "operation_seconds": Range(
        86_400, "how many seconds of the organisation's clock an asynchronous operation of the published family takes"
    ),
}


def _spelled(value: str | bool | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
