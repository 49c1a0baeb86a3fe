"""
What the kinds of the published family do alike: `{path}` creates and lists, `{path}/{id}` reads, changes and deletes.

A kind says what it keeps of a request and how an entity is shown; its handlers follow. Where the vendor has something
special, the kind has a function of its own beside them. Kinds inside a unit are `workforcemanagement.family`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Handler, Operation, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import Common, Show, paged, reply

Content = Callable[[View, Request, Entity | None], Entity]
"""The stored fields from a request and what is stored before (None on create)."""
Shown = Callable[[View, Entity, Request], Entity]
Find = Callable[[View, str, Request], Iterable[Entity]]
"""The entities of a kind that a request asks for, in their order; `kit.named` is one."""


def as_stored(_: View, entity: Entity, __: Request) -> Entity:
    """The entity as it is kept."""
    return entity


@dataclass(frozen=True, slots=True)
class Plain:
    """
    The handlers of one kind.

    Args:
        common: its id, version and first refusals.
        content: pure; what it raises refuses the request.
        shown: the form in answers.
        created, deleted: the statuses of a create and of a deletion.
        companions: the kinds whose entities go with the one that they refer to.
        name_taken: how a change of the name to a taken one is refused, where that differs from a create.
    """

    common: Common
    content: Content
    shown: Shown = as_stored
    created: int = 200
    deleted: int = 204
    companions: tuple[str, ...] = ()
    name_taken: ErrorCode | None = None

    @property
    def kind(self) -> str:
        """As in the registry."""
        return self.common.kind

    def existing(self, view: View, request: Request) -> Entity:
        """
        The entity that the path names.

        Raises:
            WfmError: 404.
        """
        return self.common.existing(view, request.ids[0])

    def place(self, _: View, __: Request) -> Entity:
        """What a new entity has from the path that it is created at."""
        return {}

    def wire(self, view: View, entity: Entity, request: Request) -> Entity:
        """One entity as callers see it."""
        return self.shown(view, entity, request)

    def show(self, view: View, request: Request) -> Show:
        """How this request sees entities."""
        return lambda entity: self.wire(view, entity, request)

    def answered(self, view: View, outcome: Outcome, request: Request) -> Outcome:
        """The outcome with its entity as callers see it."""
        assert isinstance(outcome.body, dict)
        return replace(outcome, body=self.wire(view, outcome.body, request))

    def create(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """A new entity."""
        place = self.place(view, request)
        rules.raise_invalid(request)
        content = {**place, **self.content(view, request, None)}
        return self.answered(view, self.common.create(resource, view, content, self.created), request)

    def read(self, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        """One entity."""
        found = self.existing(view, request)
        rules.raise_invalid(request)
        return self.answered(view, reply(view, self.kind, found), request)

    def change(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """The fields sent anew, under the version last read where the kind has one; what is left out stays."""
        before = self.existing(view, request)
        rules.raise_invalid(request)
        content, claimed = self.content(view, request, before), self.common.stamp.claimed(request.body)
        if self.name_taken is not None:
            resource = replace(resource, unique=(UniqueKey("name", self.name_taken, folded_name),))
        return self.answered(view, self.common.update(resource, view, before, content, claimed), request)

    def delete(self, resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
        """Gone, and its companions with it, unless others use it and the kind says so."""
        before = self.existing(view, request)
        rules.raise_invalid(request)
        outcome = self.common.delete(resource, view, before, self.deleted)
        gone = (one for one in view.referrers(self.kind, before["id"]) if one[0] in self.companions)
        return replace(outcome, writes=(*outcome.writes, *(Write(kind, one, None) for kind, one in gone)))

    def pages(self, path: str, find: Find) -> Handler:
        """The handler of a listing in numbered pages at this path; `find` says which entities a request asks for."""
        return partial(self._page, path, find)

    def _page(self, path: str, find: Find, _: Resource, __: Operation, view: View, request: Request) -> Outcome:
        rules.raise_invalid(request)
        return paged(view, self.kind, path, request, find(view, self.kind, request), self.show(view, request))
