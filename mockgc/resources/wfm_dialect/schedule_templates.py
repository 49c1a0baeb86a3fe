"""Schedule templates: `/api/v2/wfm/scheduletemplates`. Shift times are local to the template's zone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mockgc.domain.errors import Violation
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Filter, Resource, UniqueKey
from mockgc.domain.schema import object_schema
from mockgc.domain.transaction import Entity, View
from mockgc.resources.wfm_dialect import codes, fields
from mockgc.resources.wfm_dialect.zone_fit import misfit

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SHIFT = object_schema(
    {
        "days": {"type": "array", "items": {"type": "string", "enum": list(DAYS)}, "minItems": 1, "maxItems": 7},
        "startTime": {
            "type": "string",
            "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
            "description": "Local time, HH:MM from 00:00 to 23:59.",
        },
        "lengthMinutes": fields.LENGTH_MINUTES,
        "activityCode": fields.ACTIVITY_CODE,
    },
    ("days", "startTime", "lengthMinutes"),
)


def _members_keep_fitting(view: View, wanted: Entity, before: Entity | None) -> Iterator[Violation]:
    """Members of the template's groups still fit its new zone."""
    if before is None or before["timeZone"] == wanted["timeZone"]:
        return
    for kind, group_id in view.referrers("scheduleTemplate", before["id"]):
        if kind == "group" and (group := view.get("group", group_id)) is not None:
            for user_id in group["userIds"]:
                user = view.get("user", user_id)
                if user is not None:
                    yield from misfit(view, user, {**before, **wanted}, "timeZone", user)


def _canonical(template: Entity) -> Any:
    """Days and shifts are sets."""
    shifts = [{**shift, "days": sorted(set(shift["days"]))} for shift in template.get("shifts", [])]
    return {**template, "shifts": sorted({json.dumps(shift, sort_keys=True) for shift in shifts})}


def _complete(wanted: Entity) -> Entity:
    return {**wanted, "shifts": wanted.get("shifts", [])}


def _stored(wanted: Entity) -> Entity:
    shifts = [{**shift, "days": sorted(set(shift["days"]), key=DAYS.index)} for shift in wanted["shifts"]]
    return {**wanted, "shifts": shifts}


_SHAPE = Resource(
    area=fields.AREA,
    kind="scheduleTemplate",
    path=f"{fields.PREFIX}/scheduletemplates",
    title="schedule template",
    id_parameter="scheduleTemplateId",
    schema=object_schema(
        {
            "name": fields.NAME,
            "externalId": fields.EXTERNAL_ID,
            "description": fields.DESCRIPTION,
            "timeZone": fields.ZONE,
            "shifts": {"type": "array", "items": SHIFT, "maxItems": 50},
        },
        ("name", "timeZone"),
    ),
    example={
        "name": "Early Paris",
        "externalId": "zendesk:template:early-paris",
        "timeZone": "Europe/Paris",
        "shifts": [{"days": ["Monday", "Tuesday"], "startTime": "08:00", "lengthMinutes": 480}],
    },
    unique=(
        UniqueKey("name", codes.NAME_IN_USE, folded_name),
        UniqueKey("externalId", codes.EXTERNAL_ID_IN_USE, scope="organisation"),
    ),
    filters=(Filter("externalId"), Filter("name", folded_name)),
    checks=(_members_keep_fitting,),
    canonical=_canonical,
    complete=_complete,
    stored=_stored,
    in_use=codes.IN_USE,
    stale=codes.STALE,
)
_HELD = (codes.NAME_IN_USE, codes.EXTERNAL_ID_IN_USE)
SCHEDULE_TEMPLATE = replace(
    _SHAPE,
    operations=(
        fields.list_operation(_SHAPE),
        fields.create_operation(_SHAPE, _HELD),
        *fields.item_operations(_SHAPE, (codes.ZONE_INCOMPATIBLE, *_HELD)),
    ),
)
