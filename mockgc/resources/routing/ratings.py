"""
How well a user has a skill or a language: `/api/v2/users/{userId}/routingskills` and `.../routinglanguages`.

One entity for each user and ability; callers see it under the ability's id. The user's version does not move (assumed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, WfmError, assumed, documented, observed
from mockgc.domain.resource import Behaviour, CompositeKey, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.directory import users
from mockgc.resources.directory.people import USER, USERS_PATH, rating_shown
from mockgc.resources.directory.refusals import UNKNOWN_REFERENCE
from mockgc.resources.kit import CONTRACT, Common, children, known_fields, paged, showing, source

ENTRIES_MAX = 50
PROFICIENCY_MAX = 5

ALREADY_HAS = ErrorCode(
    "general.conflict", 400, "a user has a skill or language once",
    assumed("POST users/{userId}/routingskills declares the code only"), "Change the proficiency instead.",
)  # fmt: skip
UNKNOWN_SKILL = ErrorCode(
    "general.resource.not.found", 404, "skills in a body exist",
    assumed("the contract declares the code only"), "Create the skill first.",
)  # fmt: skip
UNKNOWN_ABILITY = ErrorCode(
    "not.found", 404, "skills and languages in a body exist", assumed("the contract declares the code only"),
    "Create the skill or language first.",
)  # fmt: skip
OUT_OF_RANGE = ErrorCode(
    "invalid.value", 400, "a proficiency is between 0 and 5",
    documented("the models' proficiency; the code is assumed"), "Send a proficiency between 0 and 5.",
)  # fmt: skip
TOO_MANY = ErrorCode(
    "constraint.validation", 400, "at most 50 entries in one call",
    observed("the Terraform provider sends 50 at a time; the code is assumed"), "Send them in smaller batches.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ratings:
    """The rules for one kind of ability; `of` is `skill` or `language`."""

    kind: str
    of: str

    @property
    def pair(self) -> CompositeKey:
        """The user and the ability, by which an entity is found."""
        return CompositeKey(f"{self.kind}Pair", ("userId", f"{self.of}Id"))

    @property
    def common(self) -> Common:
        """What it does as any kind does."""
        return Common(self.kind, lambda rating: f"{self.path(rating['userId'])}/{rating[f'{self.of}Id']}")

    def path(self, user_id: str) -> str:
        """Of a user's listing."""
        return f"{USERS_PATH}/{user_id}/routing{self.of}s"

    def held(self, view: View, user_id: str, ability_id: str) -> Entity | None:
        """What a user has of an ability."""
        wanted = self.pair.value({"userId": user_id, f"{self.of}Id": ability_id})
        found = view.holders(self.pair.name, wanted, (self.kind,))
        return view.get(self.kind, found[0][1]) if found else None

    def of_user(self, view: View, user_id: str) -> list[Entity]:
        """All that a user has."""
        return children(view, self.kind, USER, user_id)

    def listing(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        """One page of what a user has."""
        user = users.COMMON.existing(view, request.ids[0])
        rules.raise_invalid(request)
        return self._page(view, request, user["id"], self.of_user(view, user["id"]))

    def _page(self, view: View, request: Request, user_id: str, found: Iterable[Entity]) -> Outcome:
        return paged(view, self.kind, self.path(user_id), request, found, partial(rating_shown, view))

    def add(self, unknown: ErrorCode, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """One more, which the user does not have yet."""
        user = users.COMMON.existing(view, request.ids[0])
        rules.raise_invalid(request)
        ability_id = request.body["id"]
        self._raise_wrong(view, unknown, [request.body])
        if self.held(view, user["id"], ability_id) is not None:
            name = rules.name_of(view, self.of, ability_id)
            message = f"user {user['name']!r} already has the {self.of} {name!r}"
            raise WfmError([Violation(ALREADY_HAS, message, "id", Holder(self.of, ability_id, name), ability_id)])
        return showing(self._put(resource, view, user["id"], request.body), partial(rating_shown, view))

    def change(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """Another proficiency or state of what the user has."""
        before = self._existing(view, request)
        rules.raise_invalid(request)
        self._raise_range([request.body])
        content = known_fields(request.body, "proficiency", "state")
        return showing(self.common.update(resource, view, before, content, None), partial(rating_shown, view))

    def remove(self, status: int, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """The user no longer has it."""
        before = self._existing(view, request)
        rules.raise_invalid(request)
        return self.common.delete(resource, view, before, status)

    def bulk(
        self, unknown: ErrorCode, is_replacing: bool, resource: Resource, _: Operation, view: View, request: Request
    ) -> Outcome:
        """Several at once; what is not named stays, or goes where the list replaces all."""
        user = users.COMMON.existing(view, request.ids[0])
        rules.raise_invalid(request)
        if len(request.items) > ENTRIES_MAX:
            raise errors.refuse(TOO_MANY, f"{len(request.items)} entries; at most {ENTRIES_MAX}")
        self._raise_wrong(view, unknown, request.items)
        wanted = {item["id"]: item for item in request.items}
        done = {name: self._put(resource, view, user["id"], item) for name, item in wanted.items()}
        others = [one for one in self.of_user(view, user["id"]) if one[f"{self.of}Id"] not in wanted]
        leaving = tuple(Write(self.kind, one["id"], None) for one in others) if is_replacing else ()
        kept = [] if is_replacing else others
        found = [*kept, *(outcome.body for outcome in done.values() if isinstance(outcome.body, dict))]
        page = self._page(view, request, user["id"], found)
        writes = tuple(write for outcome in done.values() for write in outcome.writes)
        return Outcome(200, page.body, (*writes, *leaving), tuple(r for o in done.values() for r in o.reads))

    def _put(self, resource: Resource, view: View, user_id: str, item: Entity) -> Outcome:
        before = self.held(view, user_id, item["id"])
        content: Entity = {"proficiency": item["proficiency"]}
        if before is not None:
            return self.common.update(resource, view, before, content, None)
        content |= {"userId": user_id, f"{self.of}Id": item["id"], "state": "active"}
        return self.common.create(resource, view, content)

    def _existing(self, view: View, request: Request) -> Entity:
        user_id, ability_id = request.ids
        users.COMMON.existing(view, user_id)
        found = self.held(view, user_id, ability_id)
        if found is None:
            raise errors.refuse(errors.NOT_FOUND, f"user {user_id!r} has no {self.of} {ability_id!r}")
        return found

    def _raise_wrong(self, view: View, unknown: ErrorCode, items: Iterable[Entity]) -> None:
        self._raise_range(items)
        for item in items:
            if view.row(self.of, item["id"]) is None:
                raise errors.refuse(unknown, f"no {self.of} has the id {item['id']!r}", "id")

    def _raise_range(self, items: Iterable[Entity]) -> None:
        for item in items:
            if not 0 <= item.get("proficiency", 0) <= PROFICIENCY_MAX:
                message = f"the proficiency {item['proficiency']} is not between 0 and {PROFICIENCY_MAX}"
                raise errors.refuse(OUT_OF_RANGE, message, "proficiency")


def _resource(ratings: Ratings, behaviours: dict[str, Behaviour]) -> Resource:
    return Resource(
        kind=ratings.kind,
        path=f"{USERS_PATH}/routing{ratings.of}s",
        title=f"{ratings.of} of a user",
        composite=(ratings.pair,),
        references=(
            Reference("userId", USER, UNKNOWN_REFERENCE),
            Reference(f"{ratings.of}Id", ratings.of, UNKNOWN_REFERENCE),
        ),
        behaviours=behaviours,
    )


_SKILLS, _LANGUAGES = Ratings("userSkill", "skill"), Ratings("userLanguage", "language")
_BULK = source(CONTRACT, TOO_MANY.source)
USER_SKILL = _resource(
    _SKILLS,
    {
        "getUserRoutingskills": Behaviour(_SKILLS.listing, CONTRACT),
        "postUserRoutingskills": Behaviour(
            partial(_SKILLS.add, UNKNOWN_SKILL), ALREADY_HAS.source, (ALREADY_HAS, UNKNOWN_SKILL, OUT_OF_RANGE)
        ),
        "putUserRoutingskill": Behaviour(_SKILLS.change, CONTRACT, (OUT_OF_RANGE,)),
        "deleteUserRoutingskill": Behaviour(partial(_SKILLS.remove, 200), CONTRACT),
        "putUserRoutingskillsBulk": Behaviour(
            partial(_SKILLS.bulk, UNKNOWN_SKILL, True), _BULK, (UNKNOWN_SKILL, OUT_OF_RANGE, TOO_MANY)
        ),
        "patchUserRoutingskillsBulk": Behaviour(
            partial(_SKILLS.bulk, UNKNOWN_ABILITY, False), _BULK, (UNKNOWN_ABILITY, OUT_OF_RANGE, TOO_MANY)
        ),
    },
)
USER_LANGUAGE = _resource(
    _LANGUAGES,
    {
        "getUserRoutinglanguages": Behaviour(_LANGUAGES.listing, CONTRACT),
        "postUserRoutinglanguages": Behaviour(
            partial(_LANGUAGES.add, UNKNOWN_ABILITY), ALREADY_HAS.source, (ALREADY_HAS, UNKNOWN_ABILITY, OUT_OF_RANGE)
        ),
        "patchUserRoutinglanguage": Behaviour(_LANGUAGES.change, CONTRACT, (OUT_OF_RANGE,)),
        "deleteUserRoutinglanguage": Behaviour(partial(_LANGUAGES.remove, 204), CONTRACT),
        "patchUserRoutinglanguagesBulk": Behaviour(
            partial(_LANGUAGES.bulk, UNKNOWN_ABILITY, False), _BULK, (UNKNOWN_ABILITY, OUT_OF_RANGE, TOO_MANY)
        ),
    },
)
