"""An operation that ended in error without a word of why on the wire is explained like a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.scheduling import Desk, agent, change, desk, document
from tests.mockgc.resources.test_job_errors import failing

SHIFT = "2026-12-01T07:00:00Z"


def explained(at: Desk, context_id: str) -> dict[str, Any]:
    """The explanation of a request or an operation."""
    found: dict[str, Any] = at.call.organisation.http.get(f"/_mockgc/explain/{context_id}").json()
    return found


def starting(at: Desk) -> str:
    """The correlation id of the last request that was answered 202."""
    asked = at.call.organisation.http.get(f"/_mockgc/organisations/{at.call.organisation.id}/journal").json()
    return str([row["contextId"] for row in asked["entities"] if row["status"] == 202][-1])


def test_a_stale_document_is_explained_by_the_operation_and_by_the_request_that_started_it() -> None:
    at = desk()
    schedule = at.blank()
    at.update(schedule, change(1, agent(at.agents[0], SHIFT)))
    moved = starting(at)
    answer = at.update(schedule, change(1, agent(at.agents[1], SHIFT)))
    found = explained(at, answer["operationId"])
    assert (found["outcome"], found["rule"]["code"]) == ("failed", "wfm.transaction.conflict")
    assert (found["claimed"], found["current"]) == (1, 2)
    assert [row["contextId"] for row in found["commits"]] == [moved], "who moved the version"
    for part in (answer["operationId"], "accepted with 202", "ended in Error", "metadata.version", "next step", moved):
        assert part in found["text"]
    assert explained(at, starting(at)) == found


@pytest.mark.parametrize("seconds", [0, 10])
def test_an_operation_that_ends_under_a_later_request_is_explained_too(seconds: int) -> None:
    at = desk()
    at.call.organisation.switch(operation_seconds=seconds)
    answer = at.import_({"nothing": 1})
    if seconds:
        assert explained(at, answer["operationId"])["outcome"] == "accepted", "it goes on"
    at.call.organisation.advance(seconds)
    at.listed()
    found = explained(at, answer["operationId"])
    assert {row["fieldName"] for row in found["fields"]} == {"description", "weekCount"}
    assert "Nothing to do" not in found["text"]


def test_an_operation_that_was_told_to_fail_has_no_rule_and_is_not_called_accepted() -> None:
    at = desk(failing("postWorkforcemanagementBusinessunitWeekSchedulesImport"))
    found = explained(at, at.import_(document())["operationId"])
    assert (found["outcome"], found["operation"]["reason"], found["rule"]) == ("failed", "told to fail", None)
    assert "Nothing to do" not in found["text"]


def test_an_operation_that_did_its_work_is_an_accepted_request_and_an_unknown_id_is_404() -> None:
    at = desk()
    found = explained(at, at.import_(document())["operationId"])
    assert (found["outcome"], found["operation"]) == ("accepted", None)
    http = at.call.organisation.http
    for unknown in (at.unit, "no id"):
        assert http.get(f"/_mockgc/explain/{unknown}").status_code == 404


def test_an_agents_row_without_its_version_is_said_to_carry_none() -> None:
    at = desk()
    schedule = at.blank()
    at.update(schedule, change(1, agent(at.agents[0], SHIFT)))
    text = at.call.organisation.explain(at.update(schedule, change(2, agent(at.agents[0], SHIFT)))["operationId"])
    assert "carries no metadata.version, but is at version 1" in text
