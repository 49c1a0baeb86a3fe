"""
From rows to records: one function a collection; every value is checked and a bad one named with file and line.

Unknown keys are ignored, because the vendor adds some every year. Optional keys may be missing or null.

Source: the Zendesk Support API (users, groups, group memberships, user fields, business hours, holidays).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from migrator.records import (
    ROLES,
    Agent,
    BusinessHours,
    FieldValue,
    Holiday,
    Membership,
    SourceGroup,
    UserField,
)
from migrator.sources.rows import Row

_WEEK_MINUTES = 10080


def agent(row: Row) -> Agent:
    """A row of `users`."""
    role = text(row, "role") or ""
    if role not in ROLES:
        row.refuse("role", f"is {row.body.get('role')!r}; expected one of {', '.join(ROLES)}")
    email = text(row, "email")
    return Agent(
        id=identity(row),
        name=text(row, "name") or "",
        email=email.strip() or None if email else None,
        role=role,
        external_id=text(row, "external_id") or None,
        tags=_tags(row),
        fields=_fields(row),
        time_zone=text(row, "time_zone") or None,
        iana_time_zone=text(row, "iana_time_zone") or None,
        active=flag(row, "active", default=True),
        suspended=flag(row, "suspended"),
        role_type=integer(row, "role_type"),
        default_group_id=integer(row, "default_group_id"),
    )


def group(row: Row) -> SourceGroup:
    """A row of `groups`."""
    return SourceGroup(
        identity(row), required(row, "name"), text(row, "description") or "", flag(row, "deleted")
    )  # fmt: skip


def membership(row: Row) -> Membership:
    """A row of `group_memberships`."""
    return Membership(
        identity(row), identity(row, "user_id"), identity(row, "group_id"), flag(row, "default")
    )  # fmt: skip


def user_field(row: Row) -> UserField:
    """A row of `user_fields`; users say `dropdown` where tickets say `tagger`, both are taken."""
    options = row.body.get("custom_field_options") or []
    if not isinstance(options, list) or not all(
        isinstance(option, dict) and isinstance(option.get("value"), str) for option in options
    ):
        row.refuse("custom_field_options", 'is no list of objects with a "value"')
    values = tuple(option["value"] for option in options)
    return UserField(identity(row), required(row, "key"), required(row, "type"), values, flag(row, "active", True))


def business_hours(row: Row) -> BusinessHours:
    """A row of `schedules`."""
    intervals = row.body.get("intervals") or []
    if not isinstance(intervals, list):
        row.refuse("intervals", f'is {intervals!r}; expected a list of {{"start_time", "end_time"}}')
    found = tuple(_interval(row, index, interval) for index, interval in enumerate(intervals))
    return BusinessHours(identity(row), required(row, "name"), required(row, "time_zone"), found)


def holiday(row: Row) -> Holiday:
    """A row of `holidays`; one stored page of the vendor's calls the dates `start_time` and `end_time`."""
    first = _date(row, "start_date", "start_time")
    last = _date(row, "end_date", "end_time")
    if last < first:
        row.refuse("end_date", f"is {last}, before start_date {first}")
    return Holiday(identity(row), text(row, "name") or "", first, last, integer(row, "schedule_id"))


def identity(row: Row, field: str = "id") -> int:
    """A positive integer that must be there."""
    value = integer(row, field)
    if value is None or value < 1:
        row.refuse(field, f"is {value!r}; expected a positive integer")
    return value


def integer(row: Row, field: str) -> int | None:
    """An integer, or None when it is missing or null."""
    value = row.body.get(field)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        row.refuse(field, f"is {value!r}; expected an integer or null")
    return value


def text(row: Row, field: str) -> str | None:
    """A string, or None when it is missing or null."""
    value = row.body.get(field)
    if value is not None and not isinstance(value, str):
        row.refuse(field, f"is {value!r}; expected a string or null")
    if value is not None and any("\ud800" <= char <= "\udfff" for char in value):
        row.refuse(field, f"is {value!r}, which holds half a character (a lone surrogate); expected well-formed text")
    return value


def required(row: Row, field: str) -> str:
    """A string that must be there; it may be blank."""
    value = text(row, field)
    if value is None:
        row.refuse(field, "is missing; expected a string")
    return value


def flag(row: Row, field: str, default: bool = False) -> bool:
    """True or false; missing and null are the default."""
    value = row.body.get(field)
    if value is not None and not isinstance(value, bool):
        row.refuse(field, f"is {value!r}; expected true or false")
    return default if value is None else value


def _tags(row: Row) -> tuple[str, ...]:
    tags = row.body.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        row.refuse("tags", f"is {tags!r}; expected a list of strings")
    return tuple(sorted(set(tags)))


def _fields(row: Row) -> dict[str, FieldValue]:
    fields = row.body.get("user_fields") or {}
    if not isinstance(fields, dict):
        row.refuse("user_fields", f"is {fields!r}; expected an object of values by field key")
    return {key: _field(row, key, fields[key]) for key in sorted(fields)}


def _field(row: Row, key: str, value: Any) -> FieldValue:
    if value is None or isinstance(value, str | int | float):
        return value
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        row.refuse(f"user_fields.{key}", f"is {value!r}; expected text, a number, true, false, null or a list of texts")
    return tuple(sorted(value))


def _interval(row: Row, index: int, interval: Any) -> tuple[int, int]:
    field = f"intervals[{index}]"
    if not isinstance(interval, dict):
        row.refuse(field, f'is {interval!r}; expected {{"start_time", "end_time"}}')
    start, end = interval.get("start_time"), interval.get("end_time")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= _WEEK_MINUTES:
        row.refuse(
            field,
            f"is {start!r} to {end!r}; expected minutes since Sunday 00:00, 0 <= start_time < end_time <= 10080",
        )
    return start, end


def _date(row: Row, *names: str) -> date:
    value = next((found for name in names if (found := text(row, name)) is not None), None)
    try:
        return datetime.fromisoformat(value or "").date()
    except ValueError:
        row.refuse(names[0], f"is {value!r}; expected a date such as 2026-12-25")
