"""Any state that requests to the published family lead to can be exported, and imported as it was."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mockgc.resources import registry
from mockgc.snapshots import decoded, differences, encoded
from mockgc.store.base import Store
from tests.mockgc.resources.landscape import landscape
from tests.mockgc.resources.machine import Machine, Step
from tests.mockgc.resources.themes import THEMES, emulator, perform, steps_of

RESOURCES = {resource.kind: resource for resource in registry()}
EXAMPLES = min(settings().max_examples * 8 // 100, 200)


def moved(store: Store, organisation_id: str) -> None:
    """Out as a file and into another emulator: the same file comes out of it."""
    data = encoded(store.snapshot(organisation_id))
    taken = decoded(data, RESOURCES)
    there = emulator().extensions["mockgc"].store
    other = there.create_organisation().id
    there.put_baseline(other, "moved", taken)
    there.reset(other, "moved")
    assert encoded(there.snapshot(other)) == data
    assert not list(differences(store.snapshot(organisation_id), there.snapshot(other), RESOURCES))


@pytest.mark.parametrize("theme", THEMES)
def test_what_any_sequence_of_requests_leads_to_can_be_moved(theme: str) -> None:
    @settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate])
    @given(steps_of(theme), st.sampled_from((0, 2)))
    def moves(steps: list[Step], polls: int) -> None:
        machine = Machine(emulator())
        machine.call.organisation.switch(operation_polls=polls)
        perform(machine, theme, steps)
        moved(machine._store, machine.call.organisation.id)

    moves()


def test_an_organisation_with_one_of_everything_can_be_moved() -> None:
    app = emulator()
    organisation_id = landscape(app).call.organisation.id
    store = app.extensions["mockgc"].store
    assert len({kind for kind, *_ in store.snapshot(organisation_id).rows}) > 30
    moved(store, organisation_id)
