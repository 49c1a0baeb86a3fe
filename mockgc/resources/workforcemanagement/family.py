"""
What all kinds inside a unit share: `{unit}/{segment}` lists and creates, `{unit}/{segment}/{id}` reads, changes and
deletes.

An entity keeps its unit's id under a name of its own (`businessUnitId`, `managementUnitId`), which answers leave out.
Its version is `metadata.version`; every update carries the one last read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, assumed
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Operation, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import METADATA, WFM_NOT_FOUND, WFM_STALE, WFM_VALIDATION, Common, children

Content = Callable[[View, Request, Entity | None], Entity]
Shown = Callable[[View, Entity, Request], Entity]
HAS_USERS = ErrorCode(
    "wfm.not.allowed", 400, "what others in the unit use is not deleted",
    assumed("DELETE declares the code; in which case is assumed"), "Let those that use it go first.",
)  # fmt: skip


def as_stored(_: View, entity: Entity, __: Request) -> Entity:
    """The entity as it is kept."""
    return entity


@dataclass(frozen=True, slots=True)
class Family:
    """
    The rules of one kind inside a unit.

    Args:
        unit: what its parent does.
        content: the stored fields from a request and what is stored before; pure, refuses nothing.
        shown: the form in answers.
        created: status of a create; which of 200 and 201 is sent, where both are declared, is assumed to be 201.
    """

    kind: str
    unit: Common
    segment: str
    content: Content
    shown: Shown = as_stored
    created: int = 201
    not_found: ErrorCode = WFM_NOT_FOUND

    @property
    def owner(self) -> str:
        """The field that keeps the unit's id."""
        return f"{self.unit.kind}Id"

    @property
    def common(self) -> Common:
        """What its entities do wherever they are."""
        return Common(self.kind, self._uri, METADATA, self.not_found, WFM_STALE)

    def _uri(self, entity: Entity) -> str:
        return f"{self.unit.uri({'id': entity[self.owner]})}/{self.segment}/{entity.get('code', entity['id'])}"

    @property
    def belonging(self) -> Reference:
        """The reference to the unit."""
        return Reference(self.owner, self.unit.kind, self.unit.not_found)

    @property
    def unique_name(self) -> UniqueKey:
        """Names are unique inside the unit; assumed where the contract says nothing."""
        return UniqueKey("name", WFM_VALIDATION, folded_name, within=self.owner)

    def existing(self, view: View, request: Request) -> Entity:
        """
        The entity that the path names inside the unit that it names.

        Raises:
            WfmError: 404 of the unit or of the entity.
        """
        unit = self.unit.existing(view, request.ids[0])
        wanted = request.ids[1]
        found = view.get(self.kind, wanted) or view.get(self.kind, f"{unit['id']}/{wanted}")
        here = found is not None and found[self.owner] == unit["id"] and found.get("code", found["id"]) == wanted
        return self.common.existing(view, found["id"] if found is not None and here else "")

    def inside(self, view: View, unit_id: str) -> list[Entity]:
        """The unit's entities in order of creation."""
        found = children(view, self.kind, self.unit.kind, unit_id)
        return [entity for entity in found if entity[self.owner] == unit_id]

    def answered(self, view: View, outcome: Outcome, request: Request) -> Outcome:
        """The outcome with its entity as callers see it."""
        assert isinstance(outcome.body, dict)
        return replace(outcome, body=self.wire(view, outcome.body, request))

    def wire(self, view: View, entity: Entity, request: Request) -> Entity:
        """One entity as callers see it: without what only the store needs."""
        shown = {name: value for name, value in self.shown(view, entity, request).items() if name != self.owner}
        if "code" in shown:
            shown["id"] = shown.pop("code")
        return shown

    def touched(self, view: View, before: Entity, claimed: int | None, changed: tuple[str, ...]) -> Outcome:
        """The version moves although the change is kept with others, such as a plan's agents with the agents."""
        entity = dict(before)
        METADATA.put(entity, before["metadata"]["version"] + 1, view, before)
        reads = ((self.kind, before["id"], entity["metadata"]["version"]),)
        return Outcome(200, entity, (Write(self.kind, before["id"], entity, claimed, changed),), reads)

    def listed(self, view: View, entities: Iterable[Entity], request: Request) -> Outcome:
        """`{entities}` of what was found."""
        found = list(entities)
        reads = ((self.kind, entity["id"], view.row(self.kind, entity["id"])) for entity in found)
        return Outcome(
            200,
            {"entities": [self.wire(view, entity, request) for entity in found]},
            reads=tuple((kind, entity_id, row.version) for kind, entity_id, row in reads if row is not None),
        )

    def create(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """A new entity of the unit."""
        unit = self.unit.existing(view, request.ids[0])
        rules.raise_invalid(request)
        content: dict[str, Any] = {self.owner: unit["id"], **self.content(view, request, None)}
        return self.answered(view, self.common.create(resource, view, content, self.created), request)

    def read(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        """One entity of the unit."""
        found = self.existing(view, request)
        rules.raise_invalid(request)
        row = view.row(self.kind, found["id"])
        assert row is not None
        return Outcome(200, self.wire(view, found, request), reads=((self.kind, found["id"], row.version),))

    def listing(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        """All of the unit."""
        unit = self.unit.existing(view, request.ids[0])
        rules.raise_invalid(request)
        return self.listed(view, self.inside(view, unit["id"]), request)

    def patch(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """The fields sent anew, under the version last read."""
        before = self.existing(view, request)
        rules.raise_invalid(request)
        content, claimed = self.content(view, request, before), METADATA.claimed(request.body)
        return self.answered(view, self.common.update(resource, view, before, content, claimed), request)

    def delete(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """Gone, unless others use it and the kind says so."""
        before = self.existing(view, request)
        rules.raise_invalid(request)
        return self.common.delete(resource, view, before)
