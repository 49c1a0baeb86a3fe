"""
From records to desired entities. Pure, and independent of the order of the source's rows.

`rules` holds what a mapping file says, `loading` reads it. `desire` goes kind by kind: `users` chooses the agents,
`templates` gives each one a schedule template, `groups` and `schedules` build on both. What only a person can answer
becomes a Decision that names the line to add, what the target cannot hold becomes a Loss.
"""

from __future__ import annotations

from migrator.desired import Desires
from migrator.mapping.groups import groups
from migrator.mapping.loading import load
from migrator.mapping.notes import Notes
from migrator.mapping.rules import Mapping
from migrator.mapping.schedules import schedules
from migrator.mapping.templates import Patterns, assign, templates
from migrator.mapping.users import select, users
from migrator.records import Account

__all__ = ["Mapping", "desire", "load"]


def desire(account: Account, mapping: Mapping) -> Desires:
    """What the target should hold of an account."""
    notes = Notes()
    people = select(account, mapping, notes)
    patterns = Patterns(account, mapping, notes)
    assigned = assign(people, account, patterns, notes)
    teams = groups(people, assigned, account, mapping, notes)
    entities = (
        *users(people),
        *templates(assigned.values()),
        *(team.desired for team in teams),
        *schedules(teams, assigned, account, mapping, notes),
    )
    return Desires(entities, notes.decisions(), notes.losses())
