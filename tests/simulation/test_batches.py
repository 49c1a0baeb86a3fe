"""The migrator's batches against the emulator: poison rows stay out alone, versions are fresh, twins are adopted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from conformance.final_state import PATHS
from migrator.apply import ApplySettings, Planned
from migrator.desired import Desires
from migrator.errors import JournalUnwritable
from migrator.journal import Entry, NoJournal
from migrator.report import Report, RowResult
from tests.simulation.accounts import GROUP, account
from tests.simulation.migration import migration
from tests.simulation.trial import convergence, judge, run, safety
from tests.simulation.world import World

SETTINGS = ApplySettings(workers=2, batch_size=50)
DETAILS = ("full", "code_only", "none")
SHIFT = {"start": "2026-11-30T09:00:00Z", "lengthMinutes": 60}


def migrate(world: World, wanted: Desires, between: Callable[[], Any] = lambda: None, **settings: int) -> Report:
    """One quiet run; `between` happens after it has planned and before it sends anything."""
    chosen = ApplySettings(**settings) if settings else SETTINGS

    def edit(_planned: Planned) -> None:
        between()

    world.rewire()
    program = migration(world, wanted, settings=chosen, between=edit)
    end = world.wire.run(lambda: world.wire.process("a").run(program))
    assert end.value is not None, end
    return end.value


def bad_rows(report: Report) -> dict[tuple[str, str | None], RowResult]:
    return {(row.what, row.member): row for row in report.rows if row.result in ("conflict", "failed", "blocked")}


def user_number(world: World, number: int) -> dict[str, Any]:
    (found,) = [user for user in world.state().users if user["externalId"] == f"zendesk:user:{number}"]
    return dict(found)


def users_only(numbers: range) -> Desires:
    wanted = account(numbers)
    return Desires(tuple(entity for entity in wanted.entities if entity.kind == "user"))


def detail(world: World, level: str) -> None:
    path = f"/_mockgc/organisations/{world.organisation.id}/switches"
    assert world.send("PATCH", path, {"error_detail": level}).status_code == 200


@pytest.mark.parametrize("level", DETAILS)
@pytest.mark.parametrize("number", [1, 33, 50])
def test_a_member_that_the_target_refuses_stays_out_alone(level: str, number: int) -> None:
    world = World()
    migrate(world, users_only(range(1, 51)))
    detail(world, level)
    poison = user_number(world, number)
    report = migrate(
        world,
        account(range(1, 51)),
        lambda: world.send("PUT", f"{PATHS['user']}/{poison['id']}", {**poison, "timeZone": "Asia/Tokyo"}),
    )
    assert set(bad_rows(report)) == {("member", f"zendesk:user:{number}"), ("week", f"zendesk:user:{number}")}
    (group,), (schedule,) = world.state().groups, world.state().schedules
    assert (len(group["userIds"]), len(schedule["agents"])) == (49, 49)


@pytest.mark.parametrize("level", DETAILS)
def test_an_agent_whose_shifts_overlap_elsewhere_stays_out_of_the_week_alone(level: str) -> None:
    world = World()
    migrate(world, users_only(range(1, 51)))
    busy = user_number(world, 17)["id"]
    zone = {"timeZone": "Europe/Paris"}
    template = world.send("POST", PATHS["scheduleTemplate"], {"name": "Theirs", **zone}).json()["id"]
    reference = {"scheduleTemplateId": template}
    group = world.send("POST", PATHS["group"], {"name": "Theirs", "userIds": [busy], **reference}).json()["id"]
    week = {"groupId": group, **reference, "weekDate": "2026-11-30", "agents": [{"userId": busy, "shifts": [SHIFT]}]}
    assert world.send("POST", PATHS["schedule"], week).status_code == 201
    detail(world, level)
    report = migrate(world, account(range(1, 51)))
    ((what, member), row), *others = bad_rows(report).items()
    assert (what, member, row.result, row.code) == ("week", "zendesk:user:17", "conflict", "wfm.shift.overlap")
    assert not others
    assert report.exit_code == 3
    assert row.context_id in world.contexts


def test_an_agent_with_other_shifts_in_the_week_is_a_conflict_and_keeps_them() -> None:
    world = World()
    migrate(world, account(range(1, 11)))
    (schedule,) = world.state().schedules
    edited = user_number(world, 4)["id"]
    agents = [
        {**agent, "shifts": [SHIFT]} if agent["userId"] == edited else agent for agent in schedule["agents"]
    ]  # fmt: skip
    report = migrate(
        world,
        account(range(1, 21), start="2026-11-30T08:00:00Z"),
        lambda: world.send("PUT", f"{PATHS['schedule']}/{schedule['id']}", {**schedule, "agents": agents}),
    )
    assert {key: row.code for key, row in bad_rows(report).items()} == {("week", "zendesk:user:4"): "edited_outside"}
    (after,) = world.state().schedules
    shifts = {agent["userId"]: agent["shifts"] for agent in after["agents"]}
    assert shifts.pop(edited) == [SHIFT]
    assert {shift["start"] for (shift,) in shifts.values()} == {"2026-11-30T08:00:00Z"}


def test_a_version_is_read_again_before_each_batch_that_replaces() -> None:
    world = World()
    migrate(world, account(range(1, 8)))
    before = world.head()
    report = migrate(world, account(range(1, 8), start="2026-11-30T08:00:00Z"), workers=4, batch_size=2)
    moved = [commit for commit in world.commits() if commit.sequence > before and commit.kind == "scheduleTemplate"]
    assert [commit.claimed for commit in moved] == [commit.before for commit in moved] != []
    assert len(moved) == 4
    assert report.counts_by_what["week"]["updated"] == 7
    assert not world.wire.sometimes.answers, "nothing was refused on the way"


def test_batches_hold_fifty_agents_and_the_plan_is_walked_in_dependency_order() -> None:
    world = World()
    migrate(world, account(range(1, 121)))
    imports = [
        operation.body
        for operation in world.wire.history()
        if operation.path == PATHS["schedule"] and operation.is_write
    ]
    assert [len(body["agents"]) for body in imports] == [50, 50, 20]
    assert all("version" not in body for body in imports)
    kinds = [commit.kind for commit in world.commits()]
    first = {kind: kinds.index(kind) for kind in set(kinds)}
    assert sorted(first, key=lambda kind: first[kind])[:2] == ["user", "scheduleTemplate"]
    assert Counter(kinds)["user"] == 120


def test_twins_without_external_id_are_adopted_and_nothing_is_made_twice() -> None:
    world = World()
    migrate(world, account([1, 2]))
    unmark(world)
    report = migrate(world, account([1, 2, 3]))
    assert report.exit_code == 0
    counts = {what: report.counts_by_what[what]["updated"] for what in report.counts_by_what}
    assert counts == {"user": 2, "scheduleTemplate": 1, "group": 1, "member": 0, "schedule": 1, "week": 0}
    state = world.state()
    assert (len(state.users), len(state.templates), len(state.groups), len(state.schedules)) == (3, 1, 1, 1)
    world.rewire()
    trial = run(world, {"a": migration(world, account([1, 2, 3]))})
    judge(trial, safety(trial))
    assert trial.replay_writes == 0


class FullDisk(NoJournal):
    """Takes so many entries and no more."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.intent_count = 0

    def append(self, entry: Entry) -> None:
        self.room -= 1
        if self.room < 0:
            raise JournalUnwritable("journal x: No space left on device")
        self.intent_count += entry["type"] == "intent"


