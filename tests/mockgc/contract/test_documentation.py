"""The committed documentation page says what the registry says."""

from __future__ import annotations

from pathlib import Path

import mockgc.resources.wfm_dialect as dialect
from mockgc.contract.documentation import page

PAGE = Path(dialect.__file__).with_name("README.md")


def current() -> str:
    return page("The `/api/v2/wfm` dialect", dialect.INTRODUCTION, dialect.RESOURCES)


def test_the_page_is_made_from_the_registry() -> None:
    assert PAGE.read_text("utf-8") == current(), f"write it anew: python -m {__name__}"


def test_every_rule_names_its_source() -> None:
    codes = {code for r in dialect.RESOURCES for operation in r.operations for code in operation.refusals}
    assert {code.code: code.source.grade for code in codes if not str(code.source)} == {}
    assert all(f"`{code.code}`" in current() and str(code.source) in current() for code in codes)


if __name__ == "__main__":
    PAGE.write_text(current(), "utf-8")
