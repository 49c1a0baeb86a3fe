"""What skills and languages share: unique names, a version that is text and guards nothing, users who have them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from mockgc.domain import rules
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.directory.people import division_reference, with_division
from mockgc.resources.kit import (
    Common,
    everything,
    known_fields,
    many,
    paged,
    parameters,
    reply,
    showing,
    touched,
)


@dataclass(frozen=True, slots=True)
class Abilities:
    """
    The rules of skills or of languages.

    Args:
        kind: `skill` or `language`.
        rating: the kind that says how well a user has one; goes when the ability goes.
        delete_status: of a deletion.
    """

    kind: str
    rating: str
    delete_status: int

    @property
    def path(self) -> str:
        """Of the listing."""
        return f"/api/v2/routing/{self.kind}s"

    @property
    def common(self) -> Common:
        """What it does as any kind does."""
        return Common(self.kind, lambda ability: f"{self.path}/{ability['id']}")

    def create(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        rules.raise_invalid(request)
        moment = timestamp(view.now)
        content = {**known_fields(request.body, "name"), "state": "active", "version": "1", "dateModified": moment}
        if self.kind == "skill" and "divisionId" in request.body:
            content["division"] = division_reference(request.body["divisionId"])
        return showing(self.common.create(resource, view, content), partial(with_division, view))

    def read(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        ability = self.common.existing(view, request.ids[0])
        rules.raise_invalid(request)
        return showing(reply(view, self.kind, ability), partial(with_division, view))

    def move(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """To another division."""
        before = self.common.existing(view, request.ids[0])
        rules.raise_invalid(request)
        content: Entity = {}
        if "divisionId" in request.body:
            content = {"division": division_reference(request.body["divisionId"])}
        outcome = self.common.update(resource, view, before, touched(view, before, content), None)
        return showing(outcome, partial(with_division, view))

    def delete(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        """Gone, and no user has it any more (assumed)."""
        before = self.common.existing(view, request.ids[0])
        rules.raise_invalid(request)
        ratings = [one for kind, one in view.referrers(self.kind, before["id"]) if kind == self.rating]
        writes = (Write(self.kind, before["id"], None), *(Write(self.rating, one, None) for one in ratings))
        return Outcome(self.delete_status, None, writes)

    def listing(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        """All, or those named by `id`, or those whose name holds `name`."""
        rules.raise_invalid(request)
        ids, name = many(request, "id"), folded_name(parameters(request).get("name", ""))
        found = [a for a in everything(view, self.kind) if name in folded_name(a["name"])]
        found = [ability for ability in found if not ids or ability["id"] in ids]
        return paged(view, self.kind, self.path, request, found, partial(with_division, view))
