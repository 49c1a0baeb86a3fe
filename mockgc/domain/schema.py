"""The JSON Schema of an entity: what its resource declares, and the metadata that every entity carries."""

from __future__ import annotations

from typing import Any

from mockgc.domain.resource import Resource, Schema

METADATA: dict[str, Schema] = {
    "id": {"type": "string", "readOnly": True},
    "version": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
    "dateCreated": {"type": "string", "readOnly": True},
    "dateModified": {"type": "string", "readOnly": True},
    "modifiedBy": {"type": "string", "readOnly": True},
    "selfUri": {"type": "string", "readOnly": True},
}


def object_schema(properties: dict[str, Schema], required: tuple[str, ...]) -> Schema:
    """A closed object."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def body_schema(resource: Resource, also_required: tuple[str, ...] = ()) -> Schema:
    """What create and replace take: the writable fields; read-only ones may be sent back."""
    properties = {**resource.schema["properties"], **METADATA}
    return object_schema(properties, (*resource.schema["required"], *also_required))


def read_schema(resource: Resource) -> Schema:
    """What read answers: the writable fields and the metadata."""
    properties: dict[str, Any] = {**resource.schema["properties"], **METADATA}
    return object_schema(properties, (*resource.schema["required"], *METADATA))