def test_without_room_for_its_intent_nothing_more_is_sent() -> None:
    world = World()
    journal = FullDisk(5)
    program = migration(world, account(range(1, 9)), journal=lambda _process: journal)
    report = world.wire.run(lambda: world.wire.process("a").run(program)).value
    assert report is not None
    writes = [one for one in world.wire.history() if one.is_write and one.path in PATHS.values()]
    assert len(writes) == world.head() == journal.intent_count == 3
    assert report.exit_code == 3
    assert {row.message for row in report.rows if row.result == "failed"} == {"journal x: No space left on device"}


def unmark(world: World) -> None:
    """Take the externalId from everything, as if people had made it by hand."""
    for kind in PATHS:
        for entity in world.state().of(kind):
            body = {name: value for name, value in entity.items() if name != "externalId"}
            assert world.send("PUT", f"{PATHS[kind]}/{entity['id']}", body).status_code == 200


def test_a_group_deleted_since_the_plan_is_not_made_anew() -> None:
    world = World()
    migrate(world, Desires(account([1]).entities[:-1]))
    (group,) = world.state().groups
    report = migrate(
        world, account([1, 2]), lambda: world.send("DELETE", f"{PATHS['group']}/{group['id']}", None)
    )  # fmt: skip
    results = {(row.what, row.member): row.result for row in report.rows if GROUP.key in row.key}
    assert set(results.values()) <= {"conflict", "blocked", "failed", "unchanged"}
    assert world.state().groups == ()
    assert report.exit_code == 3


@pytest.mark.parametrize(
    "switches",
    [
        {"schedule_baseline": "schedule"},
        {"import_moves_template": False},
        {"unchanged_import_is_stale": True},
        {"equal_create": "return_existing"},
        {"zone_fit": "exact"},
        {"external_id_scope": "kind"},
        {"stale_status": 400},
        {"stale_status": 408, "error_detail": "none"},
    ],
)
def test_a_target_that_differs_from_the_specification_is_migrated_too(switches: dict[str, Any]) -> None:
    world = World()
    path = f"/_mockgc/organisations/{world.organisation.id}/switches"
    assert world.send("PATCH", path, switches).status_code == 200
    migrate(world, account(range(1, 8)), workers=2, batch_size=3)
    changed = account(range(1, 9), start="2026-11-30T08:00:00Z", agent_name="Anna")
    world.rewire()
    trial = run(world, {"a": migration(world, changed), "b": migration(world, changed)})
    judge(trial, safety(trial), convergence(trial))
    assert [end.value.exit_code for end in trial.replay if end.value] == [0, 0]
