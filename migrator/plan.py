"""
The plan: what apply will do, row by row, and nothing else; a value that travels as canonical JSON.

A `Change` is one row: an entity's own fields (`member` is None), one membership of a group, or one agent's week in a
schedule. Rows are what decisions stop, what is counted and what a poison value spoils; requests are made of many rows
(`migrator.batch`). `migrator.diff` makes plans.

`before` is the merge base: what the target had when the plan was made. A field in which `before` and `after` agree is
not the plan's to touch. The file holds no ids of ours and no secrets; an id in it belongs to an entity that the source
does not know.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from migrator.canonical import Fields
from migrator.desired import KINDS, Decision, Kind, Loss, Ref
from migrator.errors import PlanUnreadable

Action = Literal["create", "update", "no_op", "conflict", "blocked"]
"""`conflict` needs a decision; `blocked` waits for a row that does. Neither is sent."""
RowKey = tuple[Kind, str, str | None]
"""(kind, key, member)."""
What = Literal["user", "scheduleTemplate", "group", "member", "schedule", "week"]
ACTIONS: tuple[Action, ...] = get_args(Action)
WHATS: tuple[What, ...] = get_args(What)
FORMAT = "mockgc-migrator-plan-1"


@dataclass(frozen=True, slots=True)
class Change:
    """
    One row of a plan.

    Args:
        key: the entity's source key, which is its externalId in the target.
        member: key of the user whose membership or week it is; None for the entity's own fields.
        label: for people.
        before: what the target has of it (own fields, or the member's row); None when it has nothing.
        after: what the target will have; holds `Ref`s where the target will have ids.
        code, why, settle: of a row that is not plain: what stands against it, in one sentence, and how to settle it.
        origin: the source rows it came from.
    """

    kind: Kind
    key: str
    member: str | None
    action: Action
    label: str
    before: Fields | None
    after: Fields
    code: str = ""
    why: str = ""
    settle: str = ""
    origin: tuple[str, ...] = ()

    @property
    def what(self) -> What:
        """Names the row for people and in counts."""
        if self.member is None:
            return self.kind
        return "member" if self.kind == "group" else "week"

    @property
    def row(self) -> RowKey:
        """Names the row within its plan."""
        return self.kind, self.key, self.member

    @property
    def is_write(self) -> bool:
        """Whether apply is to send something for it."""
        return self.action in ("create", "update")

    def touched(self) -> dict[str, tuple[Any, Any]]:
        """Field -> (before, after) where the plan changes something."""
        before = self.before or {}
        return {name: (before.get(name), value) for name, value in self.after.items() if before.get(name) != value}


@dataclass(frozen=True, slots=True)
class Plan:
    """
    All rows, in dependency order, with what the mapping leaves open and what it loses.

    Args:
        target: base URL that the plan was made against.
    """

    target: str
    changes: tuple[Change, ...]
    decisions: tuple[Decision, ...] = ()
    losses: tuple[Loss, ...] = ()

    def counts(self) -> dict[Action, int]:
        """Rows by action, all actions named."""
        found = Counter(change.action for change in self.changes)
        return {action: found[action] for action in ACTIONS}

    @property
    def needs_decision(self) -> bool:
        """Whether anything waits for a person."""
        return bool(self.decisions) or any(change.action == "conflict" for change in self.changes)

    @property
    def has_changes(self) -> bool:
        """Whether apply would send a write."""
        return any(change.is_write for change in self.changes)

    def digest(self) -> str:
        """Names the plan by its content."""
        return hashlib.sha256(dumps(self)).hexdigest()


def identity(changes: Iterable[Change], expected_version: int | None) -> str:
    """
    Names an attempt by what it changes: resource, source key, expected version and desired content, never the time.

    So a replay recognises its own work, and A -> B -> A stays three changes, because the versions differ.
    """
    rows = [[change.kind, change.key, change.member, encoded(change.after)] for change in changes]
    return hashlib.sha256(_canonical([rows, expected_version])).hexdigest()


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Dependency order, then by key, an entity's own fields before its members."""
    return tuple(sorted(changes, key=lambda change: (KINDS.index(change.kind), change.key, change.member or "")))


def dumps(plan: Plan) -> bytes:
    """Canonical JSON, byte-identical for equal plans."""
    body = {
        "format": FORMAT,
        "target": plan.target,
        "changes": [_change_body(change) for change in plan.changes],
        "decisions": [{**asdict(decision), "blocks": sorted(decision.blocks)} for decision in plan.decisions],
        "losses": [asdict(loss) for loss in plan.losses],
    }
    return _canonical(body) + b"\n"


def loads(data: bytes) -> Plan:
    """
    Read what `dumps` wrote.

    Raises:
        PlanUnreadable: naming what is wrong with it.
    """
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise PlanUnreadable(f"this is no plan of `migrator plan`: its format is not {FORMAT!r}")
        return Plan(
            target=str(body["target"]),
            changes=tuple(_change(row) for row in body["changes"]),
            decisions=tuple(Decision(**{**row, "blocks": frozenset(row["blocks"])}) for row in body["decisions"]),
            losses=tuple(Loss(**row) for row in body["losses"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PlanUnreadable(f"this plan cannot be read: {error!r}") from error


def encoded(value: Any) -> Any:
    """JSON for a value that may hold refs."""
    if isinstance(value, Ref):
        return {"$ref": f"{value.kind}/{value.key}"}
    if isinstance(value, Mapping):
        return {name: encoded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [encoded(part) for part in value]
    return value


def decoded(value: Any) -> Any:
    """The value behind `encoded`."""
    if isinstance(value, dict):
        if value.keys() == {"$ref"}:
            kind, _, key = str(value["$ref"]).partition("/")
            return Ref(_kind(kind), key)
        return {name: decoded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [decoded(part) for part in value]
    return value


def _change_body(change: Change) -> dict[str, Any]:
    body = {name: getattr(change, name) for name in Change.__slots__}
    return {**body, "before": encoded(change.before), "after": encoded(change.after), "origin": list(change.origin)}


def _change(row: dict[str, Any]) -> Change:
    if row["action"] not in ACTIONS:
        raise ValueError(f"action {row['action']!r} is none of {ACTIONS}")
    change = Change(**row)
    return replace(
        change,
        kind=_kind(change.kind),
        before=decoded(change.before),
        after=decoded(change.after),
        origin=tuple(change.origin),
    )


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise ValueError(f"kind {name!r} is none of {KINDS}")
    return name


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
