"""Routing languages: `/api/v2/routing/languages`."""

from __future__ import annotations

from mockgc.domain.errors import ErrorCode, assumed, documented
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Resource, UniqueKey
from mockgc.resources.kit import CONTRACT, named
from mockgc.resources.routing.abilities import abilities, fresh, path_of

KIND = "language"
PATH = path_of(KIND)
NAME_EXISTS = ErrorCode(
    "general.conflict", 400, "language names are unique", documented("POST routing/languages: 400"),
    "Use the language that has the name.",
)  # fmt: skip

LANGUAGES = abilities(KIND, lambda view, request, _: fresh(view, request), rating="userLanguage", deleted=204)
LANGUAGE = Resource(
    kind=KIND,
    path=PATH,
    title="language",
    unique=(UniqueKey("name", NAME_EXISTS, folded_name),),
    behaviours={
        "postRoutingLanguages": Behaviour(LANGUAGES.create, CONTRACT, (NAME_EXISTS,)),
        "getRoutingLanguage": Behaviour(LANGUAGES.read, CONTRACT),
        "deleteRoutingLanguage": Behaviour(LANGUAGES.delete, assumed("users lose the language with it; 204")),
        "getRoutingLanguages": Behaviour(LANGUAGES.pages(PATH, named), assumed("a name is searched for inside names")),
    },
)
