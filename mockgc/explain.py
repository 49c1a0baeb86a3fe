"""
Why a request was refused, by whom, and what to do next: commit log + journal -> `Explanation`.

Facts are gathered here and nowhere else; the terminal, the control API and the console show the same value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from mockgc.domain.errors import ErrorCode, Holder, Violation, WfmError
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import spoken
from mockgc.domain.resource import Resource
from mockgc.domain.transaction import CommitRow, Entity, Outcome, View
from mockgc.explanation import Explanation, Step
from mockgc.journal import BODY_BYTES_KEPT, Entry, commit_dict, recalled, redacted_query
from mockgc.sent_and_stored import of_named, of_whole
from mockgc.store.base import Store
from mockgc.timeline import Past, timeline, together

JSON = dict[str, Any]
_COMMITS_SHOWN = 20
_OPERATION = "operation"
"""The kind of the rows of asynchronous operations; `resources.operations` has it."""
_NOTHING = "Nothing to do."
_LAGGED = "(lag)"
"""What the words of a fault hold when the answer showed an earlier state."""
_READ_LATER = (
    "Reads of a real service may lag as well: read again until the answer shows what you know, before you take "
    "anything for missing or create it once more."
)
_AGAIN = "Read what it was to change: nothing was; then send the request again."
_FAULT_SET = "Somebody set this fault: let it run out, or remove it (DELETE /_mockgc/organisations/{id}/faults)."


def explain(store: Store, resources: Iterable[Resource], context_id: str) -> Explanation | None:
    """
    Explain a request by its correlation id, or by the id of the asynchronous operation that it started; None when no
    request ever had or started it.
    """
    owner = store.context_owner(context_id) or _starter(store, context_id)
    if owner is None:
        return None
    organisation_id, entry = owner
    if entry is None:
        return Explanation(
            context_id,
            "dropped",
            "The journal no longer holds this request: it was dropped to make room, or by a reset, "
            "or it was a token request, which is never kept.",
            next_step="Send it again and explain that id, or serve with a larger MOCKGC_JOURNAL_ENTRIES_MAX.",
        )
    history = _History(store, {r.kind: r for r in resources}, organisation_id or "", entry)
    found = history.refused(entry.error) if entry.error else history.failed() or history.accepted()
    if not entry.fault:
        return found
    own = _READ_LATER if _LAGGED in entry.fault else found.next_step.removeprefix(_NOTHING)
    return replace(found, next_step=f"{_FAULT_SET} {own}".rstrip(), hidden=history.hidden())


def _starter(store: Store, operation_id: str) -> tuple[str | None, Entry | None] | None:
    """The organisation and the request that started an asynchronous operation."""
    try:
        UUID(operation_id)
    except ValueError:
        return None
    for organisation in store.organisations():
        rows = store.history(organisation.id, _OPERATION, operation_id)
        if rows:
            return store.context_owner(rows[0].context_id)
    return None


class _History:
    """What an organisation's commit log and journal say about one entry."""

    def __init__(self, store: Store, resources: dict[str, Resource], organisation_id: str, entry: Entry) -> None:
        self._store, self._resources, self._organisation_id, self._entry = store, resources, organisation_id, entry
        self._commits = store.commits(organisation_id) if organisation_id else []
        journal = store.journal(organisation_id)
        entries = journal.entries
        self._by_context = {other.context_id: other for other in entries}
        position = next((i for i, other in enumerate(entries) if other.context_id == entry.context_id), len(entries))
        self._before = entries[:position]
        self._number = journal.last - len(entries) + 1 + position
        # The oldest entries are dropped first, so what came later is always there to bound what came before.
        later = [e.sequence for e in entries[position + 1 :] if e.sequence is not None]
        self._seen = min(later) - 1 if later else max((row.sequence for row in self._commits), default=0)

    def accepted(self) -> Explanation:
        """What the request changed."""
        rows = self._rows()
        status = self._entry.status
        how = f"was accepted with {status}" if status < 400 else f"was carried out, although answered with {status},"
        done = f"{self._request_line()} {how}"
        summary = f"{done} and changed nothing." if not rows else f"{done} and changed {len(rows)} entit{_ies(rows)}."
        return Explanation(
            self._entry.context_id, "accepted", summary, self._request(), commits=tuple(map(self._commit, rows)),
            ignored_headers=self._ignored(), ignored_fields=self._entry.ignored_fields, next_step=_NOTHING,
        )  # fmt: skip

    def failed(self) -> Explanation | None:
        """Why the operation that an accepted request started ended in error; None when it started none, or none did."""
        started = next((r for r in self._rows() if r.kind == _OPERATION and r.action == "create"), None)
        if started is None:
            return None
        *_, last = self._store.history(self._organisation_id, _OPERATION, started.entity_id)
        ended = (_object(last.after) if last.after else None) or {}
        if ended.get("status") != "Error":
            return None
        self._seen = max(self._seen, last.sequence)
        summary = (
            f"{self._request_line()} was accepted with {self._entry.status}, but its operation {ended['id']} ended "
        )
        summary += f"in Error and changed nothing: {ended.get('reason', 'the reason was not kept')}"
        operation = {"id": ended["id"], "status": ended["status"], "reason": ended.get("reason")}
        if not ended.get("refusal"):
            return replace(self.accepted(), outcome="failed", summary=summary, operation=operation, next_step=_AGAIN)
        found = self.refused(recalled(ended["refusal"]))
        return replace(found, outcome="failed", summary=summary, operation=operation, stopped_at=None)

    def _rows(self) -> list[CommitRow]:
        """What the request changed."""
        return [row for row in self._commits if row.sequence == self._entry.sequence]

    def refused(self, error: WfmError) -> Explanation:
        """Which rule fired, where, who stands in the way, and the next step."""
        main = error.violations[0]
        rows = self._in_between(main) if main.holder else []
        first = self._first_try(main.holder) if main.holder else None
        return Explanation(
            self._entry.context_id,
            "refused",
            f"{self._request_line()} was refused with {self._entry.status} {error.code.code}: {error}",
            self._request(),
            _rule(error.code),
            tuple(self._field(violation) for violation in error.violations),
            tuple(map(self._commit, rows[-_COMMITS_SHOWN:])),
            self._last_read(main.holder) if main.holder else None,
            {"contextId": first.context_id, "date": timestamp(first.at), "status": first.status} if first else None,
            self._difference(error),
            self._ignored(),
            self._entry.ignored_fields,
            _own_first_try(main.holder, first) if main.holder and first else self._next_step(main, rows),
            self._timeline(main) if main.holder else (),
            _claimed(main) if main.holder else None,
            _stopped_at(self._entry, main),
        )

    def hidden(self) -> tuple[JSON, ...]:
        """The commits that a lagging answer left out, of what its path names or it showed in an old version."""
        if _LAGGED not in self._entry.fault:
            return ()
        kind = self._entry.operation.partition(".")[0]
        shown = {entity_id: version for other, entity_id, version in self._entry.reads if other == kind}
        rows = [
            row
            for row in self._commits
            if row.sequence <= self._seen
            and row.kind == kind
            and (row.entity_id in shown or row.entity_id in self._entry.path)
            and (row.version_after is None or row.version_after > shown.get(row.entity_id, 0))
        ]
        return tuple(map(self._commit, rows[-_COMMITS_SHOWN:]))

    def _timeline(self, violation: Violation) -> tuple[JSON, ...]:
        holder = violation.holder
        assert holder is not None
        rows = [row for row in self._of(holder) if row.sequence <= self._seen]
        asked = [*enumerate(self._before, self._number - len(self._before)), (self._number, self._entry)]
        moves = {row.sequence for row in rows}
        others = together((row for row in self._commits if row.sequence in moves), holder)
        return timeline(holder, Past(rows, others, asked), _claimed(violation))

    def _request_line(self) -> str:
        return f"{self._entry.method} {self._entry.path}"

    def _request(self) -> JSON:
        entry = self._entry
        return {
            "method": entry.method, "path": entry.path, "status": entry.status, "clientId": entry.client_id or None,
            "date": timestamp(entry.at), "number": self._number, "operation": entry.operation or None,
            "query": redacted_query(entry.query), "body": entry.body[:BODY_BYTES_KEPT].decode("utf-8", "replace"),
            "isBodyCut": len(entry.body) > BODY_BYTES_KEPT, "fault": entry.fault or None,
        }  # fmt: skip

    def _ignored(self) -> tuple[JSON, ...]:
        return tuple({"name": name, "value": value} for name, value in self._entry.ignored)

    def _field(self, violation: Violation) -> JSON:
        return {
            "fieldName": violation.field,
            "errorCode": violation.code.code,
            "message": violation.message,
            "provenance": str(violation.code.source),
            "sent": violation.given,
            "stored": violation.wanted,
            "holder": self._holder(violation.holder) if violation.holder else None,
        }

    def _holder(self, holder: Holder) -> JSON:
        rows = [row for row in self._of(holder) if row.sequence <= self._seen]
        return {
            "kind": holder.kind,
            "id": holder.id,
            "name": holder.name,
            "version": holder.version,
            "createdBy": self._commit(rows[0]) if rows else None,
            "lastChangedBy": self._commit(rows[-1]) if rows else None,
        }

    def _of(self, holder: Holder) -> list[CommitRow]:
        return [row for row in self._commits if row.kind == holder.kind and row.entity_id == holder.id]

    def _in_between(self, violation: Violation) -> list[CommitRow]:
        """The commits on the entity that came after what this client had read, or claimed to have read."""
        assert violation.holder is not None
        read = self._last_read(violation.holder)
        claimed = _claimed(violation)
        known = claimed if claimed is not None else read["version"] if read else 0
        return [r for r in self._of(violation.holder) if r.sequence <= self._seen and (r.version_after or 0) > known]

    def _last_read(self, holder: Holder) -> JSON | None:
        for entry in reversed(self._before):
            if entry.client_id == self._entry.client_id:
                for kind, entity_id, version in entry.reads:
                    if (kind, entity_id) == (holder.kind, holder.id):
                        return {
                            "kind": kind, "id": entity_id, "version": version, "date": timestamp(entry.at),
                            "contextId": entry.context_id, "by": f"{entry.method} {entry.path}",
                        }  # fmt: skip
        return None

    def _first_try(self, holder: Holder) -> Entry | None:
        """The accepted request that last wrote the holder, if this one repeats it byte for byte."""
        if len(self._entry.body) > BODY_BYTES_KEPT:
            return None  # only its start is kept
        last = [row.context_id for row in self._of(holder) if row.sequence <= self._seen][-1:]
        return next((e for e in self._before if [e.context_id] == last and _alike(e, self._entry)), None)

    def _commit(self, row: CommitRow) -> JSON:
        entry = self._by_context.get(row.context_id)
        others = [o for o in self._commits if o.sequence == row.sequence and o.entity_id != row.entity_id]
        return {
            **commit_dict(row),
            "together": [f"{other.action} {spoken(other.kind)} {other.entity_id}" for other in others],
            "request": f"{entry.method} {entry.path}" if entry else "(dropped from the journal)",
            "ownClient": row.client_id == self._entry.client_id,
        }

    def _difference(self, error: WfmError) -> tuple[JSON, ...]:
        """The fields in which the refused body differs from the first holder of its own kind, as that is now."""
        kind, _, name = self._entry.operation.partition(".")
        holder = next((v.holder for v in error.violations if v.holder is not None and v.holder.kind == kind), None)
        resource, sent = self._resources.get(kind), _object(self._entry.body)
        if holder is None or resource is None or sent is None:
            return ()
        stored = _current(self._store, self._organisation_id, holder)
        if stored is None:
            return ()
        if name not in resource.behaviours:
            return of_whole(resource.complete(sent), stored)
        is_added_to = self._entry.method == "POST" and holder.id in self._entry.path
        return () if is_added_to else of_named(sent, stored)  # members and uploads are no form of the entity

    def _next_step(self, violation: Violation, rows: list[CommitRow]) -> str:
        step = violation.code.next_step
        if violation.field == "version" and rows:
            last = rows[-1]
            who = (
                "your own earlier request"
                if last.client_id == self._entry.client_id
                else f"a request of client {last.client_id}:"
            )
            moved = f"The version is {last.version_after} since {who} {last.context_id} ({timestamp(last.at)}). "
            step = moved + step
        return step


