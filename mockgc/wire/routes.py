"""One matcher over the registry: (method, path) -> operation and ids. No rule knows its URL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mockgc.contract.validate import Validator
from mockgc.domain.resource import Operation, Resource


@dataclass(frozen=True, slots=True)
class Route:
    """An operation, ready to be called."""

    resource: Resource
    operation: Operation
    validator: Validator | None


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """What a path names: the routes by method, and the ids in it. No routes: the path is unknown."""

    routes: dict[str, Route]
    ids: tuple[str, ...]


class Routes:
    """A tree over path segments; a literal segment wins over an id, so `users/groups` is no user."""

    def __init__(self, resources: Iterable[Resource], components: dict[str, object]) -> None:
        self._root = _Node()
        for resource in resources:
            for operation in resource.operations:
                validator = Validator(operation.body, components) if operation.body is not None else None
                self._add(Route(resource, operation, validator))

    def _add(self, route: Route) -> None:
        node = self._root
        for segment in route.operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literal.setdefault(segment, _Node())
        node.routes[route.operation.method] = route

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
