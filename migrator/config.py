"""
Where the target is and who we are there; secrets come from the environment or a file and never from the command line.

Sources, in order: `--credentials FILE`, `GENESYS_CREDENTIALS_FILE`, then `GENESYS_CLIENT_ID` and
`GENESYS_CLIENT_SECRET`. A file is JSON, `{"clientId": ..., "clientSecret": ...}`; the ready file of `mockgc serve` is
one too, and its `baseUrl` serves where no target is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from migrator.errors import InputError, PreflightFailed
from migrator.targets.session import ClientFactory, Credentials

BASE_URL = "GENESYS_BASE_URL"
CLIENT_ID = "GENESYS_CLIENT_ID"
CLIENT_SECRET = "GENESYS_CLIENT_SECRET"
CREDENTIALS_FILE = "GENESYS_CREDENTIALS_FILE"
SOURCE = "MIGRATION_SOURCE"


@dataclass(frozen=True, slots=True)
class Connection:
    """
    Args:
        base_url: of the target, without `/api/v2`.
        timeout_s: how long to wait for an answer; after that its outcome is unknown and is read back.
    """

    base_url: str
    credentials: Credentials
    timeout_s: float = 30.0

    def client_factory(self) -> ClientFactory:
        """Makes HTTP clients for this target."""
        timeout = httpx.Timeout(self.timeout_s, connect=min(self.timeout_s, 10.0))
        headers = {"User-Agent": "mockgc-migrator"}
        return lambda: httpx.AsyncClient(base_url=self.base_url, timeout=timeout, headers=headers)


def connection(
    environment: Mapping[str, str],
    *,
    target: str | None = None,
    credentials_file: Path | None = None,
    timeout_s: float = 30.0,
) -> Connection:
    """
    Put the connection together.

    Args:
        target: base URL from the command line or from a plan; None takes the environment's, then the file's.

    Raises:
        InputError: no target, or one that is no http(s) address; a credentials file that cannot be read.
        PreflightFailed: no credentials anywhere.
    """
    named = credentials_file or (Path(environment[CREDENTIALS_FILE]) if environment.get(CREDENTIALS_FILE) else None)
    given = _file(named) if named else {}
    base_url = target or environment.get(BASE_URL) or given.get("baseUrl")
    if not base_url:
        raise InputError(f"no target: give --target URL or set {BASE_URL}")
    client_id = given.get("clientId") or environment.get(CLIENT_ID)
    client_secret = given.get("clientSecret") or environment.get(CLIENT_SECRET)
    if not client_id or not client_secret:
        raise PreflightFailed(f"no credentials: set {CLIENT_ID} and {CLIENT_SECRET}, or give --credentials FILE")
    return Connection(checked_url(base_url), Credentials(client_id, client_secret), timeout_s)


def checked_url(text: str) -> str:
    """
    A base URL without a slash at the end.

    Raises:
        InputError: it is no http or https address.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise InputError(f"target {text!r} is no address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise InputError(f"target {text!r} is no http:// or https:// address, such as http://127.0.0.1:8080")
    return str(url).rstrip("/")


def _file(path: Path) -> dict[str, str]:
    try:
        body = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"credentials file {path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"credentials file {path} is not JSON") from error  # Its text may hold the secret.
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("clientId", "clientSecret")):
        raise InputError(f'credentials file {path} needs {{"clientId": "...", "clientSecret": "..."}}')
    return {name: value for name, value in body.items() if isinstance(value, str)}
