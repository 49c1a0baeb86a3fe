"""
Mutants: an emulator in which one published operation has lost its rule, and everything else works.

    memory     it answers as before and keeps nothing of what it would write
    answer     it answers as the contract allows, without looking at what is stored
    a refusal  it lets pass what it declares as one of its refusals

Each is made from the operation's own handler, so an operation that is added later has its mutants at once. A mutant
keeps to the contract: a test that notices it has noticed the missing rule, not a missing field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import pytest
from flask import Response, request

from mockgc import Emulator, Settings, create_app
from mockgc.contract.examples import Examples
from mockgc.contract.success import success
from mockgc.domain import errors
from mockgc.domain.errors import ErrorCode, WfmError
from mockgc.domain.resource import Handler, Operation, Resource
from mockgc.domain.transaction import Outcome, Request, View
from mockgc.resources import registry
from mockgc.resources.workforcemanagement import business_units, management_units
from tests.mockgc.resources.cases import Case
from tests.mockgc.resources.published_behaviour import CONTRACT, EMULATOR, MOMENT, OutsideContract

ONLY_REFUSE = {"getRoutingQueuesMe", "getUsersMe"}
"""A client is no user, so these never answer: there is nothing to make up or to forget."""
Lost = Literal["memory", "answer"] | ErrorCode
ASKED_OF_ALL = {
    *(value for value in vars(errors).values() if isinstance(value, ErrorCode)),
    business_units.NOT_FOUND,
    management_units.NOT_FOUND,
}
"""Refusals that no operation needs to declare: they follow from the shape of a request and the units in its path."""
_EXAMPLES = Examples(lambda name: CONTRACT.definition(name).schema)


class Mishap(Exception):
    """The emulator failed, left the contract, or broke the test otherwise: what the test says counts for nothing."""


@dataclass(slots=True)
class Seen:
    """What one operation did while a case ran; it tells when it answers and writes nothing."""

    has_answered: bool = False
    has_written: bool = False
    has_told: bool = False
    refusals: set[ErrorCode] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One operation without one thing that it had."""

    operation_id: str
    lost: Lost

    def __str__(self) -> str:
        if isinstance(self.lost, ErrorCode):
            lets_pass = f"lets pass what is refused with {self.lost.status} {self.lost.code} ({self.lost.rule})"
            return f"{self.operation_id} {lets_pass}"
        return f"{self.operation_id} {'forgets what it is told' if self.lost == 'memory' else 'makes up its answer'}"

    def can_show_in(self, seen: Seen) -> bool:
        """Whether a case comes to what is lost."""
        if isinstance(self.lost, ErrorCode):
            return self.lost in seen.refusals
        return seen.has_written if self.lost == "memory" else seen.has_answered

    def instead_of(self, outcome: Outcome, view: View, request: Request) -> Outcome:
        """What happens in place of what the operation decided; a refusal is an outcome as well."""
        if outcome.refusal is not None and isinstance(self.lost, ErrorCode):
            left = [violation for violation in outcome.refusal.violations if violation.code != self.lost]
            if left:
                return replace(outcome, refusal=WfmError(left))
            status = success(CONTRACT.operation(self.operation_id)).status or 200
            return Outcome(status, self._example(status, view, request), outcome.writes)
        if self.lost == "memory":
            return replace(outcome, writes=())
        if self.lost == "answer" and outcome.refusal is None:
            return replace(outcome, body=self._example(outcome.status, view, request), reads=())
        return outcome

    def _example(self, status: int, view: View, request: Request) -> Any:
        """Of the body that is declared for a status."""
        published = CONTRACT.operation(self.operation_id)
        by_status = {answer.status: answer.schema for answer in published.successes}
        schema = by_status.get(status, by_status.get(None))
        if schema is None or published.method == "HEAD":
            return None
        own_id = request.ids[-1] if published.path.endswith("}") else None
        return _EXAMPLES.answer(self.operation_id, schema, request.body, own_id, view.now)


def is_assertion(error: BaseException) -> bool:
    """Whether a test says so that something is wrong; `(one,) = found` asserts how many there are."""
    is_unpacking = isinstance(error, ValueError) and "values to unpack (expected" in str(error)
    return is_unpacking or isinstance(error, AssertionError | pytest.fail.Exception)


def mutants(operation_id: str, refusals: Iterable[ErrorCode], seen: Iterable[Seen]) -> tuple[Mutant, ...]:
    """
    What an operation must not survive as: without its memory where it writes, without its answer where it writes
    nothing, and without each refusal that it declares or was seen to give.

    Args:
        refusals: what it declares.
        seen: what it did in the cases that show it.
    """
    seen = tuple(seen)
    known = {code for one in seen for code in one.refusals}
    given = sorted(known, key=lambda code: (code.status, code.code, code.rule))
    return tuple(Mutant(operation_id, one) for one in dict.fromkeys([*_losses(operation_id, seen), *refusals, *given]))


def _losses(operation_id: str, seen: tuple[Seen, ...]) -> Iterator[Lost]:
    published = CONTRACT.operation(operation_id)
    if operation_id in ONLY_REFUSE or published.method == "HEAD":
        return
    has_body = any(answer.schema is not None for answer in published.successes)
    has_written = any(one.has_written for one in seen)
    if has_written or not has_body:
        yield "memory"
    if has_body and (not has_written or any(one.has_told for one in seen)):
        yield "answer"


