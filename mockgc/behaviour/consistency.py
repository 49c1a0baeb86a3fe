"""
Read-after-write lag: a view of an organisation as it was, made from the images in its commit log. Pure.

An entity that was there before the log began (loaded from a baseline) and has changed since has no earlier image; it is
shown as it is now. So is one whose images were let go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson

from mockgc.domain.overlay import Overlay
from mockgc.domain.resource import Resource
from mockgc.domain.transaction import CommitRow, Row, View

Address = tuple[str, str]


def head_at(rows: Iterable[CommitRow], moment: datetime) -> int:
    """The sequence number of the last commit at or before a moment, 0 for none."""
    return max((row.sequence for row in rows if row.at <= moment), default=0)


def as_of(view: View, resources: Mapping[str, Resource], rows: Iterable[CommitRow], sequence: int) -> View:
    """
    The view as it was after this commit; the view itself when nothing has changed since.

    Args:
        rows: the commit log, oldest first.
    """
    last: dict[Address, CommitRow] = {}
    first_after: dict[Address, CommitRow] = {}
    for row in rows:
        address = (row.kind, row.entity_id)
        if row.sequence <= sequence:
            last[address] = row
        else:
            first_after.setdefault(address, row)
    lagged = Overlay(view, resources, view.client_id)
    for address, later in first_after.items():
        before = last.get(address)
        if later.version_before == 0:
            lagged.changed[address] = None
        elif before is not None and before.after is not None and before.version_after is not None:
            entity = orjson.loads(before.after)
            keys = resources[address[0]].indexed(entity)
            lagged.changed[address] = (Row(before.version_after, keys, before.after), entity)
    return lagged if lagged.changed else view


def seen_as(method: str, template: str) -> str | None:
    """What a request looks for: `reads` one thing, `lists` many, `search`; None when it is none of these."""
    segments = template.strip("/").split("/")
    if method in ("GET", "POST") and ("search" in segments or segments[-1] == "query"):
        return "search"
    if method != "GET":
        return None
    return "reads" if segments[-1].startswith("{") else "lists"
