"""Fields that the contract does not know: ignored and journalled, or refused by a strict emulator, by name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc import Settings, create_app
from mockgc.contract.unknown_fields import FIELDS_MAX, unknown_fields
from mockgc.journal import Entry
from mockgc.pytest_plugin import TestOrganisation, _organisation

TEAM: dict[str, Any] = {"name": "Night", "division": {"id": ""}, "colour": "red"}


@cache
def emulator(*, strict: bool) -> TestOrganisation:
    transport = httpx.WSGITransport(app=create_app(Settings(seed=1, strict=strict)))
    return _organisation(httpx.Client(transport=transport, base_url="http://mockgc"), "http://mockgc")


def team(organisation: TestOrganisation, name: str, **more: Any) -> httpx.Response:
    divisions = organisation.http.get("/api/v2/authorization/divisions").json()["entities"]
    division = divisions[0] if divisions else organisation.http.post(
        "/api/v2/authorization/divisions", json={"name": "EMEA", "description": ""}
    ).json()  # fmt: skip
    return organisation.http.post("/api/v2/teams", json={"name": name, "division": {"id": division["id"]}, **more})


def journalled(organisation: TestOrganisation) -> dict[str, Any]:
    """The newest entry of the journal."""
    entry: dict[str, Any] = organisation.http.get(f"/_mockgc/organisations/{organisation.id}/journal").json()[
        "entities"
    ][-1]
    return entry


def test_an_unknown_field_is_ignored_and_the_journal_and_explain_name_it() -> None:
    organisation = emulator(strict=False)
    answer = team(organisation, "Day", colour="red")
    assert answer.status_code == 200
    assert "colour" not in answer.json()
    assert journalled(organisation)["ignoredFields"] == ["colour"]
    told = organisation.http.get(f"/_mockgc/explain/{answer.headers['ININ-Correlation-Id']}").json()
    assert told["ignoredFields"] == ["colour"]
    assert "field colour: the contract does not know it" in told["text"]


def test_a_refused_request_names_the_field_that_was_meant_and_the_one_that_was_sent() -> None:
    organisation = emulator(strict=False)
    refused = organisation.http.post("/api/v2/teams", json={"nmae": "Day"})
    assert refused.status_code == 400
    assert journalled(organisation)["ignoredFields"] == ["nmae"]


def test_known_fields_leave_no_trace() -> None:
    organisation = emulator(strict=False)
    assert team(organisation, "Late", description="known").status_code == 200
    assert journalled(organisation)["ignoredFields"] == []


def test_a_strict_emulator_refuses_it_by_name_and_changes_nothing() -> None:
    organisation = emulator(strict=True)
    team(organisation, "Before")
    before = organisation.commits()
    refused = team(organisation, "Night", colour="red", division={"id": "1", "nme": "EMEA"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid.property")
    assert {detail["fieldName"] for detail in refused.json()["details"]} == {"colour", "division.nme"}
    assert organisation.commits() == before
    assert journalled(organisation)["ignoredFields"] == []


def test_strict_says_nothing_new_of_the_dialect_whose_bodies_are_closed() -> None:
    for strict in (False, True):
        refused = emulator(strict=strict).http.post("/api/v2/wfm/users", json={"name": "Ada", "colour": "red"})
        assert refused.json()["code"] == "bad.request"


COMPONENTS = {
    "Shift": {"type": "object", "properties": {"name": {"type": "string"}, "tags": {"type": "object"}}},
    "Plan": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "shifts": {"type": "array", "items": {"$ref": "#/components/schemas/Shift"}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "byDay": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Shift"}},
        },
    },
}
PLAN = COMPONENTS["Plan"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"name": "a"}, ()),
        ({"nmae": "a"}, ("nmae",)),
        ({"shifts": [{"name": "a"}, {"x": 1, "name": "b"}]}, ("shifts[1].x",)),
        ({"labels": {"anything": "goes"}}, ()),
        ({"byDay": {"monday": {"name": "a", "x": {"y": 1}}}}, ("byDay.monday.x",)),
        ({"shifts": [{"tags": {"free": {"form": 1}}}]}, ()),
        ({"name": {"not": "an object there"}, "shifts": "no list"}, ()),
        ([], ()),
        ("text", ()),
    ],
)
def test_maps_and_free_objects_know_every_name(value: Any, expected: tuple[str, ...]) -> None:
    assert unknown_fields(value, PLAN, COMPONENTS) == expected


@given(st.dictionaries(st.text(max_size=8), st.none(), max_size=FIELDS_MAX * 2))
def test_exactly_the_undeclared_names_are_told_up_to_a_limit(body: dict[str, None]) -> None:
    expected = [name for name in body if name not in PLAN["properties"]]
    assert list(unknown_fields(body, PLAN, COMPONENTS)) == expected[:FIELDS_MAX]


def test_a_store_keeps_what_was_ignored_and_reads_entries_that_are_older_than_it() -> None:
    entry = Entry(
        "c", "o", "m", datetime(2026, 11, 25, tzinfo=UTC), "POST", "/", "", 200, "team.create", None, None, (), (), b"",
        ignored_fields=("colour", "division.nme"),
    )  # fmt: skip
    assert Entry.decoded(entry.encoded()) == entry
    older = {name: value for name, value in json.loads(entry.encoded()).items() if name != "ignored_fields"}
    assert Entry.decoded(json.dumps(older).encode()) == replace(entry, ignored_fields=())
