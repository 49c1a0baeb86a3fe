"""
Schedule templates: which one each agent works under, and what the target's templates look like.

A template of the mapping file is a weekly pattern. With `timeZone: agent` the target gets one template a zone, and an
agent the first listed zone that fits; which one never depends on who else is in the account, so that two runs over
different agents want the same templates. What an agent's tags, fields and groups say is read in the rules' order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.canonical import folded_name
from migrator.desired import Desired, Ref
from migrator.mapping.notes import Notes, named
from migrator.mapping.rules import AGENT, AssignRule, TemplateRule, Unmapped
from migrator.mapping.rules import Mapping as Rules
from migrator.mapping.users import Person, zone_named
from migrator.records import Account, Agent, BusinessHours, FieldValue
from migrator.time_zones import fits
from migrator.weekly import Shift, from_intervals, template_shifts

SHIFTS_MAX = 50
"""Shifts an agent and week, as the target takes them."""


@dataclass(frozen=True, slots=True)
class Template:
    """
    A template of the target.

    Args:
        slug: names it within keys: the mapping's key, and the zone where there is one template a zone.
        hours_id: the business hours it was taken from; their holidays are its holidays.
    """

    slug: str
    name: str
    description: str | None
    time_zone: str
    shifts: tuple[Shift, ...]
    hours_id: int | None = None

    @property
    def ref(self) -> Ref:
        """For groups and schedules; its key is the externalId."""
        return Ref("scheduleTemplate", f"zendesk:template:{self.slug}")


def templates(assigned: Iterable[Template]) -> Iterator[Desired]:
    """The target's templates: those that somebody works under."""
    for template in sorted(set(assigned), key=lambda template: template.slug):
        fields = {
            "name": template.name,
            "description": template.description,
            "timeZone": template.time_zone,
            "shifts": template_shifts(template.shifts),
        }
        origin = [f"mapping/templates/{template.slug}"]
        if template.hours_id is not None:
            origin.append(f"schedules/{template.hours_id}")
        present = {name: value for name, value in fields.items() if value is not None}
        yield Desired("scheduleTemplate", template.ref.key, template.name, present, tuple(origin))


class Patterns:
    """The mapping's templates over the account's business hours."""

    def __init__(self, account: Account, mapping: Rules, notes: Notes) -> None:
        self.mapping, self.notes = mapping, notes
        self._hours: dict[str, list[BusinessHours]] = defaultdict(list)
        for hours in account.business_hours:
            self._hours[folded_name(hours.name)].append(hours)
        self._unmapped_hours(account)

    def template(self, key: str, person: Person) -> Template | None:
        """The target's template for a person; None where a decision is needed first."""
        rule = self.mapping.templates[key]
        hours = self._hours_of(rule)
        if rule.schedule is not None and hours is None:
            return None
        shifts = rule.shifts if hours is None else from_intervals(hours.intervals)
        if shifts is None or self._has_too_many(rule, shifts):
            return None
        hours_id = None if hours is None else hours.id
        if rule.time_zone == AGENT:
            zone = self._zone_of(person)
            name, slug = f"{rule.name} ({zone})", f"{key}:{zone}"
        else:
            zone, name, slug = rule.time_zone or self._hours_zone(hours), rule.name, key
        if zone is None or not self._fits(person, zone, rule):
            return None
        return Template(slug, name, rule.description, zone, shifts, hours_id)

    def _zone_of(self, person: Person) -> str | None:
        rules, year = self.mapping.time_zones, self.mapping.weeks.first.year
        listed = next((zone for zone in rules.templates_in if fits(zone, person.time_zone, year)), None)
        if listed is None and rules.unlisted == "decide":
            message = f"no zone of time_zones.templates_in fits {person.time_zone}"
            settle = f"time_zones: {{templates_in: [..., {person.time_zone}]}}"
            self.notes.decide("zone_unlisted", person.time_zone, message, settle)
            return None
        return listed or person.time_zone

    def _fits(self, person: Person, zone: str, rule: TemplateRule) -> bool:
        if fits(zone, person.time_zone, self.mapping.weeks.first.year):
            return True
        message = f"{person.agent.email} lives in {person.time_zone}, which does not fit {zone} of {rule.name!r}"
        self.notes.decide("zone_misfit", person.key, message, f"templates: {{{rule.key}: {{timeZone: agent}}}}")
        return False

    def _hours_zone(self, hours: BusinessHours | None) -> str | None:
        if hours is None:
            return None
        zone = zone_named(hours.time_zone, self.mapping.time_zones)
        if zone is None:
            message = f"the time zone {hours.time_zone!r} of the business hours {hours.name!r} is nothing known"
            settle = f"time_zones: {{names: {{{hours.time_zone!r}: Europe/Paris}}}}"
            self.notes.decide("zone_unknown", f"schedules/{hours.id}", message, settle)
        return zone

    def _hours_of(self, rule: TemplateRule) -> BusinessHours | None:
        if rule.schedule is None:
            return None
        found = self._hours.get(folded_name(rule.schedule), [])
        if len(found) == 1:
            return found[0]
        ids = f"schedules {named(hours.id for hours in found)} have that name" if found else "the source has none"
        message = f"template {rule.key!r} takes the business hours {rule.schedule!r}, but {ids}"
        self.notes.decide("template_unmapped", rule.key, message, f"templates: {{{rule.key}: {{shifts: [...]}}}}")
        return None

    def _has_too_many(self, rule: TemplateRule, shifts: tuple[Shift, ...]) -> bool:
        if len(shifts) > SHIFTS_MAX:
            message = f"template {rule.key!r} has {len(shifts)} shifts a week; the target takes {SHIFTS_MAX}"
            self.notes.decide("too_many_shifts", rule.key, message, f"templates: {{{rule.key}: {{shifts: [...]}}}}")
        return len(shifts) > SHIFTS_MAX

    def _unmapped_hours(self, account: Account) -> None:
        used = {folded_name(rule.schedule) for rule in self.mapping.templates.values() if rule.schedule is not None}
        for hours in account.business_hours:
            if folded_name(hours.name) not in used:
                message = f"no template takes the business hours {hours.name.strip()!r}"
                settle = f"templates: {{KEY: {{name: ..., schedule: {hours.name.strip()!r}}}}}"
                unmapped(
                    self.mapping.unmapped.schedules,
                    "schedule_unmapped",
                    f"schedules/{hours.id}",
                    message,
                    settle,
                    self.notes,
                )


