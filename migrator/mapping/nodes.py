"""
YAML with line numbers: a `Node` is a value that knows where it stands, and refuses what is not as it should be there.

Nothing here knows the mapping file's keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

import yaml

from migrator.errors import MappingUnreadable

_WHOLE = re.compile(r"[0-9]{1,19}")
_STR, _INT, _NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int", "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file: where it stands (`path`, such as `groups.names`) and what file it is in."""

    file: str
    path: str
    yaml: yaml.Node

    def refuse(self, expected: str) -> NoReturn:
        """Raise a MappingUnreadable naming file, line, path, value and what would be right."""
        raise MappingUnreadable(f"{self._place()} is {self._shown()}; expected {expected}")

    def entries(self, expected: str = "a mapping of keys to values") -> dict[str, tuple[Node, Node]]:
        """(key, value) of a mapping by the key's text; refuses keys that stand twice."""
        if not isinstance(self.yaml, yaml.MappingNode):
            self.refuse(expected)
        found: dict[str, tuple[Node, Node]] = {}
        for key, value in self.yaml.value:
            if not isinstance(key, yaml.ScalarNode):
                Node(self.file, self.path, key).refuse("a plain word as a key")
            path = f"{self.path}.{key.value}" if self.path else key.value
            if key.value in found:
                raise MappingUnreadable(f"{Node(self.file, path, key)._place()} stands twice; keep one of the two")
            found[key.value] = (Node(self.file, path, key), Node(self.file, path, value))
        return found

    def fields(self, *known: str, required: Sequence[str] = ()) -> dict[str, Node]:
        """Values of a mapping with fixed keys; those given as null are left out."""
        found = self.entries(f"a mapping with the keys {', '.join(known)}")
        for name, (key, _) in found.items():
            if name not in known:
                raise MappingUnreadable(f"{key._place()} is no key here; expected one of {', '.join(known)}")
        values = {name: value for name, (_, value) in found.items() if value.yaml.tag != _NULL}
        for name in required:
            if name not in values:
                raise MappingUnreadable(f"{self._place()} lacks {name!r}, which is needed")
        return values

    def items(self, expected: str = "a list") -> Iterator[Node]:
        """Elements of a list."""
        if not isinstance(self.yaml, yaml.SequenceNode):
            self.refuse(expected)
        for index, value in enumerate(self.yaml.value):
            yield Node(self.file, f"{self.path}[{index}]", value)

    def text(self, expected: str = "text") -> str:
        """A string that is not blank; quotes are needed where YAML would read something else."""
        if not isinstance(self.yaml, yaml.ScalarNode) or self.yaml.tag != _STR or not self.yaml.value.strip():
            self.refuse(f"{expected} (in quotes if it looks like a number, a date or a yes)")
        return str(self.yaml.value)

    def scalar(self, expected: str) -> str:
        """Any scalar as it is written, so that `yes` and 7 may be values of a field."""
        if not isinstance(self.yaml, yaml.ScalarNode):
            self.refuse(expected)
        return str(self.yaml.value)

    def integer(self, low: int, high: int) -> int:
        """An integer within bounds."""
        written = self.yaml.value if isinstance(self.yaml, yaml.ScalarNode) and self.yaml.tag == _INT else ""
        if not _WHOLE.fullmatch(written) or not low <= int(written) <= high:
            self.refuse(f"a whole number from {low} to {high}")
        return int(written)

    def choice(self, *words: str) -> str:
        """One of some words."""
        if not isinstance(self.yaml, yaml.ScalarNode) or self.yaml.value not in words:
            self.refuse(" or ".join(words))
        return str(self.yaml.value)

    def day(self) -> date:
        """A date."""
        try:
            return date.fromisoformat(self.scalar("a date such as 2026-11-30"))
        except ValueError:
            self.refuse("a date such as 2026-11-30")

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.yaml, yaml.SequenceNode)

    def _place(self) -> str:
        where = f"{self.file}:{self.yaml.start_mark.line + 1}"
        return f"{where}: {self.path}" if self.path else f"{where}: the file"

    def _shown(self) -> str:
        if isinstance(self.yaml, yaml.ScalarNode):
            return repr(self.yaml.value[:60])
        return "a list" if isinstance(self.yaml, yaml.SequenceNode) else "a mapping"


def parse(text: str, file: str) -> Node:
    """
    The root of a YAML text.

    Raises:
        MappingUnreadable: it is not YAML, or empty.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise MappingUnreadable(f"{file}:{line}: not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise MappingUnreadable(f"{file}:1: not YAML: {error}") from error
    if root is None:
        raise MappingUnreadable(f"{file}:1: the file is empty; expected at least the key 'weeks'")
    return Node(file, "", root)
