"""The official JavaScript SDK (purecloud-platform-client-v2) with its gateway set to a served emulator."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockgc.pytest_plugin import TestOrganisation
from tests.clients.official_javascript_sdk import PACKAGE, NotInstalled, installed, report

pytestmark = pytest.mark.nightly


@pytest.fixture
def seen(
    served: TestOrganisation, missing_service: Callable[[str], None], tmp_path: Path, pytestconfig: pytest.Config
) -> Any:
    """What a script with the SDK saw of a fresh organisation."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        missing_service(f"Node and npm are not installed; {PACKAGE} needs them")
    assert node is not None
    assert npm is not None
    assert pytestconfig.cache is not None
    try:
        modules = installed(pytestconfig.cache.mkdir(PACKAGE), npm)
    except NotInstalled as error:
        missing_service(f"npm did not bring {PACKAGE}: {error}")
    return report(node, modules, tmp_path, served.environment)


def test_the_javascript_sdk_logs_in_creates_lists_updates_and_understands_refusals(seen: Any) -> None:
    directory, units = seen["directory"], seen["units"]
    assert (directory["listed"], directory["versions"], directory["title"]) == (["Ada"], [1, 2], "Team lead")
    assert (units["listed"], units["version"]) == (["Support"], 1)
    assert {name: (refusal["status"], refusal["code"]) for name, refusal in _refusals(seen).items()} == {
        "wrong secret": (401, "invalid_client"),
        "stale user": (400, "general.conflict"),
        "user again": (409, "general.conflict"),
        "stale business unit": (409, "wfm.transaction.conflict"),
        "invalid business unit": (400, "bad.request"),
        "missing user": (404, "not.found"),
        "unknown token": (401, "bad.credentials"),
    }
    of_the_api = [refusal for name, refusal in _refusals(seen).items() if name != "wrong secret"]
    assert all(refusal["correlation"] == refusal["contextId"] for refusal in of_the_api)
    assert "does not match the current version" in directory["stale"]["message"]


def _refusals(seen: Any) -> dict[str, Any]:
    return {
        "wrong secret": seen["wrongSecret"],
        "stale user": seen["directory"]["stale"],
        "user again": seen["directory"]["again"],
        "stale business unit": seen["units"]["stale"],
        "invalid business unit": seen["units"]["invalid"],
        "missing user": seen["missing"],
        "unknown token": seen["unknownToken"],
    }
