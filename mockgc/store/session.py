"""
What the SQL store asks of a database: how statements are sent, and where a transaction begins and ends.

Statements are the same for every database: `?` stands for a value, and what differs in a table's definition has a name
in `Database.types`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Record(Protocol):
    """One row of an answer, by column name."""

    def __getitem__(self, name: str, /) -> Any: ...


class Session(Protocol):
    """One transaction."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Record]:
        """What a statement answers."""

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """A statement whose answer nobody waits for: sent before the next one that has an answer, or the commit."""


class Database(Protocol):
    """
    Where the rows are kept. Safe to use from several threads.

    Every method, and leaving a transaction, raises `StoreUnavailable` when the database does not answer.
    """

    @property
    def name(self) -> str:
        """What messages call it; never with credentials."""

    @property
    def types(self) -> Mapping[str, str]:
        """The words for `identity` (a key that counts up in order of insertion) and `blob`."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Record]:
        """What one statement answers; it is a transaction by itself, and as durable as `durably=False`."""

    def reading(self) -> AbstractContextManager[Session]:
        """One view of the database for several reads."""

    def writing(self, organisation_id: str, *, durably: bool = True) -> AbstractContextManager[Session]:
        """
        The critical section of one organisation: all of it is written, or nothing; it sees every one before it.

        Args:
            durably: whether a crash of the machine that keeps the rows may not undo it, as far as that machine can
                tell; the death of an emulator undoes nothing that was committed.
        """

    def migrating(self) -> AbstractContextManager[Session]:
        """A write transaction that keeps out whoever else migrates."""

    def close(self) -> None:
        """Give back what is not in use."""
