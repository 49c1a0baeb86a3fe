"""
How soon a served emulator answers, and what it takes in memory, beside a bare Flask view under the same server.

The aims are 0.5 s (median) to the first answer and 90 MiB of proportional memory (PSS) over all its processes, with the
whole published contract at hand.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockgc.serve import free_port

ROUNDS = 3
POLL_S = 0.005
TIMEOUT_S = 30.0
FLOOR = """
import sys
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

def build():
    app = Flask("floor")
    app.get("/_mockgc/health")(lambda: "ok")
    return app

if __name__ == "__main__":
    Granian("floor:build", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI, factory=True,
            websockets=False, log_enabled=False).serve()
"""


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[tuple[float, int]]:
    """(seconds from the start of the program to its first answer, its process id)."""
    port = free_port("127.0.0.1", 0)
    url, begun = f"http://127.0.0.1:{port}/_mockgc/health", time.perf_counter()
    with subprocess.Popen([*command, str(port)], cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            yield _first_answer(url, begun), process.pid
        finally:
            process.terminate()


def _first_answer(url: str, begun: float) -> float:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.perf_counter() - begun < TIMEOUT_S:
        try:
            with opener.open(url, timeout=1):
                return time.perf_counter() - begun
        except OSError:
            time.sleep(POLL_S)
    raise TimeoutError(f"no answer at {url} within {TIMEOUT_S} s")


def pss_mib(pid: int) -> float:
    """Proportional memory of a process and its children, MiB."""
    kib = 0
    for process in (pid, *_children(pid)):
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
        kib += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return kib / 1024


def _children(pid: int) -> Iterator[int]:
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
        yield int(child)
        yield from _children(int(child))


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """(median seconds to the first answer, median MiB)."""
    seconds, sizes = [], []
    for _ in range(ROUNDS):
        with started(command, folder) as (elapsed, pid):
            seconds.append(elapsed)
            sizes.append(pss_mib(pid))
    return statistics.median(seconds), statistics.median(sizes)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs /proc of Linux to measure memory")
def test_start_and_memory(benchmark_row: Callable[[str], None], tmp_path: Path) -> None:
    pytest.importorskip("granian", reason="granian has no wheel here, so there is no floor to compare with")
    (tmp_path / "floor.py").write_text(FLOOR, "utf-8")
    floor_s, floor_mib = measured([sys.executable, "floor.py"], tmp_path)
    own_s, own_mib = measured([sys.executable, "-m", "mockgc.cli", "serve", "--quiet", "--port"], tmp_path)
    benchmark_row(f"start to first answer: {own_s:.2f} s (aim 0.5), floor {floor_s:.2f} s, ratio {own_s / floor_s:.2f}")
    ratio = own_mib / floor_mib
    benchmark_row(f"memory after start: {own_mib:.0f} MiB PSS (aim 90), floor {floor_mib:.0f} MiB, ratio {ratio:.2f}")
