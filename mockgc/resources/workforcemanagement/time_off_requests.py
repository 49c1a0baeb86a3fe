"""
Time-off requests as administrators see them: `managementunits/{managementUnitId}/timeoffrequests`, one for each user.

A request is for whole days of the unit or for parts of days, never both; a review carries the version last read.
Approved time off is not put into schedules by itself (observed, vendor staff, developer community).

Documented: the code is of the category TimeOff, durations are for all days or one for each. Assumed: all users of a
request are agents of the unit, or none is asked for; a request stays with the unit it was made in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Violation, WfmError, assumed, refuse
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import (
    CONTRACT,
    METADATA,
    WFM_BODY_NOT_FOUND,
    WFM_NOT_FOUND,
    WFM_STALE,
    Common,
    children,
    known_fields,
    reply,
    showing,
)
from mockgc.resources.workforcemanagement import agents, downloads, management_units
from mockgc.resources.workforcemanagement.days import YEARS, moment
from mockgc.resources.workforcemanagement.people import user_reference

KIND = "timeOffRequest"
BAD_REQUEST = ErrorCode(
    "wfm.validation.failure", 400,
    "time off is for whole days or for parts of days, with a code of the category TimeOff and a duration for each day",
    assumed("the code is declared, in which case is assumed"), "Correct the named field.",
)  # fmt: skip
DAYS, PARTS = "fullDayManagementUnitDates", "partialDayStartDateTimes"
PER_DAY = ("durationMinutes", "payableMinutes", "fullDayEarliestStartOffsetMinutes", "fullDayLatestEndOffsetMinutes")
SENT = ("activityCodeId", "notes", "paid", "dailyDurationMinutes", "status", DAYS, PARTS, *PER_DAY)


def _uri(entity: Entity) -> str:
    unit = management_units.uri(entity["managementUnitId"])
    return f"{unit}/users/{entity['user']['id']}/timeoffrequests/{entity['id']}"


COMMON = Common(KIND, _uri, METADATA, WFM_NOT_FOUND, WFM_STALE)


def shown(entity: Entity) -> Entity:
    """A request as callers see it."""
    return {name: value for name, value in entity.items() if name != "managementUnitId"}


def _check(view: View, entity: Entity, before: Entity | None) -> Iterator[Violation]:
    days, parts = entity.get(DAYS, []), entity.get(PARTS, [])
    if bool(days) == bool(parts):
        yield Violation(BAD_REQUEST, f"one of {DAYS} and {PARTS} names days, and only one", DAYS)
    for index, day in enumerate(days):
        if not _is_day(day):
            yield Violation(BAD_REQUEST, f"{DAYS}[{index}]: {day[:200]!r} is no yyyy-MM-dd", f"{DAYS}[{index}]")
    for index, part in enumerate(parts):
        if not _is_reached(part):
            yield Violation(BAD_REQUEST, f"{PARTS}[{index}]: {part[:200]!r} is out of reach", f"{PARTS}[{index}]")
    for name in PER_DAY:
        given = entity.get(name)
        if given is not None and (len(given) != len(days or parts) or any(minutes < 0 for minutes in given)):
            yield Violation(BAD_REQUEST, f"{name}: one number of minutes for each of {len(days or parts)} days", name)
    if "dailyDurationMinutes" not in entity and "durationMinutes" not in entity:
        yield Violation(BAD_REQUEST, "one of durationMinutes and dailyDurationMinutes is required", "durationMinutes")
    if before is None or before["activityCodeId"] != entity["activityCodeId"]:
        yield from _code_violations(view, entity)


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("yyyy-MM-dd") and date.fromisoformat(text).year in YEARS
    except ValueError:
        return False


def _is_reached(text: str) -> bool:
    try:
        return moment(text, PARTS) is not None
    except WfmError:
        return False


def _code_violations(view: View, entity: Entity) -> Iterator[Violation]:
    unit = view.get("managementUnit", entity["managementUnitId"])
    assert unit is not None
    wanted = entity["activityCodeId"]
    code = view.get("activityCode", f"{unit['businessUnit']['id']}/{wanted}")
    if code is None or not code["active"]:
        message = f"activityCodeId: no live activity code of the business unit has the id {wanted[:200]!r}"
        yield Violation(WFM_BODY_NOT_FOUND, message, "activityCodeId", given=wanted)
    elif code["category"] != "TimeOff":
        message = f"activityCodeId: {code['name']!r} is of the category {code['category']}, not TimeOff"
        yield Violation(BAD_REQUEST, message, "activityCodeId", given=wanted)


def _create(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    user_ids = list(dict.fromkeys(user.get("id", "") for user in request.body["users"]))
    missing = [user_id for user_id in user_ids if agents.in_unit(view, unit["id"], user_id) is None]
    if missing or not user_ids:
        message = "users: no agent of the management unit has the id {!r}"
        raise WfmError(Violation(WFM_BODY_NOT_FOUND, message.format(u), "users", given=u) for u in missing or [""])
    sent: Entity = known_fields(request.body, *SENT)
    author = user_reference(view.client_id)
    made = [requested(resource, view, unit["id"], user_id, sent, author) for user_id in user_ids]
    writes = tuple(write for outcome in made for write in outcome.writes)
    reads = tuple(read for outcome in made for read in outcome.reads)
    return Outcome(200, {"timeOffRequests": [shown(_body(outcome)) for outcome in made]}, writes, reads)


def _body(outcome: Outcome) -> Entity:
    assert isinstance(outcome.body, dict)
    return outcome.body


def requested(
    resource: Resource,
    view: View,
    unit_id: str,
    user_id: str,
    sent: Entity,
    author: Entity,
    reviewer: Entity | None = None,
) -> Outcome:
    """A new request for one user; one that is not pending has been reviewed, by its author unless somebody is named."""
    now = timestamp(view.now)
    content: dict[str, Any] = {
        "managementUnitId": unit_id,
        "user": user_reference(user_id),
        "isFullDayRequest": bool(sent.get(DAYS)),
        "markedAsRead": False,
        **_paid(view, unit_id, sent),
        **sent,
        "submittedBy": author,
        "submittedDate": now,
    }
    if sent["status"] != "PENDING":
        content |= {"reviewedBy": reviewer or author, "reviewedDate": now}
    return COMMON.create(resource, view, content)


def _paid(view: View, unit_id: str, sent: Entity) -> Entity:
    """As the activity code is, unless it is sent. Source: documented."""
    unit = view.get("managementUnit", unit_id)
    assert unit is not None
    code = view.get("activityCode", f"{unit['businessUnit']['id']}/{sent['activityCodeId']}")
    return {"paid": bool(code and code.get("countsAsPaidTime", False))}


def existing(view: View, request: Request) -> Entity:
    """
    The request that a path names by unit, user and itself.

    Raises:
        WfmError: 404 of unit or request.
    """
    unit = management_units.COMMON.existing(view, request.ids[0])
    found = view.get(KIND, request.ids[2])
    if found is None or found["managementUnitId"] != unit["id"] or found["user"]["id"] != request.ids[1]:
        raise refuse(WFM_NOT_FOUND, f"the user has no time-off request {request.ids[2]!r} in this management unit")
    return found


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    found = existing(view, request)
    rules.raise_invalid(request)
    return showing(reply(view, KIND, found), shown)


def _patch(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    before = existing(view, request)
    rules.raise_invalid(request)
    content: Entity = known_fields(request.body, *SENT)
    for name in PER_DAY:
        if isinstance(content.get(name), dict):
            content[name] = content[name].get("values", [])
    if DAYS in content or PARTS in content:
        content = {DAYS: [], PARTS: [], **content}
        content["isFullDayRequest"] = bool(content[DAYS])
    if content.get("status", before["status"]) != before["status"]:
        content |= {"reviewedBy": user_reference(view.client_id), "reviewedDate": timestamp(view.now)}
    outcome = COMMON.update(resource, view, before, content, METADATA.claimed(request.body))
    return showing(outcome, shown)


def _of_unit(view: View, unit_id: str) -> list[Entity]:
    return children(view, KIND, "managementUnit", unit_id)


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = management_units.COMMON.existing(view, request.ids[0])
    found = [entity for entity in _of_unit(view, unit["id"]) if entity["user"]["id"] == request.ids[1]]
    if not found and agents.in_unit(view, unit["id"], request.ids[1]) is None:
        raise refuse(WFM_NOT_FOUND, f"no agent of the management unit has the id {request.ids[1]!r}")
    rules.raise_invalid(request)
    return answer("timeOffRequests", found)


def answer(name: str, found: list[Entity]) -> Outcome:
    """Several requests under a name."""
    reads = tuple((KIND, entity["id"], entity["metadata"]["version"]) for entity in found)
    return Outcome(200, {name: [shown(entity) for entity in found]}, reads=reads)


def _query(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """All of the unit that pass every filter sent; `dateRange` takes requests with a day from its start to its end."""
    unit = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    body = request.body
    found = [
        entity
        for entity in _of_unit(view, unit["id"])
        if (not body.get("ids") or entity["id"] in body["ids"])
        and (not body.get("userIds") or entity["user"]["id"] in body["userIds"])
        and (not body.get("statuses") or entity["status"] in body["statuses"])
        and _is_within(entity, body.get("dateRange", {}))
    ]
    return answer("entities", found)


def _is_within(entity: Entity, wanted: Entity) -> bool:
    first, last = wanted.get("startDate", "")[:10], wanted.get("endDate", "9999-12-31")[:10]
    days = [*entity.get(DAYS, []), *(part[:10] for part in entity.get(PARTS, []))]
    return any(first <= day <= last for day in days)


_BASIC = (management_units.NOT_FOUND, WFM_NOT_FOUND)
TIME_OFF_REQUEST = Resource(
    kind=KIND,
    path=f"{management_units.PATH}/timeoffrequests",
    title="time-off request",
    references=(
        Reference("managementUnitId", "managementUnit", management_units.NOT_FOUND),
        Reference("user.id", "directoryUser", WFM_BODY_NOT_FOUND),
    ),
    checks=(_check,),
    behaviours={
        "postWorkforcemanagementManagementunitTimeoffrequests": Behaviour(
            _create, CONTRACT, (management_units.NOT_FOUND, WFM_BODY_NOT_FOUND, BAD_REQUEST)
        ),
        "getWorkforcemanagementManagementunitUserTimeoffrequest": Behaviour(_read, CONTRACT, _BASIC),
        "patchWorkforcemanagementManagementunitUserTimeoffrequest": Behaviour(
            _patch, CONTRACT, (*_BASIC, WFM_STALE, WFM_BODY_NOT_FOUND, BAD_REQUEST)
        ),
        "getWorkforcemanagementManagementunitUserTimeoffrequests": Behaviour(_list, CONTRACT, _BASIC),
        "postWorkforcemanagementManagementunitTimeoffrequestsQuery": Behaviour(
            downloads.offered(_query, is_listing_required=True),
            assumed("all filters together"),
            (management_units.NOT_FOUND,),
        ),
    },
)
