"""Programs under test are found from a fresh folder, get the environment of the contract, and always end."""

from __future__ import annotations

import shutil
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


@pytest.mark.skipif(shutil.which("sh") is None, reason="no sh here")
def test_what_a_program_leaves_running_ends_with_it(tmp_path: Path) -> None:
    program = Program(["sh", "-c", "sleep 60 & echo $!"], tmp_path, {"PATH": "/usr/bin:/bin"}, tmp_path / "o")
    assert program.wait(20) == Ended(0)
    left = Path("/proc") / (tmp_path / "o").read_text("utf-8").strip() / "cmdline"
    assert not left.exists() or left.read_bytes() == b""  # gone, or a zombie that nobody has asked about
