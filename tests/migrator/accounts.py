"""Small accounts as the mapping wants them, and what a target holds after a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from migrator.current import Current, Live
from migrator.desired import Desired, Desires, Kind, Ref
from migrator.plan import Change, Plan

TARGET = "http://target"
TEMPLATE = Ref("scheduleTemplate", "zendesk:template:early")
GROUP = Ref("group", "zendesk:group:9:template:early")
WEEK = Ref("schedule", "zendesk:group:9:template:early:week:2026-11-30")
SHIFT = {"start": "2026-11-30T07:00:00Z", "lengthMinutes": 480}


def user(number: int, **fields: Any) -> Desired:
    """One agent."""
    email = f"agent{number}@example.com"
    body = {"name": f"Agent {number}", "email": email, "timeZone": "Europe/Paris", "active": True}
    return Desired("user", f"zendesk:user:{number}", email, {**body, **fields})


def desires(numbers: Iterable[int] = (1, 2), **template: Any) -> Desires:
    """Agents in one group with one template and one week."""
    users = [user(number) for number in numbers]
    refs = [Ref("user", one.key) for one in users]
    shifts = [{"days": ["Monday"], "startTime": "08:00", "lengthMinutes": 480}]
    early = {"name": "Early", "timeZone": "Europe/Paris", "shifts": shifts, **template}
    week = {"groupId": GROUP, "scheduleTemplateId": TEMPLATE, "weekDate": "2026-11-30"}
    return Desires(
        (
            *users,
            Desired("scheduleTemplate", TEMPLATE.key, "Early", early),
            Desired("group", GROUP.key, "Support", {"name": "S", "scheduleTemplateId": TEMPLATE, "userIds": refs}),
            Desired(
                "schedule", WEEK.key, "S", {**week, "agents": [{"userId": ref, "shifts": [SHIFT]} for ref in refs]}
            ),
        )
    )


def applied(plan: Plan, current: Current | None = None) -> Current:
    """A model of a target after all of a plan; ids are made up."""
    found = current or Current()
    numbers = count(len(list(found.all("user"))) + 1)
    for change in plan.changes:
        if change.is_write:
            _apply(change, found, f"id-{next(numbers)}-{change.kind}")
    return found


def holding(*entities: Live) -> Current:
    """A target with just these."""
    return Current(entities)


def live_user(number: int, external_id: str | None = None, **fields: Any) -> Live:
    """A user that somebody has made in the target."""
    body = {**user(number).fields, **fields}
    if external_id is not None:
        body["externalId"] = external_id
    return Live("user", f"theirs-{number}", 1, body)


def live(kind: Kind, entity_id: str, **fields: Any) -> Live:
    """Anything else."""
    return Live(kind, entity_id, 1, fields)


def _apply(change: Change, current: Current, new_id: str) -> None:
    def ids(value: Any) -> Any:
        found = current.marked(value.kind, value.key) if isinstance(value, Ref) else None
        return found.id if found else value

    fields = {name: ids(value) for name, value in change.after.items()}
    before = current.marked(change.kind, change.key) or _twin(change, fields, current)
    if change.member is not None:
        assert before is not None
        _apply_member(change, before, ids(Ref("user", change.member)), current)
    elif before is None:
        current.put(Live(change.kind, new_id, 1, fields))
    else:
        current.put(Live(change.kind, before.id, before.version + 1, {**before.fields, **fields}, before.members))


def _twin(change: Change, fields: Mapping[str, Any], current: Current) -> Live | None:
    name = "email" if change.kind == "user" else "name"
    return next((one for one in current.all(change.kind) if one.fields.get(name) == fields.get(name)), None)


def _apply_member(change: Change, entity: Live, user_id: str, current: Current) -> None:
    rows = dict(entity.members or {})
    if change.after == {"member": False}:
        rows.pop(user_id)
    else:
        rows[user_id] = change.after
    current.put(Live(entity.kind, entity.id, entity.version + 1, entity.fields, rows))
