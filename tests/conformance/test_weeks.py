"""Weeks, shifts and zones as the model understands them."""

from __future__ import annotations

import pytest

from conformance.weeks import fits, is_monday, outside, overlapping, shifts


@pytest.mark.parametrize(
    ("zone", "template", "fit"),
    [
        ("Europe/Brussels", "Europe/Paris", True),
        ("Europe/London", "Europe/Paris", False),
        ("Etc/UTC", "Europe/Paris", False),
        ("Etc/UTC", "Europe/London", False),
        ("Asia/Kolkata", "Asia/Kolkata", True),
    ],
)
def test_a_zone_fits_when_its_offsets_do(zone: str, template: str, fit: bool) -> None:
    assert fits(zone, template) is fit


def test_equal_instants_mean_the_same_shift() -> None:
    paris = [{"start": "2026-11-30T08:00:00+01:00", "lengthMinutes": 60, "activityCode": None}]
    assert shifts(paris) == shifts([{"start": "2026-11-30T07:00:00Z", "lengthMinutes": 60}])


@pytest.mark.parametrize(
    ("start", "is_outside"),
    [
        ("2026-11-29T22:59:00Z", True),
        ("2026-11-29T23:00:00Z", False),
        ("2026-12-06T22:59:00Z", False),
        ("2026-12-06T23:00:00Z", True),
    ],
)
def test_a_week_begins_and_ends_at_local_midnight(start: str, is_outside: bool) -> None:
    body = {"weekDate": "2026-11-30", "agents": [{"userId": "u", "shifts": [{"start": start, "lengthMinutes": 60}]}]}
    assert bool(outside(body, "Europe/Paris")) is is_outside


def test_touching_shifts_do_not_overlap_and_meeting_ones_do() -> None:
    first, touching = {"start": "2026-11-30T07:00:00Z", "lengthMinutes": 60}, "2026-11-30T08:00:00Z"
    assert overlapping([first, {"start": touching, "lengthMinutes": 60}], []) == []
    assert overlapping([first, {"start": "2026-11-30T07:59:00Z", "lengthMinutes": 60}], []) == [1]
    assert overlapping([first], [(touching.replace("Z", "+00:00"), 60, "")]) == []
    assert overlapping([first], [("2026-11-30T06:01:00+00:00", 60, "")]) == [0]


def test_weeks_begin_on_mondays() -> None:
    assert is_monday("2026-11-30")
    assert not is_monday("2026-12-01")
