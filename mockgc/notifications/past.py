"""What the log remembers of entities: how one was after a commit, and which ones belonged to another then."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cached_property

from mockgc.domain.transaction import CommitRow, Entity

Address = tuple[str, str]


class Past:
    """
    An organisation's commit log as a history of entities.

    Args:
        load: gives the rows, oldest first; called when the past is first looked at. Images that the store has let go
            are not there: such an entity is as one that never was.
    """

    def __init__(self, load: Callable[[], Iterable[CommitRow]]) -> None:
        self._load = load

    @cached_property
    def _rows(self) -> dict[Address, list[CommitRow]]:
        found: dict[Address, list[CommitRow]] = {}
        for row in self._load():
            found.setdefault((row.kind, row.entity_id), []).append(row)
        return found

    def at(self, sequence: int, kind: str, entity_id: str) -> Entity | None:
        """The entity as it was after this commit."""
        rows = self._rows.get((kind, entity_id), [])
        index = bisect_right(rows, sequence, key=lambda row: row.sequence)
        return image(rows[index - 1]) if index else None

    def with_value(self, sequence: int, kind: str, field: str, value: str) -> list[Entity]:
        """The entities of a kind whose field held this value after this commit."""
        ids = [entity_id for other, entity_id in self._rows if other == kind]
        found = (self.at(sequence, kind, entity_id) for entity_id in ids)
        return [entity for entity in found if entity is not None and entity.get(field) == value]


def image(row: CommitRow) -> Entity | None:
    """The entity as a commit stored it; None for a deleted one."""
    entity: Entity | None = None if row.after is None else json.loads(row.after)
    return entity
