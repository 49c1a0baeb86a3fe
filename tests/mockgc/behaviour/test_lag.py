"""Lag as a property: whatever was done, a lagging look shows what an honest look showed at that moment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.behaviour import consistency
from tests.mockgc.behaviour.conducted import Conducted

STEP_S = 10
ACTS = st.lists(
    st.tuples(st.sampled_from(["create", "replace", "delete"]), st.integers(0, 3)), min_size=2, max_size=8
)  # fmt: skip


def look(caller: Conducted) -> Any:
    """All users by id, and who holds each e-mail address."""
    users = caller.ask("GET", "users?pageSize=100").get_json()["entities"]
    holders = {n: caller.ask("GET", f"users?email={n}@example.com").get_json()["total"] for n in range(4)}
    return {user["id"]: user for user in users}, holders


def do(caller: Conducted, act: str, number: int) -> None:
    """Create, replace or delete the user with this e-mail address; what is refused changes nothing."""
    user = {"name": "Ada", "email": f"{number}@example.com", "timeZone": "UTC", "active": True}
    found = caller.ask("GET", f"users?email={number}@example.com").get_json()["entities"]
    if act == "create":
        caller.ask("POST", "users", user)
    elif found and act == "replace":
        changed = {**user, "name": f"{found[0]['name']}+", "version": found[0]["version"]}
        assert caller.ask("PUT", found[0]["selfUri"], changed).status_code == 200
    elif found:
        assert caller.ask("DELETE", found[0]["selfUri"]).status_code == 204


def check(acts: list[tuple[str, int]], from_baseline: int) -> None:
    """After all acts, look back at the moment between any two of them; some were done before a reset to a baseline."""
    caller = Conducted()
    for act, number in acts[:from_baseline]:
        do(caller, act, number)
    if from_baseline:
        caller.http.put(f"{caller.base}/baselines/start")
        caller.http.post(f"{caller.base}/reset", json={"baseline": "start"})
    seen = [look(caller)]
    for act, number in acts[from_baseline:]:
        caller.clock.advance(STEP_S)
        do(caller, act, number)
        seen.append(look(caller))
    for age, honest in enumerate(reversed(seen[:-1])):
        caller.set_fault("lag", name=f"lag {age}", seconds=STEP_S * age + STEP_S / 2)
        assert look(caller) == honest
        caller.http.delete(f"{caller.base}/faults")


@given(acts=ACTS, from_baseline=st.integers(0, 4))
def test_a_lagging_look_shows_what_an_honest_one_showed_then(acts: list[tuple[str, int]], from_baseline: int) -> None:
    check(acts, min(from_baseline, len(acts) - 1))


def test_a_lag_that_forgets_what_was_deleted_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = consistency.Past.view

    def forgetful(self: Any, present: Any, resources: Any, loaded: Any) -> Any:
        lagged: Any = honest(self, present, resources, loaded)
        for address in [a for a in getattr(lagged, "changed", {}) if present.row(*a) is None]:
            del lagged.changed[address]
        return lagged

    monkeypatch.setattr(consistency.Past, "view", forgetful)
    with pytest.raises(AssertionError):
        check([("create", 0), ("delete", 0)], 0)
