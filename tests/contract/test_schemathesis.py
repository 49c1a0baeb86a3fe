"""
Schemathesis over the served OpenAPI document, in process, in all its phases.

What it cannot know is listed in `EXPECTED`, each with its reason and a request that shows it. No check is switched off;
that no operation answers without a token has a test of its own here (`BROKEN_PROBE`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.checkers import (
    matches_commits,
    no_lost_update,
    parse_commits,
    references_hold,
    unique_keys,
    version_steps,
)
from conformance.final_state import PATHS, collect
from tests.contract.dialect_app import dialect_app, target_in
from tests.contract.dialect_machine import Target
from tests.contract.schemathesis_run import PHASES, Finding, Run, engine_events

EXAMPLES_MAX = 3
"""A phase and operation; the state machine tests the semantics, this the contract."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A refusal of a request that the schema allows: the check that complains, and what the answer says."""

    check: str
    answer: re.Pattern[str]
    reason: str
    changes: dict[str, Any]
    """What makes a good import, or with `method` PUT a good replacement, one that the dialect refuses."""
    method: str = "POST"


EXAMPLE_ID = "5c0e1f2a-0000-4000-8001-00000000000"
"""How the document's examples name a template (1), a user (2) and a group (3)."""
WEEK: dict[str, Any] = {
    "groupId": "g",
    "scheduleTemplateId": "t",
    "weekDate": "2026-11-30",
    "agents": [{"userId": "u", "shifts": []}],
}
EXPECTED = (
    Expected(
        "positive_data_acceptance",
        re.compile(r": -?[0-9.e+]+ is not an integer"),
        "JSON Schema takes 1.0 for an integer; the dialect does not",
        {"version": 1.0},
    ),
    Expected(
        "positive_data_acceptance",
        re.compile(r"weekDate .* is not a Monday|is not in the week of|is not a date|is not an instant"),
        "a schema cannot say that a date is a Monday, nor that a shift starts inside the week",
        {"weekDate": "2026-12-01"},
    ),
    Expected(
        "positive_data_acceptance",
        re.compile(r"each user comes once in a batch"),
        "a schema cannot say that items differ in one member",
        {"agents": [{"userId": "u", "shifts": []}] * 2},
    ),
    Expected(
        "positive_data_acceptance",
        re.compile(r"is '[^']+' for good, not"),
        "a schema cannot know the group, template and week that a stored schedule keeps",
        {"weekDate": "2026-12-07", "version": 1},
        "PUT",
    ),
)


def is_excused(finding: Finding) -> bool:
    """Whether one of `EXPECTED` says why."""
    return any(each.check == finding.check and each.answer.search(finding.answer) for each in EXPECTED)


def known_week(target: Target) -> dict[str, Any]:
    """Create a template, a user, a group and a week of it, as the document's examples pretend; answers the schedule."""
    zone = {"timeZone": "Europe/Paris"}
    template = target.send("POST", PATHS["scheduleTemplate"], {"name": "Known", **zone}).json()["id"]
    user = target.send("POST", PATHS["user"], {"name": "Known", "email": "known@example.com", **zone}).json()["id"]
    group = {"name": "Known", "scheduleTemplateId": template, "userIds": [user]}
    group_id = target.send("POST", PATHS["group"], group).json()["id"]
    agents = [{"userId": user, "shifts": []}]
    week = {**WEEK, "groupId": group_id, "scheduleTemplateId": template, "agents": agents}
    schedule = target.send("POST", PATHS["schedule"], week).json()["schedule"]
    return {**week, "id": schedule["id"]}


def contract_with_living_examples(target: Target) -> dict[str, Any]:
    """The served document, whose examples refer to entities that exist: only so can an import ever succeed."""
    week = known_week(target)
    text = json.dumps(target.get("/_mockgc/openapi.json", {"family": "wfm"}))
    known = (week["scheduleTemplateId"], week["agents"][0]["userId"], week["groupId"])
    for number, entity_id in enumerate(known, start=1):
        text = text.replace(f"{EXAMPLE_ID}{number}", entity_id)
    document: dict[str, Any] = json.loads(text)
    for operation in document["paths"][f"{PATHS['schedule']}/{{scheduleId}}"].values():
        operation["parameters"][0]["example"] = week["id"]
    return document


def test_every_answer_keeps_to_the_served_contract() -> None:
    app = dialect_app()
    target, run = target_in(app), Run(is_excused)
    document = contract_with_living_examples(target)
    for event in engine_events(document, target.app, target.token, examples_max=EXAMPLES_MAX):
        run.read(event)
    assert run.failures == []
    assert run.phases >= set(PHASES)
    assert len(run.accepted) == 20, f"operations that never succeeded: all but {sorted(run.accepted)}"
    log = parse_commits(target.get(f"/_mockgc/organisations/{target.organisation_id}/commits", {}))
    final = collect(target.get)
    assert version_steps(log) == no_lost_update(log) == matches_commits(final, log) == ()
    assert unique_keys(final) == references_hold(final) == ()


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected.reason)
def test_each_exclusion_has_a_cause(expected: Expected) -> None:
    target = target_in(dialect_app())
    week = known_week(target)
    path = PATHS["schedule"] + (f"/{week['id']}" if expected.method == "PUT" else "")
    answer = target.send(expected.method, path, {**week, **expected.changes})
    assert answer.status_code == 400
    assert expected.answer.search(answer.text)


@pytest.mark.parametrize(("token", "code"), [("", "authentication.required"), ("forged", "bad.credentials")])
def test_no_operation_answers_without_a_token_of_its_own(token: str, code: str) -> None:
    target = target_in(dialect_app())
    stranger = Target(target.app, target.organisation_id, token)
    paths = target.get("/_mockgc/openapi.json", {"family": "wfm"})["paths"]
    answers = [
        stranger.send(method.upper(), path.replace("{", "").replace("}", ""), {} if method in ("post", "put") else None)
        for path, operations in paths.items()
        for method in operations
    ]
    assert len(answers) >= 20
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, code)}
