"""
What happened to one entity up to a refusal, as a picture needs it: commit log + journal -> events in order.

An event is a commit that moved the entity's version, a read in which the refused client learned of one, the refusal
itself, or how many commits between two shown ones were left out. Nothing is judged here; `explain` says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockgc.domain.errors import Holder
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import spoken
from mockgc.domain.transaction import CommitRow
from mockgc.journal import Entry

JSON = dict[str, Any]
Numbered = tuple[int, Entry]
"""A request and its number in the journal."""
_NEWEST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Past:
    """
    What led to a refusal.

    Args:
        rows: the commits on the entity that the refused request could meet, oldest first.
        together: by sequence, what else those commits wrote, in words.
        asked: the requests that are still held, up to and including the refused one.
    """

    rows: Sequence[CommitRow]
    together: Mapping[int, Sequence[str]]
    asked: Sequence[Numbered]


def timeline(holder: Holder, past: Past, claimed: int | None) -> tuple[JSON, ...]:
    """
    The events of an entity, the refusal last.

    Args:
        claimed: the version that the refused request named, None when it named none.

    Returns:
        Events with `event` (commit, read, refused, skipped), `version` (None: deleted), `date`, `clientId`,
        `contextId`, `number` and `status` (None: dropped from the journal), `request` and `ownClient`; `remembered`
        marks where the client learned the version that it claimed, `lastRead` what it learned last.
    """
    *before, (number, refused) = past.asked
    by_context = {entry.context_id: (position, entry) for position, entry in before}
    learned = [
        (version, asked)
        for asked in before
        if asked[1].client_id == refused.client_id
        for kind, entity_id, version in asked[1].reads
        if (kind, entity_id) == (holder.kind, holder.id)
    ]
    last = learned[-1:]
    remembered = [read for read in learned if read[0] == claimed][-1:]
    marks = {"lastRead": {asked[0] for _, asked in last}, "remembered": {asked[0] for _, asked in remembered}}
    events = [_commit(row, past, by_context.get(row.context_id), refused.client_id) for row in past.rows]
    for version, asked in sorted({read[1][0]: read for read in (*remembered, *last)}.values(), key=lambda r: r[1][0]):
        known = {row.context_id for row in past.rows}
        if asked[1].context_id not in known:
            _insert(events, {"event": "read", "version": version, **_request(asked), "ownClient": True})
    for event in events:
        event.update({mark: event["number"] in numbers for mark, numbers in marks.items()})
    end = {"event": "refused", "version": holder.version, "claimed": claimed, **_request((number, refused))}
    return (*_shortened(events), {**end, "ownClient": True})


def _commit(row: CommitRow, past: Past, asked: Numbered | None, client_id: str) -> JSON:
    dropped = {"number": None, "status": None, "request": "(dropped from the journal)", "date": timestamp(row.at)}
    shown = asked[1].reads if asked and row.client_id == client_id else ()
    told = next((version for kind, entity_id, version in shown if (kind, entity_id) == (row.kind, row.entity_id)), None)
    return {
        "event": "commit",
        "version": row.version_after,
        "versionBefore": row.version_before,
        "action": row.action,
        "changed": list(row.changed),
        "claimed": row.claimed_version,
        "told": told,
        "together": list(past.together.get(row.sequence, ())),
        **(dropped if asked is None else _request(asked)),
        "clientId": row.client_id,
        "contextId": row.context_id,
        "ownClient": row.client_id == client_id,
    }


def _request(asked: Numbered) -> JSON:
    number, entry = asked
    return {
        "number": number,
        "status": entry.status,
        "request": f"{entry.method} {entry.path}",
        "date": timestamp(entry.at),
        "clientId": entry.client_id or None,
        "contextId": entry.context_id,
    }


def _insert(events: list[JSON], read: JSON) -> None:
    """Put a read behind the commit that made what it showed; first, when that is no longer known."""
    places = [i for i, event in enumerate(events) if event["version"] == read["version"]]
    events.insert(places[-1] + 1 if places else 0, read)


def _shortened(events: Sequence[JSON]) -> Iterable[JSON]:
    """The first, the newest, and what the refused client knew; runs of others become their number."""
    skipped = 0
    for i, event in enumerate(events):
        if 0 < i < len(events) - _NEWEST_SHOWN and not (event["remembered"] or event["lastRead"]):
            skipped += 1
            continue
        if skipped:
            yield {"event": "skipped", "count": skipped}
            skipped = 0
        yield event


def together(rows: Iterable[CommitRow], holder: Holder) -> dict[int, list[str]]:
    """By sequence, what the commits wrote besides this entity, in words."""
    found: dict[int, list[str]] = {}
    for row in rows:
        if row.entity_id != holder.id:
            found.setdefault(row.sequence, []).append(f"{row.action} {spoken(row.kind)} {row.entity_id}")
    return found
