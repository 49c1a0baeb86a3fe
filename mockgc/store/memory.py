"""
The store in memory: rows of (version, keys, encoded bytes), one index a unique key, a lock an organisation.

Nothing survives the process. Rows are never changed in place, so a baseline is a shallow copy.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any

import orjson

from mockgc.clock import ClockChange, ClockState, WallClock
from mockgc.domain.resource import Resource
from mockgc.domain.switches import Switches
from mockgc.domain.transaction import Commit, CommitRow, Entity, Row, Rule, Write
from mockgc.ids import Ids
from mockgc.journal import Entry
from mockgc.store.addresses import Address, shared_fields
from mockgc.store.base import (
    EMPTY_BASELINE,
    Client,
    Journal,
    Kept,
    Organisation,
    Slot,
    Snapshot,
    Token,
    UnknownName,
)
from mockgc.store.contents import Contents


@dataclass(frozen=True, slots=True)
class _Baseline:
    """What a reset goes back to."""

    contents: Contents
    switches: Switches = field(default_factory=Switches)
    settings: Mapping[Slot, Any] = field(default_factory=dict)
    entity_counter: int = 0


@dataclass(slots=True)
class _Tenant:
    """One organisation's state; everything under its lock."""

    organisation: Organisation
    ids: Ids
    contents: Contents
    ordinal_of_ids: int
    switches: Switches = field(default_factory=Switches)
    values: dict[Slot, Any] = field(default_factory=dict)
    clock: ClockState = field(default_factory=ClockState)
    commits: deque[CommitRow] = field(default_factory=deque)
    sequence: int = 0
    entity_counter: int = 0
    context_counter: int = 0
    client_counter: int = 0
    token_counter: int = 0
    journal: OrderedDict[str, Entry] = field(default_factory=OrderedDict)
    evicted: int = 0
    baselines: dict[str, _Baseline] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)


class _View:
    """A view that is valid while the organisation's lock is held; decoded entities are kept for its life."""

    __slots__ = ("_decoded", "_resources", "_shared", "_tenant", "client_id", "entities", "now", "switches")

    def __init__(self, tenant: _Tenant, store: MemoryStore, client_id: str) -> None:
        self._tenant, self._resources, self._shared = tenant, store.resources, store.shared
        self._decoded: dict[Address, Entity] = {}
        self.client_id, self.now, self.switches = client_id, store.time_of(tenant), tenant.switches
        self.entities = tenant.entity_counter

    def row(self, kind: str, entity_id: str) -> Row | None:
        return self._tenant.contents.rows[kind].get(entity_id)

    def get(self, kind: str, entity_id: str) -> Entity | None:
        row = self.row(kind, entity_id)
        if row is None:
            return None
        entity = self._decoded.get((kind, entity_id))
        if entity is None:
            entity = self._decoded[kind, entity_id] = orjson.loads(row.encoded)
        return entity

    def rows(self, kind: str) -> Mapping[str, Row]:
        return self._tenant.contents.rows[kind]

    def holders(self, field_name: str, value: str, kinds: Iterable[str]) -> list[Address]:
        index = self._tenant.contents.index
        return [(kind, entity_id) for kind in kinds for entity_id in index.get((kind, field_name, value), ())]

    def referrers(self, kind: str, entity_id: str) -> list[Address]:
        return list(self._tenant.contents.referrers.get((kind, entity_id), ()))

    def kinds_sharing(self, field_name: str) -> tuple[str, ...]:
        return self._shared.get(field_name, ())

    def label(self, kind: str, entity: Entity) -> str | None:
        return self._resources[kind].label(entity)

    def new_id(self) -> str:
        self.entities += 1
        return self._tenant.ids.uuid("entity", self._tenant.ordinal_of_ids, self.entities)


