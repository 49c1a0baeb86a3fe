"""
The official Python SDK against a served emulator: a client whose every answer is held against the raw JSON.

The SDK drops what its models do not know and turns unknown enum values into `outdated_sdk_version`, both in silence.
Writing a deserialised answer back to JSON and comparing it with what came shows either.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import ModuleType
from typing import Any

from mockgc.contract.facts import Operation

PACKAGE = "PureCloudPlatformClientV2"


@dataclass(frozen=True, slots=True)
class Raw:
    """As much of an answer as the SDK looks at."""

    data: str

    def getheader(self, _: str) -> str:
        """JSON, whatever is asked for."""
        return "application/json"


@dataclass(frozen=True)
class Sdk:
    """
    The SDK as its documentation sets it up.

    Args:
        client: the SDK's ApiClient, logged in.
    """

    package: ModuleType
    client: Any

    @classmethod
    def login(cls, base_url: str, client_id: str, client_secret: str) -> Sdk:
        """A client of its own, that reads neither a token nor a gateway from a configuration file of this machine."""
        package = importlib.import_module(PACKAGE)
        client = package.ApiClient(base_url)
        client.gateway_configuration = None
        deserialize = client.deserialize

        def checked(response: Any, response_type: str) -> Any:
            made = deserialize(response, response_type)
            raw = json.loads(response.data)
            found = list(differences(raw, client.sanitize_for_serialization(made)))
            assert found == [], f"{response_type}: {found[:5]}"
            return made

        client.deserialize = checked
        return cls(package, client.get_client_credentials_token(client_id, client_secret))

    @property
    def refusal(self) -> type[Any]:
        """The SDK's ApiException."""
        found: type[Any] = self.package.rest.ApiException
        return found

    def api(self, name: str) -> Any:
        """One of the SDK's classes, such as `UsersApi`."""
        return getattr(self.package, name)(self.client)

    def model(self, name: str, **attributes: Any) -> Any:
        """One of the SDK's models with these attributes."""
        made = getattr(self.package, name)()
        for attribute, value in attributes.items():
            setattr(made, attribute, value)
        return made

    @cached_property
    def methods(self) -> Mapping[str, Any]:
        """Every method of every API class by its name."""
        classes = [value for name, value in vars(self.package).items() if name.endswith("Api")]
        apis = [made(self.client) for made in classes]
        return {
            name: getattr(api, name)
            for api in apis
            for name in vars(type(api))
            if re.match(r"(get|post|put|patch|delete|head)_", name)
        }

    def call(self, operation: Operation, values: Mapping[str, Any]) -> Any:
        """Call the operation's method; `values` by the contract's names, and `body`."""
        method = self.methods[snake(operation.id)]
        named = {snake(name): value for name, value in values.items()}
        wanted = [p.name for p in inspect.signature(method).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        # A few bodies have a name of their own in the SDK, such as user_custom_attributes.
        arguments = {name: named.get(name, named.get("body")) for name in wanted}
        # The SDK switches its own deprecation warnings on whatever the filters say, hence the recording.
        with warnings.catch_warnings(record=True) as warned:
            answer = method(**arguments)
        assert [w for w in warned if not str(w.message).startswith("Call to deprecated function")] == []
        return answer


def snake(name: str) -> str:
    """An operation's or parameter's name as the SDK writes it."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name.replace("-", "_")).lower()


def differences(sent: Any, understood: Any, at: str = "") -> Iterator[str]:
    """Where the SDK's view of an answer is not what was sent; null and a missing property are one."""
    if isinstance(sent, dict) and isinstance(understood, dict):
        for name in sent.keys() | understood.keys():
            yield from differences(sent.get(name), understood.get(name), f"{at}.{name}")
    elif isinstance(sent, list) and isinstance(understood, list) and len(sent) == len(understood):
        for index, (one, other) in enumerate(zip(sent, understood, strict=True)):
            yield from differences(one, other, f"{at}[{index}]")
    elif not (sent == understood or _same_moment(sent, understood)):
        yield f"{at}: {sent!r} is understood as {understood!r}"


def _same_moment(one: Any, other: Any) -> bool:
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False
