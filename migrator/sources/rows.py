"""
From the text of an export file to its rows, each with the line it begins on.

A file is a JSON array, an object keyed by the plural name (`{"users": [...]}`, a page of the API; several in a row are
taken too) or NDJSON. Nothing is known here of what a row holds.

Source: the JSON export of Zendesk is NDJSON; answers of its API are keyed objects.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from migrator.errors import SourceUnreadable

_SPACE = re.compile(r"\s*")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Row:
    """A JSON object of a collection and where it stands."""

    collection: str
    file: str
    line: int
    body: Mapping[str, Any]

    def refuse(self, field: str, why: str) -> NoReturn:
        """Raise a SourceUnreadable that names file, line, row and field."""
        named = f"{self.collection}[id={self.body['id']}]" if "id" in self.body else self.collection
        raise SourceUnreadable(f"{self.file}:{self.line}: {named}.{field} {why}")


def read(path: Path, collection: str) -> list[Row]:
    """
    All rows of a file.

    Raises:
        SourceUnreadable: it cannot be read, is no UTF-8, no JSON, or holds something else than objects.
    """
    return list(rows(_text(path), collection, path.name))


def rows(text: str, collection: str, file: str) -> Iterator[Row]:
    """The rows of a text; see the module for its three forms."""
    reader = _Reader(text, collection, file)
    at = reader.skip(0)
    while at < len(text):
        value, end = reader.value(at)
        yield from reader.rows_of(value, at)
        at = reader.skip(end)


class _Lines:
    """Line numbers of offsets that only grow; counts each stretch once."""

    def __init__(self, text: str) -> None:
        self._text, self._offset, self._line = text, 0, 1

    def __call__(self, offset: int) -> int:
        if offset < self._offset:
            return self._text.count("\n", 0, offset) + 1
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = offset
        return self._line


class _Reader:
    """Walks one text; keeps offsets so that each row knows its line."""

    def __init__(self, text: str, collection: str, file: str) -> None:
        self.text, self.collection, self.file = text, collection, file
        self.line = _Lines(text)
        self.decoder = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
        self.key = re.compile(rf'"{collection}"\s*:\s*')

    def skip(self, at: int) -> int:
        space = _SPACE.match(self.text, at)
        return space.end() if space else at

    def value(self, at: int) -> tuple[Any, int]:
        try:
            return self.decoder.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise SourceUnreadable(f"{self.file}:{error.lineno}: not JSON: {error.msg}") from error
        except (ValueError, RecursionError) as error:
            raise SourceUnreadable(f"{self.file}:{self.line(at)}: not JSON as Zendesk writes it: {error}") from error

    def rows_of(self, value: Any, at: int) -> Iterator[Row]:
        if isinstance(value, list):
            yield from self.elements(at)
        elif isinstance(value, dict) and isinstance(value.get(self.collection), list):
            start = self.list_start(value[self.collection], at)
            yield from self.elements(start) if start is not None else self.unplaced(value[self.collection], at)
        elif isinstance(value, dict) and "id" in value:
            yield Row(self.collection, self.file, self.line(at), value)
        else:
            raise SourceUnreadable(
                f"{self.file}:{self.line(at)}: no {self.collection} here; expected a JSON array, an object "
                f'with the key "{self.collection}", or one object with an "id" a line'
            )

    def list_start(self, wanted: list[Any], at: int) -> int | None:
        """Offset of the keyed list; None when a look-alike stands before it."""
        found = self.key.search(self.text, at)
        if found is None or not self.text.startswith("[", found.end()):
            return None
        return found.end() if self.value(found.end())[0] == wanted else None

    def unplaced(self, values: list[Any], at: int) -> Iterator[Row]:
        for value in values:
            yield self.row(value, at)

    def elements(self, at: int) -> Iterator[Row]:
        """The objects of the array that begins at an offset."""
        at = self.skip(at + 1)
        while self.text[at] != "]":
            value, end = self.value(at)
            yield self.row(value, at)
            at = self.skip(end)
            if self.text[at] == ",":
                at = self.skip(at + 1)

    def row(self, value: Any, at: int) -> Row:
        if not isinstance(value, dict):
            shown = json.dumps(value)[:40]
            raise SourceUnreadable(
                f"{self.file}:{self.line(at)}: {shown} is no object; each of {self.collection} is an object with an id"
            )
        return Row(self.collection, self.file, self.line(at), value)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(_GZIP):
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:
        raise SourceUnreadable(f"{path}: cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceUnreadable(f"{path.name}:{line}: not UTF-8: byte {data[error.start]:#04x}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found
