"""Queues: `/api/v2/routing/queues`. No version; names are unique."""

from __future__ import annotations

from mockgc.domain.errors import ErrorCode, assumed, documented
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Request, View
from mockgc.resources.directory.people import is_living, sent_division, with_division
from mockgc.resources.kit import (
    CONTRACT,
    Common,
    children,
    everything,
    known_fields,
    many,
    parameters,
    source,
    touched,
)
from mockgc.resources.plain import Plain

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


def _content(view: View, request: Request, before: Entity | None) -> Entity:
    content = {**known_fields(request.body, *_KEPT), **sent_division(request.body)}
    if before is not None:
        return touched(view, before, content, modifiedBy=view.client_id)
    moment, author = timestamp(view.now), view.client_id
    return {**content, "dateCreated": moment, "createdBy": author, "dateModified": moment, "modifiedBy": author}


def _shown(view: View, queue: Entity, _: Request) -> Entity:
    """A queue as callers see it: its members are counted."""
    members = members_of(view, queue["id"])
    joined = sum(member["joined"] for member in members)
    counts = {"memberCount": len(members), "userMemberCount": len(members), "joinedMemberCount": joined}
    return {**with_division(view, queue), **counts}


def _found(view: View, kind: str, request: Request) -> list[Entity]:
    """All, or those named by `id`, in a `divisionId`, or whose name holds `name`, which may stand between asterisks."""
    ids, divisions = many(request, "id"), many(request, "divisionId")
    name = folded_name(parameters(request).get("name", "").strip("*"))
    return [
        queue
        for queue in everything(view, kind)
        if name in folded_name(queue["name"])
        and (not ids or queue["id"] in ids)
        and (not divisions or queue.get("division", {}).get("id") in divisions)
    ]


QUEUES = Plain(Common(KIND, lambda queue: f"{PATH}/{queue['id']}"), _content, _shown, deleted=200, companions=(MEMBER,))
_LISTED = assumed("a name is searched for inside names")
QUEUE = Resource(
    kind=KIND,
    path=PATH,
    title="queue",
    unique=(UniqueKey("name", DUPLICATE_NAME, folded_name),),
    references=(Reference("division.id", "division", UNKNOWN_DIVISION),),
    behaviours={
        "postRoutingQueues": Behaviour(QUEUES.create, CONTRACT, (DUPLICATE_NAME, UNKNOWN_DIVISION)),
        "getRoutingQueue": Behaviour(QUEUES.read, CONTRACT),
        "putRoutingQueue": Behaviour(
            QUEUES.change, source(CONTRACT, assumed("what is left out stays")), (DUPLICATE_NAME, UNKNOWN_DIVISION)
        ),
        "deleteRoutingQueue": Behaviour(QUEUES.delete, assumed("its members leave with it")),
        "getRoutingQueues": Behaviour(QUEUES.pages(PATH, _found), _LISTED),
        "getRoutingQueuesDivisionviews": Behaviour(QUEUES.pages(f"{PATH}/divisionviews", _found), _LISTED),
        "getRoutingQueuesDivisionviewsAll": Behaviour(QUEUES.pages(f"{PATH}/divisionviews/all", _found), CONTRACT),
    },
)
