"""
A Zendesk account that never was, to try things on: `generate` makes it (pure), `write` puts it into a folder.

`account` makes a tidy one in the shapes of the Zendesk Support API, `mess` adds what real accounts have in them. The
bundled mapping settles every decision of it.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from migrator.sample.account import tidy
from migrator.sample.mess import add_mess

Files = dict[str, Any]
"""JSON value by file name."""


def generate(agents: int, seed: int, clean: bool = False) -> Files:
    """
    An account as an export has it, one file a collection.

    Args:
        agents: how many count as agents under the bundled mapping; a messy account has other users besides.
        seed: the same one gives the same account, to the byte.
        clean: without the mess.
    """
    if agents < 1:
        raise ValueError(f"agents is {agents}; expected at least 1")
    chance = random.Random(f"{seed}:{agents}")
    files = tidy(agents, seed, chance)
    if not clean:
        add_mess(files, chance)
    return files


def encoded(value: Any) -> bytes:
    """A file's bytes."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def write(files: Files, out: Path) -> None:
    """Write the files into a folder, which is made when it is missing; files of these names are replaced."""
    out.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (out / name).write_bytes(encoded(value))
