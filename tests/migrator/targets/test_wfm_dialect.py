"""Reading the target: all pages, in an order that other runs cannot tear."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest

from migrator.current import Current, Live
from migrator.errors import PreflightFailed
from migrator.targets.session import Credentials, Limits
from migrator.targets.wfm_dialect import PAGE_SIZE, PATHS, Target
from tests.migrator.virtual import VirtualTime

T = TypeVar("T")


class Listings:
    """A target that holds these users, and nothing else."""

    def __init__(self, user_count: int = 0, refusal: httpx.Response | None = None) -> None:
        self.users = [
            {"id": str(number), "version": 1, "name": "A", "email": f"{number}@example.com"}
            for number in range(user_count)
        ]
        self.refusal = refusal
        self.queries: list[tuple[str, dict[str, str]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t"})
        if self.refusal is not None:
            return self.refusal
        query = dict(request.url.params)
        self.queries.append((request.url.path, query))
        found = self.users if request.url.path == PATHS["user"] else []
        found = [one for one in found if query.get("email", one["email"]) == one["email"] and "externalId" not in query]
        size, number = int(query["pageSize"]), int(query["pageNumber"])
        more = "next" if number * size < len(found) else None
        return httpx.Response(200, json={"entities": found[(number - 1) * size : number * size], "nextUri": more})

    def run(self, use: Callable[[Target], Awaitable[T]]) -> T:
        async def main() -> T:
            time = VirtualTime()
            transport = httpx.MockTransport(self)
            async with Target(
                lambda: httpx.AsyncClient(transport=transport, base_url="http://target/"),
                Credentials("client", "secret"),
                clock=time.clock(),
                sleep=time.sleep,
                randomness=lambda: 0.5,
                limits=Limits(attempts_max=2),
            ) as target:
                return await use(target)

        return asyncio.run(main())


async def read_all(target: Target) -> Current:
    return await target.read_all()


@pytest.mark.parametrize("user_count", [0, 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE])
def test_all_pages_are_read(user_count: int) -> None:
    assert len(list(Listings(user_count).run(read_all).all("user"))) == user_count


def test_what_refers_is_read_before_what_it_refers_to() -> None:
    listings = Listings()
    listings.run(read_all)
    assert [path for path, _ in listings.queries] == [
        PATHS[k] for k in ("schedule", "group", "scheduleTemplate", "user")
    ]


def test_a_holder_is_looked_up_by_its_mark_and_then_by_its_natural_key() -> None:
    listings = Listings(3)

    async def find(target: Target) -> list[Live]:
        return await target.find("user", "zendesk:user:9", {"email": "2@example.com"})

    (found,) = listings.run(find)
    assert found.id == "2"
    assert [set(query) & {"externalId", "email"} for _, query in listings.queries] == [{"externalId"}, {"email"}]


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        (httpx.Response(403, json={"code": "missing.permissions", "message": "no right to view"}), "no right to view"),
        (httpx.Response(404, json={}), "404"),
        (httpx.Response(200, text="<html>"), "is the address right"),
        (httpx.Response(200, json={"hello": "world"}), "is its address right"),
        (httpx.Response(302), "302"),
        (httpx.Response(503), "503"),
    ],
)
def test_a_target_that_cannot_be_read_fails_the_preflight(refusal: httpx.Response, why: str) -> None:
    with pytest.raises(PreflightFailed, match=why):
        Listings(refusal=refusal).run(read_all)


def test_the_address_is_named_without_a_slash_at_its_end() -> None:
    async def address(target: Target) -> Any:
        return target.base_url

    assert Listings().run(address) == "http://target"
