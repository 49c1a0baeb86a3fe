"""
A small sound migrator in plain httpx, and variations of it with one known bug each.

They know nothing of the real migrator: `Sound` shows what it takes, each subclass the mistake that its name says.
`SCRIPTS` names them; the suite is expected to catch every one (`test_broken_migrators.py`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from conformance.checkers.journal import entries_of
from conformance.final_state import PATHS
from conformance.simulation import Process
from tests.simulation.migration import JOURNAL
from tests.simulation.trial import Program
from tests.simulation.world import World

Body = dict[str, Any]
WEEK = "2026-11-30"
SHIFTS = [{"start": "2026-11-30T07:00:00Z", "lengthMinutes": 480}]
ZONE = {"timeZone": "Europe/Paris"}


class GaveUp(Exception):
    """Bounded attempts are used up."""


class Sound:
    """Looks before it writes, compares what it finds, and takes every doubt back to a read."""

    attempts_max = 12

    def __init__(self, world: World, agents: tuple[int, ...], process: Process) -> None:
        self.agents, self.process, self.credentials = agents, process, world.credentials(process.name)
        self.client = process.client(timeout=30)
        self.token: str | None = None

    async def main(self) -> None:
        """Template, users, group, then one batch an agent."""
        async with self.client:
            await self.start()
            template = await self.ensure("scheduleTemplate", {"name": "Early", "externalId": "t", **ZONE})
            users = [await self.ensure("user", self.user(agent)) for agent in self.agents]
            group = {"name": "Support", "externalId": "g", "scheduleTemplateId": template["id"]}
            found = await self.ensure("group", {**group, "userIds": [user["id"] for user in users]})
            for user in users:
                await self.import_week(found, user)

    async def start(self) -> None:
        """Cut the torn last line off that a crash may have left; the entry was not durable."""
        data = self.process.disk.read(JOURNAL)
        self.process.disk.truncate(JOURNAL, data.rfind(b"\n") + 1)

    def user(self, agent: int) -> Body:
        """An agent's body."""
        return {"name": f"Ann {agent}", "email": f"{agent}@example.com", "externalId": f"u{agent}", **ZONE}

    async def ensure(self, kind: str, body: Body) -> Body:
        """Create, or bring up to date, until it is known to be as wanted."""
        for attempt in range(self.attempts_max):
            found = await self.find(kind, body)
            wanted = self.merged(found, body) if found else body
            if found is not None and wanted == found:
                return found
            answer = await self.write(kind, found, wanted)
            if answer is not None and answer.status_code < 300:
                return dict(answer.json())
            await asyncio.sleep(attempt)
        raise GaveUp(kind)

    async def find(self, kind: str, body: Body) -> Body | None:
        """By externalId."""
        answer = await self.request("GET", PATHS[kind], params={"externalId": body["externalId"]})
        entities = answer.json()["entities"] if answer else []
        return entities[0] if entities else None

    def merged(self, found: Body, body: Body) -> Body:
        """Theirs with our fields; members united."""
        wanted = {**found, **body}
        if "userIds" in found:
            wanted["userIds"] = [*found["userIds"], *(user for user in body["userIds"] if user not in found["userIds"])]
        return wanted

    async def import_week(self, group: Body, user: Body) -> None:
        """One agent's week, without a version: nothing existing is overwritten."""
        template_id = group["scheduleTemplateId"]
        batch = {"groupId": group["id"], "scheduleTemplateId": template_id, "weekDate": WEEK}
        body = {**batch, "agents": [{"userId": user["id"], "shifts": SHIFTS}]}
        for attempt in range(self.attempts_max):
            answer = await self.write("schedule", None, body)
            if answer is not None and answer.status_code < 300:
                return
            await asyncio.sleep(attempt)
        raise GaveUp("schedule")

    async def write(self, kind: str, found: Body | None, body: Body) -> httpx.Response | None:
        """Intent, send, outcome; None when it is not known what happened."""
        name = f"{kind} {body.get('externalId') or body['agents'][0]['userId']}"
        self.note(type="intent", id=name)
        method, path = ("PUT", f"{PATHS[kind]}/{found['id']}") if found else ("POST", PATHS[kind])
        answer = await self.request(method, path, json=body)
        self.note(type="outcome", id=name, **self.outcome(answer))
        return answer

    def outcome(self, answer: httpx.Response | None) -> Body:
        """What the journal says of an answer."""
        if answer is None:
            return {"outcome": "unknown"}
        context_id = answer.headers.get("ININ-Correlation-Id")
        return {"outcome": "ok" if answer.status_code < 300 else "fail", "contextId": context_id}

    def note(self, **entry: object) -> None:
        """One durable line."""
        self.process.write(JOURNAL, json.dumps(entry).encode() + b"\n")

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        """Send again what certainly did nothing; None when a write's outcome is unknown."""
        for _ in range(self.attempts_max):
            try:
                headers = {"Authorization": f"Bearer {await self.bearer()}"}
                answer = await self.client.request(method, path, headers=headers, **options)
            except httpx.ConnectError:
                continue
            except httpx.HTTPError:
                if method == "GET":
                    continue
                return None
            if answer.status_code == 401:
                self.token = None
            elif answer.status_code == 429:
                await self.wait(answer)
            elif answer.status_code < 500:
                return answer
            elif method != "GET":
                return None
        raise GaveUp(path)

    async def wait(self, answer: httpx.Response) -> None:
        """As long as the answer asks."""
        await asyncio.sleep(float(answer.headers["Retry-After"]))

    async def bearer(self) -> str:
        """A token, fetched when there is none."""
        while self.token is None:
            auth = httpx.BasicAuth(self.credentials.client_id, self.credentials.client_secret)
            try:
                answer = await self.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth)
            except httpx.HTTPError:
                continue
            if answer.status_code == 200:
                self.token = str(answer.json()["access_token"])
            elif answer.status_code == 429:
                await self.wait(answer)
        return self.token


