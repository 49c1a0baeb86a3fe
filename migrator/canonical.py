"""
One form for equal values, so that everything after this module compares with `==`.

Source: the dialect's common rules: null equals absent, lists that are sets compare as sets, names are compared as
NFKC(casefold(NFKC(strip(x)))) and stored as sent; schedules answer instants in UTC.

An entity is split in two: its own fields, and its members (a group's users, a schedule's agents), which are sets that
grow together instead of replacing each other. A member's row is `{"member": true}` in a group and `{"shifts": [...]}`
in a schedule.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from migrator.desired import Kind, Ref

Value = Any
"""JSON, or a `Ref` in the place of an id."""
Fields = Mapping[str, Value]
Row = Mapping[str, Value]

WRITABLE: Mapping[Kind, tuple[str, ...]] = {
    "user": ("name", "email", "externalId", "timeZone", "active"),
    "scheduleTemplate": ("name", "externalId", "description", "timeZone", "shifts"),
    "group": ("name", "externalId", "description", "scheduleTemplateId"),
    "schedule": ("groupId", "scheduleTemplateId", "weekDate", "externalId"),
}
MEMBER: Row = {"member": True}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHIFT_FIELDS = ("days", "startTime", "start", "lengthMinutes", "activityCode")


def own_fields(kind: Kind, body: Fields) -> dict[str, Value]:
    """The writable fields of a body without its members; what is null is left out."""
    found = {name: body[name] for name in WRITABLE[kind] if body.get(name) is not None}
    if kind == "scheduleTemplate" and "shifts" in found:
        found["shifts"] = sorted(map(_pattern, found["shifts"]), key=_pattern_order)
    return found


def members(kind: Kind, body: Fields) -> dict[Value, Row]:
    """Row by user id (or `Ref`); empty for kinds without members and for a listing's summary of a schedule."""
    if kind == "group":
        return dict.fromkeys(body.get("userIds") or (), MEMBER)
    if kind == "schedule":
        return {agent["userId"]: week(agent["shifts"]) for agent in body.get("agents") or ()}
    return {}


def week(shifts: Any) -> Row:
    """An agent's row in a schedule: instants in UTC, in order."""
    return {"shifts": sorted(map(_shift, shifts), key=lambda shift: (shift["start"], shift["lengthMinutes"]))}


def folded_name(name: str) -> str:
    """Names that the target takes for the same one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).casefold())


def _pattern(shift: Fields) -> dict[str, Value]:
    found = _present(shift)
    return {**found, "days": [day for day in _DAYS if day in found["days"]]}


def _pattern_order(shift: Fields) -> tuple[list[int], str, int, str]:
    days = [_DAYS.index(day) for day in shift["days"]]
    return days, shift["startTime"], shift["lengthMinutes"], shift.get("activityCode", "")


def _shift(shift: Fields) -> dict[str, Value]:
    return {**_present(shift), "start": instant(shift["start"])}


def _present(shift: Fields) -> dict[str, Value]:
    return {name: shift[name] for name in _SHIFT_FIELDS if shift.get(name) is not None}


def instant(text: str) -> str:
    """
    A date-time with an offset as the target answers it: UTC with `Z`.

    Raises:
        ValueError: it has no offset; 08:00 somewhere is not an instant.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset, so it names no instant")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def with_ids(value: Value, ids: Mapping[Ref, str]) -> Value:
    """The value with each `Ref` replaced by the id it stands for; raises KeyError for one that has none."""
    if isinstance(value, Ref):
        return ids[value]
    if isinstance(value, Mapping):
        return {name: with_ids(part, ids) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [with_ids(part, ids) for part in value]
    return value
