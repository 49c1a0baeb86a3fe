"""
The sequential model of the dialect: what one request may answer in a given state, and the state after it.

Pure: `step(state, request, response)` says what is wrong with a response, if anything, and what the target holds then.
It follows `conformance.claims` and the specification's order of checks; shapes are left to the contract tests, so
requests are well-formed JSON with the right types. Ids are the server's: a create's response tells them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance import conflicts, weeks
from conformance.claims import CLAIMS, DIFFERS, IN_USE, PRECEDENCE, STALE, Body, Claim
from conformance.conflicts import Fault
from conformance.entities import EMPTY, NEW, Row, State, meaning

__all__ = ["EMPTY", "Expected", "Request", "Response", "Row", "State", "expect", "meaning", "step"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request on one kind; `entity_id` None addresses the collection."""

    method: str
    kind: str
    entity_id: str | None = None
    body: Body | None = None
    query: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """Status and decoded body; None for an empty one."""

    status: int
    body: Any = None


@dataclass(frozen=True, slots=True)
class Expected:
    """
    What the promises allow.

    Args:
        faults: for a refusal, every violation of its stage; `is_complete` False when more may be reported.
        state: the state afterwards; a created entity is in it under the id `NEW`.
        shows: (kind, id) whose content the answer must show.
        answer: further members that the answer must have.
    """

    status: int
    state: State
    faults: frozenset[Fault] = frozenset()
    is_complete: bool = True
    shows: tuple[str, str] | None = None
    answer: Mapping[str, Any] | None = None


def step(state: State, request: Request, response: Response) -> tuple[str | None, State]:
    """(what is wrong with the response or None, the state afterwards); a wrong one leaves the state as it was."""
    wanted = expect(state, request)
    wrong = _complaint(wanted, request, response)
    return (wrong, state) if wrong else (None, _with_id(wanted, request, response))


def expect(state: State, request: Request) -> Expected:
    """What the promises allow for this request in this state."""
    claim = CLAIMS[request.kind]
    if request.entity_id is None:
        if request.method == "GET":
            return Expected(200, state, answer={"entities": _listed(state, claim, request.query or {})})
        return _import(state, request.body or {}) if claim.kind == "schedule" else _create(state, claim, request)
    row = state.get(claim.kind, request.entity_id)
    if row is None:
        return Expected(404, state, frozenset({("not.found", None)}), is_complete=False)
    if request.method == "GET":
        return Expected(200, state, shows=(claim.kind, request.entity_id))
    if request.method == "DELETE":
        return _delete(state, claim, request.entity_id, row)
    return _put(state, claim, request.entity_id, row, request.body or {})


# -- operations


def _create(state: State, claim: Claim, request: Request) -> Expected:
    body = request.body or {}
    fields = meaning(claim, body)
    faults = [
        *conflicts.missing(state, claim, body),
        *conflicts.misfits(state, claim, body, None),
        *conflicts.held(state, claim, fields, None),
    ]
    return _refused(state, faults) or Expected(
        201, state.with_row(claim.kind, NEW, Row(1, fields)), shows=(claim.kind, NEW)
    )


def _put(state: State, claim: Claim, entity_id: str, row: Row, body: Body) -> Expected:
    needed = [name for name in (*claim.required, *claim.required_on_put) if body.get(name) is None]
    if needed:
        return Expected(400, state, frozenset(("bad.request", name) for name in needed))
    fields = meaning(claim, body)
    if claim.kind == "schedule" and (wrong := conflicts.bad_week(state, row, body)):
        return Expected(400, state, wrong)
    faults = [*conflicts.missing(state, claim, body), *conflicts.misfits(state, claim, body, entity_id)]
    if claim.kind == "schedule":
        stays = {user_id for user_id, _ in row.fields["agents"]}
        faults += [*conflicts.strangers(state, body, stays), *conflicts.overlaps(state, body, row, entity_id)]
    if body["version"] != row.version:
        faults.append((STALE, "version"))
    faults += conflicts.held(state, claim, fields, entity_id)
    if refused := _refused(state, faults):
        return refused
    if fields == row.fields:
        return Expected(200, state, shows=(claim.kind, entity_id))
    after = state.with_row(claim.kind, entity_id, Row(row.version + 1, fields))
    return Expected(200, _moved_along(after, claim, row), shows=(claim.kind, entity_id))


def _delete(state: State, claim: Claim, entity_id: str, row: Row) -> Expected:
    if any(True for _ in conflicts.referrers(state, claim.kind, entity_id)):
        return Expected(409, state, frozenset({(IN_USE, None)}))
    return Expected(204, _moved_along(state.with_row(claim.kind, entity_id, None), claim, row))


def _import(state: State, body: Body) -> Expected:
    claim = CLAIMS["schedule"]
    template = state.get("scheduleTemplate", body["scheduleTemplateId"])
    references = [*conflicts.missing(state, claim, body), *conflicts.strangers(state, body, None)]
    if wrong := conflicts.bad_values(body):
        return Expected(400, state, wrong)
    if template is None:
        return Expected(409, state, frozenset(references), is_complete=False)
    if outside := weeks.outside(body, template.fields["timeZone"]):
        return Expected(400, state, frozenset((conflicts.INVALID, path) for path in outside))
    schedule_id, row = conflicts.of_triple(state, body)
    stored = dict(row.fields["agents"]) if row else {}
    batch = dict(weeks.agents(body["agents"]))
    replaced = {user_id for user_id in batch if user_id in stored and stored[user_id] != batch[user_id]}
    created = batch.keys() - stored.keys()
    faults = [
        *references,
        *conflicts.import_key(state, claim, body, row),
        *conflicts.overlaps(state, body, row, schedule_id),
    ]
    version = body.get("version")
    if version is None:
        faults += [
            (DIFFERS, f"agents[{index}].shifts")
            for index, agent in enumerate(body["agents"])
            if agent["userId"] in replaced
        ]
    elif version != template.version and (created or replaced):
        faults.append((STALE, "version"))
    if refused := _refused(state, faults):
        return refused
    answer = {"created": created, "replaced": replaced, "unchanged": batch.keys() - created - replaced}
    return _imported(state, claim, body, row, schedule_id, {**stored, **batch}, answer)


