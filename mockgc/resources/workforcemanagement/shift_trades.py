"""
Shift trades of a management unit's week: `managementunits/{managementUnitId}/weeks/{weekDateId}/shifttrades`.

An agent offers a shift of a published schedule, for another one or for none (one-sided), to a colleague or to anybody;
another agent matches it. What an administrator makes of it is in `shift_trade_states`.

Documented: the states and the violations, that only the initiating agent updates an offer, and that trades carry
versions. Assumed: that an offer ends unanswered at its expiration, and the two rules of a match that are looked at
beside who may match: the shift that is wanted in return, and shifts that would overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed, documented, refuse
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
    parameters,
)
from mockgc.resources.workforcemanagement import agents, business_units, downloads, management_units, week_schedules
from mockgc.resources.workforcemanagement.people import NO_USER_CONTEXT, current_user, user_reference
from mockgc.resources.workforcemanagement.week_schedules import BAD_WEEK

KIND = "shiftTrade"
PLACE = "WorkforcemanagementManagementunit"
UNMATCHED, MATCHED, APPROVED, DENIED, CANCELED, EXPIRED = (
    "Unmatched", "Matched", "Approved", "Denied", "Canceled", "Expired"
)  # fmt: skip
LIVE = (UNMATCHED, MATCHED)
_PLAIN = (
    "id", "weekDate", "initiatingShiftId", "initiatingShiftStart", "initiatingShiftEnd", "receivingShiftId",
    "receivingShiftStart", "receivingShiftEnd", "acceptableIntervals", "oneSided", "expiration", "reviewedBy",
    "reviewedDate", "metadata",
)  # fmt: skip
NOT_OFFERED = ErrorCode(
    "wfm.not.allowed", 400, "an offer is of a shift that lies ahead, is published and is offered once",
    assumed("the code is declared; when it is sent is not"), "Offer another shift, or cancel the offer that is there.",
)  # fmt: skip
NOT_UPDATED = ErrorCode(
    "wfm.not.allowed", 400, "the initiating agent updates an offer that nobody has matched",
    documented("PATCH shifttrades/{tradeId}: the initiating agent only; the code is declared"), "Make another offer.",
)  # fmt: skip
BAD_OFFER = ErrorCode(
    "wfm.validation.failure", 400, "an offer expires before its shift starts, and takes intervals of two moments",
    assumed("the code is declared; when it is sent is not"), "Correct the named field.",
)  # fmt: skip


def _uri(trade: Entity) -> str:
    unit = management_units.uri(trade["managementUnitId"])
    return f"{unit}/weeks/{trade['weekDate']}/shifttrades/{trade['id']}"


COMMON = Common(KIND, _uri, METADATA, WFM_NOT_FOUND, WFM_STALE)


def place(view: View, request: Request) -> tuple[Entity, Entity, str]:
    """
    (management unit, business unit, first day of the week) of a path.

    Raises:
        WfmError: 404 of the unit, 400 of the week.
    """
    home = management_units.COMMON.existing(view, request.ids[0])
    unit = business_units.COMMON.existing(view, home["businessUnit"]["id"])
    return home, unit, week_schedules.week(unit, request.ids[1]).isoformat()


def _me(view: View, home: Entity) -> str:
    """
    The agent of the unit that asks.

    Raises:
        WfmError: 400 without a user, 404 when the user is no agent of the unit.
    """
    user_id = current_user(view)
    if agents.in_unit(view, home["id"], user_id) is None:
        raise refuse(WFM_NOT_FOUND, f"the user {user_id!r} is no agent of the management unit")
    return user_id


def _of_unit(view: View, home: Entity) -> list[Entity]:
    return children(view, KIND, "managementUnit", home["id"])


def _existing(view: View, request: Request, no_unit: ErrorCode = management_units.NOT_FOUND) -> tuple[Entity, Entity]:
    """
    The management unit and the trade that a path names.

    Raises:
        WfmError: 404 of either, 400 of the week.
    """
    if view.row("managementUnit", request.ids[0]) is None:
        raise refuse(no_unit, f"no management unit has the id {request.ids[0]!r}")
    home, _unit, week = place(view, request)
    found = view.get(KIND, request.ids[2])
    if found is None or found["managementUnitId"] != home["id"] or found["weekDate"] != week:
        raise refuse(WFM_NOT_FOUND, f"the week has no shift trade {request.ids[2]!r}")
    return home, found


def state_of(view: View, trade: Entity) -> str:
    """The state now: a live offer ends at its expiration."""
    expires = trade.get("expiration")
    is_late = expires is not None and datetime.fromisoformat(expires) <= view.now
    return EXPIRED if trade["state"] in LIVE and is_late else str(trade["state"])


def _shown(view: View, trade: Entity) -> Entity:
    unit = business_units.uri(trade["businessUnitId"])
    schedule = {
        "id": trade["scheduleId"],
        "weekDate": trade["weekDate"],
        "businessUnit": {"id": trade["businessUnitId"], "selfUri": unit},
        "selfUri": f"{unit}/weeks/{trade['weekDate']}/schedules/{trade['scheduleId']}",
    }
    shown = {**known_fields(trade, *_PLAIN), "schedule": schedule, "state": state_of(view, trade)}
    shown["initiatingUser"] = user_reference(trade["initiatingUserId"])
    if trade.get("receivingUserId"):
        shown["receivingUser"] = user_reference(trade["receivingUserId"])
    return {name: value for name, value in shown.items() if value is not None}


def row_of(view: View, schedule_id: str, user_id: str) -> Entity | None:
    """What an agent does in a schedule."""
    rows = week_schedules.agent_rows(view, schedule_id)
    return next((row for row in rows if row["userId"] == user_id), None)


def _shift_of(view: View, schedule_id: str, user_id: str, shift_id: str | None) -> Entity | None:
    row = row_of(view, schedule_id, user_id)
    return next((shift for shift in row["shifts"] if shift["id"] == shift_id), None) if row else None


def _span(shift: Entity) -> tuple[datetime, datetime]:
    begin = datetime.fromisoformat(shift["startDate"])
    return begin, begin + timedelta(minutes=shift["lengthMinutes"])


def _intervals(sent: Iterable[str]) -> Iterator[tuple[datetime, datetime]]:
    """Moments without an offset, as in the vendor's own example, are in UTC (assumed)."""
    for index, text in enumerate(sent):
        try:
            begin, end = (datetime.fromisoformat(part) for part in text.split("/"))
            begin, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (begin, end))
            is_right = begin < end
        except ValueError:
            is_right = False
        if not is_right:
            field = f"acceptableIntervals[{index}]"
            raise refuse(BAD_OFFER, f"{field}: {text[:200]!r} is no interval of two moments", field)
        yield begin, end


