"""`migrator` as a program against a served emulator: exit codes, files, secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest

from migrator import plan
from migrator.current import Current
from migrator.diff import diff
from migrator.journal import JournalFile
from mockgc.pytest_plugin import TestOrganisation
from tests.migrator.accounts import desires


@dataclass(frozen=True, slots=True)
class Desk:
    """A working directory and an organisation."""

    folder: Path
    organisation: TestOrganisation

    def migrator(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the program as a user does."""
        command = [sys.executable, "-m", "migrator.cli", *arguments]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GENESYS", "MIGRATION"))}
        settings: Mapping[str, str] = {**inherited, **self.organisation.environment, **environment}
        return subprocess.run(
            command, cwd=self.folder, env=settings, capture_output=True, text=True, timeout=60, check=False
        )

    def plan(self, *numbers: int) -> str:
        """A plan file for agents of these numbers in an empty target."""
        made = diff(desires(numbers or (1, 2)), Current(), self.organisation.base_url)
        (self.folder / "plan.json").write_bytes(plan.dumps(made))
        return "plan.json"

    def export(self, agent_count: int = 3, *, group_names: tuple[str, ...] = ("Support",)) -> str:
        """A Zendesk export; the agents are dealt to the groups in turn."""
        staff = {
            "role": "agent",
            "active": True,
            "suspended": False,
            "time_zone": "Paris",
            "tags": [],
            "user_fields": {},
        }
        numbers = range(1, agent_count + 1)
        agents = [{"id": n, "name": f"Agent {n}", "email": f"agent{n}@example.com", **staff} for n in numbers]
        groups = [{"id": 90 + index, "name": name} for index, name in enumerate(group_names)]
        memberships = [
            {"id": 1000 + n, "user_id": n, "group_id": 90 + (n - 1) % len(groups), "default": True} for n in numbers
        ]
        folder = self.folder / "export"
        folder.mkdir(exist_ok=True)
        for name, rows in (("users", agents), ("groups", groups), ("group_memberships", memberships)):
            (folder / f"{name}.json").write_text(json.dumps({name: rows}), "utf-8")
        return "export"

    def commit_count(self) -> int:
        """How much has been committed."""
        return len(self.organisation.commits())


@pytest.fixture
def desk(tmp_path: Path, mockgc_served_organisation: TestOrganisation) -> Desk:
    """A fresh one."""
    return Desk(tmp_path, mockgc_served_organisation)


def test_a_plan_file_is_applied_and_its_replay_writes_nothing(desk: Desk) -> None:
    first = desk.migrator("apply", desk.plan(), "--report", "report.json")
    assert first.returncode == 0, first.stderr
    counts = json.loads((desk.folder / "report.json").read_text("utf-8"))["counts"]
    assert counts["created"] == counts["total"] == 9
    before = desk.commit_count()
    again = desk.migrator("apply", "plan.json")
    assert (again.returncode, desk.commit_count()) == (0, before)
    assert "9 unchanged" in again.stdout


def test_without_a_terminal_progress_is_plain_lines(desk: Desk) -> None:
    done = desk.migrator("apply", desk.plan())
    assert "9 of 9 rows" in done.stderr
    assert "\x1b" not in done.stderr + done.stdout


def test_a_journal_that_a_live_run_holds_ends_the_second_run_with_7(desk: Desk) -> None:
    with JournalFile(desk.folder / "j"):
        locked = desk.migrator("apply", desk.plan(), "--journal", "j")
    assert (locked.returncode, desk.commit_count()) == (7, 0)
    assert desk.migrator("apply", "plan.json", "--journal", "j").returncode == 0


def test_two_runs_in_one_folder_do_not_lock_each_other_out(desk: Desk) -> None:
    with JournalFile(desk.folder / "migrator-1.journal"):
        assert desk.migrator("apply", desk.plan()).returncode == 0
    assert (desk.folder / "migrator-2.journal").exists()


def test_bad_credentials_are_found_before_any_write(desk: Desk) -> None:
    refused = desk.migrator("apply", desk.plan(), GENESYS_CLIENT_SECRET="wrong-secret-value")
    assert (refused.returncode, desk.commit_count()) == (8, 0)
    assert "wrong-secret-value" not in refused.stdout + refused.stderr


