"""One token, one budget, three outcomes; secrets stay inside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import httpx
import pytest

from migrator.errors import CredentialsRefused, TargetUnavailable
from migrator.targets.session import Answer, Credentials, Limits, Session
from tests.migrator.virtual import VirtualTime

T = TypeVar("T")
SECRET = "s3cret-value"
Reply = httpx.Response | httpx.TransportError


class Scripted:
    """A target that answers token requests, and other requests from a list."""

    def __init__(self, replies: Iterable[Reply] = (), token_replies: Iterable[Reply] = ()) -> None:
        self.replies, self.token_replies = list(replies), list(token_replies)
        self.requests: list[httpx.Request] = []
        self.token_count = 0
        self.time = VirtualTime()
        self.sent_at: list[float] = []
        self.expired: set[str] = set()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)  # So that requests of several workers are under way together.
        if request.url.path == "/oauth/token":
            self.token_count += 1
            token = {"access_token": f"token-{self.token_count}", "token_type": "bearer", "expires_in": 86400}
            return _played(self.token_replies, httpx.Response(200, json=token))
        self.requests.append(request)
        self.sent_at.append(self.time.now_s)
        if request.headers["Authorization"] in self.expired:
            return httpx.Response(401)
        return _played(self.replies, httpx.Response(200, json={"id": "x"}))

    def run(self, use: Callable[[Session], Awaitable[T]], **limits: Any) -> T:
        async def main() -> T:
            transport = httpx.MockTransport(self)
            session = Session(
                lambda: httpx.AsyncClient(transport=transport, base_url="http://target"),
                Credentials("client", SECRET),
                clock=self.time.clock(),
                sleep=self.time.sleep,
                randomness=lambda: 0.5,
                limits=Limits(**limits),
            )
            async with session:
                return await use(session)

        return asyncio.run(main())


def _played(replies: list[Reply], otherwise: httpx.Response) -> httpx.Response:
    reply = replies.pop(0) if replies else otherwise
    if isinstance(reply, httpx.TransportError):
        raise reply
    return reply


async def write(session: Session) -> Answer:
    return await session.write("POST", "/things", {"a": 1})


async def read(session: Session) -> Answer:
    return await session.read("/things")


async def many_reads(session: Session) -> list[Answer]:
    return await asyncio.gather(*(session.read("/things") for _ in range(8)))


def test_the_token_is_fetched_once_for_all_workers() -> None:
    target = Scripted()
    target.run(many_reads)
    assert target.token_count == 1
    assert {request.headers["Authorization"] for request in target.requests} == {"Bearer token-1"}


def test_workers_that_meet_a_401_together_refresh_the_token_once() -> None:
    target = Scripted()
    target.expired.add("Bearer token-1")
    answers = target.run(many_reads)
    assert len(target.requests) > 8 + 1, "only one worker met the 401"
    assert target.token_count == 2
    assert {answer.status for answer in answers} == {200}


def test_after_a_429_no_worker_sends_before_retry_after() -> None:
    target = Scripted([httpx.Response(429, headers={"Retry-After": "30"})])

    async def use(session: Session) -> None:
        await read(session)
        await many_reads(session)

    target.run(use)
    assert target.sent_at[0] == 0.0
    assert all(moment >= 30.0 for moment in target.sent_at[1:])


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (httpx.Response(201, json={"id": "x"}), "ok"),
        (httpx.Response(201, text='{"id": "cut sho'), "unknown"),
        (httpx.Response(200, text="<html>"), "unknown"),
        (httpx.Response(409, json={"code": "wfm.name.in.use"}), "fail"),
        (httpx.Response(503), "unknown"),
        (httpx.Response(500, text="<html>"), "unknown"),
        (httpx.ReadTimeout("late"), "unknown"),
        (httpx.ReadError("broken"), "unknown"),
        (httpx.WriteError("broken"), "unknown"),
        (httpx.RemoteProtocolError("broken"), "unknown"),
        (httpx.ConnectError("refused"), "fail"),
        (httpx.ConnectTimeout("refused"), "fail"),
    ],
)
def test_a_write_is_sent_once_and_has_one_of_three_outcomes(reply: Reply, outcome: str) -> None:
    target = Scripted([reply])
    assert target.run(write).outcome == outcome
    assert len(target.requests) == 1


@pytest.mark.parametrize("trouble", [httpx.Response(503), httpx.ReadTimeout("late"), httpx.ConnectError("refused")])
def test_a_read_is_repeated_until_it_is_answered(trouble: Reply) -> None:
    target = Scripted([trouble, trouble])
    assert target.run(read).status == 200


def test_a_read_gives_up_after_a_bounded_number_of_attempts() -> None:
    target = Scripted([httpx.Response(503)] * 100)
    with pytest.raises(TargetUnavailable, match="5 times"):
        target.run(read, attempts_max=5)
    assert len(target.requests) == 5


def test_unknown_credentials_are_not_tried_again() -> None:
    body = {"error": "invalid_client", "error_description": "no such client"}
    target = Scripted(token_replies=[httpx.Response(401, json=body)])
    with pytest.raises(CredentialsRefused, match="no such client"):
        target.run(read)
    assert target.token_count == 1


def test_a_token_request_survives_trouble() -> None:
    target = Scripted(token_replies=[httpx.Response(503), httpx.ReadTimeout("x"), httpx.Response(429)])
    assert target.run(read).status == 200


def test_a_token_that_is_refused_again_and_again_ends_the_reading() -> None:
    target = Scripted([httpx.Response(401)] * 100)
    with pytest.raises(CredentialsRefused):
        target.run(read, attempts_max=3)


def test_the_secret_shows_nowhere() -> None:
    target = Scripted(token_replies=[httpx.Response(401, json={"error": "invalid_client"})])
    with pytest.raises(CredentialsRefused) as refused:
        target.run(read)
    assert SECRET not in f"{refused.value!r} {Credentials('client', SECRET)!r}"
