"""
From rows to units of work: dependency order, lanes that share no target container, batches. Pure.

A stage holds one kind and starts when the one before has ended, because its references must exist. Within a stage each
lane goes to one worker: what moves the same version is never sent by two of our own workers, so a run makes no
conflicts with itself. Schedules therefore go by template: every import moves the template's version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from migrator.desired import KINDS, Kind, Ref
from migrator.plan import Change, Plan

T = TypeVar("T")
BATCH_SIZE = 50
"""Agents a request. Source: stated, the complaint's script sends batches of 50."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One entity of the target: its own row and its members'."""

    own: Change
    rows: tuple[Change, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All its rows."""
        return (self.own, *self.rows)

    @property
    def is_write(self) -> bool:
        """Whether any of them is to be sent."""
        return any(change.is_write for change in self.changes)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything of one kind; lanes may run at the same time, the units of a lane one after the other."""

    kind: Kind
    lanes: tuple[tuple[Unit, ...], ...]


def stages(plan: Plan) -> Iterator[Stage]:
    """Dependency order."""
    for kind in KINDS:
        units = list(_units(change for change in plan.changes if change.kind == kind))
        yield Stage(kind, tuple(_lanes(kind, units)))


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Runs of at most `size`, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def halves(items: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    """Both halves, neither empty; for two items or more."""
    middle = len(items) // 2
    return items[:middle], items[middle:]


def _units(changes: Iterable[Change]) -> Iterator[Unit]:
    """A plan is ordered: an entity's own row comes first, its members' follow."""
    for _, group in groupby(changes, key=lambda change: change.key):
        own, *rows = group
        yield Unit(own, tuple(rows))


def _lanes(kind: Kind, units: Sequence[Unit]) -> Iterator[tuple[Unit, ...]]:
    if kind == "schedule":
        by_template: dict[str, list[Unit]] = {}
        for unit in units:
            by_template.setdefault(_template_of(unit), []).append(unit)
        yield from (tuple(lane) for lane in by_template.values())
    else:
        yield from ((unit,) for unit in units)


def _template_of(unit: Unit) -> str:
    template = unit.own.after.get("scheduleTemplateId")
    return template.key if isinstance(template, Ref) else str(template)
