"""
What an administrator makes of shift trades, or an agent who calls one off: `shifttrades/state/bulk`.

An asynchronous operation over several trades. Versions are held against what is there when it begins, all or none; what
a state leads to is decided when it ends, trade by trade: an approved trade's shifts change hands in the agents' rows.

Documented: the reasons why a trade cannot take a state. Assumed: which states follow each other, and that rows of a
schedule move by one version while the schedule's own stays.
"""

from __future__ import annotations

from dataclasses import replace

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed, refuse
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Later, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import METADATA, WFM_NOT_FOUND, WFM_STALE, known_fields, parameters
from mockgc.resources.operations import answered, start
from mockgc.resources.workforcemanagement import management_units, week_schedules
from mockgc.resources.workforcemanagement.people import user_reference
from mockgc.resources.workforcemanagement.schedule_documents import KIND as AGENT_ROW
from mockgc.resources.workforcemanagement.shift_trades import (
    APPROVED,
    CANCELED,
    COMMON,
    DENIED,
    KIND,
    MATCHED,
    PLACE,
    UNMATCHED,
    place,
    state_of,
)
from mockgc.resources.workforcemanagement.shift_trades import SHIFT_TRADE as OFFERED
from mockgc.resources.workforcemanagement.shift_trades import row_of as agent_row_of
from mockgc.resources.workforcemanagement.week_schedules import BAD_WEEK

NO_CHANGE = ErrorCode(
    "wfm.validation.failure", 400, "a bulk update names each trade once",
    assumed("the code is declared; when it is sent is not"), "Name each trade once.",
)  # fmt: skip
_NEXT = {UNMATCHED: (DENIED, CANCELED), MATCHED: (APPROVED, DENIED, CANCELED, UNMATCHED)}


def _update_states(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """Refused as a whole where a trade is unknown or its version stale; a state that cannot follow is a row."""
    home, _unit, week = place(view, request)
    rules.raise_invalid(request)
    seen: set[str] = set()
    for index, item in enumerate(request.body["entities"]):
        trade = view.get(KIND, item.get("id", ""))
        if trade is None or trade["managementUnitId"] != home["id"] or trade["weekDate"] != week:
            raise refuse(WFM_NOT_FOUND, f"entities[{index}].id: the week has no such trade", f"entities[{index}].id")
        if trade["id"] in seen:
            raise refuse(NO_CHANGE, f"entities[{index}].id: comes twice", f"entities[{index}].id")
        seen.add(trade["id"])
        COMMON.raise_stale(resource, trade, METADATA.claimed(item))
    begun = start(operation, view, request, STATES, {"managementUnitId": home["id"], "weekDate": week})
    is_forced = parameters(request).get("forceAsync") == "true"
    return answered(begun, 200 if begun.is_over and not is_forced else 202, is_forced=is_forced)


def _states_now(view: View, request: Request, _: Entity) -> Outcome:
    rows: list[Entity] = []
    writes: dict[tuple[str, str], Write] = {}
    for item in request.body["entities"]:
        trade = COMMON.existing(view, item["id"])
        failure, made = _changed(view, trade, item, writes)
        writes |= {(write.kind, write.id): write for write in made}
        after = writes[KIND, trade["id"]].entity if made else trade
        assert after is not None
        row = known_fields(after, "id", "metadata", "reviewedBy", "reviewedDate")
        rows.append({**row, "state": state_of(view, after), **({"failureReason": failure} if failure else {})})
    return Outcome(200, {"result": {"entities": rows}}, tuple(writes.values()))


def _changed(
    view: View, trade: Entity, item: Entity, before: dict[tuple[str, str], Write]
) -> tuple[str | None, list[Write]]:
    """(why a trade cannot take a state, what to write when it can)."""
    wanted = item["state"]
    is_stale = METADATA.claimed(item) != trade["metadata"]["version"]
    if is_stale or wanted not in _NEXT.get(state_of(view, trade), ()):
        return "TransitionNotAllowed", []
    content: Entity = {"state": wanted}
    if wanted == UNMATCHED:
        names = ("receivingUserId", "receivingShiftId", "receivingShiftStart", "receivingShiftEnd")
        content |= dict.fromkeys(names)
    if wanted in (APPROVED, DENIED):
        content |= {"reviewedBy": user_reference(view.client_id), "reviewedDate": timestamp(view.now)}
    swapped: list[Write] = []
    if wanted == APPROVED:
        failure, swapped = _swapped(view, trade, before)
        if failure:
            return failure, []
    return None, [*COMMON.update(OFFERED, view, trade, content, METADATA.claimed(item)).writes, *swapped]


def _swapped(view: View, trade: Entity, before: dict[tuple[str, str], Write]) -> tuple[str | None, list[Write]]:
    """The agents' rows once the shifts have changed hands, over what the same update has written of them."""

    def row_of(user_id: str) -> Entity | None:
        row = agent_row_of(view, trade["scheduleId"], user_id)
        return before[AGENT_ROW, row["id"]].entity if row and (AGENT_ROW, row["id"]) in before else row

    schedule = view.get(week_schedules.KIND, trade["scheduleId"])
    giver, taker = row_of(trade["initiatingUserId"]), row_of(trade["receivingUserId"])
    if schedule is None or not schedule["published"]:
        return "ScheduleNotPublished", []
    if giver is None or taker is None:
        return "InitiatingAgentScheduleNotFound" if giver is None else "ReceivingAgentScheduleNotFound", []
    given, taken = trade["initiatingShiftId"], trade.get("receivingShiftId")
    if given not in [shift["id"] for shift in giver["shifts"]]:
        return "InitiatingAgentShiftNotFound", []
    if taken is not None and taken not in [shift["id"] for shift in taker["shifts"]]:
        return "ReceivingAgentShiftNotFound", []
    return None, [_with_shifts(view, giver, given, taker, taken), _with_shifts(view, taker, taken, giver, given)]


def _with_shifts(view: View, row: Entity, lost: str | None, other: Entity, won: str | None) -> Write:
    shifts = [shift for shift in row["shifts"] if shift["id"] != lost]
    shifts += [shift for shift in other["shifts"] if shift["id"] == won]
    after: Entity = {**row, "shifts": sorted(shifts, key=lambda shift: str(shift["startDate"]))}
    stored = view.row(AGENT_ROW, row["id"])
    assert stored is not None
    METADATA.put(after, stored.version + 1, view, row)
    return Write(AGENT_ROW, row["id"], after, changed=("shifts",))


STATES = Later(_states_now, watched_by=(f"get{PLACE}WeekShifttrades",))
SHIFT_TRADE = replace(
    OFFERED,
    behaviours={
        **OFFERED.behaviours,
        f"post{PLACE}WeekShifttradesStateBulk": Behaviour(
            _update_states,
            assumed("which states follow each other"),
            (management_units.NOT_FOUND, BAD_WEEK, WFM_NOT_FOUND, WFM_STALE, NO_CHANGE),
            STATES,
        ),
    },
)
"""The kind of shift trades, with what becomes of them."""