def _imported(
    state: State, claim: Claim, body: Body, row: Row | None, schedule_id: str, agents: Body, answer: Mapping[str, Any]
) -> Expected:
    """The state after an import that nothing refused."""
    if row is not None and not answer["created"] and not answer["replaced"]:
        return Expected(200, state, shows=("schedule", schedule_id), answer=answer)
    kept = {name: value for name, value in body.items() if name not in ("version", "agents") and value is not None}
    fields = {**(row.fields if row else kept), "agents": tuple(sorted(agents.items()))}
    after = Row(row.version + 1 if row else 1, fields)
    moved = _moved_along(state.with_row("schedule", schedule_id, after), claim, after)
    return Expected(200 if row else 201, moved, shows=("schedule", schedule_id), answer=answer)


# -- rules


def _refused(state: State, faults: list[Fault]) -> Expected | None:
    return Expected(409, state, frozenset(faults)) if faults else None


def _moved_along(state: State, claim: Claim, row: Row) -> State:
    """Every committed change of a schedule moves its template's version by one (rule 2)."""
    if claim.moves is None:
        return state
    template_id = row.fields[claim.moves]
    template = state.rows["scheduleTemplate"][template_id]
    return state.with_row("scheduleTemplate", template_id, replace(template, version=template.version + 1))


def _listed(state: State, claim: Claim, query: Mapping[str, str]) -> list[tuple[str, int]]:
    """(id, version) of what a listing shows, in order of creation."""

    def matches(fields: Body) -> bool:
        pairs = ((claim.filters[name], fields.get(name), wanted) for name, wanted in query.items())
        return all(value is not None and fold(value) == fold(wanted) for fold, value, wanted in pairs)

    return [(entity_id, row.version) for entity_id, row in state.rows[claim.kind].items() if matches(row.fields)]


# -- responses


def _complaint(wanted: Expected, request: Request, response: Response) -> str | None:
    """What a response should not have said."""
    if response.status != wanted.status:
        code = response.body.get("code") if isinstance(response.body, dict) else None
        return f"status {response.status} ({code}), allowed is {wanted.status} {sorted(map(str, wanted.faults))}"
    if response.status >= 400:
        return _wrong_refusal(wanted, response.body)
    if wanted.shows is not None:
        return _wrong_content(wanted, response.body)
    if request.method == "GET":
        shown = [(entity["id"], entity["version"]) for entity in response.body["entities"]]
        listed = (wanted.answer or {})["entities"]
        return None if shown == listed else f"listing shows {shown}, alive are {listed}"
    return None


def _wrong_refusal(wanted: Expected, body: Any) -> str | None:
    found = {(detail["errorCode"], detail["fieldName"]) for detail in body["details"]}
    if not wanted.is_complete:
        return None if wanted.faults <= found or body["code"] == "not.found" else f"{found} lacks {wanted.faults}"
    if found != wanted.faults:
        return f"refused for {sorted(found, key=str)}, broken is {sorted(wanted.faults, key=str)}"
    ranks = {code: rank for rank, code in enumerate(PRECEDENCE)}
    first = min((code for code, _ in wanted.faults), key=lambda code: ranks.get(code, 0))
    return None if body["code"] == first else f"code {body['code']}, the first in order is {first}"


def _wrong_content(wanted: Expected, body: Any) -> str | None:
    assert wanted.shows is not None
    kind, entity_id = wanted.shows
    row = wanted.state.rows[kind][entity_id]
    if wanted.answer is not None:
        return _wrong_import(wanted, row, body)
    shown = meaning(CLAIMS[kind], body)
    if body["version"] != row.version:
        return f"version {body['version']}, it is {row.version}"
    return None if shown == row.fields else f"shows {shown}, stored is {row.fields}"


def _wrong_import(wanted: Expected, row: Row, body: Any) -> str | None:
    answer = wanted.answer or {}
    found = {name: set(body[name]) for name in ("created", "replaced", "unchanged")}
    if found != {name: set(users) for name, users in answer.items()}:
        return f"sorted the batch as {found}, it is {answer}"
    template = wanted.state.rows["scheduleTemplate"][row.fields["scheduleTemplateId"]]
    versions = body["schedule"]["version"], body["scheduleTemplateVersion"], body["schedule"]["agentCount"]
    held = row.version, template.version, len(row.fields["agents"])
    return None if versions == held else f"schedule, template version and agent count {versions}, they are {held}"


def _with_id(wanted: Expected, request: Request, response: Response) -> State:
    """Put the server's id where the model wrote `NEW`."""
    row = wanted.state.get(request.kind, NEW)
    if row is None:
        return wanted.state
    body = response.body["schedule"] if request.kind == "schedule" else response.body
    return wanted.state.with_row(request.kind, NEW, None).with_row(request.kind, body["id"], row)
