"""What the tests of the dialect share: an organisation in process, few words for its requests, and its whole state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mockgc import Credentials, Emulator, Settings, create_app
from mockgc.resources.wfm_dialect import RESOURCES

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONDAY = "2026-11-30"
PATHS = ("users", "scheduletemplates", "users/groups", "schedules")
Shift = dict[str, Any]


def emulator(**settings: Any) -> Flask:
    """An emulator with the dialect's resources only, seed 7, clock frozen at NOW."""
    return create_app(Settings(**{"seed": 7, "freeze": NOW, **settings}), resources=RESOURCES)


@cache
def shared() -> Flask:
    """One emulator for all tests that leave its clock alone; each has an organisation of its own in it."""
    return emulator()


def shift(start: str = f"{MONDAY}T08:00:00+01:00", minutes: int = 480, code: str | None = None) -> Shift:
    """One shift of an import."""
    return {"start": start, "lengthMinutes": minutes, **({"activityCode": code} if code else {})}


class Caller:
    """A client of one organisation; `other()` is a second client of the same one."""

    def __init__(self, app: Flask | None = None, organisation: Credentials | None = None) -> None:
        self.app = app or shared()
        self.emulator: Emulator = self.app.extensions["mockgc"]
        self.organisation = organisation or self.emulator.create_organisation()
        self.http: FlaskClient = self.app.test_client()
        self.headers = {"Authorization": f"Bearer {self.emulator.issue_token(self.organisation.client_id)}"}

    def other(self, permissions: frozenset[str] | None = None) -> Caller:
        client = self.emulator.store.add_client(self.organisation.id, permissions)
        return Caller(self.app, Credentials(self.organisation.id, client.id, client.secret))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """A request below /api/v2/wfm, or to an absolute path."""
        where = path if path.startswith("/") else f"/api/v2/wfm/{path}"
        return self.http.open(where, method=method, json=body, headers={**self.headers, **headers})

    def raw(self, method: str, path: str, data: bytes, content_type: str = "application/json") -> TestResponse:
        """A request with these very bytes."""
        where = f"/api/v2/wfm/{path}"
        return self.http.open(where, method=method, data=data, content_type=content_type, headers=self.headers)

    def made(self, path: str, body: Any) -> Any:
        """What a create answers; it has to succeed."""
        answer = self.ask("POST", path, body)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_json()

    def user(self, name: str = "Ada", zone: str = "Europe/Paris", **more: Any) -> Any:
        email = more.pop("email", f"{name.lower()}@example.com")
        return self.made("users", {"name": name, "email": email, "timeZone": zone, **more})

    def template(self, name: str = "Early", zone: str = "Europe/Paris", **more: Any) -> Any:
        return self.made("scheduletemplates", {"name": name, "timeZone": zone, **more})

    def group(self, template: Any, users: Iterable[Any] = (), name: str = "Support", **more: Any) -> Any:
        members = [user["id"] for user in users]
        return self.made(
            "users/groups", {"name": name, "scheduleTemplateId": template["id"], "userIds": members, **more}
        )

    def switch(self, **switches: Any) -> None:
        answer = self.ask("PATCH", f"/_mockgc/organisations/{self.organisation.id}/switches", switches)
        assert answer.status_code == 200, answer.get_data(as_text=True)

    def control(self, part: str) -> Any:
        """GET of one part of the organisation: commits, journal, switches, baselines."""
        return self.ask("GET", f"/_mockgc/organisations/{self.organisation.id}/{part}").get_json()

    def state(self) -> Any:
        """Every live entity as it is read, and the commit log."""
        found: list[Any] = []
        for path in PATHS:
            for entity in self.ask("GET", f"{path}?pageSize=100").get_json()["entities"]:
                found.append(self.ask("GET", entity["selfUri"]).get_json())
        return found, self.control("commits")

    def explain(self, answer: TestResponse) -> Any:
        return self.ask("GET", f"/_mockgc/explain/{answer.headers['ININ-Correlation-Id']}").get_json()


def fields(answer: TestResponse) -> list[tuple[str, str | None]]:
    """(code, field) of each detail of an error body."""
    return [(detail["errorCode"], detail["fieldName"]) for detail in answer.get_json()["details"]]


def assert_error_body(answer: TestResponse) -> None:
    """The documented error body, complete and consistent with the answer."""
    body = answer.get_json()
    assert set(body) == {
        "message", "code", "status", "contextId", "messageWithParams", "messageParams", "details", "errors",
    }  # fmt: skip
    assert body["status"] == answer.status_code
    assert body["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert body["message"]
    assert body["errors"] == []
    for detail in body["details"]:
        assert set(detail) == {"errorCode", "fieldName", "entityId", "entityName"}


class Week:
    """A template, two members, a group, and imports into one week."""

    def __init__(self, caller: Caller | None = None, **template: Any) -> None:
        self.caller = caller or Caller()
        self.ada, self.bob = self.caller.user("Ada"), self.caller.user("Bob")
        self.template = self.caller.template(**template)
        self.group = self.caller.group(self.template, [self.ada, self.bob])

    def body(self, agents: dict[str, list[Shift]], version: int | None = None, **more: Any) -> dict[str, Any]:
        batch = [{"userId": user_id, "shifts": shifts} for user_id, shifts in agents.items()]
        where = {"groupId": self.group["id"], "scheduleTemplateId": self.template["id"], "weekDate": MONDAY}
        return {**where, "agents": batch, "version": version, **more}

    def send(self, agents: dict[str, list[Shift]], version: int | None = None, **more: Any) -> TestResponse:
        return self.caller.ask("POST", "schedules", self.body(agents, version, **more))

    def template_version(self) -> int:
        version: int = self.caller.ask("GET", self.template["selfUri"]).get_json()["version"]
        return version
