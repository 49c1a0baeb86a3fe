"""What workforce management tells the current user, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.scheduling import Desk, desk
from tests.mockgc.resources.units import act_as, under

LIST, MARK = "getWorkforcemanagementNotifications", "postWorkforcemanagementNotificationsUpdate"
ASK = "postWorkforcemanagementManagementunitTimeoffrequests"
REVIEW = "patchWorkforcemanagementManagementunitUserTimeoffrequest"


@pytest.fixture
def at() -> Desk:
    """A desk whose client stands for its first agent."""
    made = desk()
    act_as(made.call, made.agents[0])
    return made


def asked(at: Desk, *users: str) -> list[str]:
    """The ids of requests that an administrator makes for these users."""
    days = {"fullDayManagementUnitDates": ["2026-12-03"], "dailyDurationMinutes": 480}
    body = {"status": "PENDING", "users": [{"id": user} for user in users], "activityCodeId": "5", **days}
    return [made["id"] for made in at.call(ASK, at.home, json=body)["timeOffRequests"]]


def told(at: Desk) -> list[tuple[str, str, bool]]:
    """(id, status, whether it was read) of each notification."""
    found = at.call(LIST)["entities"]
    return [(one["id"], one["timeOffRequest"]["status"], one["markedAsRead"]) for one in found]


def mark(at: Desk, *ids: str, read: bool = True, **more: Any) -> Any:
    entities = [{"id": i, "mutableGroupId": i, "markedAsRead": read} for i in ids]
    return at.call(MARK, json={"entities": entities}, **more)


@pytest.mark.shows(LIST)
def test_a_user_is_told_of_time_off_that_others_ask_for_and_decide_on(at: Desk) -> None:
    assert told(at) == []
    mine, _ = asked(at, *at.agents)
    assert told(at) == [(mine, "PENDING", False)]
    at.call(REVIEW, at.home, at.agents[0], mine, json=under(1, status="DENIED"))
    assert told(at) == [(mine, "DENIED", False)]


@pytest.mark.shows(LIST)
def test_a_user_is_not_told_of_own_requests(at: Desk) -> None:
    body = {"activityCodeId": "5", "fullDayManagementUnitDates": ["2026-12-03"], "dailyDurationMinutes": 480}
    codes = "patchWorkforcemanagementBusinessunitActivitycode"
    code = at.call("getWorkforcemanagementBusinessunitActivitycode", at.unit, "5")
    at.call(codes, at.unit, "5", json=under(code["metadata"]["version"], agentTimeOffSelectable=True))
    own = at.call("postWorkforcemanagementTimeoffrequests", json=body)
    assert told(at) == []
    at.call(REVIEW, at.home, at.agents[0], own["id"], json=under(1, status="APPROVED"))
    assert told(at) == [(own["id"], "APPROVED", False)]


@pytest.mark.shows(MARK, LIST)
def test_notifications_are_marked_as_read_and_unread(at: Desk) -> None:
    first, second = (asked(at, at.agents[0])[0] for _ in range(2))
    assert mark(at, first, second)["entities"] == [{"id": i, "mutableGroupId": i} for i in (first, second)]
    mark(at, second, read=False)
    assert told(at) == [(first, "PENDING", True), (second, "PENDING", False)]


@pytest.mark.shows(MARK)
def test_only_own_notifications_are_marked_all_or_none(at: Desk) -> None:
    mine, other = asked(at, *at.agents)
    before = at.call.state()
    assert mark(at, mine, other, expect=400)["code"] == "wfm.validation.failure"
    assert at.call.state() == before
    assert told(at) == [(mine, "PENDING", False)]


@pytest.mark.shows(LIST, MARK)
def test_a_client_that_stands_for_nobody_is_told_nothing(at: Desk) -> None:
    (mine,) = asked(at, at.agents[0])
    act_as(at.call, at.agents[1], instead_of=at.agents[0])
    assert told(at) == []
    at.call("deleteUser", at.agents[1])
    assert at.call(LIST, expect=400)["code"] == "bad.request"
    assert mark(at, mine, expect=400)["code"] == "bad.request"
