"""
What all kinds inside a unit share: `{unit}/{segment}` lists and creates, `{unit}/{segment}/{id}` reads, changes and
deletes.

An entity keeps its unit's id under a name of its own (`businessUnitId`, `managementUnitId`), which answers leave out.
Its version is `metadata.version`; every update carries the one last read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Provenance, assumed
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Check, Handler, Operation, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import METADATA, WFM_NOT_FOUND, WFM_STALE, WFM_VALIDATION, Common, children, listed, many
from mockgc.resources.plain import Content, Plain, Shown, as_stored

HAS_USERS = ErrorCode(
    "wfm.not.allowed", 400, "what others in the unit use is not deleted",
    assumed("DELETE declares the code; in which case is assumed"), "Let those that use it go first.",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Family(Plain):
    """
    The handlers of one kind inside a unit, and what its declaration has from there.

    Args:
        unit: what its parent does.
        expandable: the fields that listings show only when `expand` names them.
    """

    unit: Common
    segment: str
    expandable: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The field that keeps the unit's id."""
        return f"{self.unit.kind}Id"

    def resource(
        self,
        title: str,
        behaviours: Mapping[str, Behaviour],
        *,
        has_unique_names: bool = True,
        references: tuple[Reference, ...] = (),
        checks: tuple[Check, ...] = (),
        in_use: ErrorCode | None = None,
    ) -> Resource:
        """
        The kind as the registry has it.

        Args:
            has_unique_names: inside the unit; that most are is assumed where the contract says nothing.
        """
        name = UniqueKey("name", WFM_VALIDATION, folded_name, within=self.owner)
        return Resource(
            kind=self.kind,
            path=f"{self.unit.uri({'id': f'{{{self.owner}}}'})}/{self.segment}",
            title=title,
            unique=(name,) if has_unique_names else (),
            references=(Reference(self.owner, self.unit.kind, self.unit.not_found), *references),
            checks=checks,
            in_use=in_use,
            behaviours=behaviours,
        )

    def of_unit(self, handle: Handler, source: Provenance, *refusals: ErrorCode) -> Behaviour:
        """An operation on the unit's entities together; what it refuses with beside the 404 of the unit."""
        return Behaviour(handle, source, (self.unit.not_found, *refusals))

    def of_one(self, handle: Handler, source: Provenance, *refusals: ErrorCode) -> Behaviour:
        """An operation on one entity; what it refuses with beside the 404 of the unit and of the entity."""
        return Behaviour(handle, source, (self.unit.not_found, self.common.not_found, *refusals))

    def place(self, view: View, request: Request) -> Entity:
        """The unit's id."""
        return {self.owner: self.unit.existing(view, request.ids[0])["id"]}

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

    def brief(self, entity: Entity, request: Request) -> Entity:
        """An entity as listings show it."""
        hidden = {*self.expandable} - {*many(request, "expand")}
        return {name: value for name, value in entity.items() if name not in hidden}

    def listed(self, view: View, entities: Iterable[Entity], request: Request) -> Outcome:
        """`{entities}` of what was found."""
        return listed(view, self.kind, entities, lambda found: self.brief(self.wire(view, found, request), request))

    def listing(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        """All of the unit."""
        unit = self.unit.existing(view, request.ids[0])
        rules.raise_invalid(request)
        return self.listed(view, self.inside(view, unit["id"]), request)


def kind_in(
    unit: Common,
    segment: str,
    kind: str,
    content: Content,
    shown: Shown = as_stored,
    *,
    created: int = 201,
    not_found: ErrorCode = WFM_NOT_FOUND,
    expandable: tuple[str, ...] = (),
) -> Family:
    """
    The family of a kind at `{unit}/{segment}`.

    Args:
        created: which of 200 and 201 is sent, where both are declared, is assumed to be 201.
    """

    def uri(entity: Entity) -> str:
        return f"{unit.uri({'id': entity[f'{unit.kind}Id']})}/{segment}/{entity.get('code', entity['id'])}"

    common = Common(kind, uri, METADATA, not_found, WFM_STALE)
    return Family(common, content, shown, created, unit=unit, segment=segment, expandable=expandable)
