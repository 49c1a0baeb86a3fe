"""
The store in one SQLite file: it survives a restart and a kill, and several processes may share it.

The promises are those of `store.base.Store`. The critical section is `BEGIN IMMEDIATE`: one writer a file at a time.
Write-ahead logging keeps an acknowledged write through the death of the process (not of the machine).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from mockgc.clock import ClockChange, ClockState, WallClock
from mockgc.domain.resource import Resource
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit, CommitRow, Rule, Write
from mockgc.ids import Ids
from mockgc.journal import Entry
from mockgc.store.addresses import Address, shared_fields, targets_of
from mockgc.store.base import (
    EMPTY_BASELINE,
    Client,
    DataFileMismatch,
    Journal,
    Kept,
    Organisation,
    Slot,
    Snapshot,
    StoreUnavailable,
    Token,
    UnknownName,
)
from mockgc.store.sqlite_rows import (
    SCHEMA,
    client_of,
    commit_row_of,
    decoded_clock,
    encoded_clock,
    switches_of,
)
from mockgc.store.sqlite_view import SqliteView, count_up

FORMAT = 2
_BUSY_TIMEOUT_S = 10.0
_NOBODY = ""
_OF_AN_ORGANISATION = ("entity", "held", "reference", "committed", "journal", "slot")


class SqliteStore:
    """
    See `store.base.Store` for the promises.

    Args:
        path: the file; made when it is not there.
        ids: where identities come from when the file is new; an old file keeps the seed it was made with.

    Raises:
        DataFileMismatch: the file is no SQLite file, of a newer format, or made with another seed.
    """

    def __init__(self, path: Path, resources: Iterable[Resource], ids: Ids, wall: WallClock, kept: Kept) -> None:
        self.resources = {resource.kind: resource for resource in resources}
        self.shared = shared_fields(self.resources.values())
        self._path, self._wall, self._kept = path, wall, kept
        self._local = threading.local()
        self.ids = self._open(ids)

    def _open(self, ids: Ids) -> Ids:
        try:
            db = self._connection()
            db.executescript(SCHEMA)
            with self._writing() as db:
                meta = {row["name"]: row["value"] for row in db.execute("SELECT name, value FROM meta")}
                if not meta:
                    values = [
                        ("format", str(FORMAT)),
                        ("seed", ids.seed.hex()),
                        ("clock", encoded_clock(ClockState())),
                    ]
                    db.executemany("INSERT INTO meta VALUES (?, ?)", values)
                    _insert_organisation(db, Organisation(_NOBODY, "", 0), None)
                    return ids
        except sqlite3.DatabaseError as error:
            raise DataFileMismatch(f"{self._path.name} is not a data file of mockgc: {error}") from None
        if int(meta["format"]) != FORMAT:
            raise DataFileMismatch(
                f"{self._path.name} has format {meta['format']}; this mockgc reads {FORMAT}: use another file,"
                " or the mockgc that made this one"
            )
        if ids.is_fixed and ids.seed.hex() != meta["seed"]:
            raise DataFileMismatch(
                f"{self._path.name} was made with another seed; leave --seed out, or use another file"
            )
        return Ids(bytes.fromhex(meta["seed"]))

    def _connection(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            self._local.db = db
        return db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: all of it, or nothing."""
        db = self._connection()
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"the data file did not answer within {_BUSY_TIMEOUT_S:.0f} s: {error}") from None
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One view of the file for several reads."""
        db = self._connection()
        db.execute("BEGIN")
        try:
            yield db
        finally:
            db.execute("COMMIT")

    # organisations, clients, tokens

    def create_organisation(self, name: str | None = None, seed: int | None = None) -> Organisation:
        with self._writing() as db:
            (ordinal,) = db.execute("SELECT max(ordinal) + 1 FROM organisation").fetchone()
            organisation_id = self.ids.uuid("organisation", ordinal, 1)
            organisation = Organisation(organisation_id, name or f"organisation {ordinal}", ordinal)
            _insert_organisation(db, organisation, seed)
            return organisation

    def organisations(self) -> list[Organisation]:
        found = self._connection().execute("SELECT * FROM organisation WHERE ordinal > 0 ORDER BY ordinal")
        return [Organisation(row["id"], row["name"], row["ordinal"]) for row in found]

    def organisation(self, organisation_id: str) -> Organisation:
        row = self._tenant(self._connection(), organisation_id)
        return Organisation(row["id"], row["name"], row["ordinal"])

    def _tenant(self, db: sqlite3.Connection, organisation_id: str) -> sqlite3.Row:
        found: sqlite3.Row | None = db.execute("SELECT * FROM organisation WHERE id = ?", (organisation_id,)).fetchone()
        if found is None:
            raise UnknownName(f"no organisation has the id {organisation_id!r}")
        return found

    def add_client(
        self,
        organisation_id: str,
        permissions: frozenset[str] | None = None,
        access_token_s: int = 86_400,
        credentials: tuple[str, str] | None = None,
    ) -> Client:
        with self._writing() as db:
            place = (self._tenant(db, organisation_id)["ordinal"], count_up(db, organisation_id, "clients"))
            client_id, secret = credentials or (self.ids.uuid("client", *place), self.ids.secret("client", *place))
            granted = None if permissions is None else json.dumps(sorted(permissions))
            try:
                db.execute(
                    "INSERT INTO client (id, secret, organisation, permissions, access_token_s) VALUES (?, ?, ?, ?, ?)",
                    (client_id, secret, organisation_id, granted, access_token_s),
                )
            except sqlite3.IntegrityError:
                raise ValueError(f"client id {client_id!r} is taken") from None
            return Client(client_id, secret, organisation_id, permissions, access_token_s)

    def client(self, client_id: str) -> Client | None:
        row = self._connection().execute("SELECT * FROM client WHERE id = ?", (client_id,)).fetchone()
        return client_of(row) if row else None

    def clients(self, organisation_id: str) -> list[Client]:
        db = self._connection()
        self._tenant(db, organisation_id)
        found = db.execute("SELECT * FROM client WHERE organisation = ? ORDER BY position", (organisation_id,))
        return [client_of(row) for row in found]

    def issue_token(self, client: Client) -> Token:
        with self._writing() as db:
            tenant = self._tenant(db, client.organisation_id)
            counter = count_up(db, client.organisation_id, "tokens")
            value = self.ids.secret("token", tenant["ordinal"], counter)
            token = Token(value, client, self.time_of(tenant) + timedelta(seconds=client.access_token_s))
            db.execute("INSERT INTO token VALUES (?, ?, ?)", (value, client.id, token.expires_at.isoformat()))
            return token

    def token(self, value: str) -> Token | None:
        row = self._connection().execute(
            "SELECT c.*, t.expires_at FROM token t JOIN client c ON c.id = t.client WHERE t.value = ?", (value,)
        ).fetchone()  # fmt: skip
        return Token(value, client_of(row), datetime.fromisoformat(row["expires_at"])) if row else None

    # the one critical section

    def transact(self, organisation_id: str, rule: Rule, client_id: str, context_id: str) -> Commit:
        with self._writing() as db:
            tenant = self._tenant(db, organisation_id)
            view = SqliteView(db, self, tenant, client_id)
            outcome = rule(view)
            if not outcome.writes:
                return Commit(outcome, None)
            sequence = count_up(db, organisation_id, "sequence")
            for write in outcome.writes:
                before = self._apply(db, view, organisation_id, write)
                after = None if write.entity is None else before + 1
                values = (
                    organisation_id, sequence, write.kind, write.id, before, after, write.claimed, context_id,
                    client_id, view.now.isoformat(), json.dumps(write.changed),
                    None if write.entity is None else orjson.dumps(write.entity),
                )  # fmt: skip
                db.execute(f"INSERT INTO committed VALUES (NULL, {', '.join('?' * len(values))})", values)
            self._let_go(db, organisation_id)
            return Commit(outcome, sequence)

    def _let_go(self, db: sqlite3.Connection, organisation_id: str) -> None:
        """Drop images and rows of the commit log that are too old to keep."""
        newest = "SELECT position FROM committed WHERE organisation = ? ORDER BY position DESC LIMIT 1 OFFSET ?"
        image = db.execute(newest, (organisation_id, self._kept.images)).fetchone()
        if image is not None:
            where = (organisation_id, image["position"])
            db.execute(
                "UPDATE committed SET image = NULL WHERE organisation = ? AND position <= ? AND image NOT NULL", where
            )
        row = db.execute(newest, (organisation_id, self._kept.commit_rows)).fetchone()
        if row is not None:
            where = (organisation_id, row["position"])
            db.execute("DELETE FROM committed WHERE organisation = ? AND position <= ?", where)

    def _apply(self, db: sqlite3.Connection, view: SqliteView, organisation_id: str, write: Write) -> int:
        """Store one entity and its index entries; returns the version before, 0 for a new one."""
        resource, old = self.resources[write.kind], view.row(write.kind, write.id)
        keys = resource.indexed(write.entity) if write.entity is not None else {}
        where = (organisation_id, write.kind, write.id)
        self._reindex(db, where, old.keys if old else {}, keys)
        self._rereference(db, where, targets_of(resource, write.entity))
        if write.entity is None:
            db.execute("DELETE FROM entity WHERE organisation = ? AND kind = ? AND id = ?", where)
        else:
            values = (*where, old.version + 1 if old else 1, json.dumps(keys), orjson.dumps(write.entity))
            db.execute(
                "INSERT INTO entity (organisation, kind, id, version, keys, encoded) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (organisation, kind, id) DO UPDATE"
                " SET version = excluded.version, keys = excluded.keys, encoded = excluded.encoded",
                values,
            )
        return old.version if old else 0

    def _reindex(
        self, db: sqlite3.Connection, where: tuple[str, str, str], old: Mapping[str, str], new: Mapping[str, str]
    ) -> None:
        organisation_id, kind, entity_id = where
        for name, value in old.items():
            if new.get(name) != value:
                db.execute(
                    "DELETE FROM held WHERE organisation = ? AND kind = ? AND field = ? AND value = ? AND id = ?",
                    (organisation_id, kind, name, value, entity_id),
                )
        for name, value in new.items():
            if old.get(name) != value:
                values = (organisation_id, kind, name, value, entity_id)
                db.execute("INSERT INTO held VALUES (NULL, ?, ?, ?, ?, ?)", values)

    def _rereference(self, db: sqlite3.Connection, where: tuple[str, str, str], targets: tuple[Address, ...]) -> None:
        found = db.execute(
            "SELECT to_kind, to_id FROM reference WHERE organisation = ? AND kind = ? AND id = ? ORDER BY position",
            where,
        )
        if tuple((row["to_kind"], row["to_id"]) for row in found) == targets:
            return
        db.execute("DELETE FROM reference WHERE organisation = ? AND kind = ? AND id = ?", where)
        db.executemany("INSERT INTO reference VALUES (NULL, ?, ?, ?, ?, ?)", [(*where, *target) for target in targets])

    def commits(self, organisation_id: str, after: int = 0) -> list[CommitRow]:
        db = self._connection()
        self._tenant(db, organisation_id)
        found = db.execute(
            "SELECT * FROM committed WHERE organisation = ? AND sequence > ? ORDER BY position",
            (organisation_id, after),
        )
        return [commit_row_of(row) for row in found]

    def history(self, organisation_id: str, kind: str, entity_id: str) -> list[CommitRow]:
        db = self._connection()
        self._tenant(db, organisation_id)
        found = db.execute(
            "SELECT * FROM committed WHERE organisation = ? AND kind = ? AND id = ? ORDER BY position",
            (organisation_id, kind, entity_id),
        )
        return [commit_row_of(row) for row in found]

    # journal

    def new_context_id(self, organisation_id: str | None) -> str:
        with self._writing() as db:
            tenant = self._tenant(db, organisation_id or _NOBODY)
            return self.ids.uuid("request", tenant["ordinal"], count_up(db, tenant["id"], "contexts"))

    def context_owner(self, context_id: str) -> tuple[str | None, Entry | None] | None:
        db = self._connection()
        row = db.execute("SELECT organisation, entry FROM journal WHERE context = ?", (context_id,)).fetchone()
        if row is not None:
            return row["organisation"] or None, Entry.decoded(row["entry"])
        for tenant in db.execute("SELECT id, ordinal, contexts FROM organisation"):
            if self.ids.issued(context_id, "request", tenant["ordinal"], tenant["contexts"]):
                return tenant["id"] or None, None
        return None

    def append(self, entry: Entry) -> None:
        with self._writing() as db:
            values = (entry.context_id, entry.organisation_id, entry.encoded())
            db.execute("INSERT INTO journal VALUES (NULL, ?, ?, ?)", values)
            dropped = db.execute(
                "DELETE FROM journal WHERE position IN (SELECT position FROM journal WHERE organisation = ?"
                " ORDER BY position DESC LIMIT -1 OFFSET ?)",
                (entry.organisation_id, self._kept.journal_entries),
            ).rowcount
            if dropped:
                db.execute(
                    "UPDATE organisation SET evicted = evicted + ? WHERE id = ?", (dropped, entry.organisation_id)
                )

    def journal(self, organisation_id: str, after: int = 0) -> Journal:
        with self._reading() as db:
            evicted = self._tenant(db, organisation_id)["evicted"]
            (held,) = db.execute("SELECT count(*) FROM journal WHERE organisation = ?", (organisation_id,)).fetchone()
            found = db.execute(
                "SELECT entry FROM journal WHERE organisation = ? ORDER BY position DESC LIMIT ?",
                (organisation_id, max(0, evicted + held - after)),
            ).fetchall()
        return Journal(tuple(Entry.decoded(row["entry"]) for row in reversed(found)), evicted, evicted + held)

    # switches, slots and clocks

    def switches(self, organisation_id: str) -> Switches:
        return switches_of(self._tenant(self._connection(), organisation_id)["switches"])

    def set_switches(self, organisation_id: str, switches: Switches) -> None:
        with self._writing() as db:
            self._tenant(db, organisation_id)
            values = (json.dumps(switches.as_dict()), organisation_id)
            db.execute("UPDATE organisation SET switches = ? WHERE id = ?", values)

    def value(self, organisation_id: str, slot: Slot) -> Any:
        db = self._connection()
        self._tenant(db, organisation_id)
        return self._value(db, organisation_id, slot)

    def _value(self, db: sqlite3.Connection, organisation_id: str, slot: Slot) -> Any:
        where = (organisation_id, slot.name)
        row = db.execute("SELECT value FROM slot WHERE organisation = ? AND name = ?", where).fetchone()
        return orjson.loads(row["value"]) if row else None

    def change_value(self, organisation_id: str, slot: Slot, change: Callable[[Any], Any]) -> Any:
        with self._writing() as db:
            self._tenant(db, organisation_id)
            value = change(self._value(db, organisation_id, slot))
            db.execute("DELETE FROM slot WHERE organisation = ? AND name = ?", (organisation_id, slot.name))
            if value is not None:
                _insert_value(db, organisation_id, slot, value)
            return value

    def now(self, organisation_id: str | None = None) -> datetime:
        if organisation_id is None:
            return self.clock().now(self._wall)
        return self.time_of(self._tenant(self._connection(), organisation_id))

    def time_of(self, tenant: sqlite3.Row) -> datetime:
        """What an organisation's clock shows."""
        return decoded_clock(tenant["clock"]).now(self.now)

    def clock(self, organisation_id: str | None = None) -> ClockState:
        db = self._connection()
        if organisation_id is not None:
            return decoded_clock(self._tenant(db, organisation_id)["clock"])
        (value,) = db.execute("SELECT value FROM meta WHERE name = 'clock'").fetchone()
        return decoded_clock(value)

    def change_clock(self, change: ClockChange, organisation_id: str | None = None) -> ClockState:
        with self._writing() as db:
            beneath = self._wall if organisation_id is None else self.now
            state = change(self.clock(organisation_id), beneath)
            if organisation_id is None:
                db.execute("UPDATE meta SET value = ? WHERE name = 'clock'", (encoded_clock(state),))
            else:
                db.execute("UPDATE organisation SET clock = ? WHERE id = ?", (encoded_clock(state), organisation_id))
            return state

    # baselines

    def baselines(self, organisation_id: str) -> list[str]:
        db = self._connection()
        self._tenant(db, organisation_id)
        found = db.execute("SELECT name FROM baseline WHERE organisation = ? ORDER BY position", (organisation_id,))
        return [EMPTY_BASELINE, *(row["name"] for row in found)]

    def save_baseline(self, organisation_id: str, name: str) -> None:
        with self._writing():
            self._keep(organisation_id, name, self.snapshot(organisation_id))

    def put_baseline(self, organisation_id: str, name: str, snapshot: Snapshot) -> None:
        with self._writing() as db:
            self._tenant(db, organisation_id)
            self._keep(organisation_id, name, snapshot)

    def _keep(self, organisation_id: str, name: str, snapshot: Snapshot) -> None:
        db, where = self._connection(), (organisation_id, name)
        db.execute("DELETE FROM baseline_entity WHERE organisation = ? AND name = ?", where)
        switches, settings = orjson.dumps(snapshot.switches.as_dict()), orjson.dumps(dict(snapshot.settings))
        db.execute(
            "INSERT INTO baseline VALUES (NULL, ?, ?, ?, ?, ?) ON CONFLICT (organisation, name) DO UPDATE"
            " SET switches = excluded.switches, settings = excluded.settings, entities = excluded.entities",
            (*where, switches.decode(), settings.decode(), snapshot.entities),
        )
        db.executemany(
            "INSERT INTO baseline_entity VALUES (NULL, ?, ?, ?, ?, ?, ?)", [(*where, *row) for row in snapshot.rows]
        )

    def snapshot(self, organisation_id: str, baseline: str | None = None) -> Snapshot:
        db = self._connection()
        tenant = self._tenant(db, organisation_id)
        if baseline is not None:
            return self._saved(db, organisation_id, baseline)
        found = db.execute("SELECT * FROM entity WHERE organisation = ? ORDER BY kind, position", (organisation_id,))
        rows = tuple((row["kind"], row["id"], row["version"], row["encoded"]) for row in found)
        set_now = db.execute("SELECT name, value FROM slot WHERE organisation = ? AND is_setting", (organisation_id,))
        settings = {row["name"]: orjson.loads(row["value"]) for row in set_now}
        return Snapshot(rows, switches_of(tenant["switches"]), settings, tenant["entities"])

    def _saved(self, db: sqlite3.Connection, organisation_id: str, name: str) -> Snapshot:
        if name == EMPTY_BASELINE:
            return Snapshot()
        where = (organisation_id, name)
        saved = db.execute("SELECT * FROM baseline WHERE organisation = ? AND name = ?", where).fetchone()
        if saved is None:
            known = ", ".join(self.baselines(organisation_id))
            raise UnknownName(f"no baseline is called {name!r}; there are {known}")
        found = db.execute("SELECT * FROM baseline_entity WHERE organisation = ? AND name = ? ORDER BY position", where)
        rows = tuple((row["kind"], row["id"], row["version"], row["encoded"]) for row in found)
        return Snapshot(rows, switches_of(saved["switches"]), orjson.loads(saved["settings"]), saved["entities"])

    def drop_baseline(self, organisation_id: str, name: str) -> None:
        with self._writing() as db:
            self._tenant(db, organisation_id)
            self._saved(db, organisation_id, name)
            for table in ("baseline", "baseline_entity"):
                db.execute(f"DELETE FROM {table} WHERE organisation = ? AND name = ?", (organisation_id, name))

    def reset(self, organisation_id: str, baseline: str = EMPTY_BASELINE) -> None:
        with self._writing() as db:
            self._tenant(db, organisation_id)
            saved = self._saved(db, organisation_id, baseline)
            (dropped,) = db.execute(
                "SELECT count(*) FROM journal WHERE organisation = ?", (organisation_id,)
            ).fetchone()
            for table in _OF_AN_ORGANISATION:
                db.execute(f"DELETE FROM {table} WHERE organisation = ?", (organisation_id,))
            db.execute(
                "UPDATE organisation SET switches = ?, sequence = 0, evicted = evicted + ?,"
                " entities = max(entities, ?) WHERE id = ?",
                (json.dumps(saved.switches.as_dict()), dropped, saved.entities, organisation_id),
            )
            self._load(db, organisation_id, saved)

    def _load(self, db: sqlite3.Connection, organisation_id: str, saved: Snapshot) -> None:
        for name, value in saved.settings.items():
            _insert_value(db, organisation_id, Slot(name, is_setting=True), value)
        for kind, entity_id, version, encoded in saved.rows:
            resource, entity = self.resources[kind], orjson.loads(encoded)
            where, keys = (organisation_id, kind, entity_id), resource.indexed(entity)
            db.execute(
                "INSERT INTO entity VALUES (NULL, ?, ?, ?, ?, ?, ?)", (*where, version, json.dumps(keys), encoded)
            )
            self._reindex(db, where, {}, keys)
            self._rereference(db, where, targets_of(resource, entity))


def _insert_value(db: sqlite3.Connection, organisation_id: str, slot: Slot, value: Any) -> None:
    values = (organisation_id, slot.name, slot.is_setting, orjson.dumps(value).decode())
    db.execute("INSERT INTO slot VALUES (?, ?, ?, ?)", values)


def _insert_organisation(db: sqlite3.Connection, organisation: Organisation, seed: int | None) -> None:
    db.execute(
        "INSERT INTO organisation (id, ordinal, name, seed, switches, clock) VALUES (?, ?, ?, ?, ?, ?)",
        (
            organisation.id, organisation.ordinal, organisation.name, None if seed is None else str(seed),
            json.dumps(Switches().as_dict()), encoded_clock(ClockState()),
        ),
    )  # fmt: skip
