"""
The notification topics that the vendor's SDK knows, and the name of each one's event body.

The list is `topics.json`: interface facts from the SDK's notification mappings, with their source inside. It is read
when it is first asked for. `{id}` in a topic stands for one part without a dot; `base?one&two` is two topics that are
subscribed to together (documented).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

PARAMETER = "{id}"
_LEAF = ""
_Tree = dict[str, Any]


class Topics:
    """The topics by name; `known` finds the pattern of a topic that holds ids."""

    def __init__(self, bodies: Mapping[str, str]) -> None:
        self.bodies = bodies
        self._tree: _Tree = {}
        for pattern in bodies:
            node = self._tree
            for part in pattern.split("."):
                node = node.setdefault(part, {})
            node[_LEAF] = pattern

    def known(self, topic: str) -> str | None:
        """The pattern that a single topic fits, None where the vendor has none; a literal part wins over an id."""
        return _match(self._tree, topic.split("."))


def _match(node: _Tree, parts: list[str]) -> str | None:
    if not parts:
        found: str | None = node.get(_LEAF)
        return found
    first, rest = parts[0], parts[1:]
    for part in (first, PARAMETER):
        if first and part != _LEAF and part in node:
            pattern = _match(node[part], rest)
            if pattern is not None:
                return pattern
    return None


def singles(topic: str) -> Iterator[str]:
    """The single topics of one that may be combined: `v2.users.a?presence&station` is `v2.users.a.presence`, ..."""
    base, mark, parts = topic.partition("?")
    if not mark:
        yield topic
        return
    yield from (f"{base}.{part}" for part in parts.split("&"))


@cache
def topics() -> Topics:
    """The bundled list."""
    document = json.loads((files("mockgc.contract") / "topics.json").read_text("utf-8"))
    return Topics(document["topics"])
