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


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["a", "b"], "is not one of: a, b"),
        ([str(n) for n in range(40)], "28, 29, ... (40 in all)"),
        (["Europe/Paris", *map(str, range(40))], "is not an IANA time zone such as Europe/Paris"),
    ],
)
def test_a_value_outside_of_an_enumeration_is_told_what_would_be_right(options: list[str], complaint: str) -> None:
    (found,) = Validator({"enum": options}, {}).violations("x")
    assert found.message.endswith(complaint)
