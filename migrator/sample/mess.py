"""
What real accounts have in them, added to a tidy one; how many agents count as such stays the same.

Source: recorded accounts and the vendor's reference: end users share the collection with agents, group names are not
unique, deleted options leave their values behind, exports repeat rows at page edges.
"""

from __future__ import annotations

from random import Random
from typing import Any

from migrator.sample.account import GROUP_IDS, MEMBERSHIP_IDS, Row, group, membership, user

_EXTRA = 1_000_000
"""Numbers from here on are users who do not count as agents."""
_TWIN, _EMOJI, _OLD = GROUP_IDS + 90, GROUP_IDS + 91, GROUP_IDS + 92


def add_mess(files: dict[str, Any], chance: Random) -> None:
    """Change the files of an account in place."""
    agents: list[Row] = files["users.json"]["users"]
    memberships: list[Row] = files["group_memberships.json"]["group_memberships"]
    _groups(files["groups.json"]["groups"])
    _people(agents, chance)
    _zones(agents, chance)
    _values(agents, chance)
    _memberships(agents, memberships, chance)
    others = _others(len(agents))
    repeated = [{**agents[index], "updated_at": "2026-01-05T09:00:00Z", "tags": ["stale"]} for index in _some(agents)]
    users = [*agents, *others, *repeated]
    chance.shuffle(users)
    chance.shuffle(memberships)
    files["users.json"]["users"] = users


def _groups(groups: list[Row]) -> None:
    """A second group of one name, emoji and spaces in names, a deleted one that still has members."""
    groups.append(group(_TWIN, "Billing "))
    groups.append(group(_EMOJI, "🎯 On target  "))
    groups.append(group(_OLD, "Pilot 2019", deleted=True))


def _people(agents: list[Row], chance: Random) -> None:
    """Emoji, spaces and long names; an external id used twice; an address in capitals."""
    for agent in agents:
        if chance.random() < 0.05:
            agent["name"] = chance.choice(("🎧 {}", "{} ", "  {}", "{} 🚀", "{}\t(she/her)")).format(agent["name"])
    last = agents[-1]
    last["name"] = f"{last['name']} " + "of the very long title " * 5
    last["email"] = last["email"].title()
    if len(agents) > 1:
        agents[1]["external_id"] = agents[0]["external_id"]


def _zones(agents: list[Row], chance: Random) -> None:
    """Rails names without an IANA twin, other names of the same time, old names, one that nobody knows."""
    for agent in agents:
        if chance.random() < 0.25:
            agent["iana_time_zone"] = None
        if agent["time_zone"] == "Paris" and chance.random() < 0.2:
            rails = chance.choice(("Copenhagen", "Brussels", "Bern", "Madrid"))
            agent["time_zone"], agent["iana_time_zone"] = rails, None
    agents[0]["time_zone"], agents[0]["iana_time_zone"] = "Kyiv", "Europe/Kiev"
    if len(agents) > 2:
        agents[2]["time_zone"], agents[2]["iana_time_zone"] = "Central European Office", None


def _values(agents: list[Row], chance: Random) -> None:
    """Contradictory tags, tags that mean nothing, and a dropdown value whose option is gone."""
    for agent in agents:
        draw = chance.random()
        if draw < 0.03:
            agent["tags"] = sorted({*agent["tags"], "shift_early", "shift_late"})
        elif draw < 0.06:
            agent["user_fields"]["shift_pattern"] = "split_shift_2019"
        elif draw < 0.12:
            agent["tags"] = [*agent["tags"], chance.choice(("on_call", "emea", "apac", "home_office"))]


def _memberships(agents: list[Row], memberships: list[Row], chance: Random) -> None:
    """Several groups an agent, one home in the twin, members of a deleted group, an agent without any."""
    number = MEMBERSHIP_IDS + _EXTRA
    for agent in agents:
        others = chance.sample((GROUP_IDS + 3, GROUP_IDS + 4, _TWIN, _EMOJI, _OLD), k=2)
        for other in others:
            if chance.random() < 0.1 and other != agent["default_group_id"]:
                number += 1
                memberships.append(membership(number, agent["id"], other, False))
    _move(agents[-1], memberships, _TWIN)
    if len(agents) > 3:
        lost = agents[3]
        lost["default_group_id"] = None
        memberships[:] = [row for row in memberships if row["user_id"] != lost["id"]]


def _move(agent: Row, memberships: list[Row], home: int) -> None:
    agent["default_group_id"] = home
    kept = [row for row in memberships if row["user_id"] != agent["id"] or row["group_id"] != home]
    memberships[:] = kept
    for row in memberships:
        if row["user_id"] == agent["id"] and row["default"]:
            row["group_id"] = home


def _others(agents: int) -> list[Row]:
    """End users, and agents who are suspended, light, deleted or without an address."""
    ends = [
        user(_EXTRA + index, f"Customer {index + 1}", f"customer{index + 1}@example.org", "end-user", "Paris", None)
        for index in range(max(5, agents // 4))
    ]
    found = [*ends]
    kinds: tuple[dict[str, Any], ...] = ({"suspended": True}, {"role_type": 1}, {"active": False}, {"email": None})
    for index in range(max(4, agents // 20)):
        number = 2 * _EXTRA + index
        row = user(number, f"Former Agent {index + 1}", f"former{index + 1}@example.com", "agent", "London", None)
        found.append({**row, **kinds[index % len(kinds)]})
    return found


def _some(agents: list[Row]) -> range:
    """Rows that the export repeats in an older state."""
    return range(0, len(agents), 50)
