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

import orjson

from mockgc.clock import ClockState, WallClock
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
    Organisation,
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

FORMAT = 1
_BUSY_TIMEOUT_S = 10.0
_NOBODY = ""
_OF_AN_ORGANISATION = ("entity", "held", "reference", "committed", "journal")


class SqliteStore:
    """
    See `store.base.Store` for the promises.

    Args:
        path: the file; made when it is not there.
        ids: where identities come from when the file is new; an old file keeps the seed it was made with.

    Raises:
        DataFileMismatch: the file is no SQLite file, of a newer format, or made with another seed.
    """

    def __init__(
        self, path: Path, resources: Iterable[Resource], ids: Ids, wall: WallClock, journal_entries_max: int
    ) -> None:
        self.resources = {resource.kind: resource for resource in resources}
        self.shared = shared_fields(self.resources.values())
        self._path, self._wall, self._journal_entries_max = path, wall, journal_entries_max
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
        if int(meta["format"]) > FORMAT:
            raise DataFileMismatch(f"{self._path.name} has format {meta['format']}; this mockgc reads up to {FORMAT}")
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
            token = Token(value, client, self.now() + timedelta(seconds=client.access_token_s))
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
                )  # fmt: skip
                db.execute(f"INSERT INTO committed VALUES (NULL, {', '.join('?' * len(values))})", values)
            return Commit(outcome, sequence)

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
                (entry.organisation_id, self._journal_entries_max),
            ).rowcount
            if dropped:
                db.execute(
                    "UPDATE organisation SET evicted = evicted + ? WHERE id = ?", (dropped, entry.organisation_id)
                )

    def journal(self, organisation_id: str) -> Journal:
        db = self._connection()
        tenant = self._tenant(db, organisation_id)
        found = db.execute("SELECT entry FROM journal WHERE organisation = ? ORDER BY position", (organisation_id,))
        return Journal(tuple(Entry.decoded(row["entry"]) for row in found), tenant["evicted"])

    # switches and clock

    def switches(self, organisation_id: str) -> Switches:
        return switches_of(self._tenant(self._connection(), organisation_id)["switches"])

    def set_switches(self, organisation_id: str, switches: Switches) -> None:
        with self._writing() as db:
            self._tenant(db, organisation_id)
            values = (json.dumps(switches.as_dict()), organisation_id)
            db.execute("UPDATE organisation SET switches = ? WHERE id = ?", values)

    def now(self) -> datetime:
        return self.clock().now(self._wall)

    def clock(self) -> ClockState:
        (value,) = self._connection().execute("SELECT value FROM meta WHERE name = 'clock'").fetchone()
        return decoded_clock(value)

    def change_clock(self, change: Callable[[ClockState], ClockState]) -> ClockState:
        with self._writing() as db:
            state = change(self.clock())
            db.execute("UPDATE meta SET value = ? WHERE name = 'clock'", (encoded_clock(state),))
            return state

    # baselines

    def baselines(self, organisation_id: str) -> list[str]:
        db = self._connection()
        self._tenant(db, organisation_id)
        found = db.execute("SELECT name FROM baseline WHERE organisation = ? ORDER BY position", (organisation_id,))
        return [EMPTY_BASELINE, *(row["name"] for row in found)]

    def save_baseline(self, organisation_id: str, name: str) -> None:
        with self._writing() as db:
            switches = self._tenant(db, organisation_id)["switches"]
            where = (organisation_id, name)
            db.execute("DELETE FROM baseline_entity WHERE organisation = ? AND name = ?", where)
            db.execute(
                "INSERT INTO baseline VALUES (NULL, ?, ?, ?) ON CONFLICT (organisation, name)"
                " DO UPDATE SET switches = excluded.switches",
                (*where, switches),
            )
            db.execute(
                "INSERT INTO baseline_entity (organisation, name, kind, id, version, encoded)"
                " SELECT organisation, ?, kind, id, version, encoded FROM entity WHERE organisation = ?"
                " ORDER BY position",
                (name, organisation_id),
            )

    def reset(self, organisation_id: str, baseline: str = EMPTY_BASELINE) -> None:
        known = self.baselines(organisation_id)
        if baseline not in known:
            raise UnknownName(f"no baseline is called {baseline!r}; there are {', '.join(known)}")
        with self._writing() as db:
            where = (organisation_id, baseline)
            saved = db.execute("SELECT switches FROM baseline WHERE organisation = ? AND name = ?", where).fetchone()
            switches = saved["switches"] if saved else json.dumps(Switches().as_dict())
            (dropped,) = db.execute("SELECT count(*) FROM journal WHERE organisation = ?", where[:1]).fetchone()
            for table in _OF_AN_ORGANISATION:
                db.execute(f"DELETE FROM {table} WHERE organisation = ?", where[:1])
            db.execute(
                "UPDATE organisation SET switches = ?, sequence = 0, evicted = evicted + ? WHERE id = ?",
                (switches, dropped, organisation_id),
            )
            self._load(db, organisation_id, baseline)

    def _load(self, db: sqlite3.Connection, organisation_id: str, baseline: str) -> None:
        rows = db.execute(
            "SELECT kind, id, version, encoded FROM baseline_entity WHERE organisation = ? AND name = ?"
            " ORDER BY position",
            (organisation_id, baseline),
        ).fetchall()
        for row in rows:
            resource, entity = self.resources[row["kind"]], orjson.loads(row["encoded"])
            where, keys = (organisation_id, row["kind"], row["id"]), resource.indexed(entity)
            db.execute(
                "INSERT INTO entity VALUES (NULL, ?, ?, ?, ?, ?, ?)",
                (*where, row["version"], json.dumps(keys), row["encoded"]),
            )
            self._reindex(db, where, {}, keys)
            self._rereference(db, where, targets_of(resource, entity))


def _insert_organisation(db: sqlite3.Connection, organisation: Organisation, seed: int | None) -> None:
    db.execute(
        "INSERT INTO organisation (id, ordinal, name, seed, switches) VALUES (?, ?, ?, ?, ?)",
        (
            organisation.id, organisation.ordinal, organisation.name, None if seed is None else str(seed),
            json.dumps(Switches().as_dict()),
        ),
    )  # fmt: skip
