"""Queues: `/api/v2/routing/queues`. No version; names are unique."""

from __future__ import annotations

from functools import partial

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed, documented
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.directory.people import division_reference, is_living, with_division
from mockgc.resources.kit import (
    CONTRACT,
    Common,
    children,
    everything,
    known_fields,
    many,
    paged,
    parameters,
    reply,
    showing,
    source,
    touched,
)

PATH = "/api/v2/routing/queues"
KIND = "queue"
MEMBER = "queueMember"
DUPLICATE_NAME = ErrorCode(
    "duplicate.name", 400, "queue names are unique", documented("POST and PUT routing/queues: 400"),
    "Use the queue that has the name, or choose another name.",
)  # fmt: skip
UNKNOWN_DIVISION = ErrorCode(
    "invalid.id", 400, "a queue's division exists", assumed("the contract declares the code only"),
    "Create the division first.",
)  # fmt: skip
COMMON = Common(KIND, lambda queue: f"{PATH}/{queue['id']}")
_KEPT = (
    "acwSettings", "agentOwnedRouting", "autoAnswerOnly", "bullseye", "callingPartyName", "callingPartyNumber",
    "cannedResponseLibraries", "conditionalGroupActivation", "conditionalGroupRouting", "defaultMediaLanguage",
    "defaultScripts", "description", "directRouting", "emailInQueueFlow", "enableAudioMonitoring",
    "enableManualAssignment", "enableTranscription", "lastAgentRoutingMode", "mediaSettings", "memberGroups",
    "messageInQueueFlow", "name", "onHoldPrompt", "outboundEmailAddress", "outboundMessagingAddresses", "peerId",
    "queueFlow", "routingRules", "scoringMethod", "skillEvaluationMethod", "suppressInQueueCallRecording",
    "whisperPrompt",
)  # fmt: skip


def members_of(view: View, queue_id: str) -> list[Entity]:
    """The members of a queue whose users are not deleted, in order of joining it."""
    return [member for member in children(view, MEMBER, KIND, queue_id) if is_living(view, member["userId"])]


def shown(view: View, queue: Entity) -> Entity:
    """A queue as callers see it: its members are counted."""
    members = members_of(view, queue["id"])
    joined = sum(member["joined"] for member in members)
    counts = {"memberCount": len(members), "userMemberCount": len(members), "joinedMemberCount": joined}
    return {**with_division(view, queue), **counts}


def _content(body: Entity) -> Entity:
    content = known_fields(body, *_KEPT)
    if "id" in body.get("division", {}):
        content["division"] = division_reference(body["division"]["id"])
    return content


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    moment = timestamp(view.now)
    stamps = {"dateCreated": moment, "createdBy": view.client_id, "dateModified": moment, "modifiedBy": view.client_id}
    content = {**_content(request.body), **stamps}
    return showing(COMMON.create(resource, view, content), partial(shown, view))


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    queue = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return showing(reply(view, KIND, queue), partial(shown, view))


def _replace(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """What is sent is changed; what is left out stays (assumed)."""
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    content = touched(view, before, _content(request.body), modifiedBy=view.client_id)
    return showing(COMMON.update(resource, view, before, content, None), partial(shown, view))


def _delete(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    members = [member_id for kind, member_id in view.referrers(KIND, before["id"]) if kind == MEMBER]
    writes = (Write(KIND, before["id"], None), *(Write(MEMBER, member_id, None) for member_id in members))
    return Outcome(200, None, writes)


def _list(path: str, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """All, or those named by `id`, in a `divisionId`, or whose name holds `name`."""
    rules.raise_invalid(request)
    ids, divisions = many(request, "id"), many(request, "divisionId")
    name = folded_name(parameters(request).get("name", "").strip("*"))
    found = [
        queue
        for queue in everything(view, KIND)
        if name in folded_name(queue["name"])
        and (not ids or queue["id"] in ids)
        and (not divisions or queue.get("division", {}).get("id") in divisions)
    ]
    return paged(view, KIND, path, request, found, partial(shown, view))


_LISTED = assumed("a name is searched for inside names")
QUEUE = Resource(
    kind=KIND,
    path=PATH,
    title="queue",
    unique=(UniqueKey("name", DUPLICATE_NAME, folded_name),),
    references=(Reference("division.id", "division", UNKNOWN_DIVISION),),
    behaviours={
        "postRoutingQueues": Behaviour(_create, CONTRACT, (DUPLICATE_NAME, UNKNOWN_DIVISION)),
        "getRoutingQueue": Behaviour(_read, CONTRACT),
        "putRoutingQueue": Behaviour(
            _replace, source(CONTRACT, assumed("what is left out stays")), (DUPLICATE_NAME, UNKNOWN_DIVISION)
        ),
        "deleteRoutingQueue": Behaviour(_delete, assumed("its members leave with it")),
        "getRoutingQueues": Behaviour(partial(_list, PATH), _LISTED),
        "getRoutingQueuesDivisionviews": Behaviour(partial(_list, f"{PATH}/divisionviews"), _LISTED),
        "getRoutingQueuesDivisionviewsAll": Behaviour(partial(_list, f"{PATH}/divisionviews/all"), CONTRACT),
    },
)
