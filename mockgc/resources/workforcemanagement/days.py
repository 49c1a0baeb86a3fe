"""Dates and moments of requests, kept where arithmetic on them cannot overflow, also by all minutes of an int32."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from mockgc.domain import errors
from mockgc.domain.errors import Violation, WfmError

YEARS = range(1900, 3000)


def day(text: str, field: str) -> date:
    """
    A date that the contract has found to be one.

    Raises:
        WfmError: 400 invalid.date, a year that no calendar here reaches (assumed).
    """
    found = date.fromisoformat(text)
    if found.year not in YEARS:
        message = f"{field}: {text!r} is not within {YEARS[0]} to {YEARS[-1]}"
        raise WfmError([Violation(errors.INVALID_DATE, message, field, given=text)])
    return found


def moment(text: str, field: str) -> datetime:
    """
    A date-time that the contract has found to be one, in UTC.

    Raises:
        WfmError: 400 invalid.date, a year that no calendar here reaches (assumed).
    """
    try:
        found = datetime.fromisoformat(text).astimezone(UTC)
        is_reached = found.year in YEARS
    except (ValueError, OverflowError):
        is_reached = False
    if not is_reached:
        message = f"{field}: {text[:200]!r} is no moment within {YEARS[0]} to {YEARS[-1]}"
        raise WfmError([Violation(errors.INVALID_DATE, message, field, given=text[:200])])
    return found


def runs(days: Iterable[str]) -> list[tuple[date, date]]:
    """The first and the last day of each run of days that follow each other."""
    found: list[tuple[date, date]] = []
    for at in sorted(map(date.fromisoformat, days)):
        if found and at <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found
