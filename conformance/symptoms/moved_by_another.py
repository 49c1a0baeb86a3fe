"""Read, changed, sent, and refused: another actor moved the version in between, and nobody on the team did."""

from conformance.symptoms.scene import TEMPLATES_PATH, Scene, Symptom


def _play(scene: Scene) -> None:
    template = scene.template("Early")
    path = f"{TEMPLATES_PATH}/{template['id']}"
    wanted = {"name": "Early", "timeZone": template["timeZone"], "externalId": "zendesk:schedule:7"}
    scene.fault({"kind": "moved"}, "PUT", f"{TEMPLATES_PATH}/{{id}}")
    read = scene.ask("GET", path).json()
    scene.refused(scene.ask("PUT", path, {**wanted, "version": read["version"]}), at="version")
    again = scene.accepted(scene.ask("GET", path))
    scene.check(again["version"] == read["version"] + 1, "the other actor's change is not to be seen")
    scene.accepted(scene.ask("PUT", path, {**wanted, "version": again["version"]}))


SYMPTOM = Symptom(
    name="moved-by-another",
    title="The version was read just before the write, and the write is refused as stale",
    code="wfm.transaction.conflict",
    cure="Somebody else, often another subsystem, moves versions too: read again, apply the change to what is there "
    "now, send again, and stop after a bounded number of times.",
    play=_play,
)
