"""
The thread that holds the port of the WebSockets, and becomes their server when somebody connects.

The port is bound when the thread starts, so that whoever reads a `connectUri` can connect. Library and event loop
are loaded with the first connection: an emulator to which none is made pays for a socket and a sleeping thread.
Of several workers one has the port; the others wait for it, so that a worker which dies is followed.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from mockgc.notifications.pace import Pace
from mockgc.resources.notifications import channels
from mockgc.store.base import Store, StoreUnavailable

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_BACKLOG = 128
CLIENT = "mockgc"
"""Who writes, in the commit log."""
Wsgi = Callable[[Any, Any], Iterable[bytes]]


class Doorman:
    """
    One for each process.

    Args:
        port: where to listen; the one that `connectUri` names.

    `has_port` is set once this process listens there.
    """

    def __init__(self, store: Store, host: str, port: int, pace: Pace | None = None) -> None:
        self._store, self._host, self.port, self._pace = store, host, port, pace or Pace()
        self.has_port = threading.Event()
        self._stopping = threading.Event()
        self._bell, self._ear = socket.socketpair()
        self._listening: socket.socket | None = None
        self._loop: AbstractEventLoop | None = None
        self._wake: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        """Listen: now where the port is free, else as soon as it is."""
        self._listening = self._bound()
        self._thread.start()

    def stop(self) -> None:
        """End all connections and the thread; a second time does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._bell.send(b"x")
        self.wake()
        self._thread.join(timeout=5)
        self._bell.close()
        self._ear.close()

    @property
    def is_alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def wake(self) -> None:
        """Something may have been committed; from any thread."""
        loop, wake = self._loop, self._wake
        if loop is not None and wake is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(wake)

    def _run(self) -> None:
        while self._listening is None and not self._stopping.wait(self._pace.bind_s):
            self._listening = self._bound()
        listening = self._listening
        if listening is None:
            return
        with listening:
            self._forget_connections()
            ready, _, _ = select.select([listening, self._ear], [], [])
            if listening in ready and not self._stopping.is_set():
                self._serve(listening)

    def _bound(self) -> socket.socket | None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self._host, self.port))
            listening.listen(_BACKLOG)
        except OSError:
            listening.close()
            return None
        self.has_port.set()
        return listening

    def _forget_connections(self) -> None:
        """What the store says of connections to a server before this one."""
        with contextlib.suppress(StoreUnavailable):
            for organisation in self._store.organisations():
                context_id = self._store.new_context_id(organisation.id)
                self._store.transact(organisation.id, channels.none_connected, CLIENT, context_id)

    def _serve(self, listening: socket.socket) -> None:
        import asyncio  # noqa: PLC0415 (start-up does not pay for what it does not use)

        from mockgc.notifications.server import Server  # noqa: PLC0415

        async def serve() -> None:
            stopped = asyncio.Event()
            server = Server(self._store, self._pace)

            def woken() -> None:
                if self._stopping.is_set():
                    stopped.set()
                server.wake()

            self._loop, self._wake = asyncio.get_running_loop(), woken
            woken()
            await server.run(listening, stopped)

        asyncio.run(serve())


def waking(inner: Wsgi, doorman: Doorman) -> Wsgi:
    """The same application; its answers name the doorman's port, and its requests wake the deliveries."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["mockgc.streaming_port"] = doorman.port
        try:
            return inner(environ, start_response)
        finally:
            doorman.wake()

    return application