def assign(
    people: tuple[Person, ...], account: Account, patterns: Patterns, notes: Notes
) -> Mapping[str, Template]:  # fmt: skip
    """Template by user key; who is missing waits for a decision."""
    asked = _Asked(account, patterns.mapping, notes)
    found = {}
    for person in people:
        key = asked.template_key(person)
        template = None if key is None else patterns.template(key, person)
        if template is not None:
            found[person.key] = template
    asked.report()
    return found


class _Asked:
    """Reads the assign rules over one agent after another, and collects the values that no rule knows."""

    def __init__(self, account: Account, mapping: Rules, notes: Notes) -> None:
        self.rules, self.policy, self.notes = mapping.assign, mapping.unmapped, notes
        self.tags = {rule.tag for rule in self.rules.rules if rule.tag is not None}
        self.values: dict[str, set[str]] = defaultdict(set)
        for rule in self.rules.rules:
            if rule.field is not None:
                self.values[rule.field].add(rule.value or "")
        self.options = {field.key: set(field.options) for field in account.user_fields if field.options}
        self.groups = _group_names(account)
        self.open: dict[tuple[str, str, str], list[int]] = defaultdict(list)

    def template_key(self, person: Person) -> str | None:
        """The template that the rules give; None where somebody has to be asked."""
        agent = person.agent
        matched = [rule for rule in self.rules.rules if self._fits(rule, agent)]
        keys = list(dict.fromkeys(rule.template for rule in matched))
        is_open = self._note_unmapped(agent)
        if len(keys) > 1:
            return self._contradiction(person, matched, keys)
        if keys:
            return keys[0]
        if self.rules.otherwise is None and not is_open:
            message = f"no rule gives {agent.email} a template"
            self.notes.decide("template_unassigned", person.key, message, "assign: {otherwise: TEMPLATE}")
        return None if is_open else self.rules.otherwise

    def report(self) -> None:
        """Losses and decisions about values, one a value."""
        for (kind, name, value), ids in self.open.items():
            holders = f"{len(ids)} agents ({named(sorted(ids))})"
            if kind == "tag":
                rule, message = f"{{tag: {value}, template: TEMPLATE}}", f"nothing maps the tag {value!r} of {holders}"
                unmapped(self.policy.tags, "tag_unmapped", value, message, f"assign: {{rules: [{rule}]}}", self.notes)
                continue
            gone = name in self.options and value not in self.options[name]
            why = ", which is no option of the field any more" if gone else ""
            message = f"nothing maps the value {value!r} of the field {name} of {holders}{why}"
            rule = f"{{field: {name}, value: {value}, template: TEMPLATE}}"
            code = "field_value_dangling" if gone else "field_value_unmapped"
            settle = f"assign: {{rules: [{rule}]}}"
            unmapped(self.policy.field_values, code, f"{name}={value}", message, settle, self.notes)

    def _fits(self, rule: AssignRule, agent: Agent) -> bool:
        if rule.tag is not None:
            return rule.tag in agent.tags
        if rule.group is not None:
            return folded_name(rule.group) in self.groups.get(agent.id, ())
        return rule.field is not None and rule.value in field_texts(agent.fields.get(rule.field))

    def _note_unmapped(self, agent: Agent) -> bool:
        """Whether the agent has a value about which somebody is to be asked."""
        tags = [tag for tag in agent.tags if tag not in self.tags]
        values = [
            (field, text)
            for field in self.values
            for text in field_texts(agent.fields.get(field))
            if text not in self.values[field]
        ]
        for tag in tags:
            self.open["tag", "", tag].append(agent.id)
        for field, text in values:
            self.open["field", field, text].append(agent.id)
        return bool(tags and self.policy.tags == "decide") or bool(values and self.policy.field_values == "decide")

    def _contradiction(self, person: Person, matched: list[AssignRule], keys: list[str]) -> str | None:
        said = ", ".join(f"{rule} says {rule.template}" for rule in matched)
        if self.rules.contradictions == "first":
            self.notes.lose("contradiction", person.key, f"{said}; {keys[0]} was taken")
            return keys[0]
        self.notes.decide("contradiction", person.key, said, "assign: {contradictions: first}")
        return None


def unmapped(policy: Unmapped, code: str, subject: str, message: str, settle: str, notes: Notes) -> None:
    """Note a value that nothing maps as the mapping wants it."""
    if policy == "decide":
        notes.decide(code, subject, message, settle)
    elif policy == "loss":
        notes.lose(code, subject, message)


def field_texts(value: FieldValue) -> tuple[str, ...]:
    """A field's value as the mapping file writes it; a multiselect has several, an empty field none."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return () if value is None or value == "" else (str(value),)


def _group_names(account: Account) -> dict[int, set[str]]:
    """Folded names of the live groups of each user."""
    names = {group.id: folded_name(group.name) for group in account.groups if not group.deleted}
    found: dict[int, set[str]] = defaultdict(set)
    for membership in account.memberships:
        if membership.group_id in names:
            found[membership.user_id].add(names[membership.group_id])
    return found
