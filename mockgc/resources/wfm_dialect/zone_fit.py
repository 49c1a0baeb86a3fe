"""
The one way in which a member's zone and a template's are held against each other.

Source: stated that it is checked, decided how (specification of the dialect, time zone fit).
"""

from __future__ import annotations

from collections.abc import Iterator

from mockgc.domain.errors import Holder, Violation
from mockgc.domain.transaction import Entity, View
from mockgc.domain.zones import fits
from mockgc.resources.wfm_dialect import codes


def misfit(view: View, user: Entity, template: Entity, field: str, holder: Entity) -> Iterator[Violation]:
    """
    One violation at `field` unless the user's zone fits the template's.

    Args:
        holder: the entity that stands in the way, named in `details`.
    """
    member_zone, template_zone = user["timeZone"], template["timeZone"]
    if fits(member_zone, template_zone, view.now, view.switches):
        return
    which = f"{template_zone} of schedule template {template['name']!r}"
    message = f"{user['name']!r} is in {member_zone}, which does not fit {which}"
    kind = "group" if "userIds" in holder else "scheduleTemplate" if "shifts" in holder else "user"
    yield Violation(
        codes.ZONE_INCOMPATIBLE, message, field, Holder(kind, holder["id"], holder["name"]), member_zone, template_zone
    )
