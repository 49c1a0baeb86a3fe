"""Small accounts of records, and a small mapping file, for the tests of the migrator's source side."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from migrator.records import Account, Agent, Membership, SourceGroup

GROUP = SourceGroup(9, "Care")
MAPPING = """
weeks: {from: 2026-11-30}
templates:
  day:
    name: Day
    shifts: [{days: [Monday, Tuesday], startTime: "09:00", lengthMinutes: 480}]
  early:
    name: Early
    shifts: [{days: [Monday], startTime: "06:00", lengthMinutes: 480}]
  night: {name: Night, schedule: Night desk}
assign:
  rules:
    - {tag: early, template: early}
    - {tag: night, template: night}
    - {field: shift, value: day, template: day}
"""


def agent(number: int = 1, **changes: Any) -> Agent:
    """An agent in Paris that counts."""
    given: dict[str, Any] = {
        "id": number,
        "name": f"Ann {number}",
        "email": f"ann{number}@example.com",
        "role": "agent",
        "iana_time_zone": "Europe/Paris",
        "tags": ("early",),
    }
    return Agent(**{**given, **changes})


def account(agents: Iterable[Agent], groups: Iterable[SourceGroup] = (GROUP,), **more: Any) -> Account:
    """An account whose agents all are at home in the first group, unless memberships are given."""
    people, teams = tuple(agents), tuple(groups)
    homes = tuple(Membership(100 + person.id, person.id, teams[0].id, True) for person in people)
    return Account(**{"agents": people, "groups": teams, "memberships": homes, **more})


def export(folder: Path, **files: Any) -> Path:
    """Write JSON files by collection; text and bytes are written as they are."""
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
        (folder / f"{name}.json").write_bytes(data if data is not None else json.dumps(content).encode())
    return folder
