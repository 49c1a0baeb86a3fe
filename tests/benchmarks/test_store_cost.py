"""What a request costs over each store, in process, as a ratio to memory in the same run; nothing is judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from mockgc import Settings, create_app
from tests import postgres
from tests.benchmarks.test_request_cost import USER, Client

ROUNDS, CALLS = 3, 30


@contextmanager
def client(data: Path | SecretStr | None) -> Iterator[Client]:
    """A client of one user, with the quotas that hold by default, wide enough for all calls."""
    app = create_app(Settings(seed=1, data=data))
    ours = app.extensions["mockgc"]
    organisation = ours.create_organisation()
    bearer = f"Bearer {ours.issue_token(organisation.client_id)}"
    http = app.test_client()
    window = {"name": "wide", "per": "token", "limit": 1_000_000, "seconds": 60}
    http.put(f"/_mockgc/organisations/{organisation.id}/quotas", json={"windows": [window]})
    created = http.post("/api/v2/wfm/users", json=USER, headers={"Authorization": bearer})
    yield Client(app, created.json["selfUri"], {"HTTP_AUTHORIZATION": bearer})  # type: ignore[index]
    ours.store.close()


def per_second(call: Callable[[], object]) -> float:
    """The fastest of some rounds: the others were disturbed."""

    def once() -> float:
        start = time.perf_counter()
        for _ in range(CALLS):
            call()
        return CALLS / (time.perf_counter() - start)

    return max(once() for _ in range(ROUNDS))


def row(name: str, data: Path | SecretStr | None, floor: list[float]) -> tuple[str, list[float]]:
    with client(data) as one:
        found = [per_second(one.get), per_second(one.put)]
    cells = (
        f"{verb} {rate:,.0f}/s, {low / rate:.1f} times memory"
        for verb, rate, low in zip(("GET", "PUT"), found, floor or found, strict=True)
    )
    return f"store, {name}: {'; '.join(cells)}", found


def test_what_a_request_costs_over_each_store(
    benchmark_row: Callable[[str], None], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    line, floor = row("memory", None, [])
    benchmark_row(line)
    benchmark_row(row("SQLite", tmp_path / "state.db", floor)[0])
    if reason := postgres.missing():
        benchmark_row(f"store, PostgreSQL: {reason}")
        return
    url = request.getfixturevalue("postgres_url")
    benchmark_row(row("PostgreSQL", SecretStr(url), floor)[0])
