"""Week schedules under any sequence of operations, against a model of a few lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.mockgc.resources.scheduling import SCHEDULES, WEEK, Desk, agent, change, desk, document

START = "2026-12-01T{:02}:00:00.000Z"
WEEKS = (WEEK, "2026-12-07")

STEPS = st.one_of(
    st.tuples(st.just("import"), st.integers(0, 1), st.booleans(), st.booleans()),
    st.tuples(st.just("update"), st.integers(0, 3), st.integers(-1, 1), st.integers(0, 1), st.integers(-1, 1)),
    st.tuples(st.just("publish"), st.integers(0, 3), st.integers(-1, 1)),
    st.tuples(st.just("copy"), st.integers(0, 3), st.integers(0, 1)),
    st.tuples(st.just("delete"), st.integers(0, 3)),
)


@dataclass(slots=True)
class Expected:
    """A schedule as it should be: its version, and (version, number of shifts) of each agent."""

    schedule: dict[str, Any]
    version: int = 1
    is_published: bool = False
    agents: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Model:
    """What each step should do to the schedules of one desk."""

    at: Desk
    known: list[Expected] = field(default_factory=list)

    def step(self, step: Any) -> None:
        """Send it and foresee what it leaves."""
        name, *given = step
        if name == "import":
            self._import(*given)
        elif self.known:
            target = self.known[given[0] % len(self.known)]
            getattr(self, f"_{name}")(target, *given[1:])

    def _import(self, week: int, is_published: bool, is_right: bool) -> None:
        user = self.at.agents[0] if is_right else "nobody"
        sent = document(agent(user, *([] if week else [START.format(8)])), published=is_published)
        answer = self.at.import_(sent, WEEKS[week])
        assert (answer["status"] == "Complete") is is_right
        if is_right:
            made = Expected(answer["result"], 1, is_published, {user: (1, 1 - week)})
            self.known.append(made)
            self._supersede(made)

    def _update(self, target: Expected, off: int, who: int, agent_off: int) -> None:
        user = self.at.agents[who]
        version, shifts = target.agents.get(user, (0, 0))
        is_first_week = target.schedule["weekDate"] == WEEK
        sent = agent(user, *([START.format(9)] if is_first_week else []))
        if version or agent_off:
            sent["metadata"] = {"version": version + agent_off}
        answer = self.at.update(target.schedule, change(target.version + off, sent))
        is_right = off == 0 and agent_off == 0
        assert (answer["status"] == "Complete") is is_right
        if is_right:
            target.version += 1
            target.agents[user] = (version + 1, shifts + is_first_week)

    def _publish(self, target: Expected, off: int) -> None:
        answer = self.at.update(target.schedule, change(target.version + off, published=True))
        assert (answer["status"] == "Complete") is (off == 0)
        if off == 0:
            target.version, target.is_published = target.version + 1, True
            self._supersede(target)

    def _supersede(self, made: Expected) -> None:
        for other in self.known if made.is_published else ():
            same_week = other.schedule["weekDate"] == made.schedule["weekDate"]
            if other is not made and other.is_published and same_week:
                other.version, other.is_published = other.version + 1, False

    def _copy(self, target: Expected, week: int) -> None:
        ids = (self.at.unit, target.schedule["weekDate"], target.schedule["id"])
        body = {"description": "Copy", "weekDate": WEEKS[week]}
        made = self.at.call(f"post{SCHEDULES}Copy", *ids, expect=202, json=body)["result"]
        agents = {user: (1, shifts) for user, (_, shifts) in target.agents.items()}
        self.known.append(Expected(made, agents=agents))

    def _delete(self, target: Expected) -> None:
        self.at.call(f"delete{SCHEDULES}", self.at.unit, target.schedule["weekDate"], target.schedule["id"])
        self.known.remove(target)

    def check(self) -> None:
        """What reads back is what was foreseen."""
        found = {row["id"]: (row["metadata"]["version"], row["published"]) for row in self.at.listed("recent")}
        assert found == {item.schedule["id"]: (item.version, item.is_published) for item in self.known}
        for item in self.known:
            rows = self.at.agents_in(item.schedule)
            assert {row["user"]["id"]: (row["metadata"]["version"], len(row["shifts"])) for row in rows} == item.agents


@settings(max_examples=30)
@given(st.lists(STEPS, max_size=10))
@example([("import", 0, True, True), ("import", 0, True, True), ("publish", 0, 0), ("update", 0, 0, 1, 0)])
@example([("import", 0, False, True), ("update", 0, 0, 0, 0), ("update", 0, 0, 0, -1), ("copy", 0, 0), ("delete", 0)])
def test_versions_move_by_one_and_errors_change_nothing(steps: list[Any]) -> None:
    model = Model(desk())
    for step in steps:
        model.step(step)
        model.check()
