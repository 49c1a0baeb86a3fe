"""A journal that says more than is true is caught."""

from __future__ import annotations

import pytest

from conformance.checkers.journal import Entry, entries_of, intents_come_first, journal_is_honest

INTENT: Entry = {"type": "intent", "id": "1"}
DONE: Entry = {"type": "outcome", "id": "1", "outcome": "ok", "contextId": "c"}
ANSWERED = {"c": 201, "refused": 409}


def test_an_honest_journal_passes() -> None:
    unknown = {**DONE, "outcome": "unknown", "contextId": ""}
    found = {**DONE, "found": True, "contextId": ""}
    assert journal_is_honest([{"type": "run"}, INTENT, DONE, INTENT, unknown, found], ANSWERED) == ()


@pytest.mark.parametrize(
    "lie",
    [
        [DONE],
        [INTENT, {**DONE, "contextId": ""}],
        [INTENT, {**DONE, "contextId": "never given"}],
        [INTENT, {**DONE, "contextId": "refused"}],
    ],
    ids=["no intent", "no answer", "an answer nobody gave", "a refusal"],
)
def test_a_lie_is_caught(lie: list[Entry]) -> None:
    assert len(journal_is_honest(lie, ANSWERED)) == 1


def test_a_write_without_an_intent_is_caught() -> None:
    assert intents_come_first([INTENT, DONE], 1) == ()
    assert intents_come_first([INTENT, DONE], 2)


def test_a_line_written_onto_a_torn_one_is_caught() -> None:
    entries = entries_of(b'{"type":"int{"type":"intent","id":"1"}\n')
    assert len(journal_is_honest(entries, ANSWERED)) == 1


def test_a_torn_last_line_does_not_count() -> None:
    assert entries_of(b'{"type":"intent","id":"1"}\n{"type":"out') == ({"type": "intent", "id": "1"},)
