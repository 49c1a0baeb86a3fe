"""
What one commit does to the shifts that agents see: those of published schedules.

Announced to each agent (`v2.users.{id}.workforcemanagement.schedules`) and for each management unit
(`v2.workforcemanagement.managementunits.{id}.agentschedules.changed`). A shift is added, edited or deleted by what was
visible before the commit and is visible after it, so that publishing a schedule adds all its shifts, and another one
published over it deletes them. Assumed, as is what an event covers: from its first shift to its last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mockgc.domain.metadata import timestamp
from mockgc.domain.transaction import CommitRow, Entity
from mockgc.notifications.past import Past

AGENT, SCHEDULE = "agentSchedule", "weekSchedule"
_SUFFIXES = (".workforcemanagement.schedules", ".agentschedules.changed")
Announced = tuple[str, Entity]
"""(topic, eventBody)."""


@dataclass(slots=True)
class _Seen:
    """What becomes of one agent's shifts in a management unit."""

    user_id: str
    unit_id: str
    updates: dict[str, list[Entity]] = field(default_factory=dict)

    def add(self, kind: str, shift: Entity) -> None:
        self.updates.setdefault(kind, []).append(shift)


def is_about(topics: Iterable[str]) -> bool:
    """Whether any of these topics is one of this module's."""
    return any(topic.endswith(_SUFFIXES) for topic in topics)


def changes(commit: Sequence[CommitRow], past: Past) -> Iterator[Announced]:
    """The events of one commit, for the agents in the order in which it names them and then for their units."""
    if not any(row.kind in (AGENT, SCHEDULE) for row in commit):
        return
    sequence = commit[0].sequence
    found: dict[tuple[str, str], _Seen] = {}
    for row_id in _concerned(commit, past, sequence):
        before, after = (_visible(past, at, row_id) for at in (sequence - 1, sequence))
        agent = after or before
        if agent is not None:
            key = (agent["userId"], agent["managementUnitId"])
            _compare(found.setdefault(key, _Seen(*key)), before, after)
    told = [seen for seen in found.values() if seen.updates]
    for seen in told:
        body = {"user": {"id": seen.user_id}, **_span(seen), "updates": list(_updates(seen))}
        yield f"v2.users.{seen.user_id}.workforcemanagement.schedules", body
    for unit_id in dict.fromkeys(seen.unit_id for seen in told):
        agents = [{"agentId": seen.user_id, **_span(seen)} for seen in told if seen.unit_id == unit_id]
        yield f"v2.workforcemanagement.managementunits.{unit_id}.agentschedules.changed", {"agents": agents}


def _concerned(commit: Sequence[CommitRow], past: Past, sequence: int) -> list[str]:
    """The agents' rows that the commit writes, and those of schedules that it publishes or takes back."""
    rows = dict.fromkeys(row.entity_id for row in commit if row.kind == AGENT)
    for schedule_id in dict.fromkeys(row.entity_id for row in commit if row.kind == SCHEDULE):
        if _is_published(past, sequence - 1, schedule_id) != _is_published(past, sequence, schedule_id):
            held = past.with_value(sequence, AGENT, "scheduleId", schedule_id)
            rows |= dict.fromkeys(agent["id"] for agent in held)
    return list(rows)


def _is_published(past: Past, sequence: int, schedule_id: str) -> bool:
    schedule = past.at(sequence, SCHEDULE, schedule_id)
    return schedule is not None and schedule["published"] is True


def _visible(past: Past, sequence: int, row_id: str) -> Entity | None:
    agent = past.at(sequence, AGENT, row_id)
    return agent if agent is not None and _is_published(past, sequence, agent["scheduleId"]) else None


def _compare(seen: _Seen, before: Entity | None, after: Entity | None) -> None:
    old = {shift["id"]: shift for shift in before["shifts"]} if before else {}
    new = {shift["id"]: shift for shift in after["shifts"]} if after else {}
    for shift_id, shift in new.items():
        if shift_id not in old:
            seen.add("Added", shift)
        elif shift != old[shift_id]:
            seen.add("Edited", shift)
    for shift_id, shift in old.items():
        if shift_id not in new:
            seen.add("Deleted", shift)


def _updates(seen: _Seen) -> Iterator[Entity]:
    for kind, shifts in seen.updates.items():
        yield {"type": kind, "shiftStartDates": sorted(shift["startDate"] for shift in shifts)}


def _span(seen: _Seen) -> Entity:
    shifts = [shift for found in seen.updates.values() for shift in found]
    start = min(shift["startDate"] for shift in shifts)
    return {"startDate": start, "endDate": timestamp(max(map(_end, shifts)))}


def _end(shift: Entity) -> datetime:
    return datetime.fromisoformat(shift["startDate"]) + timedelta(minutes=shift["lengthMinutes"])
