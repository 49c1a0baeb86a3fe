"""`mockgc contract compile | diff`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mockgc.contract.codec import INDEX
from mockgc.contract.compiler import read_sources, write
from mockgc.contract.diff import diff
from mockgc.contract.errors import ContractError
from mockgc.contract.facts import Facts
from mockgc.contract.model import Contract

BUNDLED = "bundled"
DATA = Path(__file__).parent / "data"


class Trouble(click.ClickException):
    """Exit code 2, as of diff(1): 1 means that there are differences."""

    exit_code = 2


@click.group("contract")
def contract() -> None:
    """
    The published interface as data: compile it, compare releases.

    \b
    mockgc contract compile swagger.json --out DIR    a Swagger 2 or OpenAPI 3 file -> compiled files
    mockgc contract diff bundled swagger.json         what that file changes against the bundled contract
    """


@contract.command("compile")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=DATA, show_default="the bundled contract",
    help="Folder for the compiled files; empty, or compiled before.",
)  # fmt: skip
@click.option(
    "--sdk-under", multiple=True, metavar="PREFIX", help="Take new operations of an SDK only below this path."
)
def compile_command(sources: tuple[str, ...], out: Path, sdk_under: tuple[str, ...]) -> None:
    """
    Compile SOURCEs into one contract: names, types, enums, statuses, codes, permissions; no prose.

    A SOURCE is a Swagger 2.0 or OpenAPI 3 file (JSON), the word `sdk` (the installed PureCloudPlatformClientV2), or the
    folder of that package. Documents say more, so an SDK only adds to them. `SOURCE@2026-07` records the source's date.
    """
    try:
        facts = read_sources(list(sources), sdk_under)
        sizes = write(facts, out)
    except (ContractError, OSError) as error:
        raise Trouble(str(error)) from None
    counts = f"{len(facts.operations)} operations, {len(facts.definitions)} definitions"
    click.echo(f"{out}: {counts}, {len(sizes)} files, {sum(sizes.values()) / 1024:.0f} KiB")


@contract.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as a JSON list.")
def diff_command(old: str, new: str, as_json: bool) -> None:
    """
    Say what NEW changes against OLD: operations, parameters, fields, enums, codes, permissions.

    OLD and NEW are each a SOURCE as of `compile`, a compiled folder, or the word `bundled`. Exit code 0: no difference;
    1: differences, printed one a line (+ added, - removed, ~ changed); 2: a source cannot be read.
    """
    try:
        changes = diff(_facts(old), _facts(new))
    except ContractError as error:
        raise Trouble(str(error)) from None
    if as_json:
        click.echo(json.dumps([change.as_json() for change in changes], indent=2, ensure_ascii=False))
    else:
        for change in changes:
            click.echo(str(change))
    raise SystemExit(1 if changes else 0)


def _facts(word: str) -> Facts:
    if word == BUNDLED:
        return Contract.bundled().facts()
    if (Path(word) / INDEX).is_file():
        return Contract.load(Path(word)).facts()
    return read_sources([word])
