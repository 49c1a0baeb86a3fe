"""
Is what the clients saw of one entity explained by some order of atomic steps? For targets without a commit log.

The search is Wing and Gong's with Lowe's memo on (steps done, state); it is exponential at worst, so versions stand in
front of it as a filter: they say where a write belongs, and most bad histories fail there in linear time. A history is
split by entity before (`steps_by_entity`), because one entity is linearizable or not by itself.

Covered: create, replace and read of users and groups. A template's version also moves with its schedules, and a deleted
entity never comes back, so neither has a history that stands alone. A request is taken to act once at most: a client
that is shown the second answer to a duplicated create has a history that no order explains.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from conformance.checkers.violation import Violation, Violations
from conformance.claims import CLAIMS
from conformance.history import Operation
from conformance.model import meaning

Result = tuple[int, str] | Literal["refused", "absent"] | None
State = tuple[int, str] | None
"""(version, value), None before the create."""
STALE = "wfm.transaction.conflict"
SEARCHED_MAX = 300
"""Above this many steps the filter alone decides: the search could take minutes."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One operation on one entity.

    Args:
        start, end: when it was called and answered; `end` is infinite for an unknown outcome.
        kind: `create`, `put` or `read`.
        claimed, value: what a write sent; the claim is 0 for a create.
        result: the (version, value) seen, `refused` (409), `absent` (404), or None when unknown.
    """

    start: float
    end: float
    kind: Literal["create", "put", "read"]
    claimed: int = 0
    value: str = ""
    result: Result = None

    @property
    def is_settled(self) -> bool:
        """Whether its outcome is known."""
        return self.result is not None


def apply(state: State, step: Step) -> tuple[bool, State]:
    """The sequential promise of one entity: (is the step's result possible in this state, the state after it)."""
    if step.kind == "read":
        return step.result == (state or "absent"), state
    if step.kind == "create":
        if state is not None:
            return step.result in ("refused", None), state
        after: State = (1, step.value)
    elif state is None:
        return step.result in ("absent", None), state
    elif step.claimed != state[0]:
        return step.result in ("refused", None), state
    else:
        after = state if state[1] == step.value else (state[0] + 1, step.value)
    return step.result in (after, None), after


def is_linearizable(steps: Sequence[Step]) -> bool:
    """Whether some order explains the steps: the filter first, the search where the filter cannot be sure."""
    steps = [step for step in steps if step.is_settled or step.kind != "read"]
    if all(step.is_settled for step in steps) and not fits_versions(steps):
        return False
    return len(steps) > SEARCHED_MAX or search(steps)


def search(steps: Sequence[Step]) -> bool:
    """Try every order that real time allows; exact."""
    ordered = sorted(steps, key=lambda step: step.start)
    everything = sum(1 << index for index, step in enumerate(ordered) if step.is_settled)
    todo: list[tuple[int, State]] = [(0, None)]
    seen: set[tuple[int, State]] = set(todo)
    while todo:
        done, state = todo.pop()
        if done & everything == everything:
            return True
        left = [(index, step) for index, step in enumerate(ordered) if not done >> index & 1]
        horizon = min(step.end for _, step in left)
        for index, step in left:
            if step.start > horizon:
                break
            possible, after = apply(state, step)
            following = (done | 1 << index, after)
            if possible and following not in seen:
                seen.add(following)
                todo.append(following)
    return False


def fits_versions(steps: Sequence[Step]) -> bool:
    """
    Necessary conditions, in linear time, for a history whose outcomes are all known.

    One writer a version, no version without one, every value seen is its version's, nothing is seen before it was sent,
    and no step on a lower version began after one on a higher version had ended.
    """
    writers: dict[int, Step] = {}
    for step in steps:
        if not isinstance(step.result, tuple) or step.kind == "read" or step.result[0] == step.claimed:
            continue
        version = step.result[0]
        if version in writers or version != step.claimed + 1 or step.result[1] != step.value:
            return False
        writers[version] = step
    return _values_fit(steps, writers) and _times_fit(steps)


def _values_fit(steps: Iterable[Step], writers: dict[int, Step]) -> bool:
    if sorted(writers) != list(range(1, len(writers) + 1)):
        return False
    for step in steps:
        if isinstance(step.result, tuple):
            writer = writers.get(step.result[0])
            if writer is None or writer.value != step.result[1] or step.end < writer.start:
                return False
    return True


def _times_fit(steps: Iterable[Step]) -> bool:
    """Walking down the versions, the earliest end of anything above bounds the start of what is below."""
    by_version: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        if isinstance(step.result, tuple):
            by_version[step.result[0]].append(step)
    earliest_end = math.inf
    for version in sorted(by_version, reverse=True):
        if any(step.start > earliest_end for step in by_version[version]):
            return False
        earliest_end = min([earliest_end, *(step.end for step in by_version[version])])
    return True


_ENTITY = re.compile(r"/api/v2/wfm/users(?P<group>/groups)?(?:/(?P<id>[^/?]+))?$")


def linearizable(history: Iterable[Operation]) -> Violations:
    """Every user and group of a history, each by itself."""
    return tuple(
        Violation(f"no order of {len(steps)} steps explains what the clients saw", entity)
        for entity, steps in sorted(steps_by_entity(history).items())
        if not is_linearizable(steps)
    )


def steps_by_entity(history: Iterable[Operation]) -> dict[str, list[Step]]:
    """
    The steps on each user and group, by entity id.

    A create whose answer was lost is counted to the entity that holds its externalId; without one it constrains
    nothing. Refusals other than 404 and stale may be another entity's fault, so they are left out.
    """
    operations = [
        (operation, match) for operation in history if (match := _ENTITY.search(operation.path.split("?")[0]))
    ]
    owners = {
        operation.response["externalId"]: operation.response["id"]
        for operation, _ in operations
        if operation.outcome == "ok" and _is_entity(operation.response) and operation.response.get("externalId")
    }
    steps: dict[str, list[Step]] = defaultdict(list)
    for operation, match in operations:
        entity_id = match["id"]
        step = _READERS.get(operation.method, _ignored)(operation) if _constrains(operation, entity_id) else None
        if step is not None and step.kind == "create":
            entity_id = _created_id(operation, owners)
        if entity_id is not None and step is not None:
            steps[entity_id].append(step)
    return dict(steps)


def _created_id(operation: Operation, owners: dict[str, str]) -> str | None:
    if operation.outcome == "ok":
        return str(operation.response["id"])
    return owners.get((operation.body or {}).get("externalId", ""))


def _constrains(operation: Operation, entity_id: str | None) -> bool:
    if operation.method == "GET" and entity_id is None:
        return False  # a listing is a view of many entities
    if operation.outcome != "fail" or operation.status == 404:
        return True
    return isinstance(operation.response, dict) and operation.response.get("code") == STALE


def _is_entity(body: Any) -> bool:
    return isinstance(body, dict) and "id" in body and "version" in body


def _ignored(_operation: Operation) -> None:
    return None


def _read(operation: Operation) -> Step:
    return Step(operation.call, _end(operation), "read", result=_result(operation))


def _put(operation: Operation) -> Step:
    body = operation.body or {}
    value = _value(operation, body)
    return Step(operation.call, _end(operation), "put", body.get("version", 0), value, _result(operation))


def _create(operation: Operation) -> Step:
    value = _value(operation, operation.body or {})
    return Step(operation.call, _end(operation), "create", 0, value, _result(operation))


_READERS: dict[str, Callable[[Operation], Step | None]] = {"GET": _read, "PUT": _put, "POST": _create}


def _end(operation: Operation) -> float:
    return math.inf if operation.outcome == "unknown" or operation.returned is None else operation.returned


def _result(operation: Operation) -> Result:
    if operation.outcome == "ok":
        return operation.response["version"], _value(operation, operation.response)
    if operation.outcome == "unknown":
        return None
    return "absent" if operation.status == 404 else "refused"


def _value(operation: Operation, body: dict[str, Any]) -> str:
    """What a body means, with the defaults of its kind."""
    claim = CLAIMS["group" if "/users/groups" in operation.path else "user"]
    return json.dumps(meaning(claim, body), sort_keys=True)
