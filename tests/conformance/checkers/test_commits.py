"""Each verdict over a commit log holds for a good log and catches the planted bad one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.checkers import (
    Commit,
    Violations,
    no_lost_update,
    nothing_after,
    nothing_deleted,
    parse_commits,
    version_steps,
)

USER = Commit(1, "user", "u", 0, 1, None, "c1")
GOOD = (
    USER,
    Commit(2, "scheduleTemplate", "t", 0, 1, None, "c2"),
    Commit(3, "user", "u", 1, 2, 1, "c3"),
    Commit(4, "schedule", "s", 0, 1, None, "c4"),
    Commit(4, "scheduleTemplate", "t", 1, 2, 1, "c4"),
    Commit(5, "schedule", "s", 1, 2, None, "c5"),
    Commit(5, "scheduleTemplate", "t", 2, 3, None, "c5"),
    Commit(6, "user", "u", 2, None, None, "c6"),
)


def with_row(index: int, **changes: object) -> tuple[Commit, ...]:
    """The good log with one row spoiled."""
    return (*GOOD[:index], replace(GOOD[index], **changes), *GOOD[index + 1 :])  # type: ignore[arg-type]


def test_a_good_log_passes() -> None:
    assert version_steps(GOOD) == no_lost_update(GOOD) == ()


@pytest.mark.parametrize(
    "bad",
    [
        with_row(2, after=3),
        with_row(2, before=0, after=1),
        with_row(2, before=2, after=3),
        with_row(2, sequence=4),
        (*GOOD, Commit(7, "user", "u", 2, 3, 2, "c7")),
        (replace(USER, sequence=2),),
        (replace(USER, after=0),),
    ],
    ids=["jump", "restart", "skipped base", "gap", "after delete", "starts at two", "first version zero"],
)
def test_a_wrong_version_step_is_caught(bad: tuple[Commit, ...]) -> None:
    assert version_steps(bad)


def test_a_refusal_that_moves_a_version_leaves_a_gap_that_is_caught() -> None:
    assert [found.where for found in version_steps((USER, Commit(2, "user", "u", 2, 3, 2, "c2")))] == ["user u"]


@pytest.mark.parametrize("claimed", [0, 2, 7])
def test_a_write_accepted_on_another_base_is_caught(claimed: int) -> None:
    (found,) = no_lost_update(with_row(2, claimed=claimed))
    assert found.evidence == ("c3",)


def test_a_replacement_that_named_no_base_is_caught() -> None:
    assert no_lost_update(with_row(2, claimed=None))


def test_an_import_accepted_on_a_stale_template_version_is_caught() -> None:
    assert no_lost_update(with_row(6, claimed=1))


def test_a_replay_that_commits_is_caught() -> None:
    assert nothing_after(GOOD, 6) == ()
    assert len(nothing_after(GOOD, 4)) == 3


def test_a_delete_is_caught() -> None:
    assert [found.where for found in nothing_deleted(GOOD)] == ["user u"]


def test_commits_are_read_from_the_control_api() -> None:
    row = {
        "sequence": 4,
        "kind": "user",
        "entityId": "u",
        "versionBefore": 1,
        "versionAfter": None,
        "claimedVersion": None,
        "contextId": "c",
        "clientId": "k",
        "changed": ["name"],
    }
    parsed: tuple[Commit, ...] = parse_commits({"entities": [row]})
    assert parsed == (Commit(4, "user", "u", 1, None, None, "c", "k", ("name",)),)


def test_a_violation_reads_as_a_sentence_with_its_requests() -> None:
    found: Violations = no_lost_update(with_row(2, claimed=7))
    assert str(found[0]) == "user u: accepted on base 7 while version 1 was current [c3]"
