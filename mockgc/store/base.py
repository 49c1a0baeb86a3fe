"""The promises of a store, whatever keeps the bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mockgc.clock import ClockState
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit, CommitRow, Rule
from mockgc.journal import Entry

EMPTY_BASELINE = "empty"


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
    """The entries that are still held, oldest first, and how many were dropped to make room."""

    entries: tuple[Entry, ...]
    evicted: int


class StoreUnavailable(Exception):
    """The backing store did not answer in time; nothing was written. Try again."""


class DataFileMismatch(Exception):
    """The data file cannot be used by this emulator; the message says why and what to do."""


class UnknownName(LookupError):
    """No organisation, baseline or client has this name; the message says which and what there is."""


class Store(Protocol):
    """
    All state of an emulator.

    Every method is safe to call from several threads. Methods that name an organisation raise `UnknownName` when there
    is no such organisation.
    """

    def create_organisation(self, name: str | None = None, seed: int | None = None) -> Organisation: ...
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
            WfmError: what the rule refused; nothing was written.
            StoreUnavailable: the backing store did not answer in time; nothing was written.

        Source: version + 1 for each commit is decided (specification of the dialect, common rules).
        """

    def commits(self, organisation_id: str, after: int = 0) -> list[CommitRow]: ...
    def new_context_id(self, organisation_id: str | None) -> str: ...
    def context_owner(self, context_id: str) -> tuple[str | None, Entry | None] | None:
        """(organisation or None, the entry or None when it was dropped); None when the id was never given out."""

    def append(self, entry: Entry) -> None: ...
    def journal(self, organisation_id: str) -> Journal: ...

    def switches(self, organisation_id: str) -> Switches: ...
    def set_switches(self, organisation_id: str, switches: Switches) -> None: ...

    def now(self) -> datetime: ...
    def clock(self) -> ClockState: ...
    def change_clock(self, change: Callable[[ClockState], ClockState]) -> ClockState:
        """Replace the clock by a function of itself, atomically."""

    def baselines(self, organisation_id: str) -> list[str]: ...
    def save_baseline(self, organisation_id: str, name: str) -> None: ...
    def reset(self, organisation_id: str, baseline: str = EMPTY_BASELINE) -> None: ...
