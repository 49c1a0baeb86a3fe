"""
`conformance rehearse | symptoms`: proof that a migration survives, and the conflicts that people meet.

Exit codes: 0 all invariants hold (or all symptoms reproduce), 1 one does not, 2 the rehearsal itself could not be held,
130 interrupted.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import click
import httpx
from rich.console import Console
from rich.markup import escape

from conformance import report
from conformance.emulator import running_emulator
from conformance.errors import ConformanceError
from conformance.explanation import print_essence, print_fact
from conformance.rehearse.story import Told, rehearse
from conformance.rehearse.subject import Subject, make_sample
from conformance.rehearse.terminal import TerminalTeller
from conformance.source import agents_of
from conformance.symptoms import CATALOGUE
from conformance.symptoms.scene import Played, Symptom, play
from conformance.symptoms.terminal import catalogue_table, print_played
from conformance.target import connect

HOLDS, FAILS, NOT_HELD, INTERRUPTED = 0, 1, 2, 130
AGENTS, SEED = 320, 7


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mockgc", prog_name="conformance")
def main() -> None:
    """
    Prove that a migration survives replay, concurrency, lost answers and crashes.

    \b
    conformance rehearse                    our migrator, on bundled data
    conformance rehearse -- ./migrate.sh    your own program, in any language
    conformance symptoms                    the conflicts people meet, each with its cause and its cure
    """


@main.command("rehearse")
@click.option("--agents", type=click.IntRange(1, 10_000), help=f"Agents of the sample source. [default: {AGENTS}]")
@click.option("--seed", default=SEED, show_default=True, help="Of the sample, the emulator's ids, and the faults.")
@click.option("--source", type=click.Path(path_type=Path), help="Folder of a Zendesk export, instead of a sample.")
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file of our migrator."
)
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write verdict and evidence here."
)
@click.option(
    "--time-limit", default=120.0, show_default=True, metavar="SECONDS", type=click.FloatRange(min=0.1),
    help="A run of the program that takes longer is ended.",
)  # fmt: skip
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Keep working folders and what programs print here; else only after a FAIL, in a temporary folder.",
)  # fmt: skip
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def rehearse_command(
    agents: int | None, seed: int, source: Path | None, mapping: Path | None, json_file: Path | None,
    time_limit: float, keep: Path | None, command: tuple[str, ...],
) -> None:  # fmt: skip
    """
    Rehearse a migration: run it, run it again, twice at once, with lost answers, 429s and kills; then judge it.

    COMMAND (after --) is any program. It finds GENESYS_BASE_URL, GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET and
    MIGRATION_SOURCE in its environment, runs in a fresh folder of its own (kept while it is started again), and exits 0
    when it believes that it is done. Words of COMMAND that name a file from here are made absolute. Without COMMAND our
    own migrator is rehearsed. The verdict comes from the commit log and the final state, never from its word.

    Exits 0 when every invariant holds, 1 when one does not, 2 when the rehearsal could not be held.
    """
    _refuse_contradictions(agents, source, mapping, command)
    _writable(json_file)
    folder, keeps = _working_folder(keep), keep is not None
    try:
        verdict = _rehearse(folder, agents or AGENTS, seed, source, mapping, json_file, time_limit, command)
        keeps |= verdict is report.Verdict.FAIL
    except (ConformanceError, httpx.TransportError, KeyboardInterrupt) as error:
        sys.exit(_not_held(error))
    finally:
        if not keeps:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(FAILS if verdict is report.Verdict.FAIL else HOLDS)


def _working_folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="conformance-"))
    if keep.exists() and any(keep.iterdir()):
        raise click.BadParameter(f"the folder {str(keep)!r} is not empty", param_hint="--keep")
    keep.mkdir(parents=True, exist_ok=True)
    return keep.absolute()


def _refuse_contradictions(
    agents: int | None, source: Path | None, mapping: Path | None, command: tuple[str, ...]
) -> None:  # fmt: skip
    if agents is not None and source is not None:
        raise click.UsageError("--agents is the size of a sample: give either --agents or --source")
    if mapping is not None and command:
        raise click.UsageError("--mapping is our migrator's: a COMMAND of your own reads its own")


def _rehearse(
    folder: Path, agents: int, seed: int, source: Path | None, mapping: Path | None, json_file: Path | None,
    time_limit: float, command: tuple[str, ...],
) -> report.Verdict:  # fmt: skip
    began, console = time.monotonic(), report.console()
    given = source or folder / "source"
    if source is not None:
        agents_of(source)  # what cannot be read is said before anything is started
    subject = Subject.of_command(command, Path.cwd()) if command else Subject.of_migrator(mapping)
    with TerminalTeller(console) as teller:
        teller.working("starting an emulator")
        with running_emulator(seed) as base_url:
            if source is None:
                teller.working("making a sample source")
                make_sample(given, agents, seed)
            what = f"{given}" if source else f"a sample Zendesk account of {agents} agents, seed {seed}"
            console.print(f"[bold]Rehearsal[/] with {escape(what)}, against an emulator at {base_url}", soft_wrap=True)
            told = rehearse(base_url, subject, given, folder / "trials", seed, time_limit, teller)
        teller.heading(3, "The verdict")
    if json_file is not None:
        report.write_json(json_file, told.invariants)
    _show(console, told, folder, time.monotonic() - began)
    return report.overall(told.invariants)


def _show(console: Console, told: Told, folder: Path, seconds: float) -> None:
    console.print(report.table(told.invariants))
    report.print_failures(console, told.invariants)
    if told.refusal:
        console.print(f"\n  The refusal it did not get over, explained ({told.refusal['contextId']}):")
        print_fact(console, "refused", told.refusal["summary"])
        print_essence(console, told.refusal)
    for number, line in enumerate(told.output):
        report.print_hanging(console, "\n  " if number == 0 else " " * 8, line)
    console.print(f"\n{report.conclusion(told.invariants, seconds)}")
    if report.overall(told.invariants) is report.Verdict.FAIL:
        console.print(f"What the program printed, and its working folders: {folder / 'trials'}", soft_wrap=True)


@main.command("symptoms")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--list", "only_list", is_flag=True, help="List the catalogue.")
@click.option("--seed", default=SEED, show_default=True, help="Of the emulator's ids.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path),
    help="Write transcripts, causes and cures here.",
)  # fmt: skip
def symptoms_command(names: tuple[str, ...], only_list: bool, seed: int, json_file: Path | None) -> None:
    """
    Reproduce the conflicts that people meet: the transcript, the cause as `explain` gives it, and the cure at work.

    Without NAME all of them. Exits 1 when one does not appear as the catalogue says, or its cure does not work.
    """
    console, chosen = report.console(), _chosen(names)
    if only_list:
        console.print(catalogue_table(chosen))
        return
    _writable(json_file)
    try:
        with running_emulator(seed) as base_url, connect(base_url) as http:
            played = [_played(console, symptom, http) for symptom in chosen]
    except (ConformanceError, httpx.TransportError, KeyboardInterrupt) as error:
        sys.exit(_not_held(error))
    good = sum(each.verdict == "pass" for each in played)
    verdict = report.Verdict.PASS if good == len(played) else report.Verdict.FAIL
    if json_file is not None:
        report.dump(json_file, {"verdict": str(verdict), "symptoms": [each.as_dict() for each in played]})
    style = report.STYLES[verdict]
    console.print(f"\n[{style}]{verdict.upper()}[/]  {good} of {len(played)} reproduced, explained and cured")
    sys.exit(HOLDS if verdict is report.Verdict.PASS else FAILS)


def _not_held(error: BaseException) -> int:
    """Say in one sentence why nothing was judged; gives the exit code."""
    if isinstance(error, KeyboardInterrupt):
        click.echo("conformance: interrupted; nothing was judged", err=True)
        return INTERRUPTED
    gone = f"the emulator does not answer any more ({error})" if isinstance(error, httpx.TransportError) else error
    click.echo(f"conformance: {gone}", err=True)
    return NOT_HELD


def _chosen(names: tuple[str, ...]) -> tuple[Symptom, ...]:
    known = {symptom.name: symptom for symptom in CATALOGUE}
    for name in names:
        if name not in known:
            raise click.BadParameter(f"{name!r} is not in the catalogue: {', '.join(known)}", param_hint="NAME")
    return tuple(known[name] for name in names) or CATALOGUE


def _played(console: Console, symptom: Symptom, http: httpx.Client) -> Played:
    played = play(symptom, http)
    print_played(console, played)
    return played


def _writable(json_file: Path | None) -> None:
    if json_file is not None and not json_file.parent.is_dir():
        raise click.BadParameter(f"the folder {str(json_file.parent)!r} does not exist", param_hint="--json")


if __name__ == "__main__":
    main()
