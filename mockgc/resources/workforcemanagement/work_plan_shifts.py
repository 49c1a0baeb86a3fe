"""
The shifts of a work plan and their activities after a request.

An item with an id changes that shift or activity, one without is new, `delete` removes; those not named stay (assumed).
"""

from __future__ import annotations

from mockgc.domain.errors import refuse
from mockgc.domain.transaction import Entity, View
from mockgc.resources.kit import WFM_BODY_NOT_FOUND

_NOT_KEPT = ("delete", "validationId")


def merged_shifts(view: View, sent: list[Entity], before: list[Entity] | None) -> list[Entity]:
    """
    The shifts to keep; `before` None makes all of them new, whatever ids they carry.

    Raises:
        WfmError: 400, an item names an id that the plan does not have.
    """
    if before is None:
        sent = [_unnamed(shift) for shift in sent]
    merged = _merged(view, sent, before or [], "shifts")
    old = {shift["id"]: shift["activities"] for shift in before or []}
    asked = {item["id"]: item["activities"] for item in sent if "id" in item and "activities" in item}
    return [_with_activities(view, shift, asked.get(shift["id"]), old.get(shift["id"])) for shift in merged]


def _unnamed(shift: Entity) -> Entity:
    activities = [_without(activity, "id") for activity in shift.get("activities", [])]
    return {**_without(shift, "id"), "activities": activities}


def _with_activities(view: View, shift: Entity, sent: list[Entity] | None, before: list[Entity] | None) -> Entity:
    if before is None:  # a new shift: all of its activities are new
        return {**shift, "activities": _merged(view, shift.get("activities", []), [], "activities")}
    return {**shift, "activities": before if sent is None else _merged(view, sent, before, "activities")}


def _merged(view: View, sent: list[Entity], before: list[Entity], name: str) -> list[Entity]:
    known = {item["id"]: item for item in before}
    named = {item["id"]: item for item in sent if "id" in item}
    unknown = [item_id for item_id in named if item_id not in known]
    if unknown:
        raise refuse(WFM_BODY_NOT_FOUND, f"{name}: the work plan has no {unknown[0]!r}", name)
    kept = [
        {**item, **_without(named.get(item_id, {}), *_NOT_KEPT)}
        for item_id, item in known.items()
        if not named.get(item_id, {}).get("delete")
    ]
    fresh = [item for item in sent if "id" not in item and not item.get("delete")]
    return [*kept, *({"id": view.new_id(), **_without(item, *_NOT_KEPT)} for item in fresh)]


def _without(item: Entity, *names: str) -> Entity:
    return {name: value for name, value in item.items() if name not in names}
