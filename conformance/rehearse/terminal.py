"""The story of a rehearsal on a terminal, or as plain lines elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from conformance.explanation import print_essence
from conformance.rehearse.complaint import Complaint, batch_lines
from conformance.rehearse.subject import Subject
from conformance.rehearse.trials import Run


class TerminalTeller:
    """Tells the story on a console; a spinner says what is going on where there is a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = console.status("") if console.is_terminal else None
        self._trial = ""

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._status:
            self._status.stop()

    def heading(self, number: int, title: str) -> None:
        """Begin a part."""
        self._console.print(f"\n[bold]{number}  {escape(title)}[/]")

    def working(self, what: str) -> None:
        """Say what is going on; finished runs have lines of their own, so elsewhere nothing is printed."""
        if self._status:
            self._status.update(escape(what))

    def complaint(self, complaint: Complaint) -> None:
        """Batches, the exit code, and the explanation of the first refusal."""
        self.heading(1, "The complaint: a script that reads the template's version once and sends it with every batch")
        run = complaint.trial.runs[0]
        for line in batch_lines(complaint):
            self._console.print(f"   {escape(line)}")
        self._console.print(f"   the script ends with {escape(str(run.ended))}\n")
        if complaint.explanation:
            known = {batch.context_id: f"batch {batch.number}" for batch in complaint.batches}
            print_essence(self._console, complaint.explanation, known)

    def migration(self, subject: Subject) -> None:
        """The trials begin."""
        self.heading(2, f"The migration: {subject.shown}")

    def run(self, trial: str, run: Run) -> None:
        """One line a run; the trial's name on its first."""
        name, self._trial = ("" if trial == self._trial else trial), trial
        self._console.print(
            f"   {escape(name):<13} {run.party:<6} {run.seconds:5.1f} s   {len(run.exchanges):>5} requests"
            f"   {run.commits:>5} commits   {escape(str(run.ended))}"
        )
