"""
Members of queues: `/api/v2/routing/queues/{queueId}/members`, its older spelling `/users`, and a user's own queues.

One entity for each queue and user. Nothing carries a version; adding a member again changes nothing (assumed).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed
from mockgc.domain.resource import Behaviour, CompositeKey, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.directory import people, users
from mockgc.resources.directory.people import USER, USERS_PATH
from mockgc.resources.directory.refusals import NOT_A_USER
from mockgc.resources.kit import CONTRACT, Common, children, known_fields, paged, parameters
from mockgc.resources.routing.queues import MEMBER, PATH, QUEUES, members_of

MEMBERS_MAX = 100
UNKNOWN_USER = ErrorCode(
    "invalid.id", 400, "members are users that are not deleted", assumed("the contract declares the code only"),
    "Create or restore the user first.",
)  # fmt: skip
TOO_MANY = ErrorCode(
    "constraint.validation", 400, "at most 100 members in one call", assumed("neither limit nor code is declared"),
    "Send them in smaller batches.",
)  # fmt: skip
_PAIR = CompositeKey("queueMemberPair", ("queueId", "userId"))
_UNTOTALLED = ("total", "pageCount", "lastUri")
_COMMON = Common(MEMBER, lambda member: f"{PATH}/{member['queueId']}/members/{member['userId']}")


def _held(view: View, queue_id: str, user_id: str) -> Entity | None:
    found = view.holders(_PAIR.name, _PAIR.value({"queueId": queue_id, "userId": user_id}), (MEMBER,))
    return view.get(MEMBER, found[0][1]) if found else None


def _existing(view: View, queue_id: str, user_id: str) -> Entity:
    found = _held(view, queue_id, user_id)
    if found is None:
        raise errors.refuse(errors.NOT_FOUND, f"user {user_id!r} is no member of queue {queue_id!r}")
    return found


def _show(view: View, member: Entity) -> Entity:
    user = people.summary(view, member["userId"])
    own = known_fields(member, "joined", "ringNumber", "selfUri")
    return {"id": member["userId"], "name": user["name"], "user": user, "memberBy": "user", **own}


def _page(of: str, view: View, request: Request, queue_id: str, found: Iterable[Entity]) -> Outcome:
    page = paged(view, MEMBER, f"{PATH}/{queue_id}/{of}", request, found, partial(_show, view))
    if of == "members" and isinstance(page.body, dict):
        # This listing alone declares no totals.
        body = {name: value for name, value in page.body.items() if name not in _UNTOTALLED}
        return Outcome(200, body, reads=page.reads)
    return page


def _list(of: str, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
    queue = QUEUES.existing(view, request)
    rules.raise_invalid(request)
    joined = parameters(request).get("joined")
    name = parameters(request).get("name", "").casefold()
    found = [
        member
        for member in members_of(view, queue["id"])
        if (joined is None or member["joined"] == (joined == "true"))
        and name in people.summary(view, member["userId"])["name"].casefold()
    ]
    return _page(of, view, request, queue["id"], found)


def _add_or_remove(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    queue = QUEUES.existing(view, request)
    rules.raise_invalid(request)
    _raise_too_many(request)
    wanted = dict.fromkeys(item.get("id", "") for item in request.items)
    is_removing = parameters(request).get("delete") == "true"
    held = {user_id: _held(view, queue["id"], user_id) for user_id in wanted}
    if is_removing:
        return Outcome(200, None, tuple(Write(MEMBER, member["id"], None) for member in held.values() if member))
    for user_id in wanted:
        if not people.is_living(view, user_id):
            raise errors.refuse(UNKNOWN_USER, f"no user has the id {user_id!r}, or it is deleted", "id")
    new = [user_id for user_id, member in held.items() if member is None]
    done = [_COMMON.create(resource, view, {**_new(queue["id"], user_id)}) for user_id in new]
    return Outcome(200, None, tuple(write for outcome in done for write in outcome.writes))


def _new(queue_id: str, user_id: str) -> Entity:
    return {"queueId": queue_id, "userId": user_id, "joined": True, "ringNumber": 1}


def _raise_too_many(request: Request) -> None:
    if len(request.items) > MEMBERS_MAX:
        raise errors.refuse(TOO_MANY, f"{len(request.items)} members; at most {MEMBERS_MAX}")


def _change(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    queue_id, user_id = request.ids
    before = _existing(view, QUEUES.common.existing(view, queue_id)["id"], user_id)
    rules.raise_invalid(request)
    outcome = _COMMON.update(resource, view, before, known_fields(request.body, "joined", "ringNumber"), None)
    return Outcome(202, None, outcome.writes)


def _change_many(of: str, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    queue = QUEUES.existing(view, request)
    rules.raise_invalid(request)
    _raise_too_many(request)
    changes: dict[str, Entity] = {}
    for item in request.items:
        changes.setdefault(item.get("id", ""), {}).update(known_fields(item, "joined", "ringNumber"))
    done = [
        _COMMON.update(resource, view, _existing(view, queue["id"], user_id), content, None)
        for user_id, content in changes.items()
    ]
    found = [outcome.body for outcome in done if isinstance(outcome.body, dict)]
    page = _page(of, view, request, queue["id"], found)
    return Outcome(200, page.body, tuple(write for outcome in done for write in outcome.writes))


def _remove(status: int, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    queue_id, user_id = request.ids
    before = _existing(view, QUEUES.common.existing(view, queue_id)["id"], user_id)
    rules.raise_invalid(request)
    return _COMMON.delete(resource, view, before, status)


def _queue_of(view: View, request: Request, member: Entity) -> Entity:
    queue = view.get(QUEUES.kind, member["queueId"]) or {}
    return {**QUEUES.wire(view, queue, request), "joined": member["joined"]}


def _own_queues(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user = users.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    joined = parameters(request).get("joined")
    members = children(view, MEMBER, USER, user["id"])
    found = [member for member in members if joined is None or member["joined"] == (joined == "true")]
    return paged(view, MEMBER, f"{USERS_PATH}/{user['id']}/queues", request, found, partial(_queue_of, view, request))


def _join(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    user_id, queue_id = request.ids
    users.COMMON.existing(view, user_id)
    before = _existing(view, queue_id, user_id)
    rules.raise_invalid(request)
    outcome = _COMMON.update(resource, view, before, known_fields(request.body, "joined"), None)
    assert isinstance(outcome.body, dict)
    return Outcome(200, _queue_of(view, request, outcome.body), outcome.writes, outcome.reads)


def _join_many(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    user = users.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    changes: dict[str, Entity] = {}
    for item in request.items:
        changes.setdefault(item.get("id", ""), {}).update(known_fields(item, "joined"))
    done = [
        _COMMON.update(resource, view, _existing(view, queue_id, user["id"]), content, None)
        for queue_id, content in changes.items()
    ]
    found = [outcome.body for outcome in done if isinstance(outcome.body, dict)]
    page = paged(view, MEMBER, f"{USERS_PATH}/{user['id']}/queues", request, found, partial(_queue_of, view, request))
    return Outcome(200, page.body, tuple(write for outcome in done for write in outcome.writes))


_AGAIN = assumed("a member again changes nothing; who is no member is passed over when removing")
QUEUE_MEMBER = Resource(
    kind=MEMBER,
    path=f"{PATH}/members",
    title="queue member",
    composite=(_PAIR,),
    references=(Reference("queueId", QUEUES.kind, UNKNOWN_USER), Reference("userId", USER, UNKNOWN_USER)),
    behaviours={
        "getUserQueues": Behaviour(_own_queues, CONTRACT),
        "patchUserQueue": Behaviour(_join, assumed("only whether the user has joined can change")),
        "patchUserQueues": Behaviour(_join_many, assumed("all or none; only whether the user has joined can change")),
        "getRoutingQueuesMe": Behaviour(people.refuse_client, CONTRACT, (NOT_A_USER,)),
        **{
            name.format(word): behaviour
            for of, word, removed in (("members", "Member", 204), ("users", "User", 200))
            for name, behaviour in {
                "getRoutingQueue{}s": Behaviour(partial(_list, of), CONTRACT),
                "postRoutingQueue{}s": Behaviour(_add_or_remove, _AGAIN, (UNKNOWN_USER, TOO_MANY)),
                "patchRoutingQueue{}s": Behaviour(partial(_change_many, of), CONTRACT, (TOO_MANY,)),
                "patchRoutingQueue{}": Behaviour(_change, CONTRACT),
                "deleteRoutingQueue{}": Behaviour(partial(_remove, removed), CONTRACT),
            }.items()
        },
    },
)
