"""OpenAPI 3.1 of what is served, from the registry alone: examples, error responses, and links between operations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from mockgc.domain.errors import EVERYWHERE, ErrorCode
from mockgc.domain.resource import Operation, Resource
from mockgc.domain.schema import METADATA, object_schema, read_schema
from mockgc.domain.switches import CHOICES, STALE_STATUSES

JSON = dict[str, Any]
_ERROR_BODY: JSON = {
    "type": "object",
    "required": ["message", "code", "status", "contextId", "details", "errors"],
    "properties": {
        "message": {"type": "string"},
        "code": {"type": "string"},
        "status": {"type": "integer"},
        "contextId": {"type": "string", "description": "Equals the ININ-Correlation-Id header."},
        "messageWithParams": {"type": "string"},
        "messageParams": {"type": "object"},
        "details": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "errorCode": {"type": "string"},
                    "fieldName": {"type": ["string", "null"]},
                    "entityId": {"type": ["string", "null"]},
                    "entityName": {"type": ["string", "null"]},
                },
            },
        },
        "errors": {"type": "array", "items": {"type": "object"}},
        "limit": {
            "type": "object",
            "description": "With 429: the window that is full.",
            "properties": {
                "key": {"type": "string"},
                "namespace": {"type": "string"},
                "value": {"type": "integer"},
            },
        },
    },
}


def component_schemas(resources: tuple[Resource, ...]) -> JSON:
    """All named schemas."""
    schemas: JSON = {"ErrorBody": _ERROR_BODY}
    for resource in resources:
        if not resource.operations:
            continue
        name = _pascal(resource)
        schemas[name] = read_schema(resource)
        entity = name
        if resource.summarise is not None:
            entity = f"{name}Summary"
            schemas[entity] = _summary_schema(resource)
        schemas[f"{name}Listing"] = _listing_schema(entity)
        schemas.update(resource.components)
    return schemas


def _summary_schema(resource: Resource) -> JSON:
    properties = {name: schema for name, schema in resource.schema["properties"].items() if name != "agents"}
    required = tuple(name for name in resource.schema["required"] if name != "agents")
    count = {"type": "integer", "minimum": 0}
    return dict(object_schema({**properties, "agentCount": count, **METADATA}, (*required, "agentCount", *METADATA)))


def _listing_schema(entity: str) -> JSON:
    number, uri, maybe = {"type": "integer"}, {"type": "string"}, {"type": ["string", "null"]}
    properties: JSON = {
        "entities": {"type": "array", "items": {"$ref": f"#/components/schemas/{entity}"}},
        "pageSize": number,
        "pageNumber": number,
        "pageCount": number,
        "total": number,
        "firstUri": uri,
        "selfUri": uri,
        "nextUri": maybe,
        "previousUri": maybe,
        "lastUri": uri,
    }
    return dict(object_schema(properties, tuple(properties)))


def document(resources: tuple[Resource, ...]) -> JSON:
    """The whole document."""
    paths: JSON = {}
    for resource in resources:
        for operation in resource.operations:
            paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(resource, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockgc: Genesys Cloud WFM, emulated",
            "version": "0.1.0",
            "description": "The /api/v2/wfm dialect. Each error response names its rules and how sure we are of them.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": component_schemas(resources),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "x-mockgc-errors": _errors(resources),
        "x-mockgc-switches": {name: choice.as_dict() for name, choice in CHOICES.items()},
    }


def _errors(resources: tuple[Resource, ...]) -> JSON:
    """Every code of an error body, those of no operation (unknown paths and methods) included."""
    of_operations = (code for resource in resources for operation in resource.operations for code in operation.refusals)
    codes = {code.code: code for code in (*EVERYWHERE, *of_operations)}
    return {
        name: {"status": c.status, "rule": c.rule, "source": str(c.source), "nextStep": c.next_step}
        for name, c in codes.items()
    }


def _operation(resource: Resource, operation: Operation) -> JSON:
    described: JSON = {
        "operationId": operation_id(resource, operation),
        "summary": operation.summary,
        "tags": [resource.kind],
        "parameters": [*_path_parameters(operation), *(_query_parameter(name) for name in operation.query or ())],
        "responses": _responses(resource, operation),
        "x-mockgc-permissions": {operation.grant.rule: list(operation.grant.names)},
    }
    if operation.body is not None:
        example = dict(resource.example)
        if "version" in operation.body["required"]:
            example["version"] = 1
        if "active" in operation.body["required"]:
            example["active"] = True
        content = {"schema": _nullable(operation.body), "example": example}
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def operation_id(resource: Resource, operation: Operation) -> str:
    """Unique name of an operation, such as `createUser`."""
    plural = "s" if operation.name == "list" else ""
    return f"{operation.name}{_pascal(resource)}{plural}"


def _nullable(schema: Mapping[str, Any]) -> JSON:
    """Optional members may be null, which equals absent."""
    changed: JSON = {name: value for name, value in schema.items() if name not in ("properties", "items")}
    if "items" in schema:
        changed["items"] = _nullable(schema["items"])
    if "properties" in schema:
        changed["properties"] = {
            name: _nullable(value) if name in schema["required"] else {"anyOf": [_nullable(value), {"type": "null"}]}
            for name, value in schema["properties"].items()
        }
    return changed


def _path_parameters(operation: Operation) -> list[JSON]:
    names = [segment[1:-1] for segment in operation.path.split("/") if segment.startswith("{")]
    schema = {"type": "string", "minLength": 1, "pattern": "^[0-9a-f-]{36}$"}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _query_parameter(name: str) -> JSON:
    schema: JSON = {"type": "string"}
    if name == "pageSize":
        schema = {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}
    elif name == "pageNumber":
        schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1, "default": 1}
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _responses(resource: Resource, operation: Operation) -> JSON:
    responses: JSON = {}
    for status, component in operation.answers.items():
        answer: JSON = {"description": "Done", "headers": _HEADERS}
        if component is not None:
            answer["content"] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{component}"}}}
            answer["links"] = _links(resource, operation)
        responses[str(status)] = answer
    by_status: dict[int, list[ErrorCode]] = defaultdict(list)
    for code in operation.refusals:
        by_status[code.status].append(code)
    if resource.stale is not None and resource.stale in operation.refusals:
        for other in STALE_STATUSES[1:]:
            by_status[int(other)].append(resource.stale)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = _refusal(codes)
    return responses


_HEADERS = {"ININ-Correlation-Id": {"schema": {"type": "string"}, "description": "Names this request in explain."}}


def _refusal(codes: list[ErrorCode]) -> JSON:
    rules = "\n".join(f"- `{code.code}`: {code.rule} ({code.source})" for code in codes)
    schema = {"$ref": "#/components/schemas/ErrorBody"}
    return {"description": rules, "headers": _HEADERS, "content": {"application/json": {"schema": schema}}}


def _links(resource: Resource, operation: Operation) -> JSON:
    """From an answer that holds an id to the operations that take it."""
    where = {"create": "$response.body#/id", "import": "$response.body#/schedule/id", "read": "$response.body#/id"}
    if operation.name not in where:
        return {}
    targets = [
        other for other in resource.operations if other.name in ("read", "replace", "delete") and other != operation
    ]
    return {
        f"{other.name}{_pascal(resource)}": {
            "operationId": operation_id(resource, other),
            "parameters": {f"path.{resource.id_parameter}": where[operation.name]},
        }
        for other in targets
    }


def _pascal(resource: Resource) -> str:
    return resource.kind[0].upper() + resource.kind[1:]