def test_a_client_that_may_only_look_ends_before_any_write(desk: Desk) -> None:
    path = f"/_mockgc/organisations/{desk.organisation.id}/clients"
    viewer = desk.organisation.http.post(path, json={"permissions": ["wfm:dialect:view"]}).raise_for_status().json()
    refused = desk.migrator(
        "apply", desk.plan(), GENESYS_CLIENT_ID=viewer["clientId"], GENESYS_CLIENT_SECRET=viewer["clientSecret"]
    )  # fmt: skip
    assert (refused.returncode, desk.commit_count()) == (8, 0)
    assert "may not write" in refused.stderr


@pytest.mark.parametrize("missing", ["GENESYS_CLIENT_ID", "GENESYS_CLIENT_SECRET"])
def test_missing_credentials_are_named(desk: Desk, missing: str) -> None:
    refused = desk.migrator("apply", desk.plan(), **{missing: ""})
    assert refused.returncode == 8
    assert missing in refused.stderr


def test_a_target_that_does_not_answer_fails_the_preflight(desk: Desk) -> None:
    made = diff(desires(), Current(), "http://127.0.0.1:9")
    (desk.folder / "plan.json").write_bytes(plan.dumps(made))
    refused = desk.migrator("apply", "plan.json", "--target", "http://127.0.0.1:9", "--attempts", "1")
    assert refused.returncode == 8
    assert "no connection" in refused.stderr


def test_a_plan_is_not_applied_to_another_target(desk: Desk) -> None:
    refused = desk.migrator("apply", desk.plan(), "--target", "http://127.0.0.1:9")
    assert refused.returncode == 64
    assert "plan again" in refused.stderr


def test_credentials_can_come_from_a_file(desk: Desk) -> None:
    credentials = {"clientId": desk.organisation.client_id, "clientSecret": desk.organisation.client_secret}
    (desk.folder / "credentials.json").write_text(json.dumps(credentials), "utf-8")
    empty = {"GENESYS_CLIENT_ID": "", "GENESYS_CLIENT_SECRET": "", "GENESYS_BASE_URL": ""}
    done = desk.migrator("apply", desk.plan(), "--credentials", "credentials.json", **empty)
    assert done.returncode == 0, done.stderr


def test_no_secret_is_left_in_any_file_or_output(desk: Desk) -> None:
    done = desk.migrator("apply", desk.plan(), "--report", "report.json", "--verbose")
    written = "".join(path.read_text("utf-8") for path in desk.folder.iterdir())
    assert desk.organisation.client_secret not in done.stdout + done.stderr + written
    assert "Bearer" not in done.stdout + done.stderr + written


def test_a_report_can_be_shown_again_with_its_exit_code(desk: Desk) -> None:
    user = {"name": "Foreign", "email": "agent1@example.com", "timeZone": "Europe/Paris", "externalId": "crm:1"}
    desk.organisation.http.post("/api/v2/wfm/users", json=user).raise_for_status()
    applied = desk.migrator("apply", desk.plan(1, 2), "--report", "report.json")
    shown = desk.migrator("report", "report.json")
    assert (applied.returncode, shown.returncode) == (3, 3)
    assert shown.stdout == applied.stdout
    assert "natural_key_held" in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("apply", "missing.json"),
        ("apply", "--workers", "0"),
        ("plan", "--nonsense"),
        ("nonsense",),
        ("report", "plan.json"),
    ],
)
def test_wrong_usage_ends_with_64_which_no_other_outcome_uses(desk: Desk, arguments: tuple[str, ...]) -> None:
    desk.plan()
    assert desk.migrator(*arguments).returncode == 64


def test_help_succeeds(desk: Desk) -> None:
    assert desk.migrator("apply", "--help").returncode == 0


def test_plan_apply_plan_is_2_then_0_then_0(desk: Desk) -> None:
    source = ("--source", desk.export())
    assert desk.migrator("plan", *source).returncode == 2
    assert desk.commit_count() == 0
    assert desk.migrator("apply", *source).returncode == 0
    before = desk.commit_count()
    assert desk.migrator("plan", *source).returncode == 0
    assert desk.migrator("apply", *source).returncode == 0
    assert desk.commit_count() == before > 0


