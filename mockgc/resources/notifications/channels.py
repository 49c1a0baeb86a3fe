"""
Notification channels: `/api/v2/notifications/channels`, and the topics each subscribes to.

A channel is one row of the kind `notificationChannel`: whose it is, until when it lives, its topics in order, and which
connection of a WebSocket uses it (`connection`; the server of `mockgc.notifications` says so by the rules below). Its
address is not stored: `connectUri` names the port on which this emulator listens now.

Documented: 20 channels for each user and application, of which the one used least recently goes first, those without
a connection before those with one; a channel lives for 24 hours and anew with each subscription; 1,000 topics. Assumed:
the application's client stands for its user; a combined topic counts once; no topic asks for a permission, because
which ones do is not published.
"""

from __future__ import annotations

from base64 import b32hexencode
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from mockgc.contract.topics import PARAMETER, singles, topics
from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, Violation, WfmError, assumed, decided, documented
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Filter, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import CONTRACT, everything, many, source

KIND = "notificationChannel"
PATH = "/api/v2/notifications"
CHANNELS_MAX = 20
TOPICS_MAX = 1000
LIFETIME = timedelta(hours=24)
INVALID_TOPIC = ErrorCode(
    "notification.invalid.topic", 400, "a subscription names a topic that there is",
    documented("400 of PUT and POST channels/{channelId}/subscriptions"),
    "Take the topic from GET /api/v2/notifications/availabletopics and put ids in place of {id}.",
)  # fmt: skip
TOO_MANY_TOPICS = ErrorCode(
    "notification.subscription.too.many.subscriptions", 400, f"a channel has at most {TOPICS_MAX} topics",
    documented("400 of PUT and POST channels/{channelId}/subscriptions; the number is of the vendor's guide"),
    "Spread the topics over several channels.",
)  # fmt: skip
_LIMITS = documented("POST channels: 20 for each user and application, the one used least recently goes first")


def single_topics(channel: Entity) -> frozenset[str]:
    """The topics of a channel, combined ones taken apart."""
    return frozenset(single for topic in channel["topics"] for single in singles(topic))


def is_over(channel: Entity, now: datetime) -> bool:
    """Whether a channel has expired."""
    return datetime.fromisoformat(channel["expires"]) <= now


def living(view: View, channel_id: str) -> Entity | None:
    """The channel, unless it has expired."""
    found = view.get(KIND, channel_id)
    return None if found is None or is_over(found, view.now) else found


def connect_uri(channel_id: str, origin: str, port: int | None) -> str:
    """
    Where a WebSocket connects: on `port` of the host that the client spoke to; in the vendor's form where nothing
    listens (in process).
    """
    parts = urlsplit(origin)
    scheme = "wss" if parts.scheme == "https" else "ws"
    host = parts.hostname or "localhost"
    if port is None:
        return f"wss://streaming.{host}/channels/{channel_id}"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/channels/{channel_id}"


def _shown(channel: Entity, request: Request) -> Entity:
    uri = connect_uri(channel["id"], request.origin, request.streaming_port)
    return {"connectUri": uri, "id": channel["id"], "expires": channel["expires"]}


def _own(view: View) -> list[Entity]:
    """The living channels of the client that asks, in order of creation."""
    found = (living(view, channel_id) for _, channel_id in view.holders("clientId", view.client_id, (KIND,)))
    return [channel for channel in found if channel is not None]


def _existing(view: View, request: Request) -> Entity:
    """
    The channel that a path names.

    Raises:
        WfmError: 404; there is none, it has expired, or it is another client's (assumed).
    """
    found = living(view, request.ids[0])
    if found is None or found["clientId"] != view.client_id:
        raise errors.refuse(errors.NOT_FOUND, f"the client has no living channel {request.ids[0][:200]!r}")
    return found


