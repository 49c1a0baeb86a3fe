"""Control routes of notifications: what each channel was sent, and the announcement that its connection ends."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mockgc.control.bodies import ControlError, answered, body_of
from mockgc.notifications.listing import listing
from mockgc.resources.notifications import channels
from mockgc.store.base import Store

SECONDS_DEFAULT, SECONDS_MAX = 60, 86_400
CLIENT = "mockgc"
"""Who announces, in the commit log."""


def register(control: Blueprint, store: Store) -> None:
    """The routes over one store."""

    @control.get("/organisations/<organisation_id>/notifications")
    def notifications(organisation_id: str) -> Response:
        after = request.args.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            raise ControlError(400, f"after {after[:100]!r} is not a sequence number, such as 0")
        return answered({"channels": listing(store, organisation_id, int(after))})

    @control.post("/organisations/<organisation_id>/notifications/<channel_id>/closing")
    def closing(organisation_id: str, channel_id: str) -> Response:
        seconds = body_of({"seconds"}).get("seconds", SECONDS_DEFAULT)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= SECONDS_MAX:
            raise ControlError(400, f"seconds {seconds!r} is not a number of seconds from 0 to {SECONDS_MAX}")
        store.organisation(organisation_id)
        context_id = store.new_context_id(organisation_id)
        commit = store.transact(
            organisation_id, lambda view: channels.closing(view, channel_id, seconds), CLIENT, context_id
        )
        if commit.outcome.status != 200 or not isinstance(commit.outcome.body, dict):
            raise ControlError(404, f"there is no living channel {channel_id[:100]!r}")
        return answered(commit.outcome.body)
