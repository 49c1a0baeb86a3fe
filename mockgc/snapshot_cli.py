"""`mockgc snapshot …`: save, list, load, compare, and move an organisation's state."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mockgc.remote import JSON, Remote

Command = Callable[..., Any]
_NOW = "the present state"


def _target(command: Command) -> Command:
    command = click.option(
        "--organisation", metavar="NAME|ID", help="Which organisation; the first one when not given."
    )(command)
    return click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Base URL of the emulator.")(
        command
    )


@click.group("snapshot")
def snapshot() -> None:
    """
    Save, load, compare and move the state of an organisation.

    \b
    mockgc snapshot save monday            keep the present state under a name
    mockgc snapshot load monday            go back to it; ids given out since are not given out again
    mockgc snapshot diff monday            what changed since
    mockgc snapshot export state.ndjson    the present state as a readable file
    mockgc snapshot import state.ndjson monday

    An emulator that asks for an admin token gets it from MOCKGC_ADMIN_TOKEN.
    """


@snapshot.command("save")
@click.argument("name")
@_target
def save(name: str, url: str, organisation: str | None) -> None:
    """Keep the present state under NAME; what was kept under it is replaced."""
    remote = Remote.at(url)
    remote.json("PUT", "organisations", remote.organisation(organisation), "baselines", name)
    click.echo(f"saved {name}")


@snapshot.command("list")
@_target
def list_(url: str, organisation: str | None) -> None:
    """List what is kept; `empty` is always there."""
    remote = Remote.at(url)
    for kept in remote.json("GET", "organisations", remote.organisation(organisation), "baselines")["entities"]:
        click.echo(kept["name"])


@snapshot.command("load")
@click.argument("name")
@_target
def load(name: str, url: str, organisation: str | None) -> None:
    """Go back to NAME: entities, switches, faults and quotas; journal and commit log begin anew."""
    remote = Remote.at(url)
    where = ("organisations", remote.organisation(organisation), "reset")
    remote.json("POST", *where, body=json.dumps({"baseline": name}).encode())
    click.echo(f"loaded {name}")


@snapshot.command("drop")
@click.argument("name")
@_target
def drop(name: str, url: str, organisation: str | None) -> None:
    """Forget NAME."""
    remote = Remote.at(url)
    remote.ask("DELETE", "organisations", remote.organisation(organisation), "baselines", name)
    click.echo(f"dropped {name}")


@snapshot.command("diff")
@click.argument("before")
@click.argument("after", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@_target
def diff(before: str, after: str | None, as_json: bool, url: str, organisation: str | None) -> None:
    """
    Say what differs from BEFORE to AFTER, or to the present state.

    Exit code 1 when anything does, 2 when they cannot be compared.
    """
    remote = Remote.at(url)
    query = {"from": before, **({"to": after} if after else {})}
    try:
        found = remote.json("GET", "organisations", remote.organisation(organisation), "differences", query=query)
    except click.ClickException as error:
        error.show()
        raise SystemExit(2) from None
    told = json.dumps(found, indent=2, ensure_ascii=False)
    click.echo(told if as_json else _told(found["entities"], before, after or _NOW))
    raise SystemExit(1 if found["entities"] else 0)


def _told(entities: list[JSON], before: str, after: str) -> str:
    if not entities:
        return f"{before} and {after} are equal"
    lines = []
    for entity in entities:
        lines.append(f"{entity['what']:8} {entity['kind']} {entity['label'] or ''} {entity['id']}".replace("  ", " "))
        lines += [f"           {f['field']}: {f['before']!r} -> {f['after']!r}" for f in entity["fields"]]
    return "\n".join(lines)


@snapshot.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", help="What is kept under this name; the present state when not given.")
@_target
def export(file: Path, name: str | None, url: str, organisation: str | None) -> None:
    """Write a state to FILE as NDJSON: one header line, then one line an entity."""
    remote = Remote.at(url)
    where = ("baselines", name) if name else ("snapshot",)
    data = remote.ask("GET", "organisations", remote.organisation(organisation), *where)
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_bytes(data)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise click.ClickException(f"FILE {file.name} cannot be written: {error.strerror}") from None
    entities = len(data.splitlines()) - 1
    click.echo(f"wrote {file.name}: {entities} entities")


@snapshot.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("name")
@_target
def import_(file: Path, name: str, url: str, organisation: str | None) -> None:
    """Keep the state in FILE under NAME; `load` goes to it. A file with a fault is refused as a whole."""
    remote = Remote.at(url)
    where = ("organisations", remote.organisation(organisation), "baselines", name)
    remote.json("PUT", *where, body=file.read_bytes())
    click.echo(f"imported {name}; go to it with: mockgc snapshot load {name}")
