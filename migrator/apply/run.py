"""
What all workers of one run share: the mirror of the target, the results so far, and the one way to send a write.

`send` writes the intent to the journal, sends, and writes the outcome. Nothing else in this package sends a write.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrator.batch import BATCH_SIZE
from migrator.canonical import Fields
from migrator.clock import Clock
from migrator.conflict import Verdict, understand
from migrator.current import Current, Live
from migrator.desired import Kind, Ref
from migrator.errors import CredentialsRefused, JournalUnwritable, TargetUnavailable
from migrator.journal import Journal, open_intents
from migrator.matching import Clash, locate
from migrator.plan import Change, Plan, RowKey, identity
from migrator.report import DECISION, Result, RowResult, row_result
from migrator.targets.session import Answer
from migrator.targets.wfm_dialect import Target

Progress = Callable[[RowResult], None]
"""Called once for each row when its result is known."""


def no_progress(_: RowResult) -> None:
    """For callers that only want the report."""


@dataclass(frozen=True, slots=True)
class ApplySettings:
    """
    How, never what: none of these changes which writes a plan leads to.

    Args:
        workers: units of different target containers worked on at the same time.
        batch_size: agents a request, at most.
    """

    workers: int = 4
    batch_size: int = BATCH_SIZE


class Missing(Exception):
    """Something a row refers to is not in the target, because its own row did not succeed."""

    def __init__(self, ref: Ref) -> None:
        super().__init__(f"the {ref.kind} {ref.key} is not in the target")


@dataclass(slots=True)
class Run:
    """One walk over one plan."""

    plan: Plan
    target: Target
    journal: Journal
    clock: Clock
    settings: ApplySettings
    current: Current
    progress: Progress = no_progress
    results: dict[RowKey, RowResult] = field(default_factory=dict)
    ended: str = ""
    """Why nothing more is sent; empty while the run goes on."""
    commit_count: int = 0
    is_schedule_baseline: bool = False
    """Whether the target has shown that an import's version is the schedule's own and not its template's."""
    _open: dict[str, Any] = field(default_factory=dict)
    """Identities whose outcome is unknown, from earlier lives of this journal and from this one."""

    def begin(self) -> None:
        """Read the journal back and note the start of this life."""
        self._open = dict(open_intents(self.journal))
        self.journal.append({"type": "run", "plan": self.plan.digest(), "at": self._now(), "open": len(self._open)})

    # Rows

    def settle(
        self, change: Change, result: Result, code: str = "", message: str = "", *, answer: Answer | None = None,
        is_uncertain: bool = False,
    ) -> None:  # fmt: skip
        """Note a row's end; the first one stands."""
        if change.row in self.results:
            return
        context_id = answer.context_id if answer else ""
        if answer is not None:
            code, message = code or answer.code or f"http.{answer.status}", message or answer.message
        self.results[change.row] = row_result(change, result, code, message, context_id, is_uncertain)
        self.progress(self.results[change.row])

    def settle_all(self, changes: Iterable[Change], result: Result, code: str = "", message: str = "", *,
                   answer: Answer | None = None) -> None:  # fmt: skip
        """The same end for several rows."""
        for change in changes:
            self.settle(change, result, code, message, answer=answer)

    def is_settled(self, change: Change) -> bool:
        """Whether the row has its result."""
        return change.row in self.results

    def result_of(self, change: Change) -> Result | None:
        """The row's result, None while it has none."""
        found = self.results.get(change.row)
        return found.result if found else None

    def settle_unsent(self, change: Change) -> bool:
        """Settle a row that the plan does not send: stopped by a decision, or nothing to do."""
        if change.action in ("conflict", "blocked"):
            result: Result = "conflict" if change.action == "conflict" else "blocked"
            self.settle(change, result, DECISION + (change.code or change.action), change.why)
        elif change.action == "no_op" and change.member is None and not self._is_there(change):
            self.settle(change, "conflict", "gone", "the target had it when the plan was made and has it no more")
        elif change.action == "no_op":
            self.settle(change, "unchanged")
        return not change.is_write

    # The mirror

    def _is_there(self, change: Change) -> bool:
        found = self.current.marked(change.kind, change.key)
        return found is not None and found.kind == change.kind

    def members_of(self, changes: Iterable[Change]) -> dict[str, str]:
        """User id by member key for rows that wait for their result; rows whose user is missing are settled."""
        found: dict[str, str] = {}
        for change in changes:
            if change.member is None or self.is_settled(change):
                continue
            try:
                found[change.member] = self.id_of(Ref("user", change.member))
            except Missing as missing:
                self.settle(change, "blocked", "reference", str(missing))
        return found

    def id_of(self, ref: Ref) -> str:
        """The id behind a ref; raises Missing when the target does not have it under its key."""
        found = self.current.marked(ref.kind, ref.key)
        if found is None or found.kind != ref.kind:
            raise Missing(ref)
        return found.id

    def resolved(self, value: Any) -> Any:
        """The value with ids in the place of refs; raises Missing."""
        if isinstance(value, Ref):
            return self.id_of(value)
        if isinstance(value, dict):
            return {name: self.resolved(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolved(part) for part in value]
        return value

    def locate(self, change: Change, fields: Fields) -> Live | Clash | None:
        """What the mirror knows about the entity of a row."""
        return locate(change.kind, change.key, fields, self.current)

    async def reread(self, change: Change, fields: Fields) -> None:
        """Bring the mirror up to date about the entity of a row: its externalId, its natural key."""
        known = self.locate(change, fields)
        found = await self.target.find(change.kind, change.key, fields)
        if isinstance(known, Live):
            self.current.drop(known.kind, known.id)
        for entity in found:
            self.current.put(entity)

    async def refresh(self, kind: Kind, entity_id: str) -> Live | None:
        """Read one entity again; None when it is gone."""
        found = await self.target.get(kind, entity_id)
        if found is None:
            self.current.drop(kind, entity_id)
        else:
            self.current.put(found)
        return found

    # Sending

    async def send(
        self, changes: Sequence[Change], claimed: int | None, what: str, call: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """
        Intent, send, outcome.

        Args:
            changes: the rows that the request is about.
            claimed: the version it names; None when it names none.
            what: the request line for people who read the journal.
            call: sends it, once.
        """
        name = identity(changes, claimed)
        rows = [list(change.row) for change in changes]
        self.journal.append(
            {"type": "intent", "id": name, "request": what, "rows": rows, "version": claimed, "at": self._now()}
        )  # fmt: skip
        answer = await call()
        outcome = answer.outcome
        self.commit_count += outcome == "ok"
        if outcome == "unknown":
            self._open[name] = rows
        self.journal.append(
            {"type": "outcome", "id": name, "outcome": outcome, "status": answer.status, "code": answer.code,
             "contextId": answer.context_id, "at": self._now()}
        )  # fmt: skip
        if understand(answer) is Verdict.FORBIDDEN:
            self.ended = f"the client may not write: {answer.message}"
        return answer

    def found(self, changes: Iterable[Change]) -> None:
        """Rows have been read back as desired: what the journal leaves open about them is closed."""
        keys = {change.row for change in changes}
        for name, entry in tuple(self._open.items()):
            rows = entry["rows"] if isinstance(entry, dict) else entry
            if all(tuple(row) in keys for row in rows):
                del self._open[name]
                self.journal.append({"type": "outcome", "id": name, "outcome": "ok", "found": True, "at": self._now()})

    def give_up(self, changes: Iterable[Change], error: Exception | Answer | None) -> None:
        """The end of a bounded number of attempts is a result like any other."""
        if isinstance(error, CredentialsRefused | TargetUnavailable | JournalUnwritable):
            self.ended = self.ended or str(error)
        attempts = self.target.session.limits.attempts_max
        if isinstance(error, Answer):
            self.settle_all(changes, "failed", "gave_up", f"gave up after {attempts} attempts: {error.message}")
            if error.status is None:
                self.ended = self.ended or f"the target does not answer: {error.message}"
            return
        self.settle_all(changes, "failed", "gave_up", str(error or f"gave up after {attempts} attempts"))

    def _now(self) -> str:
        return self.clock.wall().isoformat(timespec="milliseconds")
