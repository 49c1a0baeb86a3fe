"""
Checked fields of what people write: values, bounds, and errors that say where, what was given and what would be right.

The control API and profile files read rules with the same functions; a place is a path of names and positions, so that
a file's reader finds the line that belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]
SHOWN_MAX = 100


class ConductRefused(ValueError):
    """A rule, quota or profile cannot be used; the message names the field, the value and what would be right."""

    def __init__(self, place: Place, message: str) -> None:
        self.place = place
        super().__init__(f"{spelled(place)}: {message}" if place else message)


class ProfileRefused(ValueError):
    """A profile cannot be used; the message names file, line, field, value and what would be right."""


def spelled(place: Place) -> str:
    """`rules[0].effect.kind`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """A value as messages name it, cut off where it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 3]}..."


@dataclass(frozen=True, slots=True)
class Field:
    """
    A field of a mapping.

    Args:
        takes: whether a value is right.
        wanted: what would be right, in words.
        default: what holds when the field is absent; such a field is not shown again.
    """

    takes: Callable[[Any], bool]
    wanted: str
    is_required: bool = False
    default: Any = None


def whole(low: int, high: int, default: int | None = None, *, is_required: bool = False) -> Field:
    """A whole number within bounds."""

    def takes(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return Field(takes, f"a whole number from {low} to {high}", is_required, default)


def number(low: float, high: float, default: float | None = None, *, is_required: bool = False) -> Field:
    """A number within bounds."""

    def takes(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high

    return Field(takes, f"a number from {low:g} to {high:g}", is_required, default)


def text(most: int = 200, default: str | None = None, *, is_required: bool = False) -> Field:
    """A string that is not empty."""
    return Field(
        lambda value: isinstance(value, str) and 0 < len(value) <= most, f"text of 1 to {most} characters",
        is_required, default,
    )  # fmt: skip


def flag(default: bool = False) -> Field:
    """True or false."""
    return Field(lambda value: isinstance(value, bool), "true or false", default=default)


def choice(*words: str, default: str | None = None, is_required: bool = False) -> Field:
    """One of some words."""
    return Field(
        lambda value: isinstance(value, str) and value in words, f"one of {', '.join(words)}", is_required, default
    )


def choices(*words: str, default: tuple[str, ...]) -> Field:
    """A list of some of these words."""

    def takes(value: Any) -> bool:
        return isinstance(value, list) and bool(value) and all(word in words for word in value)

    return Field(takes, f"a list of some of {', '.join(words)}", default=list(default))


def anything(default: Any = None) -> Field:
    """Any JSON value."""
    return Field(lambda _: True, "any JSON value", default=default)


def mapping_of(value: Any, place: Place, known: Mapping[str, Field]) -> dict[str, Any]:
    """
    The fields that were given, each checked; none of others.

    Raises:
        ConductRefused: it is no mapping, has a field that is not known or not right, or lacks a required one.
    """
    if not isinstance(value, dict):
        raise ConductRefused(place, f"{shown(value)} is not an object with the fields {', '.join(known)}")
    for name in value:
        if name not in known:
            raise ConductRefused((*place, name), f"is not a field here; known are {', '.join(known)}")
    for name, entry in known.items():
        if name not in value and entry.is_required:
            raise ConductRefused(place, f"lacks {name!r}, {entry.wanted}")
        if name in value and not entry.takes(value[name]):
            raise ConductRefused((*place, name), f"{shown(value[name])} is not {entry.wanted}")
    return dict(value)


def sequence_of(value: Any, place: Place) -> list[Any]:
    """
    The items of a list.

    Raises:
        ConductRefused: it is no list.
    """
    if not isinstance(value, list):
        raise ConductRefused(place, f"{shown(value)} is not a list")
    return value
