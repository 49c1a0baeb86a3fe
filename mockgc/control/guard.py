"""
Who may use `/_mockgc`, decided from a request's headers alone. The threat model is in `mockgc/README.md`.

Health is open to everyone, and so are the console's own files, which hold no data.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

OPEN = ("/_mockgc/health", "/_mockgc/")
OPEN_FOLDER = "/_mockgc/console/"


@dataclass(frozen=True, slots=True)
class Guard:
    """
    The door of the control API and the console.

    Args:
        admin_token: what a request has to bring as bearer token; None asks for nothing.
        is_local_only: without a token, answer only to a Host of this machine, so that no web page can reach the
            emulator through a name that it lets point here (DNS rebinding).
    """

    admin_token: str | None = field(default=None, repr=False)
    is_local_only: bool = False

    def refusal(self, environ: Mapping[str, Any]) -> tuple[int, str] | None:
        """(status, message) for a WSGI request that may not pass; None for one that may."""
        path = environ["PATH_INFO"]
        if path in OPEN or path.startswith(OPEN_FOLDER):
            return None
        if _is_from_another_site(environ):
            return 403, "a web page of another origin may not use the control API"
        if self.admin_token is not None:
            return None if self._is_admin(environ) else (401, "the control API asks for the admin token")
        host = _host_name(environ.get("HTTP_HOST", ""))
        if self.is_local_only and not is_local(host):
            return 403, (
                f"Host {host[:100]!r} is not this machine, and the control API has no admin token;"
                " set MOCKGC_ADMIN_TOKEN to use another name"
            )
        return None

    def _is_admin(self, environ: Mapping[str, Any]) -> bool:
        scheme, _, sent = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        token = (self.admin_token or "").encode()
        return scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode(), token)


def _is_from_another_site(environ: Mapping[str, Any]) -> bool:
    """Browsers say where a request comes from; programs say nothing and are not browsers."""
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
        return True
    origin = environ.get("HTTP_ORIGIN")
    return origin is not None and urlsplit(origin).netloc.lower() != environ.get("HTTP_HOST", "").lower()


def is_local(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host_name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
