"""A played symptom on a terminal: transcript, cause, cure."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from conformance.explanation import LABEL_WIDTH, print_essence, print_fact
from conformance.symptoms.scene import Line, Part, Played, Symptom


def print_played(console: Console, played: Played) -> None:
    """The whole symptom; what was only prepared is one line."""
    console.print(f"\n[bold]{escape(played.symptom.name)}[/]  {escape(played.symptom.title)}")
    given = [line for line in played.transcript if line.part is Part.GIVEN]
    if given:
        print_fact(console, "given", _prepared(given) or "what is there from the start", style="dim")
    _print_part(console, played, Part.SYMPTOM)
    if played.explanation:
        print_essence(console, played.explanation)
    print_fact(console, "cure", played.symptom.cure, style="bold")
    _print_part(console, played, Part.CURE)
    if played.failure:
        print_fact(console, "FAILED", played.failure, style="bold red")


def _prepared(given: Iterable[Line]) -> str:
    """The names of what was prepared, by request."""
    made: dict[str, list[str]] = {}
    for line in given:
        if line.made:
            collection = line.path.removeprefix("/api/v2/").removeprefix("wfm/")
            made.setdefault(f"{line.method} {collection}", []).append(line.made)
    return "; ".join(f"{collection} {', '.join(names)}" for collection, names in made.items())


def _print_part(console: Console, played: Played, part: Part) -> None:
    for line in played.transcript:
        if line.part is part:
            _print_line(console, line)


def _print_line(console: Console, line: Line) -> None:
    print_fact(console, "", f"{line.method} {line.path}  {line.sent}".rstrip())
    for name, value in line.headers.items():
        print_fact(console, "", f"{name}: {value}", indent=4)
    at = f"  at {', '.join(line.details)}" if line.details else ""
    style = "red" if line.status >= 400 else "green"
    console.print(Text(f"{' ' * (3 + LABEL_WIDTH)}  → {line.status} {line.code}{at}".rstrip(), style))
    if line.message:
        print_fact(console, "", line.message, indent=4)


def catalogue_table(catalogue: tuple[Symptom, ...]) -> Table:
    """Names and titles."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for symptom in catalogue:
        shown.add_row(f"[bold]{symptom.name}[/]", symptom.code, escape(symptom.title))
    return shown
