"""The wire itself, against a toy register: order, faults, crashes and time are exactly what the plan says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import httpx
import pytest
from hypothesis import given

from conformance.simulation import Act, Budget, Disk, End, Process, Stuck, Wire, choice, plans
from tests.conformance.simulation.counter_app import CounterApp

Program = Callable[[Process], Awaitable[object]]


async def add_one(process: Process) -> int:
    """Read, then compare-and-set, until it is known to have happened once; a lost answer is judged by reading back."""
    async with process.client(headers={"Authorization": "Bearer good"}, timeout=10) as client:
        while True:
            try:
                seen = (await client.get("/value")).raise_for_status().json()
                mine = {"version": seen["version"], "value": [*(seen["value"] or []), process.name]}
                if process.name in (seen["value"] or []):
                    return int(seen["version"])
                await client.put("/value", json=mine)
            except httpx.HTTPError:
                await asyncio.sleep(1)


def race(
    app: CounterApp, plan: Sequence[int], *programs: Program, budget: Budget | None = None
) -> tuple[Wire, list[End[object]]]:
    """Run the programs at once as `a`, `b`, ... and let the wire run empty."""
    wire = Wire(app, plan, budget=budget, head=app.head)

    async def main() -> list[End[object]]:
        runs = [wire.process(name).run(program) for name, program in zip("abcdef", programs, strict=False)]
        ends = await asyncio.gather(*runs)
        await wire.settle()
        return list(ends)

    return wire, wire.run(main)


def put_once(act: Act, *, step: int = 0) -> tuple[CounterApp, Wire, End[object]]:
    """One program that sends one PUT, with one act at the given step."""
    app = CounterApp()

    async def program(process: Process) -> int:
        async with process.client(headers={"Authorization": "Bearer good"}, timeout=10) as client:
            return (await client.put("/value", json={"version": 0, "value": 1})).status_code

    wire, (end,) = race(app, [*[0] * step, choice(act=act)], program, budget=Budget(faults=1, crashes=1))
    return app, wire, end


@given(plans())
def test_compare_and_set_with_read_back_happens_exactly_once_under_any_plan(plan: list[int]) -> None:
    app = CounterApp()
    _, ends = race(app, plan, add_one, add_one, add_one)
    assert all(end.is_finished for end in ends)
    assert sorted(app.log[-1][1]) == ["a", "b", "c"]


def test_the_quiet_plan_runs_one_program_after_the_other() -> None:
    app = CounterApp()
    wire, _ = race(app, [], add_one, add_one)
    assert [operation.client for operation in wire.history()] == ["a", "b", "a", "a", "b", "b"]
    assert [value for _, value in app.log] == [["a"], ["a", "b"]]


def test_one_preemption_is_one_number() -> None:
    app = CounterApp()
    wire, _ = race(app, [0, 0, choice(pick=1)], add_one, add_one)
    assert app.log[0][1] == ["b"]
    assert wire.sometimes.answers == {"PUT 409 stale": 1}


@given(plans())
def test_the_same_plan_gives_the_same_story(plan: list[int]) -> None:
    budget = Budget(faults=3, crashes=1)
    stories = [race(CounterApp(), plan, add_one, add_one, budget=budget)[0].story for _ in range(2)]
    assert stories[0] == stories[1]


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (Act.REFUSED, httpx.ConnectError),
        (Act.LOST_BEFORE, httpx.ReadError),
    ],
)
def test_a_request_lost_before_commit_commits_nothing(act: Act, error: type[Exception]) -> None:
    app, wire, end = put_once(act)
    assert isinstance(end.error, error)
    assert app.log == []
    assert (wire.sometimes.seen[act], wire.sometimes.confirmed[act]) == (1, 1)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (Act.LOST_AFTER, httpx.ReadError),
        (Act.TIMED_OUT, httpx.ReadTimeout),
    ],
)
@pytest.mark.parametrize("step", [0, 1])
def test_a_request_whose_answer_is_lost_commits_all_the_same(act: Act, error: type[Exception], step: int) -> None:
    app, wire, end = put_once(act, step=step)
    assert isinstance(end.error, error)
    assert app.log == [(0, 1)]
    assert (wire.sometimes.seen[act], wire.sometimes.confirmed[act]) == (1, 1)
    assert wire.history()[0].outcome == "unknown"


def test_a_duplicated_request_is_handled_twice_and_answered_with_the_second_answer() -> None:
    app, _, end = put_once(Act.DUPLICATED)
    assert (end.value, app.log) == (409, [(0, 1)])


def test_a_late_duplicate_arrives_after_its_client_has_gone_on() -> None:
    app, wire, end = put_once(Act.DUPLICATED_LATE)
    assert (end.value, app.log) == (200, [(0, 1)])
    assert wire.request_count == 2


@pytest.mark.parametrize(
    ("act", "status", "commits"),
    [(Act.THROTTLED, 429, 0), (Act.UNAVAILABLE_BEFORE, 503, 0), (Act.UNAVAILABLE_AFTER, 503, 1), (Act.EXPIRED, 401, 0)],
)
def test_a_refusal_on_the_way_says_its_status(act: Act, status: int, commits: int) -> None:
    app, wire, end = put_once(act)
    assert (end.value, len(app.log)) == (status, commits)
    assert (wire.sometimes.seen[act], wire.sometimes.confirmed[act]) == (1, 1)


def test_a_throttled_client_is_told_how_long_to_wait() -> None:
    _, wire, _ = put_once(Act.THROTTLED)
    assert wire.history()[0].retry_after_s == 3


@pytest.mark.parametrize("step", [0, 1])
def test_a_crash_ends_the_program_but_not_its_request(step: int) -> None:
    app, _, end = put_once(Act.CRASH, step=step)
    assert end.crash is Act.CRASH
    assert app.log == [(0, 1)]


@pytest.mark.parametrize(
    ("act", "left"),
    [(Act.CRASH_LOST_WRITE, b""), (Act.CRASH_TORN_WRITE, b"do"), (Act.CRASH_AFTER_WRITE, b"done")],
)
def test_a_crash_at_a_journal_write_leaves_what_was_on_the_disk(act: Act, left: bytes) -> None:
    app, disk = CounterApp(), Disk()
    wire = Wire(app, [choice(act=act)], budget=Budget(crashes=1), head=app.head)

    async def program(process: Process) -> None:
        async with process.client() as client:
            await client.put("/value", json={"version": 0, "value": 1})
        try:
            process.write("journal", b"done")
        finally:
            process.write("journal", b"tidied up")

    async def main() -> End[None]:
        return await wire.process("a", disk).run(program)

    assert wire.run(main).crash is act
    assert disk.read("journal") == left
    assert (wire.sometimes.seen[act], wire.sometimes.confirmed[act]) == (1, 1)


def test_a_crash_cannot_be_caught_and_outlived() -> None:
    app = CounterApp()

    async def stubborn(process: Process) -> None:
        async with process.client() as client:
            try:
                await client.get("/value")
            finally:
                await client.put("/value", json={"version": 0, "value": 1})

    _, (end,) = race(app, [choice(act=Act.CRASH)], stubborn, budget=Budget(crashes=1))
    assert end.crash is Act.CRASH
    assert app.log == []


def test_sleeping_takes_no_real_time_and_passes_virtual_time() -> None:
    async def sleeper(process: Process) -> float:
        await asyncio.sleep(86_400)
        return process.now()

    _, (end,) = race(CounterApp(), [], sleeper)
    assert end.value == 86_400


def test_a_retry_storm_is_a_failure_named_livelock() -> None:
    async def storm(process: Process) -> None:
        async with process.client() as client:
            while True:
                await client.get("/value")

    with pytest.raises(Stuck, match="livelock"):
        race(CounterApp(), [], storm, budget=Budget(steps=50))


def test_waiting_for_nothing_is_a_failure_named_deadlock() -> None:
    async def wait(_process: Process) -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck, match="deadlock"):
        race(CounterApp(), [], wait)


def test_faults_stay_within_their_budget() -> None:
    plan = [choice(act=Act.LOST_BEFORE)] * 40
    wire, ends = race(CounterApp(), plan, add_one, budget=Budget(faults=2))
    assert wire.sometimes.seen[Act.LOST_BEFORE] == 2
    assert ends[0].is_finished
