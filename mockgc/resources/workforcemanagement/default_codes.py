"""The eight activity codes that a new business unit holds, one a category, under the short ids "0" to "7"."""

from __future__ import annotations

from collections.abc import Iterator

from mockgc.domain.transaction import Entity, View, Write
from mockgc.resources.kit import METADATA

_DEFAULTS = (
    ("OnQueueWork", "On Queue", 120, True),
    ("Break", "Break", 15, True),
    ("Meal", "Meal", 30, False),
    ("Meeting", "Meeting", 30, True),
    ("OffQueueWork", "Off Queue", 60, True),
    ("TimeOff", "Time Off", 120, False),
    ("Training", "Training", 30, True),
    ("Unavailable", "Unavailable", 60, False),
)
_PAID_NOT_WORKED = "Break"
DEFAULT_IDS = tuple(str(number) for number in range(len(_DEFAULTS)))


def default_codes(view: View, business_unit_id: str, codes_uri: str) -> Iterator[Write]:
    """
    Source: lengths, paid and work of each are documented; that ids count from 0 in the order of the categories is
    assumed from the samples ("0", "5").
    """
    for number, (category, name, minutes, paid) in enumerate(_DEFAULTS):
        entity: Entity = {
            "id": f"{business_unit_id}/{number}",
            "code": str(number),
            "businessUnitId": business_unit_id,
            "name": name,
            "active": True,
            "defaultCode": True,
            "category": category,
            "lengthInMinutes": minutes,
            "countsAsPaidTime": paid,
            "countsAsWorkTime": paid and category != _PAID_NOT_WORKED,
            "selfUri": f"{codes_uri}/{number}",
        }
        if category == "TimeOff":
            entity["agentTimeOffSelectable"] = True
        METADATA.put(entity, 1, view, None)
        yield Write("activityCode", entity["id"], entity, changed=tuple(entity))
