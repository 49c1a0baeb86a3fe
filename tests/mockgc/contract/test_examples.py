"""Made-up answers: filled, echoing, naming what exists, and always valid against the contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.contract.examples import Examples, Known, nothing_known
from mockgc.contract.facts import Schema, references
from mockgc.contract.model import Contract
from mockgc.contract.success import success
from mockgc.contract.validate import Validator
from mockgc.resources import registry
from mockgc.resources.existing import KINDS

CONTRACT = Contract.bundled()
EXAMPLES = Examples(lambda name: CONTRACT.definition(name).schema)
NOW = datetime(2026, 11, 25, tzinfo=UTC)
CLAIMED = {name for resource in registry() for name in resource.behaviours}
ANSWERS = {
    name: answer.schema
    for name in sorted(CONTRACT.entries.keys() - CLAIMED)
    if (answer := success(CONTRACT.operation(name))).schema is not None
}
"""Operations at level shape that answer with a body."""
Place = tuple[str, str]
"""A definition and a property of it."""


def filled(schema: Schema, value: Any) -> Iterator[Place]:
    """The properties of named definitions that hold something in an answer."""
    while "$ref" in schema:
        name, schema = schema["$ref"], CONTRACT.definition(schema["$ref"]).schema
        if isinstance(value, dict):
            yield from ((name, part) for part in schema.get("properties", {}) if value.get(part) not in (None, [], {}))
    if isinstance(value, dict):
        for name, item in value.items():
            yield from filled(schema.get("properties", {}).get(name, schema.get("additionalProperties", {})), item)
    elif isinstance(value, list):
        for item in value:
            yield from filled(schema.get("items", {}), item)


def documented(names: frozenset[str]) -> set[Place]:
    return {(name, part) for name in names for part in CONTRACT.definition(name).schema.get("properties", {})}


def never_filled(examples: Examples) -> set[Place]:
    """What a run over every operation at level shape leaves empty, of all that their answers can hold."""
    found: set[Place] = set()
    for name, schema in ANSWERS.items():
        found.update(filled(schema, examples.answer(name, schema, {}, None, NOW)))
    return documented(CONTRACT.reached(references(list(ANSWERS.values())))) - found


def test_every_documented_property_is_filled_at_least_once_over_a_run() -> None:
    assert never_filled(EXAMPLES) == set()


def test_a_property_that_is_never_filled_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockgc.contract.examples.REPEATS_MAX", 1)
    assert ("ErrorBody", "errors") in never_filled(Examples(lambda name: CONTRACT.definition(name).schema))


def test_an_answer_stays_small_however_deep_its_model_is() -> None:
    role = EXAMPLES.answer("getAuthorizationRole", ANSWERS["getAuthorizationRole"], {}, None, NOW)
    assert len(str(role)) < 60_000


def of_user(word: str) -> Known | None:
    return {"user": Known("u-1", "/api/v2/users/u-1", "Ada"), "managementUnit": Known("m-1")}.get(word)


@given(st.sampled_from(sorted(ANSWERS)))
def test_what_is_sent_and_what_exists_leave_the_answer_valid(name: str) -> None:
    operation, schema = CONTRACT.operation(name), ANSWERS[name]
    sent = (
        EXAMPLES.answer(f"{name} sent", operation.body.schema, {}, None, NOW)
        if operation.body is not None
        else {"id": "x", "name": 5}
    )
    answer = EXAMPLES.answer(name, schema, sent, None, NOW, of_user)
    assert Validator(*CONTRACT.resolved(schema, "response")).violations(answer) == []
    assert answer == EXAMPLES.answer(name, schema, sent, None, NOW, of_user)


INNER: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "count": {"type": "integer", "format": "int32"}},
}
OUTER: Schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "since": {"type": "string", "format": "date"},
        "inner": INNER,
        "list": {"type": "array", "items": INNER},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "set": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "free": {"type": "object"},
    },
}


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ({"name": "Ada", "unknown": 1}, {"name": "Ada"}),
        ({"kind": "b", "since": "2026-11-30"}, {"kind": "b", "since": "2026-11-30"}),
        ({"map": {"x": 1}, "free": {"any": [1]}}, {"map": {"x": 1}, "free": {"any": [1]}}),
        ({"set": ["b", "a", "b"]}, {"set": ["b", "a"]}),
        ({"set": []}, {"set": []}),
        ({"name": {"value": "Ada"}, "set": {"values": ["a"]}}, {"name": "Ada", "set": ["a"]}),
    ],
)
def test_what_was_sent_stands_where_the_answer_has_a_place_for_it(sent: Any, echoed: Any) -> None:
    answer = EXAMPLES.answer("x", OUTER, sent, None, NOW)
    assert {name: answer[name] for name in echoed} == echoed
    assert answer.keys() == OUTER["properties"].keys()


def test_sent_objects_are_echoed_field_by_field_and_keep_what_only_the_answer_has() -> None:
    made = EXAMPLES.answer("x", OUTER, {}, None, NOW)
    answer = EXAMPLES.answer("x", OUTER, {"inner": {"count": 7}, "list": [{"count": 1}, {"count": 2}]}, None, NOW)
    assert answer["inner"] == {"id": made["inner"]["id"], "count": 7}
    assert [item["count"] for item in answer["list"]] == [1, 2]
    assert all(item["id"] for item in answer["list"])


@pytest.mark.parametrize(
    "sent", [{"name": 5}, {"kind": "c"}, {"since": "soon"}, {"inner": []}, {"list": {}}, {"inner": {"count": 2**40}}]
)
def test_what_does_not_fit_the_answer_is_left_as_it_was_made(sent: Any) -> None:
    assert EXAMPLES.answer("x", OUTER, sent, None, NOW) == EXAMPLES.answer("x", OUTER, {}, None, NOW)


def test_references_and_ids_name_what_exists() -> None:
    schema: Schema = {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "userId": {"type": "string"},
            "userIds": {"type": "array", "items": {"type": "string"}},
            "user": {"$ref": "UserReference"},
            "by": {"$ref": "UserReference"},
            "queueId": {"type": "string"},
        },
    }
    answer = EXAMPLES.answer("x", schema, {}, None, NOW, of_user)
    assert (answer["userId"], answer["userIds"]) == ("u-1", ["u-1"])
    assert answer["user"] == answer["by"]
    assert answer["user"]["id"] == "u-1"
    assert answer["user"]["selfUri"] == "/api/v2/users/u-1"
    assert "u-1" not in (answer["id"], answer["queueId"])
    assert "u-1" not in str(EXAMPLES.answer("x", schema, {}, None, NOW, nothing_known))


def test_every_word_for_what_exists_leads_to_a_kind_of_the_registry() -> None:
    assert set(KINDS.values()) <= {resource.kind for resource in registry()}
