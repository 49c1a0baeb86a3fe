"""
What an uploaded schedule document says of its agents -> the rows of the kind `agentSchedule` that it leads to.

Pure and free of paths: `schedule_uploads` decides when a document is applied. Whatever is wrong in a document raises a
`WfmError` here, which ends as an operation in error, without a word of why on the wire (observed, developer forum
t/26317).

An agent's row that is there is changed under its own version, one that is not carries none (documented).

Assumed: shifts are laid over by their id and stay when a document does not name them; full-day markers likewise by
their date; a shift starts inside the schedule's weeks; an activity names an active or inactive code of the unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from mockgc.contract.model import Contract
from mockgc.contract.validate import Validator, decode, without_nulls
from mockgc.domain.errors import ErrorCode, WfmError, observed, refuse
from mockgc.domain.metadata import timestamp
from mockgc.domain.transaction import Entity, View, Write
from mockgc.resources.kit import METADATA, WFM_STALE, known_fields
from mockgc.resources.workforcemanagement import week_schedules

KIND = "agentSchedule"
BAD_DOCUMENT = ErrorCode(
    "wfm.validation.failure", 400, "an uploaded document has the published shape and names what exists",
    observed("developer forum t/26317: an operation in error without a reason"), "Correct the document, upload again.",
)  # fmt: skip
_ACTIVITY = (
    "activityCodeId", "description", "lengthMinutes", "paid", "payableMinutes", "timeOffRequestId",
    "timeOffRequestSyncVersion", "externalActivityId", "externalActivityType",
)  # fmt: skip
_MARKER = (
    "businessUnitDate", "lengthMinutes", "activityCodeId", "description", "paid", "payableMinutes",
    "startOffsetMinutes", "endOffsetMinutes", "timeOffRequestId", "timeOffRequestSyncVersion",
)  # fmt: skip
OVERHANG = timedelta(days=1)
"""A shift may end on the day after the last one of its schedule (assumed)."""


@cache
def _validator(definition: str) -> Validator:
    resolved = Contract.bundled().resolved(definition, "request")
    return Validator(resolved.schema, resolved.components)


def parse(document: str, definition: str) -> Entity:
    """
    A document as the definition's value, without nulls.

    Raises:
        WfmError: it is no JSON, or not of that shape.
    """
    value = without_nulls(decode(document.encode()))
    found = _validator(definition).violations(value)
    if found:
        raise WfmError(found)
    assert isinstance(value, dict)
    return value


def instant(text: str) -> datetime:
    """
    A moment of a document.

    Raises:
        WfmError: the calendar has no such moment.
    """
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise refuse(BAD_DOCUMENT, f"{text[:200]!r} is no moment") from None


@dataclass(frozen=True, slots=True)
class Target:
    """
    The schedule that a document is applied to, as it will be.

    `is_new` when the document makes it: ids of shifts mean nothing then.
    """

    view: View
    unit: Entity
    schedule: Entity
    is_new: bool

    def writes(self, sent: list[Entity], before: list[Entity]) -> tuple[list[Write], list[Entity]]:
        """
        What to write for the agents of a document, and all rows of the schedule afterwards.

        Raises:
            WfmError: an agent comes twice, is none of the unit's, or was changed since; or what `_shift` refuses.
        """
        rows = {row["userId"]: row for row in before}
        seen: set[str] = set()
        writes: list[Write] = []
        for item in sent:
            user_id = item["userId"]
            if user_id in seen:
                raise refuse(BAD_DOCUMENT, f"the agent {user_id!r} comes twice")
            seen.add(user_id)
            old = rows.get(user_id)
            self._raise_stale(item, old)
            if item.get("delete"):
                if old is not None:
                    writes.append(Write(KIND, old["id"], None))
                    del rows[user_id]
                continue
            row = self._row(item, old)
            rows[user_id] = row
            writes.append(Write(KIND, row["id"], row, METADATA.claimed(item), ("shifts", "fullDayTimeOffMarkers")))
        return writes, list(rows.values())

    def _raise_stale(self, item: Entity, old: Entity | None) -> None:
        """A row that is there is changed or deleted under its version, a new one carries none. Source: documented."""
        claimed = METADATA.claimed(item)
        current = old["metadata"]["version"] if old else None
        if claimed != current:
            sent = "carries no metadata.version" if claimed is None else f"carries metadata.version {claimed}"
            wanted = "is new to the schedule and carries none" if current is None else f"is at version {current}"
            message = f"the schedule of agent {item['userId']!r} {sent}, but {wanted}"
            raise refuse(WFM_STALE, message, "agentSchedules.metadata.version")

    def _row(self, item: Entity, old: Entity | None) -> Entity:
        agent = self.view.get("agent", item["userId"])
        unit_id = agent["managementUnit"]["id"] if agent else ""
        unit = self.view.get("managementUnit", unit_id)
        if unit is not None and unit["businessUnit"]["id"] == self.unit["id"]:
            home = unit_id
        elif old is not None:
            home = old["managementUnitId"]
        else:
            message = f"the user {item['userId']!r} is no agent of the business unit {self.unit['name']!r}"
            raise refuse(BAD_DOCUMENT, message)
        row: Entity = {
            "id": old["id"] if old else self.view.new_id(),
            "businessUnitId": self.unit["id"],
            "scheduleId": self.schedule["id"],
            "managementUnitId": home,
            "userId": item["userId"],
            "shifts": list(self._shifts(item, old["shifts"] if old else [])),
            "fullDayTimeOffMarkers": list(self._markers(item, old["fullDayTimeOffMarkers"] if old else [])),
            **self._work_plans(item, old),
        }
        stored = self.view.row(KIND, row["id"])
        METADATA.put(row, stored.version + 1 if stored else 1, self.view, old)
        return row

    def _shifts(self, item: Entity, before: list[Entity]) -> Iterator[Entity]:
        known = {shift["id"]: shift for shift in before}
        added: list[Entity] = []
        for sent in item.get("shifts", []):
            shift_id = None if self.is_new else sent.get("id")
            if shift_id is not None and shift_id not in known:
                raise refuse(BAD_DOCUMENT, f"the agent {item['userId']!r} has no shift {shift_id[:200]!r}")
            if sent.get("delete"):
                known.pop(shift_id or "", None)
            elif shift_id is not None:
                known[shift_id] = self._shift(shift_id, sent)
            else:
                added.append(self._shift(self.view.new_id(), sent))
        yield from sorted([*known.values(), *added], key=lambda shift: str(shift["startDate"]))

    def _shift(self, shift_id: str, sent: Entity) -> Entity:
        spans = [(instant(a["startDate"]), a["lengthMinutes"]) for a in sent.get("activities", [])]
        if not spans or any(minutes < 1 for _, minutes in spans):
            raise refuse(BAD_DOCUMENT, "a shift has activities, and each takes a minute or more")
        start = min(moment for moment, _ in spans)
        first, last = week_schedules.period(self.unit, self.schedule)
        if not first <= start < last or max(moment for moment, _ in spans) >= last + OVERHANG:
            raise refuse(BAD_DOCUMENT, f"a shift starts at {timestamp(start)}, outside of the schedule's weeks")
        end = max(moment + timedelta(minutes=minutes) for moment, minutes in spans)
        shift: Entity = {
            "id": shift_id,
            "startDate": timestamp(start),
            "lengthMinutes": int((end - start).total_seconds()) // 60,
            "activities": [self._activity(a, moment) for a, (moment, _) in zip(sent["activities"], spans, strict=True)],
            "manuallyEdited": sent.get("manuallyEdited", False),
        }
        for name in ("workPlanId", "workPlanShiftId"):
            if sent.get(name, {}).get("value"):
                shift[name] = sent[name]["value"]
        return shift

    def _activity(self, sent: Entity, moment: datetime) -> Entity:
        code = self._code(sent["activityCodeId"])
        paid = {"paid": code.get("countsAsPaidTime", False)}
        return {**paid, **known_fields(sent, *_ACTIVITY), "startDate": timestamp(moment)}

    def _markers(self, item: Entity, before: list[Entity]) -> Iterator[Entity]:
        known = {marker["businessUnitDate"]: marker for marker in before}
        for sent in item.get("fullDayTimeOffMarkers", []):
            day = sent.get("businessUnitDate")
            if day is None:
                raise refuse(BAD_DOCUMENT, "a full-day marker has a businessUnitDate")
            known.pop(day, None)
            if not sent.get("delete"):
                if sent.get("payableMinutes", 0) > sent.get("lengthMinutes", 0):
                    raise refuse(BAD_DOCUMENT, "the payableMinutes of a full-day marker exceed its lengthMinutes")
                if "activityCodeId" in sent:
                    self._code(sent["activityCodeId"])
                known[day] = known_fields(sent, *_MARKER)
        yield from sorted(known.values(), key=lambda marker: str(marker["businessUnitDate"]))

    def _code(self, code: str) -> Entity:
        found = self.view.get("activityCode", f"{self.unit['id']}/{code}")
        if found is None:
            raise refuse(BAD_DOCUMENT, f"the business unit has no activity code {code[:200]!r}")
        return found

    def _work_plans(self, item: Entity, old: Entity | None) -> Entity:
        """The work plans that a row names; an empty wrapper clears, an absent one leaves alone."""
        if item.get("workPlanId", {}).get("value") and item.get("workPlanIdsPerWeek", {}).get("values"):
            raise refuse(BAD_DOCUMENT, "workPlanId and workPlanIdsPerWeek exclude each other")
        kept: dict[str, Any] = {name: old[name] for name in ("workPlanId", "workPlanIdsPerWeek") if old and name in old}
        if "workPlanId" in item:
            kept.pop("workPlanId", None)
            kept |= {"workPlanId": self._plan(value)} if (value := item["workPlanId"].get("value")) else {}
        if "workPlanIdsPerWeek" in item:
            kept.pop("workPlanIdsPerWeek", None)
            values = [self._plan(value) for value in item["workPlanIdsPerWeek"].get("values", [])]
            kept |= {"workPlanIdsPerWeek": values} if values else {}
        return kept

    def _plan(self, plan_id: str) -> str:
        plan = self.view.get("workPlan", plan_id)
        unit = self.view.get("managementUnit", plan["managementUnitId"]) if plan else None
        if unit is None or unit["businessUnit"]["id"] != self.unit["id"]:
            raise refuse(BAD_DOCUMENT, f"the business unit has no work plan {plan_id[:200]!r}")
        return plan_id
