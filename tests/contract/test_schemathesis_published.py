"""
Schemathesis over the published family, in process: no undocumented status, no answer against its schema, no wrong data
accepted, no code that the operation does not declare.

Each request meets the same landscape. The default profile lays out the coverage phase for every operation at level
`behaviour` (of those with very wide bodies, for two), draws a request of each, and takes a sample of the others; the
long one takes every phase and every operation.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest

from tests.contract.published_world import (
    BEHAVING,
    SHAPES,
    WIDE_ONES,
    World,
    sample,
    world,
)
from tests.contract.schemathesis_run import Run
from tests.mockgc.resources.published_behaviour import CONTRACT

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
"""Hypothesis complains of long requests when it shows one; what is found is shown shortened."""
PARTS = 4
"""So that several workers share the operations."""
ALSO_WIDE = ("patchWorkforcemanagementManagementunit", "postWorkforcemanagementManagementunitWorkplans")
SHAPES_SAMPLED = 40
NARROW = [name for name in BEHAVING if name not in WIDE_ONES]
ENDLESS = frozenset(
    name for name in CONTRACT.entries if "DomainResourceConditionNode" in CONTRACT.needs(CONTRACT.operation(name))
    and CONTRACT.operation(name).body is not None and "role" in name.lower()
)  # fmt: skip
"""Roles hold conditions that hold conditions: the coverage phase lays out more than ten thousand requests for each."""


@cache
def shared() -> World:
    """One world: it is restored before each request."""
    return world()


def held(run: Run, names: Iterable[str], *phases: str) -> None:
    """Nothing was found, and everything was asked."""
    assert run.failures == [], f"{len(run.failures)} failures, the first: {run.failures[0]}"
    assert run.phases >= set(phases)
    asked = {f"{CONTRACT.entries[name].method} {CONTRACT.entries[name].path}" for name in names}
    assert run.asked.keys() == asked


@pytest.mark.parametrize("part", range(PARTS))
def test_every_behaviour_keeps_to_its_contract_whatever_is_laid_out(part: int) -> None:
    names = sorted([*NARROW, *ALSO_WIDE])[part::PARTS]
    run = shared().run(names, ["coverage"], 1)
    held(run, names, "coverage")
    assert len(run.accepted) > len(names) * 0.6, "most operations succeeded at least once"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_behaviour_keeps_to_its_contract_whatever_is_drawn(part: int) -> None:
    names = NARROW[part::PARTS]
    held(shared().run(names, ["examples", "fuzzing"], 1), names, "fuzzing")


def test_a_sample_of_the_others_keeps_to_its_contract() -> None:
    names = sample((name for name in SHAPES if name not in WIDE_ONES), SHAPES_SAMPLED, seed=7)
    run = shared().run(names, ["coverage"], 1)
    held(run, names, "coverage")
    assert len(run.accepted) == len(names), "without state nothing is missing"


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(20))
def test_every_operation_in_the_coverage_phase(part: int) -> None:
    names = sorted(CONTRACT.entries.keys() - ENDLESS)[part::20]
    held(shared().run(names, ["coverage"], 1), names, "coverage")


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(20))
def test_every_operation_drawn_many_times(part: int) -> None:
    names = sorted(CONTRACT.entries)[part::20]
    held(shared().run(names, ["examples", "fuzzing"], 25), names, "fuzzing")


@pytest.mark.nightly
def test_operations_after_each_other() -> None:
    fresh = world()
    run = fresh.run(CONTRACT.entries, ["stateful"], 200, fresh.app.wsgi_app)
    assert run.failures == []
    assert "stateful" in run.phases
    assert len(run.accepted) > 3


def test_the_operations_without_a_coverage_phase_are_few() -> None:
    assert ENDLESS < WIDE_ONES
    assert len(ENDLESS) == 5
    assert set(ALSO_WIDE) < WIDE_ONES
    assert len(WIDE_ONES & set(BEHAVING)) == 13


def test_no_published_operation_answers_without_a_token() -> None:
    land = shared().land
    http, codes = land.call.organisation.http, set()
    for name in CONTRACT.entries:
        operation = CONTRACT.operation(name)
        for header in ("", "Bearer forged"):
            answer = http.request(operation.method, operation.path, headers={"Authorization": header})
            codes.add((answer.status_code, answer.json()["code"] if answer.content else None))
    assert codes <= {(401, "authentication.required"), (401, "bad.credentials"), (401, None)}
