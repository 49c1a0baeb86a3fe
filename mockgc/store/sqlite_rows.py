"""The tables of a data file, and its rows as values."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from typing import Any

from mockgc.clock import ClockState
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import CommitRow, Row
from mockgc.store.base import Client

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS organisation (
    id TEXT PRIMARY KEY, ordinal INTEGER NOT NULL UNIQUE, name TEXT NOT NULL, seed TEXT, switches TEXT NOT NULL,
    sequence INTEGER NOT NULL DEFAULT 0, entities INTEGER NOT NULL DEFAULT 0, contexts INTEGER NOT NULL DEFAULT 0,
    clients INTEGER NOT NULL DEFAULT 0, tokens INTEGER NOT NULL DEFAULT 0, evicted INTEGER NOT NULL DEFAULT 0,
    clock TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS slot (
    organisation TEXT NOT NULL, name TEXT NOT NULL, is_setting INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (organisation, name));
CREATE TABLE IF NOT EXISTS client (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, organisation TEXT NOT NULL,
    permissions TEXT, access_token_s INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS token (value TEXT PRIMARY KEY, client TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entity (
    position INTEGER PRIMARY KEY, organisation TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    version INTEGER NOT NULL, keys TEXT NOT NULL, encoded BLOB NOT NULL, UNIQUE (organisation, kind, id));
CREATE TABLE IF NOT EXISTS held (
    position INTEGER PRIMARY KEY, organisation TEXT NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS held_by_value ON held (organisation, kind, field, value);
CREATE TABLE IF NOT EXISTS reference (
    position INTEGER PRIMARY KEY, organisation TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    to_kind TEXT NOT NULL, to_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS reference_to ON reference (organisation, to_kind, to_id);
CREATE INDEX IF NOT EXISTS reference_from ON reference (organisation, kind, id);
CREATE TABLE IF NOT EXISTS committed (
    position INTEGER PRIMARY KEY, organisation TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL,
    id TEXT NOT NULL, version_before INTEGER NOT NULL, version_after INTEGER, claimed INTEGER, context TEXT NOT NULL,
    client TEXT NOT NULL, at TEXT NOT NULL, changed TEXT NOT NULL, image BLOB);
CREATE INDEX IF NOT EXISTS committed_of ON committed (organisation, kind, id);
CREATE INDEX IF NOT EXISTS committed_after ON committed (organisation, sequence);
CREATE TABLE IF NOT EXISTS journal (
    position INTEGER PRIMARY KEY, context TEXT NOT NULL UNIQUE, organisation TEXT NOT NULL, entry BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS journal_of ON journal (organisation, position);
CREATE TABLE IF NOT EXISTS baseline (
    position INTEGER PRIMARY KEY, organisation TEXT NOT NULL, name TEXT NOT NULL, switches TEXT NOT NULL,
    settings TEXT NOT NULL, entities INTEGER NOT NULL, UNIQUE (organisation, name));
CREATE TABLE IF NOT EXISTS baseline_entity (
    position INTEGER PRIMARY KEY, organisation TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    version INTEGER NOT NULL, encoded BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS baseline_entity_of ON baseline_entity (organisation, name);
"""


def row_of(found: sqlite3.Row) -> Row:
    """An entity's row."""
    return Row(found["version"], json.loads(found["keys"]), found["encoded"])


def client_of(row: sqlite3.Row) -> Client:
    """A client."""
    permissions = None if row["permissions"] is None else frozenset(json.loads(row["permissions"]))
    return Client(row["id"], row["secret"], row["organisation"], permissions, row["access_token_s"])


def commit_row_of(row: sqlite3.Row) -> CommitRow:
    """A row of the commit log."""
    return CommitRow(
        row["sequence"], row["kind"], row["id"], row["version_before"], row["version_after"], row["claimed"],
        row["context"], row["client"], datetime.fromisoformat(row["at"]), tuple(json.loads(row["changed"])),
        row["image"],
    )  # fmt: skip


def switches_of(text: str) -> Switches:
    """An organisation's switches."""
    changes: dict[str, Any] = json.loads(text)
    return Switches().with_changes(changes)


def encoded_clock(state: ClockState) -> str:
    """The clock as text."""
    frozen = state.frozen_at.isoformat() if state.frozen_at else None
    return json.dumps({"frozenAt": frozen, "offsetMicroseconds": state.offset // timedelta(microseconds=1)})


def decoded_clock(text: str) -> ClockState:
    """The clock that `encoded_clock` gave this text for."""
    value = json.loads(text)
    frozen = datetime.fromisoformat(value["frozenAt"]) if value["frozenAt"] else None
    return ClockState(frozen, timedelta(microseconds=value["offsetMicroseconds"]))
