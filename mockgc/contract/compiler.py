"""
`mockgc contract compile`: sources -> merged facts -> files.

Pure but for `read_sources` and `write`. The same sources give the same bytes, wherever they lie, whenever they are
compiled, and in whatever order their keys stand.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mockgc.contract.codec import INDEX, encode
from mockgc.contract.document import read_document
from mockgc.contract.errors import ContractError, SourceError
from mockgc.contract.facts import Facts
from mockgc.contract.merge import merge
from mockgc.contract.sdk import installed_sdk, is_sdk, read_sdk

SDK = "sdk"
_DATED = re.compile(r"^(?P<name>.+)@(?P<date>\d{4}-\d{2}(-\d{2})?)$")


@dataclass(frozen=True, slots=True)
class Given:
    """A source as the command line names it: `swagger.json`, `sdk`, a folder of the SDK; `@2026-07` dates it."""

    name: str
    date: str | None

    @classmethod
    def parse(cls, word: str) -> Given:
        """Split off the date, where the word ends in one and is not itself a file."""
        found = _DATED.match(word)
        if found is None or Path(word).exists():
            return cls(word, None)
        return cls(found["name"], found["date"])


def read_sources(words: list[str], sdk_under: tuple[str, ...] = ()) -> Facts:
    """
    The merged facts of all sources; documents first, because an SDK only adds to them.

    Args:
        words: as `Given` has them.
        sdk_under: an SDK adds new operations only under these path prefixes; all of them when empty. It adds fields and
            enum values to whatever the documents have.

    Raises:
        SourceError: a source does not exist, cannot be read, or contradicts another.
    """
    given = [Given.parse(word) for word in words]
    folders = [(each, folder) for each in given if (folder := _sdk_folder(each.name)) is not None]
    documents = [_document(each) for each in given if _sdk_folder(each.name) is None]
    facts = [merge(documents)] if documents else []
    known = facts[0].operations if facts else {}

    def wanted(method: str, path: str) -> bool:
        return f"{method} {path}" in known or not sdk_under or path.startswith(sdk_under)

    return merge([*facts, *(read_sdk(folder, wanted, each.date) for each, folder in folders)])


def _sdk_folder(name: str) -> Path | None:
    if name == SDK:
        return installed_sdk()
    return Path(name) if is_sdk(Path(name)) else None


def _document(given: Given) -> Facts:
    path = Path(given.name)
    try:
        return read_document(path.read_bytes(), path.name, given.date)
    except OSError as error:
        expected = "give a Swagger or OpenAPI file, the word `sdk`, or the folder of the SDK's package"
        raise SourceError(given.name, error.strerror or str(error), expected) from None


def write(facts: Facts, folder: Path) -> dict[str, int]:
    """
    Write the compiled files, `index.json` last, and remove those of an earlier compile that are no longer made.

    Returns:
        Bytes per file.

    Raises:
        ContractError: the folder holds something other than a compiled contract; nothing was touched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = {path.name for path in folder.iterdir() if path.name != "__init__.py"}
    strange = sorted(name for name in found if not name.endswith(".json"))
    if found and (strange or INDEX not in found):
        what = strange[0] if strange else f"no {INDEX} among its files"
        raise ContractError(f"{folder} is not a compiled contract ({what}); give an empty folder or a compiled one")
    files = encode(facts)
    for name in [*(name for name in files if name != INDEX), INDEX]:
        _replace(folder / name, files[name].encode())
    for name in found - files.keys():
        (folder / name).unlink()
    return {name: len(text.encode()) for name, text in files.items()}


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".json")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)
