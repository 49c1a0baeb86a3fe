"""Compiled files: the same bytes for the same facts, one line each, and back again without loss."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc.contract.codec import INDEX, encode
from mockgc.contract.compiler import Given, read_sources, write
from mockgc.contract.errors import ContractError, SourceError
from mockgc.contract.merge import merge
from tests.mockgc.contract.documents import DOCUMENTS, JSON, SMALL, compiled, facts_of, shuffled, small


@given(DOCUMENTS)
def test_what_is_compiled_is_read_back_whole(document: JSON) -> None:
    facts = facts_of(document)
    with compiled(facts) as contract:
        assert contract.facts() == facts


@given(DOCUMENTS, st.integers())
def test_the_bytes_do_not_depend_on_the_order_of_keys(document: JSON, seed: int) -> None:
    assert encode(facts_of(shuffled(document, random.Random(seed)))) == encode(facts_of(document))


@given(DOCUMENTS)
def test_each_operation_and_definition_is_one_line_of_one_file(document: JSON) -> None:
    facts = facts_of(document)
    files = {name: text for name, text in encode(facts).items() if name != INDEX}
    for name in (*(operation.id for operation in facts.operations.values()), *facts.definitions):
        start = json.dumps(name, ensure_ascii=False) + ":"
        assert sum(line.startswith(start) for text in files.values() for line in text.splitlines()) == 1


def test_recompiling_gives_the_same_bytes_in_another_place_and_over_an_older_contract(tmp_path: Path) -> None:
    older = small()
    older["paths"]["/gone"] = {"get": {"tags": ["Gone"], "responses": {}}}
    write(facts_of(older), tmp_path / "one")
    assert (tmp_path / "one" / "gone.json").exists()
    for folder in ("one", "two"):
        write(read_sources([str(SMALL)]), tmp_path / folder)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_provenance_is_in_every_file_and_names_no_place(tmp_path: Path) -> None:
    write(read_sources([f"{SMALL}@2026-07"]), tmp_path)
    for path in tmp_path.iterdir():
        text = path.read_text("utf-8")
        (source,) = json.loads(text)["sources"]
        assert (source["kind"], source["title"], source["version"]) == ("document", "Lending desk", "3")
        assert (source["date"], len(source["sha256"])) == ("2026-07", 64)
        assert str(SMALL.parent) not in text


def test_a_source_without_a_date_gets_none(tmp_path: Path) -> None:
    write(read_sources([str(SMALL)]), tmp_path)
    assert json.loads((tmp_path / INDEX).read_text("utf-8"))["sources"][0]["date"] is None


def test_an_at_sign_in_a_file_name_is_not_a_date(tmp_path: Path) -> None:
    file = tmp_path / "swagger.json@2026-07"
    file.write_bytes(SMALL.read_bytes())
    assert Given.parse(str(file)) == Given(str(file), None)


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    with pytest.raises(ContractError, match=r"thesis\.txt.*give an empty folder"):
        write(facts_of(small()), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_documents_split_by_tag_are_one_contract() -> None:
    whole = facts_of(small())
    parts = [small(), small()]
    del parts[0]["paths"]["/api/v2/desks/{deskId}"]
    del parts[1]["paths"]["/api/v2/desks/{deskId}/loans"]
    merged = merge([facts_of(part) for part in parts])
    assert merged.operations.keys() == whole.operations.keys()
    assert merged.definitions == whole.definitions


def test_documents_that_contradict_each_other_are_refused() -> None:
    other = small()
    other["definitions"]["Loan"]["required"].remove("reader")
    with pytest.raises(SourceError, match=r"definition Loan: .*mockgc contract diff"):
        merge([facts_of(small()), facts_of(other)])


def test_a_source_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(SourceError, match=r"nowhere\.json: No such file"):
        read_sources(["nowhere.json"])
