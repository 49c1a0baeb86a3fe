"""Fixtures of the real clients."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import pytest

from mockgc.pytest_plugin import TestOrganisation
from tests.clients.official_sdk import PACKAGE, Sdk


@pytest.fixture
def served(mockgc_served_organisation: TestOrganisation) -> TestOrganisation:
    """A fresh organisation on a served emulator."""
    return mockgc_served_organisation


@pytest.fixture
def sdk(served: TestOrganisation, missing_service: Callable[[str], None]) -> Sdk:
    """The official Python SDK as that organisation's client."""
    if find_spec(PACKAGE) is None:
        missing_service(f"the official SDK is not installed: pip install {PACKAGE}")
    return Sdk.login(served.base_url, served.client_id, served.client_secret)
