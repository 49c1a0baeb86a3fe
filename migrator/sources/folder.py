"""
An export folder as an account: one file a collection, `users` needed, all others optional.

A file's name is the collection's, with .json, .ndjson or .jsonl, and .gz or not. A row that stands twice counts once:
pages are no snapshot, so what was updated last wins, and of equals the last one read.

Source: zendesk's exports repeat rows at page edges; the documented cure is the id plus updated_at.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from migrator.errors import SourceUnreadable
from migrator.records import Account
from migrator.sources import parse
from migrator.sources.rows import Row, read

SUFFIXES = tuple(f"{kind}{packed}" for kind in (".json", ".ndjson", ".jsonl") for packed in ("", ".gz"))
_NAMES = {
    "users": ("users",),
    "groups": ("groups",),
    "group_memberships": ("group_memberships",),
    "user_fields": ("user_fields",),
    "schedules": ("schedules", "business_hours_schedules", "business_hours"),
    "holidays": ("holidays",),
}
_R = TypeVar("_R")


def load(path: Path) -> Account:
    """
    Read an export folder.

    Raises:
        SourceUnreadable: no folder, no users in it, or a file with bad content, named with its line.
    """
    if not path.is_dir():
        raise SourceUnreadable(f"{path} is no folder; expected the folder of an export, with users.json in it")
    if _file(path, "users") is None:
        raise SourceUnreadable(f"{path} holds no users; expected one of {', '.join('users' + s for s in SUFFIXES)}")
    return Account(
        agents=_records(path, "users", parse.agent),
        groups=_records(path, "groups", parse.group),
        memberships=_records(path, "group_memberships", parse.membership),
        user_fields=_records(path, "user_fields", parse.user_field),
        business_hours=_records(path, "schedules", parse.business_hours),
        holidays=_records(path, "holidays", parse.holiday),
    )


def _records(folder: Path, collection: str, record: Callable[[Row], _R]) -> tuple[_R, ...]:
    file = _file(folder, collection)
    found = latest(read(file, collection)) if file else []
    return tuple(record(row) for row in found)


def latest(rows: list[Row]) -> list[Row]:
    """One row an id, in the order of the ids."""
    found: dict[int, Row] = {}
    for row in rows:
        key = parse.identity(row)
        if key not in found or _updated(row) >= _updated(found[key]):
            found[key] = row
    return [found[key] for key in sorted(found)]


def _updated(row: Row) -> datetime:
    value = parse.text(row, "updated_at")
    if value is None:
        return datetime.min.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        row.refuse("updated_at", f"is {value!r}; expected a date-time such as 2026-11-30T08:00:00Z")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _file(folder: Path, collection: str) -> Path | None:
    paths = [folder / f"{name}{suffix}" for name in _NAMES[collection] for suffix in SUFFIXES]
    found = [path for path in paths if path.is_file()]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise SourceUnreadable(f"{folder} holds {names}; keep the one that is the export of {collection}")
    return found[0] if found else None
