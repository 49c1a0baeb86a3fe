"""The coverage page is true."""

from __future__ import annotations

from pathlib import Path

import mockgc.contract
from mockgc.contract.coverage import coverage
from mockgc.contract.model import Contract
from mockgc.resources import registry

PAGE = Path(mockgc.contract.__file__).with_name("COVERAGE.md")


def test_the_committed_page_is_what_the_code_says() -> None:
    made = coverage(Contract.bundled(), registry()).markdown() + "\n"
    assert PAGE.read_text("utf-8") == made, "write it anew: mockgc coverage --markdown > mockgc/contract/COVERAGE.md"


def test_no_operation_of_the_contract_is_left_out() -> None:
    rows = coverage(Contract.bundled(), registry()).rows
    assert {row.id for row in rows} == set(Contract.bundled().entries)
    assert all(row.level != "none" for row in rows)
