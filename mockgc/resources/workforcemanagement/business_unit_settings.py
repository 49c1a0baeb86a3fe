"""
Settings of business units that are entities of their own: scheduler, minimum staffing, alternative shifts.

Each is a row under the business unit's id, made by its first change; until then its defaults are shown at version 0.

Assumed: the defaults, the version before the first change, that numbers are not negative, and that a planning group has
one override.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed, documented, refuse
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import CONTRACT, METADATA, WFM_STALE, Common, known_fields
from mockgc.resources.workforcemanagement import business_units, management_units, planning_groups
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user

NO_GROUP = ErrorCode(
    "wfm.entity.not.found", 404, "overrides name planning groups of the business unit",
    documented("PATCH minimumstaffing/settings: 404"), "Create the planning group first.",
)  # fmt: skip
BAD_MINIMUM = ErrorCode(
    "wfm.validation.failure", 400, "minimums are not negative, and a planning group has one override",
    assumed("the code is declared; when it is sent is not"), "Correct the named field.",
)  # fmt: skip
NEGATIVE = ErrorCode(
    "wfm.bad.request", 400, "minutes before the start are not negative",
    assumed("the code is declared; when it is sent is not"), "Send 0 or more minutes.",
)  # fmt: skip
NO_AGENT = ErrorCode(
    "not.found", 404, "the user is an agent of a management unit", documented("GET alternativeshifts/settings: 404"),
    "Move the user into a management unit first: POST agents.",
)  # fmt: skip
_SCHEDULER = ("consistentServiceLevelSmoothing",)
_STAFFING = ("applicableIntervals", "enabled", "minimumValue")
_SHIFTS = ("enabledGranularities", "retainedActivityCategories")


@dataclass(frozen=True, slots=True)
class Settings:
    """
    One kind of settings.

    Args:
        path: below the business unit.
        absent: what holds until it is changed.
        content: the fields that a request changes; refuses what is wrong with them.
        stale: how a change under another version is refused; None for changes that carry none.
    """

    kind: str
    path: str
    absent: Entity
    content: Callable[[View, Entity, Request], Entity]
    stale: ErrorCode | None = WFM_STALE

    @property
    def common(self) -> Common:
        """What a row of this kind does."""
        return Common(self.kind, lambda row: f"{business_units.uri(row['id'])}/{self.path}", METADATA, stale=self.stale)

    def resource(self, title: str, behaviours: Mapping[str, Behaviour]) -> Resource:
        """The kind as the registry has it."""
        owner = Reference("businessUnitId", "businessUnit", business_units.NOT_FOUND)
        path = f"{business_units.PATH}/{self.path}"
        return Resource(self.kind, path, title, references=(owner,), behaviours=behaviours)

    def of(self, view: View, unit: Entity) -> Entity:
        """The settings of a business unit, stored or not."""
        found = view.get(self.kind, unit["id"])
        if found is not None:
            return found
        fresh: Entity = {"id": unit["id"], "businessUnitId": unit["id"], **self.absent}
        return {**fresh, "metadata": {**unit["settings"]["metadata"], "version": 0}}

    def read(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        """Of the business unit that the path names."""
        unit = business_units.COMMON.existing(view, request.ids[0])
        rules.raise_invalid(request)
        return Outcome(200, _shown(self.of(view, unit)))

    def patch(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """Changed under the version last read, where the body carries one."""
        unit = business_units.COMMON.existing(view, request.ids[0])
        rules.raise_invalid(request)
        before, claimed = self.of(view, unit), METADATA.claimed(request.body)
        self.common.raise_stale(resource, before, claimed)
        content = self.content(view, unit, request)
        if view.row(self.kind, unit["id"]) is not None:
            outcome = self.common.update(resource, view, before, content, claimed)
        elif any(content[name] != before[name] for name in content):
            made = {name: value for name, value in before.items() if name != "metadata"}
            outcome = self.common.create(resource, view, {**made, **content})
        else:
            outcome = Outcome(200, before)
        assert isinstance(outcome.body, dict)
        return replace(outcome, body=_shown(outcome.body))


def _shown(row: Entity) -> Entity:
    return {name: value for name, value in row.items() if name not in ("id", "businessUnitId", "selfUri")}


def _scheduler(_: View, __: Entity, request: Request) -> Entity:
    return known_fields(request.body, *_SCHEDULER)


def _staffing(view: View, unit: Entity, request: Request) -> Entity:
    content = known_fields(request.body, *_STAFFING)
    _raise_negative(BAD_MINIMUM, content, "minimumValue")
    if "planningGroupOverrides" in request.body:
        sent = request.body["planningGroupOverrides"].get("values", [])
        content["planningGroupOverrides"] = list(_overrides(view, unit, sent))
    return content


def _overrides(view: View, unit: Entity, sent: Iterable[Entity]) -> Iterable[Entity]:
    seen: set[str] = set()
    for index, item in enumerate(sent):
        field, group_id = f"planningGroupOverrides[{index}]", item["planningGroupId"]
        if not planning_groups.named(view, unit["id"], group_id):
            message = f"{field}: no planning group of the business unit has the id {group_id[:200]!r}"
            raise refuse(NO_GROUP, message, field)
        if group_id in seen:
            raise refuse(BAD_MINIMUM, f"{field}: the planning group has an override already", field)
        seen.add(group_id)
        for minimums in item["dayOfWeekMinimums"]:
            _raise_negative(BAD_MINIMUM, minimums, "minimumValue")
        group = planning_groups.reference(unit["id"], group_id)
        yield {"planningGroup": group, "dayOfWeekMinimums": item["dayOfWeekMinimums"]}


def _raise_negative(code: ErrorCode, fields: Entity, name: str) -> None:
    if fields.get(name, 0) < 0:
        raise refuse(code, f"{name}: {fields[name]} is negative", name)


def _shifts(_: View, __: Entity, request: Request) -> Entity:
    content = known_fields(request.body, "minMinutesBeforeStartTime")
    _raise_negative(NEGATIVE, content, "minMinutesBeforeStartTime")
    return {**content, **{name: request.body[name].get("values", []) for name in _SHIFTS if name in request.body}}


def _my_shifts(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent = view.get("agent", current_user(view))
    if agent is None:
        raise refuse(NO_AGENT, "the user is in no management unit")
    rules.raise_invalid(request)
    home = management_units.COMMON.existing(view, agent["managementUnit"]["id"])
    return Outcome(200, _shown(SHIFTS.of(view, business_units.COMMON.existing(view, home["businessUnit"]["id"]))))


SCHEDULER = Settings("schedulerSettings", "scheduler/settings", dict.fromkeys(_SCHEDULER, False), _scheduler)
STAFFING = Settings(
    "minimumStaffingSettings",
    "minimumstaffing/settings",
    {"applicableIntervals": "AllIntervals", "enabled": False, "minimumValue": 0.0, "planningGroupOverrides": []},
    _staffing,
    stale=None,
)
SHIFTS = Settings(
    "alternativeShiftSettings",
    "alternativeshifts/settings",
    {"minMinutesBeforeStartTime": 0, "enabledGranularities": [], "retainedActivityCategories": []},
    _shifts,
)
_UNIT = business_units.NOT_FOUND
_DEFAULTS = assumed("the defaults, and version 0 before the first change")
BUSINESS_UNIT_SETTINGS = (
    SCHEDULER.resource(
        "scheduler settings",
        {
            "getWorkforcemanagementBusinessunitSchedulerSettings": Behaviour(SCHEDULER.read, _DEFAULTS, (_UNIT,)),
            "patchWorkforcemanagementBusinessunitSchedulerSettings": Behaviour(
                SCHEDULER.patch, CONTRACT, (_UNIT, WFM_STALE)
            ),
        },
    ),
    STAFFING.resource(
        "minimum staffing settings",
        {
            "getWorkforcemanagementBusinessunitMinimumstaffingSettings": Behaviour(STAFFING.read, _DEFAULTS, (_UNIT,)),
            "patchWorkforcemanagementBusinessunitMinimumstaffingSettings": Behaviour(
                STAFFING.patch, assumed("carries no version, so it is never stale"), (_UNIT, NO_GROUP, BAD_MINIMUM)
            ),
        },
    ),
    SHIFTS.resource(
        "alternative shift settings",
        {
            "getWorkforcemanagementBusinessunitAlternativeshiftsSettings": Behaviour(SHIFTS.read, _DEFAULTS, (_UNIT,)),
            "patchWorkforcemanagementBusinessunitAlternativeshiftsSettings": Behaviour(
                SHIFTS.patch, CONTRACT, (_UNIT, WFM_STALE, NEGATIVE)
            ),
            "getWorkforcemanagementAlternativeshiftsSettings": Behaviour(
                _my_shifts, CONTRACT, (NO_USER_CONTEXT, NO_AGENT)
            ),
        },
    ),
)
