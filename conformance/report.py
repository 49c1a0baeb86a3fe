"""
The result of a rehearsal and its two views: a table for people, JSON for scripts.

An invariant is `pass`, `fail`, or `not_applicable` with the reason; the whole passes when none fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

VIOLATIONS_SHOWN = 3


class Verdict(StrEnum):
    """What an invariant came to."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    Why a verdict is what it is.

    Args:
        text: one short sentence, or the reason when the invariant is not applicable.
        counts: the numbers in it, by name.
        context_ids: correlation ids of the requests to look at; `mockgc explain` explains them.
        violations: what does not hold, one sentence each.
    """

    text: str
    counts: Mapping[str, int] = field(default_factory=dict)
    context_ids: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The evidence as JSON."""
        return {
            "text": self.text,
            "counts": dict(self.counts),
            "contextIds": list(self.context_ids),
            "violations": list(self.violations),
        }


@dataclass(frozen=True, slots=True)
class Invariant:
    """One claim about the migration under test, judged."""

    id: str
    name: str
    verdict: Verdict
    evidence: Evidence

    def as_dict(self) -> dict[str, Any]:
        """The invariant as JSON."""
        return {"id": self.id, "name": self.name, "verdict": str(self.verdict), "evidence": self.evidence.as_dict()}


def judged(
    id: str, name: str, text: str, violations: Iterable[object] = (), counts: Mapping[str, int] | None = None,
    context_ids: Iterable[str] = (),
) -> Invariant:  # fmt: skip
    """An invariant that fails when anything violates it."""
    found = tuple(map(str, violations))
    verdict = Verdict.FAIL if found else Verdict.PASS
    return Invariant(id, name, verdict, Evidence(text, counts or {}, tuple(context_ids), found))


def not_applicable(id: str, name: str, reason: str) -> Invariant:
    """An invariant that could not be put to the test."""
    return Invariant(id, name, Verdict.NOT_APPLICABLE, Evidence(reason))


def overall(invariants: Iterable[Invariant]) -> Verdict:
    """`fail` when any invariant fails."""
    return Verdict.FAIL if any(i.verdict is Verdict.FAIL for i in invariants) else Verdict.PASS


def write_json(path: Path, invariants: Sequence[Invariant]) -> None:
    """`{"verdict", "invariants": [{"id", "name", "verdict", "evidence"}]}`."""
    body = {"verdict": str(overall(invariants)), "invariants": [invariant.as_dict() for invariant in invariants]}
    dump(path, body)


def dump(path: Path, body: Mapping[str, Any]) -> None:
    """Write a report as JSON."""
    path.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", "utf-8")


STYLES = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.NOT_APPLICABLE: "yellow"}
SHOWN = {Verdict.PASS: "pass", Verdict.FAIL: "FAIL", Verdict.NOT_APPLICABLE: "n/a"}


def table(invariants: Iterable[Invariant]) -> Table:
    """The invariants, their verdicts and their evidence."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
    shown.add_column("  verdict", no_wrap=True)
    shown.add_column("invariant", no_wrap=True)
    shown.add_column("evidence", ratio=1)
    for invariant in invariants:
        style = STYLES[invariant.verdict]
        verdict = f"  [{style}]{SHOWN[invariant.verdict]}[/]"
        shown.add_row(verdict, escape(invariant.name), escape(invariant.evidence.text))
    return shown


def print_failures(console: Console, invariants: Iterable[Invariant]) -> None:
    """What violates each invariant that fails, the first few of each."""
    for invariant in invariants:
        if invariant.verdict is not Verdict.FAIL:
            continue
        console.print(f"\n  [{STYLES[Verdict.FAIL]}]FAIL[/]  {escape(invariant.name)}")
        violations = invariant.evidence.violations
        for line in violations[:VIOLATIONS_SHOWN]:
            print_hanging(console, " " * 8, line)
        if len(violations) > VIOLATIONS_SHOWN:
            console.print(f"        … and {len(violations) - VIOLATIONS_SHOWN} more")


def print_hanging(console: Console, lead: str, text: str, style: str = "") -> None:
    """`text` after a dim `lead`; what does not fit goes on below the text."""
    for part in Text(text, style).wrap(console, max(30, console.width - len(lead))):
        part.rstrip()
        console.print(Text(lead, "dim") + part)
        lead = " " * len(lead)


def conclusion(invariants: Sequence[Invariant], seconds: float) -> str:
    """The last line, as markup."""
    verdict = overall(invariants)
    counts = [sum(i.verdict is each for i in invariants) for each in Verdict]
    passed, failed, rest = counts
    return (
        f"[{STYLES[verdict]}]{verdict.upper()}[/]  {passed} of {passed + failed} invariants hold"
        f"{f', {rest} not applicable' if rest else ''}  ({seconds:.0f} s)"
    )


def console(width_elsewhere: int = 110) -> Console:
    """Standard output: as wide as the terminal, and of a steady width elsewhere, so that logs look alike."""
    probe = Console(highlight=False)
    return probe if probe.is_terminal else Console(highlight=False, width=width_elsewhere)
