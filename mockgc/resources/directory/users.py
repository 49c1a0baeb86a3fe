"""
Users: `/api/v2/users`.

A version guards every update; a deleted user stays, with its e-mail address, and can be restored.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from mockgc.domain import errors, rules
from mockgc.domain.errors import WfmError, assumed, observed
from mockgc.domain.names import folded_email
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.directory import people, search
from mockgc.resources.directory.people import USER, USERS_PATH, living
from mockgc.resources.directory.refusals import (
    EMAIL_TAKEN,
    INVALID_PASSWORD,
    MEMBERS_MAX,
    NO_ADDRESSES,
    NOT_A_USER,
    PASSWORD_LENGTH_MIN,
    STALE,
    STATE_ALONE,
    TOO_MANY_IDS,
    TOO_MANY_USERS,
    UNKNOWN_REFERENCE,
    USER_IDS_MAX,
)
from mockgc.resources.directory.search import searched
from mockgc.resources.kit import (
    CONTRACT,
    FIRST_VERSION,
    INVALID_CURSOR,
    TOP_LEVEL,
    Common,
    cursor_position,
    everything,
    known_fields,
    many,
    page_size,
    parameters,
    reply,
    showing,
    source,
)

COMMON = Common(USER, lambda user: f"{USERS_PATH}/{user['id']}", TOP_LEVEL, stale=STALE)
_CREATED = ("name", "email", "department", "title", "addresses", "state")
_UPDATED = (
    "acdAutoAnswer", "addresses", "biography", "certifications", "chat", "department", "email", "employerInfo",
    "images", "locations", "name", "preferredName", "profileSkills", "state", "title", "username",
)  # fmt: skip


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    body = request.body
    content = {
        "state": "active",
        "acdAutoAnswer": False,
        "username": body["email"],
        **known_fields(body, *_CREATED),
        "division": people.division_reference(body["divisionId"]),
    }
    outcome = showing(COMMON.create(resource, view, _with_contact(content)), people.shows(view, request))
    return replace(outcome, refusal=_refused_password(body))


def _refused_password(body: Entity) -> WfmError | None:
    """What is answered for a password that cannot be set; the user is there all the same. Source: documented."""
    if "password" not in body or len(body["password"]) >= PASSWORD_LENGTH_MIN:
        return None
    message = f"the user {body['email']} was created, but without a password: it has fewer than {PASSWORD_LENGTH_MIN}"
    return errors.refuse(INVALID_PASSWORD, f"{message} characters", "password")


def _with_contact(content: Entity) -> Entity:
    """The e-mail address is the primary contact (assumed)."""
    if "email" not in content:
        return content
    contact = {"address": content["email"], "mediaType": "EMAIL", "type": "PRIMARY"}
    return {**content, "primaryContactInfo": [contact]}


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    state = parameters(request).get("state", user["state"])
    if state != user["state"]:
        raise errors.refuse(errors.NOT_FOUND, f"user {user['id']!r} is {user['state']}, not {state}")
    return showing(reply(view, USER, user), people.shows(view, request))


def in_state(view: View, request: Request) -> list[Entity]:
    """All users in the state that a query asks for; `active` by default. Source: documented."""
    state = parameters(request).get("state", "active")
    return [user for user in everything(view, USER) if state in ("any", user["state"])]


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    ids = many(request, "id")
    if len(ids) > USER_IDS_MAX:
        raise errors.refuse(TOO_MANY_IDS, f"{len(ids)} ids; at most {USER_IDS_MAX}", "id")
    found = in_state(view, request)
    return people.paged_users(view, request, USERS_PATH, [user for user in found if not ids or user["id"] in ids])


def _query(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """Users by cursor, which is opaque: here a position."""
    rules.raise_invalid(request)
    query, found = parameters(request), in_state(view, request)
    if query.get("sortOrder") == "DESC":
        found.reverse()
    start = cursor_position(query, "cursor")
    page = found[start : start + page_size(query)]
    body: Entity = {"entities": [people.shows(view, request)(user) for user in page], "results": len(page)}
    if start + len(page) < len(found):
        body["cursor"] = str(start + len(page))
    return Outcome(200, body)


def _search(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    show = partial(people.show, view, request.body.get("expand", []))
    return searched("users", request, everything(view, USER), show)


def _update(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    content = known_fields(request.body, *_UPDATED)
    if content.get("addresses") == []:
        raise errors.refuse(NO_ADDRESSES, "addresses is an empty list", "addresses")
    if "manager" in request.body:
        content["manager"] = {"id": request.body["manager"]}
    claimed = TOP_LEVEL.claimed(request.body)
    COMMON.raise_stale(resource, before, claimed)
    _raise_mixed(before, content)
    outcome = COMMON.update(resource, view, before, _with_contact(content), claimed)
    return showing(outcome, people.shows(view, request))


def _raise_mixed(before: Entity, content: Entity) -> None:
    others = [name for name in content if name != "state" and content[name] != before.get(name)]
    if others and content.get("state", before["state"]) != before["state"]:
        message = f"the state changes to {content['state']} together with {', '.join(others)}"
        raise errors.refuse(STATE_ALONE, message, "state")


def _delete(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return showing(COMMON.update(resource, view, before, {"state": "deleted"}, None), lambda _: {})


def _read_state(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return showing(reply(view, USER, user), _state)


def _state(user: Entity) -> Entity:
    return {"state": user["state"], "version": user["version"]}


def _replace_state(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    content = known_fields(request.body, "state")
    return showing(COMMON.update(resource, view, before, content, TOP_LEVEL.claimed(request.body)), _state)


def _read_skills(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return Outcome(200, list(user.get("profileSkills", [])), reads=reply(view, USER, user).reads)


def _replace_skills(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    wanted = list(request.items)
    outcome = COMMON.update(resource, view, before, {"profileSkills": wanted}, None)
    return Outcome(200, wanted, outcome.writes, outcome.reads)


def _bulk(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    if len(request.items) > MEMBERS_MAX:
        raise errors.refuse(TOO_MANY_USERS, f"{len(request.items)} users; at most {MEMBERS_MAX}")
    wanted: dict[str, Entity] = {}
    for item in request.items:
        wanted.setdefault(item.get("id", ""), {}).update(known_fields(item, "acdAutoAnswer"))
    done = [
        COMMON.update(resource, view, COMMON.existing(view, user_id), content, None)
        for user_id, content in wanted.items()
    ]
    shown = [showing(outcome, people.shows(view, request)).body for outcome in done]
    writes = tuple(write for outcome in done for write in outcome.writes)
    body = {"entities": shown, "pageSize": len(shown), "pageNumber": 1, "total": len(shown), "pageCount": 1}
    return Outcome(200, body, writes, tuple(read for outcome in done for read in outcome.reads))


def _reports(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    found = [u for u in living(view, view.rows(USER)) if u.get("manager", {}).get("id") == user["id"]]
    return Outcome(200, [people.shows(view, request)(report) for report in found])


def _superiors(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The manager, its manager, and so on; a circle ends where it would begin again (assumed)."""
    user = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    found: dict[str, Entity] = {user["id"]: user}
    above = view.get(USER, user.get("manager", {}).get("id", ""))
    while above is not None and above["id"] not in found:
        found[above["id"]] = above
        above = view.get(USER, above.get("manager", {}).get("id", ""))
    return Outcome(200, [people.shows(view, request)(superior) for superior in list(found.values())[1:]])


