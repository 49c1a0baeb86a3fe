"""Other people work in the target while the migrator does: their edits are kept or reported, never silently gone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx
from hypothesis import given, settings

from conformance.checkers import Commit, Violation
from conformance.final_state import PATHS, Entity
from conformance.simulation import Budget, Process, Sometimes, plans
from migrator.apply import Planned
from tests.simulation.accounts import account
from tests.simulation.migration import migration
from tests.simulation.trial import Program, Trial, convergence, judge, run, safety
from tests.simulation.world import World

OLD, NEW = account((1, 2)), account((1, 2, 3), start="2026-11-30T08:00:00Z", agent_name="Anna")
BUDGET = Budget(faults=2, crashes=1)
PLANS = plans(steps_max=60)
MANY = settings(max_examples=2 * settings().max_examples)


def migrated(plan: list[int], budget: Budget = BUDGET) -> World:
    """A world in which the old source has arrived, with a fresh wire."""
    world = World()
    run(world, {"first": migration(world, OLD)})
    world.rewire(plan, budget)
    return world


def editor(world: World, kind: str, query: Mapping[str, str], changes: Mapping[str, Any]) -> Program[Entity | None]:
    """A careful colleague: finds an entity and replaces it until that is known to be done; None when there is none."""

    async def program(process: Process) -> Entity | None:
        async with process.client(timeout=30) as client:
            while True:
                try:
                    form = {"grant_type": "client_credentials"}
                    mine = world.credentials(process.name)
                    auth = httpx.BasicAuth(mine.client_id, mine.client_secret)
                    token = (await client.post("/oauth/token", data=form, auth=auth)).raise_for_status().json()
                    headers = {"Authorization": f"Bearer {token['access_token']}"}
                    found = await client.get(PATHS[kind], params=dict(query), headers=headers)
                    entities = found.raise_for_status().json()["entities"]
                    if not entities:
                        return None
                    entity = {**entities[0], **changes}
                    put = await client.put(f"{PATHS[kind]}/{entity['id']}", json=entity, headers=headers)
                    return dict(put.raise_for_status().json())
                except httpx.HTTPError:
                    await asyncio.sleep(1)

    return program


def named(entities: tuple[Entity, ...], name: str) -> Entity:
    """The only entity of this name."""
    (found,) = (entity for entity in entities if entity["name"] == name)
    return found


def test_an_edit_to_what_the_plan_does_not_touch_is_kept() -> None:
    total = Sometimes()

    @MANY
    @given(PLANS)
    def under(plan: list[int]) -> None:
        nonlocal total
        world = migrated(plan)
        foreign = world.send("POST", PATHS["user"], {"name": "F", "email": "f@example.com", "timeZone": "Europe/Paris"})
        members = [user["id"] for user in world.state().users]
        programs = {
            "a": migration(world, NEW),
            "b": migration(world, NEW),
            "describes": editor(world, "scheduleTemplate", {"name": "Early"}, {"description": "by hand"}),
            "adds": editor(world, "group", {"name": "Support / Early"}, {"userIds": members}),
        }
        trial: Trial[Any] = run(world, programs, migration(world, NEW))
        judge(trial, safety(trial), convergence(trial))
        state = world.state()
        assert named(state.templates, "Early")["description"] == "by hand", trial.story()
        assert foreign.json()["id"] in named(state.groups, "Support / Early")["userIds"], trial.story()
        assert {user["name"] for user in state.users} == {"F", "Anna 1", "Anna 2", "Anna 3"}
        total += trial.sometimes

    under()
    assert total.answers["PUT 409 wfm.transaction.conflict"], "two writers must really have met"


def test_an_edit_to_what_the_plan_changes_is_never_silently_overwritten() -> None:
    results = Counter[str]()

    @MANY
    @given(PLANS)
    def under(plan: list[int]) -> None:
        world, planned_at = migrated(plan), list[int]()
        programs: dict[str, Program[Any]] = {
            "a": migration(world, NEW, between=lambda _planned: planned_at.append(world.head())),
            "hand": editor(world, "user", {"name": "Ann 1"}, {"name": "By Hand"}),
        }
        trial: Trial[Any] = run(world, programs, waiting())
        judge(trial, overwritten(world, trial, planned_at[-1]))
        results[result_of(trial)] += 1

    under()
    assert results["conflict"], "an edit must really have come between plan and write"
    assert results["updated"], "and must have come too late, or before the plan"


@given(PLANS)
def test_an_edit_to_a_field_that_the_plan_leaves_as_it_was_is_kept_and_no_conflict(plan: list[int]) -> None:
    world = migrated(plan, Budget(faults=3))

    def deactivate(_planned: Planned) -> None:
        (user,) = (user for user in world.state().users if user["email"] == "1@example.com")
        edited = world.send("PUT", f"{PATHS['user']}/{user['id']}", {**user, "active": False})
        assert edited.status_code == 200, edited.text

    trial: Trial[Any] = run(world, {"a": migration(world, NEW, between=deactivate)}, waiting())
    (user,) = (user for user in world.state().users if user["email"] == "1@example.com")
    assert (user["active"], user["name"]) == (False, "Anna 1"), trial.story()
    assert result_of(trial) == "updated", trial.story()


def commits_of(world: World, name: str, entity_id: str) -> list[Commit]:
    """What this process has committed on this entity."""
    client_id = world.credentials(name).client_id
    return [commit for commit in world.commits() if (commit.client_id, commit.entity_id) == (client_id, entity_id)]


def result_of(trial: Trial[Any]) -> str:
    """What the migrator's report says of the edited user."""
    report = trial.ends["a"].value
    rows = report.rows if report is not None else ()
    return next((row.result for row in rows if row.what == "user" and row.key == "zendesk:user:1"), "")


