"""Shift trades over HTTP: offered, matched, approved, and what that does to the agents' schedules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import WEEK, Desk, agent, change, desk, document
from tests.mockgc.resources.units import act_as, agents_of, business_unit_of, management_unit_of, under, users_of

PLACE = "WorkforcemanagementManagementunit"
LIST, ADD = f"get{PLACE}WeekShifttrades", f"post{PLACE}WeekShifttrades"
PATCH, MATCH = f"patch{PLACE}WeekShifttrade", f"post{PLACE}WeekShifttradeMatch"
STATES, OF_AGENT = f"post{PLACE}WeekShifttradesStateBulk", f"get{PLACE}AgentShifttrades"
MATCHED, USERS = f"get{PLACE}ShifttradesMatched", f"get{PLACE}ShifttradesUsers"
MINE = "getWorkforcemanagementShifttrades"
ANNS, BOBS = "2026-12-01T08:00:00.000Z", "2026-12-02T08:00:00.000Z"
ALL_WEEK = ["2026-11-30T00:00:00Z/2026-12-05T00:00:00Z"]


class Market:
    """A desk with a published schedule; its client stands for ann, then for whom `acts` names."""

    def __init__(self) -> None:
        self.at: Desk = desk()
        self.ann, self.bob = self.at.agents
        rows = (agent(self.ann, ANNS), agent(self.bob, BOBS))
        self.schedule = self.at.import_(document(*rows, published=True))["result"]
        self.acting: str | None = None
        self.acts(self.ann)

    def acts(self, user_id: str) -> None:
        act_as(self.at.call, user_id, instead_of=self.acting)
        self.acting = user_id

    def shifts(self, user_id: str) -> dict[str, str]:
        """Start -> id of a user's shifts."""
        rows = self.at.agents_in(self.schedule)
        return {s["startDate"]: s["id"] for row in rows if row["user"]["id"] == user_id for s in row["shifts"]}

    def offered(self, expect: int = 200, **more: Any) -> Any:
        """What comes of offering ann's shift."""
        body = {"scheduleId": self.schedule["id"], "initiatingShiftId": self.shifts(self.ann).get(ANNS, "none")}
        return self.at.call(ADD, self.at.home, WEEK, expect=expect, json={**body, **more})

    def matched(self, trade: Any, shift: str | None = None, expect: int = 200, **more: Any) -> Any:
        """What comes of a match by whom the client stands for."""
        body = {"receivingScheduleId": self.schedule["id"], **({"receivingShiftId": shift} if shift else {}), **more}
        ids = (self.at.home, WEEK, trade["id"])
        return self.at.call(MATCH, *ids, expect=expect, json=under(trade["metadata"]["version"], **body))

    def update(self, trade: Any, expect: int = 200, **more: Any) -> Any:
        ids = (self.at.home, WEEK, trade["id"])
        return self.at.call(PATCH, *ids, expect=expect, json=under(trade["metadata"]["version"], **more))

    def state(self, *changes: tuple[Any, str], expect: int = 200, **params: str) -> Any:
        items = [under(t["metadata"]["version"], id=t["id"], state=state) for t, state in changes]
        return self.at.call(STATES, self.at.home, WEEK, expect=expect, json={"entities": items}, params=params)

    def listed(self) -> list[Any]:
        return [row["trade"] for row in self.at.call(LIST, self.at.home, WEEK)["entities"]]


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.mark.shows(ADD, LIST, OF_AGENT, MINE)
def test_an_offer_is_unmatched_and_listed_for_its_week_and_its_agent(market: Market) -> None:
    made = market.offered()
    assert (made["state"], made["oneSided"], made["initiatingUser"]["id"]) == ("Unmatched", True, market.ann)
    assert (made["initiatingShiftStart"], made["initiatingShiftEnd"]) == (ANNS, "2026-12-01T09:00:00.000Z")
    assert made["schedule"]["id"] == market.schedule["id"]
    assert market.listed() == [made]
    call, home = market.at.call, market.at.home
    assert call(LIST, home, "2026-12-07")["entities"] == []
    assert call(OF_AGENT, home, market.ann)["entities"] == [made]
    assert call(OF_AGENT, home, market.bob)["entities"] == []
    assert call(MINE)["entities"] == [made]


def test_the_trades_of_a_week_are_a_download_where_they_are_forced_to_be(market: Market) -> None:
    market.offered()
    named = market.at.call(LIST, market.at.home, WEEK, params={"forceDownloadService": "true"})
    found = market.at.send(named["downloadUrl"], {}, b"", "GET").json()
    assert found == market.at.call(LIST, market.at.home, WEEK)


