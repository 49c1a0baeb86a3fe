"""
Where workforce management meets the directory: the only place that asks whether a user exists, and which user a request
acts for.

A path that names a business unit or a management unit may say `mine` instead: that of the current user. Documented for
some fifty operations, assumed for the others.

All tokens here are clients'. What is asked about the current user is refused to a client, unless the client stands for
a user: one whose external identifier has the authority `mockgc:client` and the client's id as its key (decided; the
vendor has no such thing, its users log in).
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from mockgc.domain.errors import ErrorCode, assumed, refuse
from mockgc.domain.transaction import Entity, Request, View
from mockgc.resources.directory import external_ids

CLIENT_AUTHORITY = "mockgc:client"
MINE = "mine"
OWN_UNITS = frozenset({"businessUnitId", "managementUnitId"})
"""The parameters of paths that may say `mine`."""
NO_USER_CONTEXT = ErrorCode(
    "bad.request", 400, "what is asked about the current user needs a user",
    assumed("GET users/me is observed to say so to a client with 400; its code, and that others do so, are assumed"),
    f"Let the client stand for a user: POST users/{{userId}}/externalid with the authority {CLIENT_AUTHORITY!r} and "
    "the client's id as the key.",
)  # fmt: skip


def user_exists(view: View, user_id: str) -> bool:
    """Whether the directory has a user under this id; a deleted one is none (assumed)."""
    user = view.get("directoryUser", user_id)
    return user is not None and user["state"] != "deleted"


def user_reference(user_id: str) -> Entity:
    """The reference to a user as others show it."""
    return {"id": user_id, "selfUri": f"/api/v2/users/{quote(user_id, safe='')}"}


def current_user(view: View) -> str:
    """
    The id of the user that a request acts for.

    Raises:
        WfmError: 400; its client stands for no user.
    """
    found = external_ids.holder(view, CLIENT_AUTHORITY, view.client_id)
    if found is None or not user_exists(view, found["userId"]):
        message = "This request requires a user context, and the client stands for no user."
        raise refuse(NO_USER_CONTEXT, message)
    return str(found["userId"])


def with_own_units(view: View, names: tuple[str, ...], request: Request) -> Request:
    """
    The request with the current user's units where its path says `mine`; `names` are those of the path's parameters.
    For a user who is no agent `mine` names nothing.

    Raises:
        WfmError: 400; the path says so, and the client stands for no user.
    """
    if MINE not in request.ids:
        return request
    pairs = list(zip(names, request.ids, strict=True))
    if not any(at == MINE and name in OWN_UNITS for name, at in pairs):
        return request
    agent = view.get("agent", current_user(view))
    unit = view.get("managementUnit", agent["managementUnit"]["id"]) if agent else None
    if unit is None:
        return request
    own = {"businessUnitId": unit["businessUnit"]["id"], "managementUnitId": unit["id"]}
    return replace(request, ids=tuple(own.get(name, at) if at == MINE else at for name, at in pairs))
