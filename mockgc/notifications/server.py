"""
The WebSocket server: the connections of this process, each with its channel, in an event loop of their own.

Where several workers serve one store, the one that has the port has all connections, and delivers what the others
committed, because it reads the store's commit log: after each request of its own process (`wake`), and every `poll_s`.
Only the log of an organisation with connections is read. `doorman.py` holds the port and loads this module when
somebody connects.

What is committed while nothing is connected is not kept (assumed). A second connection to a channel ends the first
(documented, with a status that is assumed).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request as Handshake
from websockets.http11 import Response as Refusal

from mockgc.domain.errors import WfmError
from mockgc.domain.transaction import Commit, Entity, Outcome, View
from mockgc.notifications.feed import SOCKET_CLOSING, Channel, Delivery, follow
from mockgc.notifications.pace import Pace
from mockgc.notifications.past import Past
from mockgc.notifications.protocol import (
    HEARTBEAT,
    MESSAGE_BYTES_MAX,
    PONG,
    Ping,
    Subscribe,
    encoded,
    result,
    understood,
)
from mockgc.resources import registry
from mockgc.resources.notifications import channels
from mockgc.resources.operations import ending, has_due
from mockgc.store.base import Store, StoreUnavailable

PREFIX = "/channels/"
_LOG = logging.getLogger("mockgc.notifications")
_STRANGERS = logging.getLogger("mockgc.notifications.strangers")
_STRANGERS.setLevel(logging.CRITICAL)
"""The library's own messages: each broken handshake of a port scanner or health check is an error to it."""


@dataclass(slots=True, eq=False)
class _Link:
    """A connection, the channel it uses, and the frames that it has still to be sent."""

    organisation_id: str
    channel_id: str
    client_id: str
    name: str
    socket: ServerConnection
    frames: asyncio.Queue[Entity] = field(default_factory=asyncio.Queue)
    closes_at: datetime | None = None


@dataclass(slots=True)
class _Tenant:
    """
    An organisation with connections.

    Args:
        sequence, context_id: of the commit up to which its log was read; a log that has another one there was reset.
        channels: of the connections, as they were after that commit.
    """

    sequence: int
    context_id: str
    channels: dict[str, Channel] = field(default_factory=dict)
    links: dict[str, _Link] = field(default_factory=dict)


