"""
Read-after-write lag: a view of an organisation as it was, made from the images in its commit log. Pure.

An entity that was there before the log began has its first image in the baseline that was loaded. One whose earlier
image is nowhere (let go, or saved over) is shown as it is now.
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


class Past:
    """
    What a commit log says about the time of one of its commits.

    Args:
        rows: oldest first.
        sequence: the commit; what came later is not seen yet.
    """

    def __init__(self, rows: Iterable[CommitRow], sequence: int) -> None:
        self._last: dict[Address, CommitRow] = {}
        self._later: dict[Address, CommitRow] = {}
        for row in rows:
            address = (row.kind, row.entity_id)
            if row.sequence <= sequence:
                self._last[address] = row
            else:
                self._later.setdefault(address, row)

    @property
    def is_present(self) -> bool:
        """Whether nothing came later."""
        return not self._later

    @property
    def needs_baseline(self) -> bool:
        """Whether something changed later that was there before the log began."""
        return any(row.version_before and address not in self._last for address, row in self._later.items())

    def view(
        self, present: View, resources: Mapping[str, Resource], loaded: Mapping[Address, tuple[int, bytes]]
    ) -> View:
        """
        The organisation as it was; the present when nothing has changed since.

        Args:
            loaded: what was there before the log began, as (version, encoded entity).
        """
        lagged = Overlay(present, resources, present.client_id)
        for (kind, entity_id), later in self._later.items():
            if later.version_before == 0:
                lagged.changed[kind, entity_id] = None
                continue
            last = self._last.get((kind, entity_id))
            version, encoded = (last.version_after, last.after) if last else loaded.get((kind, entity_id), (None, None))
            if encoded is not None and version == later.version_before:
                entity = orjson.loads(encoded)
                lagged.changed[kind, entity_id] = (Row(version, resources[kind].indexed(entity), encoded), entity)
        return lagged if lagged.changed else present


def seen_as(method: str, template: str) -> str | None:
    """What a request looks for: `reads` one thing, `lists` many, `search`; None when it is none of these."""
    segments = template.strip("/").split("/")
    if method in ("GET", "POST") and ("search" in segments or segments[-1] == "query"):
        return "search"
    if method != "GET":
        return None
    return "reads" if segments[-1].startswith("{") else "lists"
