"""
How far each published operation is emulated: `behaviour` (stateful, rules emulated), `shape` (valid against the
contract, without state) or `none`; who says that the operation exists, and which tests show its behaviour.

The tests name the operations in their markers; `shown_by.json` is a copy of that, for an emulator without its tests.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mockgc.contract.model import Contract
from mockgc.domain.resource import Resource

Level = Literal["behaviour", "shape", "none"]
LEVELS: tuple[Level, ...] = ("behaviour", "shape", "none")
WFM = "/api/v2/workforcemanagement/"
SHOWN_BY = Path(__file__).with_name("shown_by.json")
TESTS = "tests/mockgc/resources/"
"""Where most of the tests are; the page leaves it out of their names."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    One operation.

    Args:
        source: the document or the SDK that has it.
        rule: how sure we are of its behaviour.
        shown_by: the tests that fail when it loses its rule, as pytest names them.
    """

    id: str
    method: str
    path: str
    tag: str
    level: Level
    source: str
    rule: str
    shown_by: tuple[str, ...] = ()

    @property
    def is_wfm(self) -> bool:
        """Whether it belongs to workforce management."""
        return f"{self.path}/".startswith(WFM)

    def text(self) -> str:
        """All that is known of it, a line each."""
        lines = [f"{self.id}  {self.method} {self.path}", f"  level       {self.level}", f"  known from  {self.source}"]
        lines += [f"  rule        {self.rule}"] if self.rule else []
        lines += [f"  {'' if index else 'shown by':<10}  {test}" for index, test in enumerate(self.shown_by)]
        return "\n".join(lines)

    def cells(self) -> tuple[str, ...]:
        """What the page says of it."""
        tests = "<br>".join(f"`{test.removeprefix(TESTS)}`" for test in self.shown_by)
        return self.id, f"`{self.method} {self.path}`", self.level, self.source, self.rule, tests


@dataclass(frozen=True, slots=True)
class Coverage:
    """All operations of the contract, by tag and path."""

    rows: tuple[Row, ...]

    def counts(self, *, wfm: bool) -> Counter[Level]:
        """Operations by level, in workforce management or outside of it."""
        return Counter(row.level for row in self.rows if row.is_wfm == wfm)

    def summary(self) -> str:
        """Two lines of counts."""
        return "\n".join(
            f"{name:<22} {sum(counts.values()):>4} operations: "
            + ", ".join(f"{counts[level]} {level}" for level in LEVELS)
            for name, counts in (("workforce management", self.counts(wfm=True)), ("others", self.counts(wfm=False)))
        )

    def named(self, names: Iterable[str]) -> tuple[Row, ...]:
        """The rows whose id holds one of these names, whatever their case."""
        wanted = tuple(name.casefold() for name in names)
        return tuple(row for row in self.rows if any(name in row.id.casefold() for name in wanted))

    def markdown(self) -> str:
        """The page: what the levels mean, the counts, one row an operation."""
        lines = [
            "# Coverage of the published contract",
            "",
            "`behaviour`: stateful, rules emulated. `shape`: valid against the contract in both directions, no state "
            "(header `X-Mockgc-Coverage: shape`; 501 with `--strict`). `none`: not served.",
            "",
            f"An operation is at level `behaviour` when the tests in its row, of `{TESTS}`, fail without its rule: "
            "when it forgets what it is told, makes up what it answers, or lets pass one of its refusals. Each is "
            f"tried (`{TESTS}test_mutants.py`).",
            "",
            "Made by `python -m tests.mockgc.contract.test_coverage`; do not edit.",
            "",
            "```text",
            self.summary(),
            "```",
            "",
            "| operation | route | level | known from | rule | shown by |",
            "| --- | --- | --- | --- | --- | --- |",
            *(f"| {' | '.join(row.cells())} |" for row in self.rows),
        ]
        return "\n".join(lines)


def bundled_tests() -> dict[str, tuple[str, ...]]:
    """The tests that show each operation at level behaviour."""
    return {name: tuple(tests) for name, tests in json.loads(SHOWN_BY.read_text("utf-8")).items()}


def coverage(contract: Contract, resources: Iterable[Resource]) -> Coverage:
    """Hold the contract against the registry and the bundled names of tests."""
    shown_by = bundled_tests()
    behaving = {name: behaviour for resource in resources for name, behaviour in resource.behaviours.items()}
    rows = []
    for entry in contract.entries.values():
        operation = contract.operation(entry.id)
        level: Level = "behaviour" if entry.id in behaving else "shape"
        source = contract.source_of(operation)
        known = f"{source.kind} {source.version}"
        rule = str(behaving[entry.id].source) if entry.id in behaving else ""
        tests = shown_by.get(entry.id, ())
        rows.append(Row(entry.id, entry.method, entry.path, operation.tag, level, known, rule, tests))
    return Coverage(tuple(sorted(rows, key=lambda row: (row.tag, row.path, row.method))))
