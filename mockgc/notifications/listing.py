"""What each channel of an organisation was sent, or would have been had anything been connected."""

from __future__ import annotations

from collections.abc import Iterator

from mockgc.domain.transaction import Entity
from mockgc.notifications.feed import Channel, Delivery, follow
from mockgc.notifications.past import Past
from mockgc.resources.notifications import channels
from mockgc.store.base import Store


def listing(store: Store, organisation_id: str, after: int = 0) -> list[Entity]:
    """
    The living channels, each with its notifications from the commits after this sequence number that are still kept.

    Raises:
        UnknownName: there is no such organisation.
    """
    rows = store.commits(organisation_id)
    found = store.transact(organisation_id, channels.held, "", "").outcome.body
    assert isinstance(found, list)
    own = [row for row in rows if row.kind == channels.KIND]
    last = {row.entity_id: row.sequence for row in own}
    told = {row.entity_id for row in own if row.after is not None}
    # Of a baseline, or changed so long ago that the store has let go of what it was: it is as it was since then.
    unlogged = [entity for entity in found if entity["id"] not in told]
    known = {entity["id"]: Channel.of(entity, last.get(entity["id"], 0)) for entity in unlogged}
    _, deliveries = follow(rows, known, Past(lambda: rows))
    now = store.now(organisation_id)
    return [
        {
            "id": entity["id"],
            "clientId": entity["clientId"],
            "expires": entity["expires"],
            "connected": "connection" in entity,
            "topics": entity["topics"],
            "notifications": list(_of(entity["id"], deliveries, after)),
        }
        for entity in found
        if not channels.is_over(entity, now)
    ]


def _of(channel_id: str, deliveries: list[Delivery], after: int) -> Iterator[Entity]:
    for delivery in deliveries:
        if delivery.channel_id == channel_id and delivery.sequence > after:
            yield {"sequence": delivery.sequence, **delivery.notification}
