"""
What workforce management tells a user: `/api/v2/workforcemanagement/notifications`.

A user is told of each own time-off request that somebody else made or decided on. Nothing is stored for it: the
notification is the request as it is, and whether it was read is the request's `markedAsRead`.

Documented: the model, and that a notification is marked as read or unread. Assumed: on what occasion there is one,
that its group is its own, that an unknown one is a 400. Shift trades, alternative shifts and adherence have no
behaviour yet.
"""

from __future__ import annotations

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Violation, WfmError, assumed
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import children, known_fields
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user
from mockgc.resources.workforcemanagement.time_off_requests import COMMON, TIME_OFF_REQUEST

UNKNOWN = ErrorCode(
    "wfm.validation.failure", 400, "what is marked is a notification of the user",
    assumed("the code is declared, in which case is assumed"), "List the notifications, and send them back.",
)  # fmt: skip
_TOLD = ("isFullDayRequest", "status", "partialDayStartDateTimes", "fullDayManagementUnitDates")


def is_told(request: Entity) -> bool:
    """Whether a time-off request is the doing of anybody but its user."""
    authors = [request[name]["id"] for name in ("submittedBy", "reviewedBy") if name in request]
    return any(author != request["user"]["id"] for author in authors)


def notice(request: Entity) -> Entity:
    """The notification of a time-off request, for its user."""
    return {
        "id": request["id"],
        "mutableGroupId": request["id"],
        "timestamp": request.get("reviewedDate", request["submittedDate"]),
        "type": "TimeOffRequest",
        "timeOffRequest": {
            "timeOffRequestId": request["id"],
            "user": {"id": request["user"]["id"]},
            **known_fields(request, *_TOLD),
        },
        "markedAsRead": request["markedAsRead"],
        "agentNotification": True,
    }


def _mine(view: View) -> dict[str, Entity]:
    """The requests that the current user is told of, by id."""
    found = children(view, COMMON.kind, "directoryUser", current_user(view))
    return {request["id"]: request for request in found if is_told(request)}


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    found = _mine(view)
    rules.raise_invalid(request)
    reads = tuple((COMMON.kind, i, row.version) for i in found if (row := view.row(COMMON.kind, i)))
    return Outcome(200, {"entities": [notice(told) for told in found.values()]}, reads=reads)


def _mark(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """All of them or none."""
    found = _mine(view)
    rules.raise_invalid(request)
    sent = request.body["entities"]
    unknown = [(f"entities[{index}].id", one["id"]) for index, one in enumerate(sent) if one["id"] not in found]
    if unknown:
        message = "{}: the user has no notification {!r}"
        raise WfmError(Violation(UNKNOWN, message.format(at, i[:200]), at, given=i) for at, i in unknown)
    wanted = {one["id"]: one["markedAsRead"] for one in sent}
    writes: list[Write] = []
    for notification_id, is_read in wanted.items():
        content = {"markedAsRead": is_read}
        writes += COMMON.update(TIME_OFF_REQUEST, view, found[notification_id], content, None).writes
    marked = [{"id": i, "mutableGroupId": i} for i in wanted]
    return Outcome(200, {"entities": marked}, tuple(writes))


USER_NOTIFICATION = Resource(
    kind="userNotification",
    path="/api/v2/workforcemanagement/notifications",
    title="notification of a user",
    behaviours={
        "getWorkforcemanagementNotifications": Behaviour(
            _list, assumed("the model is documented, what is told is not"), (NO_USER_CONTEXT,)
        ),
        "postWorkforcemanagementNotificationsUpdate": Behaviour(
            _mark, assumed("marking a notification marks its request"), (NO_USER_CONTEXT, UNKNOWN)
        ),
    },
)
