"""
The target `/api/v2/wfm`: list what it has, read one thing again, send one write. One typed method an operation.

Source: the project's specification of the dialect; listings hold at most 100 entities a page in order of creation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any

from migrator.canonical import Fields
from migrator.clock import Clock, Randomness, Sleep
from migrator.current import Current, Live, live
from migrator.desired import KINDS, Kind, Ref
from migrator.errors import PreflightFailed, TargetUnavailable
from migrator.matching import NATURAL_FIELDS
from migrator.targets.session import Answer, ClientFactory, Credentials, Limits, Session

PATHS: Mapping[Kind, str] = {
    "user": "/api/v2/wfm/users",
    "scheduleTemplate": "/api/v2/wfm/scheduletemplates",
    "group": "/api/v2/wfm/users/groups",
    "schedule": "/api/v2/wfm/schedules",
}
PAGE_SIZE = 100
IMPORT_AGENTS_MAX = 1_000
_DEFAULT_LIMITS = Limits()


class Target:
    """
    One organisation of the dialect; an async context manager that owns its HTTP client.

    Args:
        client_factory: makes the HTTP client; its base URL is the target.
        clock, sleep, randomness: injected, so that it runs unchanged in a simulation.
    """

    def __init__(
        self,
        client_factory: ClientFactory,
        credentials: Credentials,
        *,
        clock: Clock,
        sleep: Sleep,
        randomness: Randomness,
        limits: Limits = _DEFAULT_LIMITS,
    ) -> None:
        self.session = Session(
            client_factory, credentials, clock=clock, sleep=sleep, randomness=randomness, limits=limits
        )  # fmt: skip

    @property
    def base_url(self) -> str:
        """The target's address without a slash at the end."""
        return self.session.base_url

    async def __aenter__(self) -> Target:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.session.__aexit__(kind, error, at)

    async def read_all(self) -> Current:
        """
        Every entity of the four kinds; of schedules the summaries.

        What refers is read before what it refers to: so whatever another run makes meanwhile, no entity is seen without
        those that it needs.

        Raises:
            PreflightFailed: bad credentials, no permission to view, or nothing that answers like the dialect.
        """
        try:
            return Current([entity for kind in reversed(KINDS) for entity in await self.listing(kind)])
        except TargetUnavailable as error:
            raise PreflightFailed(str(error)) from error

    async def listing(self, kind: Kind, filters: Mapping[str, str] | None = None) -> list[Live]:
        """All pages of a kind; raises PreflightFailed when it may not be read, TargetUnavailable without an answer."""
        return [live(kind, body) async for body in self._pages(kind, filters or {})]

    async def get(self, kind: Kind, entity_id: str) -> Live | None:
        """One entity with its members, None when there is none; raises TargetUnavailable without an answer."""
        answer = await self.session.read(f"{PATHS[kind]}/{entity_id}")
        if answer.status == 404:
            return None
        _raise_refused(answer)
        return live(kind, answer.body)

    async def find(self, kind: Kind, key: str, fields: Fields) -> list[Live]:
        """
        Who holds the externalId, or else the natural key; with members.

        Args:
            fields: own fields with ids in the place of refs.
        """
        found = await self.listing(kind, {"externalId": key})
        parts = {name: fields.get(name) for name in NATURAL_FIELDS[kind]}
        if not found and not any(part is None or isinstance(part, Ref) for part in parts.values()):
            found = await self.listing(kind, {name: str(part) for name, part in parts.items()})
        if kind != "schedule":
            return found
        whole = [await self.get(kind, entity.id) for entity in found]
        return [entity for entity in whole if entity is not None]

    async def create(self, kind: Kind, body: Fields) -> Answer:
        """POST one entity."""
        return await self.session.write("POST", PATHS[kind], body)

    async def replace(self, kind: Kind, entity_id: str, version: int, body: Fields) -> Answer:
        """PUT the whole entity under the version last read."""
        return await self.session.write("PUT", f"{PATHS[kind]}/{entity_id}", {**body, "version": version})

    async def import_week(self, body: Fields) -> Answer:
        """POST agents into a schedule; `version` in the body, when there is one, is the schedule template's."""
        return await self.session.write("POST", PATHS["schedule"], body)

    async def _pages(self, kind: Kind, filters: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
        number = 1
        while True:
            params: dict[str, str | int] = {"pageSize": PAGE_SIZE, "pageNumber": number, **filters}
            answer = await self.session.read(PATHS[kind], params)
            _raise_refused(answer)
            for body in answer.body["entities"]:
                yield body
            if not answer.body.get("nextUri"):
                return
            number += 1


def _raise_refused(answer: Answer) -> None:
    if answer.outcome != "ok":
        hint = " (the client needs the permissions to view and edit)" if answer.status == 403 else ""
        raise PreflightFailed(f"the target refuses to be read: {answer.message}{hint}")
    if not isinstance(answer.body, Mapping) or ("entities" not in answer.body and "id" not in answer.body):
        raise PreflightFailed("the target does not answer like the /api/v2/wfm dialect; is its address right?")