RESOURCE = Resource(
    kind=USER,
    path=USERS_PATH,
    title="user",
    unique=(UniqueKey("email", EMAIL_TAKEN, folded_email),),
    references=(
        Reference("division.id", "division", UNKNOWN_REFERENCE, "divisionId"),
        Reference("manager.id", USER, UNKNOWN_REFERENCE, "manager"),
    ),
    behaviours={
        "postUsers": Behaviour(
            _create, source(CONTRACT, EMAIL_TAKEN.source), (EMAIL_TAKEN, UNKNOWN_REFERENCE, INVALID_PASSWORD)
        ),
        "getUser": Behaviour(_read, CONTRACT),
        "getUsers": Behaviour(_list, CONTRACT, (TOO_MANY_IDS,)),
        "patchUser": Behaviour(
            _update, source(CONTRACT, FIRST_VERSION),
            (STALE, EMAIL_TAKEN, UNKNOWN_REFERENCE, STATE_ALONE, NO_ADDRESSES),
        ),
        "deleteUser": Behaviour(_delete, observed("the Terraform provider restores deleted users")),
        "getUserState": Behaviour(_read_state, CONTRACT),
        "putUserState": Behaviour(_replace_state, assumed("the version is the user's"), (STALE,)),
        "getUserProfileskills": Behaviour(_read_skills, CONTRACT),
        "putUserProfileskills": Behaviour(_replace_skills, assumed("moves the user's version")),
        "patchUsersBulk": Behaviour(_bulk, source(CONTRACT, FIRST_VERSION), (TOO_MANY_USERS,)),
        "getUsersQuery": Behaviour(_query, assumed("cursors are positions"), (INVALID_CURSOR,)),
        "postUsersSearch": Behaviour(_search, search.SOURCE, (search.NOT_SEARCHABLE,)),
        "getUserDirectreports": Behaviour(_reports, CONTRACT),
        "getUserSuperiors": Behaviour(_superiors, assumed("nearest first; a circle ends")),
        "getUsersMe": Behaviour(people.refuse_client, CONTRACT, (NOT_A_USER,)),
    },
)  # fmt: skip
