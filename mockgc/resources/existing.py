"""
What is stored, under the words by which the contract refers to it, for answers that are made up otherwise.

Source: assumed, an answer about nothing that exists helps nobody; which of several is named is ours: the first made.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from mockgc.contract.examples import Existing, Known
from mockgc.domain.transaction import Entity, View

KINDS: Mapping[str, str] = {
    "activityCode": "activityCode",
    "agent": "directoryUser",
    "businessUnit": "businessUnit",
    "createdBy": "directoryUser",
    "division": "division",
    "group": "directoryGroup",
    "language": "language",
    "managementUnit": "managementUnit",
    "manager": "directoryUser",
    "member": "directoryUser",
    "modifiedBy": "directoryUser",
    "planningGroup": "planningGroup",
    "queue": "queue",
    "requestingUser": "directoryUser",
    "reviewedBy": "directoryUser",
    "routingSkill": "skill",
    "schedule": "weekSchedule",
    "serviceGoalTemplate": "serviceGoalTemplate",
    "skill": "skill",
    "staffingGroup": "staffingGroup",
    "submittedBy": "directoryUser",
    "team": "team",
    "timeOffLimit": "timeOffLimit",
    "timeOffPlan": "timeOffPlan",
    "timeOffRequest": "timeOffRequest",
    "user": "directoryUser",
    "workPlan": "workPlan",
    "workPlanRotation": "workPlanRotation",
}
"""The word of a reference or of an id (`userId`, `user: {id}`, `UserReference`) -> the kind that is stored."""
_LOOKED_AT = 10


def existing(view: View, kinds: Container[str], path: str, ids: tuple[str, ...]) -> Existing:
    """
    Finds what a word stands for: what the path names, else the first of its kind that is not deleted.

    Args:
        kinds: the registry's; no other can be asked for.
        path: the operation's, with the names of its parameters; `ids` are their values.
    """
    names = [part[1:-1].removesuffix("Id") for part in path.split("/") if part.startswith("{")]
    named = dict(zip(names, ids, strict=False))
    found: dict[str, Known | None] = {}

    def look_up(word: str) -> Known | None:
        kind = KINDS.get(word)
        if kind is not None and kind not in kinds:
            kind = None
        if word in named:
            entity = view.get(kind, named[word]) if kind is not None else None
            return Known(named[word]) if entity is None else _known(entity)
        return _first(view, kind) if kind is not None else None

    def remembered(word: str) -> Known | None:
        if word not in found:
            found[word] = look_up(word)
        return found[word]

    return remembered


def _first(view: View, kind: str) -> Known | None:
    for entity_id, _ in zip(view.rows(kind), range(_LOOKED_AT), strict=False):
        entity = view.get(kind, entity_id)
        if entity is not None and entity.get("state") != "deleted":
            return _known(entity)
    return None


def _known(entity: Entity) -> Known:
    return Known(entity["id"], entity.get("selfUri"), entity.get("name"))
