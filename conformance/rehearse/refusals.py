"""
Refusals that were swallowed: what a refused write carried is nowhere, and the program exited 0. Pure.

A 409 alone is no fault of a program: two runs at once must meet some. It is settled when what it carried is in the
final state (somebody else wrote it, or a later attempt did), or when the program went back to the same entity and got
an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from conformance.checkers import Violation
from conformance.claims import folded_name
from conformance.faults import kind_of
from conformance.final_state import GROUPS, SCHEDULES, USERS, FinalState
from conformance.gate import Exchange

RETRIED = frozenset({401, 408, 429})
"""Refusals that say nothing about the content."""


def swallowed(exchanges: Sequence[Exchange], state: FinalState) -> Iterator[Violation]:
    """The refused writes of one run that nothing settled, with their codes and correlation ids."""
    for at, exchange in enumerate(exchanges):
        if not (exchange.is_write and exchange.seen is not None and 400 <= exchange.seen < 500):
            continue
        if exchange.seen in RETRIED or _is_settled(exchange, exchanges[at + 1 :], state):
            continue
        code = _object(exchange.answer).get("code", "")
        what = f"exited 0 after {exchange.method} {exchange.path} was refused with {exchange.seen} {code}"
        yield Violation(what, "program", (exchange.context_id,) if exchange.context_id else ())


def _is_settled(exchange: Exchange, later: Iterable[Exchange], state: FinalState) -> bool:
    if exchange.method == "POST":
        kind, body = kind_of(exchange.path), _object(exchange.body)
        return kind is not None and _is_there(kind, body, state)
    return any(other.path == exchange.path and other.seen is not None and other.seen < 300 for other in later)


def _is_there(kind: str, body: Mapping[str, Any], state: FinalState) -> bool:
    """Whether an entity that a create asked for is held, under whatever id."""
    if kind == SCHEDULES:
        return _weeks_are_there(body, state)
    key, held = ("email", "email") if kind == USERS else ("name", "name")
    wanted = body.get(key)
    return isinstance(wanted, str) and any(folded_name(wanted) == folded_name(e[held]) for e in state.of(kind))


def _weeks_are_there(body: Mapping[str, Any], state: FinalState) -> bool:
    triple = [body.get(name) for name in ("groupId", "scheduleTemplateId", "weekDate")]
    wanted = {agent.get("userId") for agent in body.get("agents") or () if isinstance(agent, dict)}
    for schedule in state.schedules:
        if [schedule.get(name) for name in ("groupId", "scheduleTemplateId", "weekDate")] == triple:
            return wanted <= {agent["userId"] for agent in schedule["agents"]}
    # A week of a group that is not there any more, or never was, cannot be judged by its agents.
    return triple[0] not in {group["id"] for group in state.of(GROUPS)}


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
