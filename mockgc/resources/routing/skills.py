"""Routing skills: `/api/v2/routing/skills`."""

from __future__ import annotations

from mockgc.domain.errors import ErrorCode, assumed
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Reference, Resource, UniqueKey
from mockgc.resources.directory.refusals import UNKNOWN_ID
from mockgc.resources.kit import CONTRACT
from mockgc.resources.routing.abilities import Abilities

SKILLS = Abilities("skill", "userSkill", 200)
NAME_EXISTS = ErrorCode(
    "general.conflict", 409, "skill names are unique",
    assumed("POST routing/skills declares the code under 400 and 409; which is sent is assumed"),
    "Use the skill that has the name.",
)  # fmt: skip

SKILL = Resource(
    kind=SKILLS.kind,
    path=SKILLS.path,
    title="skill",
    unique=(UniqueKey("name", NAME_EXISTS, folded_name),),
    references=(Reference("division.id", "division", UNKNOWN_ID, "divisionId"),),
    behaviours={
        "postRoutingSkills": Behaviour(SKILLS.create, NAME_EXISTS.source, (NAME_EXISTS, UNKNOWN_ID)),
        "getRoutingSkill": Behaviour(SKILLS.read, CONTRACT),
        "patchRoutingSkill": Behaviour(SKILLS.move, CONTRACT, (UNKNOWN_ID,)),
        "deleteRoutingSkill": Behaviour(SKILLS.delete, assumed("users lose the skill with it")),
        "getRoutingSkills": Behaviour(SKILLS.listing, assumed("a name is searched for inside names")),
    },
)
