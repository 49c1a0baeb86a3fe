"""Decisions and losses as they are found, handed out in an order that depends on their content only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from migrator.desired import Decision, Loss


@dataclass(slots=True)
class Notes:
    """Filled while one account is mapped."""

    _decisions: set[Decision] = field(default_factory=set)
    _losses: set[Loss] = field(default_factory=set)

    def decide(self, code: str, subject: str, message: str, settle: str, blocks: Iterable[str] = ()) -> None:
        """Ask a person; `settle` is the mapping line that answers."""
        self._decisions.add(Decision(code, subject, message, settle, frozenset(blocks)))

    def lose(self, code: str, subject: str, message: str) -> None:
        """Say what the target will not have."""
        self._losses.add(Loss(code, subject, message))

    def decisions(self) -> tuple[Decision, ...]:
        """In order of code, subject and message."""
        return tuple(sorted(self._decisions, key=lambda one: (one.code, one.subject, one.message, sorted(one.blocks))))

    def losses(self) -> tuple[Loss, ...]:
        """In order of code, subject and message."""
        return tuple(sorted(self._losses, key=lambda one: (one.code, one.subject, one.message)))


def named(items: Iterable[object], shown: int = 5) -> str:
    """A few of many, for messages: `1, 2, 3, 4, 5 and 7 more`."""
    texts = [str(item) for item in items]
    more = len(texts) - shown
    return ", ".join(texts[:shown]) + (f" and {more} more" if more > 0 else "")
