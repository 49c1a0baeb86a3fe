"""
diff(desired, current, last applied) -> Plan. Pure, and deterministic down to the byte.

Everything that can be known to go wrong is found here, before any write: keys that others hold, references that name
nothing, entities that look like ours and differ. What was applied last, where it is known, tells an edit made in the
target from a change of the source: the first is kept, the second is planned, both at once is a conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from migrator.canonical import MEMBER, Fields, Row, members, own_fields
from migrator.current import Current, Live
from migrator.desired import KINDS, Decision, Desired, Desires, Ref
from migrator.matching import NATURAL_FIELDS, Clash, locate
from migrator.plan import Action, Change, Plan, RowKey, ordered
from migrator.time_zones import fits

LastApplied = Mapping[RowKey, Fields]
"""`after` of an earlier plan's rows, by (kind, key, member)."""


def diff(
    desires: Desires,
    current: Current,
    target: str,
    *,
    last_applied: LastApplied | None = None,
    adopt: frozenset[str] = frozenset(),
) -> Plan:
    """
    What it takes to bring the target from `current` to `desires`.

    Args:
        target: base URL, written into the plan.
        last_applied: what an earlier plan left behind; without it the source wins wherever the two differ.
        adopt: keys of entities that may take over an unmarked twin although fields differ.
    """
    differ = _Differ(desires, current, last_applied or {}, adopt)
    return Plan(target, ordered(differ.changes()), desires.decisions, desires.losses)


def applied_by(plan: Plan) -> LastApplied:
    """What a plan leaves behind when all of it is applied."""
    done = (change for change in plan.changes if change.action in ("create", "update", "no_op"))
    return {change.row: change.after for change in done}


def schedules_to_read(desires: Desires, current: Current) -> list[Live]:
    """Schedules of the target that the plan will compare row by row, and of which a listing shows no rows."""
    differ = _Differ(desires, current, {}, frozenset())
    found = [differ.match(desired) for desired in differ.in_order()]
    return [live for live in found if isinstance(live, Live) and live.members is None]


