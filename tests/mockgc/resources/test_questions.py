"""What is asked by POST is answered as the contract says, and changes nothing that others read."""

from __future__ import annotations

import pytest

from tests.mockgc.resources.error_rows import filled
from tests.mockgc.resources.landscape import Landscape, landscape
from tests.mockgc.resources.questions import QUESTIONS


@pytest.fixture(scope="module")
def land() -> Landscape:
    return landscape()


@pytest.mark.parametrize("operation_id", QUESTIONS)
def test_a_question_is_answered_and_changes_nothing(land: Landscape, operation_id: str) -> None:
    before = len(land.call.organisation.commits())
    body = filled(QUESTIONS[operation_id], land)
    answer = land.call.attempt(operation_id, *land.path_ids(operation_id), json=body)
    assert answer.is_success, answer.text
    assert {row["kind"] for row in land.call.organisation.commits()[before:]} <= {"operation", "download"}
