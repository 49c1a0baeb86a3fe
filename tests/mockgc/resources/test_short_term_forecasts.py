"""Short-term forecasts over HTTP: imported, listed, read by week, copied, deleted."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.mockgc.resources.scheduling import SCHEDULES, WEEK, Desk, desk
from tests.mockgc.resources.units import business_unit_of

FORECAST = "WorkforcemanagementBusinessunitWeekShorttermforecast"
NEXT = "2026-12-07"


@pytest.fixture
def at() -> Desk:
    return desk()


def group_of(at: Desk, name: str = "Calls", unit: str | None = None) -> str:
    """The id of a new planning group."""
    place, goals = unit or at.unit, {"name": name}
    template = at.call("postWorkforcemanagementBusinessunitServicegoaltemplates", place, expect=201, json=goals)["id"]
    body = {"name": name, "serviceGoalTemplateId": template, "routePaths": []}
    return str(at.call("postWorkforcemanagementBusinessunitPlanninggroups", place, json=body)["id"])


def numbers(group: str, *offered: float, handle: list[float] | None = None) -> dict[str, Any]:
    durations = [60.0] * len(offered) if handle is None else handle
    return {
        "planningGroupId": group,
        "offeredPerInterval": list(offered),
        "averageHandleTimeSecondsPerInterval": durations,
    }


def imported(at: Desk, *groups: dict[str, Any], week: str = WEEK, weeks: int = 1, **more: Any) -> Any:
    """The three steps of an import; the answer of the last."""
    document = {"description": "Calls", "weekCount": weeks, "planningGroups": list(groups), **more}
    key = at.put(f"post{FORECAST}sImportUploadurl", (at.unit, week), document)
    return at.call(f"post{FORECAST}sImport", at.unit, week, expect=202, json={"uploadKey": key})


def listed(at: Desk, week: str = WEEK) -> list[Any]:
    found: list[Any] = at.call(f"get{FORECAST}s", at.unit, week)["entities"]
    return found


def made(at: Desk, *groups: dict[str, Any], **more: Any) -> Any:
    """A new forecast as it is listed."""
    assert imported(at, *groups, **more)["status"] == "Complete"
    return listed(at)[-1]


@pytest.mark.shows(f"post{FORECAST}sImport", f"post{FORECAST}sImportUploadurl", f"get{FORECAST}", f"get{FORECAST}s")
def test_an_import_answers_without_its_result_and_is_listed_and_read(at: Desk) -> None:
    group = group_of(at)
    answer = imported(at, numbers(group, 1.0, 2.0))
    assert set(answer) == {"status", "operationId"}
    (found,) = listed(at)
    assert (found["description"], found["creationMethod"], found["canUseForScheduling"]) == ("Calls", "Import", True)
    read = at.call(f"get{FORECAST}", at.unit, WEEK, found["id"])
    assert {**read, **found} == read
    assert (read["timeZone"], read["referenceStartDate"]) == ("Europe/Paris", "2026-11-29T23:00:00.000Z")
    assert "planningGroups" not in read
    expanded = at.call(f"get{FORECAST}", at.unit, WEEK, found["id"], params={"expand": "planningGroups"})
    assert [row["id"] for row in expanded["planningGroups"]["entities"]] == [group]


@pytest.mark.shows(f"get{FORECAST}s")
def test_a_listing_is_of_the_weeks_that_are_spanned_or_of_recent_ones(at: Desk) -> None:
    first = made(at, weeks=2)
    imported(at, week="2027-06-28")
    assert [row["id"] for row in listed(at, NEXT)] == [first["id"]]
    assert listed(at, "2026-12-14") == []
    assert [row["id"] for row in listed(at, "recent")] == [first["id"]]
    assert len(listed(at, "2027-06-28")) == 1


@pytest.mark.shows(f"get{FORECAST}Data")
def test_numbers_are_read_week_by_week_or_downloaded(at: Desk) -> None:
    group = group_of(at)
    ids = (at.unit, WEEK, made(at, numbers(group, 1.0, 2.0, 3.0, 4.0), weeks=2)["id"])
    for number, offered in ((1, [1.0, 2.0]), (2, [3.0, 4.0])):
        result = at.call(f"get{FORECAST}Data", *ids, params={"weekNumber": number})["result"]
        assert (result["weekNumber"], result["weekCount"]) == (number, 2)
        assert result["planningGroups"] == [numbers(group, *offered)]
    first = at.call(f"get{FORECAST}Data", *ids)
    assert first["result"]["weekNumber"] == 1
    named = at.call(f"get{FORECAST}Data", *ids, params={"forceDownloadService": "true"})
    assert at.send(named["downloadUrl"], {}, b"", "GET").json() == first["result"]
    for number in (0, 3):
        refused = at.call(f"get{FORECAST}Data", *ids, expect=400, params={"weekNumber": number})
        assert refused["code"] == "wfm.validation.failure"


@pytest.mark.shows(f"get{FORECAST}Longtermforecastdata")
def test_long_term_numbers_are_a_part_of_their_own(at: Desk) -> None:
    group = group_of(at)
    days = {"planningGroupId": group, "offeredPerDay": [5.0], "averageHandleTimeSecondsPerDay": [30.0]}
    ids = (at.unit, WEEK, made(at, numbers(group, 1.0), longTermPlanningGroups=[days])["id"])
    result = at.call(f"get{FORECAST}Longtermforecastdata", *ids)["result"]
    assert result == {"planningGroups": [days], "referenceStartDate": WEEK, "weekCount": 1}
    named = at.call(f"get{FORECAST}Longtermforecastdata", *ids, params={"forceDownloadService": "true"})
    assert at.send(named["downloadUrl"], {}, b"", "GET").json() == result


@pytest.mark.shows(f"get{FORECAST}Planninggroups")
def test_planning_groups_stay_as_they_were(at: Desk) -> None:
    group = group_of(at)
    ids = (at.unit, WEEK, made(at, numbers(group, 1.0))["id"])
    at.call("deleteWorkforcemanagementBusinessunitPlanninggroup", at.unit, group, expect=204)
    (kept,) = at.call(f"get{FORECAST}Planninggroups", *ids)["entities"]
    assert (kept["id"], kept["name"]) == (group, "Calls")


@pytest.mark.shows(f"post{FORECAST}sImport")
def test_a_wrong_document_ends_in_an_error_and_makes_nothing(at: Desk) -> None:
    group, other = group_of(at), group_of(at, "Other", business_unit_of(at.call, "Other")["id"])
    wrong: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
        ([numbers("none", 1.0)], {}),
        ([numbers(other, 1.0)], {}),
        ([numbers(group, 1.0), numbers(group, 1.0)], {}),
        ([numbers(group, 1.0, handle=[])], {}),
        ([numbers(group)], {}),
        ([numbers(group, 1.0)], {"weeks": 2}),
        ([numbers(group, 1.0)], {"weeks": 0}),
        ([numbers(group, 1.0)], {"description": " "}),
        ([numbers(group, 1.0)], {"weekCount": "one"}),
    ]
    for groups, more in wrong:
        answer = imported(at, *groups, **more)
        assert (set(answer), answer["status"]) == ({"status", "operationId"}, "Error")
    assert listed(at) == []


@pytest.mark.shows(f"post{FORECAST}sImport", f"post{FORECAST}sImportUploadurl")
def test_an_import_takes_its_own_document_once(at: Desk) -> None:
    raw = gzip.compress(json.dumps({"description": "Zipped", "weekCount": 1, "planningGroups": []}).encode())
    key = at.put(f"post{FORECAST}sImportUploadurl", (at.unit, WEEK), raw)
    body = {"uploadKey": key}
    for operation, week in ((f"post{SCHEDULES}sImport", WEEK), (f"post{FORECAST}sImport", NEXT)):
        assert at.call(operation, at.unit, week, expect=400, json=body)["code"] == "wfm.validation.failure"
    at.call(f"post{FORECAST}sImport", at.unit, WEEK, expect=202, json=body)
    assert [row["description"] for row in listed(at)] == ["Zipped"]
    assert at.call(f"post{FORECAST}sImport", at.unit, WEEK, expect=400, json=body)["code"] == "wfm.validation.failure"
    refused = at.call(f"post{FORECAST}sImportUploadurl", at.unit, WEEK, expect=400, json={"contentLengthBytes": 0})
    assert refused["code"] == "wfm.validation.failure"


@pytest.mark.shows(f"post{FORECAST}sImport", f"post{FORECAST}Copy")
def test_imports_and_copies_take_their_time(at: Desk) -> None:
    found = made(at)
    at.call.organisation.switch(operation_polls=1)
    assert imported(at, description="Second")["status"] == "Processing"
    body = {"description": "Copy", "weekDate": NEXT}
    answer = at.call(f"post{FORECAST}Copy", at.unit, WEEK, found["id"], expect=202, json=body)
    assert (answer["status"], "result" in answer) == ("Processing", False)
    assert [row["description"] for row in listed(at)] == ["Calls"]
    assert [row["description"] for row in listed(at)] == ["Calls", "Second"]
    assert [row["description"] for row in listed(at, NEXT)] == ["Copy"]


@pytest.mark.shows(f"post{FORECAST}Copy")
def test_a_copy_has_the_same_numbers_in_another_week(at: Desk) -> None:
    group = group_of(at)
    ids = (at.unit, WEEK, made(at, numbers(group, 1.0, 2.0))["id"])
    body = {"description": "Copy", "weekDate": NEXT}
    copy = at.call(f"post{FORECAST}Copy", *ids, expect=201, json=body)["result"]
    assert (copy["weekDate"], copy["description"]) == (NEXT, "Copy")
    first = at.call(f"get{FORECAST}Data", *ids)["result"]
    second = at.call(f"get{FORECAST}Data", at.unit, NEXT, copy["id"])["result"]
    assert (first["planningGroups"], first["referenceStartDate"]) == (
        second["planningGroups"],
        "2026-11-29T23:00:00.000Z",
    )
    forced = at.call(f"post{FORECAST}Copy", *ids, expect=202, json=body, params={"forceAsync": "true"})
    assert set(forced) == {"status", "operationId"}
    assert len(listed(at, NEXT)) == 2
    for wrong in ({**body, "weekDate": "2026-12-08"}, {**body, "description": " "}):
        assert at.call(f"post{FORECAST}Copy", *ids, expect=400, json=wrong)["code"] == "wfm.validation.failure"
    assert len(listed(at, NEXT)) == 2


@pytest.mark.shows(f"delete{FORECAST}")
def test_a_forecast_stays_while_a_schedule_is_tied_to_it(at: Desk) -> None:
    ids = (at.unit, WEEK, made(at)["id"])
    tied = {"description": "Draft", "weekCount": 1, "shortTermForecast": {"id": ids[2], "weekDate": WEEK}}
    schedule = at.call(f"post{SCHEDULES}s", at.unit, WEEK, expect=201, json=tied)["id"]
    refused = at.call(f"delete{FORECAST}", *ids, expect=400)
    assert (refused["code"], refused["details"][0]["entityId"]) == ("wfm.not.allowed", schedule)
    at.call(f"delete{SCHEDULES}", at.unit, WEEK, schedule)
    at.call(f"delete{FORECAST}", *ids, expect=204)
    assert listed(at) == []
