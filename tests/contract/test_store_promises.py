"""What every store promises, whatever keeps the bytes: one suite for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockgc.domain.errors import BAD_REQUEST, WfmError, refuse
from mockgc.domain.metadata import advanced, born, writable
from mockgc.domain.transaction import Commit, Entity, Outcome, Rule, View, Write
from mockgc.ids import Ids
from mockgc.journal import Entry
from mockgc.resources.wfm_dialect import RESOURCES
from mockgc.store.base import Kept, Slot, Store, UnknownName
from mockgc.store.memory import MemoryStore
from mockgc.store.session import Database
from mockgc.store.sql import SqlStore
from mockgc.store.sqlite import SqliteDatabase
from tests.postgres import SEED

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
STORES = ("memory", "sqlite", "postgres")


def build(name: str, folder: Path, reused: Callable[[], Database]) -> Store:
    """An empty store that keeps little of its past."""
    what = (RESOURCES, Ids(SEED), lambda: NOW, Kept(3, 8, 2))
    if name == "memory":
        return MemoryStore(*what)
    return SqlStore(SqliteDatabase(folder / "state.db") if name == "sqlite" else reused(), *what)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    built = build(request.param, tmp_path, lambda: request.getfixturevalue("reused_postgres").database())
    yield built
    built.close()


@pytest.fixture
def organisation(store: Store) -> str:
    return store.create_organisation().id


def run(store: Store, organisation: str, rule: Rule) -> Commit:
    return store.transact(organisation, rule, "client", "context")


def creating(*bodies: Entity, kind: str = "user") -> Rule:
    """Writes all of these in one commit."""

    def rule(view: View) -> Outcome:
        made = [born(view.new_id(), "uri", body, view.now, view.client_id) for body in bodies]
        writes = tuple(Write(kind, entity["id"], entity, changed=("name",)) for entity in made)
        return Outcome(201, {"ids": [entity["id"] for entity in made]}, writes)

    return rule


def made(commit: Commit) -> list[str]:
    assert isinstance(commit.outcome.body, dict)
    found: list[str] = commit.outcome.body["ids"]
    return found


def look(store: Store, organisation: str, of: Callable[[View], T]) -> T:
    seen: list[T] = []

    def rule(view: View) -> Outcome:
        seen.append(of(view))
        return Outcome(200)

    run(store, organisation, rule)
    return seen[-1]


def test_a_commit_is_atomic_and_its_rows_share_a_sequence(store: Store, organisation: str) -> None:
    commit = run(store, organisation, creating({"name": "a", "email": "a@b"}, {"name": "b", "email": "b@b"}))
    rows = store.commits(organisation)
    assert [(row.sequence, row.entity_id, row.version_before, row.version_after) for row in rows] == [
        (1, made(commit)[0], 0, 1), (1, made(commit)[1], 0, 1),
    ]  # fmt: skip
    assert {(row.context_id, row.client_id, row.at) for row in rows} == {("context", "client", NOW)}


def test_a_rule_that_raises_writes_nothing_and_leaves_no_gap(store: Store, organisation: str) -> None:
    def refusing(view: View) -> Outcome:
        view.new_id()
        raise refuse(BAD_REQUEST, "no")

    run(store, organisation, creating({"name": "a"}))
    with pytest.raises(WfmError):
        run(store, organisation, refusing)
    assert run(store, organisation, lambda _: Outcome(200)).sequence is None
    assert run(store, organisation, creating({"name": "b"})).sequence == 2
    assert [row.sequence for row in store.commits(organisation)] == [1, 2]
    assert [row.sequence for row in store.commits(organisation, after=1)] == [2]


def test_a_commit_that_cannot_be_encoded_writes_nothing_of_itself(store: Store, organisation: str) -> None:
    with pytest.raises(TypeError):
        run(store, organisation, creating({"name": "a"}, {"name": "b", "active": object()}))
    assert store.commits(organisation) == []
    assert look(store, organisation, lambda view: dict(view.rows("user"))) == {}


def test_the_index_follows_changes_and_deletes(store: Store, organisation: str) -> None:
    (user,) = made(run(store, organisation, creating({"name": "a", "email": "A@b", "externalId": "x"})))

    def change(view: View) -> Outcome:
        before = view.get("user", user)
        assert before is not None
        after = advanced(before, {"name": "a", "email": "new@b"}, view.now, view.client_id)
        return Outcome(200, None, (Write("user", user, after),))

    def holders(view: View) -> list[list[tuple[str, str]]]:
        looked = [("email", "a@b"), ("email", "new@b"), ("externalId", "x")]
        return [view.holders(name, value, ["user", "group"]) for name, value in looked]

    assert look(store, organisation, holders) == [[("user", user)], [], [("user", user)]]
    run(store, organisation, change)
    assert look(store, organisation, holders) == [[], [("user", user)], []]
    run(store, organisation, lambda _: Outcome(204, None, (Write("user", user, None),)))
    assert look(store, organisation, holders) == [[], [], []]
    assert store.commits(organisation)[-1].version_after is None


def test_references_follow_their_entity(store: Store, organisation: str) -> None:
    users = made(run(store, organisation, creating({"name": "a"}, {"name": "b"})))
    body = {"name": "g", "userIds": [users[0]]}
    (group,) = made(run(store, organisation, creating(body, kind="group")))

    def change(view: View) -> Outcome:
        before = view.get("group", group)
        assert before is not None
        after = advanced(before, {**writable(before), "userIds": [users[1]]}, view.now, "client")
        return Outcome(200, None, (Write("group", group, after),))

    def referrers(view: View) -> list[list[tuple[str, str]]]:
        return [view.referrers("user", user) for user in users]

    assert look(store, organisation, referrers) == [[("group", group)], []]
    run(store, organisation, change)
    assert look(store, organisation, referrers) == [[], [("group", group)]]
    run(store, organisation, lambda _: Outcome(204, None, (Write("group", group, None),)))
    assert look(store, organisation, referrers) == [[], []]


def test_a_reset_brings_back_a_baseline_with_its_index_and_gives_no_id_twice(store: Store, organisation: str) -> None:
    (kept,) = made(run(store, organisation, creating({"name": "a", "email": "a@b"})))
    store.save_baseline(organisation, "one")
    (gone,) = made(run(store, organisation, creating({"name": "b", "email": "b@b"})))
    store.reset(organisation, "one")
    assert look(store, organisation, lambda view: list(view.rows("user"))) == [kept]
    assert look(store, organisation, lambda view: view.holders("email", "b@b", ["user"])) == []
    assert store.commits(organisation) == []
    (fresh,) = made(run(store, organisation, creating({"name": "c"})))
    assert fresh not in (kept, gone)
    store.reset(organisation)
    assert look(store, organisation, lambda view: list(view.rows("user"))) == []
    with pytest.raises(UnknownName):
        store.reset(organisation, "two")


def test_organisations_are_apart(store: Store, organisation: str) -> None:
    other = store.create_organisation().id
    run(store, organisation, creating({"name": "a", "email": "a@b"}))
    assert look(store, other, lambda view: view.holders("email", "a@b", ["user"])) == []
    assert store.commits(other) == []


def test_the_journal_keeps_the_newest_and_counts_the_rest(store: Store, organisation: str) -> None:
    contexts = [store.new_context_id(organisation) for _ in range(5)]
    for context in contexts:
        store.append(Entry(context, organisation, "c", NOW, "GET", "/", "", 200, "user.list", None, None, (), (), b""))
    journal = store.journal(organisation)
    assert ([entry.context_id for entry in journal.entries], journal.evicted) == (contexts[2:], 2)
    assert store.context_owner(contexts[0]) == (organisation, None)
    owner = store.context_owner(contexts[4])
    assert owner is not None
    assert owner[1] is not None
    assert store.context_owner("never") is None


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["ask", "ask", "ask", "reset"]), max_size=12), st.integers(0, 14))
def test_requests_have_numbers_that_survive_making_room_and_resets(store: Store, steps: list[str], after: int) -> None:
    organisation, asked, dropped = store.create_organisation().id, list[str](), 0
    for step in steps:
        if step == "reset":
            store.reset(organisation)
            dropped = len(asked)
        else:
            asked.append(store.new_context_id(organisation))
            dropped = max(dropped, len(asked) - 3)
            entry = Entry(asked[-1], organisation, "c", NOW, "GET", "/", "", 200, "user.list", None, None, (), (), b"")
            store.append(entry)
    journal = store.journal(organisation, after)
    expected = [(n, context) for n, context in enumerate(asked, 1) if n > max(dropped, after)]
    assert [(n, entry.context_id) for n, entry in journal.numbered] == expected
    assert (journal.evicted, journal.last) == (dropped, len(asked))


def test_tokens_expire_on_the_stores_clock(store: Store, organisation: str) -> None:
    client = store.add_client(organisation, None, 60)
    token = store.issue_token(client)
    assert token.expires_at == NOW + timedelta(seconds=60)
    found = store.token(token.value)
    assert found is not None
    assert found.client == client
    assert store.token("other") is None


def test_an_organisation_has_its_own_clock_on_the_emulators(store: Store, organisation: str) -> None:
    other = store.create_organisation().id
    store.change_clock(lambda state, _: state.advanced(60), organisation)
    store.change_clock(lambda state, _: state.advanced(3600))
    assert store.now() - NOW == timedelta(hours=1)
    assert store.now(other) - NOW == timedelta(hours=1)
    assert store.now(organisation) - NOW == timedelta(hours=1, seconds=60)
    store.change_clock(lambda state, beneath: state.stopped(beneath), organisation)
    store.change_clock(lambda state, _: state.advanced(3600))
    assert store.now(organisation) - NOW == timedelta(hours=1, seconds=60)
    assert look(store, organisation, lambda view: view.now) == store.now(organisation)
    assert store.issue_token(store.add_client(organisation, None, 1)).expires_at == store.now(organisation) + SECOND


def test_a_slot_holds_a_value_of_one_organisation_and_only_settings_outlive_a_reset(
    store: Store, organisation: str
) -> None:
    faults, counters, other = Slot("faults", is_setting=True), Slot("counters"), store.create_organisation().id
    assert store.value(organisation, faults) is None
    assert store.change_value(organisation, faults, lambda value: [*(value or []), {"status": 503}]) == [
        {"status": 503}
    ]
    store.change_value(organisation, counters, lambda _: {"asked": 1})
    assert store.value(other, faults) is None
    store.save_baseline(organisation, "broken")
    store.reset(organisation)
    assert (store.value(organisation, faults), store.value(organisation, counters)) == (None, None)
    store.change_value(organisation, counters, lambda _: {"asked": 2})
    store.reset(organisation, "broken")
    assert (store.value(organisation, faults), store.value(organisation, counters)) == ([{"status": 503}], None)
    store.change_value(organisation, faults, lambda _: None)
    assert store.value(organisation, faults) is None
    with pytest.raises(UnknownName):
        store.change_value("nobody", faults, lambda _: 1)


def test_two_threads_that_change_a_slot_lose_no_change(store: Store, organisation: str) -> None:
    slot = Slot("counters")

    def work(_: int) -> None:
        for _ in range(100):
            store.change_value(organisation, slot, lambda value: (value or 0) + 1)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert store.value(organisation, slot) == 200


def test_a_snapshot_moves_to_another_organisation_with_index_settings_and_no_id_twice(
    store: Store, organisation: str
) -> None:
    old = made(run(store, organisation, creating({"name": "n", "email": "n@b"}, {"name": "m", "email": "m@b"})))
    store.change_value(organisation, Slot("faults", is_setting=True), lambda _: [1])
    store.set_switches(organisation, store.switches(organisation).with_changes({"equal_create": "return_existing"}))
    snapshot = store.snapshot(organisation)
    assert [(kind, entity_id, version) for kind, entity_id, version, _ in snapshot.rows] == [
        ("user", entity_id, 1) for entity_id in old
    ]
    other = store.create_organisation().id
    store.put_baseline(other, "moved", snapshot)
    assert store.snapshot(other, "moved") == snapshot
    store.reset(other, "moved")
    assert store.snapshot(other) == snapshot
    assert look(store, other, lambda view: view.holders("email", "m@b", ("user",))) == [("user", old[1])]
    assert int(made(run(store, other, creating({"name": "new"})))[0][-12:], 16) > int(old[1][-12:], 16)
    store.drop_baseline(other, "moved")
    with pytest.raises(UnknownName, match="no baseline is called 'moved'; there are empty"):
        store.snapshot(other, "moved")


def test_the_history_of_an_entity_keeps_its_newest_images_and_rows(store: Store, organisation: str) -> None:
    (user,) = made(run(store, organisation, creating({"name": "n", "count": 0})))
    for count in range(1, 10):

        def increment(view: View, count: int = count) -> Outcome:
            before = view.get("user", user)
            assert before is not None
            after = advanced(before, {**writable(before), "count": count}, view.now, "client")
            return Outcome(200, None, (Write("user", user, after, changed=("count",)),))

        run(store, organisation, increment)
    run(store, organisation, creating({"name": "another"}))
    history = store.history(organisation, "user", user)
    assert [row.version_after for row in history] == [4, 5, 6, 7, 8, 9, 10]
    assert [row.after is not None for row in history] == [False] * 6 + [True]
    assert b'"count":9' in (history[-1].after or b"")
    assert [row.sequence for row in store.commits(organisation)] == list(range(4, 12))


def test_two_threads_that_read_and_write_lose_no_update(store: Store, organisation: str) -> None:
    (user,) = made(run(store, organisation, creating({"name": "n", "count": 0})))
    barrier = threading.Barrier(2)

    def increment(view: View) -> Outcome:
        before = view.get("user", user)
        assert before is not None
        after = advanced(before, {**writable(before), "count": before["count"] + 1}, view.now, "client")
        return Outcome(200, None, (Write("user", user, after),))

    def work(_: int) -> None:
        barrier.wait()
        for _ in range(100):
            run(store, organisation, increment)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    final = look(store, organisation, lambda view: view.get("user", user))
    assert final is not None
    assert (final["count"], final["version"]) == (200, 201)
    assert [row.sequence for row in store.commits(organisation)] == list(range(194, 202))
