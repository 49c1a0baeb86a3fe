"""
The compiled contract in use: operations and definitions by name, read from their file when first asked for.

Opening a contract reads its index alone. A contract is safe to share between threads: what two of them read at once is
the same value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson

from mockgc.contract import codec
from mockgc.contract.errors import BrokenData, UnknownName
from mockgc.contract.facts import Definition, Facts, Operation, Schema, Source, closure, references, used_by
from mockgc.contract.json_schema import Use, Wrapper, json_schema, wrapper_of

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index alone knows of an operation: enough to route a request."""

    id: str
    method: str
    path: str
    file: str


class Resolved(NamedTuple):
    """A JSON Schema, and the components its references (`#/components/schemas/<name>`) point to."""

    schema: Mapping[str, Any]
    components: Mapping[str, Any]


class Contract:
    """
    A compiled folder.

    Raises:
        BrokenData: on opening or on first use of a file, when it is missing, not JSON, or of another format.
    """

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._files: dict[str, JSON] = {}
        self._operations: dict[str, Operation] = {}
        index = self._read(codec.INDEX)
        if index.get("format") != codec.FORMAT:
            found = f"its format is {index.get('format')!r}, this mockgc reads {codec.FORMAT}"
            raise BrokenData(f"{folder}/{codec.INDEX}: {found}; compile the contract again")
        self._usual = codec.decode_usual(index["usualErrors"])
        self._definition_files = {name: home for home, names in index["definitions"].items() for name in names}
        self._entries = {
            name: _entry(name, key, home)
            for home, operations in index["operations"].items()
            for name, key in operations.items()
        }
        self.sources: tuple[Source, ...] = tuple(map(codec.decode_source, index["sources"]))

    @classmethod
    def bundled(cls) -> Contract:
        """The contract that ships with mockgc."""
        return cls(files("mockgc.contract") / "data")

    @classmethod
    def load(cls, folder: Path) -> Contract:
        """A contract compiled elsewhere."""
        return cls(folder)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All operations by id, as the index has them; reads no other file."""
        return self._entries

    @property
    def definition_names(self) -> frozenset[str]:
        """Names of all definitions; reads no other file."""
        return frozenset(self._definition_files)

    @property
    def loaded(self) -> frozenset[str]:
        """Files read so far."""
        return frozenset(self._files)

    def operation(self, name: str) -> Operation:
        """
        An operation by the vendor's id.

        Raises:
            UnknownName: there is none; names close ones.
        """
        if name not in self._operations:
            if name not in self._entries:
                raise UnknownName("operation", name, self._entries)
            file = self._tag_file(self._entries[name].file)
            self._operations[name] = codec.decode_operation(
                name, _line(file, "operations", name), self._usual, file["tag"]
            )
        return self._operations[name]

    def at(self, method: str, path: str) -> Operation:
        """
        An operation by method and path template.

        Raises:
            UnknownName: there is none; names close ones.
        """
        key = f"{method.upper()} {path}"
        if key not in self._by_key:
            raise UnknownName("operation", key, self._by_key)
        return self.operation(self._by_key[key])

    def definition(self, name: str) -> Definition:
        """
        A definition by name.

        Raises:
            UnknownName: there is none; names close ones.
        """
        if name not in self._definition_files:
            raise UnknownName("definition", name, self._definition_files)
        file = self._tag_file(self._definition_files[name])
        return codec.decode_definition(name, _line(file, "definitions", name))

    def source_of(self, item: Operation | Definition, field: str | None = None) -> Source:
        """Who says so: of an operation (or its parameter), or of a definition (or its field)."""
        later = (index for index, names in (item.widened or {}).items() if field in names)
        return self.sources[next(later, item.source)]

    def resolved(self, schema: Schema | str, use: Use) -> Resolved:
        """
        A schema of this contract, or a definition by name, as JSON Schema (2020-12) with all it refers to.

        `Validator(*contract.resolved("WorkPlan", "request"))` checks a body.

        Raises:
            UnknownName: a definition does not exist.
        """
        if isinstance(schema, str):
            schema = {"$ref": schema}
        if schema.keys() == {"$ref"}:
            schema = self.definition(schema["$ref"]).schema
        names = closure(references(schema), _Definitions(self))
        components = {name: json_schema(self.definition(name).schema, use) for name in sorted(names)}
        return Resolved(json_schema(schema, use), components)

    def wrapper(self, name: str) -> Wrapper | None:
        """Whether a definition is a ValueWrapper, ListWrapper or SetWrapper, and of what; None for any other."""
        return wrapper_of(name, self.definition(name).schema)

    def needs(self, operation: Operation) -> frozenset[str]:
        """Names of all definitions that an operation needs, however deep."""
        return self.reached(used_by(operation))

    def reached(self, names: Iterable[str]) -> frozenset[str]:
        """These definitions and all that they refer to, however deep."""
        return frozenset(closure(set(names), _Definitions(self)))

    def facts(self) -> Facts:
        """Everything at once; reads all files."""
        operations = [self.operation(name) for name in self._entries]
        definitions = {name: self.definition(name) for name in self._definition_files}
        return Facts(self.sources, {operation.key: operation for operation in operations}, definitions)

    @cached_property
    def _by_key(self) -> dict[str, str]:
        return {f"{entry.method} {entry.path}": entry.id for entry in self._entries.values()}

    def _tag_file(self, home: str) -> JSON:
        name = f"{home}.json"
        if name not in self._files:
            self._files[name] = self._read(name)
        return self._files[name]

    def _read(self, name: str) -> JSON:
        try:
            read = orjson.loads((self._folder / name).read_bytes())
        except OSError as error:
            reason = error.strerror or str(error)
            raise BrokenData(f"{self._folder}/{name}: {reason}; compile the contract again") from None
        except orjson.JSONDecodeError as error:
            raise BrokenData(f"{self._folder}/{name}: not JSON ({error}); compile the contract again") from None
        if not isinstance(read, dict):
            raise BrokenData(f"{self._folder}/{name}: not an object; compile the contract again")
        return read


def _entry(name: str, key: str, home: str) -> Entry:
    method, _, path = key.partition(" ")
    return Entry(name, method, path, home)


class _Definitions(Mapping[str, Definition]):
    """Definitions of a contract as a mapping that reads lazily."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def __getitem__(self, name: str) -> Definition:
        return self._contract.definition(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._contract.definition_names)

    def __len__(self) -> int:
        return len(self._contract.definition_names)


def _line(file: JSON, section: Literal["operations", "definitions"], name: str) -> JSON:
    try:
        line: JSON = file[section][name]
    except (KeyError, TypeError):
        raise BrokenData(f"{name} is in the index but not in its file; compile the contract again") from None
    return line