class CheckThenCreate(Sound):
    """A 409 on a create is fatal, although it only says that somebody was first."""

    async def write(self, kind: str, found: Body | None, body: Body) -> httpx.Response | None:
        answer = await super().write(kind, found, body)
        if answer is not None and answer.status_code == 409 and found is None:
            answer.raise_for_status()
        return answer


class LastWriterWins(Sound):
    """On a stale version it takes the new version and sends its old body again."""

    async def write(self, kind: str, found: Body | None, body: Body) -> httpx.Response | None:
        answer = await super().write(kind, found, body)
        while found is not None and answer is not None and answer.status_code == 409:
            now = await self.find(kind, body)
            assert now is not None
            answer = await super().write(kind, found, {**body, "version": now["version"]})
        return answer


class ConflictMeansSuccess(Sound):
    """Any 409 means that it is already done."""

    async def ensure(self, kind: str, body: Body) -> Body:
        found = await self.find(kind, body)
        wanted = self.merged(found, body) if found else body
        if found is not None and wanted == found:
            return found
        answer = await self.write(kind, found, wanted)
        if answer is not None and answer.status_code == 409:
            return await self.find(kind, body) or body
        return await super().ensure(kind, body)

    async def import_week(self, group: Body, user: Body) -> None:
        answer = await self.request("GET", PATHS["schedule"], params={"groupId": group["id"]})
        if answer is not None and "id" in group and "id" in user:
            batch = {"groupId": group["id"], "scheduleTemplateId": group["scheduleTemplateId"], "weekDate": WEEK}
            sent = await self.write("schedule", None, {**batch, "agents": [{"userId": user["id"], "shifts": SHIFTS}]})
            if sent is None:
                await super().import_week(group, user)


class KeyFromTheClock(Sound):
    """The externalId says when the run was, so no run recognises another one's work."""

    async def find(self, kind: str, body: Body) -> Body | None:
        key = {"email": body["email"]} if kind == "user" else {"name": body["name"]}
        answer = await self.request("GET", PATHS[kind], params=key)
        entities = answer.json()["entities"] if answer else []
        return entities[0] if entities else None

    def user(self, agent: int) -> Body:
        return {**super().user(agent), "externalId": f"u{agent}-{self.process.name}-{self.process.now():.0f}"}


