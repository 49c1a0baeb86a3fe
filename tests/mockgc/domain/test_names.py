"""How names and e-mail addresses are compared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.domain.names import folded_email, folded_name, spoken

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30)


@given(TEXT)
def test_names_are_compared_as_the_specification_writes_it(name: str) -> None:
    nfkc = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).casefold())
    assert folded_name(name) == nfkc


@pytest.mark.parametrize("same", ["  SUPPORT ", "ｓｕｐｐｏｒｔ", "Support\u00a0", "ſupport"])
def test_names_that_people_would_call_the_same_are(same: str) -> None:
    assert folded_name(same) == folded_name("Support")


def test_blanks_inside_of_a_name_tell_names_apart() -> None:
    assert folded_name("Support EMEA") != folded_name("SupportEMEA")


def test_e_mail_addresses_differ_by_more_than_case() -> None:
    assert folded_email("Ada@Example.com") == folded_email("ada@example.COM")
    assert folded_email("ada@example.com") != folded_email("ada.@example.com")


def test_kinds_are_spoken_in_words() -> None:
    assert [spoken(kind) for kind in ("user", "scheduleTemplate")] == ["user", "schedule template"]
