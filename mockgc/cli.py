"""`mockgc serve | explain | snapshot | contract | coverage`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from mockgc.behaviour.fields import ProfileRefused
from mockgc.contract.cli import contract
from mockgc.contract.coverage import coverage
from mockgc.contract.model import Contract
from mockgc.remote import Remote
from mockgc.resources import registry
from mockgc.serve import PortTaken, Served, serve, write_ready_file
from mockgc.settings import Settings
from mockgc.snapshot_cli import snapshot
from mockgc.store.base import DataFileMismatch, StoreUnavailable


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mockgc")
def main() -> None:
    """
    An emulator of the Genesys Cloud WFM endpoints that says why a request was refused.

    \b
    mockgc serve --seed 7                  start one; prints base URL, client id and secret
    mockgc explain CONTEXT_ID              why that request was refused, by whom, what to do next
    """


main.add_command(contract)
main.add_command(snapshot)


def _instant(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not an instant such as 2026-11-30T08:00:00Z") from None
    if moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no offset; write for example {value}Z")
    return moment


def _data(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and "://" not in value and Path(value).is_dir():
        raise click.BadParameter(f"{value!r} is a folder")
    return value


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port.")
@click.option(
    "--notifications-port", type=click.IntRange(0, 65535),
    help="Where WebSockets of notification channels connect. A free port when not given, or 0.",
)  # fmt: skip
@click.option("--seed", type=int, help="Ids, secrets and tokens derive from it; random when not given.")
@click.option("--freeze", metavar="TIME", callback=_instant, help="Stand the clock still, e.g. 2026-11-30T08:00:00Z.")
@click.option(
    "--data", metavar="FILE.db|URL", callback=_data,
    help="Keep all state in this SQLite file, or on a server: postgresql://user@host/database, whose password is better"
    " in MOCKGC_DATA or PGPASSWORD. It survives a restart and a kill. In memory when not given.",
)  # fmt: skip
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; needs --data.")
@click.option(
    "--strict",
    is_flag=True,
    help="Refuse operations at level shape (501; see `mockgc coverage`) and unknown fields (400).",
)
@click.option("--no-quotas", is_flag=True, help="Count no requests; the published quotas hold by default.")
@click.option(
    "--profile", metavar="NAME|FILE.yaml",
    help="How organisations behave: calm, strict, monday-0600, year-end, flaky-network, or a file of your own.",
)  # fmt: skip
@click.option("--quiet", is_flag=True, help="Print nothing; use with --ready-file.")
@click.option(
    "--ready-file", type=click.Path(dir_okay=False, path_type=Path),
    help="Write baseUrl, organisationId, clientId, clientSecret here (JSON, mode 0600) once it answers.",
)  # fmt: skip
def serve_command(
    host: str, port: int, notifications_port: int | None, seed: int | None, freeze: datetime | None,
    data: str | None, workers: int, strict: bool, no_quotas: bool, profile: str | None,
    quiet: bool, ready_file: Path | None,
) -> None:  # fmt: skip
    """
    Serve an emulator until Ctrl-C.

    One organisation is ready with one client. MOCKGC_CLIENT_ID and MOCKGC_CLIENT_SECRET fix its credentials; otherwise
    they are made up and printed. An address other than this machine's asks for an admin token in the control API:
    MOCKGC_ADMIN_TOKEN, else one is made up and printed. With --seed and --freeze the same requests give byte-identical
    answers, those that name a channel's connectUri with --notifications-port besides.
    """
    options = {"seed": seed, "freeze": freeze, "data": data, "strict": strict or None, "conduct": profile}
    options["notifications_port"] = notifications_port
    if no_quotas:
        options["quotas"] = False
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if ready_file is not None and not ready_file.parent.is_dir():
        raise click.BadParameter(f"the folder {str(ready_file.parent)!r} does not exist", param_hint="--ready-file")

    def ready(served: Served) -> None:
        if ready_file is not None:
            write_ready_file(ready_file, served)
        if not quiet:
            click.echo(_greeting(served, settings))

    try:
        settings = Settings(**given)
        if workers > 1 and settings.data is None:
            message = "state in memory is not shared between processes: give --data FILE.db or --data postgresql://…"
            raise click.BadParameter(message, param_hint="--workers")
        serve(settings, host, port, ready, workers)
    except (PortTaken, DataFileMismatch, StoreUnavailable, ProfileRefused) as error:
        raise click.ClickException(str(error)) from None
    except ValidationError as error:
        lines = [
            f"MOCKGC_{str(e['loc'][0]).upper()}: {_said(e['msg'])}" if e["loc"] else _said(e["msg"])
            for e in error.errors(include_input=False)
        ]
        raise click.ClickException("; ".join(lines)) from None


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def _greeting(served: Served, settings: Settings) -> str:
    admin = f"  admin token    {served.admin_token}  (asked for under /_mockgc; set it as MOCKGC_ADMIN_TOKEN)\n"
    return (
        f"mockgc is ready at {served.base_url}  (Ctrl-C stops it)\n"
        f"  client id      {served.credentials.client_id}\n"
        f"  client secret  {served.credentials.client_secret}\n"
        f"{admin if served.admin_token else ''}"
        f"  behaves        {_conduct(settings)}\n"
        f"  console        {served.base_url}/_mockgc/\n"
        f"  contract       {served.base_url}/_mockgc/openapi.json\n"
        f"  why refused?   mockgc explain CONTEXT_ID --url {served.base_url}"
    )


def _conduct(settings: Settings) -> str:
    if settings.conduct is not None:
        return f"as {settings.conduct}" + ("" if settings.quotas else ", without quotas")
    return "with the published request quotas (--no-quotas lifts them)" if settings.quotas else "without quotas"


@main.command("explain")
@click.argument("context_id")
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Base URL of the emulator.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
def explain_command(context_id: str, url: str, as_json: bool) -> None:
    """
    Explain a request by its correlation id.

    CONTEXT_ID is `contextId` of the error body, which is also the ININ-Correlation-Id header of the answer. For an
    asynchronous operation that ended in Error its `operationId` does as well.
    """
    found = Remote.at(url).json("GET", "explain", context_id)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else found["text"])


@main.command("coverage")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--markdown", is_flag=True, help="The whole table, one row an operation.")
def coverage_command(names: tuple[str, ...], markdown: bool) -> None:
    """
    Say for each published operation how far it is emulated, how sure we are, and which tests show it.

    Counts without NAMEs; else all that is known of the operations whose id holds a NAME, such as `workplan`.
    """
    table = coverage(Contract.bundled(), registry())
    if not names:
        click.echo(table.markdown() if markdown else table.summary())
        return
    rows = table.named(names)
    if not rows:
        raise click.ClickException(f"no published operation has {' or '.join(names)} in its id")
    click.echo("\n\n".join(row.text() for row in rows))


if __name__ == "__main__":
    main()
