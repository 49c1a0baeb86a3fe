"""Programs under test are found from a fresh folder, get the environment of the contract, and always end."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.errors import ProgramNotFound
from conformance.programs import Ended, Program, environment, located
from conformance.target import Credentials

CREDENTIALS = Credentials("organisation", "client", "secret-of-the-client")


def run(tmp_path: Path, code: str, env: Mapping[str, str] | None = None, limit_s: float = 20) -> tuple[Ended, str]:
    output = tmp_path / "output.log"
    program = Program([sys.executable, "-c", code], tmp_path, env or {}, output)
    return program.wait(limit_s), output.read_text("utf-8")


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgramNotFound, match=r"'\./migrate\.sh' is not a program here or on the PATH"):
        located(["./migrate.sh"], tmp_path)


def test_a_file_that_is_not_executable_says_how_to_make_it_so(tmp_path: Path) -> None:
    (tmp_path / "migrate.sh").write_text("#!/bin/sh\n", "utf-8")
    with pytest.raises(ProgramNotFound, match=r"not executable; try: chmod \+x"):
        located(["./migrate.sh"], tmp_path)


def test_words_that_name_a_file_from_here_are_found_from_a_fresh_folder(tmp_path: Path) -> None:
    (tmp_path / "migrate.py").write_text("", "utf-8")
    (tmp_path / "lib").mkdir()
    words = located([sys.executable, "migrate.py", "--config=migrate.py", "lib", "./lib", "run"], tmp_path)
    assert words[1:] == [str(tmp_path / "migrate.py"), "--config=migrate.py", "lib", str(tmp_path / "lib"), "run"]


def test_the_environment_is_the_contracts_and_holds_none_of_the_callers_own_settings(tmp_path: Path) -> None:
    mine = {"PATH": "/bin", "GENESYS_CREDENTIALS_FILE": "/real/one.json", "NO_PROXY": "intern.example"}
    env = environment(mine, "http://127.0.0.1:1", CREDENTIALS, tmp_path)
    assert env == {
        "PATH": "/bin",
        "GENESYS_BASE_URL": "http://127.0.0.1:1",
        "GENESYS_CLIENT_ID": "client",
        "GENESYS_CLIENT_SECRET": "secret-of-the-client",
        "MIGRATION_SOURCE": str(tmp_path),
        "NO_PROXY": "intern.example,127.0.0.1,localhost",
        "no_proxy": "intern.example,127.0.0.1,localhost",
    }


def test_credentials_are_not_shown() -> None:
    assert "secret-of-the-client" not in repr(CREDENTIALS)


def test_exit_code_and_output_are_kept(tmp_path: Path) -> None:
    ended, output = run(
        tmp_path, "import os; print(os.getcwd(), os.environ['NAME']); raise SystemExit(3)", {"NAME": "x"}
    )
    assert (ended, output.split()) == (Ended(3), [str(tmp_path.resolve()), "x"])
    assert not ended.believes_done


def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    ended, _ = run(tmp_path, "import threading; threading.Event().wait()", limit_s=0.3)
    assert (ended.timed_out, str(ended)) == (True, "ended by the time limit")


def test_a_killed_program_has_no_exit_code(tmp_path: Path) -> None:
    program = Program(
        [sys.executable, "-c", "import threading; threading.Event().wait()"], tmp_path, {}, tmp_path / "o"
    )
    killer = threading.Thread(target=program.kill)
    killer.start()
    ended = program.wait(20)
    killer.join()
    assert (ended, str(ended)) == (Ended(None), "killed")


HOLDS_A_LOCK = (
    "import fcntl, threading; lock = open('lock', 'w'); fcntl.flock(lock, fcntl.LOCK_EX); "
    "print('held', flush=True); threading.Event().wait()"
)
LEAVES_IT_RUNNING = f"""
import os, subprocess, sys
left = subprocess.Popen([sys.executable, '-c', {HOLDS_A_LOCK!r}], stdout=subprocess.PIPE)
left.stdout.readline()
os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="process groups and flock are POSIX")
def test_what_a_program_leaves_running_ends_with_it(tmp_path: Path) -> None:
    import fcntl  # noqa: PLC0415 (absent where this test is skipped)

    ended, _ = run(tmp_path, LEAVES_IT_RUNNING)
    assert ended == Ended(0)
    with (tmp_path / "lock").open("w") as lock:
        taken = threading.Thread(target=fcntl.flock, args=(lock, fcntl.LOCK_EX), daemon=True)
        taken.start()  # gets the lock only when whoever was left running has ended
        taken.join(20)
        assert not taken.is_alive()
