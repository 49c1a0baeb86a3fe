"""The interface as data: validation against a schema and the OpenAPI document. Knows no rule of behaviour."""