def _create(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    now = timestamp(view.now)
    channel: Entity = {
        "id": f"streaming-0-{b32hexencode(UUID(view.new_id()).bytes).decode().rstrip('=').lower()}",
        "clientId": view.client_id,
        "created": now,
        "lastUsed": now,
        "expires": _end_of_life(view),
        "topics": [],
    }
    writes = (*_making_room(view), Write(KIND, channel["id"], channel, changed=tuple(channel)))
    return Outcome(200, _shown(channel, request), writes, ((KIND, channel["id"], 1),))


def _making_room(view: View) -> Iterator[Write]:
    """Expired channels of the client go, then what is too many; the order is documented."""
    held = [channel for _, i in view.holders("clientId", view.client_id, (KIND,)) if (channel := view.get(KIND, i))]
    over = [channel for channel in held if is_over(channel, view.now)]
    rest = [channel for channel in held if channel not in over]
    rest.sort(key=lambda channel: ("connection" in channel, channel["lastUsed"]))
    for channel in (*over, *rest[: max(len(rest) - CHANNELS_MAX + 1, 0)]):
        yield Write(KIND, channel["id"], None)


def _end_of_life(view: View) -> str:
    return timestamp(view.now + LIFETIME)


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """All of the client: that its tokens have channels of their own is not kept apart (decided)."""
    rules.raise_invalid(request)
    found = _own(view)
    reads = tuple((KIND, channel["id"], row.version) for channel in found if (row := view.row(KIND, channel["id"])))
    return Outcome(200, {"entities": [_shown(channel, request) for channel in found]}, reads=reads)


def _head(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    _existing(view, request)
    rules.raise_invalid(request)
    return Outcome(200)


def _subscriptions(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    channel = _existing(view, request)
    rules.raise_invalid(request)
    return _topics_of(channel)


def _topics_of(channel: Entity, writes: tuple[Write, ...] = ()) -> Outcome:
    entities = [{"id": t, "state": "Permitted", "selfUri": f"{PATH}/{t}"} for t in channel["topics"]]
    return Outcome(200, {"entities": entities}, writes)


def _replace(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    channel = _existing(view, request)
    rules.raise_invalid(request)
    return _topics_of(*subscribing(view, channel, [], _sent(request)))


def _add(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    channel = _existing(view, request)
    rules.raise_invalid(request)
    return _topics_of(*subscribing(view, channel, channel["topics"], _sent(request)))


def _sent(request: Request) -> list[str]:
    return [item.get("id", "") for item in request.items]


def subscribing(
    view: View, channel: Entity, kept: Iterable[str], wanted: Iterable[str]
) -> tuple[Entity, tuple[Write, ...]]:
    """
    The channel with these topics and a new life, and what to write.

    Raises:
        WfmError: 400; a topic that there is not, or too many.
    """
    names = list(dict.fromkeys(wanted))
    unknown = [
        Violation(INVALID_TOPIC, f"[{index}].id: there is no topic {topic[:200]!r}", "id", given=topic)
        for index, topic in enumerate(names)
        if not all(topics().known(single) for single in singles(topic))
    ]
    if unknown:
        raise WfmError(unknown)
    together = list(dict.fromkeys((*kept, *names)))
    if len(together) > TOPICS_MAX:
        raise errors.refuse(TOO_MANY_TOPICS, f"{len(together)} topics; a channel has at most {TOPICS_MAX}")
    life = {"lastUsed": timestamp(view.now), "expires": _end_of_life(view)}
    return _changed(channel, {"topics": together, **life})


def _changed(channel: Entity, content: Entity) -> tuple[Entity, tuple[Write, ...]]:
    after = {name: value for name, value in {**channel, **content}.items() if value is not None}
    return after, (Write(KIND, channel["id"], after, changed=tuple(content)),)


def _clear(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    channel = _existing(view, request)
    rules.raise_invalid(request)
    return Outcome(204, None, _changed(channel, {"topics": [], "lastUsed": timestamp(view.now)})[1])


def _available(_: Resource, __: Operation, ___: View, request: Request) -> Outcome:
    """Ids alone, and the parameters in them when asked for: nothing else of them is published."""
    rules.raise_invalid(request)
    is_detailed = "topicParameters" in many(request, "expand")
    entities: list[Entity] = []
    for pattern in topics().bodies:
        parameters = {"topicParameters": [PARAMETER.strip("{}")] * pattern.count(PARAMETER)}
        entities.append({"id": pattern, **(parameters if is_detailed else {})})
    return Outcome(200, {"entities": entities})


# What the WebSocket server tells the store: rules for `Store.transact`, under the channel's own client.


def connected(view: View, channel_id: str, connection: str) -> Outcome:
    """200 and the channel, which this connection uses from now on; 404 when there is no living one."""
    channel = living(view, channel_id)
    if channel is None:
        return Outcome(404)
    after, writes = _changed(channel, {"connection": connection, "lastUsed": timestamp(view.now)})
    return Outcome(200, after, writes)


def disconnected(view: View, channel_id: str, connection: str) -> Outcome:
    """The connection uses its channel no longer; nothing where another has taken it over."""
    channel = view.get(KIND, channel_id)
    if channel is None or channel.get("connection") != connection:
        return Outcome(200)
    return Outcome(200, None, _changed(channel, {"connection": None, "lastUsed": timestamp(view.now)})[1])


def none_connected(view: View) -> Outcome:
    """No connection outlives the server that had it."""
    held = (view.get(KIND, channel_id) for channel_id in view.rows(KIND))
    writes = (_changed(channel, {"connection": None})[1] for channel in held if channel and "connection" in channel)
    return Outcome(200, None, tuple(write for found in writes for write in found))


def topics_changed(view: View, channel_id: str, wanted: tuple[str, ...], *, is_adding: bool) -> Outcome:
    """
    Subscribe or unsubscribe over the WebSocket.

    Raises:
        WfmError: as over HTTP.
    """
    channel = living(view, channel_id)
    if channel is None:
        raise errors.refuse(errors.NOT_FOUND, f"there is no living channel {channel_id[:200]!r}")
    if is_adding:
        return _topics_of(*subscribing(view, channel, channel["topics"], wanted))
    kept = [topic for topic in channel["topics"] if topic not in wanted]
    return _topics_of(*_changed(channel, {"topics": kept, "lastUsed": timestamp(view.now)}))


def closing(view: View, channel_id: str, seconds: float) -> Outcome:
    """Announce that the channel's connection ends so many seconds from now; 404 when there is no living channel."""
    channel = living(view, channel_id)
    if channel is None:
        return Outcome(404)
    at = timestamp(view.now + timedelta(seconds=seconds))
    return Outcome(200, {"id": channel_id, "closesAt": at}, _changed(channel, {"closesAt": at})[1])


def held(view: View) -> Outcome:
    """All channels, whether they live or not."""
    return Outcome(200, everything(view, KIND))


_REFUSALS = (errors.NOT_FOUND, INVALID_TOPIC, TOO_MANY_TOPICS)
CHANNEL = Resource(
    kind=KIND,
    path=f"{PATH}/channels",
    title="notification channel",
    filters=(Filter("clientId"),),
    behaviours={
        "getNotificationsAvailabletopics": Behaviour(_available, documented("the topics that the vendor's SDK maps")),
        "postNotificationsChannels": Behaviour(_create, _LIMITS),
        "getNotificationsChannels": Behaviour(_list, decided("a client's tokens share its channels")),
        "headNotificationsChannel": Behaviour(_head, CONTRACT, (errors.NOT_FOUND,)),
        "getNotificationsChannelSubscriptions": Behaviour(_subscriptions, CONTRACT, (errors.NOT_FOUND,)),
        "putNotificationsChannelSubscriptions": Behaviour(_replace, CONTRACT, _REFUSALS),
        "postNotificationsChannelSubscriptions": Behaviour(_add, CONTRACT, _REFUSALS),
        "deleteNotificationsChannelSubscriptions": Behaviour(
            _clear, source(CONTRACT, assumed("the status of the success")), (errors.NOT_FOUND,)
        ),
    },
)
