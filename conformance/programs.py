"""
Programs under test: found, started with the environment of the contract, ended when they hang or when a fault says so.

A program learns where to go from `GENESYS_BASE_URL`, `GENESYS_CLIENT_ID`, `GENESYS_CLIENT_SECRET` and
`MIGRATION_SOURCE`; it says with exit code 0 that it believes to be done. What it prints is kept in its working folder's
neighbour and never judged.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import ProgramNotFound
from conformance.target import Credentials

DONE = frozenset({0})
IS_POSIX = os.name == "posix"


@dataclass(frozen=True, slots=True)
class Ended:
    """
    How one run of a program ended.

    Args:
        exit_code: None when it was killed by a fault or by the time limit.
        done_codes: exit codes by which this program says that it has done all that it may.
    """

    exit_code: int | None
    timed_out: bool = False
    done_codes: frozenset[int] = DONE

    @property
    def believes_done(self) -> bool:
        """Whether it exited 0."""
        return self.exit_code == 0

    @property
    def is_over(self) -> bool:
        """Whether no other run is asked for: it exited 0, or said in its own way that only people can go on."""
        return self.exit_code in self.done_codes

    def __str__(self) -> str:
        if self.timed_out:
            return "ended by the time limit"
        return "killed" if self.exit_code is None else f"exit {self.exit_code}"


def located(command: Sequence[str], here: Path) -> list[str]:
    """
    The command as it can be started from any folder.

    A program runs in a fresh folder, so words that name a file from `here` (or anything, when they hold a slash) become
    absolute.

    Raises:
        ProgramNotFound: the first word is neither a file nor on the PATH.
    """
    first, *rest = command
    program = str((here / first).absolute()) if _has_slash(first) else first
    if shutil.which(program) is None:
        kind = "is there, but is not executable" if Path(program).is_file() else "is not a program"
        hint = "; try: chmod +x" if Path(program).is_file() else " here or on the PATH"
        raise ProgramNotFound(f"the command {first!r} {kind}{hint}")
    return [program, *(_absolute(word, here) for word in rest)]


def _has_slash(word: str) -> bool:
    return os.sep in word or "/" in word


def _absolute(word: str, here: Path) -> str:
    path = here / word
    names_something = path.exists() if _has_slash(word) else path.is_file()
    return word if word.startswith("-") or not names_something else str(path.absolute())


def environment(base: Mapping[str, str], base_url: str, credentials: Credentials, source: Path) -> dict[str, str]:
    """
    What the program finds in its environment.

    A proxy of the caller is not for a target on this machine, and none of its own Genesys settings is passed on.
    """
    local = "127.0.0.1,localhost"
    no_proxy = ",".join(filter(None, [base.get("NO_PROXY") or base.get("no_proxy"), local]))
    return {
        **{name: value for name, value in base.items() if not name.startswith("GENESYS_")},
        "GENESYS_BASE_URL": base_url,
        "GENESYS_CLIENT_ID": credentials.client_id,
        "GENESYS_CLIENT_SECRET": credentials.client_secret,
        "MIGRATION_SOURCE": str(source.absolute()),
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


class Program:
    """
    One run of a command in its own process group.

    Args:
        output: where what it prints is kept.
    """

    def __init__(self, command: Sequence[str], folder: Path, env: Mapping[str, str], output: Path) -> None:
        self._killed = threading.Event()
        with output.open("ab") as log:
            try:
                self._process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise ProgramNotFound(f"{command[0]!r} cannot be started: {error.strerror}") from None

    def kill(self) -> None:
        """End it, and what it started, at once: SIGKILL to the process group."""
        self._killed.set()
        self._end()

    def wait(self, limit_s: float, done_codes: frozenset[int] = DONE) -> Ended:
        """How it ended; after `limit_s` seconds it is made to."""
        try:
            code = self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return Ended(None, timed_out=True)
        finally:
            self._end()  # what it left running in its group must not write into the next run
        return Ended(None if self._killed.is_set() else code, done_codes=done_codes)

    def _end(self) -> None:
        if IS_POSIX:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # all of it has ended
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