class Server:
    """Serves the connections to one bound socket until its loop ends."""

    def __init__(self, store: Store, pace: Pace) -> None:
        self._store, self._pace, self._ending = store, pace, ending(registry())
        self._tenants: dict[str, _Tenant] = {}
        self._names = map("connection {}".format, count(1))
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._links: dict[ServerConnection, _Link] = {}
        self._background: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look at the store now; from within the loop."""
        self._woken.set()

    async def run(self, listening: socket.socket, stopped: asyncio.Event) -> None:
        """Serve until `stopped`; every connection is told that the server goes away."""
        async with serve(
            self._serve,
            sock=listening,
            process_request=self._admit,
            max_size=MESSAGE_BYTES_MAX,
            close_timeout=self._pace.close_s,
            server_header="mockgc",
            logger=_STRANGERS,
        ):
            looking = asyncio.create_task(self._look_often())
            await stopped.wait()
            looking.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    # connections

    async def _admit(self, connection: ServerConnection, handshake: Handshake) -> Refusal | None:
        """
        Refuse a handshake to no living channel with 404 (assumed); 503 where the store does not answer.

        The channel is joined before the handshake is answered, so that a client which is connected misses nothing.
        """
        path = handshake.path.partition("?")[0]
        try:
            link = await self._joined(path.removeprefix(PREFIX), connection) if path.startswith(PREFIX) else None
        except StoreUnavailable as unavailable:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, f"{unavailable}\n")
        if link is None:
            return connection.respond(HTTPStatus.NOT_FOUND, "there is no living channel of this name\n")
        self._links[connection] = link
        self._in_background(self._leave_once_closed(link))
        return None

    def _owner(self, channel_id: str) -> tuple[str, Entity] | None:
        for organisation in self._store.organisations():
            found = self._read(organisation.id, lambda view: Outcome(200, channels.living(view, channel_id)))
            if found is not None:
                return organisation.id, found
        return None

    def _read(self, organisation_id: str, rule: Callable[[View], Outcome]) -> Any:
        return self._store.transact(organisation_id, rule, "", "").outcome.body

    async def _serve(self, connection: ServerConnection) -> None:
        link = self._links[connection]
        talking = [asyncio.create_task(talk) for talk in (self._send(link), self._beat(link))]
        try:
            async for text in connection:
                await self._answer(link, text)
        except ConnectionClosed:
            pass
        except StoreUnavailable:
            _LOG.warning("the store did not answer; a connection to a notification channel ends")
            await connection.close(CloseCode.TRY_AGAIN_LATER, "the store did not answer")
        finally:
            for task in talking:
                task.cancel()

    async def _send(self, link: _Link) -> None:
        """One after the other, so that a slow client keeps nobody else waiting."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await link.socket.send(encoded(await link.frames.get()))

    async def _beat(self, link: _Link) -> None:
        while True:
            await asyncio.sleep(self._pace.heartbeat_s)
            link.frames.put_nowait(HEARTBEAT)

    async def _joined(self, channel_id: str, connection: ServerConnection) -> _Link | None:
        """The link, once the store knows of it; the channel hears all that is committed from then on."""
        async with self._turn:
            owner = await asyncio.to_thread(self._owner, channel_id)
            if owner is None:
                return None
            link = _Link(owner[0], channel_id, owner[1]["clientId"], next(self._names), connection)
            context_id = self._store.new_context_id(link.organisation_id)
            rule = partial(channels.connected, channel_id=channel_id, connection=link.name)
            commit = await asyncio.to_thread(self._written, link, rule, context_id)
            if commit.sequence is None or not isinstance(commit.outcome.body, dict):
                return None
            tenant = self._tenants.setdefault(link.organisation_id, _Tenant(commit.sequence, context_id))
            former = tenant.links.get(channel_id)
            tenant.links[channel_id] = link
            tenant.channels[channel_id] = Channel.of(commit.outcome.body, commit.sequence)
        self.wake()
        if former is not None:
            self._in_background(former.socket.close(CloseCode.NORMAL_CLOSURE, "another connection uses the channel"))
        return link

    def _written(self, link: _Link, rule: Callable[[View], Outcome], context_id: str | None = None) -> Commit:
        context_id = context_id or self._store.new_context_id(link.organisation_id)
        return self._store.transact(link.organisation_id, rule, link.client_id, context_id)

    async def _leave_once_closed(self, link: _Link) -> None:
        await link.socket.wait_closed()
        self._links.pop(link.socket, None)
        async with self._turn:
            tenant = self._tenants.get(link.organisation_id)
            if tenant is not None and tenant.links.get(link.channel_id) is link:
                self._part(link.organisation_id, tenant, link)
        rule = partial(channels.disconnected, channel_id=link.channel_id, connection=link.name)
        with contextlib.suppress(StoreUnavailable):
            await asyncio.to_thread(self._written, link, rule)

    def _part(self, organisation_id: str, tenant: _Tenant, link: _Link) -> None:
        del tenant.links[link.channel_id]
        tenant.channels.pop(link.channel_id, None)
        if not tenant.links:
            self._tenants.pop(organisation_id, None)

    async def _answer(self, link: _Link, text: str | bytes) -> None:
        asked = understood(text)
        if isinstance(asked, Ping):
            link.frames.put_nowait(PONG)
        elif isinstance(asked, Subscribe):
            link.frames.put_nowait(await asyncio.to_thread(self._subscribed, link, asked))

    def _subscribed(self, link: _Link, asked: Subscribe) -> Entity:
        rule = partial(
            channels.topics_changed, channel_id=link.channel_id, wanted=asked.topics, is_adding=asked.is_adding
        )
        try:
            self._written(link, rule)
        except WfmError as refused:
            return result(asked, refused.violations[0].code.status, str(refused))
        return result(asked, 200, "")

    # deliveries

    async def _look_often(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._pace.poll_s if self._tenants else None)
            self._woken.clear()
            async with self._turn:
                for organisation_id, tenant in list(self._tenants.items()):
                    try:
                        await self._look(organisation_id, tenant)
                    except StoreUnavailable:
                        _LOG.warning("the store did not answer; notifications are late")
                    except Exception:
                        _LOG.exception("a bug of ours: no notifications for the organisation %s", organisation_id)
                        self._end_all(organisation_id, tenant, "internal error")

    def _end_operations(self, organisation_id: str) -> None:
        """What is over by the organisation's clock ends now: somebody listens, and no request may come."""
        if self._read(organisation_id, has_due)["due"]:
            context_id = self._store.new_context_id(organisation_id)
            self._store.transact(organisation_id, self._ending, "", context_id)

    async def _look(self, organisation_id: str, tenant: _Tenant) -> None:
        await asyncio.to_thread(self._end_operations, organisation_id)
        rows = await asyncio.to_thread(self._store.commits, organisation_id, tenant.sequence - 1)
        if not rows or (rows[0].sequence == tenant.sequence and rows[0].context_id != tenant.context_id):
            self._end_all(organisation_id, tenant, "the organisation was reset")
            return
        new = [row for row in rows if row.sequence > tenant.sequence]
        if new:
            past = Past(partial(self._store.commits, organisation_id))
            followed, deliveries = await asyncio.to_thread(follow, new, tenant.channels, past)
            tenant.channels = {i: channel for i, channel in followed.items() if i in tenant.links}
            tenant.sequence, tenant.context_id = new[-1].sequence, new[-1].context_id
            self._deliver(tenant, deliveries)
        now = await asyncio.to_thread(self._store.now, organisation_id)
        for link in list(tenant.links.values()):
            channel = tenant.channels.get(link.channel_id)
            if channel is None or channel.expires <= now:
                self._end(organisation_id, tenant, link, "the channel is gone")
            elif link.closes_at is not None and link.closes_at <= now:
                self._end(organisation_id, tenant, link, "as announced")

    def _deliver(self, tenant: _Tenant, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            link = tenant.links.get(delivery.channel_id)
            if link is None:
                continue
            if delivery.notification["topicName"] == SOCKET_CLOSING:
                link.closes_at = datetime.fromisoformat(delivery.notification["eventBody"]["data"]["closesAt"])
            link.frames.put_nowait(delivery.notification)

    def _end_all(self, organisation_id: str, tenant: _Tenant, why: str) -> None:
        for link in list(tenant.links.values()):
            self._end(organisation_id, tenant, link, why)

    def _end(self, organisation_id: str, tenant: _Tenant, link: _Link, why: str) -> None:
        """Close a connection without waiting for its client, once it was sent all that is for it."""
        self._part(organisation_id, tenant, link)
        self._in_background(self._close(link, why))

    async def _close(self, link: _Link, why: str) -> None:
        while not link.frames.empty():
            with contextlib.suppress(ConnectionClosed):
                await link.socket.send(encoded(link.frames.get_nowait()))
        await link.socket.close(CloseCode.GOING_AWAY, why)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
