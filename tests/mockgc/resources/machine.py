"""
A machine that sends drawn requests to one organisation and holds what comes of them to the promises of the published
family: versions move by exactly one on each change, a refused request changes nothing unless the definition of its
refusal says so, names and external keys stay unique, and every answer keeps to the contract.

What is sent is data: a step names a request and three small numbers choose its ids and values, so that a failing
sequence shrinks to few small numbers. What is promised is said here a second time, not read from the definitions.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import httpx
from flask import Flask

from mockgc.domain.errors import EVERYWHERE
from mockgc.domain.names import folded_name
from mockgc.domain.resource import value_at
from mockgc.domain.transaction import CommitRow
from mockgc.store.base import Store
from tests.mockgc.resources.landscape import BEHAVIOURS
from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.scheduling import WEEK
from tests.mockgc.resources.units import division_of, users_of

NAMES = ("Ada", "ada ", "Bob", "Eve")
UNIT, PLACE = "WorkforcemanagementBusinessunit", "WorkforcemanagementManagementunit"


class Step(NamedTuple):
    """One request: which, and three numbers from 0 to 3 that choose its ids and values."""

    what: str
    a: int
    b: int
    c: int


class Sent(NamedTuple):
    """
    One request to a published operation.

    Args:
        made: the kind of what it makes, when it succeeds.
        document: what is uploaded first, to an address of the operation `address`; its key is then the body.
    """

    operation: str
    ids: tuple[str, ...] = ()
    json: Any = None
    params: Any = None
    made: str = ""
    document: Any = None
    address: str = ""


class Kind(NamedTuple):
    """
    What is promised of one kind, and how it is read back.

    Args:
        read: the operation that reads one; empty where none does.
        shows: where the answer shows the version; empty for kinds without one.
        moved_by: the field whose changes move the shown version; empty when all do.
        parent: the kind whose path ids come first.
        listing: the operation that lists all, or all of one parent; empty where names are not unique.
        key: the field that is unique there.
        part_of: the kind under whose id it is always there, at version 0 until it is changed.
    """

    read: str = ""
    shows: str = ""
    moved_by: str = ""
    parent: str = ""
    listing: str = ""
    key: str = "name"
    part_of: str = ""


def _inside(unit: str, name: str, *, is_unique: bool = True) -> Kind:
    parent = "businessUnit" if unit == UNIT else "managementUnit"
    return Kind(f"get{unit}{name}", "metadata.version", "", parent, f"get{unit}{name}s" if is_unique else "")


KINDS: Mapping[str, Kind] = {
    "division": Kind("getAuthorizationDivision", listing="getAuthorizationDivisions"),
    "directoryUser": Kind("getUser", "version", listing="getUsers", key="email"),
    "directoryGroup": Kind("getGroup", "version", listing="getGroups"),
    "team": Kind("getTeam", listing="getTeams"),
    "skill": Kind("getRoutingSkill", listing="getRoutingSkills"),
    "language": Kind("getRoutingLanguage", listing="getRoutingLanguages"),
    "queue": Kind("getRoutingQueue", listing="getRoutingQueues"),
    "businessUnit": Kind(f"get{UNIT}", "settings.metadata.version", "settings", listing=f"get{UNIT}s"),
    "managementUnit": Kind(f"get{PLACE}", "settings.metadata.version", "settings", listing=f"get{PLACE}s"),
    "schedulerSettings": Kind(f"get{UNIT}SchedulerSettings", "metadata.version", part_of="businessUnit"),
    "minimumStaffingSettings": Kind(f"get{UNIT}MinimumstaffingSettings", "metadata.version", part_of="businessUnit"),
    "alternativeShiftSettings": Kind(f"get{UNIT}AlternativeshiftsSettings", "metadata.version", part_of="businessUnit"),
    "activityCode": _inside(UNIT, "Activitycode"),
    "serviceGoalTemplate": _inside(UNIT, "Servicegoaltemplate"),
    "planningGroup": _inside(UNIT, "Planninggroup"),
    "staffingGroup": _inside(UNIT, "Staffinggroup"),
    "businessUnitTimeOffPlan": _inside(UNIT, "Timeoffplan"),
    "businessUnitTimeOffLimit": _inside(UNIT, "Timeofflimit", is_unique=False),
    "workPlan": _inside(PLACE, "Workplan"),
    "workPlanRotation": _inside(PLACE, "Workplanrotation"),
    "timeOffPlan": _inside(PLACE, "Timeoffplan"),
    "timeOffLimit": _inside(PLACE, "Timeofflimit", is_unique=False),
    "timeOffRequest": Kind(f"get{PLACE}UserTimeoffrequest", "metadata.version", parent="managementUnit"),
    "channel": Kind(),
    "shiftTrade": Kind(parent="managementUnit"),
    "adherenceExplanation": Kind("getWorkforcemanagementAgentAdherenceExplanation", parent="directoryUser"),
    "shortTermForecast": Kind(f"get{UNIT}WeekShorttermforecast", "metadata.version", parent="businessUnit"),
    "weekSchedule": Kind(f"get{UNIT}WeekSchedule", "metadata.version", parent="businessUnit"),
}
OF_A_WEEK = ("weekSchedule", "shortTermForecast", "shiftTrade")
NOWHERE = ("none", "none", "none")
_ALL = {"pageSize": 100, "state": "any"}
_SETTINGS = {"expand": "settings"}


class Machine:
    """An organisation with three users, the ids that it gave, and what is known of its versions."""

    def __init__(self, app: Flask, caller: Callable[[Flask], Caller] = Caller) -> None:
        self.call, emulator = caller(app), app.extensions["mockgc"]
        self._store: Store = emulator.store
        self._sequence = 0
        self.ids: dict[str, list[tuple[str, ...]]] = {kind: [] for kind in KINDS}
        self.ids["division"].append((division_of(self.call),))
        self.ids["directoryUser"] += [(user,) for user in users_of(self.call, "ann", "bo", "cy")]
        self.stored: dict[tuple[str, str], int] = {}
        self.shown: dict[tuple[str, str], int] = {}
        self._learn(self._commits())

    def one(self, kind: str, index: int) -> tuple[str, ...]:
        """The ids of the path of one that exists, existed, or never did."""
        known = self.ids[kind]
        if not known and kind in OF_A_WEEK:
            return "none", WEEK, "none"
        return known[index % len(known)] if known else NOWHERE[: 1 + bool(KINDS[kind].parent)]

    def id(self, kind: str, index: int) -> str:
        """The id alone."""
        return self.one(kind, index)[-1]

    def some(self, kind: str, mask: int) -> list[str]:
        """The ids at the places of the mask's bits."""
        return [ids[-1] for place, ids in enumerate(self.ids[kind]) if mask & (1 << place)]

    def version(self, kind: str, ids: tuple[str, ...], turn: int) -> int:
        """The version that is shown, or its neighbour for two turns of four."""
        never = 0 if KINDS[kind].part_of else 1
        return self.shown.get((kind, self._stored_id(kind, ids)), never) + (0, 0, 1, -1)[turn]

    def send(self, sent: Sent) -> httpx.Response:
        """One request, and what must hold of its answer and of the commit log."""
        if sent.document is not None:
            sent = sent._replace(document=None, json={"uploadKey": self._put(sent)})
        answer = self.call.attempt(sent.operation, *sent.ids, params=sent.params, json=sent.json)
        rows = self._commits()
        assert answer.status_code < 500
        if answer.is_error:
            assert is_declared(sent.operation, answer), f"{sent.operation} does not declare {answer.text[:200]}"
            left = leaves(sent.operation, answer)
            assert {row.kind for row in rows} == ({left} if left else set()), f"{sent.operation} was refused"
        assert max(Counter((row.kind, row.entity_id) for row in rows).values(), default=1) == 1
        self._learn(rows)
        if sent.made and answer.is_success:
            self.ids[sent.made] += made(sent, answer.json(), rows)
        return answer

    def _put(self, sent: Sent) -> str:
        """The key of an uploaded document; of none, where no address is given for it."""
        raw = json.dumps(sent.document).encode()
        given = self.send(Sent(sent.address, sent.ids, {"contentLengthBytes": len(raw)}))
        if given.is_error:
            return "none"
        place, http = given.json(), self.call.organisation.http
        request = http.build_request("PUT", place["url"], headers=place["headers"], content=raw)
        del request.headers["Authorization"]
        assert http.send(request).status_code == 200
        self._learn(self._commits())
        return str(place["uploadKey"])

    def check(self) -> None:
        """What must hold at the end: what reads back, under which version, and what is unique."""
        for name, kind in KINDS.items():
            for ids in dict.fromkeys(self.ids[kind.part_of or name]) if kind.read else ():
                self._check_one(name, kind, ids)
            if kind.listing:
                for parent in dict.fromkeys(self.ids[kind.parent]) if kind.parent else ((),):
                    self._check_unique(kind, parent)
        self._check_memberships()

    def _check_one(self, name: str, kind: Kind, ids: tuple[str, ...]) -> None:
        answer = self.call.attempt(kind.read, *ids, params=_SETTINGS if "settings" in kind.shows else None)
        key = (name, self._stored_id(name, ids))
        if answer.is_error:
            self.call("getUsers")  # what an asynchronous operation did is kept by the first request that is accepted
        self._learn(self._commits())
        is_there = self.stored.get((kind.part_of or name, key[1]), 0) > 0
        assert answer.is_success == is_there, f"{key}: {answer.status_code} {answer.text[:300]}"
        if answer.is_success and kind.shows:
            assert value_at(answer.json(), kind.shows) == self.shown.get(key, 0), f"{key} shows another version"

    def _check_unique(self, kind: Kind, parent: tuple[str, ...]) -> None:
        answer = self.call.attempt(kind.listing, *parent, params=None if kind.parent else _ALL)
        live = [found for found in answer.json().get("entities", []) if found.get("active", True) is not False]
        keys = [folded_name(found[kind.key]) for found in live]
        assert len(set(keys)) == len(keys), f"{kind.listing}: {keys}"

    def _check_memberships(self) -> None:
        """A user is in one team and in one management unit at most, and an external identifier is one user's."""
        for kind, operation in (("team", "getTeamMembers"), ("managementUnit", f"get{PLACE}Users")):
            answers = [self.call.attempt(operation, *ids).json() for ids in dict.fromkeys(self.ids[kind])]
            members = [user["id"] for answer in answers for user in answer.get("entities", [])]
            assert len(set(members)) == len(members), f"{kind}: {members}"
        answers = [self.call("getUserExternalid", *ids) for ids in dict.fromkeys(self.ids["directoryUser"])]
        pairs = [(found["authorityName"], found["externalKey"]) for answer in answers for found in answer]
        assert len(set(pairs)) == len(pairs), pairs

    def _commits(self) -> list[CommitRow]:
        """What was committed since the last look; past HTTP, because it is asked after every step."""
        rows = self._store.commits(self.call.organisation.id, self._sequence)
        self._sequence = rows[-1].sequence if rows else self._sequence
        return rows

    def _learn(self, rows: list[CommitRow]) -> None:
        for row in rows:
            key = (row.kind, row.entity_id)
            assert row.version_before == self.stored.get(key, 0), f"{key} was at another version"
            assert row.version_after in (None, row.version_before + 1), f"{key} did not move by one"
            self.stored[key] = row.version_after or 0
            moved_by = KINDS[row.kind].moved_by if row.kind in KINDS else ""
            if not row.version_after:
                self.shown.pop(key, None)
            elif not moved_by or moved_by in row.changed:
                self.shown[key] = self.shown.get(key, 0) + 1

    @staticmethod
    def _stored_id(kind: str, ids: tuple[str, ...]) -> str:
        """Activity codes count inside their unit."""
        return "/".join(ids) if kind == "activityCode" else ids[-1]


