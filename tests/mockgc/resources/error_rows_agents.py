"""The rows of the error tables on agents' own questions, what is asked about agents, forecasts, and settings."""

from __future__ import annotations

from typing import Any

from tests.mockgc.resources.error_rows import ASSUMED, DOCUMENTED, FORECAST, PLACE, UNIT, Row, stale
from tests.mockgc.resources.error_rows import ROWS as OTHERS
from tests.mockgc.resources.scheduling import WEEK

BACKWARDS = {"startDate": "2026-12-02T00:00:00Z", "endDate": "2026-12-01T00:00:00Z"}


def _times(*items: Any) -> dict[str, Any]:
    return {"entities": list(items)}


def _validation(*items: Any, week: str = WEEK) -> dict[str, Any]:
    return {"unavailableTimes": list(items), "validationWeekDate": week}


UNAVAILABLE = [
    Row("patchWorkforcemanagementUnavailabletimes", 400, "wfm.bad.request", DOCUMENTED, "entities[0].timeSpan",
        _times({"notes": "New"})),
    Row("patchWorkforcemanagementUnavailabletimes", 400, "wfm.bad.request", DOCUMENTED, "entities[1]",
        _times({"id": "@unavailableTimeId"}, {"id": "@unavailableTimeId", "delete": True})),
    Row("patchWorkforcemanagementUnavailabletimes", 404, "wfm.entity.not.found", DOCUMENTED, "entities[0].id",
        _times({"id": "none", "delete": True})),
    Row("postWorkforcemanagementUnavailabletimesQuery", 400, "wfm.bad.request", ASSUMED, "endDate", BACKWARDS),
    Row("postWorkforcemanagementAgentUnavailabletimesQuery", 400, "wfm.bad.request", ASSUMED, "endDate", BACKWARDS),
    Row("postWorkforcemanagementUnavailabletimesValidationJobs", 400, "wfm.bad.request", DOCUMENTED,
        "validationWeekDate", _validation(week="2026-12-01")),
    Row("postWorkforcemanagementUnavailabletimesValidationJobs", 404, "wfm.entity.not.found", DOCUMENTED,
        "entities[0].id", _validation({"id": "none"})),
    Row(f"post{UNIT}UnavailabletimesSettingsQuery", 400, "wfm.validation.management.unit.not.found", DOCUMENTED,
        "managementUnitIds", {"managementUnitIds": ["@elsewhereId"]}),
]  # fmt: skip