def test_the_bundled_mapping_settles_all_of_the_sample(desk: Desk) -> None:
    assert desk.migrator("sample", "--agents", "40", "--out", "sample").returncode == 0
    first = desk.migrator("apply", "--source", "sample")
    assert first.returncode == 0, first.stdout
    before = desk.commit_count()
    assert desk.migrator("apply", "--source", "sample").returncode == 0
    assert desk.commit_count() == before


def test_the_environment_is_enough(desk: Desk) -> None:
    done = desk.migrator("apply", MIGRATION_SOURCE=desk.export())
    assert done.returncode == 0, done.stderr


def test_a_plan_of_the_same_input_is_the_same_file(desk: Desk) -> None:
    source = ("--source", desk.export())
    desk.migrator("plan", *source, "--out", "a.json")
    desk.migrator("plan", *source, "--out", "b.json")
    assert (desk.folder / "a.json").read_bytes() == (desk.folder / "b.json").read_bytes()


def test_two_groups_of_one_name_are_a_decision_and_the_rest_is_done(desk: Desk) -> None:
    source = ("--source", desk.export(4, group_names=("Support", "Twin", "Twin")))
    planned = desk.migrator("plan", *source)
    assert planned.returncode == 4
    assert "duplicate_names" in planned.stdout
    assert desk.migrator("apply", *source).returncode == 4
    names = [group["name"] for group in desk.organisation.http.get("/api/v2/wfm/users/groups").json()["entities"]]
    assert len(names) == 1
    assert names[0].startswith("Support")


def test_an_edit_in_the_target_is_kept_when_an_earlier_plan_tells_it_apart(desk: Desk) -> None:
    source = ("--source", desk.export())
    desk.migrator("plan", *source, "--out", "plan.json")
    assert desk.migrator("apply", "plan.json").returncode == 0
    (user,) = desk.organisation.http.get("/api/v2/wfm/users", params={"externalId": "zendesk:user:1"}).json()[
        "entities"
    ]
    edited = desk.organisation.http.put(f"/api/v2/wfm/users/{user['id']}", json={**user, "name": "By hand"})
    assert edited.status_code == 200
    assert desk.migrator("plan", *source, "--last-applied", "plan.json").returncode == 0
    shown = desk.migrator("plan", *source)
    assert shown.returncode == 2
    assert 'name: "By hand" -> "Agent 1"' in shown.stdout


def test_a_run_killed_in_the_middle_is_finished_by_the_next(desk: Desk) -> None:
    command = [sys.executable, "-m", "migrator.cli", "apply", "--source", desk.export(60), "--rate", "60"]
    with subprocess.Popen(command, cwd=desk.folder, env={**os.environ, **desk.organisation.environment}) as running:
        while desk.commit_count() < 10:
            assert running.poll() is None
        running.kill()
    assert desk.migrator("apply", "--source", "export").returncode == 0
    users = desk.organisation.http.get("/api/v2/wfm/users").json()
    assert users["total"] == 60


def test_the_line_that_the_plan_names_settles_a_twin(desk: Desk) -> None:
    twin = {"name": "Somebody", "email": "agent1@example.com", "timeZone": "Europe/Paris"}
    desk.organisation.http.post("/api/v2/wfm/users", json=twin).raise_for_status()
    source = ("--source", desk.export())
    planned = desk.migrator("plan", *source)
    line = 'adopt: ["zendesk:user:1"]'
    assert (planned.returncode, line in planned.stdout) == (4, True)
    assert desk.migrator("apply", *source).returncode == 4
    default = resources.files("migrator.mapping").joinpath("default.yaml").read_text("utf-8")
    (desk.folder / "mapping.yaml").write_text(default.replace("adopt: []", line), "utf-8")
    assert desk.migrator("apply", *source, "--mapping", "mapping.yaml").returncode == 0
    assert desk.organisation.http.get("/api/v2/wfm/users").json()["total"] == 3
