"""One matcher over the registry: (method, path) -> operation and ids. No rule knows its URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockgc.contract.validate import Validator
from mockgc.domain.resource import Deferred, Grant, Operation, Resource

ROOT = "/api/v2/"


@dataclass(frozen=True, slots=True)
class Route:
    """An operation, ready to be called."""

    resource: Resource
    operation: Operation
    validator: Validator | None


class LateRoute:
    """A route that is made when it is first taken, and kept. Two threads that make it at once make the same."""

    def __init__(self, deferred: Deferred) -> None:
        self._deferred = deferred
        self._route: Route | None = None

    def route(self) -> Route:
        """The route itself."""
        if self._route is None:
            resource, operation, components = self._deferred.load()
            self._route = _route(resource, operation, components)
        return self._route


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: dict[str, Route | LateRoute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """What a path names: the routes by method, and the ids in it. No routes: the path is unknown."""

    routes: dict[str, Route | LateRoute]
    ids: tuple[str, ...]

    def route(self, method: str) -> Route | None:
        """The route of a method, None for a method without one."""
        found = self.routes.get(method)
        return found.route() if isinstance(found, LateRoute) else found


class Routes:
    """A tree over path segments; a literal segment wins over an id, so `users/groups` is no user."""

    def __init__(
        self, resources: Iterable[Resource], components: dict[str, object], deferred: Iterable[Deferred] = ()
    ) -> None:
        resources = tuple(resources)
        self._root = _Node()
        self.templates: set[str] = set()
        self._areas = {resource.area: None for resource in resources if resource.area is not None}
        self._own = tuple(f"{area.prefix}/" for area in self._areas)
        for late in deferred:
            self._add(late.method, late.path, LateRoute(late))
        for resource in resources:
            for operation in resource.operations:
                self._add(operation.method, operation.path, _route(resource, operation, components))

    def _add(self, method: str, path: str, route: Route | LateRoute) -> None:
        self.templates.add(path)
        node = self._root
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literal.setdefault(segment, _Node())
        node.routes[method] = route

    def grant_of_area(self, method: str, path: str) -> Grant:
        """What a client needs here although no operation answers."""
        grants = [grant for area in self._areas if (grant := area.grant(method, path)).names]
        return grants[0] if grants else Grant()

    def is_published(self, path: str) -> bool:
        """Whether a path lies in the vendor's own family: below its root, and outside of every area of ours."""
        return path.startswith(ROOT) and not f"{path}/".startswith(self._own)

    def match(self, path: str) -> Match:
        """The routes of a path; a trailing slash is another, unknown path."""
        node, ids = self._root, []
        for segment in path[1:].split("/"):
            following = node.literal.get(segment)
            if following is None:
                if node.parameter is None or not segment:
                    return Match({}, ())
                following = node.parameter
                ids.append(segment)
            node = following
        return Match(node.routes, tuple(ids))


def _route(resource: Resource, operation: Operation, components: Mapping[str, Any]) -> Route:
    body = operation.body
    return Route(resource, operation, None if body is None else Validator(body, components, operation.missing))
