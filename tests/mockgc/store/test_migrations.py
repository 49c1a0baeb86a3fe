"""Databases of older and newer formats, and two emulators that start on a new one at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from mockgc.clock import ClockState
from mockgc.domain.transaction import Outcome, View, Write
from mockgc.ids import Ids
from mockgc.journal import Entry
from mockgc.resources.wfm_dialect import RESOURCES
from mockgc.store.base import DataFileMismatch, Kept, Organisation
from mockgc.store.migrations import FORMAT, STEPS, opened
from mockgc.store.postgres import PostgresDatabase
from mockgc.store.session import Database
from mockgc.store.sql import SqlStore
from mockgc.store.sql_rows import encoded_clock, insert_organisation
from mockgc.store.sqlite import SqliteDatabase

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SEED = Ids(b"seed")
Open = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgres"])
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same new database once more, as another emulator would."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    opened_here: list[Database] = []

    def connect() -> Database:
        database: Database = PostgresDatabase(url) if url else SqliteDatabase(tmp_path / "state.db")
        opened_here.append(database)
        return database

    yield connect
    for database in opened_here:
        database.close()


def store_over(database: Database) -> SqlStore:
    return SqlStore(database, RESOURCES, SEED, lambda: NOW, Kept(3, 3, 1))


def entry(context: str, organisation: str) -> Entry:
    return Entry(context, organisation, "c", NOW, "GET", "/", "", 200, "user.list", None, None, (), (), b"")


def of_format_2(database: Database, organisation: str) -> None:
    """A database as format 2 had it: one user who was renamed, three requests, two of them kept."""
    user = {"id": "u", "name": "Ada", "email": "ada@b", "version": 2}
    keys = {"email": "ada@b"}
    committed = (
        "INSERT INTO committed (organisation, sequence, kind, id, version_before, version_after, context, client, at,"
        " changed, image) VALUES (?, ?, 'user', 'u', ?, ?, 'x', 'c', ?, '[\"name\"]', ?)"
    )
    with database.migrating() as session:
        session.run("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        STEPS[2](session, database.types)
        session.run("INSERT INTO meta VALUES ('seed', ?), ('format', '2')", (SEED.seed.hex(),))
        insert_organisation(session, Organisation(organisation, "old", 1), None)
        session.run("UPDATE organisation SET evicted = 1, sequence = 2, entities = 1 WHERE id = ?", (organisation,))
        for context in ("c2", "c3"):
            session.run(
                "INSERT INTO journal (context, organisation, entry) VALUES (?, ?, ?)",
                (context, organisation, entry(context, organisation).encoded()),
            )
        for number in (1, 2):
            values = (organisation, number, number - 1, number, NOW.isoformat(), orjson.dumps(user))
            session.run(committed, values)
        session.run(
            "INSERT INTO entity (organisation, kind, id, version, keys, encoded) VALUES (?, 'user', 'u', 2, ?, ?)",
            (organisation, json.dumps(keys), orjson.dumps(user)),
        )
        session.run(
            "INSERT INTO held (organisation, kind, field, value, id) VALUES (?, 'user', 'email', 'ada@b', 'u')",
            (organisation,),
        )


def test_a_database_of_format_2_goes_on_where_it_was(another: Open) -> None:
    organisation = SEED.uuid("organisation", 1, 1)
    of_format_2(another(), organisation)
    store = store_over(another())
    store.append(entry("c4", organisation))
    store.append(entry("c5", organisation))
    journal = store.journal(organisation)
    assert [(number, one.context_id) for number, one in journal.numbered] == [(3, "c3"), (4, "c4"), (5, "c5")]
    assert journal.evicted == 2

    def rename(view: View) -> Outcome:
        assert view.holders("email", "ada@b", ("user",)) == [("user", "u")]
        user = view.get("user", "u")
        assert user is not None
        return Outcome(200, None, (Write("user", "u", {**user, "email": "new@b"}),))

    assert store.transact(organisation, rename, "c", "x").sequence == 3
    assert store.transact(
        organisation, lambda view: Outcome(200, [*view.holders("email", "ada@b", ("user",))]), "c", "x"
    )
    rows = store.commits(organisation)
    assert [(row.sequence, row.version_after, row.after is not None) for row in rows] == [
        (1, 1, False), (2, 2, False), (3, 3, True),
    ]  # fmt: skip


def test_a_newer_format_is_refused_with_both_numbers_and_left_alone(another: Open) -> None:
    opened(another(), SEED)
    with another().writing("") as session:
        session.run("UPDATE meta SET value = '99' WHERE name = 'format'")
    with pytest.raises(DataFileMismatch, match=f"has format 99; this mockgc reads 2 to {FORMAT}: use another one"):
        opened(another(), SEED)
    assert another().rows("SELECT value FROM meta WHERE name = 'format'")[0]["value"] == "99"


def test_another_seed_is_refused_rather_than_mixed(another: Open) -> None:
    opened(another(), SEED)
    assert opened(another(), Ids(b"random", is_fixed=False)).seed == SEED.seed
    with pytest.raises(DataFileMismatch, match="was made with another seed; leave --seed out"):
        opened(another(), Ids(b"other"))


def test_a_step_that_fails_leaves_nothing_behind(another: Open) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        opened(another(), SEED, {**STEPS, FORMAT + 1: broken})
    assert store_over(another()).organisations() == []


def test_emulators_that_start_at_once_on_a_new_database_agree(another: Open) -> None:
    """Four at once, three times: one of them makes the tables and the first organisation, all have the same."""
    together, databases = threading.Barrier(4), [another() for _ in range(4)]

    def start(number: int) -> tuple[bytes, str, str]:
        together.wait()
        ids = opened(databases[number], Ids(bytes([number]) * 32, is_fixed=False))
        store = SqlStore(databases[number], RESOURCES, ids, lambda: NOW, Kept())
        client = store.first_client("first")
        return ids.seed, client.id, client.organisation_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(start, range(4)))) == 1
    store = store_over_any_seed(another())
    assert len(store.organisations()) == 1
    assert len(store.clients(store.organisations()[0].id)) == 1


def store_over_any_seed(database: Database) -> SqlStore:
    return SqlStore(database, RESOURCES, Ids(b"random", is_fixed=False), lambda: NOW, Kept())


def test_a_clock_survives_as_it_was(another: Open) -> None:
    store = store_over(another())
    store.change_clock(lambda state, _: state.frozen(NOW))
    assert store_over(another()).clock() == ClockState(NOW)
    assert encoded_clock(store.clock()) == encoded_clock(ClockState(NOW))