@dataclass(slots=True)
class _Differ:
    desires: Desires
    current: Current
    last_applied: LastApplied
    adopt: frozenset[str]
    desired: frozenset[Ref] = frozenset()
    ids: dict[Ref, str] = field(default_factory=dict)
    """Ids of what the target already has."""
    refs: dict[str, Ref] = field(default_factory=dict)
    """The same the other way round."""
    zones: dict[Ref, str] = field(default_factory=dict)
    first_year: int | None = None
    """Of the planned weeks; zones are compared from there on."""
    stopped: set[Ref] = field(default_factory=set)
    """What waits for a decision, and so does everything that refers to it."""

    def __post_init__(self) -> None:
        entities = self.desires.entities
        self.desired = frozenset(Ref(desired.kind, desired.key) for desired in entities)
        self.zones = {Ref(d.kind, d.key): d.fields["timeZone"] for d in entities if "timeZone" in d.fields}
        weeks = [date.fromisoformat(d.fields["weekDate"]) for d in entities if d.kind == "schedule"]
        self.first_year = min(weeks).year if weeks else None

    def in_order(self) -> Iterator[Desired]:
        """Dependency order, so that references are settled before they are used."""
        for kind in KINDS:
            yield from sorted((d for d in self.desires.entities if d.kind == kind), key=lambda d: d.key)

    def changes(self) -> Iterator[Change]:
        """All rows."""
        decisions = {key: decision for decision in self.desires.decisions for key in decision.blocks}
        for desired in self.in_order():
            yield from self._entity(desired, decisions)

    def match(self, desired: Desired) -> Live | Clash | None:
        """The target's entity; its id is known from here on."""
        own = self._own(desired)
        found = locate(
            desired.kind, desired.key, {name: self._known(value) for name, value in own.items()}, self.current
        )
        if isinstance(found, Live):
            ref = Ref(desired.kind, desired.key)
            self.ids[ref], self.refs[found.id] = found.id, ref
        return found

    def _entity(self, desired: Desired, decisions: Mapping[str, Decision]) -> Iterator[Change]:
        found = self.match(desired)
        change = self._own_change(desired, found, decisions.get(desired.key))
        rows = list(self._rows(desired, change, found if isinstance(found, Live) else None, decisions))
        if desired.kind == "schedule" and change.action == "create" and not any(row.is_write for row in rows):
            change = _stopped(change, "blocked", "no_agents", "none of its agents can be planned, and a week needs one")
        if change.action in ("conflict", "blocked"):
            self.stopped.add(Ref(desired.kind, desired.key))
        yield change
        yield from rows

    def _own_change(self, desired: Desired, found: Live | Clash | None, decision: Decision | None) -> Change:
        change = self._change(desired, None, None, self._own(desired))
        if isinstance(found, Live):
            change = replace(change, before=self._with_refs(found.fields), action="no_op")
        if decision is not None:
            return _stopped(change, "conflict", decision.code, decision.message, decision.settle)
        if isinstance(found, Clash):
            return _stopped(change, "conflict", found.code, found.why, found.settle)
        unmet = self._unmet(change)
        if unmet is not None:
            return unmet
        if found is None:
            return change
        return self._compared(change, found)

    def _compared(self, change: Change, found: Live) -> Change:
        is_twin = found.external_id is None
        moved = sorted(name for name in change.touched() if name in NATURAL_FIELDS["schedule"])
        if change.kind == "schedule" and moved:  # Source: the dialect, a schedule's triple is unchangeable (rule 9).
            why = f"the schedule {found.id} carries this externalId and has another {', '.join(moved)}"
            return _stopped(change, "conflict", "triple_differs", why, "delete that schedule in the target")
        if is_twin and change.key not in self.adopt:
            ours = [name for name in change.touched() if name not in ("externalId", *NATURAL_FIELDS[change.kind])]
            if ours:
                return _twin_differs(change, found, ours)
        last = self.last_applied.get(change.row)
        change = _three_way(change, last)
        if change.action == "conflict":
            return change
        why = "has no externalId; it is adopted" if is_twin else change.why
        return replace(change, action="update" if change.touched() else "no_op", why=why)

    def _rows(
        self, desired: Desired, own: Change, found: Live | None, decisions: Mapping[str, Decision]
    ) -> Iterator[Change]:
        wanted = members(desired.kind, desired.fields)
        has = (found.members or {}) if found else {}
        for ref, row in sorted(wanted.items(), key=lambda item: item[0].key):
            change = self._change(desired, ref.key, has.get(self.ids.get(ref, "")), row)
            template = desired.fields["scheduleTemplateId"]
            misfit = "" if change.before is not None else self._misfit(ref, template)
            if misfit and own.action not in ("conflict", "blocked"):
                yield _misfits(change, misfit, f"time_zones: {{templates_in: [{self.zones[ref]}]}}")
            else:
                yield self._row(change, own, ref, found, decisions.get(ref.key))
        yield from self._dropped(desired, own, {ref.key for ref in wanted}, has)

    def _row(self, change: Change, own: Change, user: Ref, found: Live | None, decision: Decision | None) -> Change:
        if own.action in ("conflict", "blocked"):
            return _stopped(change, "blocked", "container", f"waits for the {own.kind} {own.key}")
        if decision is not None or user in self.stopped or (user not in self.ids and not self._is_desired(user)):
            return _stopped(change, "blocked", "user", f"waits for the user {user.key}")
        if change.before is None:
            return change
        last = self.last_applied.get(change.row)
        change = _three_way(change, last)
        if change.action == "conflict" or not change.touched():
            return change if change.action == "conflict" else replace(change, action="no_op")
        if last is None and found is not None and found.external_id is None and change.key not in self.adopt:
            why = "the agent has other shifts in a week that carries no externalId"
            return _stopped(change, "conflict", "twin_differs", why, _adopt_line(change.key))
        return replace(change, action="update")

    def _dropped(self, desired: Desired, own: Change, wanted: set[str], has: Mapping[str, Row]) -> Iterator[Change]:
        """Members that an earlier plan had and the source has no more; others in the target are not ours to remove."""
        for kind, key, member in sorted(self.last_applied, key=str):
            if (kind, key) != ("group", desired.key) or member is None or member in wanted:
                continue
            user = self.current.marked("user", member)
            if user is None or user.id not in has or own.action in ("conflict", "blocked"):
                continue
            self.ids[Ref("user", member)] = user.id
            change = self._change(desired, member, MEMBER, {"member": False})
            yield replace(change, action="update", why="the source has dropped the agent from this group")

    def _change(self, desired: Desired, member: str | None, before: Fields | None, after: Fields) -> Change:
        action: Action = "create" if before is None else "no_op"
        origin = desired.origin if member is None else ()
        return Change(desired.kind, desired.key, member, action, desired.label, before, after, origin=origin)

    def _own(self, desired: Desired) -> dict[str, Any]:
        return own_fields(desired.kind, {**desired.fields, "externalId": desired.key})

    def _unmet(self, change: Change) -> Change | None:
        for name, value in change.after.items():
            if not isinstance(value, Ref):
                continue
            if value in self.stopped:
                return _stopped(change, "blocked", "reference", f"{name} waits for the {value.kind} {value.key}")
            if value not in self.ids and not self._is_desired(value):
                why = f"{name} names the {value.kind} {value.key!r}, which neither the source nor the target has"
                return _stopped(change, "conflict", "reference_missing", why, f"define {value.key!r} in the mapping")
        return None

    def _misfit(self, user: Ref, template: Ref) -> str:
        """Why the target will refuse the agent under this template; empty when it will not."""
        has, needs = self.zones.get(user), self.zones.get(template)
        if has is None or needs is None or self.first_year is None or fits(has, needs, self.first_year):
            return ""
        return f"the agent's zone {has} does not keep the time of the template's zone {needs}"

    def _is_desired(self, ref: Ref) -> bool:
        return ref in self.desired

    def _known(self, value: Any) -> Any:
        if not isinstance(value, Ref) or value in self.ids:
            return self.ids.get(value, value) if isinstance(value, Ref) else value
        found = self.current.marked(value.kind, value.key)
        if found is None or found.kind != value.kind:
            return value
        self.ids[value], self.refs[found.id] = found.id, value
        return found.id

    def _with_refs(self, fields: Fields) -> dict[str, Any]:
        is_ref = ("groupId", "scheduleTemplateId")
        return {name: self.refs.get(value, value) if name in is_ref else value for name, value in fields.items()}


