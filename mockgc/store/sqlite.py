"""
A database in one SQLite file: it survives a restart and a kill, and several processes may share it.

The critical section is `BEGIN IMMEDIATE`: one writer a file at a time, whatever the organisation. Write-ahead logging
keeps an acknowledged write through the death of the process; a crash of the machine may undo the last moments.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockgc.store.base import DataFileMismatch, StoreUnavailable
from mockgc.store.connections import Connections
from mockgc.store.session import Record, Session

_BUSY_POLL_S = 0.02
_NO_ANSWER = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class _Session:
    """A transaction; nothing is gained by sending statements later."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Record]:
        found: list[Record] = self._connection.execute(statement, values).fetchall()
        return found

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._connection.execute(statement, values)


class SqliteDatabase:
    """
    See `store.session.Database`.

    Args:
        path: the file; made when it is not there.
        busy_timeout_s: how long a writer waits for the one before it.
    """

    types = {"identity": "INTEGER PRIMARY KEY", "blob": "BLOB"}  # noqa: RUF012 (never changed)

    def __init__(self, path: Path, busy_timeout_s: float = 10) -> None:
        self._path, self._busy_timeout_s = path, busy_timeout_s
        self._connections = Connections(self._connect, lambda connection: not connection.in_transaction)

    @property
    def name(self) -> str:
        return self._path.name

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._path, timeout=self._busy_timeout_s, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN:
                raise
            message = f"{self.name!r} cannot be opened: is it a file, is its folder there, may this user write in it?"
            raise DataFileMismatch(message) from None
        connection.row_factory = sqlite3.Row
        try:
            self._into_write_ahead_logging(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _into_write_ahead_logging(self, connection: sqlite3.Connection) -> None:
        """SQLite does not wait for its turn here as it does elsewhere, and two emulators may start at once."""
        deadline = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.DatabaseError as error:
                if _is_busy(error) and time.monotonic() < deadline:
                    time.sleep(_BUSY_POLL_S)
                    continue
                if _is_busy(error):
                    raise _unavailable(error) from None
                raise DataFileMismatch(f"{self.name} is not a data file of mockgc: {error}") from None
            return

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Record]:
        with self._connections.borrowed() as connection, _answering():
            return _Session(connection).rows(statement, values)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._connections.borrowed() as connection, _answering():
            connection.execute("BEGIN")
            try:
                yield _Session(connection)
            finally:
                connection.rollback()

    @contextmanager
    def writing(self, organisation_id: str, *, durably: bool = True) -> Iterator[Session]:  # noqa: ARG002 (see above)
        with self.migrating() as session:
            yield session

    @contextmanager
    def migrating(self) -> Iterator[Session]:
        with self._connections.borrowed() as connection, _answering():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Session(connection)
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise

    def close(self) -> None:
        self._connections.close()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _NO_ANSWER:
            raise _unavailable(error) from None
        raise


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _unavailable(error: sqlite3.DatabaseError) -> StoreUnavailable:
    return StoreUnavailable(f"the data file did not answer: {error}; nothing was written")