def _raise_wrong(view: View, home: Entity, offer: Entity) -> None:
    """
    Raises:
        WfmError: 400; intervals, expiration or colleague of an offer.
    """
    list(_intervals(offer["acceptableIntervals"]))
    if offer.get("expiration") is not None:
        try:
            expires = datetime.fromisoformat(offer["expiration"])
            is_right = view.now < expires <= datetime.fromisoformat(offer["initiatingShiftStart"])
        except (ValueError, TypeError):
            is_right = False
        if not is_right:
            raise refuse(BAD_OFFER, "expiration: lies ahead, and before the shift", "expiration")
    colleague = offer.get("receivingUserId")
    if colleague is not None and agents.in_unit(view, home["id"], colleague) is None:
        message = f"receivingUserId: no agent of the management unit has the id {colleague[:200]!r}"
        raise refuse(WFM_BODY_NOT_FOUND, message, "receivingUserId")


def _add(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    home, unit, week = place(view, request)
    me = _me(view, home)
    rules.raise_invalid(request)
    body = request.body
    schedule, shift = _offered(view, unit, week, me, body)
    intervals = body.get("acceptableIntervals", [])
    list(_intervals(intervals))
    taken = [trade for trade in _of_unit(view, home) if trade["initiatingShiftId"] == shift["id"]]
    if any(state_of(view, trade) in LIVE for trade in taken) or not schedule["published"]:
        raise refuse(NOT_OFFERED, "the shift is offered already, or not published", "initiatingShiftId")
    begin, end = _span(shift)
    if begin <= view.now:
        raise refuse(NOT_OFFERED, "the shift has begun", "initiatingShiftId")
    offer: Entity = {
        "managementUnitId": home["id"],
        "businessUnitId": unit["id"],
        "scheduleId": schedule["id"],
        "weekDate": week,
        "initiatingUserId": me,
        "initiatingShiftId": shift["id"],
        "initiatingShiftStart": timestamp(begin),
        "initiatingShiftEnd": timestamp(end),
        "acceptableIntervals": intervals,
        "oneSided": not intervals,
        "state": UNMATCHED,
        **known_fields(body, "expiration", "receivingUserId"),
    }
    _raise_wrong(view, home, offer)
    outcome = COMMON.create(resource, view, offer)
    assert isinstance(outcome.body, dict)
    return replace(outcome, body=_shown(view, outcome.body))


def _offered(view: View, unit: Entity, week: str, me: str, body: Entity) -> tuple[Entity, Entity]:
    """The schedule and the shift that an offer names."""
    schedule = view.get(week_schedules.KIND, body["scheduleId"])
    if schedule is None or schedule["businessUnitId"] != unit["id"] or schedule["weekDate"] != week:
        raise refuse(WFM_BODY_NOT_FOUND, "scheduleId: the week has no such schedule", "scheduleId")
    shift = _shift_of(view, schedule["id"], me, body["initiatingShiftId"])
    if shift is None:
        raise refuse(WFM_BODY_NOT_FOUND, "initiatingShiftId: the agent has no such shift", "initiatingShiftId")
    return schedule, shift


def _patch(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """Of the 404s of a unit it declares the general one only."""
    home, before = _existing(view, request, WFM_NOT_FOUND)
    me = _me(view, home)
    rules.raise_invalid(request)
    body, claimed = request.body, METADATA.claimed(request.body)
    COMMON.raise_stale(resource, before, claimed)
    if before["initiatingUserId"] != me or state_of(view, before) != UNMATCHED:
        raise refuse(NOT_UPDATED, f"the trade is {state_of(view, before)}, or another agent's")
    content: Entity = {name: body[name].get("value") for name in ("expiration", "receivingUserId") if name in body}
    if "acceptableIntervals" in body:
        content["acceptableIntervals"] = body["acceptableIntervals"].get("values", [])
        content["oneSided"] = not content["acceptableIntervals"]
    _raise_wrong(view, home, {**before, **content})
    outcome = COMMON.update(resource, view, before, content, claimed)
    assert isinstance(outcome.body, dict)
    return replace(outcome, body=_shown(view, outcome.body))


def _violations(view: View, trade: Entity, receiver: str, shift_id: str | None) -> Iterator[str]:
    """What stands against a match, by the vendor's names."""
    given = _shift_of(view, trade["scheduleId"], trade["initiatingUserId"], trade["initiatingShiftId"])
    taken = _shift_of(view, trade["scheduleId"], receiver, shift_id)
    if given is None:
        yield "InitiatingShiftDoesNotExist"
    if receiver == trade["initiatingUserId"]:
        yield "CannotTradeWithYourself"
    if trade.get("receivingUserId") not in (None, receiver):
        yield "DirectTradeForOtherUser"
    if trade["oneSided"] and shift_id is not None:
        yield "ReceivingShiftForOneSidedTrade"
    if not trade["oneSided"] and taken is None:
        yield "ReceivingShiftMissingForTwoSidedTrade" if shift_id is None else "ReceivingShiftDoesNotExist"
    if taken is not None and not trade["oneSided"] and not _is_acceptable(trade, taken):
        yield "ReceivingShiftOutsideAcceptableIntervals"
    row = row_of(view, trade["scheduleId"], receiver)
    others = [shift for shift in (row["shifts"] if row else ()) if shift["id"] != shift_id]
    if given is not None and any(_overlap(given, shift) for shift in others):
        yield "InitiatingShiftOverlapsExisting"


def _is_acceptable(trade: Entity, shift: Entity) -> bool:
    begin, end = _span(shift)
    return any(first <= begin and end <= last for first, last in _intervals(trade["acceptableIntervals"]))


def _overlap(one: Entity, other: Entity) -> bool:
    (begin, end), (start_of, stop) = _span(one), _span(other)
    return begin < stop and start_of < end


def _match(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """A match with violations changes nothing and tells them."""
    home, before = _existing(view, request)
    me = _me(view, home)
    rules.raise_invalid(request)
    body, claimed = request.body, METADATA.claimed(request.body)
    COMMON.raise_stale(resource, before, claimed)
    if body["receivingScheduleId"] != before["scheduleId"]:
        raise refuse(WFM_BODY_NOT_FOUND, "receivingScheduleId: is another schedule's id", "receivingScheduleId")
    shift_id = body.get("receivingShiftId")
    found = ["InvalidState"] if state_of(view, before) != UNMATCHED else []
    found += _violations(view, before, me, shift_id)
    review: Entity = {"violations": [{"type": name} for name in found], "adminReviewViolations": []}
    if found:
        return Outcome(200, {"trade": _shown(view, before), **review})
    content: Entity = {"state": MATCHED, "receivingUserId": me}
    taken = _shift_of(view, before["scheduleId"], me, shift_id)
    if taken is not None:
        begin, end = _span(taken)
        content |= {"receivingShiftId": shift_id, "receivingShiftStart": timestamp(begin)}
        content["receivingShiftEnd"] = timestamp(end)
    outcome = COMMON.update(resource, view, before, content, claimed)
    assert isinstance(outcome.body, dict)
    return replace(outcome, body={"trade": _shown(view, outcome.body), **review})


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    home, _unit, week = place(view, request)
    rules.raise_invalid(request)
    is_evaluated = parameters(request).get("evaluateMatches") != "false"
    rows = []
    for trade in _of_unit(view, home):
        if trade["weekDate"] == week:
            row: dict[str, Any] = {"trade": _shown(view, trade)}
            if is_evaluated and trade["state"] == MATCHED:
                found = _violations(view, trade, trade["receivingUserId"], trade.get("receivingShiftId"))
                row["matchReview"] = {"violations": [{"type": name} for name in found], "adminReviewViolations": []}
            rows.append(row)
    return Outcome(200, {"entities": rows})


def _listing(view: View, trades: Iterable[Entity]) -> Outcome:
    found = list(trades)
    reads = tuple((KIND, trade["id"], trade["metadata"]["version"]) for trade in found)
    return Outcome(200, {"entities": [_shown(view, trade) for trade in found]}, reads=reads)


def _is_of(trade: Entity, user_id: str) -> bool:
    return user_id in (trade["initiatingUserId"], trade.get("receivingUserId"))


def _of_agent(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    home = management_units.COMMON.existing(view, request.ids[0])
    if agents.in_unit(view, home["id"], request.ids[1]) is None:
        raise refuse(WFM_NOT_FOUND, f"no agent of the management unit has the id {request.ids[1]!r}")
    rules.raise_invalid(request)
    return _listing(view, (trade for trade in _of_unit(view, home) if _is_of(trade, request.ids[1])))


def _mine(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    user_id = current_user(view)
    agent = view.get("agent", user_id)
    if agent is None:
        raise refuse(errors.NOT_FOUND, "the user is in no management unit")
    rules.raise_invalid(request)
    home = management_units.COMMON.existing(view, agent["managementUnit"]["id"])
    return _listing(view, (trade for trade in _of_unit(view, home) if _is_of(trade, user_id)))


def _matched(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """How many trades of each week wait for an administrator."""
    home = management_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    weeks = [trade["weekDate"] for trade in _of_unit(view, home) if state_of(view, trade) == MATCHED]
    rows = [{"weekDate": week, "count": weeks.count(week), "crossWeekReceivingCount": 0} for week in sorted(set(weeks))]
    return Outcome(200, {"entities": rows})


def _users(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    home = management_units.COMMON.existing(view, request.ids[0])
    me = _me(view, home)
    rules.raise_invalid(request)
    others = [agent for agent in agents.of_unit(view, home["id"]) if agent["id"] != me]
    return Outcome(200, {"entities": [agent["user"] for agent in others if agent["acceptDirectShiftTrades"]]})


_UNIT = management_units.NOT_FOUND
_WEEK = (_UNIT, BAD_WEEK)
_AGENTS = (NO_USER_CONTEXT, WFM_NOT_FOUND)
SHIFT_TRADE = Resource(
    kind=KIND,
    path=f"{management_units.PATH}/shifttrades",
    title="shift trade",
    references=(Reference("managementUnitId", "managementUnit", _UNIT),),
    behaviours={
        f"get{PLACE}WeekShifttrades": Behaviour(downloads.offered(_list), CONTRACT, _WEEK),
        f"post{PLACE}WeekShifttrades": Behaviour(
            _add, assumed("what can be offered"), (*_WEEK, *_AGENTS, WFM_BODY_NOT_FOUND, NOT_OFFERED, BAD_OFFER)
        ),
        f"patch{PLACE}WeekShifttrade": Behaviour(
            _patch,
            documented("the initiating agent only"),
            (*_AGENTS, BAD_WEEK, WFM_STALE, NOT_UPDATED, BAD_OFFER, WFM_BODY_NOT_FOUND),
        ),
        f"post{PLACE}WeekShifttradeMatch": Behaviour(
            _match, assumed("which violations are looked at"), (*_WEEK, *_AGENTS, WFM_STALE, WFM_BODY_NOT_FOUND)
        ),
        f"get{PLACE}AgentShifttrades": Behaviour(_of_agent, CONTRACT, (_UNIT, WFM_NOT_FOUND)),
        f"get{PLACE}ShifttradesMatched": Behaviour(_matched, CONTRACT, (_UNIT,)),
        f"get{PLACE}ShifttradesUsers": Behaviour(_users, CONTRACT, (_UNIT, *_AGENTS)),
        "getWorkforcemanagementShifttrades": Behaviour(_mine, CONTRACT, (NO_USER_CONTEXT, errors.NOT_FOUND)),
    },
)
