"""
Trials: a program run behind gates in a fresh organisation, until it believes to be done, and once more after that.

A trial keeps one organisation and one working folder over all its runs; every run has a gate and a client of its own,
so the commit log tells who wrote. Faults are rules of the organisation, and its journal tells what they struck; kills
are the gate's. What happened is kept as data (`Trial`); verdicts are `judge`'s.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from conformance.checkers import Commit
from conformance.faults import RETRY_AFTER_S, Fault, Planned, Struck
from conformance.final_state import FinalState
from conformance.gate import Broken, Exchange, Gate, Meeting
from conformance.kills import Kills
from conformance.programs import Ended, Program, environment
from conformance.rehearse.subject import Subject
from conformance.rules import rules_of, strikes, struck_in
from conformance.source import agents_of, write_part
from conformance.target import Client, Control, Credentials

ATTEMPTS_MIN = 5
STAGGER_S_MAX = 0.02
AGAIN, FRESH = "again", "fresh"


@dataclass(frozen=True, slots=True)
class Run:
    """
    One run of the program.

    Args:
        party: its name within the trial: `plan`, `run 1`, `a`, `b`, `again`.
        commits: how many its client made.
        exchanges: what passed its gate.
        broken: requests on which the target broke the connection, by a fault or not.
    """

    party: str
    client_id: str
    ended: Ended
    seconds: float
    commits: int
    exchanges: tuple[Exchange, ...]
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """
    What happened in one organisation.

    Args:
        runs: until each run that began had exited 0, or until nothing more was to be expected.
        replay: one more run after that; None when the program never believed to be done.
        state: what the organisation held when it did, before the replay.
        done_sequence: last commit before the replay.
        commits: the whole log, replay included.
        fresh: one more run from an empty folder; only for a subject that claims to need none.
        struck: of the planned faults, by the target's journal, and the kills by the gates.
        rule_strikes: how often the target's fault rules say that they struck.
        met: whether the two runs met at their first request, and at their first write; empty for one run.
    """

    name: str
    organisation_id: str
    runs: tuple[Run, ...]
    replay: Run | None
    state: FinalState
    done_sequence: int
    commits: tuple[Commit, ...]
    planned: tuple[Planned, ...] = ()
    struck: tuple[Struck, ...] = ()
    rule_strikes: int = 0
    met: tuple[bool, ...] = ()
    plan: Run | None = None
    fresh: Run | None = None

    @property
    def every_run(self) -> tuple[Run, ...]:
        """All runs, the plan and those after the program was done among them."""
        return (*filter(None, [self.plan]), *self.runs, *filter(None, [self.replay, self.fresh]))

    @property
    def is_done(self) -> bool:
        """Whether the program believed to be done in the end."""
        return self.replay is not None


@dataclass(frozen=True, slots=True)
class Bench:
    """
    Where trials happen.

    Args:
        folder: working folders of the trials are made in here.
        limit_s: seconds until a run that does not end is ended.
        announce: called after each run with the trial's name.
    """

    base_url: str
    http: httpx.Client
    subject: Subject
    source: Path
    folder: Path
    env: dict[str, str]
    limit_s: float
    announce: Callable[[str, Run], None] = field(default=lambda _trial, _run: None)
    sleep: Callable[[float], None] = time.sleep

    @property
    def control(self) -> Control:
        """The emulator's control API."""
        return Control(self.http)


class _Organisation:
    """A trial on its way: the organisation, its working folder and its faults."""

    def __init__(self, bench: Bench, name: str, planned: Sequence[Planned] = ()) -> None:
        self.bench, self.name = bench, name
        self.credentials = bench.control.create_organisation(name)
        self.planned, self.kills = tuple(planned), Kills(planned)
        self.parties: dict[str, str] = {}
        for rule in rules_of(planned):
            bench.control.add_fault(self.id, rule)
        self.programs: list[Program] = []
        self.folder = bench.folder / name.replace(" ", "-")
        self.folder.mkdir(parents=True)

    @property
    def id(self) -> str:
        return self.credentials.organisation_id

    def run(
        self, party: str, folder: str = "cwd", words: Sequence[str] = (), meetings: Sequence[Meeting] = (),
        source: Path | None = None,
    ) -> Run:  # fmt: skip
        """Start the program behind a gate of its own and wait for its end."""
        bench = self.bench
        (self.folder / folder).mkdir(exist_ok=True)
        client = bench.control.add_client(self.id)
        self.parties[client.client_id] = party
        first_request, first_write = meetings or (None, None)
        gate = Gate(bench.base_url, party, self.kills, first_request, first_write, _stagger(party, bool(meetings)))
        began = time.monotonic()
        try:
            with gate:
                program = Program(
                    words or bench.subject.words,
                    self.folder / folder,
                    environment(bench.env, gate.base_url, client, source or bench.source),
                    log_file(self.folder, party),
                )
                gate.kill = program.kill
                self.programs.append(program)
                ended = program.wait(bench.limit_s, bench.subject.done_codes)
        finally:
            for meeting in meetings:
                meeting.abandon()
        run = self._ran(gate, client, ended, time.monotonic() - began)
        bench.announce(self.name, run)
        return run

    def _ran(self, gate: Gate, client: Credentials, ended: Ended, seconds: float) -> Run:
        log = self.bench.control.commits(self.id)
        commits = len({row.sequence for row in log if row.client_id == client.client_id})
        return Run(gate.party, client.client_id, ended, seconds, commits, tuple(gate.exchanges), tuple(gate.broken))

    def struck(self) -> tuple[Struck, ...]:
        """What has occurred so far."""
        journal = self.bench.control.journal(self.id) if rules_of(self.planned) else ()
        return (*struck_in(journal, self.planned, self.parties), *self.kills.struck)

    def until_done(self, first: Run, folder: str = "cwd", names: str = "run") -> list[Run]:
        """Run again what did not exit 0, as long as there is a reason to hope; `first` included."""
        runs, attempts_max = [first], max(ATTEMPTS_MIN, len(self.planned) + 2)
        while not runs[-1].ended.is_over and len(runs) < attempts_max and self._is_worth_another(runs[-1]):
            if any(exchange.seen == 429 for exchange in runs[-1].exchanges):
                self.bench.sleep(RETRY_AFTER_S)  # whoever starts it again has read the answer too
            runs.append(self.run(f"{names} {len(runs) + 1}", folder))
        return runs

    def _is_worth_another(self, run: Run) -> bool:
        """Not after a hang, and not when an undisturbed run got nowhere."""
        disturbed = any(struck.party == run.party for struck in self.struck())
        return not run.ended.timed_out and (disturbed or run.commits > 0)

    def finished(
        self, runs: Sequence[Run], folder: str = "cwd", met: tuple[bool, ...] = (), plan: Run | None = None,
        is_done: bool = True,
    ) -> Trial:  # fmt: skip
        """Look at what the organisation holds, run once more, and close the trial."""
        state = Client(self.bench.http, self.credentials).final_state()
        done_sequence = max((row.sequence for row in self.bench.control.commits(self.id)), default=0)
        replay = self.run(AGAIN, folder) if is_done else None
        fresh = self.run(FRESH, FRESH) if replay and plan and self.bench.subject.needs_no_folder else None
        commits = self.bench.control.commits(self.id)
        return Trial(
            self.name, self.id, tuple(runs), replay, state, done_sequence, commits, self.planned,
            self.struck(), strikes(self.bench.control.faults(self.id)), met, plan, fresh,
        )  # fmt: skip


