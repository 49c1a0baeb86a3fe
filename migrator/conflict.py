"""
What an answer to a write means, whose rows are at fault, and how three states of one thing merge. Pure.

A 409 is never success and never by itself a failure: it says that what we knew is out of date. The code tells which
part; the cure is always to read that part again and to compare (source: the dialect's error table).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from migrator.canonical import Fields

STALE = "wfm.transaction.conflict"
HELD = frozenset({"wfm.name.in.use", "wfm.email.in.use", "wfm.external.id.in.use"})
CONTRADICTED = HELD | {"wfm.schedule.differs", "wfm.shift.overlap"}
"""The target holds something else in that place: a row refused like this ends as a conflict, not as a failure."""
_ROW = re.compile(r"(?:userIds|agents)\[(\d+)\]")


class Refusal(Protocol):
    """What this module needs of an answer (see `migrator.targets.session.Answer`)."""

    @property
    def status(self) -> int | None: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def was_sent(self) -> bool: ...
    @property
    def code(self) -> str: ...
    @property
    def outcome(self) -> str: ...


class Verdict(Enum):
    """What to do next."""

    DONE = "committed, or already so"
    LOOK = "may have been committed: read back and compare"
    AGAIN = "certainly not committed: send again after waiting"
    STALE = "based on an old version: read again, merge, send"
    HELD = "a unique key is held: read the holder and compare"
    GONE = "what the path names is not there: read again"
    FORBIDDEN = "the client may not write"
    REFUSED = "will not be accepted as it is"


def understand(answer: Refusal) -> Verdict:
    """Sort an answer to a write; the code decides before the status, because the status of a stale write varies."""
    if answer.code == STALE:
        return Verdict.STALE
    if answer.outcome != "fail":
        return Verdict.DONE if answer.outcome == "ok" else Verdict.LOOK
    if not answer.was_sent or answer.status in (401, 429):
        return Verdict.AGAIN
    if answer.code in HELD:
        return Verdict.HELD
    return {403: Verdict.FORBIDDEN, 404: Verdict.GONE}.get(answer.status or 0, Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one row of a batch was refused: the target's code and the field it points at."""

    code: str
    field_name: str


def faults_by_row(answer: Refusal) -> dict[int, Fault]:
    """
    Position in the sent `userIds` or `agents` -> what is wrong with it.

    Empty when the answer blames anything besides rows, or names nothing: then no row may be singled out.
    """
    found: dict[int, Fault] = {}
    for detail in answer.body.get("details") or ():
        field_name = str(detail.get("fieldName") or "")
        position = _ROW.match(field_name)
        if position is None:
            return {}
        found.setdefault(int(position[1]), Fault(str(detail.get("errorCode") or answer.code), field_name))
    return found


@dataclass(frozen=True, slots=True)
class Merged:
    """
    Args:
        fields: theirs, with ours where the plan may change them.
        contradictions: field -> (base, ours, theirs) where somebody else changed what the plan changes; theirs is kept.
    """

    fields: dict[str, Any]
    contradictions: dict[str, tuple[Any, Any, Any]]

    def reason(self) -> str:
        """One sentence with all values, so that a person can decide."""
        parts = [
            f"{name} is {theirs!r} in the target, the plan wanted {ours!r}, it was {base!r} when the plan was made"
            for name, (base, ours, theirs) in sorted(self.contradictions.items())
        ]
        return "edited in the target since the plan was made: " + "; ".join(parts)


def merge(base: Fields | None, ours: Fields, theirs: Fields) -> Merged:
    """
    Three-way merge by field.

    A field that ours leaves as it was in the base is not the plan's: theirs stays. One that both changed alike is done.
    """
    before = base or {}
    fields, contradictions = dict(theirs), {}
    for name, wanted in ours.items():
        has = theirs.get(name)
        if before.get(name) == wanted or has == wanted:
            continue
        if has == before.get(name):
            fields[name] = wanted
        else:
            contradictions[name] = (before.get(name), wanted, has)
    return Merged(fields, contradictions)
