"""
Users: which of the account's users count as agents, what becomes of the others, and the zone each agent lives in.

Every agent that counts is migrated with its e-mail address unchanged, or there is a decision that says why not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrator.desired import Desired, Ref
from migrator.mapping.names import NAME_MAX, fitted
from migrator.mapping.notes import Notes, named
from migrator.mapping.rules import Mapping, ZoneRules
from migrator.records import Account, Agent
from migrator.time_zones import iana, known_zones

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Person:
    """An agent that counts, with its zone in the target."""

    agent: Agent
    time_zone: str
    name: str

    @property
    def key(self) -> str:
        """The externalId in the target; made of the id, because external_id need not be there or be unique."""
        return user_key(self.agent)

    @property
    def ref(self) -> Ref:
        """For groups and schedules."""
        return Ref("user", self.key)


def user_key(agent: Agent) -> str:
    """The stable key of a user."""
    return f"zendesk:user:{agent.id}"


def select(account: Account, mapping: Mapping, notes: Notes) -> tuple[Person, ...]:
    """Those who count as agents, in the order of their ids."""
    chosen = []
    for agent in sorted(account.agents, key=lambda agent: agent.id):
        if agent.role not in mapping.agents.roles:
            continue
        reason = _left_out(agent, mapping)
        if reason is None:
            chosen.append(agent)
        else:
            notes.lose("agent_left_out", user_key(agent), f"{agent.name.strip()!r} {reason}")
    _emails(chosen, notes)
    _external_ids(chosen, mapping, notes)
    return tuple(person for agent in chosen if (person := _person(agent, mapping.time_zones, notes)))


def users(people: tuple[Person, ...]) -> Iterator[Desired]:
    """The target's users."""
    for person in people:
        agent = person.agent
        fields = {"name": person.name, "email": agent.email, "timeZone": person.time_zone, "active": True}
        yield Desired("user", person.key, agent.email or person.name, fields, (f"users/{agent.id}",))


def _left_out(agent: Agent, mapping: Mapping) -> str | None:
    rules = mapping.agents
    reasons = {
        "is deleted": not agent.active,
        "is suspended": agent.suspended and not rules.include_suspended,
        "is a light agent": agent.is_light and not rules.include_light,
        "has no e-mail address": agent.email is None,
        "is excluded by the mapping": agent.id in rules.exclude,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _emails(agents: list[Agent], notes: Notes) -> None:
    for agent in agents:
        if not _EMAIL.fullmatch(agent.email or ""):
            message = f"{agent.email!r} is no e-mail address, such as ann@example.com"
            notes.decide("email_invalid", user_key(agent), message, _exclude(agent), [user_key(agent)])
    for email, found in _shared(agents, lambda agent: (agent.email or "").casefold()).items():
        message = f"the e-mail address {email!r} belongs to the agents {named(agent.id for agent in found)}"
        notes.decide("duplicate_email", email, message, _exclude(found[-1]), map(user_key, found))


def _external_ids(agents: list[Agent], mapping: Mapping, notes: Notes) -> None:
    for external_id, found in _shared(agents, lambda agent: agent.external_id or "").items():
        message = f"external_id {external_id!r} is used by the agents {named(agent.id for agent in found)}"
        if mapping.agents.duplicate_external_id == "use_zendesk_id":
            notes.lose("duplicate_external_id", external_id, f"{message}; the target knows them by their Zendesk ids")
        else:
            settle = "agents: {duplicate_external_id: use_zendesk_id}"
            notes.decide("duplicate_external_id", external_id, message, settle, map(user_key, found))


def _shared(agents: list[Agent], value: Callable[[Agent], str]) -> dict[str, list[Agent]]:
    found: dict[str, list[Agent]] = defaultdict(list)
    for agent in agents:
        found[value(agent)].append(agent)
    return {key: some for key, some in found.items() if key and len(some) > 1}


def _exclude(agent: Agent) -> str:
    return f"agents: {{exclude: [{agent.id}]}}"


def _person(agent: Agent, rules: ZoneRules, notes: Notes) -> Person | None:
    key = user_key(agent)
    zone = _zone(agent, rules)
    if zone is None:
        given = agent.time_zone or agent.iana_time_zone
        message = f"the time zone {given!r} of {agent.email} is neither a Rails nor an IANA name"
        settle = f"time_zones: {{names: {{{(given or '').strip()!r}: Europe/Paris}}}}"
        notes.decide("zone_unknown", key, message, settle if given else "time_zones: {unknown: Europe/Paris}", [key])
        return None
    name = fitted(agent.name, NAME_MAX, key, notes)
    return Person(agent, zone, name or fitted(agent.email or key, NAME_MAX, key, notes))


def _zone(agent: Agent, rules: ZoneRules) -> str | None:
    if agent.iana_time_zone and agent.iana_time_zone.strip() in known_zones():
        return agent.iana_time_zone.strip()
    for name in (agent.time_zone, agent.iana_time_zone):
        found = zone_named(name, rules) if name else None
        if found is not None:
            return found
    return rules.unknown


def zone_named(name: str, rules: ZoneRules) -> str | None:
    """The IANA zone of a source's name; the mapping's word comes first."""
    return rules.names.get(name.strip()) or iana(name)