def log_file(trial_folder: Path, party: str) -> Path:
    """Where a run's output is kept."""
    return trial_folder / f"{party.replace(' ', '-')}.log"


def once(bench: Bench, name: str, words: Sequence[str]) -> Trial:
    """One run of another program than the subject, without a replay."""
    organisation = _Organisation(bench, name)
    return organisation.finished([organisation.run("run 1", words=words)], is_done=False)


def alone(bench: Bench, name: str = "alone") -> Trial:
    """One run into an empty organisation, undisturbed."""
    return disturbed(bench, name, (), with_plan=bool(bench.subject.plan_words))


def disturbed(bench: Bench, name: str, planned: Sequence[Planned], with_plan: bool = False) -> Trial:
    """One run at a time into an empty organisation, with faults; started again until it is done."""
    organisation = _Organisation(bench, name, planned)
    plan = organisation.run("plan", words=bench.subject.plan_words) if with_plan else None
    runs = organisation.until_done(organisation.run("run 1"))
    return organisation.finished(runs, plan=plan, is_done=runs[-1].ended.is_over)


def together(bench: Bench, name: str = "two at once") -> Trial:
    """
    Two runs over the same source into one empty organisation, each in a folder of its own.

    They are held at their first request and at their first write until both are there. One that does not exit 0 is run
    again when the other has ended.
    """
    organisation = _Organisation(bench, name)
    firsts, met = _race(organisation, (bench.source, bench.source))
    runs = [organisation.until_done(first, first.party, first.party) for first in firsts]
    is_done = all(ended[-1].ended.is_over for ended in runs)
    return organisation.finished([run for each in runs for run in each], "a", met, is_done=is_done)


def overlapping(bench: Bench, name: str = "overlap") -> Trial:
    """
    Two runs at once over two parts of the source that share a third of its agents, then a quiet one over the whole.

    Only for a subject whose runs over parts add up.
    """
    organisation = _Organisation(bench, name)
    ids = [agent.id for agent in agents_of(bench.source)]
    third = len(ids) // 3
    parts = (organisation.folder / "first-part", organisation.folder / "second-part")
    write_part(bench.source, parts[0], ids[: len(ids) - third])
    write_part(bench.source, parts[1], ids[third:])
    firsts, met = _race(organisation, parts)
    runs = organisation.until_done(organisation.run("whole"), names="whole")
    return organisation.finished([*firsts, *runs], met=met, is_done=runs[-1].ended.is_over)


def _race(organisation: _Organisation, sources: Sequence[Path]) -> tuple[list[Run], tuple[bool, ...]]:
    """Run `a` and `b` at once, each over its source; and whether they met at first request and first write."""
    meetings = (Meeting(2), Meeting(2))
    with ThreadPoolExecutor(2) as threads:
        begun = [
            threads.submit(organisation.run, party, party, meetings=meetings, source=source)
            for party, source in zip(("a", "b"), sources, strict=True)
        ]
        try:
            return [run.result() for run in begun], tuple(meeting.met for meeting in meetings)
        except BaseException:  # interrupted: the pool waits for its threads, and they for their programs
            for program in organisation.programs:
                program.kill()
            raise


def _stagger(party: str, is_race: bool) -> Callable[[], float]:
    """Two equal programs would go in step, one always ahead; in a race each write is held back a little, by seed."""
    rng = random.Random(party)
    return lambda: rng.uniform(0, STAGGER_S_MAX) if is_race else 0.0


LOST_ANSWERS = (Fault.LOST_BEFORE, Fault.LOST_AFTER)
REFUSALS = (Fault.THROTTLED, Fault.UNAVAILABLE_BEFORE, Fault.UNAVAILABLE_AFTER)
KILLS = (Fault.KILL_AFTER, Fault.KILL_BEFORE)
