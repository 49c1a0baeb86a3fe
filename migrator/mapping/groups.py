"""
Groups: one in the target for each Zendesk group and template, because a group of the target has one template.

An agent works in its home group only (the default membership), so nobody is in two schedules of one week; in other
groups it is a member. A group's name and key depend on the Zendesk group and the template alone, so that runs over
different agents want the same groups and differ in members only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrator.canonical import folded_name
from migrator.desired import Desired, Ref
from migrator.mapping.names import DESCRIPTION_MAX, NAME_MAX, clean, cut, fitted
from migrator.mapping.notes import Notes, named
from migrator.mapping.rules import GroupRules
from migrator.mapping.rules import Mapping as Rules
from migrator.mapping.templates import Template
from migrator.mapping.users import Person
from migrator.records import Account, Membership, SourceGroup

_NOBODY = 0
"""Stands for the id of the group of those who have none; Zendesk's ids are positive."""


@dataclass(frozen=True, slots=True)
class Team:
    """A target group and those who work in it."""

    desired: Desired
    template: Template
    home: tuple[Person, ...]

    @property
    def ref(self) -> Ref:
        """For schedules."""
        return Ref("group", self.desired.key)


@dataclass(slots=True)
class _Members:
    home: list[Person] = field(default_factory=list)
    others: list[Person] = field(default_factory=list)


def groups(
    people: tuple[Person, ...], assigned: Mapping[str, Template], account: Account, mapping: Rules, notes: Notes
) -> tuple[Team, ...]:
    """The target's groups, those that somebody is in, in the order of their keys."""
    rules = mapping.groups
    sources = {group.id: group for group in account.groups if not group.deleted and group.id not in rules.exclude}
    if rules.without_group is not None:
        sources[_NOBODY] = SourceGroup(_NOBODY, rules.without_group)
    names = _Names(sources.values(), rules)
    members = _members(people, assigned, _Homes(account, sources, rules, notes), rules, notes)
    teams = tuple(
        _team(sources[group_id], template, found, names, notes)
        for (group_id, template), found in sorted(members.items(), key=lambda item: (item[0][0], item[0][1].slug))
    )
    _note_empty(sources, {group_id for group_id, _ in members}, notes)
    _note_names(teams, names, notes)
    return teams


def group_key(group_id: int, template: Template) -> str:
    """The externalId of a group."""
    source = "none" if group_id == _NOBODY else str(group_id)
    return f"zendesk:group:{source}:template:{template.slug}"


def _members(
    people: tuple[Person, ...], assigned: Mapping[str, Template], homes: _Homes, rules: GroupRules, notes: Notes
) -> dict[tuple[int, Template], _Members]:
    found: dict[tuple[int, Template], _Members] = defaultdict(_Members)
    for person in people:
        home, others = homes.of(person)
        template = assigned.get(person.key)
        if template is None:
            continue
        if home is not None:
            found[home, template].home.append(person)
        if others and rules.secondary_memberships == "loss":
            message = f"{person.agent.email} is in the groups {named(others)} too; only the home group is kept"
            notes.lose("secondary_membership", person.key, message)
            continue
        for other in others:
            found[other, template].others.append(person)
    return found


class _Homes:
    """The groups of each agent: the one it works in, and the others."""

    def __init__(
        self, account: Account, sources: Mapping[int, SourceGroup], rules: GroupRules, notes: Notes
    ) -> None:  # fmt: skip
        self.sources, self.rules, self.notes = sources, rules, notes
        self.memberships: dict[int, list[Membership]] = defaultdict(list)
        for membership in account.memberships:
            self.memberships[membership.user_id].append(membership)

    def of(self, person: Person) -> tuple[int | None, list[int]]:
        """(home group, other groups); no home where somebody has to be asked."""
        agent = person.agent
        rows = self.memberships.get(agent.id, [])
        live = sorted({row.group_id for row in rows if row.group_id in self.sources})
        self._note_gone(person, {row.group_id for row in rows} - set(live))
        defaults = sorted(row.group_id for row in rows if row.default and row.group_id in self.sources)
        named_home = agent.default_group_id
        if named_home is not None and named_home in (defaults or self.sources):
            defaults = [named_home]
        home = next(iter([*defaults, *live]), None)
        if home is None:
            return self._without(person), []
        return home, [group_id for group_id in live if group_id != home]

    def _without(self, person: Person) -> int | None:
        if self.rules.without_group is not None:
            return _NOBODY
        message = f"{person.agent.email} is in no group that is migrated, so it has no week to work in"
        self.notes.decide("agent_without_group", person.key, message, "groups: {without_group: Unassigned}")
        return None

    def _note_gone(self, person: Person, gone: set[int]) -> None:
        if gone:
            message = f"{person.agent.email} is in the groups {named(sorted(gone))}, which are deleted or left out"
            self.notes.lose("membership_of_no_group", person.key, message)


