"""Divisions: `/api/v2/authorization/divisions`. No version; names are unique."""

from __future__ import annotations

from dataclasses import replace

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed, documented
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Filter, Operation, Resource, UniqueKey
from mockgc.domain.transaction import Outcome, Request, View
from mockgc.resources.kit import CONTRACT, Common, everything, known_fields, paged, parameters, reply

PATH = "/api/v2/authorization/divisions"
NAME_EXISTS = ErrorCode(
    "resource.already.exists", 409, "division names are unique", documented("POST authorization/divisions: 409"),
    "Use the division that has the name, or choose another name.",
)  # fmt: skip
RENAME_EXISTS = ErrorCode(
    "request.conflict", 409, "division names are unique", assumed("PUT authorization/divisions declares no other"),
    "Choose another name.",
)  # fmt: skip
IN_USE = ErrorCode(
    "request.conflict", 409, "a division with objects is not deleted", assumed("the contract declares the code only"),
    "Move the division's objects to another division first.",
)  # fmt: skip
_COMMON = Common("division", lambda division: f"{PATH}/{division['id']}")


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    content = {"homeDivision": False, **known_fields(request.body, "name", "description")}
    return _COMMON.create(resource, view, content)


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    division = _COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return reply(view, "division", division)


def _replace(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = _COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    renamed = replace(resource, unique=(UniqueKey("name", RENAME_EXISTS, folded_name),))
    return _COMMON.update(renamed, view, before, known_fields(request.body, "name", "description"), None)


def _delete(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = _COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return _COMMON.delete(resource, view, before)


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    name = parameters(request).get("name")
    found = [d for d in everything(view, "division") if name is None or folded_name(name) in folded_name(d["name"])]
    return paged(view, "division", PATH, request, found)


DIVISION = Resource(
    kind="division",
    path=PATH,
    title="division",
    unique=(UniqueKey("name", NAME_EXISTS, folded_name),),
    filters=(Filter("name", folded_name),),
    in_use=IN_USE,
    behaviours={
        "postAuthorizationDivisions": Behaviour(_create, CONTRACT, (NAME_EXISTS,)),
        "getAuthorizationDivision": Behaviour(_read, CONTRACT),
        "putAuthorizationDivision": Behaviour(_replace, CONTRACT, (RENAME_EXISTS,)),
        "deleteAuthorizationDivision": Behaviour(_delete, assumed("refused while objects are in it"), (IN_USE,)),
        "getAuthorizationDivisions": Behaviour(_list, CONTRACT),
    },
)
