"""The official Python SDK (PureCloudPlatformClientV2) with its host set to a served emulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

from mockgc.pytest_plugin import TestOrganisation
from tests.clients.official_sdk import PACKAGE, Sdk

Served = TestOrganisation


@pytest.fixture(autouse=True)
def installed(missing_service: Callable[[str], None]) -> None:
    """Without the SDK nothing here can be shown."""
    if find_spec(PACKAGE) is None:
        missing_service(f"the official SDK is not installed: pip install {PACKAGE}")


@pytest.fixture
def served(mockgc_served_organisation: Served) -> Served:
    return mockgc_served_organisation


@pytest.fixture
def sdk(served: Served, installed: None) -> Sdk:  # noqa: ARG001 (skip before the import)
    return Sdk.login(served.base_url, served.client_id, served.client_secret)


def division(sdk: Sdk, name: str = "EMEA") -> Any:
    return sdk.api("AuthorizationApi").post_authorization_divisions({"name": name, "description": ""})


def user(sdk: Sdk, name: str = "Ada") -> Any:
    body = {"name": name, "email": f"{name}@example.com", "divisionId": division(sdk, f"of {name}").id}
    return sdk.api("UsersApi").post_users(body)


def refused(sdk: Sdk, call: Callable[[], Any]) -> tuple[int, dict[str, Any], Any]:
    """Status, body and headers as the SDK's exception has them."""
    with pytest.raises(sdk.refusal) as caught:
        call()
    error: Any = caught.value
    return error.status, json.loads(error.body), error.headers


def test_login_and_api_calls_go_to_the_same_origin(sdk: Sdk) -> None:
    assert sdk.client.access_token
    assert sdk.api("AuthorizationApi").get_authorization_divisions().entities is not None


def test_what_is_created_is_read_listed_and_changed(sdk: Sdk) -> None:
    users = sdk.api("UsersApi")
    ada = user(sdk)
    assert users.get_user(ada.id).name == "Ada"
    assert ada.id in [found.id for found in users.get_users(page_size=100).entities]
    changed = users.patch_user(ada.id, sdk.model("UpdateUser", version=ada.version, title="Team lead"))
    assert (changed.title, changed.version) == ("Team lead", ada.version + 1)


def test_a_stale_version_arrives_as_an_exception_with_status_body_and_headers(sdk: Sdk) -> None:
    users = sdk.api("UsersApi")
    ada = user(sdk)
    users.patch_user(ada.id, {"version": ada.version, "title": "Team lead"})
    status, body, headers = refused(sdk, lambda: users.patch_user(ada.id, {"version": ada.version, "title": "Agent"}))
    assert (status, body["code"], body["status"]) == (400, "general.conflict", 400)
    assert headers["ININ-Correlation-Id"] == body["contextId"]
    assert users.get_user(ada.id).title == "Team lead"
