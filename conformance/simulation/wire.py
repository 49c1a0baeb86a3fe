"""
The drawn wire: N unmodified programs against one WSGI application, under one plan.

Programs share nothing but the service, and each request is atomic inside it. So the only order that matters is (a) in
which requests commit, (b) in which answers come back, (c) when timers fire. The loop asks at quiescence which of these
is next; the plan answers with one number a step, and that number may carry a fault (`conformance.simulation.plan`).

A request that its client has given up stays on the wire and may commit late; it goes last unless the plan picks it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from conformance.history import Operation
from conformance.simulation import wsgi
from conformance.simulation.disk import Disk
from conformance.simulation.flight import Flight
from conformance.simulation.loop import SimulatedLoop
from conformance.simulation.plan import CRASHES, FAULTS, Act, Choices
from conformance.simulation.process import Process

T = TypeVar("T")
RETRY_AFTER_S = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may go wrong in a run: faults, crashes, and steps after which the run counts as a livelock."""

    faults: int = 3
    crashes: int = 0
    steps: int = 5_000


class Stuck(AssertionError):
    """No progress: a retry storm (livelock), or all wait for something that cannot come (deadlock)."""


@dataclass(slots=True)
class Sometimes:
    """
    How often each act really happened: `seen` by the client, `confirmed` by the application's commit log.

    Confirmed means, for an act after the commit, that the log grew, and for one before it, that the write it kept away
    moved nothing. A suite that never saw a fault has not tested it.
    """

    seen: Counter[Act] = field(default_factory=Counter)
    confirmed: Counter[Act] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    """Refusals that reached a client, as `METHOD status code`."""

    def __iadd__(self, other: Sometimes) -> Sometimes:
        self.seen.update(other.seen)
        self.confirmed.update(other.confirmed)
        self.answers.update(other.answers)
        return self