class MemoryStore:
    """
    See `store.base.Store` for the promises.

    Args:
        resources: the registry; tells what is indexed and referred to.
        ids: where identities come from.
        wall: the clock behind the emulator's clock.
        kept: how much of its past an organisation keeps.
    """

    def __init__(self, resources: Iterable[Resource], ids: Ids, wall: WallClock, kept: Kept) -> None:
        self.resources = {resource.kind: resource for resource in resources}
        self.shared = shared_fields(self.resources.values())
        self._ids, self._wall, self._kept = ids, wall, kept
        self._clock = ClockState()
        self._lock = threading.RLock()
        self._clients: dict[str, Client] = {}
        self._tokens: dict[str, Token] = {}
        self._tenants: dict[str, _Tenant] = {}
        self._nobody = self._tenant_of(Organisation("", "", 0), ids, 0)

    # organisations, clients, tokens

    def create_organisation(self, name: str | None = None, seed: int | None = None) -> Organisation:
        with self._lock:
            ordinal = len(self._tenants) + 1
            organisation_id = self._ids.uuid("organisation", ordinal, 1)
            organisation = Organisation(organisation_id, name or f"organisation {ordinal}", ordinal)
            own = self._ids if seed is None else Ids(str(seed).encode())
            self._tenants[organisation_id] = self._tenant_of(organisation, own, ordinal if seed is None else 0)
            return organisation

    def first_client(self, name: str, credentials: tuple[str, str] | None = None) -> Client:
        with self._lock:
            first = next(iter(self._tenants.values()), None)
            organisation = first.organisation if first else self.create_organisation(name)
            clients = self.clients(organisation.id)
            return clients[0] if clients else self.add_client(organisation.id, credentials=credentials)

    def _tenant_of(self, organisation: Organisation, ids: Ids, ordinal_of_ids: int) -> _Tenant:
        return _Tenant(organisation, ids, Contents.empty(self.resources), ordinal_of_ids)

    def organisations(self) -> list[Organisation]:
        return [tenant.organisation for tenant in list(self._tenants.values())]

    def organisation(self, organisation_id: str) -> Organisation:
        return self._tenant(organisation_id).organisation

    def _tenant(self, organisation_id: str) -> _Tenant:
        tenant = self._tenants.get(organisation_id)
        if tenant is None:
            raise UnknownName(f"no organisation has the id {organisation_id!r}")
        return tenant

    def add_client(
        self,
        organisation_id: str,
        permissions: frozenset[str] | None = None,
        access_token_s: int = 86_400,
        credentials: tuple[str, str] | None = None,
    ) -> Client:
        tenant = self._tenant(organisation_id)
        with self._lock, tenant.lock:
            tenant.client_counter += 1
            place = (tenant.organisation.ordinal, tenant.client_counter)
            client_id, secret = credentials or (self._ids.uuid("client", *place), self._ids.secret("client", *place))
            if client_id in self._clients:
                raise ValueError(f"client id {client_id!r} is taken")
            client = Client(client_id, secret, organisation_id, permissions, access_token_s)
            self._clients[client_id] = client
            return client

    def client(self, client_id: str) -> Client | None:
        return self._clients.get(client_id)

    def clients(self, organisation_id: str) -> list[Client]:
        self._tenant(organisation_id)
        return [client for client in list(self._clients.values()) if client.organisation_id == organisation_id]

    def issue_token(self, client: Client) -> Token:
        tenant = self._tenant(client.organisation_id)
        with tenant.lock:
            tenant.token_counter += 1
            value = self._ids.secret("token", tenant.organisation.ordinal, tenant.token_counter)
            token = Token(value, client, self.time_of(tenant) + timedelta(seconds=client.access_token_s))
            self._tokens[value] = token
            return token

    def token(self, value: str) -> Token | None:
        return self._tokens.get(value)

    # the one critical section

    def transact(self, organisation_id: str, rule: Rule, client_id: str, context_id: str) -> Commit:
        tenant = self._tenant(organisation_id)
        with tenant.lock:
            view = _View(tenant, self, client_id)
            outcome = rule(view)
            encoded = [None if write.entity is None else orjson.dumps(write.entity) for write in outcome.writes]
            tenant.entity_counter = view.entities
            if not outcome.writes:
                return Commit(outcome, None)
            tenant.sequence += 1
            for write, data in zip(outcome.writes, encoded, strict=True):
                before = self._apply(tenant.contents, write, data)
                after = None if data is None else before + 1
                row = CommitRow(
                    tenant.sequence, write.kind, write.id, before, after, write.claimed, context_id, client_id,
                    view.now, write.changed, data,
                )  # fmt: skip
                self._log(tenant.commits, row)
            return Commit(outcome, tenant.sequence)

    def _log(self, commits: deque[CommitRow], row: CommitRow) -> None:
        commits.append(row)
        if len(commits) > self._kept.images:
            oldest = len(commits) - self._kept.images - 1
            commits[oldest] = replace(commits[oldest], after=None)
        if len(commits) > self._kept.commit_rows:
            commits.popleft()

    def _apply(self, contents: Contents, write: Write, data: bytes | None) -> int:
        """Store one entity; returns the version before, 0 for a new one."""
        resource, old = self.resources[write.kind], contents.rows[write.kind].get(write.id)
        before = old.version if old else 0
        if write.entity is None or data is None:
            contents.remove(resource, write.id)
        else:
            contents.put(resource, write.id, before + 1, write.entity, data)
        return before

    def commits(self, organisation_id: str, after: int = 0) -> list[CommitRow]:
        tenant = self._tenant(organisation_id)
        with tenant.lock:
            newest_first = takewhile(lambda row: row.sequence > after, reversed(tenant.commits))
            return list(newest_first)[::-1]

    def history(self, organisation_id: str, kind: str, entity_id: str) -> list[CommitRow]:
        return [row for row in self.commits(organisation_id) if (row.kind, row.entity_id) == (kind, entity_id)]

    # journal

    def new_context_id(self, organisation_id: str | None) -> str:
        tenant = self._tenant(organisation_id) if organisation_id else self._nobody
        with tenant.lock:
            tenant.context_counter += 1
            return self._ids.uuid("request", tenant.organisation.ordinal, tenant.context_counter)

    def context_owner(self, context_id: str) -> tuple[str | None, Entry | None] | None:
        for tenant in [self._nobody, *list(self._tenants.values())]:
            entry = tenant.journal.get(context_id)
            known = entry is not None or self._ids.issued(
                context_id, "request", tenant.organisation.ordinal, tenant.context_counter
            )
            if known:
                return tenant.organisation.id or None, entry
        return None

    def append(self, entry: Entry) -> None:
        tenant = self._tenant(entry.organisation_id) if entry.organisation_id else self._nobody
        with tenant.lock:
            tenant.journal[entry.context_id] = entry
            if len(tenant.journal) > self._kept.journal_entries:
                tenant.journal.popitem(last=False)
                tenant.evicted += 1

    def journal(self, organisation_id: str, after: int = 0) -> Journal:
        tenant = self._tenant(organisation_id) if organisation_id else self._nobody
        with tenant.lock:
            last = tenant.evicted + len(tenant.journal)
            newest = islice(reversed(tenant.journal.values()), max(0, last - after))
            return Journal(tuple(newest)[::-1], tenant.evicted, last)

    # switches, slots and clocks

    def switches(self, organisation_id: str) -> Switches:
        return self._tenant(organisation_id).switches

    def set_switches(self, organisation_id: str, switches: Switches) -> None:
        tenant = self._tenant(organisation_id)
        with tenant.lock:
            tenant.switches = switches

    def value(self, organisation_id: str, slot: Slot) -> Any:
        return self._tenant(organisation_id).values.get(slot)

    def change_value(self, organisation_id: str, slot: Slot, change: Callable[[Any], Any]) -> Any:
        tenant = self._tenant(organisation_id)
        with tenant.lock:
            value = change(tenant.values.get(slot))
            if value is None:
                tenant.values.pop(slot, None)
            else:
                tenant.values[slot] = value
            return value

    def now(self, organisation_id: str | None = None) -> datetime:
        return self._now() if organisation_id is None else self.time_of(self._tenant(organisation_id))

    def _now(self) -> datetime:
        return self._clock.now(self._wall)

    def time_of(self, tenant: _Tenant) -> datetime:
        """What an organisation's clock shows."""
        return tenant.clock.now(self._now)

    def clock(self, organisation_id: str | None = None) -> ClockState:
        return self._clock if organisation_id is None else self._tenant(organisation_id).clock

    def change_clock(self, change: ClockChange, organisation_id: str | None = None) -> ClockState:
        with self._lock:
            if organisation_id is None:
                self._clock = change(self._clock, self._wall)
                return self._clock
            tenant = self._tenant(organisation_id)
            tenant.clock = change(tenant.clock, self._now)
            return tenant.clock

    # baselines

    def baselines(self, organisation_id: str) -> list[str]:
        return [EMPTY_BASELINE, *self._tenant(organisation_id).baselines]

    def save_baseline(self, organisation_id: str, name: str) -> None:
        tenant = self._tenant(organisation_id)
        with tenant.lock:
            tenant.baselines[name] = self._present(tenant)

    def _present(self, tenant: _Tenant) -> _Baseline:
        settings = {slot: value for slot, value in tenant.values.items() if slot.is_setting}
        return _Baseline(tenant.contents.copy(), tenant.switches, settings, tenant.entity_counter)

    def _baseline(self, tenant: _Tenant, name: str) -> _Baseline:
        if name == EMPTY_BASELINE:
            return _Baseline(Contents.empty(self.resources))
        if name not in tenant.baselines:
            known = ", ".join([EMPTY_BASELINE, *tenant.baselines])
            raise UnknownName(f"no baseline is called {name!r}; there are {known}")
        return tenant.baselines[name]

    def snapshot(self, organisation_id: str, baseline: str | None = None) -> Snapshot:
        tenant = self._tenant(organisation_id)
        with tenant.lock:
            held = self._present(tenant) if baseline is None else self._baseline(tenant, baseline)
            rows = tuple(
                (kind, entity_id, row.version, row.encoded)
                for kind, rows in sorted(held.contents.rows.items())
                for entity_id, row in rows.items()
            )
            settings = {slot.name: value for slot, value in held.settings.items()}
            return Snapshot(rows, held.switches, settings, held.entity_counter)

    def put_baseline(self, organisation_id: str, name: str, snapshot: Snapshot) -> None:
        tenant = self._tenant(organisation_id)
        contents = Contents.empty(self.resources)
        for kind, entity_id, version, encoded in snapshot.rows:
            contents.put(self.resources[kind], entity_id, version, orjson.loads(encoded), encoded)
        settings = {Slot(slot, is_setting=True): value for slot, value in snapshot.settings.items()}
        with tenant.lock:
            tenant.baselines[name] = _Baseline(contents, snapshot.switches, settings, snapshot.entities)

    def drop_baseline(self, organisation_id: str, name: str) -> None:
        tenant = self._tenant(organisation_id)
        with tenant.lock:
            self._baseline(tenant, name)
            tenant.baselines.pop(name, None)

    def reset(self, organisation_id: str, baseline: str = EMPTY_BASELINE) -> None:
        tenant = self._tenant(organisation_id)
        with tenant.lock:
            saved = self._baseline(tenant, baseline)
            tenant.contents, tenant.switches = saved.contents.copy(), saved.switches
            tenant.values = dict(saved.settings)
            tenant.entity_counter = max(tenant.entity_counter, saved.entity_counter)
            tenant.commits, tenant.sequence = deque(), 0
            tenant.evicted += len(tenant.journal)
            tenant.journal = OrderedDict()

    def close(self) -> None:
        pass
