"""
What became of each row of a plan: one result, shown on a terminal or as JSON. Pure.

The counts always add up: created + updated + unchanged + conflict + failed + blocked = rows of the plan. `created` and
`updated` count what this run committed; a row whose write was not answered and then found is counted there too, and
again under `uncertain`, because another run could have made the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from migrator.desired import Decision, Loss
from migrator.errors import InputError
from migrator.plan import WHATS, Change, What

Result = Literal["created", "updated", "unchanged", "conflict", "failed", "blocked"]
RESULTS: tuple[Result, ...] = get_args(Result)
FORMAT = "mockgc-migrator-report-1"
CONVERGED, PARTIAL, DECISION_NEEDED = 0, 3, 4


@dataclass(frozen=True, slots=True)
class RowResult:
    """
    One row's end.

    Args:
        code, message: why, unless it simply went well.
        context_id: the target's correlation id of the answer that decided.
        is_uncertain: committed by a write whose answer was lost, found when read back.
    """

    what: What
    key: str
    member: str | None
    label: str
    result: Result
    code: str = ""
    message: str = ""
    context_id: str = ""
    is_uncertain: bool = False


def row_result(change: Change, result: Result, code: str = "", message: str = "", context_id: str = "",
               is_uncertain: bool = False) -> RowResult:  # fmt: skip
    """The end of a plan's row."""
    return RowResult(
        change.what, change.key, change.member, change.label, result, code, message, context_id, is_uncertain
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """
    Args:
        plan: digest of the plan that was walked.
        request_count: requests sent, token requests included.
        waited_s: seconds that the rate budget held requests back, summed over workers.
    """

    target: str
    plan: str
    rows: tuple[RowResult, ...]
    decisions: tuple[Decision, ...] = ()
    losses: tuple[Loss, ...] = ()
    request_count: int = 0
    waited_s: float = 0.0
    started_at: str = ""
    ended_at: str = ""
    counts: Mapping[Result, int] = field(init=False)
    counts_by_what: Mapping[What, Mapping[Result, int]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", _counts(row.result for row in self.rows))
        by_what: dict[What, Mapping[Result, int]] = {}
        for what in WHATS:
            by_what[what] = _counts([row.result for row in self.rows if row.what == what])
        object.__setattr__(self, "counts_by_what", by_what)

    @property
    def uncertain(self) -> int:
        """Rows committed by a write whose answer was lost."""
        return sum(row.is_uncertain for row in self.rows)

    @property
    def exit_code(self) -> int:
        """3 when a row failed or met a conflict in the target, 4 when only decisions are left, 0 when all is done."""
        decided = {row for row in self.rows if row.code.startswith(DECISION)}
        if any(row.result in ("conflict", "failed", "blocked") and row not in decided for row in self.rows):
            return PARTIAL
        return DECISION_NEEDED if decided or self.decisions else CONVERGED


DECISION = "decision."
"""Prefix of the code of a row that the plan itself had stopped."""


def dumps(report: Report) -> bytes:
    """JSON for programs; `loads` reads it."""
    counts: dict[str, int] = {**{str(name): count for name, count in report.counts.items()}, "total": len(report.rows)}
    body = {
        "format": FORMAT,
        "target": report.target,
        "plan": report.plan,
        "exitCode": report.exit_code,
        "startedAt": report.started_at,
        "endedAt": report.ended_at,
        "requestCount": report.request_count,
        "waitedSeconds": round(report.waited_s, 3),
        "counts": {**counts, "uncertain": report.uncertain},
        "countsByKind": report.counts_by_what,
        "rows": [_row_body(row) for row in report.rows],
        "decisions": [
            {"code": d.code, "subject": d.subject, "message": d.message, "settle": d.settle, "blocks": sorted(d.blocks)}
            for d in report.decisions
        ],
        "losses": [{"code": loss.code, "subject": loss.subject, "message": loss.message} for loss in report.losses],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def loads(data: bytes) -> Report:
    """
    A report that was written before.

    Raises:
        InputError: naming what is wrong with it.
    """
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise InputError(f"this is no report of `migrator apply`: its format is not {FORMAT!r}")
        return Report(
            target=body["target"], plan=body["plan"], rows=tuple(_row(row) for row in body["rows"]),
            decisions=tuple(Decision(**{**d, "blocks": frozenset(d["blocks"])}) for d in body["decisions"]),
            losses=tuple(Loss(**loss) for loss in body["losses"]),
            request_count=body["requestCount"], waited_s=body["waitedSeconds"],
            started_at=body["startedAt"], ended_at=body["endedAt"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"this report cannot be read: {error!r}") from error


def _row_body(row: RowResult) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": row.what, "key": row.key, "member": row.member, "label": row.label}
    body["result"] = row.result
    extra = {"code": row.code, "message": row.message, "contextId": row.context_id, "uncertain": row.is_uncertain}
    return {**body, **{name: value for name, value in extra.items() if value}}


def _row(body: Mapping[str, Any]) -> RowResult:
    if body["result"] not in RESULTS or body["kind"] not in WHATS:
        raise ValueError(f"row {body['key']!r} has the result {body['result']!r} and the kind {body['kind']!r}")
    return RowResult(
        body["kind"], body["key"], body["member"], body["label"], body["result"], body.get("code", ""),
        body.get("message", ""), body.get("contextId", ""), body.get("uncertain", False),
    )  # fmt: skip


def _counts(results: Iterable[Result]) -> dict[Result, int]:
    found: Counter[Result] = Counter(results)
    return {result: found[result] for result in RESULTS}
