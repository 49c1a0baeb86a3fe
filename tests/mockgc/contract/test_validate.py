"""What a fast validator lets through and ours does not."""

from __future__ import annotations

import pytest

from mockgc.contract.model import Contract
from mockgc.contract.validate import Validator

METADATA = {"metadata": {"version": 1.0}}


def test_an_integral_float_is_found_behind_a_reference() -> None:
    validator = Validator(*Contract.bundled().resolved("UpdateWorkPlanRotationRequest", "request"))
    assert validator.violations({"metadata": {"version": 1}}) == []
    (found,) = validator.violations(METADATA)
    assert (found.field, found.given) == ("metadata.version", "1.0")


@pytest.mark.parametrize("name", ["WorkPlan", "UpdateBusinessUnitSettingsRequest"])
def test_it_is_found_for_each_kind_that_carries_metadata(name: str) -> None:
    found = Validator(*Contract.bundled().resolved(name, "request")).violations({"id": "1", **METADATA})
    assert [violation.field for violation in found] == ["metadata.version"]
