"""The promises that conformance states by itself are those the emulator's registry declares: drift is seen."""

from __future__ import annotations

import pytest

from conformance.claims import CLAIMS, PRECEDENCE, Claim
from mockgc.domain.resource import Resource
from mockgc.resources.wfm_dialect import RESOURCES as DIALECT
from mockgc.resources.wfm_dialect import codes

RESOURCES = {resource.kind: resource for resource in DIALECT}
SPELLINGS = ("Ann", "ANN", " ann ", "ﬁve", "Straße", "STRASSE", "x:1", "É")
PAIRS = [pytest.param(claim, RESOURCES[kind], id=kind) for kind, claim in CLAIMS.items()]


def test_both_sides_know_the_same_kinds() -> None:
    assert set(CLAIMS) == set(RESOURCES)


@pytest.mark.parametrize(("claim", "resource"), PAIRS)
def test_paths_agree(claim: Claim, resource: Resource) -> None:
    assert claim.path == resource.path


@pytest.mark.parametrize(("claim", "resource"), PAIRS)
def test_unique_keys_agree_in_field_code_and_scope(claim: Claim, resource: Resource) -> None:
    stated = {(unique.field, unique.code, unique.scope) for unique in claim.unique}
    assert stated == {(unique.field, unique.code.code, unique.scope) for unique in resource.unique}


@pytest.mark.parametrize(("claim", "resource"), PAIRS)
@pytest.mark.parametrize("a", SPELLINGS)
def test_unique_keys_call_the_same_spellings_equal(claim: Claim, resource: Resource, a: str) -> None:
    declared = {unique.field: unique.normalise for unique in resource.unique}
    for unique in claim.unique:
        fold, normalise = unique.fold, declared[unique.field]
        assert [fold(a) == fold(b) for b in SPELLINGS] == [normalise(a) == normalise(b) for b in SPELLINGS]


@pytest.mark.parametrize(("claim", "resource"), PAIRS)
def test_references_agree(claim: Claim, resource: Resource) -> None:
    stated = {(reference.at, reference.to) for reference in claim.references}
    assert stated == {(reference.at, reference.to) for reference in resource.references}


@pytest.mark.parametrize(("claim", "resource"), PAIRS)
def test_required_fields_and_filters_agree(claim: Claim, resource: Resource) -> None:
    assert set(claim.required) == set(resource.schema["required"])
    assert set(claim.filters) == {filtered.field for filtered in resource.filters}


@pytest.mark.parametrize(("claim", "resource"), PAIRS)
def test_what_moves_along_agrees(claim: Claim, resource: Resource) -> None:
    assert (claim.moves is not None) == (resource.also_moves is not None)


def test_conflicts_are_reported_in_the_same_order() -> None:
    assert [code.code for code in codes.ALL] == list(PRECEDENCE)
