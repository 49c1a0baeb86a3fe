"""
The rehearsal with real programs: what is sound is judged right, and each known way to be wrong is judged wrong.

These start an emulator and the program under test; everything else about the judge is tested without processes.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conformance.cli import main
from conformance.emulator import running_emulator
from conformance.errors import EmulatorNotStarted

PROGRAMS = Path(__file__).parent / "programs"
AGENTS = 12


@dataclass(frozen=True)
class Judged:
    """What came out of a rehearsal."""

    result: Result
    report: dict[str, Any]

    @property
    def failing(self) -> set[str]:
        return {i["id"] for i in self.report["invariants"] if i["verdict"] == "fail"}

    def invariant(self, id: str) -> dict[str, Any]:
        invariants: list[dict[str, Any]] = self.report["invariants"]
        (found,) = (invariant for invariant in invariants if invariant["id"] == id)
        return found


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    rows = [
        {
            "id": 1000 + number, "name": f"Agent {number}", "email": f"agent{number}@example.com", "role": "agent",
            "role_type": 0, "active": True, "suspended": False, "iana_time_zone": "Europe/Paris",
        }
        for number in range(AGENTS)
    ]  # fmt: skip
    rows.append({**rows[0], "id": 2000, "email": "end-user@example.com", "role": "end-user"})
    (folder / "users.json").write_text(json.dumps({"users": rows}), "utf-8")
    return folder


@pytest.fixture
def rehearse(source: Path, tmp_path: Path) -> Callable[..., Judged]:
    def run(*command: str, options: tuple[str, ...] = (), env: dict[str, str] | None = None) -> Judged:
        report = tmp_path / "report.json"
        kept = ["--keep", str(tmp_path / "kept")]
        words = ["rehearse", "--source", str(source), "--json", str(report), *kept, *options, "--", *command]
        result = CliRunner().invoke(main, words, env={"PYTHON": sys.executable, **(env or {})})
        assert result.exit_code in (0, 1), result.output
        return Judged(result, json.loads(report.read_text("utf-8")))

    return run


@pytest.fixture
def sound(missing_service: Callable[[str], None]) -> str:
    for needed in ("sh", "curl"):
        if shutil.which(needed) is None:
            missing_service(f"{needed} is not installed: the sound migration in plain shell cannot run")
    return str(PROGRAMS / "sound.sh")


def test_a_sound_program_in_plain_shell_is_judged_right(rehearse: Callable[..., Judged], sound: str) -> None:
    judged = rehearse(sound)
    assert (judged.result.exit_code, judged.report["verdict"], judged.failing) == (0, "pass", set()), (
        judged.result.output
    )
    counts = judged.invariant("faults-occurred")["evidence"]["counts"]
    assert counts["planned"] == counts["occurred"] == 18
    assert counts["afterCommit"] == counts["confirmed"] == 8
    assert "met at first request and write" in judged.invariant("two-at-once")["evidence"]["text"]
    assert {invariant["verdict"] for invariant in judged.report["invariants"]} == {"pass"}


def test_a_program_that_does_nothing_is_judged_wrong(rehearse: Callable[..., Judged]) -> None:
    judged = rehearse("true")
    assert judged.result.exit_code == 1
    assert judged.failing == {"agents-present", "exit-codes"}
    assert judged.invariant("lost-answers")["verdict"] == "not_applicable"
    assert judged.invariant("lost-answers")["evidence"]["text"] == "not held: the undisturbed run wrote nothing"


def test_a_program_that_writes_half_is_judged_wrong(rehearse: Callable[..., Judged], sound: str) -> None:
    judged = rehearse(sound, env={"MIGRATE_ONLY": str(AGENTS // 2)})
    assert judged.failing == {"agents-present", "exit-codes"}
    assert judged.invariant("agents-present")["evidence"]["counts"] == {"agents": AGENTS, "arrived": AGENTS // 2}


def test_a_program_that_exits_0_after_a_409_is_judged_wrong(rehearse: Callable[..., Judged]) -> None:
    judged = rehearse(sys.executable, str(PROGRAMS / "broken.py"), "ignores-409")
    assert "exit-codes" in judged.failing
    (context_id, *_) = judged.invariant("exit-codes")["evidence"]["contextIds"]
    assert context_id in judged.result.output
    assert "wfm.transaction.conflict" in judged.result.output


@pytest.mark.parametrize(
    ("bug", "caught_by"),
    [
        ("key-of-the-day", "replay-commits-nothing"),
        ("second-name-on-conflict", "two-at-once"),
        ("never-looks", "exit-codes"),
        ("impatient", "retry-after"),
        ("takes-silence-for-yes", "lost-answers"),
    ],
)
def test_a_known_bug_is_caught(rehearse: Callable[..., Judged], bug: str, caught_by: str) -> None:
    judged = rehearse(sys.executable, str(PROGRAMS / "broken.py"), bug)
    assert judged.result.exit_code == 1
    assert caught_by in judged.failing


def test_a_program_that_hangs_is_ended_and_judged_wrong(rehearse: Callable[..., Judged]) -> None:
    judged = rehearse(sys.executable, "-c", "import threading; threading.Event().wait()", options=("--time-limit", "1"))
    assert "exit-codes" in judged.failing
    assert "ended by the time limit" in judged.result.output


def test_a_program_that_dies_shows_what_it_said(rehearse: Callable[..., Judged]) -> None:
    judged = rehearse(sys.executable, "-c", "raise SystemExit('no configuration found')")
    assert judged.result.exit_code == 1
    assert "no configuration found" in judged.result.output


def test_our_migrator_is_rehearsed_like_any_program(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = CliRunner().invoke(main, ["rehearse", "--agents", "15", "--json", str(report)])
    assert result.exit_code == 0, result.output
    verdicts = {
        invariant["id"]: invariant["verdict"] for invariant in json.loads(report.read_text("utf-8"))["invariants"]
    }
    assert set(verdicts.values()) == {"pass"}
    assert {"plan-writes-nothing", "journal-lost", "overlap", "killed"} <= verdicts.keys()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--", "no-such-program"], "'no-such-program' is not a program here or on the PATH"),
        (["--source", "no-such-folder", "--", "true"], "'no-such-folder' is not a folder"),
        (["--agents", "5", "--source", "x", "--", "true"], "give either --agents or --source"),
        (["--json", "no-such-folder/report.json", "--", "true"], "the folder 'no-such-folder' does not exist"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_at_once(words: list[str], says: str) -> None:
    result = CliRunner().invoke(main, ["rehearse", *words])
    assert result.exit_code == 2
    assert says in result.output


def test_an_emulator_that_does_not_start_shows_what_it_said() -> None:
    command = [sys.executable, "-c", "raise SystemExit('the port is taken')"]
    with (
        pytest.raises(EmulatorNotStarted, match=r"exit code 1; it printed:\nthe port is taken"),
        running_emulator(7, command),
    ):
        pass


def test_the_journal_of_a_rehearsal_is_long_whatever_the_caller_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKGC_JOURNAL_ENTRIES_MAX", "5")
    monkeypatch.setenv("MOCKGC_SEED", "5")
    names = "[name for name in os.environ if name.startswith('MOCKGC_')], os.environ['MOCKGC_JOURNAL_ENTRIES_MAX']"
    command = [sys.executable, "-c", f"import os; raise SystemExit(repr(({names})))"]
    with (
        pytest.raises(EmulatorNotStarted, match=r"\(\['MOCKGC_JOURNAL_ENTRIES_MAX'\], '1000000'\)"),
        running_emulator(7, command),
    ):
        pass


def test_an_emulator_that_stays_silent_is_given_up() -> None:
    command = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    with pytest.raises(EmulatorNotStarted, match=r"did not answer within 0\.2 s"), running_emulator(7, command, 0.2):
        pass
