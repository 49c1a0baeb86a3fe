"""
A database on a PostgreSQL server: any number of emulators on any number of machines share it.

The critical section is an advisory lock of the organisation, held to the end of the transaction. Each statement after
it sees all that was committed before (READ COMMITTED), and whatever belongs to an organisation is changed under its
lock alone, so what a rule reads stands still.

The URL is a secret: its password reaches no message, log or repr.
"""

from __future__ import annotations

import logging
import select
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg.types.string import StrDumper, TextLoader

from mockgc.store.base import DataFileMismatch, StoreUnavailable
from mockgc.store.connections import Connections
from mockgc.store.postgres_url import parsed
from mockgc.store.session import Record, Session

Connection = psycopg.Connection[DictRow]
_WAITING_MAX = 1_000
"""So many statements are sent together at most."""
_LOG = logging.getLogger("mockgc")


class _Session:
    """A transaction; statements without an answer wait for the next that has one, or the commit, and share its trip."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[str, Sequence[Any]]] = []

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Record]:
        if not self._waiting:
            return [*self._connection.execute(_with_own_marks(statement), values)]
        with self._connection.pipeline():
            self._send()
            answer = self._connection.execute(_with_own_marks(statement), values)
        return [*answer]  # asked for within the pipeline, it would take a second trip

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._waiting.append((_with_own_marks(statement), values))
        if len(self._waiting) >= _WAITING_MAX:
            with self._connection.pipeline():
                self._send()

    def commit(self) -> None:
        """End the transaction; what waits is sent with it."""
        if not self._waiting:
            self._connection.execute("COMMIT")
            return
        with self._connection.pipeline():
            self._send()
            self._connection.execute("COMMIT")

    def _send(self) -> None:
        for statement, values in self._waiting:
            self._connection.execute(statement, values)
        self._waiting.clear()


class PostgresDatabase:
    """
    See `store.session.Database`.

    Args:
        url: see `postgres_url.parsed`.
        lock_timeout_s: how long a writer waits for the one before it.
        idle_timeout_s: how long a transaction may do nothing before the server ends it, because its emulator is cut
            off or stands still, and others wait for its lock.

    Raises:
        DataFileMismatch: it is no such URL.
    """

    types = {"identity": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "blob": "BYTEA"}  # noqa: RUF012

    def __init__(self, url: str, lock_timeout_s: float = 10, idle_timeout_s: float = 30) -> None:
        self._parameters, self._own_schema = parsed(url)
        self._lock_timeout_s, self._idle_timeout_s = lock_timeout_s, idle_timeout_s
        self._schema: str | None = None
        self._connections = Connections(self._connect, _is_usable)

    @property
    def name(self) -> str:
        return f"the database {self._parameters['dbname']!r}" if "dbname" in self._parameters else "the database"

    def _connect(self) -> Connection:
        try:
            connection = psycopg.connect(autocommit=True, row_factory=dict_row, **self._parameters)
            for setting in self._settings():
                connection.execute(f"SET {setting}")
        except psycopg.Error as error:
            host = self._parameters.get("host", "the default host")
            message = f"{self.name} on {host} cannot be reached: {self._reason(error)}"
            if self._schema is None:
                raise StoreUnavailable(message) from None
            _LOG.warning("%s", message)
            raise StoreUnavailable("the PostgreSQL server cannot be reached; nothing was written") from None
        connection.adapters.register_dumper(str, _Dumper)
        connection.adapters.register_loader("text", _Loader)
        return connection

    def _settings(self) -> Iterator[str]:
        yield f"lock_timeout = '{self._lock_timeout_s * 1000:.0f}ms'"
        yield f"idle_in_transaction_session_timeout = '{self._idle_timeout_s * 1000:.0f}ms'"
        yield "synchronous_commit = off"  # `writing` goes back to what the server, the role or the URL say
        if self._own_schema is not None:
            yield f"search_path = {self._own_schema}"

    def _reason(self, error: psycopg.Error) -> str:
        text, password = " ".join(str(error).split()), str(self._parameters.get("password", ""))
        return text.replace(password, "***") if password else text

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Record]:
        with self._connections.borrowed() as connection, _answering(connection):
            return _Session(connection).rows(statement, values)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as session:
            yield session

    @contextmanager
    def writing(self, organisation_id: str, *, durably: bool = True) -> Iterator[Session]:
        with self._transaction(_locked(f"{self._schema}/{organisation_id}", durably=durably)) as session:
            yield session

    @contextmanager
    def migrating(self) -> Iterator[Session]:
        try:
            with self._transaction(_locked("", durably=True)) as session:
                self._require_utf8(session)
                self._make_schema(session)
                yield session
                self._schema = session.rows("SELECT current_schema() AS name")[0]["name"]
        except psycopg.ProgrammingError as error:  # no right to create tables, or tables that are not ours
            raise DataFileMismatch(f"{self.name} cannot be used: {self._reason(error)}") from None

    def _require_utf8(self, session: Session) -> None:
        encoding = session.rows("SHOW server_encoding")[0]["server_encoding"]
        if encoding != "UTF8":
            raise DataFileMismatch(f"{self.name} has the encoding {encoding}; mockgc needs UTF8")

    def _make_schema(self, session: Session) -> None:
        known = "SELECT 1 FROM pg_namespace WHERE nspname = ?"
        if self._own_schema is not None and not session.rows(known, (self._own_schema,)):
            session.run(f"CREATE SCHEMA {self._own_schema}")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[_Session]:
        with self._connections.borrowed() as connection:
            session = _Session(connection)
            try:
                with _answering(connection):
                    connection.execute(begin, prepare=False)
                    yield session
                with _answering(connection, is_commit=True):
                    session.commit()
            except BaseException:
                _roll_back(connection)
                raise

    def close(self) -> None:
        self._connections.close()


def _locked(section: str, *, durably: bool) -> str:
    """
    Begin a transaction, alone in this section, in a trip of its own.

    A pipeline with the statement after it would save that trip; but psycopg ends a pipeline with a message after which
    PostgreSQL's idle timeout does not run, and an emulator that stands still would keep out all others.

    `synchronous_commit` is off for the connection: a crash of the server may undo its last moments. A durable
    transaction goes back to what the server, the role or the URL say.
    """
    key = int.from_bytes(blake2b(f"mockgc/{section}".encode(), digest_size=8).digest(), signed=True)
    to_disk = "SET LOCAL synchronous_commit TO DEFAULT; " if durably else ""
    return f"BEGIN; {to_disk}SELECT pg_advisory_xact_lock({key})"


@lru_cache(maxsize=256)
def _with_own_marks(statement: str) -> str:
    return statement.replace("?", "%s")


@contextmanager
def _answering(connection: Connection, *, is_commit: bool = False) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if not connection.closed and not isinstance(error, psycopg.OperationalError):
            raise  # a bug of ours
        _LOG.warning("the PostgreSQL server did not answer: %s", type(error).__name__)
        written = "whether it was written is unknown" if is_commit and connection.closed else "nothing was written"
        raise StoreUnavailable(f"the PostgreSQL server did not answer; {written}") from None


def _roll_back(connection: Connection) -> None:
    try:
        if connection.info.transaction_status != TransactionStatus.IDLE:
            connection.execute("ROLLBACK")
    except psycopg.Error:
        connection.close()


def _is_usable(connection: Connection) -> bool:
    """Whether it is at rest; a server that went away has left its farewell on the socket."""
    return connection.info.transaction_status == TransactionStatus.IDLE and not _has_news(connection.fileno())


def _has_news(descriptor: int) -> bool:
    if sys.platform == "win32":
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


_ESCAPE, _NUL = "\x1b", "\x00"


class _Dumper(StrDumper):
    """PostgreSQL's text takes every character but NUL, which JSON and paths may hold."""

    def dump(self, obj: str) -> Buffer | None:
        if _NUL in obj or _ESCAPE in obj:
            obj = obj.replace(_ESCAPE, _ESCAPE + "e").replace(_NUL, _ESCAPE + "0")
        return obj.encode()


class _Loader(TextLoader):
    """The text that `_Dumper` was given."""

    def load(self, data: Buffer) -> str:
        text = bytes(data).decode()
        return text.replace(_ESCAPE + "0", _NUL).replace(_ESCAPE + "e", _ESCAPE) if _ESCAPE in text else text
