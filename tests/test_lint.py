"""Lint, format and types are tests, so that one command says whether a change is ready."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TREES = ("mockgc", "migrator", "conformance", "tests")


@pytest.mark.parametrize(
    "command",
    [("ruff", "check"), ("ruff", "format", "--check", "--diff")],
    ids=["lint", "format"],
)
def test_ruff_has_nothing_to_say(command: tuple[str, ...]) -> None:
    _silent(*command, *TREES)


def test_types_hold_under_mypy_strict() -> None:
    _silent("mypy")


def _silent(*command: str) -> None:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
