"""Routing skills: `/api/v2/routing/skills`."""

from __future__ import annotations

from mockgc.domain.errors import ErrorCode, assumed
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Request, View
from mockgc.resources.directory.people import division_reference
from mockgc.resources.directory.refusals import UNKNOWN_ID
from mockgc.resources.kit import CONTRACT, named, touched
from mockgc.resources.routing.abilities import abilities, fresh, path_of

KIND = "skill"
PATH = path_of(KIND)
NAME_EXISTS = ErrorCode(
    "general.conflict", 409, "skill names are unique",
    assumed("POST routing/skills declares the code under 400 and 409; which is sent is assumed"),
    "Use the skill that has the name.",
)  # fmt: skip


def _content(view: View, request: Request, before: Entity | None) -> Entity:
    """A change moves it to another division, and is nothing else."""
    content = {} if before else fresh(view, request)
    if "divisionId" in request.body:
        content["division"] = division_reference(request.body["divisionId"])
    return touched(view, before, content) if before else content


SKILLS = abilities(KIND, _content, rating="userSkill", deleted=200)
SKILL = Resource(
    kind=KIND,
    path=PATH,
    title="skill",
    unique=(UniqueKey("name", NAME_EXISTS, folded_name),),
    references=(Reference("division.id", "division", UNKNOWN_ID, "divisionId"),),
    behaviours={
        "postRoutingSkills": Behaviour(SKILLS.create, NAME_EXISTS.source, (NAME_EXISTS, UNKNOWN_ID)),
        "getRoutingSkill": Behaviour(SKILLS.read, CONTRACT),
        "patchRoutingSkill": Behaviour(SKILLS.change, CONTRACT, (UNKNOWN_ID,)),
        "deleteRoutingSkill": Behaviour(SKILLS.delete, assumed("users lose the skill with it")),
        "getRoutingSkills": Behaviour(SKILLS.pages(PATH, named), assumed("a name is searched for inside names")),
    },
)
