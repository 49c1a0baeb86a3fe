"""The README is true: its commands exist, its example runs, its tables say what the code says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from mockgc import Settings, create_app
from mockgc.contract.documentation import switches_table
from mockgc.contract.model import Contract
from mockgc.pytest_plugin import TestOrganisation

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PACKAGE = "PureCloudPlatformClientV2"
PROGRAMS = ("mockgc", "migrator", "conformance")


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def program(name: str) -> click.Group:
    """A program's command line."""
    (entry,) = entry_points(group="console_scripts", name=name)
    loaded = entry.load()
    group = loaded if isinstance(loaded, click.Group) else getattr(import_module(entry.module), "cli", None)
    assert isinstance(group, click.Group), f"{entry.module} has no click group called `cli`"
    return group


def shown_commands() -> Iterator[list[str]]:
    """Each call of one of our programs in the README's shell blocks, as words."""
    for line in "\n".join(blocks("sh")).splitlines():
        for part in line.split("&&"):
            words = shlex.split(part, comments=True)
            if words and Path(words[0]).name in PROGRAMS:
                yield [Path(words[0]).name, *words[1:]]


def test_ci_runs_the_test_command_of_the_readme_and_nothing_else() -> None:
    command = next(block.strip() for block in blocks("sh") if "pytest" in block)
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    work = [line for line in script if line and not line.startswith(("#", "set ", "cd ", "export "))]
    assert work == [command]


@pytest.mark.parametrize("words", list(shown_commands()), ids=" ".join)
def test_each_command_in_the_readme_parses(words: list[str]) -> None:
    group = program(words[0])
    command = group.get_command(click.Context(group), words[1])
    assert command is not None, f"{words[0]} has no command {words[1]!r}"
    command.make_context(words[1], list(words[2:]), resilient_parsing=True)
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    own = words[2 : words.index("--")] if "--" in words else words[2:]
    assert [word for word in own if word.startswith("--") and word not in known] == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_command_is_in_the_readme(name: str) -> None:
    missing = [command for command in program(name).commands if f"{name} {command}" not in README]
    assert missing == []


def test_the_table_of_switches_is_what_the_code_declares() -> None:
    assert switches_table() in README


def test_every_control_route_is_in_the_readme() -> None:
    rules = {rule.rule for rule in create_app(Settings(seed=1)).url_map.iter_rules()}
    shown = {re.sub(r"<(?:\w+:)?(\w+)>", "{}", rule) for rule in rules}
    documented = {re.sub(r"\{\w+\}", "{}", path) for path in re.findall(r"/_mockgc/[\w/{}.-]*", README)}
    listed = {"/_mockgc/organisations/{}"}  # read of what creating answers
    assert shown - documented - listed == set()


def test_every_setting_is_in_the_readme() -> None:
    names = [f"MOCKGC_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if name not in README] == []


def test_each_feature_we_claim_names_a_test_that_is_there() -> None:
    told = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", (ROOT / "mockgc" / "README.md").read_text("utf-8"))
    assert len(told) > 20
    for path, name in told:
        assert f"def {name}" in (ROOT / path).read_text("utf-8"), f"{path} has no {name}"


@pytest.mark.parametrize("name", re.findall(r"^def (test_\w+)", "\n".join(blocks("python")), re.MULTILINE))
def test_the_pytest_examples_run(mockgc_organisation: TestOrganisation, name: str) -> None:
    namespace: dict[str, object] = {}
    exec(compile("\n".join(blocks("python")), "README.md", "exec"), namespace)
    test = namespace[name]
    assert callable(test)
    test(mockgc_organisation)


def test_the_example_of_the_official_sdk_runs(
    mockgc_served_organisation: TestOrganisation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    missing_service: Callable[[str], None],
) -> None:
    if find_spec(PACKAGE) is None:
        missing_service(f"the official SDK is not installed: pip install {PACKAGE}")
    served, sdk = mockgc_served_organisation, import_module(PACKAGE)
    monkeypatch.setattr(sdk.configuration, "host", "")
    (example,) = blocks("py")
    assert "http://127.0.0.1:8080" in example
    namespace = {"client_id": served.client_id, "client_secret": served.client_secret}
    exec(compile(example.replace("http://127.0.0.1:8080", served.base_url), "README.md", "exec"), namespace)
    assert capsys.readouterr().out == "Home\n"


def test_the_call_that_points_the_javascript_sdk_here_is_the_one_that_is_tested() -> None:
    (shown,) = re.findall(r"`client\.setGateway\(\{(.*?)\}\)`", README)
    script = (ROOT / "tests" / "clients" / "official_javascript_sdk.js").read_text("utf-8")
    (used,) = re.findall(r"client\.setGateway\(\{(.*?)\}\);", script)
    assert re.findall(r"(\w+): ", shown) == re.findall(r"(\w+): ", used)


def test_the_published_operations_are_as_many_as_the_readme_says() -> None:
    assert f"Paths outside these {len(Contract.bundled().entries)} operations" in README


def test_the_changelog_names_the_version() -> None:
    version = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    assert f"## {version[1]}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
