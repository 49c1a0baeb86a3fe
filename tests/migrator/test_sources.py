"""Export folders: the forms a file may have, rows that stand twice, and errors that name file and line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from migrator.errors import SourceUnreadable
from migrator.sources import load
from tests.migrator.source_rows import export

USERS: list[dict[str, Any]] = [
    {"id": number, "name": f"Ann {number}", "email": f"ann{number}@example.com", "role": "agent"}
    for number in (1, 2, 3)
]
NDJSON = "\n".join(json.dumps(row) for row in USERS) + "\n"
FORMS = {
    "users.json": json.dumps(USERS),
    "users.ndjson": NDJSON,
    "users.jsonl": NDJSON.replace("\n", "\r\n"),
    "users.json.gz": json.dumps({"users": USERS, "count": 3}),
    "users.ndjson.gz": NDJSON,
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_file_gives_the_same_records(tmp_path: Path, name: str) -> None:
    data = FORMS[name].encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    plain = tmp_path / "plain"
    plain.mkdir()
    assert load(tmp_path) == load(export(plain, users={"users": USERS}))


def test_pages_of_the_api_in_a_row_are_read_as_one(tmp_path: Path) -> None:
    pages = [json.dumps({"users": [row], "meta": {"has_more": True}}) for row in USERS]
    assert [agent.id for agent in load(export(tmp_path, users="\n".join(pages))).agents] == [1, 2, 3]


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_of_a_row_that_stands_twice_the_last_update_wins(tmp_path: Path, is_newest_first: bool) -> None:
    old = {**USERS[0], "name": "Old", "updated_at": "2026-01-01T00:00:00Z"}
    new = {**USERS[0], "name": "New", "updated_at": "2026-01-02T00:00:00+01:00"}
    rows = [new, old] if is_newest_first else [old, new]
    assert [agent.name for agent in load(export(tmp_path, users=rows)).agents] == ["New"]


def test_only_users_are_needed(tmp_path: Path) -> None:
    account = load(export(tmp_path, users=USERS))
    assert (account.groups, account.memberships, account.business_hours) == ((), (), ())


BAD = {
    "half an object": ('[\n{"id": 1', r"users\.json:2: not JSON"),
    "a number for a name": (
        '{"id": 1, "role": "agent"}\n{"id": 2, "role": "agent", "name": 7}',
        r":2: users\[id=2\].name is 7",
    ),
    "an unknown role": ('[\n{"id": 1, "role": "boss"}]', r":2: users\[id=1\].role is 'boss'; expected one of end-user"),
    "no id": ('{"users": [\n\n{"name": "Ann"}]}', r":3: users\.id is None; expected a positive integer"),
    "text for a flag": (
        '{"id": 1, "role": "agent", "active": "yes"}',
        r":1: .*active is 'yes'; expected true or false",
    ),
    "NaN": ('{"id": NaN}', r":1: .*NaN is no JSON number"),
    "a key twice": ('{"id": 1, "id": 2}', r":1: .*'id' stands twice"),
    "another collection": (
        '{"groups": []}',
        r':1: no users here; expected a JSON array, an object with the key "users"',
    ),
    "a list of numbers": ("[\n1]", r":2: 1 is no object"),
    "a lone surrogate": (r'{"id": 1, "role": "agent", "name": "\ud800"}', r":1: .*name .*lone surrogate"),
    "tags that are no list": ('{"id": 1, "role": "agent", "tags": "a b"}', r":1: .*tags is 'a b'; expected a list"),
    "other bytes": (b'[\n{"id": "\xff"}]', r"users\.json:2: not UTF-8"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_content_is_named_with_file_line_and_what_would_be_right(tmp_path: Path, what: str) -> None:
    content, message = BAD[what]
    with pytest.raises(SourceUnreadable, match=message):
        load(export(tmp_path, users=content))


@pytest.mark.parametrize("interval", [(10, 10), (0, 10081), (-1, 5), ("9", "17"), (0, True)])
def test_minutes_outside_the_week_are_refused(tmp_path: Path, interval: tuple[Any, Any]) -> None:
    hours = {"id": 1, "name": "Office", "time_zone": "Paris"}
    row = {**hours, "intervals": [{"start_time": interval[0], "end_time": interval[1]}]}
    with pytest.raises(SourceUnreadable, match=r"schedules\[id=1\].intervals\[0\] .* expected minutes since Sunday"):
        load(export(tmp_path, users=USERS, schedules={"schedules": [row]}))


def test_a_holiday_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    row = {"id": 1, "name": "Feast", "start_date": "2026-12-26", "end_date": "2026-12-25"}
    with pytest.raises(SourceUnreadable, match="end_date is 2026-12-25, before start_date"):
        load(export(tmp_path, users=USERS, holidays=[row]))


def test_two_files_of_one_collection_are_refused(tmp_path: Path) -> None:
    export(tmp_path, users=USERS)
    (tmp_path / "users.ndjson").write_text(NDJSON)
    with pytest.raises(SourceUnreadable, match=r"users\.json and users\.ndjson; keep the one"):
        load(tmp_path)


def test_a_folder_without_users_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"holds no users; expected one of users\.json"):
        load(tmp_path)


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "users.json.gz").write_bytes(gzip.compress(NDJSON.encode())[:-9])
    with pytest.raises(SourceUnreadable, match="cannot be read"):
        load(tmp_path)
