"""What a published kind says it refuses with is what the contract declares for the operation."""

from __future__ import annotations

from mockgc.contract.model import Contract
from mockgc.resources import registry


def test_every_refusal_is_declared_by_its_operation() -> None:
    contract = Contract.bundled()
    undeclared = [
        (name, refusal.status, refusal.code)
        for resource in registry()
        for name, behaviour in resource.behaviours.items()
        for refusal in behaviour.refusals
        if (refusal.status, refusal.code)
        not in {(answer.status, code) for answer in contract.operation(name).answers for code in answer.codes}
    ]
    assert undeclared == []
