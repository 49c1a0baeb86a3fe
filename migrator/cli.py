"""
The command line: `sample`, `plan`, `apply`, `report`. Composition root: the only place that knows real time and files.

Exit codes, the same for all commands: 0 converged (or nothing to do), 1 a bug, 2 changes (plan only), 3 partial: a row
failed or met a conflict, 4 a decision is needed, 7 another run holds the journal, 8 preflight failed: nothing was
written, 64 the command line or an input file is wrong, 130 interrupted.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from migrator import diff, plan, report, terminal
from migrator.apply import ApplySettings, Planned, apply, plan_live
from migrator.batch import BATCH_SIZE
from migrator.clock import system_clock, system_sleep
from migrator.config import BASE_URL, SOURCE, Connection, checked_url, connection
from migrator.desired import Desires
from migrator.errors import (
    CredentialsRefused,
    InputError,
    JournalLocked,
    MigratorError,
    PlanUnreadable,
    PreflightFailed,
    TargetUnavailable,
)
from migrator.journal import Journal, JournalFile, free_journal
from migrator.targets.session import Limits
from migrator.targets.wfm_dialect import IMPORT_AGENTS_MAX, Target

CHANGES, DECISION_NEEDED, LOCKED, PREFLIGHT, USAGE, INTERRUPTED = 2, 4, 7, 8, 64, 130
EXIT_CODES: dict[type[MigratorError], int] = {
    JournalLocked: LOCKED,
    PreflightFailed: PREFLIGHT,
    CredentialsRefused: PREFLIGHT,
    TargetUnavailable: PREFLIGHT,
    InputError: USAGE,
}
_FILE = click.Path(dir_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Options:
    """What plan and apply have in common."""

    source: Path | None
    mapping: Path | None
    target: str | None
    credentials: Path | None
    timeout_s: float
    requests_per_minute: int | None
    attempts_max: int
    verbose: bool

    def connection(self, planned_target: str | None = None) -> Connection:
        """The target of the command line, of the environment, or of a plan; they must not disagree."""
        named = self.target or os.environ.get(BASE_URL)
        if named and planned_target and checked_url(named) != planned_target:
            raise PlanUnreadable(f"this plan was made against {planned_target}, not {checked_url(named)}; plan again")
        return connection(
            os.environ, target=named or planned_target, credentials_file=self.credentials, timeout_s=self.timeout_s
        )

    def open_target(self, planned_target: str | None = None) -> Target:
        """A target with real time, real chance and the network."""
        to = self.connection(planned_target)
        return Target(
            to.client_factory(),
            to.credentials,
            clock=system_clock(),
            sleep=system_sleep,
            randomness=random.random,
            limits=Limits(attempts_max=self.attempts_max, requests_per_minute=self.requests_per_minute),
        )

    def desires(self) -> tuple[Desires, frozenset[str]]:
        """What the source wants, through the mapping; and what the mapping lets us adopt."""
        from migrator import mapping, sources  # noqa: PLC0415 (the reading side is not needed to apply a plan file)

        if self.source is None:
            raise InputError(f"no source: give --source DIR or set {SOURCE}")
        rules = mapping.load(self.mapping)
        return mapping.desire(sources.load(self.source), rules), frozenset(rules.adopt)


def connection_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options of every command that talks to a target; they arrive as one `Options`."""

    def with_options(**given: Any) -> None:
        names = Options.__slots__
        command(options=Options(**{name: given.pop(name) for name in names}), **given)

    with_options.__doc__, with_options.__name__ = command.__doc__, command.__name__
    with_options.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option("--verbose", is_flag=True, help="List every row."),
        click.option("--rate", "requests_per_minute", type=click.IntRange(min=1), help="Requests a minute, at most."),
        click.option("--attempts", "attempts_max", type=click.IntRange(1, 20), default=8, show_default=True,
                     help="Tries before giving up is the outcome."),
        click.option("--timeout", "timeout_s", type=click.FloatRange(min=0.1), default=30.0, show_default=True,
                     help="Seconds to wait for an answer."),
        click.option("--credentials", type=_EXISTING,
                     help='JSON file {"clientId", "clientSecret"}; else GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET.'),
        click.option("--target", help=f"Base URL of the target; default: {BASE_URL}."),
        click.option("--mapping", type=_EXISTING, help="Mapping file (YAML); default: the bundled one."),
        click.option("--source", type=click.Path(exists=True, path_type=Path), envvar=SOURCE,
                     help=f"Folder of a Zendesk export; default: {SOURCE}."),
    ):  # fmt: skip
        with_options = option(with_options)
    return with_options


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mockgc", prog_name="migrator")
def cli() -> None:
    """Move agents, groups and weeks from Zendesk to Genesys Cloud WFM: plan first, then apply, as often as you like."""


