"""
A simulated process: clients on the wire, files on a disk, and a death that may come at any request or journal write.

A program is any async callable that takes its `Process`. It is run unchanged: what it needs (HTTP client, journal
writes, clock, sleep) comes from here, and after its death nothing it still does reaches the wire or the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from conformance.simulation.disk import Disk
from conformance.simulation.plan import Act

if TYPE_CHECKING:
    from conformance.simulation.wire import Wire

T = TypeVar("T")
BASE_URL = "http://wire"


@dataclass(frozen=True, slots=True)
class End(Generic[T]):
    """How a program ended: with a value, with an error of its own, or by a crash (`crash` says which)."""

    value: T | None = None
    error: Exception | None = None
    crash: Act | None = None

    @property
    def is_finished(self) -> bool:
        """Whether the program returned by itself."""
        return self.error is None and self.crash is None


class Process:
    """One life of one program; make another one on the same disk to restart it."""

    def __init__(self, wire: Wire, name: str, disk: Disk, life: int = 1) -> None:
        self.wire, self.name, self.disk = wire, name, disk
        self.client_name = name if life == 1 else f"{name}/{life}"
        """What histories call it: a second life knows nothing of what the first one was told."""
        self.crash: Act | None = None
        self.fuse: Act | None = None
        """A crash that waits for the next journal write."""
        self.has_committed = False
        """Whether the wire committed something for this process since its last journal write."""
        self.tasks: set[asyncio.Task[Any]] = set()

    def client(self, **options: Any) -> httpx.AsyncClient:
        """An HTTP client of this process; `options` as for `httpx.AsyncClient`."""
        options = {"base_url": BASE_URL, "trust_env": False, **options}
        return httpx.AsyncClient(transport=_Transport(self), **options)

    def transport(self) -> httpx.AsyncBaseTransport:
        """For programs that build their client themselves."""
        return _Transport(self)

    def now(self) -> float:
        """Virtual seconds."""
        return self.wire.now

    def write(self, file: str, data: bytes) -> None:
        """Append to a file and flush; a crash can fall before, inside or after it."""
        self.must_live()
        fuse, self.fuse = self.fuse, None
        kept = {Act.CRASH_LOST_WRITE: 0, Act.CRASH_TORN_WRITE: len(data) // 2}.get(fuse or Act.GO_ON, len(data))
        self.disk.append(file, data[:kept])
        if fuse is not None:
            self.wire.crashed_at_write(self, fuse)
            self.die(fuse)
            self.must_live()
        self.has_committed = False

    def die(self, crash: Act) -> None:
        """Stop every task of this process at its next await; what it sends or writes from now on goes nowhere."""
        self.crash = crash
        for task in self.tasks:
            task.cancel()

    def must_live(self) -> None:
        """Raises CancelledError after a crash, so that cleaning up cannot touch the world."""
        if self.crash is not None:
            raise asyncio.CancelledError(f"{self.name} has crashed")

    async def run(self, program: Callable[[Process], Awaitable[T]]) -> End[T]:
        """Run to the end or to the crash; a program's own error is an outcome, judged by the caller."""

        async def life() -> T:
            return await program(self)

        task = asyncio.get_running_loop().create_task(life())
        self.tasks.add(task)
        await asyncio.wait({task})
        if self.crash is not None:
            return End(crash=self.crash)
        error = task.exception()
        if error is None:
            return End(value=task.result())
        if isinstance(error, Exception):
            return End(error=error)
        raise error


class _Transport(httpx.AsyncBaseTransport):
    """Puts requests on the wire and waits for what comes back."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._process.must_live()
        await request.aread()
        return await self._process.wire.carry(self._process, request)
