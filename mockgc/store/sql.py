"""
The store in a database: what it promises, in statements that every database understands.

The database (`store.session.Database`) knows how to begin and end a transaction and nothing of what is in it; the store
knows what is in it and nothing of the database. Nothing of an organisation is kept in the process.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import orjson

from mockgc.clock import ClockChange, ClockState, WallClock
from mockgc.domain.resource import Resource
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit, CommitRow, Rule
from mockgc.ids import Ids
from mockgc.journal import Entry
from mockgc.store import sql_baselines
from mockgc.store.addresses import shared_fields
from mockgc.store.base import (
    EMPTY_BASELINE,
    NOBODY,
    Client,
    Journal,
    Kept,
    Organisation,
    Slot,
    Snapshot,
    Token,
    UnknownName,
)
from mockgc.store.migrations import opened
from mockgc.store.session import Database, Record, Session
from mockgc.store.sql_rows import (
    client_of,
    commit_row_of,
    decoded_clock,
    encoded_clock,
    insert_organisation,
    insert_value,
    organisation_of,
    switches_of,
)
from mockgc.store.sql_view import SqlView
from mockgc.store.sql_writes import Author, let_go, load, write

_OF_AN_ORGANISATION = ("entity", "held", "reference", "committed", "journal", "slot")


class SqlStore:
    """
    See `store.base.Store` for the promises.

    Args:
        database: where the rows are; its tables are made, or brought to the newest format.
        ids: where identities come from when the database is new; an old one keeps the seed it was made with.

    Raises:
        DataFileMismatch: the database cannot be used, is of a newer format, or was made with another seed.
        StoreUnavailable: it does not answer.
    """

    def __init__(
        self, database: Database, resources: Iterable[Resource], ids: Ids, wall: WallClock, kept: Kept
    ) -> None:
        self._resources = {resource.kind: resource for resource in resources}
        self._shared = shared_fields(self._resources.values())
        self._database, self._wall, self._kept = database, wall, kept
        self._ids = opened(database, ids)

    def close(self) -> None:
        self._database.close()

    # organisations, clients, tokens

    def create_organisation(self, name: str | None = None, seed: int | None = None) -> Organisation:
        with self._database.writing(NOBODY) as session:
            return self._create(session, name, seed)

    def _create(self, session: Session, name: str | None, seed: int | None) -> Organisation:
        ordinal = int(session.rows("SELECT max(ordinal) + 1 AS next FROM organisation")[0]["next"])
        organisation_id = self._ids.uuid("organisation", ordinal, 1)
        organisation = Organisation(organisation_id, name or f"organisation {ordinal}", ordinal)
        insert_organisation(session, organisation, seed)
        return organisation

    def first_client(self, name: str, credentials: tuple[str, str] | None = None) -> Client:
        with self._database.writing(NOBODY) as session:
            found = session.rows("SELECT * FROM organisation WHERE ordinal = 1")
            organisation = organisation_of(found[0]) if found else self._create(session, name, None)
            clients = _clients(session, organisation.id)
            return clients[0] if clients else self._add_client(session, organisation.id, None, 86_400, credentials)

    def organisations(self) -> list[Organisation]:
        found = self._database.rows("SELECT * FROM organisation WHERE ordinal > 0 ORDER BY ordinal")
        return [organisation_of(row) for row in found]

    def organisation(self, organisation_id: str) -> Organisation:
        return organisation_of(self._tenant(organisation_id))

    def _tenant(self, organisation_id: str, session: Session | None = None) -> Record:
        """
        An organisation's record, and `beneath`, the clock that its own runs on.

        Raises:
            UnknownName: there is no such organisation.
        """
        statement = "SELECT o.*, m.value AS beneath FROM organisation o, meta m WHERE o.id = ? AND m.name = 'clock'"
        found = (session or self._database).rows(statement, (organisation_id,))
        if not found:
            raise UnknownName(f"no organisation has the id {organisation_id!r}")
        return found[0]

    def add_client(
        self,
        organisation_id: str,
        permissions: frozenset[str] | None = None,
        access_token_s: int = 86_400,
        credentials: tuple[str, str] | None = None,
    ) -> Client:
        with self._database.writing(organisation_id) as session:
            return self._add_client(session, organisation_id, permissions, access_token_s, credentials)

    def _add_client(
        self,
        session: Session,
        organisation_id: str,
        permissions: frozenset[str] | None,
        access_token_s: int,
        credentials: tuple[str, str] | None,
    ) -> Client:
        place = self._count_up(session, organisation_id, "clients")
        client_id, secret = credentials or (self._ids.uuid("client", *place), self._ids.secret("client", *place))
        granted = None if permissions is None else json.dumps(sorted(permissions))
        inserted = session.rows(
            "INSERT INTO client (id, secret, organisation, permissions, access_token_s) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING RETURNING id",
            (client_id, secret, organisation_id, granted, access_token_s),
        )
        if not inserted:
            raise ValueError(f"client id {client_id!r} is taken")
        return Client(client_id, secret, organisation_id, permissions, access_token_s)

    def _count_up(self, session: Session | Database, organisation_id: str, counter: str) -> tuple[int, int]:
        """
        (the organisation's ordinal, the next value of one of its counters); `counter` is a column of ours.

        Raises:
            UnknownName: there is no such organisation.
        """
        found = session.rows(
            f"UPDATE organisation SET {counter} = {counter} + 1 WHERE id = ? RETURNING ordinal, {counter} AS next",
            (organisation_id,),
        )
        if not found:
            raise UnknownName(f"no organisation has the id {organisation_id!r}")
        return found[0]["ordinal"], found[0]["next"]

    def client(self, client_id: str) -> Client | None:
        found = self._database.rows("SELECT * FROM client WHERE id = ?", (client_id,))
        return client_of(found[0]) if found else None

    def clients(self, organisation_id: str) -> list[Client]:
        with self._database.reading() as session:
            self._tenant(organisation_id, session)
            return _clients(session, organisation_id)

    def issue_token(self, client: Client) -> Token:
        with self._database.writing(client.organisation_id) as session:
            tenant = self._tenant(client.organisation_id, session)
            value = self._ids.secret("token", *self._count_up(session, client.organisation_id, "tokens"))
            token = Token(value, client, self._time_of(tenant) + timedelta(seconds=client.access_token_s))
            session.run(
                "INSERT INTO token (value, client, expires_at) VALUES (?, ?, ?)",
                (value, client.id, token.expires_at.isoformat()),
            )
            return token

    def token(self, value: str) -> Token | None:
        found = self._database.rows(
            "SELECT c.*, t.expires_at FROM token t JOIN client c ON c.id = t.client WHERE t.value = ?", (value,)
        )
        return Token(value, client_of(found[0]), datetime.fromisoformat(found[0]["expires_at"])) if found else None

    # the one critical section

    def transact(self, organisation_id: str, rule: Rule, client_id: str, context_id: str) -> Commit:
        with self._database.writing(organisation_id) as session:
            tenant = self._tenant(organisation_id, session)
            view = SqlView(
                session, tenant, self._time_of(tenant), client_id, self._resources, self._shared, self._ids_of(tenant)
            )
            outcome = rule(view)
            if not outcome.writes and view.entities == tenant["entities"]:
                return Commit(outcome, None)
            sequence = tenant["sequence"] + (1 if outcome.writes else 0)
            logged = tenant["logged"] + len(outcome.writes)
            who = Author(organisation_id, sequence, context_id, client_id)
            for number, change in enumerate(outcome.writes, tenant["logged"] + 1):
                write(session, view, who, change, number)
            session.run(
                "UPDATE organisation SET sequence = ?, entities = ?, logged = ? WHERE id = ?",
                (sequence, view.entities, logged, organisation_id),
            )
            let_go(session, organisation_id, logged, self._kept)
            return Commit(outcome, sequence if outcome.writes else None)

    def _ids_of(self, tenant: Record) -> Callable[[int], str]:
        if tenant["seed"] is None:
            return lambda number: self._ids.uuid("entity", tenant["ordinal"], number)
        return lambda number: Ids(tenant["seed"].encode()).uuid("entity", 0, number)

    def commits(self, organisation_id: str, after: int = 0) -> list[CommitRow]:
        with self._database.reading() as session:
            self._tenant(organisation_id, session)
            found = session.rows(
                "SELECT * FROM committed WHERE organisation = ? AND sequence > ? ORDER BY number",
                (organisation_id, after),
            )
            return [commit_row_of(row) for row in found]

    def history(self, organisation_id: str, kind: str, entity_id: str) -> list[CommitRow]:
        with self._database.reading() as session:
            self._tenant(organisation_id, session)
            found = session.rows(
                "SELECT * FROM committed WHERE organisation = ? AND kind = ? AND id = ? ORDER BY number",
                (organisation_id, kind, entity_id),
            )
            return [commit_row_of(row) for row in found]

    # journal

    def new_context_id(self, organisation_id: str | None) -> str:
        return self._ids.uuid("request", *self._count_up(self._database, organisation_id or NOBODY, "contexts"))

    def context_owner(self, context_id: str) -> tuple[str | None, Entry | None] | None:
        found = self._database.rows("SELECT organisation, entry FROM journal WHERE context = ?", (context_id,))
        if found:
            return found[0]["organisation"] or None, Entry.decoded(found[0]["entry"])
        for tenant in self._database.rows("SELECT id, ordinal, contexts FROM organisation"):
            if self._ids.issued(context_id, "request", tenant["ordinal"], tenant["contexts"]):
                return tenant["id"] or None, None
        return None

    def append(self, entry: Entry) -> None:
        organisation_id = entry.organisation_id
        with self._database.writing(organisation_id, durably=False) as session:
            _, number = self._count_up(session, organisation_id, "requests")
            session.run(
                "INSERT INTO journal (organisation, number, context, entry) VALUES (?, ?, ?, ?)",
                (organisation_id, number, entry.context_id, entry.encoded()),
            )
            if number > self._kept.journal_entries:
                session.run(
                    "DELETE FROM journal WHERE organisation = ? AND number <= ?",
                    (organisation_id, number - self._kept.journal_entries),
                )

    def journal(self, organisation_id: str, after: int = 0) -> Journal:
        with self._database.reading() as session:
            last = int(self._tenant(organisation_id, session)["requests"])
            oldest = session.rows("SELECT min(number) AS first FROM journal WHERE organisation = ?", (organisation_id,))
            found = session.rows(
                "SELECT entry FROM journal WHERE organisation = ? AND number > ? ORDER BY number",
                (organisation_id, after),
            )
        evicted = last if oldest[0]["first"] is None else oldest[0]["first"] - 1
        return Journal(tuple(Entry.decoded(row["entry"]) for row in found), evicted, last)

    # switches, slots and clocks

    def switches(self, organisation_id: str) -> Switches:
        return switches_of(self._tenant(organisation_id)["switches"])

    def set_switches(self, organisation_id: str, switches: Switches) -> None:
        with self._database.writing(organisation_id) as session:
            self._tenant(organisation_id, session)
            values = (json.dumps(switches.as_dict()), organisation_id)
            session.run("UPDATE organisation SET switches = ? WHERE id = ?", values)

    def value(self, organisation_id: str, slot: Slot) -> Any:
        found = self._database.rows(_SLOT, (slot.name, organisation_id))
        return _value(found, organisation_id)

    def change_value(self, organisation_id: str, slot: Slot, change: Callable[[Any], Any]) -> Any:
        with self._database.writing(organisation_id, durably=slot.is_setting) as session:
            value = change(_value(session.rows(_SLOT, (slot.name, organisation_id)), organisation_id))
            if value is None:
                session.run("DELETE FROM slot WHERE organisation = ? AND name = ?", (organisation_id, slot.name))
            else:
                insert_value(session, organisation_id, slot, value)
            return value

    def now(self, organisation_id: str | None = None) -> datetime:
        return self._time_of(self._tenant(organisation_id or NOBODY))

    def _time_of(self, tenant: Record) -> datetime:
        """What an organisation's clock shows."""
        return decoded_clock(tenant["clock"]).now(lambda: decoded_clock(tenant["beneath"]).now(self._wall))

    def clock(self, organisation_id: str | None = None) -> ClockState:
        return _clock(self._tenant(organisation_id or NOBODY), organisation_id)

    def change_clock(self, change: ClockChange, organisation_id: str | None = None) -> ClockState:
        with self._database.writing(organisation_id or NOBODY) as session:
            tenant = self._tenant(organisation_id or NOBODY, session)
            if organisation_id is None:
                state = change(decoded_clock(tenant["beneath"]), self._wall)
                session.run("UPDATE meta SET value = ? WHERE name = 'clock'", (encoded_clock(state),))
            else:
                state = change(decoded_clock(tenant["clock"]), lambda: decoded_clock(tenant["beneath"]).now(self._wall))
                session.run("UPDATE organisation SET clock = ? WHERE id = ?", (encoded_clock(state), organisation_id))
            return state

    # baselines

    def baselines(self, organisation_id: str) -> list[str]:
        with self._database.reading() as session:
            self._tenant(organisation_id, session)
            return sql_baselines.names(session, organisation_id)

    def save_baseline(self, organisation_id: str, name: str) -> None:
        with self._database.writing(organisation_id) as session:
            present = sql_baselines.present(session, self._tenant(organisation_id, session))
            sql_baselines.keep(session, organisation_id, name, present)

    def put_baseline(self, organisation_id: str, name: str, snapshot: Snapshot) -> None:
        with self._database.writing(organisation_id) as session:
            self._tenant(organisation_id, session)
            sql_baselines.keep(session, organisation_id, name, snapshot)

    def snapshot(self, organisation_id: str, baseline: str | None = None) -> Snapshot:
        with self._database.reading() as session:
            tenant = self._tenant(organisation_id, session)
            if baseline is None:
                return sql_baselines.present(session, tenant)
            return sql_baselines.saved(session, organisation_id, baseline)

    def drop_baseline(self, organisation_id: str, name: str) -> None:
        with self._database.writing(organisation_id) as session:
            self._tenant(organisation_id, session)
            sql_baselines.saved(session, organisation_id, name)
            sql_baselines.drop(session, organisation_id, name)

    def reset(self, organisation_id: str, baseline: str = EMPTY_BASELINE) -> None:
        with self._database.writing(organisation_id) as session:
            tenant = self._tenant(organisation_id, session)
            saved = sql_baselines.saved(session, organisation_id, baseline)
            for table in _OF_AN_ORGANISATION:
                session.run(f"DELETE FROM {table} WHERE organisation = ?", (organisation_id,))
            entities = max(tenant["entities"], saved.entities)
            session.run(
                "UPDATE organisation SET switches = ?, sequence = 0, entities = ? WHERE id = ?",
                (json.dumps(saved.switches.as_dict()), entities, organisation_id),
            )
            for name, value in saved.settings.items():
                insert_value(session, organisation_id, Slot(name, is_setting=True), value)
            for kind, entity_id, version, encoded in saved.rows:
                load(session, organisation_id, self._resources[kind], entity_id, version, encoded)


_SLOT = "SELECT s.value FROM organisation o LEFT JOIN slot s ON s.organisation = o.id AND s.name = ? WHERE o.id = ?"


def _value(found: list[Record], organisation_id: str) -> Any:
    if not found:
        raise UnknownName(f"no organisation has the id {organisation_id!r}")
    return None if found[0]["value"] is None else orjson.loads(found[0]["value"])


def _clients(session: Session, organisation_id: str) -> list[Client]:
    found = session.rows("SELECT * FROM client WHERE organisation = ? ORDER BY position", (organisation_id,))
    return [client_of(row) for row in found]


def _clock(tenant: Record, organisation_id: str | None) -> ClockState:
    return decoded_clock(tenant["beneath" if organisation_id is None else "clock"])
