"""
How far each published operation is emulated: `behaviour` (stateful, rules emulated), `shape` (valid against the
contract, without state) or `none`; and who says that the operation exists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mockgc.contract.model import Contract
from mockgc.domain.resource import Resource

Level = Literal["behaviour", "shape", "none"]
LEVELS: tuple[Level, ...] = ("behaviour", "shape", "none")
WFM = "/api/v2/workforcemanagement/"


@dataclass(frozen=True, slots=True)
class Row:
    """One operation; `source` names the document or the SDK that has it, `rule` how sure we are of its behaviour."""

    id: str
    method: str
    path: str
    tag: str
    level: Level
    source: str
    rule: str

    @property
    def is_wfm(self) -> bool:
        """Whether it belongs to workforce management."""
        return f"{self.path}/".startswith(WFM)


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

    def markdown(self) -> str:
        """The page: what the levels mean, the counts, one row an operation."""
        lines = [
            "# Coverage of the published contract",
            "",
            "`behaviour`: stateful, rules emulated. `shape`: valid against the contract in both directions, no state "
            "(header `X-Mockgc-Coverage: shape`; 501 with `--strict`). `none`: not served.",
            "",
            "Made by `mockgc coverage --markdown`; do not edit.",
            "",
            "```text",
            self.summary(),
            "```",
            "",
            "| operation | route | level | known from | rule |",
            "| --- | --- | --- | --- | --- |",
            *(
                f"| {row.id} | `{row.method} {row.path}` | {row.level} | {row.source} | {row.rule} |"
                for row in self.rows
            ),
        ]
        return "\n".join(lines)


def coverage(contract: Contract, resources: Iterable[Resource]) -> Coverage:
    """Hold the contract against the registry."""
    behaving = {name: behaviour for resource in resources for name, behaviour in resource.behaviours.items()}
    rows = []
    for entry in contract.entries.values():
        operation = contract.operation(entry.id)
        level: Level = "behaviour" if entry.id in behaving else "shape"
        source = contract.source_of(operation)
        known = f"{source.kind} {source.version}"
        rule = str(behaving[entry.id].source) if entry.id in behaving else ""
        rows.append(Row(entry.id, entry.method, entry.path, operation.tag, level, known, rule))
    return Coverage(tuple(sorted(rows, key=lambda row: (row.tag, row.path, row.method))))
