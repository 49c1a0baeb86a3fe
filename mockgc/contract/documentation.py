"""The documentation page of a family of resources, from the registry alone: kinds, operations, refusals, sources."""

from __future__ import annotations

from collections.abc import Iterator

from mockgc.domain.errors import ErrorCode
from mockgc.domain.resource import Resource
from mockgc.domain.switches import CHOICES


def page(title: str, introduction: str, resources: tuple[Resource, ...]) -> str:
    """Markdown; a test holds the committed page against it."""
    return "\n".join(_lines(title, introduction, resources)) + "\n"


def _lines(title: str, introduction: str, resources: tuple[Resource, ...]) -> Iterator[str]:
    yield from (f"# {title}", "", introduction, "", "Made from the registry; do not edit.", "", "## Kinds", "")
    yield "| kind | path | unique | refers to | filters |"
    yield "| --- | --- | --- | --- | --- |"
    yield from map(_kind_row, resources)
    yield from ("", "## Operations", "", "| operation | does | answers | refuses with |", "| --- | --- | --- | --- |")
    for resource in resources:
        yield from _operation_rows(resource)
    yield from (
        "",
        "## Refusals",
        "",
        "| code | status | rule | source | next step |",
        "| --- | --- | --- | --- | --- |",
    )
    yield from map(_code_row, _codes(resources))
    yield from ("", "## Switches", "", switches_table())


def switches_table() -> str:
    """Each switch with its values and what it decides."""
    rows = ["| switch | values, the default first | decides |", "| --- | --- | --- |"]
    for name, choice in CHOICES.items():
        rows.append(f"| `{name}` | {choice.spelled(' · ', '`')} | {choice.decides} |")
    return "\n".join(rows)


def _kind_row(resource: Resource) -> str:
    unique = [f"{key.field} per {key.scope}" for key in resource.unique]
    unique += [" + ".join(key.fields) for key in resource.composite]
    references = [f"{reference.at} -> {reference.to}" for reference in resource.references]
    filters = [filtered.field for filtered in resource.filters]
    cells = (resource.title, f"`{resource.path}`", ", ".join(unique), ", ".join(references), ", ".join(filters))
    return f"| {' | '.join(cells)} |"


def _operation_rows(resource: Resource) -> Iterator[str]:
    common = {401, 403, 429}
    for operation in resource.operations:
        refusals = ", ".join(f"`{code.code}`" for code in operation.refusals if code.status not in common)
        answers = ", ".join(str(status) for status in operation.answers)
        yield f"| `{operation.method} {operation.path}` | {operation.summary} | {answers} | {refusals} |"


def _codes(resources: tuple[Resource, ...]) -> list[ErrorCode]:
    found = {code.code: code for r in resources for operation in r.operations for code in operation.refusals}
    return sorted(found.values(), key=lambda code: (code.status, code.code))


def _code_row(code: ErrorCode) -> str:
    return f"| `{code.code}` | {code.status} | {code.rule} | {code.source} | {code.next_step} |"
