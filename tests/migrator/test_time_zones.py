"""Names of zones and the question whether two keep the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.time_zones import RAILS, fits, iana, known_zones, offsets, zone


def test_every_rails_name_stands_for_a_zone_of_tzdata() -> None:
    assert {name: zone for name, zone in RAILS.items() if zone not in known_zones()} == {}


def test_the_table_has_all_names_of_rails() -> None:
    assert len(RAILS) >= 150


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Copenhagen", "Europe/Copenhagen"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("Edinburgh", "Europe/London"),
        ("New Delhi", "Asia/Kolkata"),
        ("Kyiv", "Europe/Kyiv"),
        ("Greenland", "America/Nuuk"),
        ("Astana", "Asia/Almaty"),
        (" Paris ", "Europe/Paris"),
        ("America/New_York", "America/New_York"),
        ("Europe/Kiev", "Europe/Kiev"),
        ("Atlantis", None),
        ("../Paris", None),
    ],
)
def test_names_of_the_source_become_iana_names(name: str, expected: str | None) -> None:
    assert iana(name) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Europe/Brussels", "Europe/Paris", True),
        ("Europe/London", "Europe/Paris", False),
        ("UTC", "Europe/Paris", False),
        ("UTC", "Europe/London", False),
        ("Europe/Kiev", "Europe/Kyiv", True),
        ("America/Phoenix", "America/Denver", False),
    ],
)
def test_zones_fit_when_their_offsets_agree_for_two_years(one: str, other: str, expected: bool) -> None:
    assert fits(one, other, 2026) is expected


@given(st.sampled_from(sorted(RAILS.values())), st.integers(0, 2 * 365 * 24 * 60 - 1))
def test_the_list_of_offsets_agrees_with_the_zone_at_every_minute(name: str, minute: int) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    listed = [offset for since, offset in offsets(name, 2026) if since <= moment]
    assert listed[-1] == moment.astimezone(zone(name)).utcoffset()


def test_an_unknown_zone_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="'Atlantis' is no IANA time zone"):
        zone("Atlantis")
