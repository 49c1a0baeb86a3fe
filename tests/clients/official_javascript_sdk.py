"""
The official JavaScript SDK: brought by npm when a test asks for it, kept in pytest's cache, no part of the repository.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PACKAGE, VERSION = "purecloud-platform-client-v2", "262.0.0"
SCRIPT = Path(__file__).with_suffix(".js")
INSTALL_S, RUN_S = 300, 120


class NotInstalled(Exception):
    """npm did not bring the package; the message is what it said."""


def installed(place: Path, npm: str) -> Path:
    """
    The folder that holds this version of the SDK, installed unless it is there already.

    Raises:
        NotInstalled: npm failed; without a network, for instance.
    """
    modules = place / "node_modules"
    about = modules / PACKAGE / "package.json"
    if about.exists() and json.loads(about.read_text("utf-8"))["version"] == VERSION:
        return modules
    command = [npm, "install", "--prefix", str(place), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        [*command, f"{PACKAGE}@{VERSION}"], capture_output=True, text=True, timeout=INSTALL_S, check=False
    )
    if done.returncode != 0:
        raise NotInstalled(done.stderr[-500:])
    return modules


def report(node: str, modules: Path, home: Path, environment: Mapping[str, str]) -> Any:
    """
    What the script saw.

    Args:
        home: where the SDK looks for a configuration file of its user; one without.
        environment: GENESYS_BASE_URL, GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET.
    """
    around = {"PATH": os.environ["PATH"], "HOME": str(home), "NODE_PATH": str(modules), **environment}
    done = subprocess.run(
        [node, str(SCRIPT)], env=around, capture_output=True, text=True, timeout=RUN_S, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