class Wire:
    """
    Owns the loop, the flights and the plan's progress. One wire is one run.

    Args:
        app: a WSGI application; each request to it is one atomic step.
        plan: small integers, see `conformance.simulation.plan`.
        budget: what may go wrong.
        head: the length of the application's commit log, to confirm what a fault did; constant when it has none.
        on_time: called with the virtual seconds before each request, for applications that have a clock of their own.
        expire: makes the application's tokens expire; without it the request goes out with a token nobody issued.
        on_commit: called after each request that reached the application.
    """

    def __init__(
        self,
        app: wsgi.WsgiApplication,
        plan: Sequence[int] = (),
        *,
        budget: Budget | None = None,
        head: Callable[[], int] = lambda: 0,
        on_time: Callable[[float], None] = lambda _now: None,
        expire: Callable[[], None] | None = None,
        on_commit: Callable[[Flight], None] = lambda _flight: None,
    ) -> None:
        self._app, self._head, self._on_time, self._expire, self._on_commit = app, head, on_time, expire, on_commit
        self._choices, self._budget = Choices(plan), budget or Budget()
        self._faults, self._crashes = self._budget.faults, self._budget.crashes
        self._loop = SimulatedLoop(self._step)
        self._is_calm = False
        self._lives: Counter[str] = Counter()
        self._flights: list[Flight] = []
        self._last: Flight | None = None
        self.flown: list[Flight] = []
        self.steps, self.events, self.request_count = 0, 0, 0
        self.sometimes = Sometimes()
        self.story: list[str] = []
        """One line a step, for failure reports."""

    # -- for the composition

    @property
    def now(self) -> float:
        """Virtual seconds since the start of the run."""
        return self._loop.now

    def process(self, name: str, disk: Disk | None = None) -> Process:
        """A new process; give it the disk of a crashed one to restart that one. Histories tell its lives apart."""
        self._lives[name] += 1
        return Process(self, name, disk or Disk(), life=self._lives[name])

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run to completion in virtual time and close the loop; raises `Stuck`, and whatever `main` raises."""
        try:
            return self._loop.run_until_complete(main())
        finally:
            self._loop.drain()

    def calm(self) -> None:
        """From here on nothing goes wrong any more, nor is anybody slow; the order of flights is still the plan's."""
        self._faults = self._crashes = 0
        self._is_calm = True

    async def settle(self) -> None:
        """Let every request that is still on the wire reach the application."""
        while self._flights:
            await asyncio.sleep(1.0)

    def history(self) -> tuple[Operation, ...]:
        """What the clients saw, in the order of their calls."""
        return tuple(flight.operation() for flight in self.flown)

    # -- for processes

    async def carry(self, process: Process, request: httpx.Request) -> httpx.Response:
        """Put a request on the wire; raises the httpx error that the plan, or the client's own timeout, decides."""
        task = asyncio.current_task()
        assert task is not None  # a coroutine always runs in a task
        process.tasks.add(task)
        future: asyncio.Future[httpx.Response] = self._loop.create_future()
        flight = Flight(process, task, request, future, call=self._event(), at_s=self.now)
        self._flights.append(flight)
        self.flown.append(flight)
        timeout_s = request.extensions.get("timeout", {}).get("read")
        timer = self._loop.call_later(timeout_s, self._give_up, flight) if timeout_s else None
        try:
            return await future
        finally:
            if timer is not None:
                timer.cancel()

    def crashed_at_write(self, process: Process, fuse: Act) -> None:
        """Counts a crash at a journal write; confirmed when a commit of this process was waiting to be written down."""
        self.story.append(f"{process.name}: {fuse.value}")
        self.sometimes.seen[fuse] += 1
        self.sometimes.confirmed[fuse] += process.has_committed

    # -- the scheduler, called at quiescence only

    def _step(self, timeout: float | None) -> None:
        self.steps += 1
        if self.steps > self._budget.steps:
            raise Stuck(f"livelock: not done after {self._budget.steps} steps\n{self._ending()}")
        if self._flights:
            return self._move(timeout)
        if timeout is None:
            raise Stuck(f"deadlock: nothing is on the wire and no timer runs\n{self._ending()}")
        self._loop.now += timeout
        return None

    def _move(self, timeout: float | None) -> None:
        self._flights.sort(key=self._turn)
        pick, act = self._choices.next()
        flight = self._flights[pick % len(self._flights)]
        act = self._allowed(act, flight, timeout)
        if act is Act.PASS_TIME:
            self._loop.now += timeout or 0.0
            return
        self._last = flight
        self._faults -= act in FAULTS
        self._crashes -= act in CRASHES
        if act in CRASHES:
            self._crash(flight, act)
        elif flight.is_abandoned:
            self._arrive_late(flight)
        elif flight.reply is not None:
            self._return(flight, act)
        else:
            self._go_out(flight, act)

    def _turn(self, flight: Flight) -> tuple[bool, bool, bool, int]:
        """The last mover first, then its process, then the others by age; what nobody waits for goes last."""
        last = self._last
        if last is None:
            return flight.is_abandoned, False, False, flight.call
        return flight.is_abandoned, flight.task is not last.task, flight.process is not last.process, flight.call

    def _allowed(self, act: Act, flight: Flight, timeout: float | None) -> Act:
        possible = flight.possible_acts()
        if act not in possible or (act is Act.PASS_TIME and (timeout is None or self._is_calm)):
            return Act.GO_ON
        if (act in FAULTS and self._faults <= 0) or (act in CRASHES and self._crashes <= 0):
            return Act.GO_ON
        return act

    def _crash(self, flight: Flight, act: Act) -> None:
        if act is not Act.CRASH:  # the fuse burns at the next journal write; the flight goes on
            flight.process.fuse = act
            return self._return(flight, Act.GO_ON) if flight.reply else self._go_out(flight, Act.GO_ON)
        self._tell(flight, act.value)
        self.sometimes.seen[act] += 1
        self.sometimes.confirmed[act] += flight.has_moved
        if flight.reply is not None:
            self._flights.remove(flight)
        flight.process.die(act)
        return None

    def _arrive_late(self, flight: Flight) -> None:
        self._flights.remove(flight)
        if flight.reply is None or flight.is_copy:
            moved = self._commit(flight, "late")
            late = flight.late or flight.process.crash
            if late is not None:
                self.sometimes.confirmed[late] += moved

    def _return(self, flight: Flight, act: Act) -> None:
        self._flights.remove(flight)
        if act is Act.LOST_AFTER:
            self._lose(flight, act, flight.has_moved)
        elif act is Act.TIMED_OUT:
            self._fail(flight, act, httpx.ReadTimeout("the client gave up", request=flight.request))
            self.sometimes.confirmed[act] += flight.has_moved
        else:
            assert flight.reply is not None
            self._deliver(flight, flight.reply)

    def _go_out(self, flight: Flight, act: Act) -> None:
        if act in (Act.GO_ON, Act.DUPLICATED, Act.DUPLICATED_LATE):
            moved = self._commit(flight)
            self._copy(flight, act, moved)
            return  # the answer travels on its own, so it may be overtaken
        if act is Act.TIMED_OUT:  # stays on the wire
            flight.late = act
            self._fail(flight, act, httpx.ReadTimeout("the client gave up", request=flight.request))
            return
        self._flights.remove(flight)
        before = self._head()
        if act is Act.REFUSED:
            self._fail(flight, act, httpx.ConnectError("connection refused", request=flight.request))
        elif act is Act.LOST_BEFORE:
            self._lose(flight, act, confirmed=False)
        elif act is Act.LOST_AFTER:
            self._lose(flight, act, self._commit(flight))
        elif act is Act.EXPIRED:
            self._forward_expired(flight)
        else:
            self._answer_instead(flight, act)
        if act in _KEEPS_AWAY:
            self.sometimes.confirmed[act] += flight.is_write and self._head() == before

    def _copy(self, flight: Flight, act: Act, moved: bool) -> None:
        if act is Act.DUPLICATED:
            self._commit(flight, act.value)
        if act is Act.DUPLICATED_LATE:
            self._flights.append(flight.late_copy())
        if act is not Act.GO_ON:
            self.sometimes.seen[act] += 1
            self.sometimes.confirmed[act] += moved

    def _answer_instead(self, flight: Flight, act: Act) -> None:
        if act is Act.UNAVAILABLE_AFTER:
            self.sometimes.confirmed[act] += self._commit(flight)
        status = 429 if act is Act.THROTTLED else 503
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        body = {"message": act.value, "code": "gateway", "status": status}
        self.sometimes.seen[act] += 1
        self._deliver(flight, httpx.Response(status, headers=headers, json=body, request=flight.request))

    def _forward_expired(self, flight: Flight) -> None:
        if self._expire is not None:
            self._expire()
        else:
            flight.request.headers["Authorization"] = "Bearer expired"
        self._commit(flight, Act.EXPIRED.value)
        assert flight.reply is not None
        self.sometimes.seen[Act.EXPIRED] += flight.reply.status_code == 401
        self._deliver(flight, flight.reply)

    # -- effects

    def _commit(self, flight: Flight, note: str = "") -> bool:
        """Let the application handle the request; returns whether its commit log grew."""
        before = self._head()
        self._on_time(self.now)
        flight.reply = wsgi.send(self._app, flight.request)
        self.request_count += 1
        moved = self._head() > before
        flight.has_moved |= moved
        flight.process.has_committed |= moved
        self._tell(flight, f"-> {flight.reply.status_code} {note}")
        self._on_commit(flight)
        return moved

    def _deliver(self, flight: Flight, reply: httpx.Response) -> None:
        flight.returned, flight.returned_at_s, flight.seen = self._event(), self.now, reply
        if reply.status_code >= 400:
            self.sometimes.answers[f"{flight.request.method} {reply.status_code} {_code(reply)}"] += 1
            self._tell(flight, f"<- {reply.status_code} {_code(reply)}")
        flight.future.set_result(reply)

    def _lose(self, flight: Flight, act: Act, confirmed: bool) -> None:
        self._fail(flight, act, httpx.ReadError("the connection broke", request=flight.request))
        self.sometimes.confirmed[act] += confirmed

    def _fail(self, flight: Flight, act: Act, error: httpx.TransportError) -> None:
        self._tell(flight, act.value)
        self.sometimes.seen[act] += 1
        flight.was_sent = act is not Act.REFUSED
        flight.future.set_exception(error)

    def _give_up(self, flight: Flight) -> None:
        if not flight.future.done():
            flight.late = Act.TIMED_OUT
            self._fail(flight, Act.TIMED_OUT, httpx.ReadTimeout("the client gave up", request=flight.request))

    def _event(self) -> int:
        self.events += 1
        return self.events

    def _tell(self, flight: Flight, what: str) -> None:
        self.story.append(f"{flight.process.name}: {flight.request.method} {flight.target} {what}")

    def _ending(self) -> str:
        return "\n".join(self.story[-30:])


_KEEPS_AWAY = frozenset({Act.REFUSED, Act.LOST_BEFORE, Act.THROTTLED, Act.UNAVAILABLE_BEFORE, Act.EXPIRED})


def _code(reply: httpx.Response) -> str:
    try:
        body = reply.json()
    except ValueError:
        return ""
    return str(body.get("code") or body.get("error") or "") if isinstance(body, dict) else ""
