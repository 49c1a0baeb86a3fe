"""Users: `/api/v2/wfm/users`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockgc.domain.errors import Violation
from mockgc.domain.names import folded_email, folded_name
from mockgc.domain.resource import Filter, Resource, UniqueKey
from mockgc.domain.schema import object_schema
from mockgc.domain.transaction import Entity, View
from mockgc.resources.wfm_dialect import codes, fields
from mockgc.resources.wfm_dialect.zone_fit import misfit


def _keeps_fitting(view: View, wanted: Entity, before: Entity | None) -> Iterator[Violation]:
    """A new zone still fits the template of each group the user is in."""
    if before is None or before["timeZone"] == wanted["timeZone"]:
        return
    for kind, group_id in view.referrers("user", before["id"]):
        if kind == "group" and (group := view.get("group", group_id)) is not None:
            template = view.get("scheduleTemplate", group["scheduleTemplateId"])
            if template is not None:
                yield from misfit(view, wanted, template, "timeZone", group)


def _active(wanted: Entity) -> Entity:
    return {"active": True, **wanted} if "active" not in wanted else dict(wanted)


_SHAPE = Resource(
    area=fields.AREA,
    kind="user",
    path=f"{fields.PREFIX}/users",
    title="user",
    id_parameter="userId",
    schema=object_schema(
        {
            "name": fields.NAME,
            "email": {
                "type": "string",
                "maxLength": 254,
                "pattern": r"^[^@ \u0000-\u0020\u007f-\u00a0]+@[^@ \u0000-\u0020\u007f-\u00a0]+$",
                "description": "An e-mail address: one @, no blanks or control characters.",
            },
            "externalId": fields.EXTERNAL_ID,
            "timeZone": fields.ZONE,
            "active": {"type": "boolean"},
        },
        ("name", "email", "timeZone"),
    ),
    example={
        "name": "Ada Fischer",
        "email": "ada.fischer@example.com",
        "externalId": "zendesk:user:1001",
        "timeZone": "Europe/Paris",
    },
    unique=(
        UniqueKey("email", codes.EMAIL_IN_USE, folded_email),
        UniqueKey("externalId", codes.EXTERNAL_ID_IN_USE, scope="organisation"),
    ),
    filters=(Filter("externalId"), Filter("name", folded_name), Filter("email", folded_email)),
    checks=(_keeps_fitting,),
    complete=_active,
    components={"TimeZone": fields.TIME_ZONE},
    in_use=codes.IN_USE,
    stale=codes.STALE,
)
_HELD = (codes.EMAIL_IN_USE, codes.EXTERNAL_ID_IN_USE)
USER = replace(
    _SHAPE,
    operations=(
        fields.list_operation(_SHAPE),
        fields.create_operation(_SHAPE, _HELD),
        *fields.item_operations(_SHAPE, (codes.ZONE_INCOMPATIBLE, *_HELD), ("active",)),
    ),
)
