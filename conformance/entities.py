"""What is alive in the model: rows and the state that holds them, and what a body means. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance import weeks
from conformance.claims import CLAIMS, Body, Claim

SERVERS_OWN = frozenset({"id", "version", "dateCreated", "dateModified", "modifiedBy", "selfUri", "agentCount"})
NEW = "new"
"""Where the model keeps a created entity until the server has named it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A live entity: its version and what its fields mean (sets sorted, nulls and server's own fields gone)."""

    version: int
    fields: Body


@dataclass(frozen=True, slots=True)
class State:
    """All live entities by kind and id, in order of creation."""

    rows: Mapping[str, Mapping[str, Row]]

    def get(self, kind: str, entity_id: str) -> Row | None:
        """The live entity, or None."""
        return self.rows[kind].get(entity_id)

    def with_row(self, kind: str, entity_id: str, row: Row | None) -> State:
        """The same state with one entity stored, or with None removed."""
        kept = {**self.rows[kind], entity_id: row}
        alive = {key: value for key, value in kept.items() if value is not None}
        return State({**self.rows, kind: alive})


EMPTY = State({kind: {} for kind in CLAIMS})


def meaning(claim: Claim, body: Body) -> Body:
    """The fields as they compare: defaults filled in, null as absent, sets sorted, instants in UTC."""
    fields = {**claim.defaults, **{key: value for key, value in body.items() if value is not None}}
    fields = {key: value for key, value in fields.items() if key not in SERVERS_OWN}
    for name in claim.sets:
        if name == "userIds":
            fields[name] = tuple(sorted(set(fields[name])))
        elif name == "shifts":
            fields[name] = weeks.pattern(fields[name])
        elif name in fields:
            fields[name] = weeks.agents(fields[name])
    return fields
