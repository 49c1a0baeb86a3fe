"""Instants as whole microseconds: exact, comparable, and JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _STEP


def length(seconds: float) -> int:
    """Microseconds."""
    return round(seconds * SECOND)