class VersionReadOnce(Sound):
    """The complaint: the template's version is read once and sent with every batch."""

    version: int | None = None

    async def import_week(self, group: Body, user: Body) -> None:
        if self.version is None:
            answer = await self.request("GET", f"{PATHS['scheduleTemplate']}/{group['scheduleTemplateId']}")
            assert answer is not None
            self.version = answer.json()["version"]
        await super().import_week(group, user)

    async def write(self, kind: str, found: Body | None, body: Body) -> httpx.Response | None:
        versioned = {**body, "version": self.version} if kind == "schedule" else body
        return await super().write(kind, found, versioned)


class AdoptsUncompared(Sound):
    """What is found under the key is taken for done, whatever it holds."""

    def merged(self, found: Body, _body: Body) -> Body:
        return found


class JournalsLate(Sound):
    """The intent is written when the answer is there."""

    async def write(self, kind: str, found: Body | None, body: Body) -> httpx.Response | None:
        held: list[Mapping[str, object]] = []
        note, self.note = self.note, lambda **entry: held.append(entry)  # type: ignore[method-assign]
        try:
            return await super().write(kind, found, body)
        finally:
            self.note = note  # type: ignore[method-assign]
            for entry in held:
                self.note(**entry)


class JournalsTooEarly(Sound):
    """The outcome is written before it is known, and a restart believes it."""

    async def start(self) -> None:
        await super().start()
        lines = entries_of(self.process.disk.read(JOURNAL))
        self.done = {entry["id"] for entry in lines if entry.get("outcome") == "ok"}

    async def import_week(self, group: Body, user: Body) -> None:
        name = f"schedule {user['id']}"
        if name in self.done:
            return
        self.note(type="intent", id=name)
        self.note(type="outcome", id=name, outcome="ok", found=True)
        await super().import_week(group, user)


class WritesOnTornLines(Sound):
    """A restart goes on writing where the crash has torn the last line."""

    async def start(self) -> None:
        return None


class Impatient(Sound):
    """Told to wait, it asks again at once."""

    async def wait(self, _answer: httpx.Response) -> None:
        return None


class NeverGivesUp(Sound):
    """Tries again for ever, without a pause."""

    async def import_week(self, group: Body, user: Body) -> None:
        while True:
            answer = await self.request("GET", PATHS["schedule"], params={"groupId": group["id"]})
            if answer is not None and not answer.json()["entities"]:
                return await super().import_week(group, user)
            if answer is not None and len(self.agents) == 1:
                return None


class DeletesWhatIsInTheWay(Sound):
    """A refused group is deleted and made again."""

    async def write(self, kind: str, found: Body | None, body: Body) -> httpx.Response | None:
        answer = await super().write(kind, found, body)
        if answer is not None and answer.status_code == 409 and kind == "user":
            holder = await self.find(kind, body)
            if holder is not None:
                await self.request("DELETE", f"{PATHS[kind]}/{holder['id']}")
        return answer


SCRIPTS: dict[str, type[Sound]] = {
    "check-then-create with fatal 409": CheckThenCreate,
    "last writer wins": LastWriterWins,
    "409 means success": ConflictMeansSuccess,
    "a key made from the time of day": KeyFromTheClock,
    "version read once and kept": VersionReadOnce,
    "adopt without comparing": AdoptsUncompared,
    "journal written after the send": JournalsLate,
    "outcome recorded before it is known": JournalsTooEarly,
    "writes on after a torn line": WritesOnTornLines,
    "asks again before Retry-After": Impatient,
    "never gives up": NeverGivesUp,
    "deletes what is in the way": DeletesWhatIsInTheWay,
}


def program(world: World, script: type[Sound], agents: tuple[int, ...]) -> Program[None]:
    """The script as a program for the wire; each life makes a new one."""

    async def life(process: Process) -> None:
        await script(world, agents, process).main()

    return life
