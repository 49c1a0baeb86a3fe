"""
Who has to arrive: the eligible agents of a Zendesk user export.

Stated here independently of any migrator: role agent or admin, active, neither suspended nor light, with an e-mail
address that no other user of the export has. Role type 1 is a light agent (Zendesk Support API, Users, `role_type`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LIGHT_AGENT = 1


@dataclass(frozen=True, slots=True)
class SourceAgent:
    """One agent of the source; `external_id` is None when the source has none."""

    id: int
    email: str
    external_id: str | None = None


def fold(text: str) -> str:
    """E-mail addresses are compared without surrounding blanks and case."""
    return text.strip().casefold()


def eligible_agents(users: Iterable[Mapping[str, Any]]) -> tuple[SourceAgent, ...]:
    """The agents that must be found in the target, in the order of the export."""
    rows = list(users)
    times = Counter(fold(row["email"]) for row in rows if row.get("email"))
    return tuple(
        SourceAgent(row["id"], row["email"], row.get("external_id"))
        for row in rows
        if _is_agent(row) and row.get("email") and times[fold(row["email"])] == 1
    )


def _is_agent(row: Mapping[str, Any]) -> bool:
    return (
        row.get("role") in ("agent", "admin")
        and row.get("active", True) is True
        and not row.get("suspended")
        and row.get("role_type") != LIGHT_AGENT
    )
