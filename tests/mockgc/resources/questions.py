"""What is asked by POST: one body for each published operation that reads so, with the landscape's ids as `@name`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.mockgc.resources.scheduling import WEEK

UNIT, PLACE = "WorkforcemanagementBusinessunit", "WorkforcemanagementManagementunit"
_PERIOD = {"startDate": f"{WEEK}T00:00:00Z", "endDate": "2026-12-06T00:00:00Z"}
_PAST = {"startDate": "2026-11-20T00:00:00Z", "endDate": "2026-11-25T00:00:00Z"}
_DAYS = [{"startDate": "2026-12-01", "endDate": "2026-12-03"}]
_SEARCH = {"query": [{"type": "STARTS_WITH", "fields": ["name"], "value": "a"}]}
_BALANCE = {"activityCodeIds": ["5"], "dateRanges": _DAYS}
_ESTIMATE = {"activityCodeId": "5", "paid": True, "fullDayDates": [{"date": "2026-12-03", "lengthMinutes": 480}]}

QUESTIONS: Mapping[str, Any] = {
    **{f"post{kind}Search": _SEARCH for kind in ("Users", "Groups", "Teams")},
    f"post{PLACE}AgentsWorkplansQuery": {"agentIds": ["@agentId"], "startDate": WEEK, "weekCount": 1},
    f"post{PLACE}WorkplanValidate": {"id": "@workPlanId", "maximumDays": 3},
    f"post{UNIT}StaffinggroupsQuery": {"userIds": ["@agentId"]},
    f"post{UNIT}StaffinggroupsPlanninggroupsQuery": {"staffingGroupIds": ["@staffingGroupId"]},
    f"post{UNIT}WeekScheduleAgentschedulesQuery": {"managementUnitId": "@managementUnitId"},
    f"post{UNIT}AgentschedulesSearch": {**_PERIOD, "userIds": ["@agentId"]},
    f"post{PLACE}AgentschedulesSearch": {**_PERIOD, "userIds": ["@agentId"]},
    f"post{PLACE}SchedulesSearch": {**_PERIOD, "userIds": ["@agentId"]},
    "postWorkforcemanagementSchedules": _PERIOD,
    "postWorkforcemanagementAgentschedulesMine": _PERIOD,
    "postWorkforcemanagementAgentschedulesManagementunitsMine": _PERIOD,
    f"post{PLACE}TimeoffrequestsQuery": {"userIds": ["@agentId"]},
    f"post{PLACE}TimeoffrequestsWaitlistpositionsQuery": {"timeOffRequests": [
        {"id": "@timeOffRequestId", "user": {"id": "@agentId"}},
    ]},
    "postWorkforcemanagementTimeoffrequestsEstimate": _ESTIMATE,
    f"post{PLACE}UserTimeoffrequestsEstimate": _ESTIMATE,
    "postWorkforcemanagementTimeofflimitsAvailableQuery": {"activityCodeId": "5", "dateRanges": _DAYS},
    "postWorkforcemanagementTimeoffbalanceJobs": _BALANCE,
    f"post{PLACE}UserTimeoffbalanceJobs": _BALANCE,
    f"post{PLACE}UserTimeoffrequestTimeoffbalanceJobs": None,
    f"post{PLACE}TimeofflimitsValuesQuery": {"timeOffLimitId": "@timeOffLimitId", "dateRanges": _DAYS},
    f"post{UNIT}TimeofflimitsValuesQuery": {"timeOffLimitId": "@businessUnit.timeOffLimitId", "dateRanges": _DAYS},
    "postWorkforcemanagementAdherenceExplanationsQuery": _PAST,
    "postWorkforcemanagementAgentAdherenceExplanationsQuery": _PAST,
    f"post{UNIT}AdherenceExplanationsQuery": _PAST,
    "postWorkforcemanagementUnavailabletimesQuery": _PERIOD,
    "postWorkforcemanagementAgentUnavailabletimesQuery": _PERIOD,
    f"post{UNIT}UnavailabletimesSettingsQuery": {"managementUnitIds": ["@managementUnitId"]},
}  # fmt: skip