def _three_way(change: Change, last: Fields | None) -> Change:
    """Keep what was edited in the target, plan what changed in the source, stop where both happened."""
    if last is None:
        return change
    touched = change.touched()
    edited = {name for name, (before, _) in touched.items() if name in last and before != last[name]}
    both = sorted(name for name in edited if change.after[name] != last[name])
    if both:
        why = f"the source and somebody in the target have both changed {', '.join(both)} since the last plan"
        settle = "settle it in the target or in the source, or plan without --last-applied to let the source win"
        return _stopped(change, "conflict", "both_changed", why, settle)
    if not edited:
        return change
    after = {name: touched[name][0] if name in edited else value for name, value in change.after.items()}
    kept = {name: value for name, value in after.items() if value is not None}
    return replace(change, after=kept, why=f"keeps what was edited in the target: {', '.join(sorted(edited))}")


def _stopped(change: Change, action: Action, code: str, why: str, settle: str = "") -> Change:
    return replace(change, action=action, code=code, why=why, settle=settle)


def _misfits(change: Change, why: str, line: str) -> Change:
    """The membership needs the decision; the agent's week only waits for it."""
    if change.kind == "schedule":
        return _stopped(change, "blocked", "zone_misfit", why)
    return _stopped(change, "conflict", "zone_misfit", why, line)


def _twin_differs(change: Change, found: Live, names: list[str]) -> Change:
    why = f"the {change.kind} {found.label!r} ({found.id}) has no externalId and differs in {', '.join(sorted(names))}"
    return _stopped(change, "conflict", "twin_differs", why, _adopt_line(change.key))


def _adopt_line(key: str) -> str:
    return f'adopt: ["{key}"]'
