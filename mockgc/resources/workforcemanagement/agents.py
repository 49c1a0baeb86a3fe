"""
Agents: users in management units, each in one at most.

`POST /workforcemanagement/agents` takes users into a unit or out of it, answers 202, and says for each user what came
of it: a refused agent is a row of the result, not an error. A move that takes its time is decided when it ends; its
answer has no results then (assumed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Violation, WfmError, assumed, documented, refuse
from mockgc.domain.resource import Behaviour, Later, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import (
    CONTRACT,
    METADATA,
    WFM_BODY_NOT_FOUND,
    WFM_STALE,
    Common,
    children,
    many,
    parameters,
    reply,
)
from mockgc.resources.operations import start
from mockgc.resources.workforcemanagement import business_units, management_units
from mockgc.resources.workforcemanagement.people import (
    NO_USER_CONTEXT,
    current_user,
    user_exists,
    user_reference,
)

BLANK_USER = ErrorCode(
    "wfm.ids.may.not.be.blank", 400, "user ids are not blank", documented("POST agents: 400"),
    "Send the ids of users.",
)  # fmt: skip
NO_USER = ErrorCode(
    "user.ids.not.found", 404, "agents are users of the directory", documented("POST agents: 404"),
    "Create the user first, then send the request again.",
)  # fmt: skip
NO_DESTINATION = ErrorCode(
    "wfm.management.unit.not.found", 404, "agents move into a management unit that exists",
    documented("POST agents: 404"), "Create the management unit first.",
)  # fmt: skip
NOT_AN_AGENT = ErrorCode(
    "wfm.entity.not.found", 404, "the user is in the management unit that the path names",
    documented("404: the requested agent is not in a management unit"),
    "Move the user into the unit first: POST agents.",
)  # fmt: skip
NOT_IN_UNIT = ErrorCode(
    "wfm.entity.not.found", 400, "all agents of the body are in the management unit",
    documented("PATCH managementunits/{managementUnitId}/agents: 400"), "Move the users into the unit first.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """How many agents a unit takes. Source: documented, help article on supported configuration."""

    management_unit: int = 1500
    business_unit: int = 5000


LIMITS = Limits()


def agent_uri(agent: Entity) -> str:
    """Of an agent inside its unit."""
    return f"{management_units.uri(agent['managementUnit']['id'])}/agents/{agent['id']}"


COMMON = Common("agent", agent_uri, METADATA, NOT_AN_AGENT, WFM_STALE)


def in_unit(view: View, unit_id: str, user_id: str) -> Entity | None:
    """The agent, when the user is in this management unit."""
    agent = view.get("agent", user_id)
    return agent if agent is not None and agent["managementUnit"]["id"] == unit_id else None


def of_unit(view: View, unit_id: str) -> list[Entity]:
    """The agents of a management unit."""
    return children(view, "agent", "managementUnit", unit_id)


def _units_of(view: View, business_unit_id: str) -> list[Entity]:
    return children(view, "managementUnit", "businessUnit", business_unit_id)


@dataclass(slots=True)
class Room:
    """How many agents the destination and its business unit still take, while one request is decided."""

    business_unit_id: str
    unit: int
    business: int

    @classmethod
    def of(cls, view: View, unit: Entity) -> Room:
        business_unit_id = unit["businessUnit"]["id"]
        total = sum(len(of_unit(view, other["id"])) for other in _units_of(view, business_unit_id))
        free = LIMITS.management_unit - len(of_unit(view, unit["id"]))
        return cls(business_unit_id, free, LIMITS.business_unit - total)

    def refusal(self, is_inside: bool) -> str:
        """The result that refuses one more agent; empty when there is room."""
        if self.unit < 1:
            return "DestinationManagementUnitAgentLimitExceeded"
        return "DestinationBusinessUnitAgentLimitExceeded" if self.business < 1 and not is_inside else ""

    def take(self, is_inside: bool) -> None:
        """One more agent; from within the business unit it counts there already."""
        self.unit -= 1
        self.business -= not is_inside


def _post(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    wanted = request.body["userIds"]
    found = [*_unknown(view, wanted)]
    if found:
        raise WfmError(found)
    destination_id = request.body.get("destinationManagementUnitId")
    destination = view.get("managementUnit", destination_id) if destination_id is not None else None
    if destination_id is not None and destination is None:
        message = f"no management unit has the id {destination_id!r}"
        raise refuse(NO_DESTINATION, message, "destinationManagementUnitId")
    place: Entity = {"userIds": list(dict.fromkeys(wanted)), "eventType": "MoveAgents"}
    body: Entity = {"requestingUser": user_reference(view.client_id)}
    if destination_id is not None:
        place["managementUnitId"] = destination_id
        body["destinationManagementUnit"] = management_units.reference(destination_id)
    begun = start(operation, view, request, MOVE, place)
    return Outcome(202, {**body, **begun.row.get("outcome", {})}, begun.writes)


def _move(view: View, request: Request, _: Entity) -> Outcome:
    wanted, destination_id = request.body["userIds"], request.body.get("destinationManagementUnitId")
    destination = management_units.COMMON.existing(view, destination_id) if destination_id is not None else None
    gone = [user_id for user_id in wanted if not user_exists(view, user_id)]
    if gone:
        raise refuse(NO_USER, f"no user has the id {gone[0]!r}", "userIds")
    room = Room.of(view, destination) if destination else None
    moves = [_moved(view, user_id, destination, room) for user_id in dict.fromkeys(wanted)]
    results = [{"user": user_reference(user_id), "result": result} for user_id, result, _ in moves]
    return Outcome(200, {"results": results}, tuple(write for _, _, writes in moves for write in writes))


def _unknown(view: View, wanted: Iterable[str]) -> Iterable[Violation]:
    for index, user_id in enumerate(wanted):
        if not user_id.strip():
            yield Violation(BLANK_USER, f"userIds[{index}] is blank", f"userIds[{index}]", given=user_id)
    for index, user_id in enumerate(wanted):
        if user_id.strip() and not user_exists(view, user_id):
            message = f"userIds[{index}]: no user has the id {user_id!r}"
            yield Violation(NO_USER, message, f"userIds[{index}]", given=user_id)


def _moved(
    view: View, user_id: str, destination: Entity | None, room: Room | None
) -> tuple[str, str, tuple[Write, ...]]:
    """(user, result, what to write); the work plan stays behind, because it is the unit's."""
    before = view.get("agent", user_id)
    if destination is None or room is None:
        if before is None:
            return user_id, "NothingToDo", ()
        return user_id, "MoveSuccessful", (Write("agent", user_id, None),)
    if before is not None and before["managementUnit"]["id"] == destination["id"]:
        return user_id, "AlreadyMoved", ()
    source = view.get("managementUnit", before["managementUnit"]["id"]) if before else None
    is_inside = source is not None and source["businessUnit"]["id"] == room.business_unit_id
    refusal = room.refusal(is_inside)
    if refusal:
        return user_id, refusal, ()
    room.take(is_inside)
    agent: Entity = {
        "id": user_id,
        "user": user_reference(user_id),
        "managementUnit": management_units.reference(destination["id"]),
        "schedulable": before["schedulable"] if before else True,
        "acceptDirectShiftTrades": before["acceptDirectShiftTrades"] if before else True,
    }
    row = view.row("agent", user_id)
    METADATA.put(agent, row.version + 1 if row else 1, view, before)
    agent["selfUri"] = agent_uri(agent)
    return user_id, "MoveSuccessful", (Write("agent", user_id, agent, changed=("managementUnit",)),)


