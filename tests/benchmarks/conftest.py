"""Benchmarks report; they do not judge. Their rows are printed at the end of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def benchmark_row(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Call with one line; it appears in the summary."""
    return lambda line: record_property("benchmark", line)
