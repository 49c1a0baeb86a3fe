"""
How long a request's address and headers may be, for every path.

Bodies have their own limits, where they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockgc.domain.errors import ErrorCode, WfmError, decided, refuse

URL_BYTES_MAX = 16 * 1024
HEADER_BYTES_MAX = 64 * 1024
_SOURCE = decided("threat model of the emulator; the vendor publishes no figure")
URI_TOO_LONG = ErrorCode(
    "uri.too.long", 414, "path and query have at most 16 KiB", _SOURCE, "Ask for less at a time, or use a bulk route."
)
HEADERS_TOO_LARGE = ErrorCode(
    "request.header.fields.too.large", 431, "the headers have at most 64 KiB", _SOURCE, "Send fewer or shorter headers."
)


def too_long(environ: Mapping[str, Any]) -> WfmError | None:
    """The refusal of a WSGI request that is over a limit, 414 or 431; None for one within."""
    url = len(environ.get("PATH_INFO", "")) + len(environ.get("QUERY_STRING", ""))
    if url > URL_BYTES_MAX:
        return refuse(URI_TOO_LONG, f"the address has {url} bytes; at most {URL_BYTES_MAX} are taken")
    headers = sum([len(key) + len(value) for key, value in environ.items() if key.startswith("HTTP_")])
    if headers > HEADER_BYTES_MAX:
        return refuse(HEADERS_TOO_LARGE, f"the headers have {headers} bytes; at most {HEADER_BYTES_MAX} are taken")
    return None
