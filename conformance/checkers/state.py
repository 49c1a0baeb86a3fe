"""Verdicts over a final state, and the form in which two final states can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.checkers.commits import Commit
from conformance.checkers.source import SourceAgent, fold
from conformance.checkers.violation import Violation, Violations
from conformance.claims import folded_name
from conformance.final_state import GROUPS, KINDS, SCHEDULES, TEMPLATES, USERS, Entity, FinalState

Normalised = tuple[tuple[str, tuple[str, ...]], ...]
"""((kind, (canonical JSON of an entity, ...sorted)), ...) for the four kinds."""

SERVERS_OWN = frozenset({"id", "version", "dateCreated", "dateModified", "modifiedBy", "selfUri", "agentCount"})


def _where(kind: str, entity: Entity) -> str:
    return f"{kind} {entity['id']}"


def _keys(kind: str, entity: Entity) -> Iterator[tuple[str, str]]:
    """(unique key, value) pairs that this entity holds; external identifiers are shared by all kinds."""
    if entity.get("externalId") is not None:
        yield "externalId", entity["externalId"]
    if kind == USERS:
        yield "user e-mail", entity["email"].casefold()
    if kind in (TEMPLATES, GROUPS):
        yield f"{kind} name", folded_name(entity["name"])
    if kind == SCHEDULES:
        triple = (entity["groupId"], entity["scheduleTemplateId"], entity["weekDate"])
        yield "schedule of group, template and week", " ".join(triple)


def unique_keys(state: FinalState) -> Violations:
    """No unique key has two live holders, and no id is listed twice."""
    return tuple(_duplicates(state))


def _duplicates(state: FinalState) -> Iterator[Violation]:
    holders: dict[tuple[str, str], str] = {}
    for kind in KINDS:
        for entity in state.of(kind):
            here = _where(kind, entity)
            for key, value in (("id", str(entity["id"])), *_keys(kind, entity)):
                if (key, value) in holders:
                    yield Violation(f"{key} {value!r} is also held by {holders[key, value]}", here)
                holders[key, value] = here


def references_hold(state: FinalState) -> Violations:
    """Groups point at live templates and users; schedules at a live group, a live template and live users."""
    return tuple(_dangling(state))


def _dangling(state: FinalState) -> Iterator[Violation]:
    ids = {kind: {entity["id"] for entity in state.of(kind)} for kind in KINDS}
    for group in state.groups:
        here = _where(GROUPS, group)
        if group["scheduleTemplateId"] not in ids[TEMPLATES]:
            yield Violation(f"scheduleTemplateId {group['scheduleTemplateId']} names nothing", here)
        for user_id in sorted(set(group.get("userIds") or ()) - ids[USERS]):
            yield Violation(f"userIds holds {user_id}, which names nothing", here)
    for schedule in state.schedules:
        here = _where(SCHEDULES, schedule)
        for key, kind in (("groupId", GROUPS), ("scheduleTemplateId", TEMPLATES)):
            if schedule[key] not in ids[kind]:
                yield Violation(f"{key} {schedule[key]} names nothing", here)
        for agent in schedule.get("agents") or ():
            if agent["userId"] not in ids[USERS]:
                yield Violation(f"agents holds {agent['userId']}, which names nothing", here)


def agents_present(state: FinalState, agents: Iterable[SourceAgent]) -> Violations:
    """Every agent is found among the users: by e-mail address, or by an externalId that names its source row."""
    emails = {fold(user["email"]) for user in state.users}
    external_ids = {user["externalId"] for user in state.users if user.get("externalId") is not None}
    tails = {external_id.rpartition(":")[2] for external_id in external_ids}
    return tuple(
        Violation(f"{agent.email} is not in the target", f"source user {agent.id}")
        for agent in agents
        if fold(agent.email) not in emails and agent.external_id not in external_ids and str(agent.id) not in tails
    )


def matches_commits(state: FinalState, commits: Iterable[Commit]) -> Violations:
    """What is alive, and at which version, is what the commit log says; the log must reach back to an empty target."""
    heads = {(row.kind, row.entity_id): row.after for row in commits}
    alive = {(kind, entity["id"]): entity["version"] for kind in KINDS for entity in state.of(kind)}
    expected = {place: version for place, version in heads.items() if version is not None}
    return tuple(
        Violation(f"the log ends at version {expected.get(place)}, the state shows {alive.get(place)}", " ".join(place))
        for place in sorted(alive.keys() | expected.keys())
        if alive.get(place) != expected.get(place)
    )


def normalise(state: FinalState) -> Normalised:
    """
    The state as people mean it: equal for two targets that hold the same things under different ids and versions.

    References become the e-mail address (users) or folded name (templates, groups); sets are sorted; null equals
    absent. A reference to nothing stays visible as `?id`.
    """
    names = {entity["id"]: fold(entity["email"]) for entity in state.users}
    names |= {entity["id"]: folded_name(entity["name"]) for entity in (*state.templates, *state.groups)}
    return tuple(
        (kind, tuple(sorted(_canonical(_meaning(entity, names)) for entity in state.of(kind)))) for kind in KINDS
    )


def _meaning(entity: Entity, names: Mapping[str, str]) -> dict[str, Any]:
    kept = {key: value for key, value in entity.items() if key not in SERVERS_OWN and value is not None}
    for key in ("scheduleTemplateId", "groupId"):
        if key in kept:
            kept[key] = _name(kept[key], names)
    if "userIds" in kept:
        kept["userIds"] = sorted(_name(user_id, names) for user_id in kept["userIds"])
    if "agents" in kept:
        kept["agents"] = sorted((_agent(agent, names) for agent in kept["agents"]), key=_canonical)
    return kept


def _agent(agent: Entity, names: Mapping[str, str]) -> dict[str, Any]:
    shifts = [{key: value for key, value in shift.items() if value is not None} for shift in agent["shifts"]]
    return {"userId": _name(agent["userId"], names), "shifts": sorted(shifts, key=_canonical)}


def _name(entity_id: str, names: Mapping[str, str]) -> str:
    return names.get(entity_id, f"?{entity_id}")


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def differences(a: Normalised, b: Normalised) -> tuple[str, ...]:
    """What one state holds and the other does not, as `kind: only in first|second: JSON`; empty when equal."""
    lines: list[str] = []
    for (kind, left), (_, right) in zip(a, b, strict=True):
        lines += [f"{kind}: only in first: {item}" for item in sorted(set(left) - set(right))]
        lines += [f"{kind}: only in second: {item}" for item in sorted(set(right) - set(left))]
        if len(left) != len(right) and set(left) == set(right):
            lines.append(f"{kind}: {len(left)} in first, {len(right)} in second")
    return tuple(lines)
