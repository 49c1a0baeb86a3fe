"""Every entry of the catalogue appears, is explained and is cured; and one that would not appear is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.final_state import USERS
from conformance.symptoms import CATALOGUE
from conformance.symptoms.scene import Part, Scene, Symptom, play
from mockgc import Settings, create_app

OF_THE_COMPLAINT = (
    "stale-batches",
    "group-name-taken",
    "external-id-reused",
    "template-missing",
    "zone-misfit",
    "no-bypass",
)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    transport = httpx.WSGITransport(app=create_app(Settings(seed=7)))
    with httpx.Client(transport=transport, base_url="http://emulator") as client:
        yield client


@pytest.mark.parametrize("symptom", CATALOGUE, ids=lambda symptom: symptom.name)
def test_the_symptom_appears_is_explained_and_is_cured(symptom: Symptom, http: httpx.Client) -> None:
    played = play(symptom, http)
    assert played.failure == ""
    assert played.explanation["rule"]["code"] == symptom.code
    assert [line.part for line in played.transcript] == sorted(
        (line.part for line in played.transcript), key=list(Part).index
    )


def test_the_catalogue_begins_with_the_six_of_the_complaint() -> None:
    names = [symptom.name for symptom in CATALOGUE]
    assert tuple(names[:6]) == OF_THE_COMPLAINT
    assert len(set(names)) == len(names) >= 14


def test_the_readme_counts_the_catalogue() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"replays {len(CATALOGUE)} conflicts people meet" in readme


def test_both_families_are_there(http: httpx.Client) -> None:
    paths = [{line.path for line in play(symptom, http).transcript} for symptom in CATALOGUE]
    published = [seen for seen in paths if not any(path.startswith("/api/v2/wfm/") for path in seen)]
    assert len(published) >= 4
    assert len(paths) - len(published) >= 14


def accepted_after_all(scene: Scene) -> None:
    body = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"}
    scene.refused(scene.ask("POST", "/api/v2/wfm/users", body), at="email")


def without_a_cure(scene: Scene) -> None:
    scene.user("Ada")
    body = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Paris"}
    scene.refused(scene.ask("POST", "/api/v2/wfm/users", body), at="email")


def with_a_cure_that_does_not_work(scene: Scene) -> None:
    without_a_cure(scene)
    scene.accepted(scene.ask("GET", "/api/v2/wfm/users/nobody"))


def without_its_setting(scene: Scene) -> None:
    scene.given(USERS, {"name": ""})


def that_does_nothing(_: Scene) -> None:
    """No request at all."""


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (accepted_after_all, "expected 409 wfm.email.in.use at email, got 201"),
        (without_a_cure, "no cure was shown"),
        (with_a_cure_that_does_not_work, "the cure was refused: 404"),
        (without_its_setting, "the setting could not be made: 400"),
        (that_does_nothing, "nothing was refused"),
    ],
)
def test_a_symptom_that_is_not_as_claimed_fails(claim: object, says: str, http: httpx.Client) -> None:
    assert callable(claim)
    played = play(Symptom("planted", "planted", "wfm.email.in.use", "none", claim), http)
    assert played.verdict == "fail"
    assert says in played.failure


def test_an_unknown_symptom_is_named_with_those_there_are() -> None:
    result = CliRunner().invoke(main, ["symptoms", "stale"])
    assert result.exit_code == 2
    assert "'stale' is not in the catalogue: stale-batches" in result.output


def test_the_list_needs_no_emulator() -> None:
    result = CliRunner().invoke(main, ["symptoms", "--list"])
    assert result.exit_code == 0
    assert all(symptom.name in result.output for symptom in CATALOGUE)
