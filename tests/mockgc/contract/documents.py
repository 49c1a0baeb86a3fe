"""Documents for the tests: the hand-written one, drawn ones, and ways to rewrite one without changing what it says."""

from __future__ import annotations

import copy
import json
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mockgc.contract.compiler import write
from mockgc.contract.document import read_document
from mockgc.contract.facts import Facts
from mockgc.contract.model import Contract

JSON = dict[str, Any]
SMALL = Path(__file__).parent / "small.json"


def small() -> JSON:
    """A fresh copy of the hand-written document."""
    document: JSON = json.loads(SMALL.read_text("utf-8"))
    return document


def facts_of(document: object) -> Facts:
    return read_document(json.dumps(document).encode(), "small.json")


@contextmanager
def compiled(facts: Facts) -> Iterator[Contract]:
    """The contract as someone else would load it."""
    with tempfile.TemporaryDirectory() as folder:
        write(facts, Path(folder))
        yield Contract.load(Path(folder))


def shuffled(node: Any, order: random.Random) -> Any:
    """The same JSON, the keys of every object in another order."""
    if isinstance(node, dict):
        pairs = [(key, shuffled(value, order)) for key, value in node.items()]
        order.shuffle(pairs)
        return dict(pairs)
    return [shuffled(item, order) for item in node] if isinstance(node, list) else node


_DEFINITIONS = ("ErrorBody", "Apple", "Bee", "Cart", "Door~1/ x")
_CODES = st.lists(st.sampled_from(["a.b", "bad.request", "not.found", "x.conflict"]), unique=True)
_FIELDS = ("id", "name", "description", "required", "enum", "$odd", "properties")


def _reference() -> st.SearchStrategy[JSON]:
    names = [name.replace("~", "~0").replace("/", "~1") for name in _DEFINITIONS]
    return st.sampled_from([{"$ref": f"#/definitions/{name}"} for name in names])


_SCALARS = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "format": st.sampled_from(["date", "date-time", "uri"]), "readOnly": st.booleans(),
            "description": st.text(max_size=5), "maxLength": st.integers(0, 9),
        },
    ),
    st.fixed_dictionaries({"type": st.just("string"), "enum": st.lists(st.text(max_size=3), min_size=1, unique=True)}),
    st.fixed_dictionaries({"type": st.just("integer")}, optional={"format": st.just("int32"), "minimum": st.just(3)}),
    _reference(),
)  # fmt: skip


def _nested(inner: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    fields = st.dictionaries(st.sampled_from(_FIELDS), inner, max_size=3)
    required = st.lists(st.sampled_from(_FIELDS), unique=True)
    return st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
        st.fixed_dictionaries({"type": st.just("object"), "additionalProperties": inner | st.booleans()}),
        st.fixed_dictionaries({"type": st.just("object"), "properties": fields}, optional={"required": required}),
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)}),
    )


SCHEMAS = st.recursive(_SCALARS, _nested, max_leaves=4)
_ANSWERS = st.dictionaries(
    st.sampled_from(["200", "201", "204", "400", "404", "409", "default"]),
    st.fixed_dictionaries(
        {"description": st.text(max_size=5)},
        optional={
            "schema": st.just({"$ref": "#/definitions/ErrorBody"}) | SCHEMAS,
            "x-inin-error-codes": _CODES.map(lambda codes: dict.fromkeys(codes, "prose")),
        },
    ),
    min_size=1,
    max_size=4,
)
_PARAMETERS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b", "thingId"]), "in": st.sampled_from(["query", "header", "path"]),
         "type": st.sampled_from(["string", "integer"])},
        optional={"required": st.booleans(), "collectionFormat": st.just("multi")},
    ),
    max_size=3,
)  # fmt: skip
_OPERATIONS = st.fixed_dictionaries(
    {"responses": _ANSWERS, "parameters": _PARAMETERS},
    optional={
        "tags": st.lists(st.sampled_from(["Fruit Trees", "fruit trees", "Index", "Shared", "Öl"]), max_size=2),
        "summary": st.text(max_size=5),
        "deprecated": st.booleans(),
        "produces": st.just(["text/plain"]),
        "security": st.just([{"oauth": ["read"]}]) | st.just([]),
        "x-inin-requires-permissions": st.just({"type": "ANY", "permissions": ["a:b:c"]}),
    },
)  # fmt: skip
_PATHS = st.sampled_from(["/things", "/things/{thingId}", "/things/{thingId}/parts/{a}"])
_ITEMS = st.dictionaries(st.sampled_from(["get", "post", "patch"]), _OPERATIONS, min_size=1, max_size=3)
DOCUMENTS: st.SearchStrategy[JSON] = st.fixed_dictionaries({
    "swagger": st.just("2.0"),
    "info": st.just({"title": "drawn", "version": "1"}),
    "paths": st.dictionaries(_PATHS, _ITEMS, min_size=1, max_size=3),
    "definitions": st.fixed_dictionaries(dict.fromkeys(_DEFINITIONS, SCHEMAS)),
})  # fmt: skip
"""Swagger documents with references to themselves and each other, odd field names, and tags that share a file."""


def operation_count(document: JSON) -> int:
    return sum(len(item) for item in document["paths"].values())


def openapi3(document: JSON) -> JSON:
    """The hand-written document as OpenAPI 3: the same facts in the other family's places."""
    text = json.dumps(document).replace("#/definitions/", "#/components/schemas/")
    text = text.replace("#/parameters/", "#/components/parameters/").replace("#/responses/", "#/components/responses/")
    old = json.loads(text)
    produced = old.pop("produces")
    for item in old["paths"].values():
        for node in (value for key, value in item.items() if key != "parameters"):
            media = node.pop("produces", produced)[0]
            bodies = [each for each in node.get("parameters", []) if each.get("in") == "body"]
            node["parameters"] = [_parameter3(each) for each in node.get("parameters", []) if each.get("in") != "body"]
            if bodies:
                node["requestBody"] = {
                    "required": True,
                    "content": {"application/json": {"schema": bodies[0]["schema"]}},
                }
            node["responses"] = {status: _answer3(each, media) for status, each in node["responses"].items()}
        if "parameters" in item:
            item["parameters"] = list(map(_parameter3, item["parameters"]))
    return {
        "openapi": "3.0.3", "info": old["info"], "paths": old["paths"],
        "components": {
            "schemas": old["definitions"],
            "parameters": {name: _parameter3(each) for name, each in old["parameters"].items()},
            "responses": {name: _answer3(each, produced[0]) for name, each in old["responses"].items()},
        },
    }  # fmt: skip


def _parameter3(node: JSON) -> JSON:
    if "$ref" in node:
        return node
    outside = {key: value for key, value in node.items() if key in ("name", "in", "required", "description")}
    schema = {key: value for key, value in node.items() if key not in (*outside, "collectionFormat")}
    return {**outside, "schema": schema}


def _answer3(node: JSON, media: str) -> JSON:
    node = copy.deepcopy(node)
    if "schema" in node:
        node["content"] = {media: {"schema": node.pop("schema")}}
    return node
