"""Hypothesis profiles and what a missing service does: skip with a visible reason, or fail under REQUIRE_SERVICES=1."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres

os.environ.setdefault("MOCKGC_QUOTAS", "false")
"""Thousands of requests in a frozen second are not what quotas are about; tests of quotas switch them on."""

gc.set_threshold(50_000, 20, 100)
"""What is imported and cached for all tests is large, and walking it again and again is an eighth of a run."""

_COMMON = [HealthCheck.too_slow, HealthCheck.filter_too_much]
settings.register_profile("default", deadline=None, derandomize=True, max_examples=40, suppress_health_check=_COMMON)
settings.register_profile("nightly", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=_COMMON)
settings.load_profile(os.environ.get("MOCKGC_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long profile's own tests run only there, and say so."""
    if os.environ.get("MOCKGC_PROFILE") == "nightly":
        return
    for item in items:
        if item.get_closest_marker("nightly"):
            item.add_marker(pytest.mark.skip(reason="long profile: MOCKGC_PROFILE=nightly pytest runs it"))


@pytest.fixture
def missing_service() -> Callable[[str], None]:
    """Call with a reason: the test is skipped, or fails where services are required."""

    def report(reason: str) -> None:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"REQUIRE_SERVICES=1, but {reason}")
        pytest.skip(reason)

    return report


@pytest.fixture
def postgres_url(missing_service: Callable[[str], None]) -> Iterator[str]:
    """The URL of a PostgreSQL schema that is not there yet, and is gone after the test."""
    if reason := postgres.missing():
        missing_service(reason)
    with postgres.schema() as url:
        yield url


@pytest.fixture(scope="session")
def _reused_postgres() -> Iterator[postgres.Reused | None]:
    if postgres.missing():
        yield None
        return
    with postgres.schema() as url:
        reused = postgres.Reused(url)
        yield reused
        reused.close()


@pytest.fixture
def reused_postgres(
    _reused_postgres: postgres.Reused | None, missing_service: Callable[[str], None]
) -> postgres.Reused:
    """A PostgreSQL schema that is as new whenever it is asked for."""
    if _reused_postgres is None:
        missing_service(postgres.missing() or "")
    assert _reused_postgres is not None
    return _reused_postgres


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the benchmarks measured."""
    rows = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "benchmark"
    ]
    if rows:
        terminalreporter.section("benchmarks (reported, not judged)")
        for row in rows:
            terminalreporter.write_line(str(row))