_STEPS: dict[int, Step] = {401: "token", 403: "permission", 405: "method", 413: "content", 415: "content", 429: "quota"}


def _stopped_at(entry: Entry, violation: Violation) -> Step:
    """Which step refused, from what each of them answers with."""
    status = violation.code.status
    if status in _STEPS:
        return _STEPS[status]
    if status >= 500:
        return "service"
    if status == 404:
        return "id" if entry.operation else "path"
    return "content" if status == 400 and violation.holder is None else "rules"


def _claimed(violation: Violation) -> int | None:
    """The version that was sent, where that is what the refusal is about."""
    given = violation.given
    is_version = violation.field is not None and violation.field.endswith("version")
    return int(given) if is_version and given is not None and given.isdecimal() else None


def _alike(one: Entry, other: Entry) -> bool:
    """Whether a client sent the same thing twice."""
    return all(getattr(one, part) == getattr(other, part) for part in ("client_id", "method", "path", "query", "body"))


def _own_first_try(holder: Holder, first: Entry) -> str:
    return (
        f"This client's own first try {first.context_id} was accepted at {timestamp(first.at)}; many HTTP libraries "
        f"send a request again unseen when its answer is lost. Nobody else stands in the way: read "
        f"{spoken(holder.kind)} {holder.id} and go on if it is as wanted, and switch automatic retries of writes off."
    )


def _ies(rows: list[CommitRow]) -> str:
    return "y" if len(rows) == 1 else "ies"


def _rule(code: ErrorCode) -> JSON:
    return {"code": code.code, "text": code.rule, "provenance": str(code.source), "grade": code.source.grade}


def _object(body: bytes) -> Entity | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _current(store: Store, organisation_id: str, holder: Holder) -> Entity | None:
    def look(view: View) -> Outcome:
        return Outcome(200, view.get(holder.kind, holder.id))

    body = store.transact(organisation_id, look, "", "").outcome.body
    return body if isinstance(body, dict) else None