def made(sent: Sent, answer: Any, rows: list[CommitRow]) -> list[tuple[str, ...]]:
    """The path ids of what a request has made; what is made in a job may be answered without them."""
    if "timeOffRequests" in answer:
        return [(*sent.ids, found["user"]["id"], found["id"]) for found in answer["timeOffRequests"]]
    entity = answer.get("result") or answer
    new = [row.entity_id for row in rows if row.kind == sent.made and not row.version_before]
    if sent.made in OF_A_WEEK:
        return [(sent.ids[0], (sent.json or {}).get("weekDate", sent.ids[1]), entity_id) for entity_id in new]
    if "id" not in entity:
        return [(*sent.ids, entity_id) for entity_id in new]
    return [(*(sent.ids[:1] if KINDS[sent.made].parent else ()), entity["id"])]


def is_declared(operation_id: str, answer: httpx.Response) -> bool:
    """Whether a refusal is one that the operation's definition names, or one of a request's shape."""
    known = (*BEHAVIOURS[operation_id].refusals, *EVERYWHERE)
    return (answer.status_code, answer.json()["code"]) in {(refusal.status, refusal.code) for refusal in known}


def leaves(operation_id: str, answer: httpx.Response) -> str:
    """The kind of what this refusal leaves behind, as its definition says; empty for almost all."""
    found = {(refusal.status, refusal.code): refusal.leaves for refusal in BEHAVIOURS[operation_id].refusals}
    return found.get((answer.status_code, answer.json()["code"]), "")


Draw = Callable[[Machine, Step], Sent]
"""A request from a step."""