@pytest.mark.shows(ADD)
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"scheduleId": "none"}, "wfm.entity.not.found"),
        ({"initiatingShiftId": "none"}, "wfm.entity.not.found"),
        ({"receivingUserId": "none"}, "wfm.entity.not.found"),
        ({"acceptableIntervals": ["2026-12-02T00:00:00Z/2026-12-01T00:00:00Z"]}, "wfm.validation.failure"),
        ({"expiration": "2026-12-01T08:00:01Z"}, "wfm.validation.failure"),
        ({"expiration": "2026-11-25T08:00:00Z"}, "wfm.validation.failure"),
    ],
)
def test_an_offer_names_what_exists_and_fits(market: Market, wrong: dict[str, Any], code: str) -> None:
    before = market.at.call.state()
    assert market.offered(400, **wrong)["code"] == code
    assert market.at.call.state() == before


@pytest.mark.shows(ADD)
def test_a_shift_is_offered_once_while_published_and_ahead(market: Market) -> None:
    first = market.offered()
    assert market.offered(400)["code"] == "wfm.not.allowed"
    market.state((first, "Canceled"))
    assert market.offered()["state"] == "Unmatched"
    draft = market.at.import_(document(agent(market.ann, BOBS)))["result"]
    (shift,) = market.at.agents_in(draft)[0]["shifts"]
    refused = market.offered(400, scheduleId=draft["id"], initiatingShiftId=shift["id"])
    assert refused["code"] == "wfm.not.allowed"
    past = market.at.import_(document(agent(market.ann, "2026-11-24T08:00:00Z"), published=True), "2026-11-23")[
        "result"
    ]
    (shift,) = market.at.agents_in(past)[0]["shifts"]
    body = {"scheduleId": past["id"], "initiatingShiftId": shift["id"]}
    refused = market.at.call(ADD, market.at.home, "2026-11-23", expect=400, json=body)
    assert refused["code"] == "wfm.not.allowed"


@pytest.mark.shows(PATCH)
def test_an_offer_is_updated_under_its_version_until_it_is_matched(market: Market) -> None:
    made = market.offered(expiration="2026-11-30T00:00:00Z")
    changed = market.update(made, acceptableIntervals={"values": ALL_WEEK}, receivingUserId={"value": market.bob})
    assert (changed["oneSided"], changed["receivingUser"]["id"], changed["metadata"]["version"]) == (
        False,
        market.bob,
        2,
    )
    assert market.listed() == [changed]
    opened = market.update(changed, receivingUserId={}, expiration={}, acceptableIntervals={})
    assert not {"receivingUser", "expiration"} & opened.keys()
    assert (opened["oneSided"], market.listed()) == (True, [opened])
    before = market.at.call.state()
    assert market.update(changed, 409, expiration={})["code"] == "wfm.transaction.conflict"
    assert market.update(opened, 400, receivingUserId={"value": "none"})["code"] == "wfm.entity.not.found"
    assert market.update(opened, 400, acceptableIntervals={"values": ["x/y"]})["code"] == "wfm.validation.failure"
    market.acts(market.bob)
    assert market.update(opened, 400, acceptableIntervals={"values": ALL_WEEK})["code"] == "wfm.not.allowed"
    rows = [row for row in market.at.call.organisation.commits() if row["kind"] == "shiftTrade"]
    assert (len(rows), before[0]["kind"]) == (3, "shiftTrade")
    matched = market.matched(opened)["trade"]
    market.acts(market.ann)
    assert market.update(matched, 400, expiration={})["code"] == "wfm.not.allowed"


@pytest.mark.shows(MATCH, MATCHED, MINE)
def test_a_match_of_a_one_sided_offer_waits_for_an_administrator(market: Market) -> None:
    made = market.offered()
    market.acts(market.bob)
    answer = market.matched(made)
    assert (answer["violations"], answer["trade"]["state"]) == ([], "Matched")
    assert answer["trade"]["receivingUser"]["id"] == market.bob
    assert market.listed() == [answer["trade"]] == market.at.call(MINE)["entities"]
    assert market.at.call(MATCHED, market.at.home)["entities"] == [
        {"weekDate": WEEK, "count": 1, "crossWeekReceivingCount": 0}
    ]
    before = market.at.call.state()
    assert market.matched(made, expect=409)["code"] == "wfm.transaction.conflict"
    assert [row["type"] for row in market.matched(answer["trade"])["violations"]] == ["InvalidState"]
    other = market.matched(answer["trade"], expect=400, receivingScheduleId="none")
    assert other["code"] == "wfm.entity.not.found"
    assert market.at.call.state() == before


