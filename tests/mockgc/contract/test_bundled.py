"""The contract that ships: how much it holds, that it holds facts alone, and that all of it can be used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from mockgc.contract.codec import encode
from mockgc.contract.json_schema import Use
from mockgc.contract.model import Contract
from mockgc.contract.schema_reader import LISTED, MAPPED, NESTED, PLAIN
from mockgc.contract.validate import Validator

PAGE = Path(__file__).parents[3] / "mockgc" / "contract" / "README.md"
WFM = "/api/v2/workforcemanagement/"
KEYWORDS = PLAIN | NESTED | LISTED | MAPPED | {"$ref", "required"}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.bundled()


def test_it_holds_every_operation_of_its_sources(contract: Contract) -> None:
    operations = contract.facts().operations.values()
    documented = [operation for operation in operations if operation.source == 0]
    assert [len(documented), sum(operation.path.startswith(WFM) for operation in documented)] == [567, 324]
    assert [len(operations), sum(operation.path.startswith(WFM) for operation in operations)] == [629, 386]


def test_it_holds_every_definition_of_its_sources(contract: Contract) -> None:
    definitions = contract.facts().definitions.values()
    assert [len(definitions), sum(definition.source == 0 for definition in definitions)] == [1181, 1060]


def test_its_sources_are_named_with_version_digest_and_date(contract: Contract) -> None:
    assert [(source.kind, source.version, source.date) for source in contract.sources] == [
        ("document", "v2", "2026-07"),
        ("sdk", "269.0.0", "2026-10"),
    ]
    assert all(re.fullmatch(r"[0-9a-f]{64}", source.sha256) for source in contract.sources)


def test_it_is_what_compiling_its_facts_gives(contract: Contract) -> None:
    data = files("mockgc.contract") / "data"
    assert {path.name: path.read_text("utf-8") for path in data.iterdir()} == encode(contract.facts())


def _strange_keywords(schema: Any) -> Iterator[str]:
    """Keywords of a schema, however deep, that are not facts; field names are not keywords."""
    if not isinstance(schema, dict):
        return
    yield from schema.keys() - KEYWORDS
    for name in NESTED & schema.keys():
        yield from _strange_keywords(schema[name])
    for name in LISTED & schema.keys():
        for part in schema[name]:
            yield from _strange_keywords(part)
    for name in MAPPED & schema.keys():
        for part in schema[name].values():
            yield from _strange_keywords(part)


def test_its_schemas_have_no_keyword_but_facts(contract: Contract) -> None:
    facts = contract.facts()
    schemas = [definition.schema for definition in facts.definitions.values()]
    for operation in facts.operations.values():
        schemas += [parameter.schema for parameter in operation.parameters]
        schemas += [answer.schema for answer in operation.answers if answer.schema is not None]
    assert {name for schema in schemas for name in _strange_keywords(schema)} == set()


def test_it_holds_no_sentence() -> None:
    """Names, codes and enum values have no two spaces in a row of words; a description would have."""
    text = "".join(path.read_text("utf-8") for path in (files("mockgc.contract") / "data").iterdir())
    assert re.findall(r'"[A-Za-z,\']+(?: [a-z,\']+){3,}[^"]*"', text) == []


def test_it_is_small_enough_to_review() -> None:
    """It weighs under 1 MB, in lines of which nine in ten are shorter than 1,500 characters."""
    texts = [path.read_text("utf-8") for path in (files("mockgc.contract") / "data").iterdir()]
    lines = sorted(len(line) for text in texts for line in text.splitlines())
    assert sum(map(len, texts)) < 1_000_000
    assert lines[len(lines) * 9 // 10] < 1_500


def test_the_page_of_the_package_counts_what_ships(contract: Contract) -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    facts = contract.facts()
    size = sum(len(path.read_bytes()) for path in (files("mockgc.contract") / "data").iterdir())
    assert f"{len(facts.operations)} operations and {len(facts.definitions):,} definitions" in page
    assert f"It weighs {size / 1024:.0f} KiB" in page


@pytest.mark.parametrize("use", ["request", "response"])
def test_every_definition_and_body_makes_a_validator(contract: Contract, use: Use) -> None:
    for name in contract.definition_names:
        Validator(*contract.resolved(name, use))
    for operation in contract.facts().operations.values():
        if operation.body is not None:
            Validator(*contract.resolved(operation.body.schema, use))


def test_the_codes_of_an_update_say_which_conflicts_it_knows(contract: Contract) -> None:
    update = contract.operation("patchWorkforcemanagementManagementunitWorkplan")
    codes = {answer.status: answer.codes for answer in update.refusals}
    assert codes[409] == ("request.conflict", "wfm.transaction.conflict")
    assert "wfm.entity.not.found" in codes[404]


def test_every_documented_wfm_operation_knows_a_conflict(contract: Contract) -> None:
    operations = [
        each for each in contract.facts().operations.values() if each.path.startswith(WFM) and not each.source
    ]
    silent = [each.id for each in operations if 409 not in {answer.status for answer in each.refusals}]
    assert silent == []


def test_wrappers_of_the_contract_are_known(contract: Contract) -> None:
    named = [name for name in contract.definition_names if re.match(r"(Value|List|Set)Wrapper", name)]
    assert named
    assert [name for name in named if contract.wrapper(name) is None] == []


def test_routing_reads_no_file_but_the_index() -> None:
    contract = Contract.bundled()
    assert len({(entry.method, entry.path) for entry in contract.entries.values()}) == 629
    assert contract.loaded == frozenset()
