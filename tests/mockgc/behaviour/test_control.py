"""The control API of conduct: what it answers to nobody's organisation and to bodies that are none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.mockgc.behaviour.conducted import Conducted

ROUTES = [
    ("GET", "faults"), ("PUT", "faults"), ("POST", "faults"), ("DELETE", "faults"), ("DELETE", "faults/x"),
    ("GET", "quotas"), ("PUT", "quotas"), ("GET", "profile"), ("PUT", "profile"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "part"), ROUTES)
def test_an_organisation_that_is_not_there_is_a_404(method: str, part: str) -> None:
    answer = Conducted().http.open(f"/_mockgc/organisations/none/{part}", method=method, json={})
    assert (answer.status_code, answer.get_json()["message"]) == (404, "no organisation has the id 'none'")


@pytest.mark.parametrize(("method", "part"), [route for route in ROUTES if route[0] in ("PUT", "POST")])
@pytest.mark.parametrize("body", [[], 7, {"unknown": 1}])
def test_a_body_that_is_none_is_a_400_and_changes_nothing(method: str, part: str, body: Any) -> None:
    caller = Conducted()
    caller.set_fault("delayed", name="kept")
    before = [caller.control(name) for name in ("faults", "quotas", "profile")]
    assert caller.http.open(f"{caller.base}/{part}", method=method, json=body).status_code == 400
    assert [caller.control(name) for name in ("faults", "quotas", "profile")] == before


def test_rules_that_are_added_at_once_are_all_there() -> None:
    caller = Conducted()

    def add(number: int) -> int:
        rule = {"name": f"r{number}", "match": {"method": "DELETE"}, "effect": {"kind": "throttled"}}
        return caller.app.test_client().post(f"{caller.base}/faults", json=rule).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(add, range(24))) == {201}
    assert set(caller.struck()) == {f"r{number}" for number in range(24)}