def waiting() -> Program[None]:
    """A quiet phase in which nothing happens, so that the hostile phase's end is what is judged."""

    async def program(_process: Process) -> None:
        return None

    return program


def overwritten(world: World, trial: Trial[Any], planned_at: int) -> tuple[Violation, ...]:
    """Edits by hand that came after the last plan, and over which the migrator wrote, or of which it says nothing."""
    user_id = next(user["id"] for user in world.state().users if user["email"] == "1@example.com")
    edits, writes = (
        [commit for commit in commits_of(world, name, user_id) if commit.sequence > planned_at]
        for name in ("hand", "a")
    )
    if not edits:
        return ()
    return (*_written_over(edits[0], writes), *_unreported(trial, edits[0], writes))


def _written_over(edit: Commit, writes: list[Commit]) -> tuple[Violation, ...]:
    later = [write for write in writes if write.sequence > edit.sequence]
    return tuple(Violation(f"wrote over an edit made since the plan: {write}", write.where) for write in later)


def _unreported(trial: Trial[Any], edit: Commit, writes: list[Commit]) -> tuple[Violation, ...]:
    result = result_of(trial)
    if result in ("", "conflict") or any(write.sequence < edit.sequence for write in writes):
        return ()
    return (Violation(f"an edit made since the plan is reported as {result}", edit.where),)


@given(PLANS)
def test_nothing_of_anybody_else_is_touched(plan: list[int]) -> None:
    world = World(plan, BUDGET)
    zone = {"timeZone": "Europe/Paris"}
    theirs = [
        world.send("POST", PATHS["user"], {"name": "Ann 1", "email": "other@example.com", **zone}).json(),
        world.send("POST", PATHS["scheduleTemplate"], {"name": "Late", "externalId": "theirs", **zone}).json(),
    ]
    group = {"name": "Theirs", "scheduleTemplateId": theirs[1]["id"], "userIds": [theirs[0]["id"]]}
    theirs.append(world.send("POST", PATHS["group"], group).json())
    before = world.head()
    trial = run(world, {"a": migration(world, NEW), "b": migration(world, NEW)}, migration(world, NEW))
    judge(trial, safety(trial), convergence(trial))
    touched = {commit.entity_id for commit in world.commits() if commit.sequence > before}
    assert not touched & {entity["id"] for entity in theirs}
