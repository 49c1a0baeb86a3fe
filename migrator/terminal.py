"""Plans and reports for people: plain lines, and a progress bar where there is a terminal. Decides nothing."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from migrator.desired import Decision, Loss
from migrator.plan import WHATS, Change, Plan, What, encoded
from migrator.report import Report, RowResult

SHOWN_MAX = 10
"""Plain creations listed for each kind; changes and conflicts are always listed."""
PLURAL: dict[What, str] = {
    "user": "users",
    "scheduleTemplate": "schedule templates",
    "group": "groups",
    "member": "memberships",
    "schedule": "schedules",
    "week": "agents' weeks",
}
_SIGNS = {"create": "+", "update": "~", "no_op": "=", "conflict": "!", "blocked": "-"}


def plan_lines(plan: Plan, *, is_verbose: bool = False) -> Iterator[str]:
    """The plan, kind by kind, with a per-field diff of every change."""
    yield f"Plan against {plan.target}"
    for what in WHATS:
        changes = [change for change in plan.changes if change.what == what]
        if changes:
            yield f"{PLURAL[what]}: {_summary(Counter(change.action for change in changes))}"
            yield from _kind_lines(changes, is_verbose)
    yield from _decision_lines(plan.decisions)
    yield from _loss_lines(plan.losses, is_verbose, shown=SHOWN_MAX)
    yield f"Rows: {len(plan.changes)} = {_summary(plan.counts())}"


def report_lines(report: Report, *, is_verbose: bool = False) -> Iterator[str]:
    """The report: what did not go as planned first, then the counts."""
    for row in report.rows:
        if row.result in ("conflict", "failed") or (is_verbose and row.result != "unchanged"):
            yield f"  {row.result:9} {_name(row)}  {row.code} {row.message}".rstrip() + _context(row)
    yield from _blocked_lines(report)
    yield from _decision_lines(report.decisions)
    yield from _loss_lines(report.losses, is_verbose, shown=0)
    for what in WHATS:
        counts = report.counts_by_what[what]
        if any(counts.values()):
            yield f"{PLURAL[what]}: {_summary(counts)}"
    yield f"Rows: {len(report.rows)} = {_summary(report.counts)}"
    if report.uncertain:
        yield f"{report.uncertain} of them were committed by requests whose answer was lost, and found when read back"
    yield f"Requests: {report.request_count}, held back by the rate budget for {report.waited_s:.1f} s"


def _kind_lines(changes: list[Change], is_verbose: bool) -> Iterator[str]:
    """Every change and conflict; what is plain is listed up to a limit, agents of one group or week as one line."""
    plain = Counter[str]()
    for change in changes:
        if is_verbose or change.action in ("update", "conflict") or (change.action == "no_op" and change.why):
            yield from _change_lines(change)
        elif change.action in ("create", "blocked"):
            plain[_plain_line(change)] += 1
    for line, count in list(plain.items())[:SHOWN_MAX]:
        yield line.format(agents=f"{count} agent{'s' * (count != 1)}")
    if len(plain) > SHOWN_MAX:
        yield f"  ... and {len(plain) - SHOWN_MAX} more (--verbose lists them)"


def _plain_line(change: Change) -> str:
    name = f"{change.key}  {change.label}{_why(change)}".replace("{", "{{").replace("}", "}}")
    into = "" if change.member is None else ": {agents}"
    return f"  {_SIGNS[change.action]} {name}{into}"


def _why(change: Change) -> str:
    return f": {change.why}" if change.why else ""


def _change_lines(change: Change) -> Iterator[str]:
    name = change.key if change.member is None else f"{change.key} <- {change.member}"
    yield f"  {_SIGNS[change.action]} {name}  {change.label}{_why(change)}"
    if change.action in ("update", "conflict"):
        for field_name, (before, after) in change.touched().items():
            yield f"      {field_name}: {_value(before)} -> {_value(after)}"
    if change.settle:
        yield f"      to settle it: {change.settle}"


def _decision_lines(decisions: Iterable[Decision]) -> Iterator[str]:
    for decision in decisions:
        yield f"Decision needed ({decision.code}): {decision.subject}: {decision.message}"
        yield f"      to settle it: {decision.settle}"


def _loss_lines(losses: tuple[Loss, ...], is_verbose: bool, shown: int) -> Iterator[str]:
    if not losses:
        return
    counts = Counter(loss.code for loss in losses)
    yield "Not migrated: " + ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
    for loss in losses if is_verbose else losses[:shown]:
        yield f"  {loss.code}: {loss.subject}: {loss.message}"
    if len(losses) > shown > 0 and not is_verbose:
        yield f"  ... and {len(losses) - shown} more (--verbose lists them)"


def _blocked_lines(report: Report) -> Iterator[str]:
    blocked = [row for row in report.rows if row.result == "blocked"]
    for row in blocked[:SHOWN_MAX]:
        yield f"  blocked   {_name(row)}  {row.message}"
    if len(blocked) > SHOWN_MAX:
        yield f"  ... and {len(blocked) - SHOWN_MAX} more blocked rows"


def _name(row: RowResult) -> str:
    return f"{row.what} {row.key}" if row.member is None else f"{row.what} {row.key} <- {row.member}"


def _context(row: RowResult) -> str:
    return f" (correlation id {row.context_id})" if row.context_id else ""


def _summary(counts: Any) -> str:
    return " + ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing"


def _value(value: Any) -> str:
    text = json.dumps(encoded(value), ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."


class Watch:
    """Progress of an apply: a bar on a terminal, elsewhere a line for each tenth of the rows."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self._total, self._done, self._lines_shown = total, 0, 0
        self._console = console or Console(file=sys.stderr)
        self._bar: Progress | None = None
        if self._console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("apply", total=total)

    def __enter__(self) -> Watch:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, row: RowResult) -> None:
        """One more row has its result."""
        self._done += 1
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done, description=PLURAL[row.what])
        elif self._done * 10 // self._total > self._lines_shown:
            self._lines_shown = self._done * 10 // self._total
            self._console.print(f"{PLURAL[row.what]}: {self._done} of {self._total} rows", highlight=False)
