"""
Schedules: what each group works in each planned week, as instants under its template.

Holidays of the business hours that a template was taken from are days without work; their dates are the zone's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from migrator.desired import Desired
from migrator.mapping.groups import Team
from migrator.mapping.notes import Notes
from migrator.mapping.rules import Mapping as Rules
from migrator.mapping.templates import Template
from migrator.records import Account, Holiday
from migrator.time_zones import zone
from migrator.weekly import instants


def schedules(
    teams: Iterable[Team], assigned: Mapping[str, Template], account: Account, mapping: Rules, notes: Notes
) -> Iterator[Desired]:
    """One a week and group in which somebody works."""
    weeks = _Weeks(account, mapping, notes)
    for team in teams:
        at_work = [person for person in team.home if person.key in assigned]
        for monday in mapping.weeks.mondays() if at_work else ():
            shifts = weeks.shifts(team.template, monday)
            fields = {
                "groupId": team.ref,
                "scheduleTemplateId": team.template.ref,
                "weekDate": monday.isoformat(),
                "agents": [{"userId": person.ref, "shifts": shifts} for person in at_work],
            }
            label = f"{team.desired.label}, {monday}"
            origin = (*team.desired.origin, f"mapping/weeks/{monday}")
            yield Desired("schedule", f"{team.desired.key}:week:{monday}", label, fields, origin)


class _Weeks:
    """Shifts by template and week; every agent of a template has the same."""

    def __init__(self, account: Account, mapping: Rules, notes: Notes) -> None:
        self.holidays = account.holidays if mapping.holidays == "no_work" else ()
        self.notes = notes
        self._found: dict[tuple[Template, date], list[dict[str, Any]]] = {}

    def shifts(self, template: Template, monday: date) -> list[dict[str, Any]]:
        """In the form of the target: instants in UTC."""
        if (template, monday) not in self._found:
            self._found[template, monday] = list(self._shifts(template, monday))
        return self._found[template, monday]

    def _shifts(self, template: Template, monday: date) -> Iterator[dict[str, Any]]:
        rules = zone(template.time_zone)
        for start, length, activity in instants(template.shifts, template.time_zone, monday):
            holiday = self._holiday(template, start.astimezone(rules).date())
            if holiday is not None:
                message = f"nobody works under {template.name!r} on {holiday.first} to {holiday.last}"
                self.notes.lose("holiday", f"holidays/{holiday.id}", f"{holiday.name.strip()!r}: {message}")
                continue
            shift = {"start": _utc(start), "lengthMinutes": length}
            yield {**shift, "activityCode": activity} if activity else shift

    def _holiday(self, template: Template, day: date) -> Holiday | None:
        if template.hours_id is None:
            return None
        mine = (holiday for holiday in self.holidays if holiday.schedule_id in (None, template.hours_id))
        return next((holiday for holiday in mine if holiday.first <= day <= holiday.last), None)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
