"""Every server with a planted bug is caught, within a stated number of examples; the sound one passes the same run."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from conformance.checkers import references_hold
from conformance.final_state import PATHS, FinalState, collect
from tests.broken_servers.servers import SERVERS, split_server
from tests.contract.dialect_app import dialect_app, target_in
from tests.contract.dialect_machine import Target, machine_for

EXAMPLES_MAX = 100
"""Every planted bug shows within this many examples of at most 25 requests (profile default, no shrinking)."""
RUN = settings(
    settings.get_profile("default"),
    max_examples=EXAMPLES_MAX,
    stateful_step_count=25,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)


@pytest.mark.parametrize("name", SERVERS)
def test_the_state_machine_catches_the_planted_bug(name: str) -> None:
    app = SERVERS[name]()
    machine = machine_for(lambda: target_in(app))
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=RUN)


def group_against_deleted_template(app: Flask, rendezvous: Callable[[], object]) -> FinalState:
    """One thread creates a group under a template while another deletes the template; what is left."""
    target = target_in(app)
    template = target.send("POST", PATHS["scheduleTemplate"], {"name": "Early", "timeZone": "Europe/Paris"}).json()
    group = {"name": "Support", "scheduleTemplateId": template["id"]}

    def run(method: str, path: str, body: object = None) -> None:
        rendezvous()
        target.send(method, path, body)

    threads = [
        threading.Thread(target=run, args=("POST", PATHS["group"], group)),
        threading.Thread(target=run, args=("DELETE", template["selfUri"])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return collect(target.get)


def test_references_checked_outside_the_critical_section_are_caught_by_two_threads() -> None:
    barrier = threading.Barrier(2, timeout=30)
    is_armed = threading.Event()
    app = split_server(lambda: barrier.wait() if is_armed.is_set() else None)
    state = group_against_deleted_template(app, is_armed.set)
    assert references_hold(state)


def test_the_same_two_threads_leave_a_sound_server_whole() -> None:
    barrier = threading.Barrier(2, timeout=30)
    app = dialect_app()
    for _ in range(20):
        assert references_hold(group_against_deleted_template(app, barrier.wait)) == ()


def test_a_target_speaks_to_one_organisation_only() -> None:
    app = dialect_app()
    one, other = target_in(app), target_in(app)
    assert one.send("POST", PATHS["user"], {"name": "A", "email": "a@b.c", "timeZone": "UTC"}).status_code == 201
    assert isinstance(other, Target)
    assert collect(other.get) == FinalState()
