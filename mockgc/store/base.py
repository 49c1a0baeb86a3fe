"""The promises of a store, whatever keeps the bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mockgc.clock import ClockChange, ClockState
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit, CommitRow, Rule
from mockgc.journal import Entry

EMPTY_BASELINE = "empty"
NOBODY = ""
"""Stands for the organisation of requests that no organisation could be found for."""


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client of one organisation; `permissions` None stands for all there are."""

    id: str
    secret: str = field(repr=False)
    organisation_id: str = ""
    permissions: frozenset[str] | None = None
    access_token_s: int = 86_400


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token, valid until `expires_at` on the emulator's clock."""

    value: str = field(repr=False)
    client: Client = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tenant; ordinals count from 1 in order of creation."""

    id: str
    name: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Journal:
    """
    What is held of an organisation's requests.

    Every request has a number, from 1 in the order of the answers. Numbers go on over a reset and are never given out
    again, so whoever has seen number n asks for what came after it.

    Args:
        entries: those asked for that are still held, oldest first, the last of them being the last there is.
        evicted: how many were dropped, to make room or by a reset; their numbers are the first.
        last: the number of the last entry.
    """

    entries: tuple[Entry, ...]
    evicted: int
    last: int

    @property
    def numbered(self) -> Iterator[tuple[int, Entry]]:
        """(number, entry), oldest first."""
        return enumerate(self.entries, self.last - len(self.entries) + 1)


@dataclass(frozen=True, slots=True)
class Kept:
    """
    How much of its past an organisation keeps; what is older is let go, oldest first.

    Args:
        journal_entries: requests; how many were dropped is told with the journal.
        commit_rows: rows of the commit log.
        images: the newest commit rows that also hold the entity as it was stored.
    """

    journal_entries: int = 10_000
    commit_rows: int = 200_000
    images: int = 10_000


@dataclass(frozen=True, slots=True)
class Slot:
    """
    A named place for one JSON value of an organisation, for what is no entity: faults, quotas, their counters.

    Args:
        is_setting: saved with a baseline and restored by a reset; all else is cleared by a reset.
    """

    name: str
    is_setting: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    All that a baseline holds, independent of the store that made it.

    Args:
        rows: (kind, id, version, encoded entity) in order of creation.
        settings: the value of each slot that is a setting, by name.
        entities: how many entity ids had been given out; a store that takes the snapshot gives out later ones.
    """

    rows: tuple[tuple[str, str, int, bytes], ...] = ()
    switches: Switches = field(default_factory=Switches)
    settings: Mapping[str, Any] = field(default_factory=dict)
    entities: int = 0


class StoreUnavailable(Exception):
    """The backing store did not answer; the message says whether anything may have been written. Try again."""


class DataFileMismatch(Exception):
    """The data file, or database, cannot be used by this emulator; the message says why and what to do."""


class UnknownName(LookupError):
    """No organisation, baseline or client has this name; the message says which and what there is."""


class Store(Protocol):
    """
    All state of an emulator.

    Every method is safe to call from several threads. Methods that name an organisation raise `UnknownName` when there
    is no such organisation.
    """

    def create_organisation(self, name: str | None = None, seed: int | None = None) -> Organisation: ...
    def first_client(self, name: str, credentials: tuple[str, str] | None = None) -> Client:
        """
        The first client of the first organisation; both are made where there are none, once, whoever asks at the same
        time.
        """

    def organisations(self) -> list[Organisation]: ...
    def organisation(self, organisation_id: str) -> Organisation: ...

    def add_client(
        self,
        organisation_id: str,
        permissions: frozenset[str] | None = None,
        access_token_s: int = 86_400,
        credentials: tuple[str, str] | None = None,
    ) -> Client:
        """A new client; id and secret are derived unless given."""

    def client(self, client_id: str) -> Client | None: ...
    def clients(self, organisation_id: str) -> list[Client]: ...
    def issue_token(self, client: Client) -> Token: ...
    def token(self, value: str) -> Token | None: ...

    def transact(self, organisation_id: str, rule: Rule, client_id: str, context_id: str) -> Commit:
        """
        Run a rule over a consistent view and commit all that it returns, or nothing.

        Args:
            organisation_id: whose state; no other organisation is read or written.
            rule: pure; called once, or again after a serialisation failure, so it must not keep state.
            client_id, context_id: who asks, for the commit log.

        Returns:
            The rule's outcome and the commit's sequence number (from 1, no gaps), None when nothing was written.

        Raises:
            WfmError: what the rule refused; nothing was written, and the ids it drew are drawn again.
            UnknownName: there is no such organisation.
            StoreUnavailable: the backing store did not answer.

        Source: version + 1 for each commit is decided (specification of the dialect, common rules).
        """

    def commits(self, organisation_id: str, after: int = 0) -> list[CommitRow]:
        """The rows that are still kept, oldest first."""

    def history(self, organisation_id: str, kind: str, entity_id: str) -> list[CommitRow]:
        """The kept rows of one entity, oldest first."""

    def new_context_id(self, organisation_id: str | None) -> str: ...
    def context_owner(self, context_id: str) -> tuple[str | None, Entry | None] | None:
        """(organisation or None, the entry or None when it was dropped); None when the id was never given out."""

    def append(self, entry: Entry) -> None: ...
    def journal(self, organisation_id: str, after: int = 0) -> Journal:
        """The entries with a higher number than `after`; without an organisation, the requests that named none."""

    def switches(self, organisation_id: str) -> Switches: ...
    def set_switches(self, organisation_id: str, switches: Switches) -> None: ...

    def value(self, organisation_id: str, slot: Slot) -> Any:
        """The JSON value in a slot, None when there is none; not to be changed in place."""

    def change_value(self, organisation_id: str, slot: Slot, change: Callable[[Any], Any]) -> Any:
        """
        Replace the value by a pure function of itself, atomically; returns the new one. None empties the slot.

        Raises:
            StoreUnavailable: the backing store did not answer.
        """

    def now(self, organisation_id: str | None = None) -> datetime:
        """The organisation's time; the emulator's without one. An organisation's clock runs on the emulator's."""

    def clock(self, organisation_id: str | None = None) -> ClockState: ...
    def change_clock(self, change: ClockChange, organisation_id: str | None = None) -> ClockState:
        """Replace a clock by a function of itself and of the clock beneath, atomically."""

    def baselines(self, organisation_id: str) -> list[str]: ...
    def save_baseline(self, organisation_id: str, name: str) -> None: ...
    def snapshot(self, organisation_id: str, baseline: str | None = None) -> Snapshot:
        """A baseline, or what the organisation holds now."""

    def put_baseline(self, organisation_id: str, name: str, snapshot: Snapshot) -> None:
        """Keep a snapshot, perhaps of another emulator, as a baseline that `reset` goes to."""

    def drop_baseline(self, organisation_id: str, name: str) -> None: ...
    def reset(self, organisation_id: str, baseline: str = EMPTY_BASELINE) -> None:
        """
        Entities, switches and settings as the baseline has them; commit log and journal begin anew. Clients, tokens and
        the clock stay, and no counter is rewound, so that an id never names two things.
        """

    def close(self) -> None:
        """Give back what the store holds open and does not use; it can be used on."""