def _management_unit(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return _placed(view, agent)


def _my_management_unit(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    agent = COMMON.existing(view, current_user(view))
    rules.raise_invalid(request)
    return _placed(view, agent)


def _placed(view: View, agent: Entity) -> Outcome:
    unit = view.get("managementUnit", agent["managementUnit"]["id"])
    assert unit is not None
    body = {"user": agent["user"], "managementUnit": agent["managementUnit"], "businessUnit": unit["businessUnit"]}
    return Outcome(200, body, reads=reply(view, "agent", agent).reads)


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = management_units.COMMON.existing(view, request.ids[0])
    agent = in_unit(view, unit["id"], request.ids[1])
    if agent is None:
        raise refuse(NOT_AN_AGENT, f"the user {request.ids[1]!r} is not in this management unit")
    rules.raise_invalid(request)
    hidden = {"managementUnit", "workPlanOverrides"} - set(many(request, "expand"))
    shown = {name: value for name, value in agent.items() if name not in hidden}
    for rotation in children(view, "workPlanRotation", "managementUnit", unit["id"]):
        if any(member["user"]["id"] == agent["id"] for member in rotation["agents"]):
            shown["workPlanRotation"] = {"id": rotation["id"], "selfUri": rotation["selfUri"]}
    return Outcome(200, shown, reads=reply(view, "agent", agent).reads)


def _flag(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """`schedulable` of several agents, all or none; 204."""
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    flags = {item["userId"]: item.get("schedulable") for item in request.body.get("entities", [])}
    agents = {user_id: in_unit(view, unit["id"], user_id) for user_id in flags}
    missing = [user_id for user_id, agent in agents.items() if agent is None]
    if missing:
        message = "no agent of the management unit has the id {!r}"
        raise WfmError(Violation(NOT_IN_UNIT, message.format(user_id), "entities") for user_id in missing)
    writes: list[Write] = []
    for user_id, agent in agents.items():
        if agent is not None and flags[user_id] is not None:
            writes += COMMON.update(resource, view, agent, {"schedulable": flags[user_id]}, None).writes
    return Outcome(204, None, tuple(writes))


def _users(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return Outcome(200, {"entities": [agent["user"] for agent in of_unit(view, unit["id"])]})


def _users_of_business_unit(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    parent = business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    wanted = parameters(request).get("managementUnitIds")
    units = [u for u in _units_of(view, parent["id"]) if wanted is None or u["id"] in wanted.split(",")]
    rows = [
        {
            "managementUnit": management_units.reference(unit["id"]),
            "users": [agent["user"] for agent in of_unit(view, unit["id"])],
        }
        for unit in units
    ]
    return Outcome(200, {"managementUnits": rows})


MOVE = Later(
    _move,
    watched_by=(
        "getWorkforcemanagementAgentManagementunit",
        "getWorkforcemanagementManagementunitUsers",
        "getWorkforcemanagementManagementunitAgent",
    ),
)
AGENT = Resource(
    kind="agent",
    path="/api/v2/workforcemanagement/agents",
    title="agent",
    references=(
        Reference("managementUnit.id", "managementUnit", NO_DESTINATION),
        Reference("workPlan.id", "workPlan", WFM_BODY_NOT_FOUND),
        Reference("workPlanOverrides[].workPlan.id", "workPlan", WFM_BODY_NOT_FOUND),
    ),
    behaviours={
        "postWorkforcemanagementAgents": Behaviour(
            _post, assumed("the rows are documented; their order is not"), (BLANK_USER, NO_USER, NO_DESTINATION), MOVE
        ),
        "getWorkforcemanagementAgentManagementunit": Behaviour(_management_unit, CONTRACT, (NOT_AN_AGENT,)),
        "getWorkforcemanagementAgentsMeManagementunit": Behaviour(
            _my_management_unit, CONTRACT, (NO_USER_CONTEXT, NOT_AN_AGENT)
        ),
        "getWorkforcemanagementManagementunitUsers": Behaviour(_users, CONTRACT, (management_units.NOT_FOUND,)),
        "getWorkforcemanagementManagementunitAgent": Behaviour(_read, CONTRACT, (NOT_AN_AGENT,)),
        "patchWorkforcemanagementManagementunitAgents": Behaviour(
            _flag, CONTRACT, (management_units.NOT_FOUND, NOT_IN_UNIT)
        ),
        "getWorkforcemanagementBusinessunitUsers": Behaviour(
            _users_of_business_unit, CONTRACT, (business_units.NOT_FOUND,)
        ),
    },
)
