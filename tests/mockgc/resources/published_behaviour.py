"""What every test of published behaviour needs: an organisation in process, and the contract's word on each answer."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from flask import Flask

from mockgc import Settings, create_app
from mockgc.contract.model import Contract
from mockgc.contract.validate import Validator
from mockgc.pytest_plugin import TestOrganisation, _organisation

MOMENT = datetime(2026, 11, 25, 8, tzinfo=UTC)
CONTRACT = Contract.bundled()
EMULATOR: ContextVar[Flask | None] = ContextVar("EMULATOR", default=None)
"""The emulator that callers speak to, where somebody has set one; else each has its own."""


class OutsideContract(AssertionError):
    """An answer that the contract does not allow, whatever the test is about."""


class Caller:
    """
    Sends requests to a fresh organisation and holds each answer against the contract: a declared status, a valid body,
    a declared error code.

    Args:
        app: the emulator; EMULATOR's, or one of its own, when none is given.
    """

    def __init__(self, app: Flask | None = None) -> None:
        used = app or EMULATOR.get() or create_app(Settings(seed=1, freeze=MOMENT))
        transport = httpx.WSGITransport(app=used)
        self.organisation: TestOrganisation = _organisation(
            httpx.Client(transport=transport, base_url="http://mockgc"), "http://mockgc"
        )

    def __call__(self, operation_id: str, *ids: str, expect: int = 200, params: Any = None, json: Any = None) -> Any:
        """The decoded answer of one published operation; `expect` is its status."""
        answer = self.attempt(operation_id, *ids, params=params, json=json)
        assert answer.status_code == expect, f"{operation_id}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def attempt(self, operation_id: str, *ids: str, params: Any = None, json: Any = None) -> httpx.Response:
        """The answer of one published operation, whatever its status, held against the contract."""
        operation = CONTRACT.operation(operation_id)
        given = iter(ids)
        path = "/".join(next(given) if part.startswith("{") else part for part in operation.path.split("/"))
        answer = self.organisation.http.request(operation.method, path, params=params, json=json)
        if "X-Mockgc-Coverage" in answer.headers:
            raise OutsideContract(f"{operation_id} has no behaviour")
        self._check(operation_id, answer)
        return answer

    def _check(self, operation_id: str, answer: httpx.Response) -> None:
        operation = CONTRACT.operation(operation_id)
        declared = {found.status: found for found in operation.answers}
        found = declared.get(answer.status_code, declared.get(None))
        if found is None:
            raise OutsideContract(f"{operation_id} declares no {answer.status_code}")
        if answer.status_code >= 400:
            if operation.method != "HEAD" and answer.json()["code"] not in found.codes:
                raise OutsideContract(f"{operation_id}: {answer.json()['code']} is not in {found.codes}")
        elif found.schema is not None and answer.content:
            violations = validator(operation_id, found.status).violations(answer.json())
            if violations:
                raise OutsideContract(f"{operation_id}: {violations}")

    def state(self) -> tuple[Any, ...]:
        """What a refusal must leave alone: the commit log of the organisation."""
        return tuple(self.organisation.commits()[-1:])


def refused(call: Caller, code: str, operation_id: str, *ids: str, expect: int, **sent: Any) -> None:
    """Asserts that a request is refused with this status and code, and changes nothing."""
    before = call.state()
    found = call(operation_id, *ids, expect=expect, **sent)["code"]
    assert found == code, f"{operation_id}: {found} is not {code}"
    assert call.state() == before, f"{operation_id} was refused and changed something"


@cache
def validator(operation_id: str, status: int | None) -> Validator:
    """Of one declared answer."""
    (schema,) = (a.schema for a in CONTRACT.operation(operation_id).answers if a.status == status)
    assert schema is not None
    return Validator(*CONTRACT.resolved(schema, "response"))
