"""Dates of requests, kept where arithmetic on them cannot overflow."""

from __future__ import annotations

from datetime import date

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
