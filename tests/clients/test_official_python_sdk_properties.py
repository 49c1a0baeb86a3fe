"""
Whatever state the published family is in, the official Python SDK understands every answer in full: no field left out,
no enumeration turned into `outdated_sdk_version`. In process, so that many states can be drawn: what the SDK makes of
an answer is under test here, not its way there.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import httpx
import pytest
from flask import Flask
from hypothesis import given, settings

from tests.clients.official_sdk import PACKAGE, Raw, differences
from tests.mockgc.resources.error_rows import filled
from tests.mockgc.resources.landscape import BEHAVIOURS, landscape
from tests.mockgc.resources.machine import Machine, Step
from tests.mockgc.resources.published_behaviour import CONTRACT, Caller
from tests.mockgc.resources.questions import QUESTIONS
from tests.mockgc.resources.themes import THEMES, emulator, perform, steps_of

EXAMPLES = min(settings().max_examples * 3 // 25, 100)


def sdk_type(schema: Mapping[str, Any]) -> str:
    """What the SDK calls a model, or a list of it; empty for what is no model."""
    if "$ref" in schema:
        return str(schema["$ref"])
    inner = sdk_type(schema["items"]) if schema.get("type") == "array" else ""
    return f"list[{inner}]" if inner else ""


class Understood(Caller):
    """A caller that has the SDK read every accepted answer, and compares what it makes of it."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.sdk, self.read = importlib.import_module(PACKAGE).ApiClient("http://mockgc"), 0

    def attempt(self, operation_id: str, *ids: str, params: Any = None, json: Any = None) -> httpx.Response:
        """The answer, once it is known to be understood."""
        answer = super().attempt(operation_id, *ids, params=params, json=json)
        if answer.is_success and answer.content:
            self.understand(operation_id, answer)
        return answer

    def understand(self, operation_id: str, answer: httpx.Response) -> None:
        """
        Raises:
            AssertionError: the SDK drops or changes something.
        """
        schemas = {found.status: found.schema for found in CONTRACT.operation(operation_id).answers}
        declared = schemas.get(answer.status_code, schemas.get(None))
        name = sdk_type(declared) if declared is not None else ""
        if not name:
            return
        made = self.sdk.deserialize(Raw(answer.text), name)
        found = list(differences(json.loads(answer.text), self.sdk.sanitize_for_serialization(made)))
        assert found == [], f"{operation_id} as {name}: {found[:5]}"
        self.read += 1


@pytest.fixture
def _sdk(missing_service: Callable[[str], None]) -> None:
    if find_spec(PACKAGE) is None:
        missing_service(f"the official SDK is not installed: pip install {PACKAGE}")


@pytest.mark.usefixtures("_sdk")
@pytest.mark.parametrize("theme", THEMES)
def test_every_answer_is_understood_in_full_whatever_was_done_before(theme: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(steps_of(theme))
    def understood(steps: list[Step]) -> None:
        machine = Machine(emulator(), Understood)
        perform(machine, theme, steps)
        assert isinstance(machine.call, Understood)
        assert machine.call.read > 0

    understood()


@pytest.mark.usefixtures("_sdk")
def test_every_read_of_an_organisation_with_one_of_everything_is_understood_in_full() -> None:
    land, reader = landscape(), Understood(emulator())
    refused = []
    for name in BEHAVIOURS:
        if CONTRACT.operation(name).method == "GET":
            answer = land.send(name)
            if answer.is_success and answer.content:
                reader.understand(name, answer)
            elif answer.is_error:
                refused.append(name)
    for name, question in QUESTIONS.items():
        answer = land.send(name, json=filled(question, land))
        assert answer.is_success, f"{name}: {answer.text}"
        reader.understand(name, answer)
    assert refused == ["getUsersMe", "getRoutingQueuesMe"]  # what is asked about the caller, who is a client


@pytest.mark.usefixtures("_sdk")
@pytest.mark.parametrize("change", [{"shoeSize": 43}, {"state": "astonished"}])
def test_a_field_or_a_value_that_the_sdk_does_not_know_is_noticed(change: dict[str, Any]) -> None:
    caller = Understood(emulator())
    division = caller("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})["id"]
    body = {"name": "Ada", "email": "ada@example.com", "divisionId": division}
    made = caller("postUsers", json=body)
    with pytest.raises(AssertionError, match=next(iter(change))):
        caller.understand("postUsers", httpx.Response(200, json={**made, **change}))
