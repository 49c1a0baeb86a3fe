"""An asynchronous operation that a fault engine tells to fail: `Request.job_error`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from mockgc import Settings, create_app
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Outcome, Request, View
from mockgc.resources import registry
from tests.mockgc.resources.published_behaviour import MOMENT
from tests.mockgc.resources.scheduling import SCHEDULES, desk, document
from tests.mockgc.resources.test_operations import operations


def told_to_fail(handle: Any) -> Any:
    """The rule as a fault engine would call it."""

    def handled(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        outcome: Outcome = handle(resource, operation, view, replace(request, job_error=True))
        return outcome

    return handled


def failing(operation_id: str) -> Flask:
    """An emulator where this operation is told to fail."""

    def changed(name: str, behaviour: Behaviour) -> Behaviour:
        return replace(behaviour, handle=told_to_fail(behaviour.handle)) if name == operation_id else behaviour

    resources = tuple(
        replace(resource, behaviours={name: changed(name, found) for name, found in resource.behaviours.items()})
        for resource in registry()
    )
    return create_app(Settings(seed=1, freeze=MOMENT), resources=resources)


@pytest.mark.parametrize("seconds", [0, 10])
def test_an_operation_that_is_told_to_fail_ends_in_a_bare_error_and_changes_nothing(seconds: int) -> None:
    at = desk(failing(f"post{SCHEDULES}sImport"))
    at.call.organisation.switch(operation_seconds=seconds)
    before = operations(at.call)
    answer = at.import_(document())
    assert set(answer) == {"status", "operationId"}
    assert answer["status"] == ("Processing" if seconds else "Error")
    at.call.organisation.advance(seconds)
    assert at.listed() == []
    assert operations(at.call) == [*before, "create", *(["update"] if seconds else [])]
