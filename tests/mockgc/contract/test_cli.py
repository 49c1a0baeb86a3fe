"""`mockgc contract compile | diff`: what is printed and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockgc.contract.cli import contract
from mockgc.contract.model import Contract
from tests.mockgc.contract.documents import SMALL, small


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(contract, list(map(str, words)))


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    document = small()
    document["definitions"]["Loan"]["properties"]["state"]["enum"].append("Lost")
    file = tmp_path / "newer.json"
    file.write_text(json.dumps(document), "utf-8")
    return file


def test_compile_writes_a_folder_and_says_what_it_weighs(tmp_path: Path) -> None:
    result = _run("compile", SMALL, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "4 operations, 8 definitions, 4 files, " in result.output
    assert Contract.load(tmp_path / "out").operation("getDesk").tag == "Desks"


def test_compile_refuses_a_bad_source_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"swagger": "1.2"}', "utf-8")
    result = _run("compile", tmp_path / "bad.json", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "bad.json: unknown version {'swagger': '1.2'}" in result.output
    assert not (tmp_path / "out").exists()


def test_no_difference_is_exit_code_0_between_a_file_and_what_it_compiles_to(tmp_path: Path) -> None:
    _run("compile", SMALL, "--out", tmp_path / "out")
    result = _run("diff", tmp_path / "out", SMALL)
    assert (result.exit_code, result.output) == (0, "")


def test_differences_are_exit_code_1_and_one_a_line(newer: Path) -> None:
    result = _run("diff", SMALL, newer)
    assert (result.exit_code, result.output) == (1, "+ enum Loan.state: Lost\n")


def test_differences_as_json(newer: Path) -> None:
    result = _run("diff", SMALL, newer, "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == [{"action": "added", "what": "enum", "where": "Loan.state", "name": "Lost"}]


def test_the_bundled_contract_can_be_compared() -> None:
    assert _run("diff", "bundled", "bundled").exit_code == 0


def test_a_source_that_cannot_be_read_is_exit_code_2() -> None:
    result = _run("diff", "nowhere.json", "bundled")
    assert result.exit_code == 2
    assert "nowhere.json: No such file" in result.output