class Stage:
    """An emulator in which one mutant at a time takes the place of an operation."""

    def __init__(self) -> None:
        self._mutant: Mutant | None = None
        self._seen: defaultdict[str, Seen] = defaultdict(Seen)
        self._watched: dict[Case, dict[str, Seen]] = {}
        self._failures: list[Exception] = []
        self._spoke_last = ""
        resources = registry()
        self.behaviours = {name: found for resource in resources for name, found in resource.behaviours.items()}
        self._app = create_app(Settings(seed=1, freeze=MOMENT), resources=tuple(map(self._staged, resources)))
        self._app.after_request(self._listening)

    def watch(self, case: Case) -> dict[str, Seen]:
        """
        What each operation does in a case while nothing is lost.

        Raises:
            Whatever the case raises: it has to pass.
        """
        if case not in self._watched:
            self._seen.clear()
            with self._played_by(None):
                case.function(**case.prepare())
            self._watched[case] = dict(self._seen)
        return self._watched[case]

    def notices(self, case: Case, mutant: Mutant) -> bool:
        """
        Whether a case fails under a mutant, by an assertion.

        What goes wrong in a fixture is no claim of the test, so it does not count.

        Raises:
            Mishap: the case failed, but not because it noticed the mutant.
        """
        with self._played_by(mutant):
            try:
                given = case.prepare()
            except Exception:
                return False
            try:
                case.function(**given)
            except OutsideContract as error:
                self._raise_failure()
                raise Mishap(f"outside of the contract: {error}") from error
            except (Exception, pytest.fail.Exception) as error:
                self._raise_failure()
                if not is_assertion(error):
                    raise Mishap(f"{case.test} fails, but not by an assertion: {error!r}") from error
                return True
            self._raise_failure()
            return False

    def complaints(self, operation_id: str, cases: Sequence[Case]) -> list[str]:
        """
        What speaks against the claim that these cases show an operation: refusals that it gives and does not declare,
        mutants that none of them notices, and tests that notice no mutant. What an operation keeps has to be missed in
        what another one answers, or at an address outside of the contract where uploads and downloads are.
        """
        seen = {case: self.watch(case).get(operation_id, Seen()) for case in cases}
        declared = self.behaviours[operation_id].refusals
        wanted = mutants(operation_id, declared, seen.values())
        idle = {case.test: "it comes to nothing that is lost" for case in cases}
        undeclared = {code for one in seen.values() for code in one.refusals} - ASKED_OF_ALL - {*declared}
        found = sorted(f"it does not declare {code.status} {code.code}: {code.rule}" for code in undeclared)
        for mutant in dict.fromkeys((*wanted, Mutant(operation_id, "answer"))):
            is_noticed, tried = mutant not in wanted, []
            for case in (case for case in cases if mutant.can_show_in(seen[case])):
                if is_noticed and case.test not in idle:
                    continue
                verdict = self._verdict(case, mutant)
                if not verdict:
                    idle.pop(case.test, None)
                elif case.test in idle:
                    idle[case.test] = f"{verdict} when {mutant}"
                if not verdict and mutant.lost == "memory" and self._spoke_last == operation_id:
                    verdict = f"{case.test} reads it back by the operation itself"
                tried.append(verdict)
                is_noticed = is_noticed or not verdict
            if not is_noticed:
                found.append(f"{mutant}: {'; '.join(tried) or 'no marked test comes to it'}")
        return [*found, *(f"{test} does not show {operation_id}: {why}" for test, why in idle.items())]

    def _verdict(self, case: Case, mutant: Mutant) -> str:
        """Empty when the case notices the mutant, else what happened."""
        try:
            return "" if self.notices(case, mutant) else f"{case.test} passes"
        except Mishap as mishap:
            return str(mishap)

    @contextmanager
    def _played_by(self, mutant: Mutant | None) -> Iterator[None]:
        """Callers come here, and find this mutant; the clock stands where it stands for every test."""
        emulator: Emulator = self._app.extensions["mockgc"]
        emulator.clock.freeze(MOMENT)
        token = EMULATOR.set(self._app)
        self._mutant = mutant
        self._failures.clear()
        try:
            yield
        finally:
            self._mutant = None
            EMULATOR.reset(token)

    def _listening(self, response: Response) -> Response:
        """Notes failures, also behind a rule where its outcome is committed, and who spoke last where no rule did."""
        if response.status_code == 500:
            self._failures.append(RuntimeError(response.get_data(as_text=True)))
        if not request.path.startswith(("/api/v2/", "/_mockgc/", "/oauth/")):
            self._spoke_last = request.path
        return response

    def _raise_failure(self) -> None:
        if self._failures:
            raise Mishap(f"the emulator failed: {self._failures[0]!r}") from self._failures[0]

    def _staged(self, resource: Resource) -> Resource:
        staged = {
            name: replace(behaviour, handle=partial(self._handle, name, behaviour.handle))
            for name, behaviour in resource.behaviours.items()
        }
        return replace(resource, behaviours=staged)

    def _handle(
        self, name: str, handle: Handler, resource: Resource, operation: Operation, view: View, request: Request
    ) -> Outcome:
        try:
            outcome = self._noted(name, lambda: handle(resource, operation, view, request))
            if self._mutant is not None and self._mutant.operation_id == name:
                outcome = self._mutant.instead_of(outcome, view, request)
        except Exception as error:
            self._failures.append(error)
            raise
        if outcome.refusal is not None and not outcome.writes:
            raise outcome.refusal
        return outcome

    def _noted(self, name: str, decide: Callable[[], Outcome]) -> Outcome:
        """What an operation decides, a refusal included; nothing is raised for one."""
        seen, self._spoke_last = self._seen[name], name
        try:
            outcome = decide()
        except WfmError as refused:
            outcome = Outcome(refused.violations[0].code.status, refusal=refused)
        if outcome.refusal is None:
            seen.has_answered = True
            seen.has_told = seen.has_told or not outcome.writes
        else:
            seen.refusals |= {violation.code for violation in outcome.refusal.violations}
        seen.has_written = seen.has_written or bool(outcome.writes)
        return outcome
