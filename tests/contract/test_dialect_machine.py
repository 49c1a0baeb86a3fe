"""The emulator keeps every promise of the dialect, as an independent sequential model states them."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from conformance.claims import PRECEDENCE
from tests.contract.dialect_app import dialect_app, target_in
from tests.contract.dialect_machine import machine_for

RUN = settings(settings.get_profile("default"), max_examples=max(100, settings().max_examples), stateful_step_count=25)


def test_every_answer_of_the_emulator_is_what_the_model_allows() -> None:
    app = dialect_app()
    machine = machine_for(lambda: target_in(app))
    run_state_machine_as_test(machine, settings=RUN)
    assert set(PRECEDENCE) <= set(machine.refusals), "the run must have met every conflict"


def test_the_same_requests_in_a_fresh_organisation_are_answered_alike() -> None:
    app = dialect_app()
    machine = machine_for(lambda: target_in(app), is_replayed=True)
    run_state_machine_as_test(machine, settings=settings(RUN, max_examples=15))
