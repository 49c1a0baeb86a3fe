"""
A PostgreSQL server to test against: schemas of our own in one of its databases, dropped afterwards.

`MOCKGC_TEST_POSTGRES` names the database; a server on this machine with a database `test` is tried when it does not.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from mockgc.ids import Ids
from mockgc.store.migrations import opened
from mockgc.store.postgres import PostgresDatabase

URL = os.environ.get("MOCKGC_TEST_POSTGRES", "postgresql://127.0.0.1/test")
NO_DISK = "options=-csynchronous_commit%3Doff"
"""Where the death of the server is not the claim, a test need not wait for its disk."""
SEED = b"3"


@cache
def missing() -> str | None:
    """Why there is no server to test against, None where there is one."""
    try:
        with administrator():
            return None
    except psycopg.OperationalError as error:
        return f"no PostgreSQL to test against (MOCKGC_TEST_POSTGRES): {' '.join(str(error).split())}"


def administrator() -> psycopg.Connection[TupleRow]:
    """A connection to the database that is not the emulator's."""
    return psycopg.connect(URL, autocommit=True, connect_timeout=5)


def with_parameters(url: str, *parameters: str) -> str:
    """The URL with more of them."""
    return "&".join([url if "?" in url else f"{url}?{parameters[0]}", *parameters[0 if "?" in url else 1 :]])


@contextmanager
def schema() -> Iterator[str]:
    """The URL of a schema that is not there yet."""
    name = f"mockgc_test_{uuid.uuid4().hex[:12]}"
    try:
        yield with_parameters(URL, f"schema={name}")
    finally:
        with administrator() as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


class Reused:
    """One schema for many tests: as it was when it was new, each time it is asked for; its seed is `SEED`."""

    def __init__(self, url: str) -> None:
        self._url, self._name = with_parameters(url, NO_DISK), url.rpartition("=")[2]
        self._databases: list[PostgresDatabase] = []
        database = PostgresDatabase(self._url)
        opened(database, Ids(SEED))
        database.close()
        with administrator() as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (self._name,))
            self._tables = [name for (name,) in found]
            self._new = {name: self._rows(connection, name) for name in self._tables}

    def _rows(self, connection: psycopg.Connection[TupleRow], table: str) -> list[tuple[Any, ...]]:
        return connection.execute(f"SELECT * FROM {self._name}.{table}").fetchall()

    def url(self) -> str:
        """The schema, as new."""
        with administrator() as connection, connection.transaction():
            connection.execute("SET LOCAL synchronous_commit = off")
            for table, rows in self._new.items():
                connection.execute(f"DELETE FROM {self._name}.{table}")
                for row in rows:
                    marks = ", ".join(["%s"] * len(row))
                    connection.execute(f"INSERT INTO {self._name}.{table} VALUES ({marks})", row)
        return self._url

    def database(self) -> PostgresDatabase:
        """A database over the schema, as new; those given before are closed."""
        while self._databases:
            self._databases.pop().close()
        self._databases.append(PostgresDatabase(self.url()))
        return self._databases[-1]

    def close(self) -> None:
        while self._databases:
            self._databases.pop().close()
