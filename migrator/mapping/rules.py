"""
What a mapping file says, as values. Pure; `loading` reads and checks it.

Keys of a mapping file are these fields in the file's own words; the bundled `default.yaml` shows and explains them all.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from migrator.weekly import Shift

Unmapped = Literal["loss", "decide", "ignore"]
AGENT = "agent"
"""As a template's time zone: the one of `time_zones.templates_in` that fits the agent's."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """The planned weeks: `count` of them from a Monday on."""

    first: date
    count: int = 1

    def mondays(self) -> tuple[date, ...]:
        """The first day of each."""
        return tuple(self.first + timedelta(weeks=index) for index in range(self.count))


@dataclass(frozen=True, slots=True)
class AgentRules:
    """Which users count as agents. Only live ones with an e-mail address ever do."""

    roles: frozenset[str] = frozenset({"agent", "admin"})
    include_light: bool = False
    include_suspended: bool = False
    exclude: frozenset[int] = frozenset()
    duplicate_external_id: Literal["decide", "use_zendesk_id"] = "decide"


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """
    Args:
        names: zone names of the source that are neither Rails nor IANA -> IANA.
        unknown: IANA zone for an agent whose zone nothing maps; None asks.
        templates_in: zones that templates are made in; an agent gets the first that fits.
        unlisted: an agent that none fits gets a template in the agent's `own` zone, or somebody is asked.
    """

    names: MappingOf[str, str] = field(default_factory=dict)
    unknown: str | None = None
    templates_in: tuple[str, ...] = ()
    unlisted: Literal["own", "decide"] = "own"


@dataclass(frozen=True, slots=True)
class GroupRules:
    """
    Args:
        name: pattern with {group} and {template}.
        names: other names by Zendesk group id.
        suffix_all: whether any groups of one name get their id as a suffix; else only those named in `suffixed`.
        suffixed: folded names whose groups get their id as a suffix.
        without_group: name of the group for agents that have none; None asks.
    """

    name: str = "{group} / {template}"
    names: MappingOf[int, str] = field(default_factory=dict)
    exclude: frozenset[int] = frozenset()
    suffix_all: bool = False
    suffixed: frozenset[str] = frozenset()
    without_group: str | None = None
    secondary_memberships: Literal["member", "loss"] = "member"


@dataclass(frozen=True, slots=True)
class TemplateRule:
    """
    Args:
        key: names the template in this file and in the target's externalId.
        time_zone: IANA, or `agent`, or None for the zone of the business hours.
        shifts: the weekly pattern; None takes it from the business-hours schedule called `schedule`.
    """

    key: str
    name: str
    description: str | None = None
    time_zone: str | None = AGENT
    shifts: tuple[Shift, ...] | None = None
    schedule: str | None = None


@dataclass(frozen=True, slots=True)
class AssignRule:
    """One line of `assign.rules`: a tag, or a field's value, or a group's name, and the template it stands for."""

    template: str
    tag: str | None = None
    field: str | None = None
    value: str | None = None
    group: str | None = None

    def __str__(self) -> str:
        if self.tag is not None:
            return f"tag {self.tag!r}"
        return f"group {self.group!r}" if self.group is not None else f"field {self.field} = {self.value!r}"


@dataclass(frozen=True, slots=True)
class AssignRules:
    """
    Args:
        contradictions: an agent whom the rules give several templates gets the `first` rule's, or somebody is asked.
        otherwise: template of agents whom no rule gives one; None asks.
    """

    rules: tuple[AssignRule, ...] = ()
    contradictions: Literal["first", "decide"] = "decide"
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class UnmappedRules:
    """What to do with values that nothing maps."""

    tags: Unmapped = "loss"
    field_values: Unmapped = "decide"
    schedules: Unmapped = "loss"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file."""

    weeks: Weeks
    agents: AgentRules = AgentRules()
    time_zones: ZoneRules = ZoneRules()
    groups: GroupRules = GroupRules()
    templates: MappingOf[str, TemplateRule] = field(default_factory=dict)
    assign: AssignRules = AssignRules()
    unmapped: UnmappedRules = UnmappedRules()
    holidays: Literal["no_work", "ignore"] = "no_work"
    adopt: tuple[str, ...] = ()
