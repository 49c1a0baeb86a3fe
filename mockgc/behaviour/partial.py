"""
Partial acceptance: some rows of a request are refused in its answer, the others carried out. Pure.

Only where the contract has a result for each row: `POST /workforcemanagement/agents`, whose answer names the result of
each user. Where an operation takes all or nothing, a part of it cannot be accepted, and the fault is given back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from mockgc.behaviour.effects import Effect
from mockgc.behaviour.faults import Asked
from mockgc.domain.transaction import Request


@dataclass(frozen=True, slots=True)
class Rows:
    """
    Where an operation has its rows.

    Args:
        taken: the list in the body; results: the list in the answer.
        refused: (item, result) -> its row in the answer.
        result: what a refused row says unless the fault says otherwise; one of the contract's values.
    """

    taken: str
    results: str
    refused: Callable[[Any, str], Any]
    result: str


def _agent(user_id: Any, result: str) -> Any:
    return {"user": {"id": user_id, "selfUri": f"/api/v2/users/{user_id}"}, "result": result}


KNOWN: Mapping[tuple[str, str], Rows] = {
    ("POST", "/api/v2/workforcemanagement/agents"): Rows(
        "userIds", "results", _agent, "DestinationManagementUnitAgentLimitExceeded"
    ),
}
"""By method and path of the operation."""


@dataclass(frozen=True, slots=True)
class Split:
    """A request without the refused rows, and the rows to add to its answer."""

    request: Request
    results: str
    rows: tuple[Any, ...]

    def completed(self, body: bytes) -> bytes:
        """The answer with a row for each that was refused; a refusal, or an answer without results, as it is."""
        answer = orjson.loads(body) if body else None
        if not isinstance(answer, dict) or not isinstance(answer.get(self.results), list):
            return body
        return orjson.dumps({**answer, self.results: [*answer[self.results], *self.rows]})


def split(asked: Asked, request: Request, effect: Effect) -> Split | None:
    """Take each k-th row out of a request; None when it has no rows with results of their own, or too few."""
    known = KNOWN.get((asked.method, asked.template))
    items = request.body.get(known.taken) if known is not None else None
    if known is None or not isinstance(items, list):
        return None
    every, result = effect.option("every"), effect.option("result") or known.result
    refused = [item for number, item in enumerate(items, 1) if number % every == 0]
    if not refused:
        return None
    kept = [item for number, item in enumerate(items, 1) if number % every]
    rows = tuple(known.refused(item, result) for item in refused)
    return Split(replace(request, body={**request.body, known.taken: kept}), known.results, rows)