_DAY = {"fullDayManagementUnitDates": ["2026-12-04"], "dailyDurationMinutes": 60}
_WHOLE = {"fullDayDates": [{"date": "2026-12-04"}], "paid": True}
_RANGES = {"dateRanges": [{"startDate": "2026-12-01", "endDate": "2026-12-03"}]}
_ESTIMATES = ("postWorkforcemanagementTimeoffrequestsEstimate", f"post{PLACE}UserTimeoffrequestsEstimate")
_BALANCES = ("postWorkforcemanagementTimeoffbalanceJobs", f"post{PLACE}UserTimeoffbalanceJobs")
TIME_OFF = [
    Row("postWorkforcemanagementTimeoffrequests", 400, "wfm.entity.not.found", DOCUMENTED, "activityCodeId",
        {"activityCodeId": "none", **_DAY}),
    Row("postWorkforcemanagementTimeoffrequests", 400, "wfm.not.allowed", ASSUMED, "activityCodeId",
        {"activityCodeId": "1", **_DAY}),
    Row("postWorkforcemanagementTimeoffrequests", 400, "wfm.validation.failure", ASSUMED,
        "fullDayManagementUnitDates", {"activityCodeId": "5", "dailyDurationMinutes": 60}),
    Row("patchWorkforcemanagementTimeoffrequest", 400, "wfm.not.allowed", DOCUMENTED,
        "fullDayLatestEndOffsetMinutes", {"fullDayLatestEndOffsetMinutes": {"values": [1, 2]}}),
    Row(f"post{PLACE}TimeoffrequestsWaitlistpositionsQuery", 400, "wfm.validation.failure", ASSUMED,
        "timeOffRequests[0]", {"timeOffRequests": [{"id": "@timeOffRequestId", "user": {"id": "@colleagueId"}}]}),
    *(Row(name, 400, "wfm.validation.failure", DOCUMENTED, "activityCodeId", {"activityCodeId": "1", **_WHOLE})
      for name in _ESTIMATES),
    Row("postWorkforcemanagementTimeofflimitsAvailableQuery", 400, "wfm.validation.failure", DOCUMENTED, "dateRanges",
        {"activityCodeId": "5", "dateRanges": []}),
    *(Row(name, 400, "wfm.validation.failure", DOCUMENTED, "dateRanges", {"activityCodeIds": ["5"]})
      for name in _BALANCES),
    *(Row(name, 400, "wfm.configuration.conflict", ASSUMED, "activityCodeIds", {"activityCodeIds": ["1"], **_RANGES})
      for name in _BALANCES),
]  # fmt: skip
SCHEDULES = [
    Row("postWorkforcemanagementSchedules", 400, "wfm.validation.failure", ASSUMED, "endDate", BACKWARDS),
    Row(f"post{PLACE}SchedulesSearch", 400, "wfm.validation.failure", ASSUMED, "endDate",
        {"userIds": [], **BACKWARDS}),
    Row("postWorkforcemanagementAgentschedulesMine", 400, "wfm.validation.failure", ASSUMED, "endDate", BACKWARDS),
    Row("postWorkforcemanagementAgentschedulesManagementunitsMine", 400, "wfm.validation.failure", ASSUMED, "endDate",
        BACKWARDS),
]  # fmt: skip

FORECASTS = [
    Row(f"post{FORECAST}sImportUploadurl", 400, "wfm.validation.failure", ASSUMED, "contentLengthBytes",
        {"contentLengthBytes": 0}),
    Row(f"post{FORECAST}sImport", 400, "wfm.validation.failure", ASSUMED, "uploadKey", {"uploadKey": "none"}),
    Row(f"post{FORECAST}Copy", 400, "wfm.validation.failure", ASSUMED, "description",
        {"description": " ", "weekDate": WEEK}),
    Row(f"get{FORECAST}Data", 400, "wfm.validation.failure", ASSUMED, "weekNumber", params={"weekNumber": 2}),
    Row(f"delete{FORECAST}", 400, "wfm.not.allowed", DOCUMENTED, stands_in_the_way="scheduleId"),
]  # fmt: skip

SETTINGS = [
    Row(f"patch{UNIT}SchedulerSettings", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version",
        stale(consistentServiceLevelSmoothing=True), stands_in_the_way="businessUnitId"),
    Row(f"patch{UNIT}AlternativeshiftsSettings", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version",
        stale(minMinutesBeforeStartTime=60), stands_in_the_way="businessUnitId"),
    Row(f"patch{UNIT}AlternativeshiftsSettings", 400, "wfm.bad.request", ASSUMED, "minMinutesBeforeStartTime",
        stale(0, minMinutesBeforeStartTime=-1)),
    Row(f"patch{UNIT}MinimumstaffingSettings", 400, "wfm.validation.failure", ASSUMED, "minimumValue",
        {"minimumValue": -1.0}),
    Row(f"patch{UNIT}MinimumstaffingSettings", 404, "wfm.entity.not.found", DOCUMENTED, "planningGroupOverrides[0]",
        {"planningGroupOverrides": {"values": [{"planningGroupId": "none", "dayOfWeekMinimums": []}]}}),
]  # fmt: skip

