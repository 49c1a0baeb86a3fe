"""Profiles: read from files, checked line by line, given to organisations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner

from mockgc import Settings, create_app
from mockgc.behaviour.fields import ProfileRefused
from mockgc.behaviour.profiles import bundled, loaded, names, parsed
from mockgc.cli import main
from mockgc.domain.switches import Switches
from tests.mockgc.behaviour.conducted import Conducted
from tests.mockgc.caller import Caller

SIMPLE = """\
    description: Mine.
    quotas:
      enabled: true
      windows:
        - {name: mine, per: client, limit: 2, seconds: 10}
    faults:
      - name: storm
        match:
          method: POST
        effect:
          kind: unavailable_before
        budget: {first: 1}
    switches:
      error_detail: code_only
"""


def text(content: str = SIMPLE) -> str:
    return dedent(content)


@pytest.mark.parametrize("name", names())
def test_each_bundled_profile_is_usable_and_says_what_it_is(name: str) -> None:
    app = create_app(Settings(seed=7, conduct=name, quotas=True), can_close=True)
    assert Caller(app).control("profile") == {"name": name}
    assert bundled(name, can_close=True).description.endswith(".")


def test_a_path_that_no_operation_has_is_refused_with_its_line() -> None:
    wrong = SIMPLE.replace("method: POST", "path: /api/v2/wfm/user")
    with pytest.raises(ProfileRefused, match=r"mine.yaml:9: faults\[0\].match.path: .* is the path of no operation"):
        parsed(text(wrong), "mine", "mine.yaml", can_close=False, templates=["/api/v2/wfm/users"])


def test_five_profiles_are_bundled() -> None:
    assert names() == ["calm", "flaky-network", "monday-0600", "strict", "year-end"]


def test_a_profile_sets_faults_quotas_and_switches_in_one_place() -> None:
    caller = Conducted()
    caller.switch(zone_fit="exact")
    answer = caller.http.put(f"{caller.base}/profile", json={"name": "mine", "yaml": text()})
    assert (answer.status_code, answer.get_json()) == (200, {"name": "mine"})
    assert caller.http.get(f"{caller.base}/profile").get_json() == {"name": "mine"}
    assert caller.control("switches") == {**Switches().as_dict(), "error_detail": "code_only"}
    assert caller.struck() == {"storm": 0}
    statuses = [caller.ask("POST", "users", {}).status_code for _ in range(3)]
    assert statuses == [503, 400, 429]


def test_another_profile_takes_the_place_of_the_first() -> None:
    caller = Conducted()
    for name in ("strict", "calm"):
        assert caller.http.put(f"{caller.base}/profile", json={"name": name}).status_code == 200
    assert caller.control("switches") == Switches().as_dict()
    assert not caller.http.get(f"{caller.base}/quotas").get_json()["enabled"]


def test_profiles_are_listed_with_what_they_are() -> None:
    listed = Conducted().http.get("/_mockgc/profiles").get_json()["entities"]
    assert [row["name"] for row in listed] == names()
    assert all(row["description"] for row in listed)


REFUSED = [
    ("", "mine.yaml:1: the file is empty"),
    ("a: [", "mine.yaml:1: not YAML"),
    ("description: &a x\nfaults: [*a, *a]", "mine.yaml:2: the alias *a is not read"),
    ("a: &a [*a]", "mine.yaml:1: the alias *a is not read"),
    ("description: x\nfaults: " + "[" * 100_000, "mine.yaml:2: more than 30 lists and mappings are inside each other"),
    ("description: " + "x" * 200_000, "mine.yaml: 200013 characters are more than 131072"),
    ("- a", "mine.yaml:1: ['a'] is not an object with the fields description, quotas, faults, switches"),
    ("description: x\n\nfault: []", "mine.yaml:3: fault: is not a field here; known are description, quotas"),
    ("description: x\ndescription: y", "mine.yaml:2: description: stands twice"),
    ("faults: []", "mine.yaml:1: lacks 'description', text of 1 to 500 characters"),
    (SIMPLE.replace("kind: unavailable_before", "kind: gone"), ":11: faults[0].effect.kind: 'gone' is not one of"),
    (SIMPLE.replace("method: POST", "method: post"), "mine.yaml:9: faults[0].match.method: 'post' is not one of GET"),
    (SIMPLE.replace("first: 1", "first: many"), "mine.yaml:12: faults[0].budget.first: 'many' is not a whole number"),
    (SIMPLE.replace("limit: 2", "limit: -2"), "mine.yaml:5: quotas.windows[0].limit: -2 is not a whole number from 0"),
    (SIMPLE.replace("per: client", "per: hour"), "mine.yaml:5: quotas.windows[0].per: 'hour' is not one of token"),
    (SIMPLE.replace("error_detail", "detail"), "mine.yaml:14: switches.detail: is not a field here; known are"),
    (SIMPLE.replace("code_only", "some"), "mine.yaml:14: switches.error_detail: switch 'error_detail' takes full"),
    (SIMPLE.replace("unavailable_before", "lost_after"), ":11: faults[0].effect.kind: 'lost_after' is refused"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), REFUSED, ids=[message[:60] for _, message in REFUSED])
def test_a_profile_is_refused_with_line_field_value_and_what_would_be_right(content: str, message: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        parsed(text(content), "mine", "mine.yaml", can_close=False)
    assert message in str(refused.value)


def test_an_unknown_profile_is_answered_with_the_known_ones() -> None:
    caller = Conducted()
    answer = caller.http.put(f"{caller.base}/profile", json={"name": "storm"})
    assert answer.status_code == 400
    assert "bundled are calm, flaky-network" in answer.get_json()["message"]
    assert caller.http.put(f"{caller.base}/profile", json={}).status_code == 400


def test_a_profile_that_needs_another_server_is_refused_as_a_whole() -> None:
    caller = Conducted()
    answer = caller.http.put(f"{caller.base}/profile", json={"name": "flaky-network"})
    assert answer.status_code == 400
    assert "granian" in answer.get_json()["message"]
    assert caller.http.get(f"{caller.base}/profile").get_json() == {"name": None}


def test_an_emulator_started_with_a_profile_gives_it_to_every_organisation_also_after_a_reset(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text(), "utf-8")
    app = create_app(Settings(seed=7, conduct=str(file)))
    caller = Caller(app)
    made = caller.http.post("/_mockgc/organisations", json={}).get_json()["id"]
    for organisation in (caller.organisation.id, made):
        where = f"/_mockgc/organisations/{organisation}"
        assert caller.http.get(f"{where}/profile").get_json() == {"name": "mine"}
        assert caller.http.get(f"{where}/switches").get_json()["error_detail"] == "code_only"
        assert caller.http.post(f"{where}/reset", json={}).status_code == 200
        assert caller.http.get(f"{where}/profile").get_json() == {"name": "mine"}
        assert caller.http.get(f"{where}/switches").get_json()["error_detail"] == "code_only"


def test_no_quotas_has_the_last_word_over_a_profile_at_the_start() -> None:
    app = create_app(Settings(seed=7, conduct="year-end", quotas=False))
    caller = Caller(app)
    quotas = caller.control("quotas")
    assert (quotas["enabled"], len(quotas["windows"])) == (False, 3)


@pytest.mark.parametrize(
    ("given", "message"),
    [("storm", "no profile is called 'storm'"), ("no/such.yaml", "the profile 'no/such.yaml' cannot be read")],
)
def test_a_server_does_not_start_with_a_profile_it_cannot_use(given: str, message: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--profile", given])
    assert result.exit_code == 1
    assert message in result.output


def test_what_is_loaded_by_name_is_the_bundled_file() -> None:
    assert loaded("calm", can_close=False) == bundled("calm", can_close=False)


@pytest.mark.parametrize("conduct", [7, {}, {"rules": [], "quotas": {"windows": 1}, "profile": None}, {"rules": [{}]}])
def test_a_conduct_that_cannot_be_used_holds_nothing_and_can_be_set_anew(conduct: Any) -> None:
    caller = Conducted()
    store = caller.emulator.store
    snapshot = replace(store.snapshot(caller.organisation.id), settings={"conduct": conduct})
    store.put_baseline(caller.organisation.id, "edited", snapshot)
    assert caller.http.post(f"{caller.base}/reset", json={"baseline": "edited"}).status_code == 200
    assert caller.ask("GET", "users").status_code == 200
    assert caller.struck() == {}
    caller.set_fault("unavailable_before")
    assert caller.ask("GET", "users").status_code == 503


def test_a_baseline_holds_the_conduct_and_a_reset_clears_the_counts() -> None:
    caller = Conducted()
    caller.set_fault("unavailable_before", budget={"first": 1})
    caller.http.put(f"{caller.base}/baselines/stormy")
    statuses: list[Any] = [caller.ask("GET", "users").status_code for _ in range(2)]
    caller.http.delete(f"{caller.base}/faults")
    assert caller.struck() == {}
    caller.http.post(f"{caller.base}/reset", json={"baseline": "stormy"})
    statuses += [caller.ask("GET", "users").status_code for _ in range(2)]
    assert statuses == [503, 200, 503, 200]
