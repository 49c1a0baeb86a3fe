"""Obedience to Retry-After and to a rate, over a history: who was told to wait sends nothing before the time is up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.checkers.violation import Violation, Violations
from conformance.history import Operation

SLACK_S = 1e-6
"""Timers are floating point sums."""


def waits_after_429(history: Iterable[Operation]) -> Violations:
    """
    I17: after a 429 its client sends nothing before Retry-After has passed, whichever of its workers was told.

    Requests that were already on the wire when the 429 came are no offence.
    """
    return tuple(_impatient(sorted(history, key=lambda operation: operation.call)))


def _impatient(history: list[Operation]) -> Iterator[Violation]:
    told: list[Operation] = [operation for operation in history if operation.status == 429]
    for refusal in told:
        if refusal.returned is None or refusal.returned_at_s is None or refusal.retry_after_s is None:
            continue
        until = refusal.returned_at_s + refusal.retry_after_s
        for operation in history:
            is_new = operation.client == refusal.client and operation.call > refusal.returned
            if is_new and operation.at_s < until - SLACK_S:
                waited = operation.at_s - refusal.returned_at_s
                yield Violation(
                    f"{operation.method} {operation.path} sent {waited:g} s after a 429 that asked for "
                    f"{refusal.retry_after_s:g} s",
                    operation.client,
                )


def within_rate(history: Iterable[Operation], client: str, per_minute: int) -> Violations:
    """I17: no window of 60 seconds holds more requests of this client than it may send."""
    sent = sorted(operation.at_s for operation in history if operation.client == client)
    return tuple(
        Violation(f"{per_minute + 1} requests within {last - first:g} s, at most {per_minute} a minute", client)
        for first, last in zip(sent, sent[per_minute:], strict=False)
        if last - first < 60 - SLACK_S
    )


def tokens_fetched(history: Iterable[Operation], client: str) -> int:
    """How many times this client asked for a token and got one."""
    return sum(
        operation.client == client and operation.path == "/oauth/token" and operation.status == 200
        for operation in history
    )
