"""
The OpenAPI document as it is asked for: the dialect (`wfm`), the vendor's published operations (`published`), or both
in one (`all`), where the dialect's schemas and operation ids carry the prefix `Wfm` because some names clash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockgc.contract import openapi
from mockgc.contract.model import Contract
from mockgc.contract.openapi_published import published_document
from mockgc.domain.resource import Resource

JSON = dict[str, Any]
FAMILIES = ("all", "wfm", "published")
"""What may be asked for, the default first."""
_PREFIX = "Wfm"
_SCHEMAS = "#/components/schemas/"


def family_document(family: str, resources: tuple[Resource, ...], *, is_strict: bool) -> JSON:
    """
    The document of one of `FAMILIES`, made anew.

    It reads the contract with an instance of its own, so that an emulator asked once does not keep what it took.
    """
    if family == "wfm":
        return openapi.document(resources)
    published = published_document(Contract.bundled(), resources, is_strict=is_strict)
    return published if family == "published" else _merged(published, openapi.document(resources))


def _merged(published: JSON, dialect: JSON) -> JSON:
    """Both families in one document."""
    schemas = {f"{_PREFIX}{name}": _prefixed(schema) for name, schema in dialect["components"]["schemas"].items()}
    components = {**published["components"], "schemas": {**published["components"]["schemas"], **schemas}}
    info = {**published["info"], "title": "mockgc: Genesys Cloud and its WFM dialect, emulated"}
    paths = {**published["paths"], **_prefixed(dialect["paths"])}
    notes = {name: value for name, value in dialect.items() if name.startswith("x-")}
    return {**published, "info": info, "paths": paths, "components": components, **notes}


def _prefixed(value: Any) -> Any:
    """The same fragment, its references and operation ids prefixed."""
    if isinstance(value, Mapping):
        return {
            name: _renamed(name, item) if isinstance(item, str) else _prefixed(item) for name, item in value.items()
        }
    return [_prefixed(item) for item in value] if isinstance(value, list | tuple) else value


def _renamed(name: str, text: str) -> str:
    if name == "$ref" and text.startswith(_SCHEMAS):
        return f"{_SCHEMAS}{_PREFIX}{text.removeprefix(_SCHEMAS)}"
    if name == "operationId":
        return f"{_PREFIX.lower()}{text[0].upper()}{text[1:]}"
    return text
