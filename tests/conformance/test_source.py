"""The users of a source are read in every form an export has, and what cannot be read is named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import SourceUnreadable
from conformance.source import agents_of, parse_users, users_file, write_part

AGENT = {"id": 7, "name": "Ada", "email": "ada@example.com", "role": "agent", "role_type": 0, "active": True}
ROWS = st.lists(st.fixed_dictionaries({"id": st.integers(), "email": st.none() | st.text(max_size=8)}), max_size=6)


@given(ROWS)
def test_all_forms_of_a_users_file_give_the_same_rows(rows: list[dict[str, object]]) -> None:
    array, keyed = json.dumps(rows), json.dumps({"users": rows})
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    read = [parse_users(text, Path("users.json")) for text in (array, keyed, *([lines] if rows else []))]
    assert all(each == rows for each in read)


@pytest.mark.parametrize("name", ["users.json", "users.ndjson", "users.jsonl"])
@pytest.mark.parametrize("is_gzipped", [False, True])
def test_a_users_file_is_found_under_each_name(tmp_path: Path, name: str, is_gzipped: bool) -> None:
    data = json.dumps([AGENT]).encode()
    path = tmp_path / (f"{name}.gz" if is_gzipped else name)
    path.write_bytes(gzip.compress(data) if is_gzipped else data)
    assert [agent.email for agent in agents_of(tmp_path)] == ["ada@example.com"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"id": 1}\n{"id": 2,}\n', "line 2: not JSON"),
        ("[1, 2", "line 1: not JSON"),
        ('{"people": []}', "under 'users'"),
        ("[1]", "user 1 is not an object"),
        ('[{"id": "7"}]', "user 1 is not an object with a whole number"),
        ('[{"id": 7, "email": 5}]', "user 7: `email` 5"),
        ('[{"id": 7, "email": "a@example.com", "role": "end-user"}]', "none of the 1 users is an agent"),
    ],
)
def test_what_is_wrong_with_a_users_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "users.json").write_text(text, "utf-8")
    with pytest.raises(SourceUnreadable, match=says):
        agents_of(tmp_path)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "users.json.gz").write_bytes(gzip.compress(b"[]" * 100)[:20])
    with pytest.raises(SourceUnreadable, match=r"users\.json\.gz cannot be read"):
        agents_of(tmp_path)


def test_a_folder_without_users_and_one_with_two_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="no users file"):
        users_file(tmp_path)
    for name in ("users.json", "users.ndjson"):
        (tmp_path / name).write_text("[]", "utf-8")
    with pytest.raises(SourceUnreadable, match="several users files"):
        users_file(tmp_path)
    with pytest.raises(SourceUnreadable, match="is not a folder"):
        users_file(tmp_path / "missing")


def test_parts_of_a_source_keep_everybody_who_need_not_arrive(tmp_path: Path) -> None:
    agents = [{**AGENT, "id": number, "email": f"{number}@example.com"} for number in range(1, 4)]
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "users.ndjson").write_text(
        "".join(f"{json.dumps(row)}\n" for row in (*agents, {**AGENT, "id": 9, "role": "end-user"})), "utf-8"
    )
    (whole / "groups.json").write_text("[]", "utf-8")
    write_part(whole, tmp_path / "part", [1, 3])
    rows = json.loads((tmp_path / "part" / "users.json").read_text("utf-8"))["users"]
    assert [row["id"] for row in rows] == [1, 3, 9]
    assert sorted(path.name for path in (tmp_path / "part").iterdir()) == ["groups.json", "users.json"]
