"""An emulator as a subprocess: started on a free port, stopped when the block ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from conformance.errors import EmulatorNotStarted

JOURNAL_ENTRIES_MAX = 1_000_000
"""The evidence of a rehearsal is in the journal: none of it may be dropped, however large the source."""
_POLL_S = 0.02
_STOP_S = 10.0


def console_script(name: str) -> list[str]:
    """The command that starts one of our programs in the same environment as this one."""
    beside = Path(sys.executable).parent / name
    return [str(beside)] if beside.is_file() else [sys.executable, "-m", f"{name}.cli"]


@contextmanager
def running_emulator(seed: int, command: Sequence[str] | None = None, timeout_s: float = 30.0) -> Iterator[str]:
    """
    Serve an emulator and yield its base URL.

    Args:
        seed: ids and secrets derive from it.
        command: what starts it; `--port 0 --seed … --ready-file …` is added.

    Raises:
        EmulatorNotStarted: it ended or did not answer in time; the message holds what it printed on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="conformance-emulator-") as folder:
        ready, log = Path(folder) / "ready.json", Path(folder) / "stderr.txt"
        own = [*console_script("mockgc"), "serve", "--no-quotas"]  # a rehearsal plans its 429s itself
        words = [*(command or own), "--port", "0", "--seed", str(seed), "--quiet"]
        with log.open("wb") as stderr:
            process = _start([*words, "--ready-file", str(ready)], stderr)
        try:
            yield _base_url(process, ready, log, timeout_s)
        finally:
            _stop(process)


def _start(words: list[str], stderr: object) -> subprocess.Popen[bytes]:
    try:
        own = {name: value for name, value in os.environ.items() if not name.startswith("MOCKGC_")}
        own["MOCKGC_JOURNAL_ENTRIES_MAX"] = str(JOURNAL_ENTRIES_MAX)
        return subprocess.Popen(words, env=own, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr)  # type: ignore[call-overload,no-any-return]
    except OSError as error:
        raise EmulatorNotStarted(f"the emulator cannot be started ({words[0]}: {error.strerror})") from None


def _base_url(process: subprocess.Popen[bytes], ready: Path, log: Path, timeout_s: float) -> str:
    deadline = time.monotonic() + timeout_s
    while not ready.exists():
        code = process.poll()
        if code is not None or time.monotonic() > deadline:
            state = f"ended with exit code {code}" if code is not None else f"did not answer within {timeout_s:g} s"
            printed = log.read_text("utf-8", "replace").strip() or "(it printed nothing)"
            raise EmulatorNotStarted(f"the emulator {state}; it printed:\n{printed[-2000:]}")
        time.sleep(_POLL_S)
    return str(json.loads(ready.read_text("utf-8"))["baseUrl"])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
