"""The emulator keeps every promise of the dialect, as an independent sequential model states them."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from conformance.claims import PRECEDENCE
from conformance.weeks import FIT_YEAR
from mockgc import Settings, create_app
from tests.contract.dialect_machine import Target, machine_for

NOW = datetime(FIT_YEAR, 11, 23, 9, 0, tzinfo=UTC)
RUN = settings(settings.get_profile("default"), max_examples=100, stateful_step_count=25)


def target_in(app: Flask) -> Target:
    """A fresh organisation whose entities get the same ids each time."""
    emulator = app.extensions["mockgc"]
    organisation = emulator.create_organisation(seed=7)
    return Target(app.wsgi_app, organisation.id, emulator.issue_token(organisation.client_id))


def test_every_answer_of_the_emulator_is_what_the_model_allows() -> None:
    app = create_app(Settings(seed=7, freeze=NOW))
    machine = machine_for(lambda: target_in(app))
    run_state_machine_as_test(machine, settings=RUN)
    assert set(PRECEDENCE) <= set(machine.refusals), "the run must have met every conflict"
