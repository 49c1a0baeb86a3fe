"""From a PostgreSQL URL to what its parts say; nothing of a URL that cannot be read is repeated, its password least."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from mockgc.store.base import DataFileMismatch

Parameters = Mapping[str, Any]
"""Of libpq, by name."""
_DEFAULTS: Parameters = {
    "application_name": "mockgc",  # as the server lists it
    "connect_timeout": 5,  # seconds; the rest is how soon a server that fell silent is given up, in seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,  # milliseconds
}
"""What the URL says comes first."""
_OWN = "schema="
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def parsed(url: str) -> tuple[Parameters, str | None]:
    """
    What a URL says: libpq's parameters, and the schema to work in.

    Args:
        url: as libpq takes it, with `schema=NAME` among its parameters for tables apart from others' in the same
            database. What it leaves out comes from libpq's environment and files (PGPASSWORD, ~/.pgpass).

    Raises:
        DataFileMismatch: it cannot be read.
    """
    try:
        scheme, place, path, query, fragment = urlsplit(url)
        parts = query.split("&")
        rest = "&".join(part for part in parts if not part.startswith(_OWN))
        parameters = conninfo_to_dict(urlunsplit((scheme, place, path, rest, fragment)))
    except (ValueError, psycopg.ProgrammingError):
        raise _unreadable() from None
    port = str(parameters.get("port", ""))
    shown = f"{parameters.get('host', '')}{parameters.get('dbname', '')}"
    if "@" in shown or (port and not port.replace(",", "").isdecimal()):  # parts of a password that was not escaped
        raise _unreadable()
    schema = next((part.removeprefix(_OWN) for part in parts if part.startswith(_OWN)), None)
    if schema is not None and not _SCHEMA.fullmatch(schema):
        message = f"schema={schema!r} is not a name of lower-case letters, digits and _ that begins with no digit"
        raise DataFileMismatch(message)
    return {**_DEFAULTS, **parameters}, schema


def _unreadable() -> DataFileMismatch:
    return DataFileMismatch(
        "the data URL is not one such as postgresql://user:password@host:5432/database?schema=name, with libpq's"
        " parameters; write @ : / ? # in a password as %40 %3A %2F %3F %23"
    )
