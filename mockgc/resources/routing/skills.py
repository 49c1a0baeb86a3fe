"""Routing skills: `/api/v2/routing/skills`. Names are unique; the version is text and guards nothing."""

from __future__ import annotations

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Operation, Resource, UniqueKey
from mockgc.domain.transaction import Outcome, Request, View
from mockgc.resources.kit import CONTRACT, Common, everything, known_fields, paged, parameters, reply

PATH = "/api/v2/routing/skills"
NAME_EXISTS = ErrorCode(
    "general.conflict", 409, "skill names are unique",
    assumed("POST routing/skills declares the code under 400 and 409; which is sent is assumed"),
    "Use the skill that has the name.",
)  # fmt: skip
_COMMON = Common("skill", lambda skill: f"{PATH}/{skill['id']}")


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    moment = timestamp(view.now)
    content = {**known_fields(request.body, "name"), "state": "active", "version": "1", "dateModified": moment}
    return _COMMON.create(resource, view, content)


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    skill = _COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return reply(view, "skill", skill)


def _delete(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = _COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return _COMMON.delete(resource, view, before, 200)


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    name = parameters(request).get("name")
    found = [s for s in everything(view, "skill") if name is None or folded_name(name) in folded_name(s["name"])]
    return paged(view, "skill", PATH, request, found)


SKILL = Resource(
    kind="skill",
    path=PATH,
    title="skill",
    unique=(UniqueKey("name", NAME_EXISTS, folded_name),),
    behaviours={
        "postRoutingSkills": Behaviour(_create, CONTRACT, (NAME_EXISTS,)),
        "getRoutingSkill": Behaviour(_read, CONTRACT),
        "deleteRoutingSkill": Behaviour(_delete, CONTRACT),
        "getRoutingSkills": Behaviour(_list, CONTRACT),
    },
)
