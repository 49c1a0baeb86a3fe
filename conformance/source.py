"""
Who is in a source folder, read independently of any migrator: the users of a Zendesk account export.

`users.json`, `users.ndjson` or `users.jsonl`, gzipped or not, holding a JSON array, an object keyed by `users`, or one
object a line. Which of them must arrive is decided in `conformance.checkers.source`.
"""

from __future__ import annotations

import gzip
import json
import shutil
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from conformance.checkers import SourceAgent, eligible_agents
from conformance.errors import SourceUnreadable

Row = dict[str, Any]
STEM, ENDINGS = "users", (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")


def agents_of(folder: Path) -> tuple[SourceAgent, ...]:
    """
    The agents of a source that must be found in the target.

    Raises:
        SourceUnreadable: no users file, not JSON, rows that are not users, or none that must arrive; names the place.
    """
    path = users_file(folder)
    rows = parse_users(_text(path), path)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("id"), int):
            raise SourceUnreadable(f"{path}: user {number} is not an object with a whole number as `id`")
        if not isinstance(row.get("email"), str | None):
            raise SourceUnreadable(f"{path}: user {row['id']}: `email` {row['email']!r} is neither a string nor null")
    agents = eligible_agents(rows)
    if not agents:
        wanted = "role agent or admin, active, neither suspended nor light, with an e-mail address of its own"
        raise SourceUnreadable(f"{path}: none of the {len(rows)} users is an agent that must arrive ({wanted})")
    return agents


def write_part(folder: Path, to: Path, ids: Collection[int]) -> None:
    """Copy a source with only these of its eligible agents; everybody and everything else stays."""
    users, eligible = users_file(folder), {agent.id for agent in agents_of(folder)}
    rows = [row for row in parse_users(_text(users), users) if row["id"] in ids or row["id"] not in eligible]
    shutil.copytree(folder, to, ignore=lambda at, _: [users.name] if Path(at) == folder else [])
    (to / f"{STEM}.json").write_text(json.dumps({STEM: rows}, ensure_ascii=False), "utf-8")


def users_file(folder: Path) -> Path:
    """
    The users file of a source folder.

    Raises:
        SourceUnreadable: there is none, or several.
    """
    if not folder.is_dir():
        raise SourceUnreadable(f"the source {str(folder)!r} is not a folder")
    found = [folder / f"{STEM}{ending}" for ending in ENDINGS if (folder / f"{STEM}{ending}").is_file()]
    if len(found) != 1:
        which = "no users file" if not found else f"several users files ({', '.join(path.name for path in found)})"
        raise SourceUnreadable(f"{folder} has {which}; it needs one of {', '.join(STEM + e for e in ENDINGS)}")
    return found[0]


def parse_users(text: str, path: Path) -> list[Row]:
    """The rows of a users file: a JSON array, an object keyed by the plural, or one object a line."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        # Several objects, one a line, are no JSON document; anything else is reported at its own place.
        if error.msg != "Extra data":
            raise SourceUnreadable(f"{path}, line {error.lineno}: not JSON ({error.msg})") from None
        return [_line(line, number, path) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    rows = whole.get(STEM, [whole] if "id" in whole else None) if isinstance(whole, dict) else whole
    if not isinstance(rows, list):
        raise SourceUnreadable(f"{path}: neither an array nor an object with an array under {STEM!r}")
    return rows


def _line(line: str, number: int, path: Path) -> Row:
    try:
        row: Row = json.loads(line)
    except json.JSONDecodeError as error:
        raise SourceUnreadable(f"{path}, line {number}: not JSON ({error.msg})") from None
    return row


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:
        raise SourceUnreadable(f"{path} cannot be read: {error}") from None
    except UnicodeDecodeError as error:
        raise SourceUnreadable(f"{path} is not UTF-8 at byte {error.start}") from None
