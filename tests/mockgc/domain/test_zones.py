"""Zone fit as the specification words it: equal UTC offsets at every instant of two years, or the same zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.domain.switches import Switches
from mockgc.domain.zones import canonical, fits, offsets, zone, zone_names

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ZONES = st.sampled_from(zone_names())


@pytest.mark.parametrize(
    ("member", "expected"),
    [("Europe/Brussels", True), ("Europe/Paris", True), ("Europe/London", False), ("UTC", False), ("Etc/GMT-1", False)],
)
def test_the_specifications_examples_of_zones_that_fit_paris(member: str, expected: bool) -> None:
    assert fits(member, "Europe/Paris", NOW, Switches()) is expected


def test_utc_does_not_fit_london_although_they_agree_in_winter() -> None:
    assert not fits("UTC", "Europe/London", NOW, Switches())


@given(ZONES, st.integers(1970, 2037))
def test_the_offsets_of_a_year_are_those_of_the_zone_at_every_hour(name: str, year: int) -> None:
    steps = offsets(name, year)
    for day in range(0, 730, 7):
        moment = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=day % 24)
        current = [offset for since, offset in steps if since <= moment][-1]
        assert current == moment.astimezone(zone(name)).utcoffset()


@given(ZONES, ZONES)
def test_fit_is_symmetric_and_the_same_zone_always_fits(one: str, other: str) -> None:
    switches = Switches()
    assert fits(one, other, NOW, switches) == fits(other, one, NOW, switches)
    assert fits(one, one, NOW, switches)


@given(ZONES, ZONES)
def test_exact_fit_implies_fit_by_offsets(one: str, other: str) -> None:
    if fits(one, other, NOW, Switches(zone_fit="exact")):
        assert fits(one, other, NOW, Switches())


def test_an_alias_is_its_zone_under_exact_and_brussels_is_not_paris() -> None:
    exact = Switches(zone_fit="exact")
    assert canonical("US/Eastern") == "America/New_York"
    assert fits("US/Eastern", "America/New_York", NOW, exact)
    assert not fits("Europe/London", "Europe/Paris", NOW, exact)


def test_the_years_are_the_emulators_clocks() -> None:
    # Until 2016 Istanbul kept the offsets of Athens; since then it stays at +03:00 all year.
    assert fits("Europe/Istanbul", "Europe/Athens", datetime(2008, 6, 1, tzinfo=UTC), Switches())
    assert not fits("Europe/Istanbul", "Europe/Athens", NOW, Switches())


def test_a_name_that_is_no_zone_is_none() -> None:
    with pytest.raises(KeyError):
        zone("Mars/Olympus")