class _Names:
    """Names of Zendesk groups as the target may have them: no two the same."""

    def __init__(self, sources: Iterable[SourceGroup], rules: GroupRules) -> None:
        self.rules = rules
        self.plain = {group.id: clean(rules.names.get(group.id, group.name)) or f"#{group.id}" for group in sources}
        by_name: dict[str, list[int]] = defaultdict(list)
        for group_id in sorted(self.plain):
            by_name[folded_name(self.plain[group_id])].append(group_id)
        twins = {name: ids for name, ids in by_name.items() if len(ids) > 1}
        is_settled = {name: rules.suffix_all or name in rules.suffixed for name in twins}
        self.undecided = {name: ids for name, ids in twins.items() if not is_settled[name]}
        self.suffixed = {group_id for name, ids in twins.items() if is_settled[name] for group_id in ids}

    def of(self, group_id: int, template: Template, notes: Notes) -> str:
        """The whole name; what has to be cut is cut from the group's own."""
        suffix = f" (#{group_id})" if group_id in self.suffixed else ""
        rest = self.rules.name.replace("{group}", "").replace("{template}", template.name)
        plain = self.plain[group_id]
        short = cut(plain, NAME_MAX - len(rest) - len(suffix))
        if short != plain:
            notes.lose("text_cut", f"groups/{group_id}", f"the name {plain[:NAME_MAX]!r} is cut to {short!r}")
        before, after = self.rules.name.split("{group}")
        parts = (part.replace("{template}", template.name) for part in (before, after))
        return f"{next(parts)}{short}{suffix}{next(parts)}".strip()


def _team(source: SourceGroup, template: Template, members: _Members, names: _Names, notes: Notes) -> Team:
    name = names.of(source.id, template, notes)
    description = fitted(source.description, DESCRIPTION_MAX, f"groups/{source.id}", notes)
    people = sorted({person.key: person for person in (*members.home, *members.others)}.items())
    fields = {
        "name": name,
        **({"description": description} if description else {}),
        "scheduleTemplateId": template.ref,
        "userIds": [person.ref for _, person in people],
    }
    origin = (f"groups/{source.id}",) if source.id != _NOBODY else ("mapping/groups/without_group",)
    desired = Desired("group", group_key(source.id, template), name, fields, origin)
    return Team(desired, template, tuple(sorted(members.home, key=lambda person: person.key)))


def _note_empty(sources: Mapping[int, SourceGroup], used: set[int], notes: Notes) -> None:
    for group_id in sources.keys() - used - {_NOBODY}:
        message = f"the group {sources[group_id].name.strip()!r} has no agent that is migrated"
        notes.lose("group_without_agents", f"groups/{group_id}", message)


def _note_names(teams: tuple[Team, ...], names: _Names, notes: Notes) -> None:
    """Names that two groups would have: of the source's making, or because names were cut."""
    undecided = {group_id for ids in names.undecided.values() for group_id in ids}
    for ids in names.undecided.values():
        keys = [team.desired.key for team in teams if _source_id(team) in ids]
        shown = names.plain[ids[0]]
        message = f"the groups {named(ids)} are all called {shown!r}; the target's names are unique"
        notes.decide("duplicate_group_name", shown, message, f"groups: {{duplicate_names: [{shown!r}]}}", keys)
    by_name: dict[str, list[Team]] = defaultdict(list)
    for team in teams:
        if _source_id(team) not in undecided:
            by_name[folded_name(team.desired.label)].append(team)
    for found in by_name.values():
        if len(found) > 1:
            label, keys = found[0].desired.label, [team.desired.key for team in found]
            message = f"{named(keys)} would all be called {label!r}"
            settle = f"groups: {{names: {{{_source_id(found[-1])}: another name}}}}"
            notes.decide("name_collision", label, message, settle, keys)


def _source_id(team: Team) -> int:
    source = team.desired.key.split(":")[2]
    return _NOBODY if source == "none" else int(source)
