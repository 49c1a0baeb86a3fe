"""What a file adds to the promises that every store keeps: clear refusals, and its turn to wait for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from mockgc import Settings, create_app
from mockgc.ids import Ids
from mockgc.resources.wfm_dialect import RESOURCES
from mockgc.store.base import DataFileMismatch, Kept, StoreUnavailable
from mockgc.store.sql import SqlStore
from mockgc.store.sqlite import SqliteDatabase

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look like one" * 50, "utf-8")
    before = path.read_bytes()
    with pytest.raises(DataFileMismatch, match=r"notes\.txt is not a data file of mockgc"):
        create_app(Settings(data=path))
    assert path.read_bytes() == before


def test_a_file_that_another_writer_keeps_is_unavailable_until_it_is_free(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "state.db", busy_timeout_s=0.01)
    store = SqlStore(database, RESOURCES, Ids(b"seed"), lambda: NOW, Kept())
    with SqliteDatabase(tmp_path / "state.db").writing(""):
        assert store.organisations() == []
        with pytest.raises(StoreUnavailable, match="did not answer: database is locked; nothing was written"):
            store.create_organisation()
    assert store.create_organisation().ordinal == 1


def test_a_request_that_meets_a_locked_file_is_told_to_come_again(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "state.db", busy_timeout_s=0.01)
    app = create_app(Settings(seed=1), store=partial(SqlStore, database))
    emulator = app.extensions["mockgc"]
    headers = {"Authorization": f"Bearer {emulator.issue_token(emulator.create_organisation().client_id)}"}
    with SqliteDatabase(tmp_path / "state.db").writing(""):
        refused = app.test_client().get("/api/v2/wfm/users", headers=headers)
    body = refused.get_json()
    assert (refused.status_code, body["code"], set(body["contextId"])) == (503, "service.unavailable", {"0", "-"})
    assert app.test_client().get("/api/v2/wfm/users", headers=headers).status_code == 200
