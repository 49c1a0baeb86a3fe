"""
What clients saw: one `Operation` per request, with the interval in which it may have taken effect.

A history is kept by whoever carries the requests (the drawn wire, a recording transport) and judged by the checkers. An
operation without a known outcome stays open for ever: it may have happened at any later time, or never.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["ok", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One request of one client.

    Args:
        client: who sent it.
        call, returned: order of events on one counter; `returned` is None when no answer came.
        at_s, returned_at_s: the same moments in seconds of the client's clock.
        method, path: the request line; `path` with its query.
        body: decoded JSON body, None without one.
        status: HTTP status, None when no answer came.
        response: decoded JSON answer, None without one.
        retry_after_s: what a Retry-After header asked for, None without one.
        outcome: `ok` (2xx), `fail` (refused for certain), `unknown` (5xx, or no answer).
    """

    client: str
    call: int
    returned: int | None
    at_s: float
    returned_at_s: float | None
    method: str
    path: str
    body: Any = None
    status: int | None = None
    response: Any = None
    retry_after_s: float | None = None
    outcome: Outcome = "unknown"

    @property
    def is_write(self) -> bool:
        """Whether the request could change anything."""
        return self.method not in ("GET", "HEAD", "OPTIONS")


def outcome_of(status: int | None) -> Outcome:
    """What a status lets a client conclude; a 5xx says nothing about whether the write happened."""
    if status is None or status >= 500:
        return "unknown"
    return "ok" if status < 400 else "fail"


def save(history: Iterable[Operation], path: Path) -> None:
    """One JSON object a line, in the given order."""
    lines = (json.dumps(asdict(operation), ensure_ascii=False, sort_keys=True) for operation in history)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def load(path: Path) -> tuple[Operation, ...]:
    """Read what `save` wrote; raises ValueError naming the line that is not an operation."""
    return tuple(_parse(number, line) for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1))


def _parse(number: int, line: str) -> Operation:
    try:
        fields: Mapping[str, Any] = json.loads(line)
        return Operation(**fields)
    except (TypeError, ValueError) as error:
        raise ValueError(f"line {number} of the history is not an operation: {error}") from error
