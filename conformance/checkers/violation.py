"""The answer of every checker: what does not hold, where, and how to look at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """
    One thing that must not be.

    Args:
        what: one sentence with the values in it.
        where: the entity or row, as `kind id` or a source key.
        evidence: correlation ids of the requests involved, oldest first; empty when none is known.
    """

    what: str
    where: str
    evidence: tuple[str, ...] = ()

    def __str__(self) -> str:
        requests = f" [{', '.join(self.evidence)}]" if self.evidence else ""
        return f"{self.where}: {self.what}{requests}"


Violations = tuple[Violation, ...]
