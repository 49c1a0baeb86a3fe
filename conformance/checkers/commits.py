"""
Verdicts over a commit log: what truly happened, whatever any client believed.

A version number already says where a write belongs, so each check is one pass over the rows (O(n)), without a search.
The log names the base version that each write *claimed*, which is what makes a lock that does not lock visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from conformance.checkers.violation import Violation, Violations

TEMPLATE, SCHEDULE = "scheduleTemplate", "schedule"


@dataclass(frozen=True, slots=True)
class Commit:
    """
    One entity of one commit; rows of one commit share `sequence`.

    Args:
        before: version before, 0 on a create.
        after: version after, None on a delete.
        claimed: the base version the request named, None when it named none.
        context_id: correlation id of the request.
    """

    sequence: int
    kind: str
    entity_id: str
    before: int
    after: int | None
    claimed: int | None
    context_id: str = ""
    client_id: str = ""
    changed: tuple[str, ...] = ()

    @property
    def is_create(self) -> bool:
        """Whether the entity began here."""
        return self.before == 0

    @property
    def where(self) -> str:
        """How reports name the entity."""
        return f"{self.kind} {self.entity_id}"


def parse_commits(body: Mapping[str, Any]) -> tuple[Commit, ...]:
    """The rows of `GET /_mockgc/organisations/{id}/commits`, in the order of the log."""
    return tuple(
        Commit(
            sequence=row["sequence"],
            kind=row["kind"],
            entity_id=row["entityId"],
            before=row["versionBefore"],
            after=row["versionAfter"],
            claimed=row["claimedVersion"],
            context_id=row["contextId"],
            client_id=row["clientId"],
            changed=tuple(row.get("changed", ())),
        )
        for row in body["entities"]
    )


def version_steps(commits: Iterable[Commit]) -> Violations:
    """Each create gives version 1, each later commit exactly one more, nothing is written after its delete, no gaps."""
    return tuple(_version_steps(commits))


def _version_steps(commits: Iterable[Commit]) -> Iterator[Violation]:
    heads: dict[tuple[str, str], Commit] = {}
    sequence = 0
    for row in commits:
        if row.sequence not in (sequence, sequence + 1) or row.sequence == 0:
            yield Violation(f"commit {row.sequence} follows commit {sequence}", row.where, (row.context_id,))
        sequence = row.sequence
        last = heads.get((row.kind, row.entity_id))
        heads[row.kind, row.entity_id] = row
        head = (last.after if last else 0) or 0
        seen = (last.context_id, row.context_id) if last else (row.context_id,)
        if last is not None and last.after is None:
            yield Violation("written again after its delete", row.where, seen)
        elif row.before != head:
            yield Violation(f"written over version {row.before} while version {head} was current", row.where, seen)
        if row.after is not None and row.after != row.before + 1:
            yield Violation(f"moved from version {row.before} to {row.after}", row.where, seen)


def no_lost_update(commits: Iterable[Commit]) -> Violations:
    """
    Each write that names a base names the version that was current, and each full replacement names one.

    An import claims its template's version, or none (rule 1 of schedules); every other update is a `PUT`, which
    requires the version last read. What only moves because a schedule did has no claim of its own.
    """
    return tuple(_lost_updates(commits))


def _lost_updates(commits: Iterable[Commit]) -> Iterator[Violation]:
    for _, rows in groupby(commits, key=lambda row: row.sequence):
        together = tuple(rows)
        has_schedule = any(row.kind == SCHEDULE for row in together)
        for row in together:
            if row.claimed is not None and row.claimed != row.before:
                what = f"accepted on base {row.claimed} while version {row.before} was current"
                yield Violation(what, row.where, (row.context_id,))
            may_be_silent = row.is_create or row.after is None or (has_schedule and row.kind in (TEMPLATE, SCHEDULE))
            if row.claimed is None and not may_be_silent:
                what = f"version {row.before} was replaced by a request that named no base"
                yield Violation(what, row.where, (row.context_id,))


def nothing_after(commits: Iterable[Commit], sequence: int) -> Violations:
    """Nothing was committed after `sequence`: what a replay of finished work must leave behind."""
    return tuple(
        Violation(f"commit {row.sequence} after {sequence}: {row.before} -> {row.after}", row.where, (row.context_id,))
        for row in commits
        if row.sequence > sequence
    )


def nothing_deleted(commits: Iterable[Commit]) -> Violations:
    """A migration removes nothing."""
    return tuple(
        Violation(f"version {row.before} was deleted", row.where, (row.context_id,))
        for row in commits
        if row.after is None
    )
