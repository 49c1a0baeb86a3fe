"""
Adherence explanations: why an agent was late. Agents submit their own, administrators add, review and query them.

Every change is a job, and a query can be one: it answers 202 with a reference to the job, which only the one who
started it can ask for. The result of a query that is a job is a download; what a query answers at once is not kept as
one (documented: a job's details are retained only after a 202).

Assumed: an explanation lasts a minute or more; a review names the client that made it; queries take what overlaps their
period.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, WfmError, assumed, documented, refuse
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Later, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import CONTRACT, WFM_NOT_FOUND, children, known_fields, parameters
from mockgc.resources.operations import COMPLETE, existing, start
from mockgc.resources.workforcemanagement import business_units, downloads, management_units
from mockgc.resources.workforcemanagement.days import moment
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user, user_reference

KIND = "adherenceExplanation"
PATH = "/api/v2/workforcemanagement/adherence/explanations"
BAD_EXPLANATION = ErrorCode(
    "wfm.bad.request", 400, "an explanation lasts a minute or more",
    assumed("the code is declared; when it is sent is not"), "Send a lengthMinutes of 1 or more.",
)  # fmt: skip
BAD_PERIOD = ErrorCode(
    "wfm.bad.request", 400, "a period ends after it starts", assumed("the code is declared; when it is sent is not"),
    "Send startDate before endDate.",
)  # fmt: skip
NO_AGENT = ErrorCode(
    "not.found", 404, "explanations are of agents of management units", documented("404 of these operations"),
    "Move the user into a management unit first: POST agents.",
)  # fmt: skip
NO_EXPLANATION = ErrorCode(
    "not.found", 404, "the path names an explanation of the agent", documented("PATCH explanations: 404"),
    "Query the agent's explanations.",
)  # fmt: skip
_PENDING = "Pending"
_ADD, _UPDATE, _QUERY_AGENT, _QUERY_UNIT = (
    "AddExplanation", "UpdateExplanation", "QueryAgentExplanations", "QueryBuExplanations"
)  # fmt: skip


def _shown(found: Entity) -> Entity:
    """The units are those that the agent was in when it was made."""
    agent_id = found["userId"]
    return {
        "id": found["id"],
        "agent": user_reference(agent_id),
        "managementUnit": management_units.reference(found["managementUnitId"]),
        "businessUnit": {"id": found["businessUnitId"], "selfUri": business_units.uri(found["businessUnitId"])},
        **known_fields(found, "type", "startDate", "lengthMinutes", "notes", "status", "reviewedBy", "reviewedDate"),
        "selfUri": f"/api/v2/workforcemanagement/agents/{agent_id}/adherence/explanations/{found['id']}",
    }


def _agent(view: View, user_id: str) -> Entity:
    found = view.get("agent", user_id)
    if found is None:
        raise refuse(NO_AGENT, f"the user {user_id!r} is in no management unit")
    return found


def _asking(view: View) -> str:
    """Who starts a job: the user that the client stands for, or the client itself."""
    try:
        return current_user(view)
    except WfmError:
        return view.client_id


def _begin(
    operation: Operation, view: View, request: Request, later: Later, job_type: str, agent_id: str = ""
) -> tuple[Entity, tuple[Write, ...], bool]:
    """(reference to a new job, what to write, whether it is over)."""
    place = {"type": job_type, "userId": _asking(view)}
    begun = start(operation, view, request, later, place, {"agentId": agent_id, "isJob": True})
    job = {"id": begun.row["id"], "status": begun.row["status"], "type": job_type, "selfUri": _job_uri(begun.row["id"])}
    return job, begun.writes, begun.is_over


def _job_uri(job_id: str) -> str:
    return f"{PATH}/jobs/{job_id}"


def _add_mine(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    agent = _agent(view, current_user(view))
    rules.raise_invalid(request)
    return _add(operation, view, request, agent)


def _add_of_agent(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    agent = _agent(view, request.ids[0])
    rules.raise_invalid(request)
    return _add(operation, view, request, agent)


def _add(operation: Operation, view: View, request: Request, agent: Entity) -> Outcome:
    if request.body["lengthMinutes"] < 1:
        raise refuse(BAD_EXPLANATION, f"lengthMinutes: {request.body['lengthMinutes']} is less than 1", "lengthMinutes")
    moment(request.body["startDate"], "startDate")
    job, writes, _over = _begin(operation, view, request, ADDED, _ADD, agent["id"])
    return Outcome(202, {"job": job}, writes)


def _added(view: View, request: Request, kept: Entity) -> Outcome:
    agent = _agent(view, kept["agentId"])
    home = management_units.COMMON.existing(view, agent["managementUnit"]["id"])
    made: Entity = {
        "id": view.new_id(),
        "userId": agent["id"],
        "managementUnitId": home["id"],
        "businessUnitId": home["businessUnit"]["id"],
        "status": _PENDING,
        **known_fields(request.body, "type", "lengthMinutes", "notes", "status"),
        "startDate": timestamp(moment(request.body["startDate"], "startDate")),
    }
    return _written(made if made["status"] == _PENDING else _reviewed(view, made, made["status"]))


def _reviewed(view: View, found: Entity, status: str) -> Entity:
    review = {"reviewedBy": user_reference(_asking(view)), "reviewedDate": timestamp(view.now)}
    return {**found, "status": status, **review}


def _written(found: Entity) -> Outcome:
    write = Write(KIND, found["id"], found, changed=tuple(found))
    return Outcome(200, {"adherenceExplanation": _shown(found)}, (write,))


def _of_path(view: View, request: Request, not_found: ErrorCode) -> Entity:
    """The explanation that a path names after its agent."""
    return _of_agent(view, request.ids[0], request.ids[1], not_found)


def _of_agent(view: View, user_id: str, explanation_id: str, not_found: ErrorCode) -> Entity:
    found = view.get(KIND, explanation_id)
    if found is None or found["userId"] != user_id:
        raise refuse(not_found, f"the agent has no adherence explanation {explanation_id[:200]!r}")
    return found


def _read_mine(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    found = _of_agent(view, current_user(view), request.ids[0], WFM_NOT_FOUND)
    rules.raise_invalid(request)
    return Outcome(200, _shown(found))


def _read_of_agent(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    found = _of_path(view, request, WFM_NOT_FOUND)
    rules.raise_invalid(request)
    return Outcome(200, _shown(found))


def _patch(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """200 when it is over, 202 while it takes its time."""
    _of_path(view, request, NO_EXPLANATION)
    rules.raise_invalid(request)
    job, writes, is_over = _begin(operation, view, request, UPDATED, _UPDATE)
    return Outcome(200 if is_over else 202, {"job": job}, writes)


def _updated(view: View, request: Request, _: Entity) -> Outcome:
    found = _of_path(view, request, NO_EXPLANATION)
    status = str(request.body.get("status", found["status"]))
    if status == found["status"]:
        return Outcome(200, {"adherenceExplanation": _shown(found)})
    return _written(_reviewed(view, found, status))


def _overlapping(request: Request, found: Iterable[Entity]) -> Entity:
    start_of, end = (moment(request.body[name], name) for name in ("startDate", "endDate"))
    if start_of >= end:
        raise refuse(BAD_PERIOD, "endDate is not after startDate", "endDate")
    rows = []
    for row in found:
        begins = datetime.fromisoformat(row["startDate"])
        if begins < end and start_of < begins + timedelta(minutes=row["lengthMinutes"]):
            rows.append(_shown(row))
    return {"entities": rows}


def _of_user(view: View, request: Request, user_id: str) -> Entity:
    return _overlapping(request, children(view, KIND, "directoryUser", user_id))


def _of_unit(view: View, request: Request) -> Entity:
    """All of a business unit, or of those agents and management units that the body names."""
    body = request.body
    found = (
        row
        for row in children(view, KIND, "businessUnit", request.ids[0])
        if (not body.get("agentIds") or row["userId"] in body["agentIds"])
        and (not body.get("managementUnitIds") or row["managementUnitId"] in body["managementUnitIds"])
    )
    return _overlapping(request, found)


def _result(view: View, request: Request, unit_id: str, found: Entity, kept: Entity) -> Outcome:
    if not kept.get("isJob"):
        answer, writes = downloads.answered(view, request, unit_id, found, len(found["entities"]))
        return Outcome(200, answer, writes)
    answer, write = downloads.stored(view, request, {"businessUnitId": unit_id}, found)
    return Outcome(200, answer, (write,))


def _unit_of(view: View, agent: Entity) -> str:
    home = management_units.COMMON.existing(view, agent["managementUnit"]["id"])
    return str(home["businessUnit"]["id"])


def _found_mine(view: View, request: Request, kept: Entity) -> Outcome:
    agent = _agent(view, current_user(view))
    return _result(view, request, _unit_of(view, agent), _of_user(view, request, agent["id"]), kept)


def _found_of_agent(view: View, request: Request, kept: Entity) -> Outcome:
    agent = _agent(view, request.ids[0])
    return _result(view, request, _unit_of(view, agent), _of_user(view, request, agent["id"]), kept)


def _found_of_unit(view: View, request: Request, kept: Entity) -> Outcome:
    return _result(view, request, request.ids[0], _of_unit(view, request), kept)


def _query_mine(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """Always a job, because 202 is the only answer; what is there at once is in the answer too."""
    _agent(view, current_user(view))
    rules.raise_invalid(request)
    outcome = MINE.perform(view, request, {})
    job, writes, is_over = _begin(operation, view, request, MINE, _QUERY_AGENT)
    if not is_over or _is_forced(request) or job["status"] != COMPLETE:
        return Outcome(202, {"job": _told(job, request)}, writes)
    return Outcome(202, {"job": job, **_body(outcome)}, (*outcome.writes, *writes))


def _query_of_agent(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    _agent(view, request.ids[0])
    rules.raise_invalid(request)
    return _queried(operation, view, request, OF_AGENT, _QUERY_AGENT)


def _query_of_unit(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return _queried(operation, view, request, OF_UNIT, _QUERY_UNIT)


def _queried(operation: Operation, view: View, request: Request, later: Later, job_type: str) -> Outcome:
    """200 with the result, or 202 with a job where it is forced to be one or takes its time."""
    outcome = later.perform(view, request, {})
    is_slow = view.switches.operation_polls or view.switches.operation_seconds
    if not is_slow and not _is_forced(request) and not request.job_error:
        return Outcome(200, _body(outcome), outcome.writes)
    job, writes, _over = _begin(operation, view, request, later, job_type)
    return Outcome(202, {"job": _told(job, request)}, writes)


def _is_forced(request: Request) -> bool:
    return parameters(request).get("forceAsync") == "true"


def _told(job: Entity, request: Request) -> Entity:
    """A job that is forced to be one goes on as far as its caller is told."""
    return {**job, "status": "Processing"} if _is_forced(request) else job


def _body(outcome: Outcome) -> dict[str, Any]:
    assert isinstance(outcome.body, dict)
    return outcome.body


def _read_job(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """Only for the one who started it. Source: documented."""
    row = existing(view, request.ids[0], _JOBS, WFM_NOT_FOUND)
    if row["userId"] != _asking(view):
        raise refuse(WFM_NOT_FOUND, f"no job of the caller has the id {request.ids[0]!r}")
    rules.raise_invalid(request)
    job = {"id": row["id"], "selfUri": _job_uri(row["id"]), "status": row["status"], "type": row["type"]}
    return Outcome(200, {**job, **row.get("outcome", {})})


_JOB = "getWorkforcemanagementAdherenceExplanationsJob"
ADDED, UPDATED, MINE, OF_AGENT, OF_UNIT = (
    Later(perform, (_JOB,)) for perform in (_added, _updated, _found_mine, _found_of_agent, _found_of_unit)
)
_JOBS = (
    "postWorkforcemanagementAdherenceExplanations",
    "postWorkforcemanagementAgentAdherenceExplanations",
    "patchWorkforcemanagementAgentAdherenceExplanation",
    "postWorkforcemanagementAdherenceExplanationsQuery",
    "postWorkforcemanagementAgentAdherenceExplanationsQuery",
    "postWorkforcemanagementBusinessunitAdherenceExplanationsQuery",
)
_PERIOD = assumed("what overlaps the period; 200 with the result unless it is a job")
ADHERENCE_EXPLANATION = Resource(
    kind=KIND,
    path=PATH,
    title="adherence explanation",
    references=(
        Reference("userId", "directoryUser", NO_AGENT),
        Reference("businessUnitId", "businessUnit", business_units.NOT_FOUND),
    ),
    behaviours={
        _JOBS[0]: Behaviour(_add_mine, CONTRACT, (NO_USER_CONTEXT, NO_AGENT, BAD_EXPLANATION), ADDED),
        _JOBS[1]: Behaviour(_add_of_agent, CONTRACT, (NO_AGENT, BAD_EXPLANATION), ADDED),
        _JOBS[2]: Behaviour(_patch, assumed("200 when it is over, 202 before"), (NO_EXPLANATION,), UPDATED),
        _JOBS[3]: Behaviour(_query_mine, _PERIOD, (NO_USER_CONTEXT, NO_AGENT, BAD_PERIOD), MINE),
        _JOBS[4]: Behaviour(_query_of_agent, _PERIOD, (NO_AGENT, BAD_PERIOD), OF_AGENT),
        _JOBS[5]: Behaviour(_query_of_unit, _PERIOD, (business_units.NOT_FOUND, BAD_PERIOD), OF_UNIT),
        "getWorkforcemanagementAdherenceExplanation": Behaviour(_read_mine, CONTRACT, (NO_USER_CONTEXT, WFM_NOT_FOUND)),
        "getWorkforcemanagementAgentAdherenceExplanation": Behaviour(_read_of_agent, CONTRACT, (WFM_NOT_FOUND,)),
        _JOB: Behaviour(_read_job, documented("only the one who started a job can ask for it"), (WFM_NOT_FOUND,)),
    },
)
