"""Baselines and snapshots as rows."""

from __future__ import annotations

import orjson

from mockgc.store.base import EMPTY_BASELINE, Snapshot, UnknownName
from mockgc.store.session import Record, Session
from mockgc.store.sql_rows import switches_of


def names(session: Session, organisation_id: str) -> list[str]:
    """What `reset` can go to."""
    found = session.rows("SELECT name FROM baseline WHERE organisation = ? ORDER BY position", (organisation_id,))
    return [EMPTY_BASELINE, *(row["name"] for row in found)]


def present(session: Session, tenant: Record) -> Snapshot:
    """What an organisation holds now."""
    where = (tenant["id"],)
    found = session.rows("SELECT * FROM entity WHERE organisation = ? ORDER BY position", where)
    set_now = session.rows("SELECT name, value FROM slot WHERE organisation = ? AND is_setting = 1", where)
    settings = {row["name"]: orjson.loads(row["value"]) for row in set_now}
    in_order = sorted(found, key=lambda row: str(row["kind"]))  # databases differ in how they sort letters
    return Snapshot(_rows(in_order), switches_of(tenant["switches"]), settings, tenant["entities"])


def saved(session: Session, organisation_id: str, name: str) -> Snapshot:
    """
    A baseline.

    Raises:
        UnknownName: there is none of this name.
    """
    if name == EMPTY_BASELINE:
        return Snapshot()
    where = (organisation_id, name)
    for row in session.rows("SELECT * FROM baseline WHERE organisation = ? AND name = ?", where):
        found = session.rows(
            "SELECT * FROM baseline_entity WHERE organisation = ? AND name = ? ORDER BY position", where
        )
        return Snapshot(_rows(found), switches_of(row["switches"]), orjson.loads(row["settings"]), row["entities"])
    raise UnknownName(f"no baseline is called {name!r}; there are {', '.join(names(session, organisation_id))}")


def keep(session: Session, organisation_id: str, name: str, snapshot: Snapshot) -> None:
    """Keep a snapshot under this name, in place of one that has it."""
    where = (organisation_id, name)
    session.run("DELETE FROM baseline_entity WHERE organisation = ? AND name = ?", where)
    switches, settings = orjson.dumps(snapshot.switches.as_dict()), orjson.dumps(dict(snapshot.settings))
    session.run(
        "INSERT INTO baseline (organisation, name, switches, settings, entities) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (organisation, name) DO UPDATE"
        " SET switches = excluded.switches, settings = excluded.settings, entities = excluded.entities",
        (*where, switches.decode(), settings.decode(), snapshot.entities),
    )
    for row in snapshot.rows:
        session.run(
            "INSERT INTO baseline_entity (organisation, name, kind, id, version, encoded) VALUES (?, ?, ?, ?, ?, ?)",
            (*where, *row),
        )


def drop(session: Session, organisation_id: str, name: str) -> None:
    """Forget a baseline."""
    for table in ("baseline", "baseline_entity"):
        session.run(f"DELETE FROM {table} WHERE organisation = ? AND name = ?", (organisation_id, name))


def _rows(found: list[Record]) -> tuple[tuple[str, str, int, bytes], ...]:
    return tuple((row["kind"], row["id"], row["version"], row["encoded"]) for row in found)
