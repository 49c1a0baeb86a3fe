"""What is rehearsed: our migrator, or any program."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.emulator import console_script
from conformance.errors import SampleFailed
from conformance.programs import DONE, located

JOURNAL = "journal.ndjson"
DECISIONS_OPEN = 4
"""Our migrator's exit code when it has done everything that needs no decision."""


@dataclass(frozen=True, slots=True)
class Subject:
    """
    A migration under test.

    Args:
        words: the command; what differs between runs is in its environment.
        shown: how reports name it.
        plan_words: a dry run to be tried before the first real one; empty when it has none.
        needs_no_folder: whether a finished migration is left alone also without the working folder (the journal).
        done_codes: exit codes after which another run would do no more.
        unites_members: whether runs over parts of a source add up, so that overlapping parts may be tried at once.
    """

    words: tuple[str, ...]
    shown: str
    plan_words: tuple[str, ...] = ()
    unites_members: bool = False
    needs_no_folder: bool = False
    done_codes: frozenset[int] = DONE

    @staticmethod
    def of_command(command: Sequence[str], here: Path) -> Subject:
        """
        Any program, as the caller would start it from `here`.

        Raises:
            ProgramNotFound: there is no such program.
        """
        return Subject(tuple(located(command, here)), shlex.join(command))

    @staticmethod
    def of_migrator(mapping: Path | None) -> Subject:
        """Our own migrator, started like any other program; it reads the same environment."""
        migrator = console_script("migrator")
        given = ["--mapping", str(mapping)] if mapping else []
        mapped = ["--mapping", str(mapping.absolute())] if mapping else []
        return Subject(
            words=(*migrator, "apply", *mapped, "--journal", JOURNAL),
            shown=shlex.join(["migrator", "apply", *given, "--journal", JOURNAL]),
            plan_words=(*migrator, "plan", *mapped),
            unites_members=True,
            needs_no_folder=True,
            done_codes=DONE | {DECISIONS_OPEN},
        )


def make_sample(folder: Path, agents: int, seed: int) -> None:
    """
    A Zendesk account export with the mess of real ones, in `folder`.

    Raises:
        SampleFailed: with what the generator printed.
    """
    words = [*console_script("migrator"), "sample", "--agents", str(agents), "--seed", str(seed), "--out", str(folder)]
    try:
        made = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SampleFailed(f"the sample cannot be made ({error}); give one with --source DIR") from None
    if made.returncode != 0:
        raise SampleFailed(f"`{shlex.join(words)}` ended with exit code {made.returncode}:\n{made.stderr.strip()}")