NOTIFICATIONS = [
    Row("postWorkforcemanagementNotificationsUpdate", 400, "wfm.validation.failure", ASSUMED, "entities[0].id",
        {"entities": [{"id": "none", "mutableGroupId": "none", "markedAsRead": True}]}),
    Row("postNotificationsChannelSubscriptions", 400, "notification.invalid.topic", DOCUMENTED, "id",
        [{"id": "v2.no.such.topic"}]),
    Row("putNotificationsChannelSubscriptions", 400, "notification.invalid.topic", DOCUMENTED, "id",
        [{"id": "v2.no.such.topic"}]),
]  # fmt: skip
_LATE = {"type": "Late", "startDate": "2026-11-24T08:00:00Z", "lengthMinutes": 0}
_EXPLAINED = ("WorkforcemanagementAdherenceExplanations", "WorkforcemanagementAgentAdherenceExplanations")
EXPLANATIONS = [
    *(Row(f"post{name}", 400, "wfm.bad.request", ASSUMED, "lengthMinutes", _LATE) for name in _EXPLAINED),
    *(Row(f"post{name}Query", 400, "wfm.bad.request", ASSUMED, "endDate", BACKWARDS)
      for name in (*_EXPLAINED, f"{UNIT}AdherenceExplanations")),
]  # fmt: skip
VALUES = [
    Row(f"post{UNIT}TimeofflimitsValuesQuery", 400, "wfm.validation.failure", DOCUMENTED, "timeOffLimitId", _RANGES),
    Row(f"post{UNIT}TimeofflimitsValuesQuery", 404, "wfm.entity.not.found", DOCUMENTED, "timeOffLimitId",
        {"timeOffLimitId": "none", **_RANGES}),
]  # fmt: skip
_TRADE = f"{PLACE}WeekShifttrade"
_DENIED = {"id": "@tradeId", "state": "Denied", "metadata": {"version": 1}}
TRADES = [
    Row(f"post{_TRADE}s", 400, "wfm.entity.not.found", DOCUMENTED, "scheduleId",
        {"scheduleId": "none", "initiatingShiftId": "none"}),
    Row(f"post{_TRADE}s", 400, "wfm.not.allowed", ASSUMED, "initiatingShiftId",
        {"scheduleId": "@tradedScheduleId", "initiatingShiftId": "@shiftId"}),
    Row(f"post{_TRADE}s", 400, "wfm.validation.failure", ASSUMED, "acceptableIntervals[0]",
        {"scheduleId": "@tradedScheduleId", "initiatingShiftId": "@shiftId", "acceptableIntervals": ["now/then"]}),
    Row(f"patch{_TRADE}", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version", stale(),
        stands_in_the_way="tradeId"),
    Row(f"patch{_TRADE}", 400, "wfm.validation.failure", ASSUMED, "acceptableIntervals[0]",
        stale(1, acceptableIntervals={"values": ["now/then"]})),
    Row(f"patch{_TRADE}", 400, "wfm.entity.not.found", DOCUMENTED, "receivingUserId",
        stale(1, receivingUserId={"value": "none"})),
    Row(f"post{_TRADE}Match", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version",
        stale(receivingScheduleId="@tradedScheduleId"), stands_in_the_way="tradeId"),
    Row(f"post{_TRADE}Match", 400, "wfm.entity.not.found", DOCUMENTED, "receivingScheduleId",
        stale(1, receivingScheduleId="none")),
    Row(f"post{_TRADE}sStateBulk", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version",
        {"entities": [{**_DENIED, "metadata": {"version": 9}}]}, stands_in_the_way="tradeId"),
    Row(f"post{_TRADE}sStateBulk", 400, "wfm.validation.failure", ASSUMED, "entities[1].id",
        {"entities": [_DENIED, _DENIED]}),
]  # fmt: skip

ROWS = [
    *OTHERS, *UNAVAILABLE, *TIME_OFF, *SCHEDULES, *FORECASTS, *SETTINGS, *NOTIFICATIONS, *EXPLANATIONS, *VALUES,
    *TRADES,
]  # fmt: skip
