"""
What is wrong with a work plan's configuration: the part that can be decided without solving it.

Only exact times are looked at; what flexible ones make possible is left alone. The names of the types are the vendor's;
when each is found, and how severe it is, is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mockgc.domain.transaction import Entity


def messages(plan: Entity) -> list[Entity]:
    """The violations of a plan as `WorkPlanConfigurationViolationMessage`, in the order of its shifts."""
    shifts = plan.get("shifts", [])
    if not shifts:
        return [_message("NoShifts", {}, "Warning")]
    return [message for shift in shifts for message in _of_shift(shift)]


def is_valid(plan: Entity) -> bool:
    """Whether no violation is an error."""
    return all(message["severity"] != "Error" for message in messages(plan))


def _of_shift(shift: Entity) -> Iterator[Entity]:
    place = {"ShiftId": shift.get("id"), "ShiftValidationId": shift.get("validationId")}
    if not shift.get("days", {}).get("values"):
        yield _message("DailyShiftHasNoDaysSelected", place)
    start, stop = _start(shift), _stop(shift)
    if start is not None and stop is not None and stop <= start:
        yield _message("ShiftStopEarlierThanStart", place)
        return
    timed = sorted(_timed(shift, start), key=lambda item: item[:2])
    for _, end, activity in timed:
        if start is not None and stop is not None and end > stop:
            yield _message("ActivityEndGreaterThanShiftStop", {**place, **_activity(activity)})
    for (_, end, first), (begin, _, second) in pairwise(timed):
        if begin < end:
            other = {"ActivityId2": second.get("id"), "ActivityValidationId2": second.get("validationId")}
            yield _message("ActivitiesOverlap", {**place, **_activity(first), **other})


def _start(shift: Entity) -> int | None:
    """Minutes from midnight at which the shift starts for sure at the earliest."""
    name = (
        "earliestStartTimeMinutesFromMidnight"
        if shift.get("flexibleStartTime")
        else "exactStartTimeMinutesFromMidnight"
    )
    found = shift.get(name)
    return found if isinstance(found, int) else None


def _stop(shift: Entity) -> int | None:
    """Minutes from midnight of the first day at which the shift must have stopped, when that is constrained."""
    is_constrained = shift.get("constrainLatestStopTime") or shift.get("constrainStopTime")
    found = shift.get("latestStopTimeMinutesFromMidnight") if is_constrained else None
    return found if isinstance(found, int) else None


def _timed(shift: Entity, start: int | None) -> Iterator[tuple[int, int, Entity]]:
    """(begin, end, activity) of the activities at exact times, in minutes from midnight."""
    for activity in shift.get("activities", []):
        begin, length = activity.get("exactStartTimeMinutes"), activity.get("lengthMinutes")
        is_relative = activity.get("startTimeIsRelativeToShiftStart", False)
        if activity.get("flexibleStartTime") or begin is None or length is None or (is_relative and start is None):
            continue
        at = begin + (start or 0) if is_relative else begin
        yield at, at + length, activity


def _activity(activity: Entity) -> dict[str, str | None]:
    return {"ActivityId": activity.get("id"), "ActivityValidationId": activity.get("validationId")}


def _message(kind: str, arguments: dict[str, str | None], severity: str = "Error") -> Entity:
    return {
        "type": kind,
        "severity": severity,
        "arguments": [{"type": name, "value": value} for name, value in arguments.items() if value is not None],
    }
