"""Groups: `/api/v2/wfm/users/groups`. A group has one schedule template and a set of members whose zones fit it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mockgc.domain.errors import Violation
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Filter, Reference, Resource, UniqueKey
from mockgc.domain.schema import object_schema
from mockgc.domain.transaction import Entity, View
from mockgc.resources.wfm_dialect import codes, fields
from mockgc.resources.wfm_dialect.zone_fit import misfit


def _members_fit(view: View, wanted: Entity, _: Entity | None) -> Iterator[Violation]:
    template = view.get("scheduleTemplate", wanted["scheduleTemplateId"])
    if template is None:
        return
    for index, user_id in enumerate(wanted["userIds"]):
        user = view.get("user", user_id)
        if user is not None:
            yield from misfit(view, user, template, f"userIds[{index}]", template)


def _canonical(group: Entity) -> Any:
    return {**group, "userIds": sorted(set(group.get("userIds", ())))}


def _complete(wanted: Entity) -> Entity:
    return {**wanted, "userIds": wanted.get("userIds", [])}


def _stored(wanted: Entity) -> Entity:
    return {**wanted, "userIds": list(dict.fromkeys(wanted["userIds"]))}


_SHAPE = Resource(
    area=fields.AREA,
    kind="group",
    path=f"{fields.PREFIX}/users/groups",
    title="group",
    id_parameter="groupId",
    schema=object_schema(
        {
            "name": fields.NAME,
            "externalId": fields.EXTERNAL_ID,
            "description": fields.DESCRIPTION,
            "scheduleTemplateId": fields.ID,
            "userIds": {"type": "array", "items": fields.ID, "maxItems": 5000},
        },
        ("name", "scheduleTemplateId"),
    ),
    example={
        "name": "Support EMEA",
        "externalId": "zendesk:group:9",
        "scheduleTemplateId": "5c0e1f2a-0000-4000-8001-000000000001",
        "userIds": [],
    },
    unique=(
        UniqueKey("name", codes.NAME_IN_USE, folded_name),
        UniqueKey("externalId", codes.EXTERNAL_ID_IN_USE, scope="organisation"),
    ),
    references=(
        Reference("scheduleTemplateId", "scheduleTemplate", codes.REFERENCE_NOT_FOUND),
        Reference("userIds[]", "user", codes.REFERENCE_NOT_FOUND),
    ),
    filters=(Filter("externalId"), Filter("name", folded_name)),
    checks=(_members_fit,),
    canonical=_canonical,
    complete=_complete,
    stored=_stored,
    in_use=codes.IN_USE,
    stale=codes.STALE,
)
_REFUSALS = (codes.REFERENCE_NOT_FOUND, codes.ZONE_INCOMPATIBLE, codes.NAME_IN_USE, codes.EXTERNAL_ID_IN_USE)
GROUP = replace(
    _SHAPE,
    operations=(
        fields.list_operation(_SHAPE),
        fields.create_operation(_SHAPE, _REFUSALS),
        *fields.item_operations(_SHAPE, _REFUSALS),
    ),
)
