"""The journal: durable, readable after any cut, held by one live run at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import JournalDamaged, JournalLocked
from migrator.journal import Entry, JournalFile, LineJournal, NoJournal, free_journal, open_intents


class Memory:
    """Storage in memory."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data

    def read(self) -> bytes:
        return self.data

    def append(self, data: bytes) -> None:
        self.data += data

    def truncate(self, size: int) -> None:
        self.data = self.data[:size]


def entry(kind: str, name: str, **more: object) -> Entry:
    return {"type": kind, "id": name, **more}


ENTRIES = st.lists(st.builds(lambda name: entry("intent", name), st.text(max_size=8)), max_size=6)


@given(ENTRIES, st.integers(min_value=0))
def test_cut_anywhere_a_journal_reads_as_a_prefix_and_goes_on(entries: list[Entry], cut: int) -> None:
    whole = Memory()
    for one in entries:
        LineJournal(whole).append(one)
    storage = Memory(whole.data[: cut % (len(whole.data) + 1)])
    journal = LineJournal(storage)
    kept = list(journal.entries())
    journal.append(entry("intent", "after"))
    assert kept == entries[: len(kept)]
    assert list(LineJournal(storage).entries()) == [*kept, entry("intent", "after")]


def test_a_damaged_line_in_the_middle_is_named() -> None:
    with pytest.raises(JournalDamaged, match="line 2"):
        LineJournal(Memory(b'{"type":"run"}\nnonsense\n{"type":"run"}\n'))


def test_an_intent_is_open_until_its_outcome_is_known() -> None:
    journal = LineJournal(Memory())
    for one in (
        entry("intent", "done"),
        entry("outcome", "done", outcome="ok"),
        entry("intent", "lost"),
        entry("outcome", "lost", outcome="unknown"),
        entry("intent", "crashed"),
    ):
        journal.append(one)
    assert list(open_intents(journal)) == ["lost", "crashed"]


def test_a_run_without_journal_remembers_nothing() -> None:
    journal = NoJournal()
    journal.append(entry("intent", "a"))
    assert open_intents(journal) == {}


def test_what_is_appended_is_in_the_file_at_once(tmp_path: Path) -> None:
    with JournalFile(tmp_path / "j") as journal:
        journal.append(entry("intent", "é"))
        assert (tmp_path / "j").read_text("utf-8") == '{"id":"é","type":"intent"}\n'


def test_two_runs_on_one_journal_are_not_let_in(tmp_path: Path) -> None:
    with JournalFile(tmp_path / "j"), pytest.raises(JournalLocked, match="held by another run"):
        JournalFile(tmp_path / "j")


def test_a_run_that_ended_leaves_the_journal_free(tmp_path: Path) -> None:
    with JournalFile(tmp_path / "j") as first:
        first.append(entry("intent", "a"))
    with JournalFile(tmp_path / "j") as second:
        assert list(open_intents(second)) == ["a"]


def test_the_lock_of_a_dead_run_blocks_nobody(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from migrator.journal import JournalFile;"
        "kept = JournalFile(Path(sys.argv[1])); os._exit(9)"
    )
    dead = subprocess.run([sys.executable, "-c", program, str(tmp_path / "j")], check=False)
    assert dead.returncode == 9
    with JournalFile(tmp_path / "j"):
        pass


def test_runs_that_name_no_journal_take_the_first_free_one(tmp_path: Path) -> None:
    with free_journal(tmp_path) as first, free_journal(tmp_path) as second:
        assert [first.path.name, second.path.name] == ["migrator-1.journal", "migrator-2.journal"]
    with free_journal(tmp_path) as again:
        assert again.path.name == "migrator-1.journal"
