"""
Honesty of a migrator's journal: an intent before each write, and "ok" only for what the target really answered.

An entry is a JSON object with `type` (`intent` or `outcome`) and `id`; an outcome has `outcome` (`ok`, `fail`,
`unknown`) and the `contextId` of the answer, or `found: true` when the change was read back instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.checkers.violation import Violation, Violations

Entry = Mapping[str, Any]


def entries_of(data: bytes) -> tuple[Entry, ...]:
    """The whole lines of a journal; a torn last one was never durable and does not count, any other is `damaged`."""
    whole = data[: data.rfind(b"\n") + 1]
    return tuple(map(_entry, whole.splitlines()))


def _entry(line: bytes) -> Entry:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    return (
        entry
        if isinstance(entry, dict) and "type" in entry
        else {"type": "damaged", "id": line.decode(errors="replace")}
    )


def journal_is_honest(entries: Iterable[Entry], answered: Mapping[str, int]) -> Violations:
    """
    I7: "done" implies that it is done.

    Args:
        answered: status by correlation id, of every request that reached the target.
    """
    return tuple(_lies(entries, answered))


def _lies(entries: Iterable[Entry], answered: Mapping[str, int]) -> Iterator[Violation]:
    intents: set[str] = set()
    for entry in entries:
        if entry["type"] == "intent":
            intents.add(entry["id"])
        if entry["type"] == "damaged":
            yield Violation("a line in the middle of the journal is no entry", entry["id"])
        if entry["type"] != "outcome":
            continue
        if entry["id"] not in intents:
            yield Violation("an outcome without an intent before it", entry["id"])
        if entry["outcome"] != "ok" or entry.get("found"):
            continue
        context_id = entry.get("contextId") or ""
        if answered.get(context_id, 500) >= 300:
            what = f"ok on an answer with status {answered[context_id]}" if context_id in answered else "ok unanswered"
            yield Violation(what, entry["id"], (context_id,) if context_id else ())


def intents_come_first(entries: Iterable[Entry], write_count: int) -> Violations:
    """I7: at the moment a write reaches the target, its intent and those of all earlier writes are on the disk."""
    intent_count = sum(entry["type"] == "intent" for entry in entries)
    if intent_count >= write_count:
        return ()
    return (Violation(f"{write_count} writes sent, {intent_count} intents on the disk", "journal"),)
