"""
Planning groups: `/api/v2/workforcemanagement/businessunits/{businessUnitId}/planninggroups`.

A route path (queue, media type, language, skills) is in one planning group at most. `sourcePlanningGroup` takes it from
another, under that group's version: so a create can conflict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, WfmError, assumed, documented
from mockgc.domain.resource import Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import (
    CONTRACT,
    METADATA,
    WFM_BODY_NOT_FOUND,
    WFM_STALE,
    WFM_VALIDATION,
    known_fields,
)
from mockgc.resources.workforcemanagement import business_units
from mockgc.resources.workforcemanagement.family import kind_in

BLANK_ID = ErrorCode(
    "wfm.ids.may.not.be.blank", 400, "ids of queues, languages and skills are not blank",
    documented("POST planninggroups: 400"), "Send the id, or leave the field out.",
)  # fmt: skip
NO_QUEUE = ErrorCode(
    "queue.ids.not.found", 404, "a route path names a queue that exists", documented("POST planninggroups: 404"),
    "Create the queue first.",
)  # fmt: skip
NO_LANGUAGE = ErrorCode(
    "language.ids.not.found", 404, "a route path names a language that exists", documented("POST planninggroups: 404"),
    "Create the language first.",
)  # fmt: skip
NO_SKILL = ErrorCode(
    "routing.skill.ids.not.found", 404, "a route path names skills that exist", documented("POST planninggroups: 404"),
    "Create the skills first.",
)  # fmt: skip
PATH_TAKEN = ErrorCode(
    "wfm.validation.failure", 400, "a route path is in one planning group at most",
    assumed("sourcePlanningGroup is documented for a path that another group has, the refusal without it is not"),
    "Name the holder as sourcePlanningGroup with its current metadata, or leave the path out.",
)  # fmt: skip
_ROUTING = {"queue": NO_QUEUE, "language": NO_LANGUAGE, "skill": NO_SKILL}


def _sent(request: Request) -> list[Entity] | None:
    """The route paths of a body: a list on create, wrapped on update."""
    found = request.body.get("routePaths")
    return found.get("values", []) if isinstance(found, dict) else found


def _content(_: View, request: Request, __: Entity | None) -> Entity:
    content, template = known_fields(request.body, "name"), request.body.get("serviceGoalTemplateId")
    if template is not None:
        uri = f"{business_units.uri(request.ids[0])}/servicegoaltemplates/{template}"
        content["serviceGoalTemplate"] = {"id": template, "selfUri": uri}
    paths = _sent(request)
    if paths is not None:
        content["routePaths"] = list({_key(path): path for path in map(_path, paths)}.values())
    return content


def _path(sent: Entity) -> Entity:
    path = {"mediaType": sent["mediaType"], "queue": _reference("queue", sent["queueId"])}
    if "languageId" in sent:
        path["language"] = _reference("language", sent["languageId"])
    if "skillIds" in sent:
        path["skills"] = [_reference("skill", skill) for skill in dict.fromkeys(sent["skillIds"])]
    return path


def _reference(kind: str, entity_id: str) -> Entity:
    return {"id": entity_id, "selfUri": f"/api/v2/routing/{kind}s/{entity_id}"}


def _key(path: Entity) -> tuple[Any, ...]:
    skills = frozenset(skill["id"] for skill in path.get("skills", []))
    return path["queue"]["id"], path["mediaType"], path.get("language", {}).get("id"), skills


def _named(path: Entity) -> Iterator[tuple[str, str]]:
    """(kind, id) of all that a route path names."""
    yield "queue", path["queue"]["id"]
    if "language" in path:
        yield "language", path["language"]["id"]
    yield from (("skill", skill["id"]) for skill in path.get("skills", []))


def _check(view: View, group: Entity, before: Entity | None) -> Iterator[Violation]:
    template = view.get("serviceGoalTemplate", group["serviceGoalTemplate"]["id"])
    if template is not None and template["businessUnitId"] != group["businessUnitId"]:
        message = f"service goal template {template['id']!r} is of another business unit"
        yield Violation(WFM_BODY_NOT_FOUND, message, "serviceGoalTemplateId")
    there = {_key(path) for path in before["routePaths"]} if before else set()
    for path in group["routePaths"]:
        for kind, entity_id in () if _key(path) in there else _named(path):
            if not entity_id.strip():
                yield Violation(BLANK_ID, f"routePaths: the id of a {kind} is blank", "routePaths", given=entity_id)
            elif view.row(kind, entity_id) is None:
                message = f"routePaths: no {kind} has the id {entity_id!r}"
                yield Violation(_ROUTING[kind], message, "routePaths", given=entity_id)


def _taken(resource: Resource, view: View, request: Request, own_id: str | None) -> tuple[Write, ...]:
    """
    What takes the route paths of a request from the groups that have them.

    Raises:
        WfmError: a path is another group's and no source is named, or the source has moved on.
    """
    sources: dict[str, Entity] = {}
    lost: dict[str, set[Any]] = {}
    for sent in _sent(request) or ():
        key, source = _key(_path(sent)), sent.get("sourcePlanningGroup")
        if source is not None:
            sources[source["id"]] = _source(resource, view, request.ids[0], source)
        holder = _holder(view, request.ids[0], key, own_id)
        if holder is not None and (source is None or source["id"] != holder["id"]):
            message = f"routePaths: the path is in planning group {holder['name']!r}"
            holding = Holder("planningGroup", holder["id"], holder["name"])
            raise WfmError([Violation(PATH_TAKEN, message, "routePaths", holding)])
        if holder is not None:
            lost.setdefault(holder["id"], set()).add(key)
    return tuple(_without(view, sources[group_id], keys) for group_id, keys in lost.items())


def _source(resource: Resource, view: View, unit_id: str, sent: Entity) -> Entity:
    found = view.get("planningGroup", sent["id"])
    if found is None or found["businessUnitId"] != unit_id:
        message = f"sourcePlanningGroup: no planning group of the business unit has the id {sent['id']!r}"
        raise WfmError([Violation(WFM_BODY_NOT_FOUND, message, "routePaths", given=sent["id"])])
    GROUPS.common.raise_stale(resource, found, sent["metadata"]["version"])
    return found


def _holder(view: View, unit_id: str, key: tuple[Any, ...], own_id: str | None) -> Entity | None:
    others = (group for group in GROUPS.inside(view, unit_id) if group["id"] != own_id)
    return next((group for group in others if any(_key(path) == key for path in group["routePaths"])), None)


def _without(view: View, group: Entity, keys: set[Any]) -> Write:
    after: Entity = {**group, "routePaths": [path for path in group["routePaths"] if _key(path) not in keys]}
    METADATA.put(after, group["metadata"]["version"] + 1, view, group)
    return Write("planningGroup", group["id"], after, changed=("routePaths",))


def _create(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    outcome = GROUPS.create(resource, operation, view, request)
    return replace(outcome, writes=(*outcome.writes, *_taken(resource, view, request, None)))


def _patch(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    before = GROUPS.existing(view, request)
    rules.raise_invalid(request)
    outcome = GROUPS.change(resource, operation, view, request)
    return replace(outcome, writes=(*outcome.writes, *_taken(resource, view, request, before["id"])))


def named(view: View, business_unit_id: str, group_id: str) -> bool:
    """Whether a business unit has a planning group under this id."""
    found = view.get("planningGroup", group_id)
    return found is not None and found["businessUnitId"] == business_unit_id


def reference(business_unit_id: str, group_id: str) -> Entity:
    """The reference to a planning group as others show it."""
    return {"id": group_id, "selfUri": f"{business_units.uri(business_unit_id)}/planninggroups/{group_id}"}


GROUPS = kind_in(business_units.COMMON, "planninggroups", "planningGroup", _content, created=200)
_REFUSALS = (
    WFM_STALE, WFM_VALIDATION, WFM_BODY_NOT_FOUND, PATH_TAKEN, BLANK_ID, NO_QUEUE, NO_LANGUAGE, NO_SKILL,
)  # fmt: skip
PLANNING_GROUP = GROUPS.resource(
    "planning group",
    {
        "getWorkforcemanagementBusinessunitPlanninggroups": GROUPS.of_unit(GROUPS.listing, CONTRACT),
        "postWorkforcemanagementBusinessunitPlanninggroups": GROUPS.of_unit(
            _create, assumed("200, because the 201 names another schema; a clash of names is a 400"), *_REFUSALS
        ),
        "getWorkforcemanagementBusinessunitPlanninggroup": GROUPS.of_one(GROUPS.read, CONTRACT),
        "patchWorkforcemanagementBusinessunitPlanninggroup": GROUPS.of_one(_patch, CONTRACT, *_REFUSALS),
        "deleteWorkforcemanagementBusinessunitPlanninggroup": GROUPS.of_one(
            GROUPS.delete, assumed("what names it stops showing it")
        ),
    },
    references=(
        Reference("serviceGoalTemplate.id", "serviceGoalTemplate", WFM_BODY_NOT_FOUND, "serviceGoalTemplateId"),
    ),
    checks=(_check,),
)
