"""Which declared success is sent, where an operation declares several, or one without a status: assumed throughout."""

from __future__ import annotations

from collections.abc import Mapping

from mockgc.contract.facts import Answer, Operation

_PREFERRED: Mapping[str, tuple[int, ...]] = {"POST": (201, 200, 202, 204)}
_OTHERWISE = (200, 204, 202)


def success(operation: Operation) -> Answer:
    """
    The declared success that is sent: 201 for a create, then 200.

    Clients expect the model under 200; a 201 that declares another one (planning groups: a service goal template) is
    taken for a slip of the vendor's.
    """
    by_status = {answer.status: answer for answer in operation.successes}
    if 200 in by_status and 201 in by_status and by_status[200].schema != by_status[201].schema:
        return by_status[200]
    for status in _PREFERRED.get(operation.method, _OTHERWISE):
        if status in by_status:
            return by_status[status]
    return next(iter(by_status.values()), Answer(204, None))


def status_sent(operation: Operation, answer: Answer) -> int:
    """The status of a declared success; where none is declared, 204 for a delete without a body and 200 otherwise."""
    return answer.status or (204 if answer.schema is None and operation.method == "DELETE" else 200)
