"""
External identifiers of users: `/api/v2/users/{userId}/externalid`.

The pair of authority and key names one user; it is what a migration looks users up by. The user's version does not
move with it (assumed).
"""

from __future__ import annotations

from urllib.parse import quote

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, WfmError, assumed, documented
from mockgc.domain.resource import Behaviour, CompositeKey, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.directory import people, users
from mockgc.resources.directory.people import USER, USERS_PATH
from mockgc.resources.directory.refusals import UNKNOWN_REFERENCE
from mockgc.resources.kit import CONTRACT, Common, children, reply, showing, source

KIND = "externalId"
PAIR_EXISTS = ErrorCode(
    "general.resource.conflict", 409, "authority and key together name one user",
    documented("POST users/{userId}/externalid: 409"), "Look the user up by the pair: it exists already.",
)  # fmt: skip
_BASE = f"{USERS_PATH}/externalid"
_NAMES = ("authorityName", "externalKey", "selfUri")
_PAIR = CompositeKey("externalPair", ("authorityName", "externalKey"))
_COMMON = Common(KIND, lambda found: "/".join((_BASE, *(quote(found[name], safe="") for name in _PAIR.fields))))


def holder(view: View, authority: str, key: str) -> Entity | None:
    """The stored identifier with this pair."""
    wanted = _PAIR.value({"authorityName": authority, "externalKey": key})
    held = view.holders(_PAIR.name, wanted, (KIND,))
    return view.get(KIND, held[0][1]) if held else None


def _shown(view: View, user_id: str) -> list[Entity]:
    return [{name: found[name] for name in _NAMES} for found in children(view, KIND, USER, user_id)]


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    user = users.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    authority, key = request.body["authorityName"], request.body["externalKey"]
    found = holder(view, authority, key)
    if found is not None:
        name = rules.name_of(view, USER, found["userId"])
        message = f"the external identifier {authority!r} {key!r} already exists: user {name!r} has it"
        raise WfmError([Violation(PAIR_EXISTS, message, "externalKey", Holder(USER, found["userId"], name), key)])
    content = {"authorityName": authority, "externalKey": key, "userId": user["id"]}
    outcome = _COMMON.create(resource, view, content, 201)
    added = {name: write.entity[name] for write in outcome.writes if write.entity for name in _NAMES}
    return Outcome(201, [*_shown(view, user["id"]), added], outcome.writes, outcome.reads)


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user = users.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return Outcome(200, _shown(view, user["id"]))


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user = users.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    for one in _shown(view, user["id"]):
        if one["authorityName"] == request.ids[1]:
            return Outcome(200, one)
    raise errors.refuse(errors.NOT_FOUND, f"the user has no identifier of the authority {request.ids[1]!r}")


def _look_up(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    found = holder(view, *request.ids)
    user = view.get(USER, found["userId"]) if found else None
    if user is None:
        raise errors.refuse(errors.NOT_FOUND, f"no user has the external identifier {' '.join(request.ids)!r}")
    rules.raise_invalid(request)
    return showing(reply(view, USER, user), people.shows(view, request))


def _delete(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    user_id, authority, key = request.ids
    users.COMMON.existing(view, user_id)
    found = holder(view, authority, key)
    if found is None or found["userId"] != user_id:
        raise errors.refuse(errors.NOT_FOUND, f"user {user_id!r} has no external identifier {authority!r} {key!r}")
    rules.raise_invalid(request)
    return _COMMON.delete(resource, view, found)


RESOURCE = Resource(
    kind=KIND,
    path=_BASE,
    title="external identifier",
    composite=(_PAIR,),
    references=(Reference("userId", USER, UNKNOWN_REFERENCE),),
    behaviours={
        "postUserExternalid": Behaviour(
            _create, source(CONTRACT, assumed("201 where 200 is declared beside it")), (PAIR_EXISTS,)
        ),
        "getUserExternalid": Behaviour(_list, CONTRACT),
        "getUserExternalidAuthorityName": Behaviour(_read, assumed("the first, where an authority has several")),
        "getUsersExternalidAuthorityNameExternalKey": Behaviour(_look_up, CONTRACT),
        "deleteUserExternalidAuthorityNameExternalKey": Behaviour(_delete, CONTRACT),
    },
)
