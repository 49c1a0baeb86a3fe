"""What tests of week schedules start from: a unit with agents, documents, and the three steps of an upload."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx
from flask import Flask

from tests.mockgc.resources.published_behaviour import Caller
from tests.mockgc.resources.units import agents_of, business_unit_of, management_unit_of

WEEK = "2026-11-30"
SCHEDULES = "WorkforcemanagementBusinessunitWeekSchedule"


@dataclass(frozen=True, slots=True)
class Desk:
    """A business unit in Paris with one management unit and two agents."""

    call: Caller
    unit: str
    home: str
    agents: list[str]

    def blank(self, week: str = WEEK, weeks: int = 1, description: str = "Draft") -> dict[str, Any]:
        """A new blank schedule."""
        body = {"description": description, "weekCount": weeks}
        made: dict[str, Any] = self.call(f"post{SCHEDULES}s", self.unit, week, expect=201, json=body)
        return made

    def read(self, schedule: dict[str, Any]) -> Any:
        """The schedule as it is now, with its agents."""
        params = {"expand": "managementUnits.agents"}
        return self.call(f"get{SCHEDULES}", self.unit, schedule["weekDate"], schedule["id"], params=params)

    def listed(self, week: str = WEEK, **params: str) -> list[Any]:
        """The schedules of a week."""
        found: list[Any] = self.call(f"get{SCHEDULES}s", self.unit, week, params=params)["entities"]
        return found

    def agents_in(self, schedule: dict[str, Any], **body: Any) -> list[Any]:
        """What the agents do in a schedule."""
        ids = (self.unit, schedule["weekDate"], schedule["id"])
        query = {"managementUnitId": self.home, **body}
        found = self.call(f"post{SCHEDULES}AgentschedulesQuery", *ids, json=query)
        schedules: list[Any] = found["result"]["agentSchedules"]
        return schedules

    def import_(self, document: Any, week: str = WEEK) -> Any:
        """The three steps of an import; the answer of the last."""
        key = self.put(f"post{SCHEDULES}sImportUploadurl", (self.unit, week), document)
        return self.call(f"post{SCHEDULES}sImport", self.unit, week, expect=202, json={"uploadKey": key})

    def update(self, schedule: dict[str, Any], document: Any) -> Any:
        """The three steps of an update; the answer of the last."""
        ids = (self.unit, schedule["weekDate"], schedule["id"])
        key = self.put(f"post{SCHEDULES}UpdateUploadurl", ids, document)
        return self.call(f"post{SCHEDULES}Update", *ids, expect=202, json={"uploadKey": key})

    def put(self, operation: str, ids: tuple[str, ...], document: Any) -> str:
        """Asks for an address and puts the document there."""
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        given = self.call(operation, *ids, expect=201, json={"contentLengthBytes": len(raw)})
        assert self.send(given["url"], given["headers"], raw).status_code == 200
        return str(given["uploadKey"])

    def send(self, url: str, headers: dict[str, str], raw: bytes, method: str = "PUT") -> httpx.Response:
        """One request without the token."""
        http = self.call.organisation.http
        request = http.build_request(method, url, headers=headers, content=raw)
        del request.headers["Authorization"]
        return http.send(request)


def desk(app: Flask | None = None) -> Desk:
    """A fresh organisation with its desk, in this emulator or in one of its own."""
    call = Caller(app)
    unit = business_unit_of(call)["id"]
    home = management_unit_of(call, unit)["id"]
    return Desk(call, unit, home, agents_of(call, home, "ann", "bob"))


def activity(start: str, minutes: int = 60, code: str = "0", **more: Any) -> dict[str, Any]:
    """One activity of a shift."""
    return {"activityCodeId": code, "startDate": start, "lengthMinutes": minutes, "description": "", **more}


def agent(user_id: str, *starts: str, **more: Any) -> dict[str, Any]:
    """An agent with a shift of one activity at each start."""
    return {"userId": user_id, "shifts": [{"activities": [activity(start)]} for start in starts], **more}


def document(*agents: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An import."""
    return {"description": "Imported", "weekCount": 1, "agentSchedules": list(agents), **more}


def change(version: int, *agents: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An update under a version."""
    return {"metadata": {"version": version}, "agentSchedules": list(agents), **more}
