"""Who may import whom. The rule lives in a test, because a rule without a test drifts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAMS = ("mockgc", "migrator", "conformance")

ALLOWED = {
    "mockgc.domain": {"mockgc.domain"},
    "mockgc.contract": {"mockgc.contract", "mockgc.domain"},
    "mockgc.resources": {"mockgc.resources", "mockgc.domain", "mockgc.contract"},
    "mockgc.store": {"mockgc.store", "mockgc.domain", "mockgc.clock", "mockgc.ids", "mockgc.journal"},
    "mockgc.explain": {
        "mockgc.domain",
        "mockgc.explanation",
        "mockgc.journal",
        "mockgc.sent_and_stored",
        "mockgc.store.base",
        "mockgc.timeline",
    },
    "mockgc.sent_and_stored": {"mockgc.domain", "mockgc.journal"},
    "mockgc.explanation": {"mockgc.domain"},
    "mockgc.timeline": {"mockgc.domain", "mockgc.journal"},
    "mockgc.console": {"mockgc.console"},
    "mockgc.notifications": {
        "mockgc.notifications",
        "mockgc.domain",
        "mockgc.contract",
        "mockgc.resources",
        "mockgc.store.base",
    },
    "mockgc.journal": {"mockgc.domain"},
    "mockgc.snapshots": {"mockgc.domain", "mockgc.store.base", "mockgc.store.addresses"},
    "mockgc.behaviour": {"mockgc.behaviour", "mockgc.domain", "mockgc.store.base"},
    "mockgc.wire": {
        "mockgc.wire",
        "mockgc.behaviour",
        "mockgc.domain",
        "mockgc.contract",
        "mockgc.journal",
        "mockgc.store.base",
    },
}
"""Within the emulator: a package and what of the emulator it may import."""

FORBIDDEN = {
    "mockgc.domain": {
        "flask",
        "werkzeug",
        "orjson",
        "httpx",
        "jsonschema_rs",
        "pydantic",
        "threading",
        "random",
        "time",
    },
    "mockgc.behaviour": {"flask", "werkzeug", "httpx", "random", "time"},
    "mockgc.notifications.events": {"asyncio", "threading", "websockets", "mockgc.store"},
    "mockgc.notifications.schedule_changes": {"asyncio", "threading", "websockets", "mockgc.store"},
    "mockgc.notifications.past": {"asyncio", "threading", "websockets", "mockgc.store"},
    "mockgc.notifications.feed": {"asyncio", "threading", "websockets", "mockgc.store"},
    "mockgc.notifications.protocol": {"asyncio", "threading", "websockets", "mockgc.store"},
    "migrator.plan": {"httpx", "asyncio"},
    "migrator.diff": {"httpx", "asyncio"},
    "migrator.matching": {"httpx", "asyncio"},
    "migrator.canonical": {"httpx", "asyncio"},
    "migrator.current": {"httpx", "asyncio"},
    "migrator.conflict": {"httpx", "asyncio"},
    "migrator.report": {"httpx", "asyncio"},
    "migrator.batch": {"httpx", "asyncio"},
    "migrator.mapping": {"httpx", "asyncio"},
    "migrator.records": {"httpx", "asyncio"},
    "migrator.desired": {"httpx", "asyncio"},
    "conformance.checkers": {"httpx", "asyncio"},
    "conformance.model": {"httpx", "asyncio"},
    "conformance.faults": {"httpx", "asyncio"},
    "conformance.rules": {"httpx", "asyncio"},
}
"""What a pure package may not even touch."""


def modules(program: str) -> Iterator[tuple[str, set[str]]]:
    """(module, what it imports) of one program."""
    for path in sorted((ROOT / program).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, set(imported(ast.parse(path.read_text("utf-8"))))


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_three_programs_do_not_import_each_other(program: str) -> None:
    others = [other for other in PROGRAMS if other != program]
    found = [
        f"{module} imports {name}"
        for module, names in modules(program)
        for name in names
        if any(within(name, other) for other in others) or within(name, "tests")
    ]
    assert found == []


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_flow_in_one_direction(package: str) -> None:
    found = [
        f"{module} imports {name}"
        for module, names in modules("mockgc")
        if within(module, package)
        for name in names
        if within(name, "mockgc") and not any(within(name, allowed) for allowed in ALLOWED[package])
    ]
    assert found == []


@pytest.mark.parametrize("package", FORBIDDEN)
def test_the_pure_core_stays_pure(package: str) -> None:
    found = [
        f"{module} imports {name}"
        for module, names in modules(package.partition(".")[0])
        if within(module, package)
        for name in names
        if any(within(name, forbidden) for forbidden in FORBIDDEN[package])
    ]
    assert found == []


def test_only_the_edges_import_flask() -> None:
    edges = ("mockgc.app", "mockgc.control", "mockgc.console", "mockgc.serve", "mockgc.pytest_plugin")
    found = [
        module
        for module, names in modules("mockgc")
        if any(within(name, "flask") for name in names) and not any(within(module, edge) for edge in edges)
    ]
    assert found == []


def test_a_forbidden_import_would_be_seen() -> None:
    tree = ast.parse("def f():\n    from flask import Flask\n    import orjson.x\n")
    assert set(imported(tree)) == {"flask", "orjson.x"}
