"""Rows of the tables as values, and values as columns."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson

from mockgc.clock import ClockState
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import CommitRow, Row
from mockgc.store.base import Client, Organisation, Slot
from mockgc.store.session import Record, Session


def row_of(found: Record) -> Row:
    """An entity's row."""
    return Row(found["version"], json.loads(found["keys"]), found["encoded"])


def organisation_of(row: Record) -> Organisation:
    """An organisation."""
    return Organisation(row["id"], row["name"], row["ordinal"])


def client_of(row: Record) -> Client:
    """A client."""
    permissions = None if row["permissions"] is None else frozenset(json.loads(row["permissions"]))
    return Client(row["id"], row["secret"], row["organisation"], permissions, row["access_token_s"])


def commit_row_of(row: Record) -> CommitRow:
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


def held_as(value: str) -> str:
    """How a value stands in the index: short, whatever its length, and looked for by equality alone."""
    return blake2b(value.encode(), digest_size=16).hexdigest()


def insert_organisation(session: Session, organisation: Organisation, seed: int | None) -> None:
    """A new one with all switches at their defaults."""
    session.run(
        "INSERT INTO organisation (id, ordinal, name, seed, switches, clock) VALUES (?, ?, ?, ?, ?, ?)",
        (
            organisation.id, organisation.ordinal, organisation.name, None if seed is None else str(seed),
            json.dumps(Switches().as_dict()), encoded_clock(ClockState()),
        ),
    )  # fmt: skip


def insert_value(session: Session, organisation_id: str, slot: Slot, value: Any) -> None:
    """Put a value into a slot, in place of the one that is there."""
    session.run(
        "INSERT INTO slot (organisation, name, is_setting, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (organisation, name) DO UPDATE SET is_setting = excluded.is_setting, value = excluded.value",
        (organisation_id, slot.name, int(slot.is_setting), orjson.dumps(value).decode()),
    )
