"""The rows of the error tables that concern what agents ask about themselves, and what is asked about them."""

from __future__ import annotations

from typing import Any

from tests.mockgc.resources.error_rows import ASSUMED, DOCUMENTED, UNIT, Row
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

ROWS = [*OTHERS, *UNAVAILABLE]
