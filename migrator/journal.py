"""
The journal: an append-only record of what was about to be sent and of what came back.

An intent is durable before its request is sent, its outcome after the answer is understood. So after a crash an intent
without an outcome names a request that may have been committed (or may still be, late), and nothing else can have been.
The journal never decides alone: what it leaves open is looked up in the target. Without it a run reads more and does
the same.

Lines are JSON, one entry each. A line that a crash cut off is removed when the journal is opened again; that entry was
not durable, so nothing had been sent (intent), or its outcome counts as unknown.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol

from migrator.errors import JournalDamaged, JournalLocked, JournalUnwritable

Outcome = Literal["ok", "fail", "unknown"]
Entry = Mapping[str, Any]
"""`{"type": "run" | "intent" | "outcome", ...}`; intents and outcomes carry the change's identity as `id`."""


class Journal(Protocol):
    """What apply writes to. `append` returns when the entry is durable, or raises and then nothing must be sent."""

    def entries(self) -> Iterator[Entry]:
        """All entries of earlier lives and of this one, oldest first."""
        ...

    def append(self, entry: Entry) -> None:
        """Add one entry durably."""
        ...


class Storage(Protocol):
    """Bytes that outlive the process; a file here, a simulated disk in tests."""

    def read(self) -> bytes:
        """All of it."""
        ...

    def append(self, data: bytes) -> None:
        """Add to the end; durable on return."""
        ...

    def truncate(self, size: int) -> None:
        """Keep the first `size` bytes."""
        ...


class LineJournal:
    """A journal of lines over any storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        data = storage.read()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            storage.truncate(whole)
        self._entries = list(_parsed(data[:whole]))

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first."""
        return iter(tuple(self._entries))

    def append(self, entry: Entry) -> None:
        """Add one line durably."""
        line = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self._storage.append(line.encode() + b"\n")
        self._entries.append(entry)


class NoJournal:
    """Keeps nothing: same result, only more reads after a crash."""

    def entries(self) -> Iterator[Entry]:
        """There are none."""
        return iter(())

    def append(self, entry: Entry) -> None:
        """Forget it."""


def open_intents(journal: Journal) -> dict[str, Entry]:
    """Intents whose outcome is not known, by identity: what may have been committed without our knowing."""
    found: dict[str, Entry] = {}
    for entry in journal.entries():
        if entry.get("type") == "intent":
            found[entry["id"]] = entry
        elif entry.get("type") == "outcome" and entry.get("outcome") != "unknown":
            found.pop(entry["id"], None)
    return found


class JournalFile:
    """
    A journal in a file, for one run at a time; use it as a context manager.

    The lock is the operating system's (on `FILE.lock`), so it ends with its owner: a dead run blocks nobody.

    Raises:
        JournalLocked: another run holds it.
        JournalDamaged: a line in the middle is not JSON.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _lock(path.with_name(f"{path.name}.lock"))
        try:
            self._lines = LineJournal(_File(path))
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> JournalFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._lock)

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first."""
        return self._lines.entries()

    def append(self, entry: Entry) -> None:
        """Add one line; it is on the disk when this returns. Raises JournalUnwritable when it cannot get there."""
        try:
            self._lines.append(entry)
        except OSError as error:
            raise JournalUnwritable(f"journal {self.path}: {error.strerror}") from error


def free_journal(folder: Path) -> JournalFile:
    """
    The first journal of a folder that no live run holds, for runs that name none.

    Any of them will do, because what a journal leaves open is looked up in the target anyway.

    Raises:
        JournalLocked: as many runs are at work here as there are names.
    """
    for number in range(1, JOURNALS_MAX + 1):
        with suppress(JournalLocked):
            return JournalFile(folder / f"migrator-{number}.journal")
    raise JournalLocked(f"{JOURNALS_MAX} runs are at work in {folder}")


JOURNALS_MAX = 32


class _File:
    """Bytes in a file, synced with each append."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch(mode=0o600, exist_ok=True)

    def read(self) -> bytes:
        return self._path.read_bytes()

    def append(self, data: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def truncate(self, size: int) -> None:
        os.truncate(self._path, size)


def _parsed(data: bytes) -> Iterator[Entry]:
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise JournalDamaged(f"line {number} of the journal is not JSON: {error}") from error
        if not isinstance(entry, dict) or "type" not in entry:
            raise JournalDamaged(f"line {number} of the journal is no entry: {line[:80]!r}")
        yield entry


def _lock(path: Path) -> int:
    """
    Hold an exclusive lock until the descriptor is closed or the process ends.

    Raises:
        JournalLocked: naming the process that holds it, where it left its number.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock_exclusively(handle)
    except OSError as error:
        owner = os.read(handle, 32).decode(errors="replace").strip()
        os.close(handle)
        raise JournalLocked(f"{path} is held by another run (process {owner or 'unknown'})") from error
    with suppress(OSError):  # The number is a courtesy for the message above; the lock itself does not need it.
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
    return handle


if sys.platform == "win32":
    import msvcrt

    def _lock_exclusively(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock_exclusively(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
