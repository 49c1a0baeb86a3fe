"""
Frozen records of a Zendesk account: the language between sources and mapping. Pure; no vendor JSON passes beyond here.

Rows are as the account has them, mess included: nothing is filtered, renamed or decided here. Sequences are in the
order of their ids, so that the order of a source's rows cannot change what comes after.

Source: the Zendesk Support API: users, groups, group_memberships, user_fields, business_hours/schedules and holidays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

FieldValue = str | int | float | bool | None | tuple[str, ...]
ROLES = ("end-user", "agent", "admin")
LIGHT_AGENT = 1
"""The `role_type` of a light agent."""


@dataclass(frozen=True, slots=True)
class Agent:
    """
    A row of `users`, an end user's too; which of them count as agents is the mapping's to say.

    Args:
        role: `end-user`, `agent` or `admin`.
        time_zone: a Rails display name such as `Copenhagen`, or an IANA name.
        iana_time_zone: the IANA twin, which wins when it is there.
        fields: values of custom user fields by key; a dropdown holds the option's value, a multiselect several.
        active: false for a deleted user.
    """

    id: int
    name: str
    email: str | None
    role: str
    external_id: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    time_zone: str | None = None
    iana_time_zone: str | None = None
    active: bool = True
    suspended: bool = False
    role_type: int | None = None
    default_group_id: int | None = None

    @property
    def is_light(self) -> bool:
        """Whether the agent may only read and comment."""
        return self.role_type == LIGHT_AGENT


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """A row of `groups`; names are not unique in Zendesk."""

    id: int
    name: str
    description: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """A row of `group_memberships`; `default` marks the agent's home group."""

    id: int
    user_id: int
    group_id: int
    default: bool = False


@dataclass(frozen=True, slots=True)
class UserField:
    """
    A row of `user_fields`.

    Args:
        options: values (not titles) of a dropdown or multiselect; a user may hold a value whose option is gone.
    """

    id: int
    key: str
    type: str
    options: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """
    A row of `business_hours/schedules`.

    Args:
        intervals: (start, end) in minutes since Sunday 00:00 in the schedule's own zone, 0 to 10080.
    """

    id: int
    name: str
    time_zone: str
    intervals: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Holiday:
    """
    A row of a schedule's `holidays`; both dates belong to it and are dates in the schedule's zone.

    Args:
        schedule_id: None where the export does not say; it then holds for all schedules.
    """

    id: int
    name: str
    first: date
    last: date
    schedule_id: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """All that was read of an account."""

    agents: tuple[Agent, ...] = ()
    groups: tuple[SourceGroup, ...] = ()
    memberships: tuple[Membership, ...] = ()
    user_fields: tuple[UserField, ...] = ()
    business_hours: tuple[BusinessHours, ...] = ()
    holidays: tuple[Holiday, ...] = ()