@pytest.mark.shows(MATCH)
def test_a_match_with_violations_tells_them_and_changes_nothing(market: Market) -> None:
    two_sided = market.offered(acceptableIntervals=["2026-12-01T00:00:00Z/2026-12-02T00:00:00Z"])
    bobs = market.shifts(market.bob)[BOBS]
    before = market.at.call.organisation.commits()

    def violations(shift: str | None = None) -> set[str]:
        answer = market.matched(two_sided, shift)
        assert answer["trade"]["state"] == "Unmatched"
        return {row["type"] for row in answer["violations"]}

    assert "CannotTradeWithYourself" in violations()
    market.acts(market.bob)
    assert violations() == {"ReceivingShiftMissingForTwoSidedTrade"}
    assert violations("none") == {"ReceivingShiftDoesNotExist"}
    assert violations(bobs) == {"ReceivingShiftOutsideAcceptableIntervals"}
    market.acts(market.ann)
    two_sided = market.update(two_sided, acceptableIntervals={"values": ["2026-12-02T08:00:00/2026-12-02T09:00:00"]})
    assert "ReceivingShiftOutsideAcceptableIntervals" not in violations(bobs), "moments without an offset are in UTC"
    kinds = [row["kind"] for row in market.at.call.organisation.commits()[len(before) :]]
    assert kinds.count("shiftTrade") == 1, "the update alone"


@pytest.mark.shows(STATES, MATCH)
def test_shifts_change_hands_when_a_match_is_approved(market: Market) -> None:
    made = market.offered(acceptableIntervals=ALL_WEEK)
    anns, bobs = market.shifts(market.ann)[ANNS], market.shifts(market.bob)[BOBS]
    market.acts(market.bob)
    matched = market.matched(made, bobs)["trade"]
    assert (matched["receivingShiftId"], matched["receivingShiftStart"]) == (bobs, BOBS)
    answer = market.state((matched, "Approved"))
    (row,) = answer["result"]["entities"]
    assert (answer["status"], row["state"], "failureReason" in row) == ("Complete", "Approved", False)
    assert (market.shifts(market.ann), market.shifts(market.bob)) == ({BOBS: bobs}, {ANNS: anns})
    assert [row["metadata"]["version"] for row in market.at.agents_in(market.schedule)] == [2, 2]
    (trade,) = market.listed()
    assert (trade["state"], trade["reviewedBy"]["id"]) == ("Approved", market.at.call.organisation.client_id)
    assert trade["metadata"]["version"] == row["metadata"]["version"] == 3


@pytest.mark.shows(STATES)
def test_a_state_that_cannot_follow_is_a_row_and_changes_nothing(market: Market) -> None:
    made = market.offered()
    (row,) = market.state((made, "Approved"))["result"]["entities"]
    assert (row["failureReason"], row["state"]) == ("TransitionNotAllowed", "Unmatched")
    market.acts(market.bob)
    matched = market.matched(made)["trade"]
    row_of_ann = next(row for row in market.at.agents_in(market.schedule) if row["user"]["id"] == market.ann)
    gone = {"id": row_of_ann["shifts"][0]["id"], "delete": True}
    version = row_of_ann["metadata"]["version"]
    market.at.update(market.schedule, change(1, {**agent(market.ann), **under(version), "shifts": [gone]}))
    (row,) = market.state((matched, "Approved"))["result"]["entities"]
    assert (row["failureReason"], row["state"]) == ("InitiatingAgentShiftNotFound", "Matched")
    (reviewed,) = market.at.call(LIST, market.at.home, WEEK)["entities"]
    assert [found["type"] for found in reviewed["matchReview"]["violations"]] == ["InitiatingShiftDoesNotExist"]
    (plain,) = market.at.call(LIST, market.at.home, WEEK, params={"evaluateMatches": "false"})["entities"]
    assert "matchReview" not in plain
    (row,) = market.state((matched, "Unmatched"))["result"]["entities"]
    assert row["state"] == "Unmatched"
    assert "receivingUser" not in market.listed()[0]


@pytest.mark.shows(STATES)
def test_a_stale_or_unknown_trade_refuses_the_whole_update(market: Market) -> None:
    made = market.offered()
    before = market.at.call.state()
    stale = {**made, "metadata": {"version": 9}}
    assert market.state((stale, "Denied"), expect=409)["code"] == "wfm.transaction.conflict"
    assert market.state((made, "Denied"), (made, "Denied"), expect=400)["code"] == "wfm.validation.failure"
    unknown = {**made, "id": "none"}
    assert market.state((made, "Denied"), (unknown, "Denied"), expect=404)["code"] == "wfm.entity.not.found"
    assert market.at.call.state() == before


