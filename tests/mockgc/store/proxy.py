"""A way to a server that can be shut: the server is away, as its clients see it, and comes back."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Self


class Proxy:
    """Passes bytes between a port of this machine and a server while it is open."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect, self._sockets, self._is_open = connect, list[socket.socket](), True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def shut(self) -> None:
        """Cut all connections; new ones are cut at once."""
        self._is_open = False
        while self._sockets:
            with contextlib.suppress(OSError):
                self._sockets.pop().shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        """Let clients pass again."""
        self._is_open = True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._is_open:
                    server = self._connect()
                    self._sockets += (client, server)
                    for one, other in ((client, server), (server, client)):
                        threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()
                else:
                    client.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        for data in _read(source):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
            one.close()


def _read(source: socket.socket) -> Iterator[bytes]:
    while data := source.recv(65_536):
        yield data
