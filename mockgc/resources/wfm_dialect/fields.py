"""
Fields that the four kinds share, as JSON Schema, and the operations every kind has.

Source: decided, specification of the dialect, limits.
"""

from __future__ import annotations

from mockgc.domain import errors, rules
from mockgc.domain.names import BLANKS
from mockgc.domain.resource import Area, Grant, Operation, Resource, Schema
from mockgc.domain.schema import body_schema
from mockgc.domain.zones import zone_names
from mockgc.resources.wfm_dialect import codes

PREFIX = "/api/v2/wfm"
VIEW, EDIT = Grant(("wfm:dialect:view",)), Grant(("wfm:dialect:edit",))
AREA = Area(PREFIX, VIEW, EDIT)
_CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"

NAME: Schema = {
    "type": "string",
    "pattern": f"^[{BLANKS}]*[^{_CONTROL}{BLANKS}](?:[^{_CONTROL}]{{0,98}}[^{_CONTROL}{BLANKS}])?[{BLANKS}]*$",
    "description": "1 to 100 characters after trimming, no control characters.",
}
_PLAIN = {"pattern": f"^[^{_CONTROL}]*$", "description": "No control characters."}
EXTERNAL_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 255, **_PLAIN}
DESCRIPTION: Schema = {
    "type": "string", "maxLength": 1000, "pattern": r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$",
    "description": "No control characters besides tab and newline.",
}  # fmt: skip
ID: Schema = {"type": "string", "minLength": 1, "maxLength": 255, **_PLAIN}
ZONE: Schema = {"$ref": "#/components/schemas/TimeZone"}
TIME_ZONE: Schema = {
    "type": "string", "enum": list(zone_names()), "description": "An IANA time zone; aliases are accepted.",
}  # fmt: skip
ACTIVITY_CODE: Schema = {"type": "string", "minLength": 1, "maxLength": 100, **_PLAIN}
LENGTH_MINUTES: Schema = {"type": "integer", "minimum": 1, "maximum": 1440}
VERSION: Schema = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
DATE_TIME: Schema = {"type": "string", "format": "date-time"}

_COMMON = (
    errors.AUTHENTICATION_REQUIRED,
    errors.BAD_CREDENTIALS,
    errors.TOO_MANY_REQUESTS,
    errors.MISSING_PERMISSIONS,
)
SHAPE = (errors.BAD_REQUEST, errors.INVALID_VALUE, errors.CONSTRAINT_VALIDATION, errors.INVALID_DATE)
BODY = (errors.TOO_LARGE, errors.UNSUPPORTED_MEDIA_TYPE, *SHAPE)


def list_operation(resource: Resource) -> Operation:
    """GET of the collection."""
    query = ("pageSize", "pageNumber", *(f.field for f in resource.filters))
    return Operation(
        "list", "GET", resource.path, rules.listing, VIEW, f"List {resource.title}s", query=query,
        answers={200: f"{_pascal(resource)}Listing"},
        refusals=(*_COMMON, errors.BAD_REQUEST, errors.CONSTRAINT_VALIDATION),
    )  # fmt: skip


def create_operation(resource: Resource, refusals: tuple[errors.ErrorCode, ...]) -> Operation:
    """POST to the collection. A version sent on create is read-only and ignored."""
    return Operation(
        "create", "POST", resource.path, rules.create, EDIT, f"Create a {resource.title}", body=body_schema(resource),
        answers={201: _pascal(resource), 200: _pascal(resource)}, refusals=(*_COMMON, *BODY, *refusals),
    )  # fmt: skip


def item_operations(
    resource: Resource,
    refusals: tuple[errors.ErrorCode, ...],
    required: tuple[str, ...] = (),
    body_bytes_max: int = 4 * 1024 * 1024,
) -> tuple[Operation, ...]:
    """GET, PUT and DELETE of one entity."""
    path, name = f"{resource.path}/{{{resource.id_parameter}}}", _pascal(resource)
    in_use = (resource.in_use,) if resource.in_use else ()
    return (
        Operation(
            "read", "GET", path, rules.read, VIEW, f"Read a {resource.title}", answers={200: name},
            refusals=(*_COMMON, errors.NOT_FOUND, errors.BAD_REQUEST),
        ),
        Operation(
            "replace", "PUT", path, rules.replace, EDIT, f"Replace a {resource.title} under the version last read",
            body=body_schema(resource, ("version", *required)), body_bytes_max=body_bytes_max, answers={200: name},
            refusals=(*_COMMON, errors.NOT_FOUND, *BODY, codes.STALE, *refusals),
        ),
        Operation(
            "delete", "DELETE", path, rules.delete, EDIT, f"Delete a {resource.title}", answers={204: None},
            refusals=(*_COMMON, errors.NOT_FOUND, errors.BAD_REQUEST, *in_use),
        ),
    )  # fmt: skip


def _pascal(resource: Resource) -> str:
    return resource.kind[0].upper() + resource.kind[1:]
