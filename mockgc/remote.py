"""A running emulator's control API, as the command line speaks to it."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import click

_TIMEOUT_S = 60
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remote:
    """
    An emulator at a base URL.

    Args:
        token: the admin token, where the emulator asks for one.
    """

    url: str
    token: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str) -> Remote:
        """
        With the admin token of MOCKGC_ADMIN_TOKEN, if that is set.

        Raises:
            click.ClickException: this is no base URL.
        """
        if not url.startswith(("http://", "https://")):
            raise click.ClickException(f"--url {url!r} is not a base URL such as http://127.0.0.1:8080")
        return cls(url.rstrip("/"), os.environ.get("MOCKGC_ADMIN_TOKEN") or None)

    def ask(self, method: str, *parts: str, body: bytes | None = None, query: Mapping[str, str] | None = None) -> bytes:
        """
        The bytes answered below `/_mockgc`.

        Args:
            parts: path segments; quoted here.
            body: sent as NDJSON.

        Raises:
            click.ClickException: no emulator, or it refused; the message says what to do.
        """
        path = "/".join(quote(part, safe="") for part in parts)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            headers["Content-Type"] = "application/x-ndjson"
        address = f"{self.url}/_mockgc/{path}" + (f"?{urlencode(query)}" if query else "")
        request = urllib.request.Request(address, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                found: bytes = answer.read()
                return found
        except urllib.error.HTTPError as error:
            raise click.ClickException(self._refusal(error)) from None
        except (urllib.error.URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            message = f"no emulator answers at {self.url} ({reason}); start one with: mockgc serve"
            raise click.ClickException(message) from None

    def json(self, method: str, *parts: str, body: bytes | None = None, query: Mapping[str, str] | None = None) -> JSON:
        """The JSON object answered below `/_mockgc`; errors as for `ask`."""
        answered = self.ask(method, *parts, body=body, query=query)
        try:
            found: JSON = json.loads(answered)
        except ValueError:
            raise click.ClickException(f"{self.url} did not answer JSON; is it an emulator?") from None
        return found

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        try:
            message = json.loads(error.read())["message"]
        except (ValueError, KeyError, TypeError):
            return f"{self.url} answered {error.code}; is it an emulator?"
        if error.code == 401:
            return f"{message}: set MOCKGC_ADMIN_TOKEN to the token that {self.url} was started with"
        return f"{message} at {self.url}" if error.code == 404 else str(message)

    def organisation(self, wanted: str | None) -> str:
        """
        The id of the organisation with this name or id; without one the only one, or the first.

        Raises:
            click.ClickException: there is none, or not this one.
        """
        known = self.json("GET", "organisations")["entities"]
        for organisation in known:
            if wanted in (None, organisation["id"], organisation["name"]):
                found: str = organisation["id"]
                return found
        names = ", ".join(organisation["name"] for organisation in known) or "none"
        raise click.ClickException(f"no organisation is called {wanted!r}; there are: {names}")
