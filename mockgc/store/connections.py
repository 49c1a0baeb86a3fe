"""Open connections that nobody uses at the moment: a thread takes one, or opens its own, and gives it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class _Closeable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Closeable)


class Connections(Generic[C]):
    """
    As many as threads have worked at once.

    Args:
        connect: opens one.
        is_usable: whether one can serve, after it was used, perhaps in vain, or lay idle for long.
    """

    def __init__(self, connect: Callable[[], C], is_usable: Callable[[C], bool]) -> None:
        self._connect, self._is_usable = connect, is_usable
        self._idle: list[C] = []

    @contextmanager
    def borrowed(self) -> Iterator[C]:
        """One for this thread alone."""
        connection = self._taken() or self._connect()
        try:
            yield connection
        finally:
            if self._is_usable(connection):
                self._idle.append(connection)
            else:
                connection.close()

    def _taken(self) -> C | None:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if self._is_usable(connection):
                return connection
            connection.close()

    def close(self) -> None:
        """Close what is idle; whoever asks next opens a new one."""
        while self._idle:
            self._idle.pop().close()
