"""What the tests of conduct share: an organisation whose faults, quotas and clock a test sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from flask import Flask
from werkzeug.test import TestResponse

from mockgc import Settings, create_app
from mockgc.app import Clock
from mockgc.behaviour.latency import Sleep
from mockgc.pytest_plugin import TestOrganisation, _organisation
from tests.mockgc.caller import NOW, Caller


def app_with(sleep: Sleep, *, quotas: bool = False, data: Path | None = None) -> Flask:
    """An emulator of all resources, seed 7, clock frozen at NOW, whose delayed answers wait with `sleep`."""
    return create_app(Settings(seed=7, freeze=NOW, quotas=quotas, data=data), sleep=sleep)


@cache
def conducted_app(quotas: bool) -> Flask:
    """One emulator for all tests that set only what is an organisation's own."""
    return app_with(_never, quotas=quotas)


def _never(seconds: float) -> None:
    raise AssertionError(f"a test would wait {seconds} s")


class Conducted(Caller):
    """A client of an organisation of its own, in an emulator with quotas unless told otherwise."""

    def __init__(self, *, quotas: bool = False, app: Flask | None = None) -> None:
        super().__init__(app or conducted_app(quotas))
        self.base = f"/_mockgc/organisations/{self.organisation.id}"

    @property
    def clock(self) -> Clock:
        return self.emulator.clock_of(self.organisation.id)

    def fault(
        self, kind: str, *, name: str = "", match: Any = None, budget: Any = None, **options: Any
    ) -> TestResponse:
        """Set one more fault rule; the answer of the control API."""
        rule = {"name": name or kind, "match": match or {}, "effect": {"kind": kind, **options}, "budget": budget or {}}
        return self.http.post(f"{self.base}/faults", json=rule)

    def set_fault(self, kind: str, **more: Any) -> None:
        """Set one more fault rule; it has to be usable."""
        answer = self.fault(kind, **more)
        assert answer.status_code == 201, answer.get_data(as_text=True)

    def struck(self) -> dict[str, int]:
        """How often each rule has struck."""
        return {rule["name"]: rule["struck"] for rule in self.http.get(f"{self.base}/faults").get_json()["rules"]}

    def last_entry(self) -> Any:
        """The journal's newest entry."""
        return self.control("journal")["entities"][-1]


@contextmanager
def organisation_at(base_url: str) -> Iterator[TestOrganisation]:
    """An organisation of its own on a served emulator."""
    with httpx.Client(base_url=base_url, trust_env=False) as http:
        yield _organisation(http, base_url)
