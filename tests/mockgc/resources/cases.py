"""
The tests that are marked with `shows`, as cases that can be run again by hand: in process, as often as somebody wants.

A case takes what pytest would give it: the values of its parameters and the fixtures of its own module. Anything else
(fixtures of pytest, indirect or generator fixtures) is refused, because a case has to be cheap and alone in the world.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TESTS = Path(__file__).parents[2]
MARK = "mark.shows"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """
    One run of a test function.

    Args:
        test: what pytest calls the function, relative to the repository.
        shows: the published operations that this run shows.
    """

    test: str
    module: ModuleType = field(repr=False)
    function: Callable[..., None] = field(repr=False)
    parameters: Mapping[str, Any]
    shows: frozenset[str]

    def prepare(self) -> dict[str, Any]:
        """
        What the function is called with: parameters, and fixtures made anew.

        Raises:
            LookupError: a fixture that its module does not define; else whatever the fixtures raise.
        """
        values = dict(self.parameters)
        wanted = list(inspect.signature(self.function).parameters)
        marks: list[pytest.Mark] = getattr(self.function, "pytestmark", [])
        for name in [*(name for mark in marks if mark.name == "usefixtures" for name in mark.args), *wanted]:
            self._provide(name, values)
        return {name: values[name] for name in wanted}

    def _provide(self, name: str, values: dict[str, Any]) -> None:
        if name in values:
            return
        made = inspect.unwrap(getattr(self.module, name, None))  # type: ignore[arg-type]
        if not inspect.isfunction(made) or inspect.isgeneratorfunction(made):
            raise LookupError(f"{self.test}: {self.module.__name__} has no plain fixture {name!r}; see {__name__}")
        needed = list(inspect.signature(made).parameters)
        for other in needed:
            self._provide(other, values)
        values[name] = made(**{other: values[other] for other in needed})


def marked_cases(root: Path = TESTS) -> tuple[Case, ...]:
    """All cases below a folder that show something."""
    found = []
    for path in sorted(root.rglob("test_*.py")):
        if MARK in path.read_text("utf-8"):
            parts = path.relative_to(TESTS.parent).with_suffix("").parts
            found += [case for case in cases_of(importlib.import_module(".".join(parts))) if case.shows]
    return tuple(found)


def cases_of(module: ModuleType, prefix: str = "test_") -> Iterator[Case]:
    """Every case of a module's functions whose names begin so, whether it shows something or not."""
    for name, function in vars(module).items():
        if name.startswith(prefix) and inspect.isfunction(function) and function.__module__ == module.__name__:
            yield from _cases(module, name, function)


def _cases(module: ModuleType, name: str, function: Callable[..., None]) -> Iterator[Case]:
    marks: list[pytest.Mark] = getattr(function, "pytestmark", [])
    test = f"{module.__name__.replace('.', '/')}.py::{name}"
    always = _shown(marks)
    for rows in product(*(list(_rows(mark)) for mark in marks if mark.name == "parametrize")):
        parameters = {key: value for values, _ in rows for key, value in values.items()}
        yield Case(test, module, function, parameters, always.union(*(shown for _, shown in rows)))


def _shown(marks: Any) -> frozenset[str]:
    return frozenset(name for mark in marks if mark.name == "shows" for name in mark.args)


def _rows(mark: pytest.Mark) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """What one `parametrize` gives: values by name, and what they show."""
    names, given = mark.args
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    for row in given:
        param = row if hasattr(row, "marks") else pytest.param(*(row if len(names) > 1 else [row]))
        yield dict(zip(names, param.values, strict=True)), _shown(param.marks)
