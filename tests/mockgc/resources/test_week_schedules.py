"""Week schedules over HTTP, and the three steps that change them."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.mockgc.resources.scheduling import SCHEDULES, WEEK, Desk, activity, agent, change, desk, document

MORNING = "2026-12-01T08:00:00.000Z"
EVENING = "2026-12-01T17:00:00.000Z"
NEXT_DAY = "2026-12-02T08:00:00.000Z"


@pytest.fixture
def at() -> Desk:
    return desk()


@pytest.mark.shows(f"get{SCHEDULES}", f"get{SCHEDULES}s", f"post{SCHEDULES}s")
def test_a_blank_schedule_is_read_and_listed_at_version_one(at: Desk) -> None:
    made = at.blank()
    assert (made["weekDate"], made["weekCount"], made["published"]) == (WEEK, 1, False)
    assert made["metadata"]["version"] == 1
    assert at.read(made) == made
    assert at.listed() == [{name: value for name, value in made.items() if name != "managementUnits"}]


@pytest.mark.parametrize("week", ["2026-12-01", "2026-11-31", "20261130", "next", "9999-12-27"])
def test_a_week_is_named_by_its_first_day(at: Desk, week: str) -> None:
    body = {"description": "Draft", "weekCount": 1}
    refused = at.call(f"post{SCHEDULES}s", at.unit, week, expect=400, json=body)
    assert refused["code"] == "wfm.validation.failure"
    assert at.listed("recent") == []


@pytest.mark.shows(f"post{SCHEDULES}s")
@pytest.mark.parametrize("body", [{"weekCount": 0}, {"weekCount": 7}, {"description": " "}, {"description": "x" * 101}])
def test_a_schedule_keeps_to_its_limits(at: Desk, body: dict[str, Any]) -> None:
    body = {"description": "Draft", "weekCount": 1, **body}
    refused = at.call(f"post{SCHEDULES}s", at.unit, WEEK, expect=400, json=body)
    assert refused["code"] == "wfm.validation.failure"
    assert at.listed() == []


def test_a_path_names_unit_week_and_schedule_together(at: Desk) -> None:
    made = at.blank()
    for ids in ((at.unit, "2026-12-07", made["id"]), (at.unit, WEEK, "none")):
        assert at.call(f"get{SCHEDULES}", *ids, expect=404)["code"] == "wfm.entity.not.found"
    refused = at.call(f"get{SCHEDULES}", "none", WEEK, made["id"], expect=404)
    assert refused["code"] == "wfm.business.unit.not.found"


def test_listings_filter_by_week_period_and_publication(at: Desk) -> None:
    first, second = at.blank(weeks=2), at.blank("2026-12-07")
    assert [found["id"] for found in at.listed("2026-12-07")] == [first["id"], second["id"]]
    at.blank("2027-06-28")
    assert [found["id"] for found in at.listed()] == [first["id"]]
    assert [found["id"] for found in at.listed("recent")] == [first["id"], second["id"]]
    assert [found["id"] for found in at.listed("recent", earliestWeekDate="2026-12-01")] == [second["id"]]
    assert [found["id"] for found in at.listed("recent", latestWeekDate="2026-12-01")] == [first["id"]]
    assert at.listed("recent", includeOnlyPublished="true") == []


@pytest.mark.shows(f"post{SCHEDULES}sImport", f"post{SCHEDULES}sImportUploadurl")
def test_an_import_is_complete_when_it_is_answered_and_reads_back(at: Desk) -> None:
    answer = at.import_(document(agent(at.agents[0], MORNING), agent(at.agents[1])))
    assert answer["status"] == "Complete"
    made = answer["result"]
    (home,) = made["managementUnits"]
    assert (home["managementUnit"]["id"], home["agentCount"]) == (at.home, 2)
    assert (home["startDate"], home["endDate"]) == ("2026-11-29T23:00:00.000Z", "2026-12-06T23:00:00.000Z")
    assert [user["id"] for user in at.read(made)["managementUnits"][0]["agents"]] == at.agents
    ann, bob = at.agents_in(made)
    assert (ann["user"]["id"], ann["metadata"]["version"]) == (at.agents[0], 1)
    assert [(s["startDate"], s["lengthMinutes"], s["schedule"]["id"]) for s in ann["shifts"]] == [
        (MORNING, 60, made["id"])
    ]
    assert ann["shifts"][0]["activities"][0]["paid"] is True
    assert bob["shifts"] == []


def test_start_and_length_of_a_shift_follow_from_its_activities(at: Desk) -> None:
    sent = [activity("2026-12-01T10:00:00+01:00", 15, "1"), activity("2026-12-01T09:00:00+01:00", 60)]
    made = at.import_(document({"userId": at.agents[0], "shifts": [{"activities": sent}]}))["result"]
    (shift,) = at.agents_in(made)[0]["shifts"]
    assert (shift["startDate"], shift["lengthMinutes"]) == (MORNING, 75)


@pytest.mark.parametrize(
    "wrong",
    [
        b"not json",
        b"\xff\xfe",
        {"weekCount": 1},
        document(weekCount=9),
        document({"userId": "nobody"}),
        document({"userId": "ANN", "shifts": [{"activities": []}]}),
        document({"userId": "ANN", "shifts": [{"activities": [activity(MORNING, code="99")]}]}),
        document({"userId": "ANN", "shifts": [{"activities": [activity(MORNING, 0)]}]}),
        document(agent("ANN", "2026-12-08T08:00:00Z")),
        document(agent("ANN"), agent("ANN")),
        document(agent("ANN", workPlanId={"value": "none"})),
        document(agent("ANN", workPlanIdsPerWeek={"values": ["none"]})),
        document({"userId": "ANN", "fullDayTimeOffMarkers": [{"lengthMinutes": 480}]}),
        document(agent("ANN", fullDayTimeOffMarkers=[{"businessUnitDate": "2026-12-03", "payableMinutes": 1}])),
    ],
)
def test_a_wrong_document_ends_in_an_error_without_a_reason(at: Desk, wrong: Any) -> None:
    if isinstance(wrong, dict):
        wrong = json.loads(json.dumps(wrong).replace("ANN", at.agents[0]))
    answer = at.import_(wrong)
    assert (answer["status"], set(answer)) == ("Error", {"status", "operationId"})
    assert at.listed() == []


def test_a_zipped_document_is_opened(at: Desk) -> None:
    assert at.import_(gzip.compress(json.dumps(document()).encode()))["status"] == "Complete"


@pytest.mark.shows(f"post{SCHEDULES}UpdateUploadurl")
@pytest.mark.parametrize("version", [0, 2])
def test_a_stale_version_in_the_document_ends_in_an_error_and_changes_nothing(at: Desk, version: int) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING)))["result"]
    before = (at.read(made), at.agents_in(made))
    sent = agent(at.agents[0], EVENING, metadata={"version": 1})
    answer = at.update(made, change(version, sent, description="Later"))
    assert (answer["status"], set(answer)) == ("Error", {"status", "operationId"})
    assert (at.read(made), at.agents_in(made)) == before


@pytest.mark.shows(f"post{SCHEDULES}Update")
def test_an_update_moves_the_schedule_and_only_the_agents_it_names(at: Desk) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING), agent(at.agents[1], MORNING)))["result"]
    sent = agent(at.agents[0], EVENING, metadata={"version": 1})
    moved = at.update(made, change(1, sent, description="Second"))["result"]
    assert (moved["metadata"]["version"], moved["description"]) == (2, "Second")
    assert at.update(made, change(1))["status"] == "Error"
    ann, bob = at.agents_in(made)
    assert [(ann["metadata"]["version"]), bob["metadata"]["version"]] == [2, 1]
    assert [shift["startDate"] for shift in ann["shifts"]] == [MORNING, EVENING]


@pytest.mark.parametrize("who", [0, 1])
def test_an_agents_version_comes_with_what_is_there_and_with_nothing_else(at: Desk, who: int) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING)))["result"]
    sent = agent(at.agents[who], EVENING, **({"metadata": {"version": 1}} if who else {}))
    assert at.update(made, change(1, sent))["status"] == "Error"
    assert at.read(made) == made | {"managementUnits": at.read(made)["managementUnits"]}


def test_a_stale_agent_ends_the_whole_update_in_an_error(at: Desk) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING)))["result"]
    stale = agent(at.agents[0], EVENING, metadata={"version": 2})
    assert at.update(made, change(1, agent(at.agents[1], MORNING), stale))["status"] == "Error"
    assert at.read(made)["metadata"]["version"] == 1
    assert len(at.agents_in(made)) == 1


def test_shifts_are_replaced_and_deleted_by_their_id(at: Desk) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING, EVENING)))["result"]
    first, second = at.agents_in(made)[0]["shifts"]
    shifts = [{"id": first["id"], "activities": [activity(NEXT_DAY)]}, {"id": second["id"], "delete": True}]
    at.update(made, change(1, agent(at.agents[0], metadata={"version": 1}) | {"shifts": shifts}))
    (left,) = at.agents_in(made)[0]["shifts"]
    assert (left["id"], left["startDate"]) == (first["id"], NEXT_DAY)
    unknown = agent(at.agents[0], metadata={"version": 2}) | {"shifts": [{"id": second["id"], "delete": True}]}
    assert at.update(made, change(2, unknown))["status"] == "Error"


def test_agents_and_full_day_markers_are_deleted_by_their_flags(at: Desk) -> None:
    day = {"businessUnitDate": "2026-12-03", "lengthMinutes": 480, "activityCodeId": "5"}
    made = at.import_(document(agent(at.agents[0], fullDayTimeOffMarkers=[day]), agent(at.agents[1])))["result"]
    assert at.agents_in(made)[0]["fullDayTimeOffMarkers"] == [day]
    first = {"metadata": {"version": 1}}
    gone = agent(at.agents[0], fullDayTimeOffMarkers=[{"businessUnitDate": "2026-12-03", "delete": True}], **first)
    at.update(made, change(1, gone, {"userId": at.agents[1], "delete": True, **first}))
    (ann,) = at.agents_in(made)
    assert (ann["user"]["id"], ann["fullDayTimeOffMarkers"]) == (at.agents[0], [])


def test_publishing_un_publishes_what_covers_the_same_weeks_and_is_not_taken_back(at: Desk) -> None:
    old = at.import_(document(published=True, weekCount=2))["result"]
    apart = at.import_(document(published=True), "2026-12-14")["result"]
    new = at.blank("2026-12-07")
    assert at.update(new, change(1, published=True))["result"]["published"] is True
    assert [found["id"] for found in at.listed("recent", includeOnlyPublished="true")] == [apart["id"], new["id"]]
    assert at.read(old)["metadata"]["version"] == 2
    assert at.update(new, change(2, published=False))["result"]["published"] is True


@pytest.mark.shows(f"post{SCHEDULES}Copy")
def test_a_copy_keeps_local_times_over_a_change_of_the_clocks(at: Desk) -> None:
    off = {"businessUnitDate": "2026-12-03", "timeOffRequestId": "request"}
    made = at.import_(document(agent(at.agents[0], MORNING, fullDayTimeOffMarkers=[off]), published=True))["result"]
    body = {"description": "Summer", "weekDate": "2027-06-28"}
    answer = at.call(f"post{SCHEDULES}Copy", at.unit, WEEK, made["id"], expect=202, json=body)
    copy = answer["result"]
    assert (answer["status"], copy["weekDate"], copy["published"]) == ("Complete", "2027-06-28", False)
    (ann,) = at.agents_in(copy)
    assert ann["shifts"][0]["startDate"] == "2027-06-29T07:00:00.000Z"
    assert ann["shifts"][0]["activities"][0]["startDate"] == "2027-06-29T07:00:00.000Z"
    assert ann["fullDayTimeOffMarkers"] == [{"businessUnitDate": "2027-07-01"}]
    assert at.agents_in(made)[0]["shifts"][0]["startDate"] == MORNING


def test_a_copy_to_another_day_of_the_week_is_refused(at: Desk) -> None:
    made, body = at.blank(), {"description": "Copy", "weekDate": "2026-12-08"}
    before = at.call.state()
    refused = at.call(f"post{SCHEDULES}Copy", at.unit, WEEK, made["id"], expect=400, json=body)
    assert refused["code"] == "wfm.validation.failure"
    assert at.call.state() == before


def test_a_deleted_schedule_is_gone_with_its_agents(at: Desk) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING)))["result"]
    answer = at.call(f"delete{SCHEDULES}", at.unit, WEEK, made["id"])
    assert answer["status"] == "Complete"
    assert at.listed() == []
    for operation in (f"get{SCHEDULES}", f"delete{SCHEDULES}", f"get{SCHEDULES}Headcountforecast"):
        assert at.call(operation, at.unit, WEEK, made["id"], expect=404)["code"] == "wfm.entity.not.found"
    deleted = {row["kind"] for row in at.call.organisation.commits() if row["action"] == "delete"}
    assert {"weekSchedule", "agentSchedule"} <= deleted


@pytest.mark.shows(f"get{SCHEDULES}Headcountforecast")
def test_head_counts_read_back_as_imported(at: Desk) -> None:
    counts = {"planningGroupId": "group", "requiredPerInterval": [1.5, 2.0]}
    sent = {"entities": [counts], "referenceStartDate": "2026-11-29T23:00:00Z"}
    made = at.import_(document(headcountForecast=sent))["result"]
    found = at.call(f"get{SCHEDULES}Headcountforecast", at.unit, WEEK, made["id"])["result"]
    assert found["entities"][0]["planningGroup"]["id"] == "group"
    assert found["entities"][0]["requiredPerInterval"] == [1.5, 2.0]
    blank = at.blank()
    assert at.call(f"get{SCHEDULES}Headcountforecast", at.unit, WEEK, blank["id"])["result"]["entities"] == []


def test_an_agent_who_left_stays_in_the_schedule_and_joins_no_other(at: Desk) -> None:
    made = at.import_(document(agent(at.agents[0], MORNING)))["result"]
    at.call("postWorkforcemanagementAgents", expect=202, json={"userIds": at.agents})
    sent = agent(at.agents[0], EVENING, metadata={"version": 1})
    assert at.update(made, change(1, sent))["status"] == "Complete"
    assert at.import_(document(agent(at.agents[1], MORNING)))["status"] == "Error"


def test_a_deleted_business_unit_takes_its_schedules_with_it(at: Desk) -> None:
    at.import_(document(agent(at.agents[0], MORNING)))
    at.call("postWorkforcemanagementAgents", expect=202, json={"userIds": at.agents})
    at.call("deleteWorkforcemanagementManagementunit", at.home, expect=204)
    at.call("deleteWorkforcemanagementBusinessunit", at.unit, expect=204)
    at.call(f"get{SCHEDULES}s", at.unit, WEEK, expect=404)


@pytest.mark.shows(f"post{SCHEDULES}Copy")
@pytest.mark.parametrize("description", [" ", "x" * 101])
def test_a_copy_keeps_to_the_limits_of_a_description(at: Desk, description: str) -> None:
    made, body = at.blank(), {"description": description, "weekDate": "2026-12-07"}
    before = at.call.state()
    refused = at.call(f"post{SCHEDULES}Copy", at.unit, WEEK, made["id"], expect=400, json=body)
    assert refused["code"] == "wfm.validation.failure"
    assert at.call.state() == before
