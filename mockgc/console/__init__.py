"""
The console: a page at `/_mockgc/` and its own files, which hold no data.

All that the page shows it asks the control API for, in the browser, with the admin token where one is set. Nothing
comes from another host, and the policy below forbids it: no inline script or style, no markup made from strings.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, abort, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
PAGE = "index.html"
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page, by the type that its ending stands for."""

    content: bytes
    content_type: str
    etag: str


@cache
def assets() -> dict[str, Asset]:
    """The page and its files, by name."""
    found = {}
    for file in files(__name__).joinpath("static").iterdir():
        content = file.read_bytes()
        found[file.name] = Asset(content, TYPES[file.name.rpartition(".")[2]], hashlib.sha256(content).hexdigest()[:20])
    return found


def blueprint() -> Blueprint:
    """The routes of the page."""
    console = Blueprint("console", __name__)

    @console.get("/")
    def page() -> Response:
        return _answered(assets()[PAGE])

    @console.get("/console/<name>")
    def asset(name: str) -> Response:
        found = assets().get(name)
        return abort(404, f"the console has no file {name[:100]!r}") if found is None else _answered(found)

    return console


def _answered(asset: Asset) -> Response:
    response = Response(asset.content, content_type=asset.content_type, headers=HEADERS)
    response.set_etag(asset.etag)
    response.make_conditional(request)
    return response
