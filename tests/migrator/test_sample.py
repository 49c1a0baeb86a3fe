"""The sample account: one seed gives the same bytes, and the bundled mapping settles all of its mess."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator import sample
from migrator.desired import Desires
from migrator.mapping import desire, load
from migrator.sources import load as load_source


def desired(files: dict[str, Any], folder: Path) -> Desires:
    sample.write(files, folder)
    return desire(load_source(folder), load())


def eligible(files: dict[str, Any]) -> dict[int, str]:
    """Judged by the rows alone, without the migrator."""
    return {
        row["id"]: row["email"]
        for row in files["users.json"]["users"]
        if row["role"] in ("agent", "admin")
        and row["active"]
        and not row["suspended"]
        and row["role_type"] != 1
        and row["email"]
    }


@given(st.integers(1, 60), st.integers(0, 10**6), st.booleans())
@settings(max_examples=15)
def test_one_seed_gives_one_account_to_the_byte(agents: int, seed: int, clean: bool) -> None:
    first, second = (sample.generate(agents, seed, clean) for _ in range(2))
    assert {name: sample.encoded(value) for name, value in first.items()} == {
        name: sample.encoded(value) for name, value in second.items()
    }


@given(agents=st.integers(1, 120), seed=st.integers(0, 10**6), clean=st.booleans())
@settings(max_examples=15)
def test_so_many_agents_count_as_were_asked_for(agents: int, seed: int, clean: bool) -> None:
    assert len(eligible(sample.generate(agents, seed, clean))) == agents


@pytest.mark.parametrize(("agents", "seed"), [(1, 1), (2, 5), (3, 2), (7, 3), (60, 4), (320, 7)])
@pytest.mark.parametrize("clean", [True, False])
def test_the_bundled_mapping_settles_every_decision(tmp_path: Path, agents: int, seed: int, clean: bool) -> None:
    assert desired(sample.generate(agents, seed, clean), tmp_path).decisions == ()


@pytest.mark.parametrize("seed", [1, 7])
def test_every_agent_that_counts_is_wanted_with_its_own_address_and_a_week(tmp_path: Path, seed: int) -> None:
    files = sample.generate(100, seed)
    entities = desired(files, tmp_path).entities
    users = {one.key: one.fields["email"] for one in entities if one.kind == "user"}
    assert users == {f"zendesk:user:{number}": email for number, email in eligible(files).items()}
    at_work = {row["userId"].key for one in entities if one.kind == "schedule" for row in one.fields["agents"]}
    assert at_work == set(users)


def test_the_usual_sample_needs_several_batches_for_one_week(tmp_path: Path) -> None:
    entities = desired(sample.generate(320, 7), tmp_path).entities
    assert max(len(one.fields["agents"]) for one in entities if one.kind == "schedule") > 50


def test_the_sample_has_the_mess_of_real_accounts() -> None:
    files = sample.generate(320, 7)
    users, groups = files["users.json"]["users"], [row["name"] for row in files["groups.json"]["groups"]]
    agents = [row for row in users if row["role"] != "end-user"]
    ids = [row["external_id"] for row in {row["id"]: row for row in agents}.values() if row["external_id"]]
    found = {
        "end users": len(users) - len(agents) > 10,
        "suspended": any(row["suspended"] for row in agents),
        "light": any(row["role_type"] == 1 for row in agents),
        "two groups of one name": len({name.strip() for name in groups}) < len(groups),
        "emoji and trailing spaces": any("🎯" in name and name != name.rstrip() for name in groups),
        "contradictory tags": any({"shift_early", "shift_late"} <= set(row["tags"]) for row in agents),
        "dangling value": any(row["user_fields"]["shift_pattern"] == "split_shift_2019" for row in agents),
        "no IANA twin": any(row["iana_time_zone"] is None for row in agents),
        "external id used twice": len(ids) > len(set(ids)),
        "several groups": len(files["group_memberships.json"]["group_memberships"]) > 330,
    }
    assert [what for what, is_there in found.items() if not is_there] == []


def test_a_clean_sample_loses_nothing_but_tags_and_hours(tmp_path: Path) -> None:
    losses = {loss.code for loss in desired(sample.generate(120, 3, clean=True), tmp_path).losses}
    assert losses <= {"tag_unmapped", "schedule_unmapped", "group_without_agents"}


def test_no_agents_are_refused() -> None:
    with pytest.raises(ValueError, match="agents is 0; expected at least 1"):
        sample.generate(0, 7)
