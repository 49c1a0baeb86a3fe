"""Snapshots: a file holds a state whole, says what is wrong with it, and the command line moves it about."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from mockgc.cli import main
from mockgc.resources import registry
from mockgc.snapshots import SnapshotRefused, decoded, encoded
from mockgc.store.base import Snapshot
from tests.mockgc.caller import MONDAY, Caller, emulator, shift

RESOURCES = {resource.kind: resource for resource in registry()}
Lines = list[dict[str, Any]]


def populated(caller: Caller) -> Caller:
    """Two users, a template, a group, an imported week."""
    users = [caller.user(name, externalId=f"zendesk:{name}") for name in ("Ada", "Bo")]
    template = caller.template()
    group = caller.group(template, users)
    week = {"groupId": group["id"], "scheduleTemplateId": template["id"], "weekDate": MONDAY}
    agents = [{"userId": user["id"], "shifts": [shift()]} for user in users]
    answer = caller.ask("POST", "schedules", {**week, "version": template["version"], "agents": agents})
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return caller


def exported(caller: Caller) -> bytes:
    answer = caller.ask("GET", f"/_mockgc/organisations/{caller.organisation.id}/snapshot")
    assert answer.content_type == "application/x-ndjson"
    return answer.get_data()


def imported(caller: Caller, data: bytes, name: str = "moved") -> Any:
    path = f"/_mockgc/organisations/{caller.organisation.id}/baselines/{name}"
    return caller.http.put(path, data=data, content_type="application/x-ndjson")


def test_a_state_moves_to_another_emulator_and_goes_on_there() -> None:
    here, there = populated(Caller()), Caller(emulator(seed=99))
    data = exported(here)
    assert imported(there, data).status_code == 201
    assert there.control("baselines")["entities"] == [{"name": "empty"}, {"name": "moved"}]
    assert there.ask("POST", f"/_mockgc/organisations/{there.organisation.id}/reset", {"baseline": "moved"}).json
    assert there.state()[0] == here.state()[0]
    assert exported(there) == data
    taken = there.ask("POST", "users", {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"})
    assert taken.status_code == 409


def test_the_file_is_readable_and_stamped_with_its_version() -> None:
    caller = populated(Caller())
    caller.switch(equal_create="return_existing")
    header, *rows = map(json.loads, exported(caller).splitlines())
    assert (header["format"], header["version"], header["rows"]) == ("mockgc-snapshot", 1, len(rows))
    assert header["switches"]["equal_create"] == "return_existing"
    ada = next(row for row in rows if row["kind"] == "user" and row["entity"]["name"] == "Ada")
    assert (ada["id"], ada["version"]) == (ada["entity"]["id"], 1)


def test_it_holds_no_secret() -> None:
    caller = populated(Caller())
    data = exported(caller).decode()
    assert caller.organisation.client_secret not in data
    assert caller.headers["Authorization"].removeprefix("Bearer ") not in data


def spoilt(change: Callable[[Lines], None]) -> bytes:
    lines = [json.loads(line) for line in exported(populated(Caller())).splitlines()]
    change(lines)
    return b"\n".join(json.dumps(line).encode() for line in lines) + b"\n"


def renamed(line: dict[str, Any], other: str) -> None:
    """The line of an entity with another id."""
    line["id"] = line["entity"]["id"] = other


def users_of(lines: Lines) -> Lines:
    return [line for line in lines if line.get("kind") == "user"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[0].update(version=2), "line 1: version 2 of the file; this mockgc reads 1"),
        (lambda lines: lines[0].update(format="tar"), "line 1: format 'tar' is not 'mockgc-snapshot'"),
        (lambda lines: lines[0].pop("entities"), "line 1: entities is missing"),
        (lambda lines: lines[0].update(entities=-1), "line 1: entities -1 is not from 0 to 140737488355328"),
        (lambda lines: lines[0].update(entities=2**62), "is not from 0 to 140737488355328"),
        (lambda lines: lines[-1].update(version=2**63), "is not a whole number from 1 to 4611686018427387904"),
        (lambda lines: users_of(lines)[0]["entity"].update(id="other"), "entity.id 'other' is not the line's id"),
        (
            lambda lines: users_of(lines)[0]["entity"].update(email=5),
            "entity has a field that no user has in this form",
        ),
        (
            lambda lines: lines[0].update(settings={"colour": 1}),
            "line 1: settings.colour is no setting; known is conduct",
        ),
        (lambda lines: lines[0].update(settings={"conduct": 1}), "line 1: settings.conduct cannot be used: "),
        (
            lambda lines: lines[0].update(
                settings={"conduct": {"rules": [{"name": "x"}], "quotas": {}, "profile": None}}
            ),
            "line 1: settings.conduct cannot be used: [0]: lacks 'effect'",
        ),
        (lambda lines: lines[0].update(switches={"zone_fit": "no"}), "line 1: switch 'zone_fit' takes offsets | exact"),
        (lambda lines: lines.pop(), "was the file cut off?"),
        (lambda lines: lines[-1].update(kind="unicorn"), "kind 'unicorn' is unknown to this mockgc"),
        (lambda lines: lines[-1].update(version=0), "version 0 is not a whole number from 1 to"),
        (lambda lines: lines[-1].update(colour="red"), "'colour' is no field here; the fields are entity, id, kind"),
        (lambda lines: lines[-1].update(entity=[]), "entity is not a JSON object"),
        (lambda lines: lines[-1].update(id=7), "id 7 is not a string"),
        (lambda lines: renamed(users_of(lines)[1], users_of(lines)[0]["id"]), "is there again in line"),
        (
            lambda lines: users_of(lines)[1]["entity"].update(externalId="zendesk:Ada"),
            "externalId 'zendesk:Ada' is taken in line",
        ),
        (lambda lines: renamed(users_of(lines)[0], "gone"), "refers to user"),
    ],
)
def test_a_spoilt_file_is_refused_as_a_whole_with_its_line(change: Callable[[Lines], None], message: str) -> None:
    caller = Caller()
    answer = imported(caller, spoilt(change))
    assert answer.status_code == 400
    assert message in answer.get_json()["message"]
    assert answer.get_json()["message"].startswith("line ")
    assert caller.control("baselines")["entities"] == [{"name": "empty"}]


@given(data=st.data())
def test_a_file_with_bytes_cut_out_is_refused_or_whole(data: st.DataObject) -> None:
    whole = FILE
    start = data.draw(st.integers(0, len(whole) - 1))
    cut = whole[:start] + whole[start + data.draw(st.integers(1, 400)) :]
    taken: Snapshot | None = None
    with suppress(SnapshotRefused):
        taken = decoded(cut, RESOURCES)
    assert taken is None or decoded(encoded(taken), RESOURCES) == taken


FILE = exported(populated(Caller()))


def test_differences_name_what_was_created_changed_and_deleted() -> None:
    caller = populated(Caller())
    where = f"/_mockgc/organisations/{caller.organisation.id}"
    caller.ask("PUT", f"{where}/baselines/before")
    early = caller.ask("GET", "scheduletemplates").get_json()["entities"][0]
    user = caller.user("Cy")
    changed = {"name": "Late", "timeZone": early["timeZone"], "version": early["version"]}
    assert caller.ask("PUT", f"scheduletemplates/{early['id']}", changed).status_code == 200
    found = caller.ask("GET", f"{where}/differences?from=before").get_json()["entities"]
    told = {(entity["what"], entity["kind"], entity["label"]) for entity in found}
    assert told == {("changed", "scheduleTemplate", "Late"), ("created", "user", "Cy")}
    (template,) = (entity["fields"] for entity in found if entity["what"] == "changed")
    assert {"field": "name", "before": "Early", "after": "Late"} in template
    caller.ask("DELETE", f"users/{user['id']}?version=1")
    back = caller.ask("GET", f"{where}/differences?from=before&to=empty").get_json()["entities"]
    assert {entity["what"] for entity in back} == {"deleted"}
    assert caller.ask("GET", f"{where}/differences?from=nothing").status_code == 404


def test_a_baseline_can_be_dropped_but_not_the_empty_one() -> None:
    caller = Caller()
    where = f"/_mockgc/organisations/{caller.organisation.id}/baselines"
    caller.ask("PUT", f"{where}/one")
    assert caller.ask("DELETE", f"{where}/one").status_code == 204
    assert caller.ask("DELETE", f"{where}/one").status_code == 404
    assert caller.ask("DELETE", f"{where}/empty").status_code == 400
    assert caller.ask("GET", f"{where}/one").get_json()["message"] == ("no baseline is called 'one'; there are empty")


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["snapshot", words[0], "--url", url, *words[1:]])


def test_the_command_line_saves_lists_compares_moves_and_loads(mockgc_served_organisation: Any, tmp_path: Path) -> None:
    organisation, user = mockgc_served_organisation, {"email": "ada@example.com", "timeZone": "Europe/Paris"}
    url, which = organisation.base_url, ("--organisation", organisation.id)
    organisation.http.post("/api/v2/wfm/users", json={"name": "Ada", **user}).raise_for_status()
    assert run(url, "save", "monday", *which).output == "saved monday\n"
    assert run(url, "list", *which).output == "empty\nmonday\n"
    same = run(url, "diff", "monday", *which)
    assert (same.exit_code, same.output) == (0, "monday and the present state are equal\n")
    file = tmp_path / "state.ndjson"
    assert run(url, "export", str(file), *which).output == "wrote state.ndjson: 1 entities\n"
    assert run(url, "load", "empty", *which).exit_code == 0
    gone = run(url, "diff", "monday", *which)
    assert (gone.exit_code, gone.output[:17]) == (1, "deleted user Ada ")
    assert "imported again" in run(url, "import", str(file), "again", *which).output
    assert run(url, "load", "again", *which).output == "loaded again\n"
    assert organisation.http.get("/api/v2/wfm/users").json()["entities"][0]["name"] == "Ada"
    assert run(url, "drop", "again", *which).output == "dropped again\n"
    refused = run(url, "load", "again", *which)
    assert (refused.exit_code, refused.output) == (
        1, f"Error: no baseline is called 'again'; there are empty, monday at {url}\n",
    )  # fmt: skip
    assert "no organisation is called 'x'" in run(url, "list", "--organisation", "x").output
    file.write_bytes(b"{}")
    assert "is this a snapshot?" in run(url, "import", str(file), "broken", *which).output


def test_without_an_emulator_it_says_how_to_start_one() -> None:
    refused = run("http://127.0.0.1:9", "list")
    assert refused.exit_code == 1
    assert "start one with: mockgc serve" in refused.output


def test_a_reset_to_a_baseline_without_a_name_is_refused_and_loses_nothing() -> None:
    caller = populated(Caller())
    before = caller.state()
    answer = caller.ask("POST", f"/_mockgc/organisations/{caller.organisation.id}/reset", {"baseline": ""})
    assert answer.status_code == 404
    assert "no baseline is called ''" in answer.get_json()["message"]
    assert caller.state() == before


@pytest.mark.parametrize("name", ["a/b", "50 %", "né/"])
def test_a_name_with_a_slash_is_a_name(name: str, mockgc_served_organisation: Any) -> None:
    organisation = mockgc_served_organisation
    url, which = organisation.base_url, ("--organisation", organisation.id)
    assert run(url, "save", name, *which).output == f"saved {name}\n"
    assert run(url, "diff", name, *which).exit_code == 0
    assert run(url, "drop", name, *which).output == f"dropped {name}\n"
    faults = f"/_mockgc/organisations/{organisation.id}/faults"
    rule = {"name": name, "effect": {"kind": "delayed", "seconds": 0}}
    assert organisation.http.post(faults, json=rule).status_code == 201
    assert organisation.http.delete(f"{faults}/{quote(name, safe='')}").status_code == 204


def test_where_the_file_cannot_be_written_and_what_is_no_address_is_said(
    mockgc_served_organisation: Any, tmp_path: Path
) -> None:
    organisation = mockgc_served_organisation
    which = ("--organisation", organisation.id)
    refused = run(organisation.base_url, "export", str(tmp_path / "none" / "state.ndjson"), *which)
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: FILE state.ndjson cannot be written: No such file or directory\n",
    )
    refused = run("nonsense", "list")
    assert refused.exit_code == 1
    assert "--url 'nonsense' is not a base URL such as http://127.0.0.1:8080" in refused.output


def test_a_comparison_that_failed_is_told_from_one_that_found_something(mockgc_served_organisation: Any) -> None:
    organisation = mockgc_served_organisation
    assert run(organisation.base_url, "diff", "nothing", "--organisation", organisation.id).exit_code == 2
