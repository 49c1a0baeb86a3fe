"""
Asynchronous operations: what is answered before it is done.

An operation is one row of the kind `operation`, from the moment it is accepted: what was asked by whom, its `status`,
and, once it is over, its `outcome` or the `reason` of its error. The reason is never sent; `explain` tells it, with the
whole `refusal`. Whoever announces what happens here needs the row's commits only: a row is created `Processing` or
already over, and is over for good.

    accepted -> start() -> row (and, at the defaults of the switches, all that it changes, in the same commit)
    every later request of the published family -> settled() -> the view with the changes of all that are over by now

How long an operation takes is a switch: `operation_polls` requests that look for it, `operation_seconds` on the
organisation's clock, both where both are set. What it changes is decided when it ends, against what is there then;
until then nothing of it is visible. It ends inside the first request of the published family that comes after it is
due: the commit log has its changes under that request. Whoever cannot wait for one, because somebody listens, asks
`has_due` and commits what `ending` decides.

`Request.job_error` makes an operation end in `Error` without a reason and without a change, whatever it was asked for.

Assumed: that an operation is decided when it ends; that it is complete at once unless a switch says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mockgc.domain import errors
from mockgc.domain.errors import ErrorCode, WfmError
from mockgc.domain.metadata import timestamp
from mockgc.domain.overlay import Overlay
from mockgc.domain.resource import Behaviour, Filter, Later, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Read, Request, Rule, View, Write
from mockgc.resources.kit import parameters

KIND = "operation"
PROCESSING, COMPLETE, ERROR = "Processing", "Complete", "Error"
TOLD_TO_FAIL = "told to fail"
_PENDING = ("dueDate", "polls", "request", "kept")


@dataclass(frozen=True, slots=True)
class Started:
    """A new operation's row, and what to write for it; `reads` is what the caller learns of stored entities."""

    row: Entity
    writes: tuple[Write, ...]
    reads: tuple[Read, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether it ended when it began."""
        return bool(self.row["status"] != PROCESSING)


def start(
    operation: Operation, view: View, request: Request, later: Later, place: Entity, kept: Entity | None = None
) -> Started:
    """
    A new operation, over at once unless a switch says otherwise.

    Args:
        operation: that was called; its behaviour has this `later`.
        place: fields of the row that say where it belongs (`businessUnitId`) and what it is.
        kept: what `later` needs beside the request.
    """
    row: Entity = {
        "id": view.new_id(),
        "operation": operation.name,
        "status": PROCESSING,
        "requestedBy": view.client_id,
        "submittedDate": timestamp(view.now),
        **place,
    }
    polls, seconds = view.switches.operation_polls, view.switches.operation_seconds
    if not polls and not seconds:
        row, outcome = _ended(row, later, view, request, kept or {})
        return Started(row, (*outcome.writes, _written(row)), outcome.reads)
    due = timestamp(view.now + timedelta(seconds=seconds))
    row |= {"dueDate": due, "polls": polls, "request": _stored(request), "kept": kept or {}}
    return Started(row, (_written(row),))


def answered(started: Started, status: int = 202, *, is_forced: bool = False) -> Outcome:
    """
    `{status, operationId, ...}` with what the operation led to, once it is over; without it where the request forces
    the result to come asynchronously (`forceAsync`).
    """
    row = {**started.row, "status": PROCESSING, "outcome": {}} if is_forced else started.row
    body = {"status": row["status"], "operationId": row["id"], **row.get("outcome", {})}
    return Outcome(status, body, started.writes, () if is_forced else started.reads)


def asked(
    operation: Operation, view: View, request: Request, later: Later, place: Entity, status: int = 200
) -> Outcome:
    """
    The answer of a query: complete at once, or an operation whose result comes later where the request says
    `forceAsync`. Whatever `later` refuses for must have been refused before.
    """
    if parameters(request).get("forceAsync") == "true":
        return answered(start(operation, view, request, later, place), status, is_forced=True)
    outcome = later.perform(view, request, {})
    assert isinstance(outcome.body, dict)
    return replace(outcome, body={"status": COMPLETE, **outcome.body})


def existing(view: View, operation_id: str, names: Iterable[str], not_found: ErrorCode) -> Entity:
    """
    The operation that the path of a job route names; one of those that `names` start.

    Raises:
        WfmError: 404.
    """
    row = view.get(KIND, operation_id)
    if row is None or row["operation"] not in names:
        raise errors.refuse(not_found, f"no job has the id {operation_id[:200]!r}")
    return row


@dataclass(frozen=True, slots=True)
class Settled:
    """
    What a request sees: `view` with the changes of the operations that are over by now, and `writes` that say so.

    Args:
        pending: the operations that go on.
    """

    view: View
    writes: tuple[Write, ...] = ()
    pending: tuple[Entity, ...] = ()

    def polled(self, name: str, request: Request, behaviours: Mapping[str, Behaviour]) -> tuple[Write, ...]:
        """What to write because this request has looked for operations that go on."""
        found = (row for row in self.pending if row["polls"] and _is_asked_for(row, name, request, behaviours))
        return tuple(_written({**row, "polls": row["polls"] - 1}, "polls") for row in found)


def settled(view: View, behaviours: Mapping[str, Behaviour], resources: Mapping[str, Resource]) -> Settled:
    """End what is due, in the order in which it began; the view itself where nothing is."""
    pending, due = _pending(view)
    if not due:
        return Settled(view, pending=tuple(pending))
    overlay = Overlay(view, resources, view.client_id)
    writes: list[Write] = []
    for row in due:
        later = behaviours[row["operation"]].later
        assert later is not None
        seen = overlay.acting(row["requestedBy"])
        bare = {name: value for name, value in row.items() if name not in _PENDING}
        ended, outcome = _ended(bare, later, seen, _restored(row["request"]), row["kept"])
        made = (*outcome.writes, _written(ended, "status"))
        overlay.add(made)
        writes += made
    return Settled(overlay, tuple(writes), tuple(row for row in pending if row not in due))


def _pending(view: View) -> tuple[list[Entity], list[Entity]]:
    """The operations that go on, and those of them that are over by now."""
    found = [view.get(KIND, row_id) for _, row_id in view.holders("status", PROCESSING, (KIND,))]
    pending = [row for row in found if row is not None]
    due = [row for row in pending if not row["polls"] and datetime.fromisoformat(row["dueDate"]) <= view.now]
    return pending, due


def has_due(view: View) -> Outcome:
    """A rule that only looks: `{due}`, whether anything is over that nothing has ended yet."""
    return Outcome(200, {"due": bool(_pending(view)[1])})


def ending(resources: Iterable[Resource]) -> Rule:
    """The rule that ends what is due, for a registry."""
    known = {resource.kind: resource for resource in resources}
    behaviours = {name: found for resource in known.values() for name, found in resource.behaviours.items()}

    def rule(view: View) -> Outcome:
        return Outcome(200, writes=settled(view, behaviours, known).writes)

    return rule


def _ended(row: Entity, later: Later, view: View, request: Request, kept: Entity) -> tuple[Entity, Outcome]:
    """The row of an operation that is over, and what to write beside it."""
    if request.job_error:
        return {**row, "status": ERROR, "reason": TOLD_TO_FAIL}, Outcome(200)
    try:
        outcome = later.perform(view, request, kept)
    except WfmError as refused:
        refusal = [asdict(violation) for violation in refused.violations]
        return {**row, "status": ERROR, "reason": str(refused), "refusal": refusal}, Outcome(200)
    return {**row, "status": COMPLETE, "outcome": outcome.body or {}}, outcome


def _written(row: Entity, *changed: str) -> Write:
    return Write(KIND, row["id"], row, changed=changed or tuple(row))


def _is_asked_for(row: Entity, name: str, request: Request, behaviours: Mapping[str, Behaviour]) -> bool:
    later = behaviours[row["operation"]].later
    assert later is not None
    if name in later.polled_by:
        return row["id"] in request.ids
    named = [value for found in row.values() for value in (found if isinstance(found, list) else [found])]
    return name in later.watched_by and (not request.ids or request.ids[0] in named)


def _stored(request: Request) -> Entity:
    return {
        "ids": list(request.ids),
        "body": request.body,
        "raw_query": request.raw_query,
        "origin": request.origin,
        "organisation_id": request.organisation_id,
        "job_error": request.job_error,
    }


def _restored(stored: Mapping[str, Any]) -> Request:
    return Request(**{**stored, "ids": tuple(stored["ids"])})


OPERATION = Resource(
    kind=KIND,
    path="/api/v2/workforcemanagement/operations",
    title="asynchronous operation",
    filters=(Filter("status"),),
    references=(
        Reference("businessUnitId", "businessUnit", errors.NOT_FOUND),
        Reference("managementUnitId", "managementUnit", errors.NOT_FOUND),
    ),
)
