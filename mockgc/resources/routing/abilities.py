"""What skills and languages share: unique names, a version that is text and guards nothing, users who have them."""

from __future__ import annotations

from mockgc.domain.metadata import timestamp
from mockgc.domain.transaction import Entity, Request, View
from mockgc.resources.directory.people import with_division
from mockgc.resources.kit import Common, known_fields
from mockgc.resources.plain import Content, Plain


def abilities(kind: str, content: Content, *, rating: str, deleted: int) -> Plain:
    """
    The handlers of skills or of languages.

    Args:
        kind: `skill` or `language`.
        rating: the kind that says how well a user has one; goes when the ability goes (assumed).
        deleted: the status of a deletion.
    """
    path = path_of(kind)
    common = Common(kind, lambda ability: f"{path}/{ability['id']}")
    return Plain(common, content, _shown, deleted=deleted, companions=(rating,))


def path_of(kind: str) -> str:
    """Of the listing."""
    return f"/api/v2/routing/{kind}s"


def fresh(view: View, request: Request) -> Entity:
    """What a new ability holds."""
    moment = timestamp(view.now)
    return {**known_fields(request.body, "name"), "state": "active", "version": "1", "dateModified": moment}


def _shown(view: View, ability: Entity, _: Request) -> Entity:
    return with_division(view, ability)
