"""
Schemathesis in process: one engine run over a served document, and what it found.

What Schemathesis cannot know is excused by whoever asks, finding by finding; no check is switched off. One probe cannot
be sent in process (`BROKEN_PROBE`), so the same promise has tests of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis import engine
from schemathesis.engine import Status, events
from schemathesis.engine.recorder import CheckNode, ScenarioRecorder
from schemathesis.schemas import BaseSchema

BROKEN_PROBE = "unexpected keyword argument 'max_redirects'"
"""Schemathesis 4.32 hands the socket settings of `ignored_auth`'s probe to werkzeug, which knows no such thing."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint: the check, the operation, the request in words, and the answer."""

    check: str
    operation_id: str
    request: str
    status: int
    answer: str
    failure: str

    def __str__(self) -> str:
        return f"{self.check}: {self.failure}\n  {self.request}\n  {self.status} {self.answer[:600]}"


@dataclass(slots=True)
class Run:
    """
    What the phases found and did.

    Args:
        is_excused: whether a complaint is about what a schema cannot say.
        declared: what is wrong with the code of a refusal (operation, status, body), which no schema says; empty if
            nothing is.
    """

    is_excused: Callable[[Finding], bool]
    declared: Callable[[str, int, str], str] | None = None
    phases: set[str] = field(default_factory=set)
    checks: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    accepted: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def read(self, event: events.EngineEvent) -> None:
        """Take in one event of the engine."""
        if isinstance(event, events.FatalError):
            self.failures.append(str(event))
        if isinstance(event, events.NonFatalError) and BROKEN_PROBE not in str(event.info):
            self.failures.append(f"{event.label}: {event.info}")
        if isinstance(event, events.PhaseFinished) and event.status is not Status.SKIP:
            self.phases.add(event.phase.name.value.lower())
        if isinstance(event, events.ScenarioFinished):
            for case_id, checks in event.recorder.checks.items():
                self._read_case(event.recorder, case_id, checks)

    def _read_case(self, recorder: ScenarioRecorder, case_id: str, checks: Iterable[CheckNode]) -> None:
        case, response = recorder.cases[case_id].value, recorder.interactions[case_id].response
        text = response.content.decode(errors="replace") if response else ""
        status = response.status_code if response else 0
        self.statuses[status] += 1
        self.asked[case.operation.label] += 1
        if response and status < 300:
            self.accepted.add(case.operation.label)
        operation_id = str(case.operation.definition.raw.get("operationId"))
        request = f"{case.method} {case.formatted_path} {case.query} {case.body!r}"
        for check in checks:
            self.checks[check.name] += 1
            if check.status is Status.FAILURE:
                failure = str(check.failure_info.failure) if check.failure_info else ""
                self.judge(Finding(check.name, operation_id, request, status, text, failure))
        if status >= 400 and self.declared is not None and (undeclared := self.declared(operation_id, status, text)):
            self.judge(Finding("declared_code", operation_id, request, status, text, undeclared))

    def judge(self, finding: Finding) -> None:
        """Keep a complaint, unless it is excused."""
        if not self.is_excused(finding):
            self.failures.append(str(finding))


def engine_events(
    document: Mapping[str, Any],
    app: Callable[..., Any],
    token: str,
    *,
    phases: Iterable[str] = PHASES,
    examples_max: int,
    only: Collection[str] | None = None,
) -> Iterator[events.EngineEvent]:
    """
    The engine's events.

    Args:
        app: WSGI.
        examples_max: drawn requests of a phase and operation.
        only: the ids of the operations asked; all of them when None.
    """
    wanted = set(phases)
    config = schemathesis.Config.from_dict(
        {
            "headers": {"Authorization": f"Bearer {token}"},
            "seed": 1,
            "workers": 1,
            "continue-on-failure": True,
            "generation": {"max-examples": examples_max, "deterministic": True, "database": "none"},
            "phases": {name: {"enabled": name in wanted} for name in PHASES},
        }
    )
    own = json.loads(json.dumps(document))  # the links that Schemathesis infers are written into it
    schema: BaseSchema = schemathesis.openapi.from_dict(own, config=config)
    schema.app = app
    if only is not None:
        schema = schema.include(operation_id=sorted(only))
    yield from engine.from_schema(schema).execute()
