"""Where workforce management meets the directory: the only place that asks whether a user exists."""

from __future__ import annotations

from urllib.parse import quote

from mockgc.domain.transaction import Entity, View


def user_exists(view: View, user_id: str) -> bool:
    """Whether the directory has a user under this id; a deleted one is none (assumed)."""
    user = view.get("directoryUser", user_id)
    return user is not None and user["state"] != "deleted"


def user_reference(user_id: str) -> Entity:
    """The reference to a user as others show it."""
    return {"id": user_id, "selfUri": f"/api/v2/users/{quote(user_id, safe='')}"}
