"""Moving objects between divisions: `/api/v2/authorization/divisions/{divisionId}/objects/{objectType}`."""

from __future__ import annotations

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed, documented
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.directory.people import division_reference
from mockgc.resources.kit import TOP_LEVEL, UNVERSIONED, Common

KINDS = {"USER": "directoryUser", "QUEUE": "queue", "TEAM": "team"}
OBJECTS_MAX = 100
NOTHING_TO_MOVE = ErrorCode(
    "empty.bulk.division.update", 400, "a move names an object", documented("POST objects/{objectType}: 400"),
    "Send the ids of the objects.",
)  # fmt: skip
TOO_MANY = ErrorCode(
    "too.many.bulk.division.updates", 400, "a move names 100 objects at most",
    assumed("the code is documented, the limit is not"), "Send the ids in smaller batches.",
)  # fmt: skip
UNABLE = ErrorCode(
    "bulk.move.unable.to.move", 409, "what moves exists and can belong to a division",
    documented("POST objects/{objectType}: 409"), "Look the ids up; users, queues and teams move here.",
)  # fmt: skip


def _move(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """All named objects, or none; the version of a user moves with it (assumed)."""
    division_id, object_type = request.ids
    Common("division", lambda found: found["selfUri"]).existing(view, division_id)
    rules.raise_invalid(request)
    if not request.items:
        raise errors.refuse(NOTHING_TO_MOVE, "the body is an empty list")
    if len(request.items) > OBJECTS_MAX:
        raise errors.refuse(TOO_MANY, f"{len(request.items)} ids; at most {OBJECTS_MAX}")
    done = [_moved(view, object_type, found, division_id) for found in dict.fromkeys(request.items)]
    return Outcome(204, None, tuple(write for outcome in done for write in outcome.writes))


def _moved(view: View, object_type: str, object_id: str, division_id: str) -> Outcome:
    kind = KINDS.get(object_type)
    before: Entity | None = view.get(kind, object_id) if kind else None
    if kind is None or before is None:
        raise errors.refuse(UNABLE, f"no {object_type} that can be moved has the id {object_id!r}")
    common = Common(kind, lambda found: found["selfUri"], TOP_LEVEL if "version" in before else UNVERSIONED)
    return common.update(Resource(kind, "", kind), view, before, {"division": division_reference(division_id)}, None)


RESOURCE = Resource(
    kind="divisionObject",
    path="/api/v2/authorization/divisions",
    title="object of a division",
    behaviours={
        "postAuthorizationDivisionObject": Behaviour(
            _move, assumed("all or none; a user's version moves"), (NOTHING_TO_MOVE, TOO_MANY, UNABLE)
        ),
    },
)
