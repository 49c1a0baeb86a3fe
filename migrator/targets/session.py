"""
Requests to the target under one token and one rate budget, shared by all workers of a run.

Reads are repeated here a bounded number of times, because a read repeated is harmless. A write is sent exactly once a
call and its answer is one of three: `ok`, `fail` (refused, or it never left us), `unknown` (it may have been committed,
now or later). What to do about the last is decided by whoever knows what the write was for (`migrator.apply`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal

import httpx

from migrator.budget import Budget
from migrator.clock import Clock, Randomness, Sleep
from migrator.errors import CredentialsRefused, TargetUnavailable

Outcome = Literal["ok", "fail", "unknown"]
ClientFactory = Callable[[], httpx.AsyncClient]
"""Makes a client whose base URL is the target's."""
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Credentials:
    """OAuth client credentials; the secret shows in no repr, log, plan, journal or report."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Args:
        attempts_max: how often anything is tried before giving up is its outcome.
        backoff_s, backoff_s_max: the first and the longest pause between attempts; jitter takes up to half of it off.
        requests_per_minute: a budget of our own, None for none.
    """

    attempts_max: int = 8
    backoff_s: float = 0.25
    backoff_s_max: float = 10.0
    requests_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What is known after a request.

    Args:
        status: None when no answer came.
        body: the decoded object; empty when there is none or it is not JSON.
        context_id: the target's correlation id, for support and for `mockgc explain`.
        was_sent: False when the request certainly never reached the target.
        reason: why there is no answer.
    """

    status: int | None
    body: Mapping[str, Any] = field(default_factory=dict)
    context_id: str = ""
    was_sent: bool = True
    reason: str = ""

    @property
    def outcome(self) -> Outcome:
        """
        A 5xx, a 408 without a code of the target's own, and no answer say nothing about the commit; nor does a 2xx
        without the object that every operation answers, which is some gateway's or was cut short.
        """
        if self.status is None:
            return "unknown" if self.was_sent else "fail"
        if self.status >= 500 or (self.status == 408 and not self.code):
            return "unknown"
        if self.status < 300:
            return "ok" if self.body else "unknown"
        return "fail"

    @property
    def code(self) -> str:
        """The error code of the target, empty without one."""
        return str(self.body.get("code") or "")

    @property
    def message(self) -> str:
        """For people: the target's message, or why there is none."""
        if self.status is not None and self.status < 300 and not self.body:
            return f"HTTP {self.status} without a JSON object; is the address right?"
        return str(self.body.get("message") or self.reason or f"HTTP {self.status}")


class Session:
    """
    An async context manager; open it once a run.

    Args:
        client_factory: makes the one HTTP client of this session.
        randomness: jitter of the backoffs.
    """

    def __init__(
        self,
        client_factory: ClientFactory,
        credentials: Credentials,
        *,
        clock: Clock,
        sleep: Sleep,
        randomness: Randomness,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.budget = Budget(clock, sleep, self.limits.requests_per_minute)
        self.request_count = 0
        """Requests sent, token requests included; the report shows it."""
        self._client = client_factory()
        self._credentials, self._sleep, self._randomness = credentials, sleep, randomness
        self._token: str | None = None
        self._token_lock = asyncio.Lock()

    @property
    def base_url(self) -> str:
        """The target's address without a slash at the end."""
        return str(self._client.base_url).rstrip("/")

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def backoff(self, attempt: int) -> None:
        """Wait after attempt number `attempt` (from 0), longer each time, with jitter; not after the last one."""
        if attempt + 1 >= self.limits.attempts_max:
            return
        longest_s = min(self.limits.backoff_s * 2**attempt, self.limits.backoff_s_max)
        await self._sleep(longest_s * (0.5 + self._randomness() / 2))

    async def read(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """
        GET until there is an answer that means something (2xx or 4xx).

        Raises:
            TargetUnavailable: it has not come within the bounded number of attempts.
            CredentialsRefused: the target takes neither the token nor a new one.
        """
        answer = Answer(None)
        for attempt in range(self.limits.attempts_max):
            answer = await self._send("GET", path, params=params)
            if answer.outcome == "ok" or (answer.outcome == "fail" and answer.status not in (None, 401, 429)):
                return answer
            if answer.status not in (401, 429):
                await self.backoff(attempt)
        raise self._gave_up("GET", path, answer)

    async def write(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        """
        Send once. A 401 has dropped the token and a 429 has told the budget, so that the next attempt waits for both.

        Raises:
            TargetUnavailable, CredentialsRefused: no token was to be had; nothing was sent.
        """
        return await self._send(method, path, body=body)

    async def authenticate(self) -> str:
        """
        The token; fetched once, whoever asks.

        Raises:
            CredentialsRefused: the target does not know the credentials.
            TargetUnavailable: no answer within the bounded number of attempts.
        """
        async with self._token_lock:
            if self._token is None:
                self._token = await self._new_token()
            return self._token

    async def _send(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, body: Any = None
    ) -> Answer:
        token = await self.authenticate()
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        answer = await self._exchange(method, path, params=params, content=content, headers=headers)
        if answer.status == 401 and self._token == token:  # Another worker may have fetched a newer one meanwhile.
            self._token = None
        return answer

    async def _exchange(self, method: str, path: str, **options: Any) -> Answer:
        await self.budget.ready()
        self.request_count += 1
        try:
            response = await self._client.request(method, path, **options)
        except _NOT_SENT as error:
            return Answer(None, was_sent=False, reason=f"no connection: {type(error).__name__}")
        except httpx.HTTPError as error:
            return Answer(None, reason=f"no answer: {type(error).__name__}")
        if response.status_code == 429:
            self.budget.throttled(response.headers.get("Retry-After"))
        context_id = response.headers.get("ININ-Correlation-Id", "")
        return Answer(response.status_code, _object(response.content), context_id)

    async def _new_token(self) -> str:
        form = {"grant_type": "client_credentials"}
        answer = Answer(None)
        for attempt in range(self.limits.attempts_max):
            auth = httpx.BasicAuth(self._credentials.client_id, self._credentials.client_secret)
            answer = await self._exchange("POST", "/oauth/token", data=form, auth=auth)
            if answer.outcome == "ok" and isinstance(answer.body.get("access_token"), str):
                return str(answer.body["access_token"])
            if answer.status in (400, 401, 403):
                why = answer.body.get("error_description") or answer.body.get("error") or f"HTTP {answer.status}"
                raise CredentialsRefused(f"{self.base_url} refuses client {self._credentials.client_id!r}: {why}")
            if answer.status != 429:
                await self.backoff(attempt)
        raise self._gave_up("POST", "/oauth/token", answer)

    def _gave_up(self, method: str, path: str, last: Answer) -> Exception:
        what = f"{method} {self.base_url}{path}: {last.message}, {self.limits.attempts_max} times"
        return CredentialsRefused(what) if last.status == 401 else TargetUnavailable(what)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content) if content else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
