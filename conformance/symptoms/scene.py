"""
The stage of a symptom: a fresh organisation, a client whose requests are written down, and checks of what is claimed.

A symptom is a function over a `Scene`. It prepares (`given`), runs into the refusal (`refused` checks status, code and
field), and shows the cure (`cure`, then `accepted`). A check that fails ends it with `NotAsClaimed`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import httpx

from conformance.final_state import GROUPS, PATHS, SCHEDULES, TEMPLATES, USERS
from conformance.target import CORRELATION_ID, Client, Control

JSON = dict[str, Any]
WEEK = "2026-11-30"


class NotAsClaimed(Exception):
    """The symptom did not appear as the catalogue says, or the cure did not work."""


class Part(StrEnum):
    """What a request is there for."""

    GIVEN = "given"
    SYMPTOM = "symptom"
    CURE = "cure"


@dataclass(frozen=True, slots=True)
class Symptom:
    """
    An entry of the catalogue.

    Args:
        name: on the command line.
        title: what people see.
        code: of the refusal.
        cure: what to do, one sentence.
        play: the small client.
    """

    name: str
    title: str
    code: str
    cure: str
    play: Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Line:
    """
    One request of the transcript; ids are replaced by what they name.

    Args:
        details: the fields at fault.
        made: name of the entity that was asked for, and its zone where it has one.
    """

    part: Part
    method: str
    path: str
    sent: str
    headers: Mapping[str, str]
    status: int
    code: str
    message: str
    details: tuple[str, ...]
    context_id: str
    made: str = ""

    def as_dict(self) -> JSON:
        """The line as JSON."""
        return {
            "part": str(self.part), "method": self.method, "path": self.path, "sent": self.sent,
            "headers": dict(self.headers), "status": self.status, "code": self.code, "message": self.message,
            "details": list(self.details), "contextId": self.context_id,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Played:
    """
    A symptom that has been played.

    Args:
        failure: why it is not as claimed; empty when it is.
        explanation: the emulator's, of the refusal.
    """

    symptom: Symptom
    transcript: tuple[Line, ...]
    explanation: JSON
    failure: str = ""

    @property
    def verdict(self) -> Literal["pass", "fail"]:
        """Whether it reproduced and the cure worked."""
        return "fail" if self.failure else "pass"

    def as_dict(self) -> JSON:
        """The symptom as JSON."""
        return {
            "name": self.symptom.name, "title": self.symptom.title, "verdict": self.verdict, "failure": self.failure,
            "transcript": [line.as_dict() for line in self.transcript], "cause": self.explanation,
            "cure": self.symptom.cure,
        }  # fmt: skip


def play(symptom: Symptom, http: httpx.Client) -> Played:
    """Play a symptom in an organisation of its own."""
    control = Control(http)
    credentials = control.create_organisation(symptom.name)
    scene = Scene(symptom, control, credentials.organisation_id, Client(http, credentials))
    try:
        symptom.play(scene)
        scene.check_complete()
    except NotAsClaimed as failure:
        return Played(symptom, tuple(scene.transcript), scene.explanation, str(failure))
    return Played(symptom, tuple(scene.transcript), scene.explanation)


@dataclass(slots=True)
class Scene:
    """The client of one symptom."""

    symptom: Symptom
    control: Control
    organisation_id: str
    client: Client
    transcript: list[Line] = field(default_factory=list)
    explanation: JSON = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    part: Part = Part.GIVEN
    cured: bool = False

    def user(self, name: str, zone: str = "Europe/Paris", **fields: str) -> str:
        """Given: a user with this name; gives its id."""
        body = {"name": name, "email": f"{name.lower()}@example.com", "timeZone": zone, **fields}
        return str(self.given(USERS, body)["id"])

    def template(self, name: str, zone: str = "Europe/Paris") -> JSON:
        """Given: a schedule template."""
        return self.given(TEMPLATES, {"name": name, "timeZone": zone})

    def group(self, name: str, template: JSON, members: Sequence[str] = (), **fields: str) -> JSON:
        """Given: a group."""
        return self.given(GROUPS, group_body(name, template["id"], members, **fields))

    def given(self, kind: str, body: JSON) -> JSON:
        """Create an entity that the symptom needs; refusal is a failure."""
        return self.prepared("POST", PATHS[kind], body)

    def prepared(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """A request that the symptom needs to have succeeded."""
        answer = self._send(method, path, body)
        if not answer.is_success:
            raise NotAsClaimed(f"the setting could not be made: {answer.status_code} {answer.text[:200]}")
        made: JSON = answer.json()
        return made

    def fault(self, effect: JSON, method: str, path: str, **budget: int) -> None:
        """Given: the vendor does this to these requests; `first=1` when nothing else is said."""
        match = {"method": method, "path": path}
        rule = {"name": self.symptom.name, "match": match, "effect": effect, "budget": budget or {"first": 1}}
        self.control.add_fault(self.organisation_id, rule)

    def wait(self, seconds: float) -> None:
        """Let time pass, on the organisation's clock."""
        self.control.advance(self.organisation_id, seconds)

    def ask(self, method: str, path: str, body: JSON | None = None, **headers: str) -> httpx.Response:
        """A request of the story, before or after the refusal."""
        self.part = Part.CURE if self.part is Part.CURE else Part.SYMPTOM
        return self._send(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def refused(self, answer: httpx.Response, at: str | None, status: int = 409) -> None:
        """Check that this is the refusal of the catalogue, at this field (None: the entity itself), and ask why."""
        body: JSON = answer.json() if answer.content else {}
        seen = (answer.status_code, body.get("code"), [detail.get("fieldName") for detail in body.get("details", ())])
        if seen[:2] != (status, self.symptom.code) or at not in (seen[2] or [None]):
            raise NotAsClaimed(f"expected {status} {self.symptom.code} at {at}, got {seen[0]} {seen[1]} at {seen[2]}")
        self.explanation = self.control.explain(body["contextId"])
        if self.explanation["outcome"] != "refused" or not self.explanation["nextStep"]:
            raise NotAsClaimed("explain gives no next step for the refusal")
        self.part = Part.CURE

    def accepted(self, answer: httpx.Response) -> JSON:
        """Check that the cure works; gives the body of the answer."""
        if not answer.is_success:
            raise NotAsClaimed(f"the cure was refused: {answer.status_code} {answer.text[:200]}")
        self.cured = True
        body: Any = answer.json() if answer.content else {}
        return body if isinstance(body, dict) else {"entities": body}

    def check(self, claim: bool, otherwise: str) -> None:
        """Check anything else that the symptom claims."""
        if not claim:
            raise NotAsClaimed(otherwise)

    def check_complete(self) -> None:
        """A symptom shows a refusal and a cure."""
        self.check(bool(self.explanation), "nothing was refused")
        self.check(self.cured, "no cure was shown")

    def _send(
        self, method: str, path: str, body: JSON | None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        answer = self.client.request(method, path, body, headers)
        found: Any = answer.json() if answer.content else {}
        found = found if isinstance(found, dict) else {}
        self.transcript.append(self._line(method, path, body, headers or {}, answer, found))
        if "name" in found and "id" in found:
            self.names[found["id"]] = found["name"]
        return answer

    def _line(
        self, method: str, path: str, body: JSON | None, headers: Mapping[str, str], answer: httpx.Response, found: JSON
    ) -> Line:
        is_error = answer.status_code >= 400
        details = tuple(d["fieldName"] for d in found.get("details", ()) if d.get("fieldName")) if is_error else ()
        return Line(
            self.part, method, self._named(path), self._shown(body) if body is not None else "", headers,
            answer.status_code, found.get("code", "") if is_error else "", found.get("message", "") if is_error else "",
            details, answer.headers.get(CORRELATION_ID, ""), _made(body or {}),
        )  # fmt: skip

    def _named(self, text: str) -> str:
        for entity_id, name in self.names.items():
            text = text.replace(entity_id, f"‹{name}›")
        return text

    def _shown(self, body: JSON) -> str:
        if "agents" not in body:
            return self._named(json.dumps(body, ensure_ascii=False))
        version = f'"version": {body["version"]}, ' if "version" in body else ""
        agents = ", ".join(f"{agent['userId']} {_span(agent['shifts'])}" for agent in body["agents"])
        return self._named(f'{{{version}"agents": [{agents}], …}}')


def _made(body: JSON) -> str:
    zone = body.get("timeZone")
    return f"{body.get('name', '')}{f' ({zone})' if zone else ''}"


def _span(shifts: Sequence[JSON]) -> str:
    return " and ".join(f"{shift['start']} +{shift['lengthMinutes']} min" for shift in shifts)


def group_body(name: str, template_id: str, members: Sequence[str] = (), **fields: str | int) -> JSON:
    """A group as it is created or replaced."""
    return {"name": name, "scheduleTemplateId": template_id, "userIds": list(members), **fields}


def week_of(group: JSON, user_ids: Sequence[str], start: str = f"{WEEK}T08:00:00Z", **fields: Any) -> JSON:
    """One batch: each user works eight hours from `start`."""
    shifts = [{"start": start, "lengthMinutes": 480}]
    return batch(group, [{"userId": user_id, "shifts": shifts} for user_id in user_ids], **fields)


def batch(group: JSON, agents: Sequence[JSON], **fields: Any) -> JSON:
    """An import into the group's week."""
    triple = {"groupId": group["id"], "scheduleTemplateId": group["scheduleTemplateId"], "weekDate": WEEK}
    return {**triple, **fields, "agents": list(agents)}


SCHEDULES_PATH, GROUPS_PATH, TEMPLATES_PATH, USERS_PATH = (PATHS[k] for k in (SCHEDULES, GROUPS, TEMPLATES, USERS))
