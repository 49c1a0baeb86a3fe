"""
Groups: `/api/v2/groups`. One version guards the group and its members, and moves with either.

A stale version is 400 on `PUT` and 409 on members; a taken name is `group.name.in.use` on `POST` only. Source:
documented.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed, documented, observed
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.directory import people, search
from mockgc.resources.directory.people import USER
from mockgc.resources.directory.refusals import (
    MEMBERS_MAX,
    STALE,
    STALE_MEMBERS,
    TOO_MANY_MEMBERS,
    TOO_MANY_REMOVED,
    UNKNOWN_ID,
    UNKNOWN_MEMBER,
)
from mockgc.resources.kit import (
    CONTRACT,
    FIRST_VERSION,
    TOP_LEVEL,
    Common,
    everything,
    known_fields,
    many,
    paged,
    source,
    touched,
)
from mockgc.resources.plain import Plain

PATH = "/api/v2/groups"
KIND = "directoryGroup"
NAME_IN_USE = ErrorCode(
    "group.name.in.use", 400, "group names are unique", documented("POST groups: 400"),
    "Use the group that has the name, or choose another name.",
)  # fmt: skip
RENAME_IN_USE = ErrorCode(
    "general.bad.request", 400, "group names are unique", assumed("PUT groups/{groupId} declares no code of its own"),
    "Choose another name.",
)  # fmt: skip
_UPDATED = (
    "name", "rulesVisible", "visibility", "rolesEnabled", "callsEnabled", "includeOwners", "addresses", "images",
    "email", "state",
)  # fmt: skip


def _common(stale: ErrorCode) -> Common:
    return Common(KIND, lambda group: f"{PATH}/{group['id']}", TOP_LEVEL, stale=stale)


def _content(view: View, request: Request, before: Entity | None) -> Entity:
    body = request.body
    content = known_fields(body, *(("type", *_UPDATED) if before is None else (*_UPDATED, "description")))
    if content.get("visibility") == "ownerIds":
        # PUT spells the value `owners` of every other model so (documented).
        content["visibility"] = "owners"
    if "ownerIds" in body:
        # A list holding one space is how owners are cleared (observed, the Terraform provider).
        content["ownerIds"] = list(dict.fromkeys(owner for owner in body["ownerIds"] if owner.strip()))
    if before is not None:
        return touched(view, before, content)
    return {"ownerIds": [], **content, "state": "active", "memberIds": [], "dateModified": timestamp(view.now)}


def _shown(view: View, group: Entity, _: Request) -> Entity:
    """A group as callers see it: its members are counted, its owners shown."""
    shown = {name: value for name, value in group.items() if name not in ("memberIds", "ownerIds")}
    shown["memberCount"] = len(people.living(view, group["memberIds"]))
    if group["ownerIds"]:
        shown["owners"] = [people.summary(view, owner_id) for owner_id in group["ownerIds"]]
    return shown


GROUPS = Plain(_common(STALE), _content, _shown, name_taken=RENAME_IN_USE)
_MEMBERS = _common(STALE_MEMBERS)


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    ids = many(request, "id")
    found = [group for group in everything(view, KIND) if not ids or group["id"] in ids]
    if many(request, "sortOrder") == ["descending"]:
        found.reverse()
    return paged(view, KIND, PATH, request, found, GROUPS.show(view, request))


def _search(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    return search.searched("groups", request, everything(view, KIND), GROUPS.show(view, request))


def _members(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    group = GROUPS.existing(view, request)
    rules.raise_invalid(request)
    found = people.living(view, group["memberIds"])
    return people.paged_users(view, request, f"{PATH}/{group['id']}/members", found)


def _individuals(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    group = GROUPS.existing(view, request)
    rules.raise_invalid(request)
    owners = group["ownerIds"] if group.get("includeOwners") else []
    found = people.living(view, dict.fromkeys([*group["memberIds"], *owners]))
    return people.paged_users(view, request, f"{PATH}/{group['id']}/individuals", found)


def _add(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    group = GROUPS.existing(view, request)
    rules.raise_invalid(request)
    wanted = request.body["memberIds"]
    _raise_too_many(TOO_MANY_MEMBERS, wanted, "memberIds")
    unknown = [user_id for user_id in wanted if not people.is_living(view, user_id)]
    if unknown:
        raise errors.refuse(UNKNOWN_MEMBER, f"no user has the id {unknown[0]!r}, or it is deleted", "memberIds")
    members = list(dict.fromkeys([*group["memberIds"], *wanted]))
    return _moved(resource, view, group, members, TOP_LEVEL.claimed(request.body))


def _remove(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    group = GROUPS.existing(view, request)
    rules.raise_invalid(request)
    leaving = many(request, "ids")
    _raise_too_many(TOO_MANY_REMOVED, leaving, "ids")
    return _moved(resource, view, group, [member for member in group["memberIds"] if member not in leaving], None)


def _moved(resource: Resource, view: View, group: Entity, members: Iterable[str], claimed: int | None) -> Outcome:
    """The group with these members; its version moves when they differ (assumed)."""
    content = touched(view, group, {"memberIds": list(members)})
    outcome = _MEMBERS.update(resource, view, group, content, claimed)
    return replace(outcome, status=202, body={})


def _raise_too_many(code: ErrorCode, user_ids: list[str], field: str) -> None:
    if len(user_ids) > MEMBERS_MAX:
        raise errors.refuse(code, f"{field} names {len(user_ids)} users; at most {MEMBERS_MAX}", field)


_MEMBERS_SOURCE = source(CONTRACT, assumed("the version moves with the members; a member again changes nothing"))

RESOURCE = Resource(
    kind=KIND,
    path=PATH,
    title="group",
    unique=(UniqueKey("name", NAME_IN_USE, folded_name),),
    references=(Reference("ownerIds[]", USER, UNKNOWN_ID), Reference("memberIds[]", USER, UNKNOWN_MEMBER)),
    behaviours={
        "postGroups": Behaviour(
            GROUPS.create,
            observed("the Terraform provider: description is honoured by PUT only"),
            (NAME_IN_USE, UNKNOWN_ID),
        ),
        "getGroup": Behaviour(GROUPS.read, CONTRACT),
        "getGroups": Behaviour(_list, CONTRACT),
        "postGroupsSearch": Behaviour(_search, search.SOURCE, (search.NOT_SEARCHABLE,)),
        "putGroup": Behaviour(GROUPS.change, source(CONTRACT, FIRST_VERSION), (STALE, RENAME_IN_USE, UNKNOWN_ID)),
        "deleteGroup": Behaviour(GROUPS.delete, assumed("gone at once, its name free")),
        "getGroupMembers": Behaviour(_members, assumed("deleted users are left out")),
        "getGroupIndividuals": Behaviour(_individuals, assumed("members, and owners where includeOwners is set")),
        "postGroupMembers": Behaviour(_add, _MEMBERS_SOURCE, (STALE_MEMBERS, UNKNOWN_MEMBER, TOO_MANY_MEMBERS)),
        "deleteGroupMembers": Behaviour(_remove, _MEMBERS_SOURCE, (TOO_MANY_REMOVED,)),
    },
)
