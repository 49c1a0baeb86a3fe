"""Divisions: `/api/v2/authorization/divisions`. No version; names are unique."""

from __future__ import annotations

from dataclasses import replace

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed, documented
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Filter, Operation, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import (
    CONTRACT,
    INVALID_CURSOR,
    Common,
    by_cursor,
    everything,
    known_fields,
    named,
    paged,
    parameters,
    reply,
)
from mockgc.resources.plain import Plain

PATH = "/api/v2/authorization/divisions"
NAME_EXISTS = ErrorCode(
    "resource.already.exists", 409, "division names are unique", documented("POST authorization/divisions: 409"),
    "Use the division that has the name, or choose another name.",
)  # fmt: skip
RENAME_EXISTS = ErrorCode(
    "request.conflict", 409, "division names are unique", assumed("PUT authorization/divisions declares no other"),
    "Choose another name.",
)  # fmt: skip
HOME_STAYS = ErrorCode(
    "precondition.failure", 400, "the home division is not deleted", assumed("the contract declares the code only"),
    "Delete another division.",
)  # fmt: skip
BOTH_CURSORS = ErrorCode(
    "both.after.and.before.provided", 400, "a page lies after a cursor or before one",
    documented("GET authorization/divisions/query: 400"), "Send one cursor.",
)  # fmt: skip
IN_USE = ErrorCode(
    "request.conflict", 409, "a division with objects is not deleted", assumed("the contract declares the code only"),
    "Move the division's objects to another division first.",
)  # fmt: skip
_DELETED = Common("deletedDivision", lambda division: f"{PATH}/{division['id']}")


def _content(_: View, request: Request, before: Entity | None) -> Entity:
    content = known_fields(request.body, "name", "description")
    return content if before else {"homeDivision": False, **content}


DIVISIONS = Plain(Common("division", lambda division: f"{PATH}/{division['id']}"), _content, name_taken=RENAME_EXISTS)


def _delete(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """Gone from the listings; kept aside, so that it can be restored under its id."""
    before = DIVISIONS.existing(view, request)
    rules.raise_invalid(request)
    if before["homeDivision"]:
        raise errors.refuse(HOME_STAYS, f"division {before['name']!r} is the home division")
    outcome = DIVISIONS.common.delete(resource, view, before)
    return replace(outcome, writes=(*outcome.writes, Write(_DELETED.kind, before["id"], before)))


def _query(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    if {"after", "before"} <= parameters(request).keys():
        raise errors.refuse(BOTH_CURSORS, "both after and before were sent", "after")
    return by_cursor(view, "division", f"{PATH}/query", request, named(view, "division", request))


def _home(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """The home division; made when it is first asked for."""
    rules.raise_invalid(request)
    divisions = everything(view, "division")
    home = next((division for division in divisions if division["homeDivision"]), None)
    if home is not None:
        return reply(view, "division", home)
    taken = {folded_name(division["name"]) for division in divisions}
    names = ("Home", *(f"Home {number}" for number in range(2, len(taken) + 3)))
    name = next(name for name in names if folded_name(name) not in taken)
    return DIVISIONS.common.create(resource, view, {"homeDivision": True, "name": name, "description": ""})


def _list_deleted(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    return paged(view, _DELETED.kind, f"{PATH}/deleted", request, everything(view, _DELETED.kind))


def _restore(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """A deleted division again, under its id, with the name that the body gives or its own."""
    deleted = _DELETED.existing(view, request.ids[0])
    rules.raise_invalid(request)
    content = {**deleted, **known_fields(request.body, "name", "description")}
    outcome = DIVISIONS.common.create(DIVISION, view, content)
    return replace(outcome, writes=(*outcome.writes, Write(_DELETED.kind, deleted["id"], None)))


DIVISION = Resource(
    kind="division",
    path=PATH,
    title="division",
    unique=(UniqueKey("name", NAME_EXISTS, folded_name),),
    filters=(Filter("name", folded_name),),
    in_use=IN_USE,
    behaviours={
        "postAuthorizationDivisions": Behaviour(DIVISIONS.create, CONTRACT, (NAME_EXISTS,)),
        "getAuthorizationDivision": Behaviour(DIVISIONS.read, CONTRACT),
        "putAuthorizationDivision": Behaviour(DIVISIONS.change, CONTRACT, (RENAME_EXISTS,)),
        "deleteAuthorizationDivision": Behaviour(
            _delete, assumed("refused while objects are in it"), (IN_USE, HOME_STAYS)
        ),
        "getAuthorizationDivisions": Behaviour(
            DIVISIONS.pages(PATH, named), assumed("a name is searched for inside names")
        ),
        "getAuthorizationDivisionsQuery": Behaviour(_query, CONTRACT, (BOTH_CURSORS, INVALID_CURSOR)),
        "getAuthorizationDivisionsHome": Behaviour(_home, assumed("made when it is first asked for")),
    },
)
DELETED_DIVISION = Resource(
    kind=_DELETED.kind,
    path=f"{PATH}/deleted",
    title="deleted division",
    behaviours={
        "getAuthorizationDivisionsDeleted": Behaviour(_list_deleted, CONTRACT),
        "postAuthorizationDivisionRestore": Behaviour(_restore, CONTRACT, (NAME_EXISTS,)),
    },
)