@cli.command("sample")
@click.option("--agents", type=click.IntRange(min=1), default=320, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to.")
@click.option("--clean", is_flag=True, help="Without the mess of real accounts.")
def sample_command(agents: int, seed: int, out: Path, clean: bool) -> None:
    """Write a Zendesk account export to try things on."""
    from migrator import sample  # noqa: PLC0415 (Faker is slow to import and only this command needs it)

    sample.write(sample.generate(agents=agents, seed=seed, clean=clean), out)
    click.echo(f"Wrote a sample account of {agents} agents to {out}")


@cli.command("plan")
@connection_options
@click.option("--out", type=_FILE, help="Write the plan here, for `migrator apply`.")
@click.option("--last-applied", type=_EXISTING, help="An earlier plan: what was edited in the target since is kept.")
def plan_command(options: Options, out: Path | None, last_applied: Path | None) -> None:
    """Compare source and target and say what would be done; writes nothing to the target.

    Exits 0 when there is nothing to do, 2 when there are changes, 4 when a decision is needed.
    """
    planned = asyncio.run(_plan(options, last_applied))
    if out is not None:  # before the first line: a reader that hangs up must not cost the plan
        _write_plan(out, planned.plan)
    for line in terminal.plan_lines(planned.plan, is_verbose=options.verbose):
        click.echo(line)
    if out is not None:
        click.echo(f"Plan written to {out}")
    decided = DECISION_NEEDED if planned.plan.needs_decision else 0
    raise SystemExit(decided or (CHANGES if planned.plan.has_changes else 0))


def _write_plan(out: Path, made: plan.Plan) -> None:
    try:
        out.write_bytes(plan.dumps(made))
    except OSError as error:
        raise InputError(
            f"--out {out}: {error.strerror}; give a file in a folder that exists and can be written"
        ) from None


@cli.command("apply")
@connection_options
@click.argument("plan_file", metavar="[PLAN]", type=_EXISTING, required=False)
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option("--batch-size", type=click.IntRange(1, IMPORT_AGENTS_MAX), default=BATCH_SIZE, show_default=True,
              help="Agents a request, at most.")  # fmt: skip
@click.option(
    "--journal", "journal_file", type=_FILE, help="Default: the first free migrator-N.journal in this folder."
)
@click.option("--report", "report_file", type=_FILE, help="Write the report here as JSON.")
def apply_command(
    options: Options,
    plan_file: Path | None,
    workers: int,
    batch_size: int,
    journal_file: Path | None,
    report_file: Path | None,
) -> None:
    """Carry out a plan, or plan and carry out at once; may be repeated, and then changes nothing more.

    Exits 0 when the target is as planned, 3 when a row failed or met a conflict, 4 when only decisions are left.
    """
    stored = plan.loads(plan_file.read_bytes()) if plan_file else None
    if stored and options.mapping:
        raise click.UsageError("a plan says it all: give either PLAN or --source and --mapping")
    with _journal(journal_file) as journal:
        done = asyncio.run(_apply(options, stored, journal, ApplySettings(workers, batch_size)))
    for line in terminal.report_lines(done, is_verbose=options.verbose):
        click.echo(line)
    if report_file is not None:
        report_file.write_bytes(report.dumps(done))
    raise SystemExit(done.exit_code)


@cli.command("report")
@click.argument("report_file", type=_EXISTING)
@click.option("--verbose", is_flag=True, help="List every row.")
def report_command(report_file: Path, verbose: bool) -> None:
    """Show a report that `apply --report` has written; exits as that apply did."""
    shown = report.loads(report_file.read_bytes())
    for line in terminal.report_lines(shown, is_verbose=verbose):
        click.echo(line)
    raise SystemExit(shown.exit_code)


async def _plan(options: Options, last_applied: Path | None) -> Planned:
    desires, adopt = options.desires()
    before = diff.applied_by(plan.loads(last_applied.read_bytes())) if last_applied else None
    async with options.open_target() as target:
        return await plan_live(desires, target, last_applied=before, adopt=adopt)


async def _apply(
    options: Options, stored: plan.Plan | None, journal: Journal, settings: ApplySettings
) -> report.Report:  # fmt: skip
    desires = None if stored else options.desires()
    async with options.open_target(stored.target if stored else None) as target:
        planned = None if desires is None else await plan_live(desires[0], target, adopt=desires[1])
        chosen = planned.plan if planned else stored
        assert chosen is not None
        with terminal.Watch(len(chosen.changes)) as watch:
            return await apply(
                chosen,
                target=target,
                journal=journal,
                clock=system_clock(),
                settings=settings,
                current=planned.current if planned else None,
                progress=watch,
            )


@contextmanager
def _journal(path: Path | None) -> Iterator[JournalFile]:
    with JournalFile(path) if path is not None else free_journal(Path.cwd()) as journal:
        yield journal


def main() -> None:
    """Run the command line; ends the process with one of the documented exit codes."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; run it again to go on", err=True)
        sys.exit(INTERRUPTED)
    except MigratorError as error:
        click.echo(f"migrator: {error}", err=True)
        sys.exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))


if __name__ == "__main__":
    main()
