"""Weekly patterns and their instants, over whole zones and years."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrator.time_zones import zone
from migrator.weekly import DAY, WEEK, Shift, from_intervals, instant, instants, overlap, template_shifts

ZONES = st.sampled_from(
    [
        "Europe/Paris",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Santiago",
        "UTC",
        "Africa/Cairo",
    ]
)
MONDAYS = st.integers(0, 156).map(lambda week: date(2025, 1, 6) + timedelta(weeks=week))
INTERVALS = st.lists(
    st.tuples(st.integers(0, WEEK - 1), st.integers(1, 2 * DAY)).map(lambda pair: (pair[0], min(WEEK, sum(pair)))),
    max_size=8,
)
SPRING, AUTUMN = date(2026, 3, 23), date(2026, 10, 19)
"""Weeks in which Paris changes its clock, on their Sundays."""


def minutes(intervals: list[tuple[int, int]]) -> set[int]:
    return {minute for start, end in intervals for minute in range(start, end)}


def covered(shifts: tuple[Shift, ...]) -> list[int]:
    return sorted((shift.start + DAY + offset) % WEEK for shift in shifts for offset in range(shift.length))


@given(INTERVALS)
def test_shifts_cover_the_minutes_of_their_intervals_each_once(intervals: list[tuple[int, int]]) -> None:
    assert covered(from_intervals(intervals)) == sorted(minutes(intervals))


@given(INTERVALS)
def test_shifts_of_business_hours_never_overlap_and_never_exceed_a_day(intervals: list[tuple[int, int]]) -> None:
    shifts = from_intervals(intervals)
    assert overlap(shifts) is None
    assert all(0 < shift.length <= DAY and 0 <= shift.start < WEEK for shift in shifts)


@given(INTERVALS, st.randoms(use_true_random=False))
def test_the_order_of_intervals_does_not_matter(intervals: list[tuple[int, int]], chance: object) -> None:
    shuffled = list(intervals)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert from_intervals(shuffled) == from_intervals(intervals)


def test_a_night_shift_of_two_touching_intervals_is_one_shift() -> None:
    assert from_intervals([(DAY + 1320, 2 * DAY), (2 * DAY, 2 * DAY + 360)]) == (Shift(1320, 480),)


def test_a_night_shift_across_the_end_of_zendesks_week_is_one_shift() -> None:
    assert from_intervals([(WEEK - 120, WEEK), (0, 360)]) == (Shift(WEEK - DAY - 120, 480),)


def test_an_interval_that_spans_days_is_split_after_a_day() -> None:
    """The vendor's own page shows 1980 to 3900 as an example: Monday 09:00 to Tuesday 17:00."""
    assert from_intervals([(1980, 3900)]) == (Shift(540, DAY), Shift(540 + DAY, 480))


@given(INTERVALS)
def test_the_targets_rows_say_the_same_as_the_pattern(intervals: list[tuple[int, int]]) -> None:
    shifts = from_intervals(intervals)
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    back = [
        Shift(days.index(day) * DAY + int(str(row["startTime"])[:2]) * 60 + int(str(row["startTime"])[3:]), length)
        for row in template_shifts(shifts)
        for day in row["days"]  # type: ignore[attr-defined]
        if isinstance(length := row["lengthMinutes"], int)
    ]
    assert tuple(sorted(back)) == shifts


@given(INTERVALS, ZONES, MONDAYS)
@example([(0, WEEK)], "Europe/Paris", SPRING)
@example([(0, WEEK)], "Europe/Paris", AUTUMN)
@example([(60, 150), (180, 240)], "Europe/Paris", SPRING - timedelta(days=7))
@example([(60, 150), (180, 240)], "Europe/Paris", SPRING)
def test_instants_start_inside_their_week_and_never_overlap(
    intervals: list[tuple[int, int]], name: str, monday: date
) -> None:
    shifts, rules = from_intervals(intervals), zone(name)
    first = list(instants(shifts, name, monday))
    for start, length, _ in first:
        local = start.astimezone(rules).date()
        assert monday <= local < monday + timedelta(days=7)
        assert 0 < length <= DAY
    both = [*first, *instants(shifts, name, monday + timedelta(days=7))]
    for (one, length, _), (other, _, _) in pairwise(both):
        assert one + timedelta(minutes=length) <= other


@given(ZONES, MONDAYS)
@example("Europe/Paris", SPRING)
@example("Europe/Paris", AUTUMN)
def test_a_week_without_pause_has_all_its_real_minutes(name: str, monday: date) -> None:
    rules = zone(name)
    ends = [instant(datetime.combine(monday + timedelta(days=days), time()), rules) for days in (0, 7)]
    elapsed = (ends[1] - ends[0]).total_seconds() / 60
    shifts = from_intervals([(0, WEEK)])
    worked = sum(length for _, length, _ in instants(shifts, name, monday))
    assert worked == elapsed


@pytest.mark.parametrize(("monday", "length"), [(SPRING, 420), (AUTUMN, 540), (date(2026, 11, 30), 480)])
def test_a_night_shift_follows_the_clock(monday: date, length: int) -> None:
    saturday_night = [Shift(5 * DAY + 1320, 480)]
    assert [found for _, found, _ in instants(saturday_night, "Europe/Paris", monday)] == [length]


def test_a_time_that_the_clock_skips_is_the_instant_at_which_it_jumps() -> None:
    assert instant(datetime(2026, 3, 29, 2, 30), zone("Europe/Paris")) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_is_its_first_occurrence() -> None:
    assert instant(datetime(2026, 10, 25, 2, 30), zone("Europe/Paris")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_shift_within_skipped_time_vanishes() -> None:
    assert list(instants([Shift(6 * DAY + 130, 30)], "Europe/Paris", SPRING)) == []


@given(st.lists(st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)), min_size=2), ZONES)
@example([datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 3, 0)], "Europe/Paris")
def test_wall_clock_times_keep_their_order_as_instants(times: list[datetime], name: str) -> None:
    moments = [instant(local, zone(name)) for local in sorted(times)]
    assert moments == sorted(moments)
