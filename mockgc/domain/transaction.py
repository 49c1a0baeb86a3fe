"""
What passes between a rule and the store.

A rule is a pure function from a consistent `View` to an `Outcome`; the store runs it inside one critical section and
commits all that it returns, or nothing. Rules never see bytes of other organisations, a clock or a random source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mockgc.domain.errors import WfmError
from mockgc.domain.switches import Switches

Entity = dict[str, Any]
Read = tuple[str, str, int]
"""(kind, id, version) that an answer showed to its caller."""


@dataclass(frozen=True, slots=True)
class Row:
    """A stored entity: its version, the values it is indexed under, and the encoded answer."""

    version: int
    keys: Mapping[str, str]
    encoded: bytes


class View(Protocol):
    """A consistent view of one organisation, valid while the rule runs."""

    @property
    def now(self) -> datetime: ...
    @property
    def switches(self) -> Switches: ...
    @property
    def client_id(self) -> str: ...

    def row(self, kind: str, entity_id: str) -> Row | None:
        """The stored row, or None."""

    def get(self, kind: str, entity_id: str) -> Entity | None:
        """The decoded entity, or None; not to be changed."""

    def rows(self, kind: str) -> Mapping[str, Row]:
        """All live rows of a kind by id, in order of creation."""

    def holders(self, field_name: str, value: str, kinds: Iterable[str]) -> list[tuple[str, str]]:
        """(kind, id) of the live entities among `kinds` that hold this normalised value."""

    def referrers(self, kind: str, entity_id: str) -> list[tuple[str, str]]:
        """(kind, id) of the live entities that refer to this one, in order of the first reference."""

    def kinds_sharing(self, field_name: str) -> tuple[str, ...]:
        """The kinds among which this field is unique per organisation."""

    def label(self, kind: str, entity: Entity) -> str | None:
        """What people call an entity of this kind."""

    def new_id(self) -> str:
        """A fresh entity id; never given out twice."""


@dataclass(frozen=True, slots=True)
class Write:
    """
    One entity to store; `entity` None deletes it.

    Args:
        claimed: the version the caller said it had read, None when it said nothing.
        changed: top-level fields whose value differs from before.
    """

    kind: str
    id: str
    entity: Entity | None
    claimed: int | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a rule decided.

    Args:
        status: HTTP status of the answer.
        body: the answer, already encoded, or a value to encode; None for an empty answer.
        writes: committed together under one sequence number; empty means that nothing changed.
        reads: what the caller now knows.
        refusal: answered in place of status and body, although the writes are kept.
    """

    status: int
    body: bytes | Entity | list[Any] | None = None
    writes: tuple[Write, ...] = ()
    reads: tuple[Read, ...] = ()
    refusal: WfmError | None = None


Rule = Callable[[View], Outcome]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One request after routing, authentication and decoding.

    Args:
        ids: the path's parameters.
        body: shape and values are valid; read-only fields and nulls are gone; empty when the operation takes none.
        items: the body, where it is an array; valid as well.
        version: the version the caller claims, None when it sent none.
        invalid: why body or query are not acceptable; raised by the rule once the path's id is known to exist.
        origin: scheme and host that the client spoke to, for the few answers that hold absolute addresses.
        organisation_id: whose client asks; only addresses outside of the token's reach need it.
        streaming_port: where the same host takes WebSockets; None where nothing listens.
        job_error: an asynchronous operation that this begins ends in an error without a reason, and changes nothing.
    """

    ids: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    body: Entity = field(default_factory=dict)
    version: int | None = None
    invalid: WfmError | None = None
    raw_query: str = ""
    items: tuple[Any, ...] = ()
    origin: str = ""
    organisation_id: str = ""
    streaming_port: int | None = None
    job_error: bool = False


@dataclass(frozen=True, slots=True)
class CommitRow:
    """
    One entity of one commit; rows of one commit share `sequence` (from 1, no gaps).

    Args:
        after: the entity as it was stored, encoded; None for a deleted one, and for rows so old that it was let go.
    """

    sequence: int
    kind: str
    entity_id: str
    version_before: int
    version_after: int | None
    claimed_version: int | None
    context_id: str
    client_id: str
    at: datetime
    changed: tuple[str, ...]
    after: bytes | None = None

    @property
    def action(self) -> str:
        """create, update or delete."""
        if self.version_after is None:
            return "delete"
        return "update" if self.version_before else "create"


@dataclass(frozen=True, slots=True)
class Commit:
    """What `transact` did: the rule's outcome and the sequence number, None when nothing was written."""

    outcome: Outcome
    sequence: int | None
