"""An overlay answers as the store does once the writes are committed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockgc.domain.errors import NOT_FOUND
from mockgc.domain.overlay import Overlay
from mockgc.domain.resource import Filter, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Outcome, View, Write
from mockgc.ids import Ids
from mockgc.store.base import Kept
from mockgc.store.memory import MemoryStore

TREE = Resource(
    kind="tree",
    path="/trees",
    title="tree",
    unique=(UniqueKey("name", NOT_FOUND, str.lower),),
    filters=(Filter("status"),),
    references=(Reference("parent", "tree", NOT_FOUND), Reference("others[]", "tree", NOT_FOUND)),
)
IDS, NAMES, STATES = ("a", "b", "c"), ("Oak", "oak", "Elm"), ("on", "off")
ENTITIES = st.none() | st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES), "status": st.sampled_from(STATES)},
    optional={"parent": st.sampled_from(IDS), "others": st.lists(st.sampled_from(IDS), max_size=2)},
)
STEPS = st.lists(st.tuples(st.sampled_from(IDS), ENTITIES), max_size=6)


def writes_of(steps: list[tuple[str, Any]], there: set[str]) -> tuple[Write, ...]:
    """As writes; only what is there is deleted."""
    found = []
    for entity_id, entity in steps:
        if entity is not None:
            there.add(entity_id)
        elif entity_id in there:
            there.remove(entity_id)
        else:
            continue
        found.append(Write("tree", entity_id, entity and {"id": entity_id, **entity}))
    return tuple(found)


def seen(view: View) -> list[Any]:
    """All that a rule can ask."""
    return [
        {
            entity_id: (row.version, row.keys, view.get("tree", entity_id))
            for entity_id, row in view.rows("tree").items()
        },
        {entity_id: view.row("tree", entity_id) is None for entity_id in IDS},
        {name: sorted(view.holders("name", name, ("tree",))) for name in map(str.lower, NAMES)},
        {status: sorted(view.holders("status", status, ("tree", "other"))) for status in STATES},
        {entity_id: sorted(view.referrers("tree", entity_id)) for entity_id in IDS},
    ]


@given(STEPS, STEPS)
def test_an_overlay_is_the_view_after_the_commit(committed: list[tuple[str, Any]], laid: list[tuple[str, Any]]) -> None:
    store = MemoryStore((TREE,), Ids(b"1"), lambda: datetime(2026, 11, 25, tzinfo=UTC), Kept())
    organisation = store.create_organisation().id
    there: set[str] = set()
    first, second = writes_of(committed, there), writes_of(laid, there)
    store.transact(organisation, lambda _: Outcome(200, None, first), "client", "context")
    expected: list[Any] = []

    def rule(view: View) -> Outcome:
        overlay = Overlay(view, {"tree": TREE}, "another")
        overlay.add(second)
        expected.append(seen(overlay))
        assert (overlay.client_id, overlay.acting("third").client_id) == ("another", "third")
        return Outcome(200, None, second)

    def after(view: View) -> Outcome:
        expected.append(seen(view))
        return Outcome(200)

    store.transact(organisation, rule, "client", "context")
    store.transact(organisation, after, "client", "context")
    assert expected[0] == expected[1]
