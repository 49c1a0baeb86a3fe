"""
How a user is shown: what is always there, and what `expand` adds.

Stored with the user: everything its own requests send. Joined when shown: division, groups, team, skills, languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from mockgc.domain import errors, rules
from mockgc.domain.resource import Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.directory.refusals import NOT_A_USER
from mockgc.resources.kit import Show, children, many, paged

USER = "directoryUser"
USERS_PATH = "/api/v2/users"
EXPANDABLE = ("profileSkills", "certifications", "locations", "employerInfo", "biography")
"""Stored with the user and left out unless asked for. Source: the values of the contract's `expand`."""


def show(view: View, expand: Iterable[str], user: Entity) -> Entity:
    """A user as callers see it."""
    asked = frozenset(expand)
    shown = {name: value for name, value in user.items() if name not in EXPANDABLE or name in asked}
    shown = with_division(view, shown)
    if "manager" in shown:
        shown["manager"] = summary(view, shown["manager"]["id"])
    for name, join in _JOINED.items():
        if name in asked:
            found = join(view, user["id"])
            if found is not None:
                shown[name] = found
    return shown


def shows(view: View, request: Request) -> Show:
    """How this request wants its users shown."""
    return partial(show, view, many(request, "expand"))


def with_division(view: View, shown: Entity) -> Entity:
    """The division's current name beside its id."""
    division = shown.get("division")
    stored = view.get("division", division["id"]) if division else None
    if stored is None:
        return dict(shown)
    return {**shown, "division": {name: stored[name] for name in ("id", "name", "selfUri") if name in stored}}


def division_reference(division_id: str) -> Entity:
    """What is stored of a division in what belongs to it."""
    return {"id": division_id, "selfUri": f"/api/v2/authorization/divisions/{division_id}"}


def sent_division(body: Entity) -> Entity:
    """`{division}` where a body names one by its id, else nothing."""
    return {"division": division_reference(body["division"]["id"])} if "id" in body.get("division", {}) else {}


def summary(view: View, user_id: str) -> Entity:
    """What is shown of a user in what refers to it; the contract requires its version."""
    user = view.get(USER, user_id) or {}
    return {name: user[name] for name in ("id", "name", "email", "state", "version", "selfUri") if name in user}


def living(view: View, user_ids: Iterable[str]) -> list[Entity]:
    """The users among these ids that exist and are not deleted."""
    found = (view.get(USER, user_id) for user_id in user_ids)
    return [user for user in found if user is not None and user["state"] != "deleted"]


def is_living(view: View, user_id: str) -> bool:
    """Whether this user exists and is not deleted."""
    return bool(living(view, [user_id]))


def paged_users(view: View, request: Request, path: str, found: Iterable[Entity]) -> Outcome:
    """The vendor's page of users, last first where the request says so."""
    users = list(found)
    if many(request, "sortOrder") == ["descending"]:
        users.reverse()
    return paged(view, USER, path, request, users, shows(view, request))


def refuse_client(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """What is asked about the caller as a user: all callers here are clients."""
    rules.raise_invalid(request)
    raise errors.refuse(NOT_A_USER, f"the client {view.client_id} is not a user")


def _groups(view: View, user_id: str) -> list[Entity]:
    groups = children(view, "directoryGroup", USER, user_id)
    names = ("id", "name", "type", "visibility", "rulesVisible", "selfUri")
    return [{name: group[name] for name in names} for group in groups if user_id in group["memberIds"]]


def _team(view: View, user_id: str) -> Entity | None:
    teams = children(view, "team", USER, user_id)
    return {name: teams[0][name] for name in ("id", "name", "selfUri")} if teams else None


def _ratings(kind: str, view: View, user_id: str) -> list[Entity]:
    return [rating_shown(view, rating) for rating in children(view, kind, USER, user_id)]


def rating_shown(view: View, rating: Entity) -> Entity:
    """A user's skill or language: the id is that of the skill, the name its current one."""
    kind = "skill" if "skillId" in rating else "language"
    rated_id = rating[f"{kind}Id"]
    rated = view.get(kind, rated_id) or {}
    return {
        "id": rated_id,
        "name": rated.get("name", ""),
        "proficiency": rating["proficiency"],
        "state": rating["state"],
        f"{kind}Uri": f"/api/v2/routing/{kind}s/{rated_id}",
        "selfUri": f"{USERS_PATH}/{rating['userId']}/routing{kind}s/{rated_id}",
    }


_JOINED: dict[str, Callable[[View, str], Any]] = {
    "groups": _groups,
    "team": _team,
    "skills": partial(_ratings, "userSkill"),
    "languages": partial(_ratings, "userLanguage"),
}