@pytest.mark.shows(STATES)
def test_states_take_their_time(market: Market) -> None:
    made = market.offered()
    assert set(market.state((made, "Denied"), expect=202, forceAsync="true")) == {"status", "operationId"}
    assert market.listed()[0]["state"] == "Denied"
    again = market.offered()
    market.at.call.organisation.switch(operation_polls=1)
    assert market.state((again, "Canceled"), expect=202)["status"] == "Processing"
    assert [trade["state"] for trade in market.listed()] == ["Denied", "Unmatched"]
    assert [trade["state"] for trade in market.listed()] == ["Denied", "Canceled"]


@pytest.mark.shows(LIST, MATCHED)
def test_an_offer_expires_unanswered(market: Market) -> None:
    made = market.offered(expiration="2026-11-25T10:00:00Z")
    market.at.call.organisation.advance(2 * 3600)
    assert [trade["state"] for trade in market.listed()] == ["Expired"]
    market.acts(market.bob)
    assert "InvalidState" in [row["type"] for row in market.matched(made)["violations"]]
    assert market.at.call(MATCHED, market.at.home)["entities"] == []


@pytest.mark.shows(USERS)
def test_direct_offers_go_to_colleagues_of_the_unit(market: Market) -> None:
    assert [user["id"] for user in market.at.call(USERS, market.at.home)["entities"]] == [market.bob]
    lyon = management_unit_of(market.at.call, market.at.unit, "Lyon")["id"]
    agents_of(market.at.call, lyon, "cid")
    assert [user["id"] for user in market.at.call(USERS, "mine")["entities"]] == [market.bob]
    assert market.at.call(USERS, lyon, expect=404)["code"] == "wfm.entity.not.found"
    assert market.at.call(USERS, "none", expect=404)["code"] == "wfm.management.unit.not.found"


@pytest.mark.shows(ADD, PATCH, MATCH, USERS, MINE)
def test_the_one_who_trades_is_an_agent_of_the_unit(market: Market) -> None:
    made, call = market.offered(), market.at.call
    ids = (market.at.home, WEEK, made["id"])
    offer = {"scheduleId": "none", "initiatingShiftId": "none"}
    match = under(1, receivingScheduleId=market.schedule["id"])
    calls: list[tuple[str, tuple[str, ...], Any]] = [
        (ADD, ids[:2], offer), (PATCH, ids, under(1)), (MATCH, ids, match), (USERS, ids[:1], None), (MINE, (), None),
    ]  # fmt: skip
    market.acts(users_of(call, "eve")[0])
    before = call.state()
    for operation, path, body in calls:
        assert call(operation, *path, expect=404, json=body)["code"].endswith("not.found")
    assert call.state() == before
    pair = ("mockgc:client", call.organisation.client_id)
    call("deleteUserExternalidAuthorityNameExternalKey", str(market.acting), *pair, expect=204)
    for operation, path, body in calls:
        assert call(operation, *path, expect=400, json=body)["code"] == "bad.request"


@pytest.mark.shows(PATCH, MATCH, OF_AGENT, LIST, ADD, STATES)
def test_a_path_names_unit_week_and_trade_together(market: Market) -> None:
    made, call = market.offered(), market.at.call
    other = management_unit_of(call, business_unit_of(call, "Other")["id"], "Elsewhere")["id"]
    match = under(1, receivingScheduleId=market.schedule["id"])
    for operation, body in ((PATCH, under(1)), (MATCH, match)):
        for ids in ((market.at.home, "2026-12-07", made["id"]), (other, WEEK, made["id"])):
            assert call(operation, *ids, expect=404, json=body)["code"] == "wfm.entity.not.found"
    assert call(OF_AGENT, other, market.ann, expect=404)["code"] == "wfm.entity.not.found"
    offer = {"scheduleId": "none", "initiatingShiftId": "none"}
    weeks: list[tuple[str, tuple[str, ...], Any]] = [
        (LIST, (), None), (ADD, (), offer), (STATES, (), {"entities": []}),
        (PATCH, (made["id"],), under(1)), (MATCH, (made["id"],), match),
    ]  # fmt: skip
    for operation, trade, body in weeks:
        refused = call(operation, market.at.home, "2026-12-01", *trade, expect=400, json=body)
        assert refused["code"] == "wfm.validation.failure"


def test_a_desk_of_its_own_has_no_trades() -> None:
    call = Caller()
    home = management_unit_of(call, business_unit_of(call)["id"])["id"]
    assert call(LIST, home, WEEK)["entities"] == []
