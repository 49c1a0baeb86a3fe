"""A refusal that says nothing: no message, no field."""

from conformance.symptoms.scene import TEMPLATES_PATH, Scene, Symptom


def _play(scene: Scene) -> None:
    template = scene.template("Early")
    path = f"{TEMPLATES_PATH}/{template['id']}"
    wanted = {"name": "Early", "timeZone": "Europe/Paris"}
    scene.prepared("PUT", path, {**wanted, "externalId": "zendesk:schedule:7", "version": template["version"]})
    scene.control.switch(scene.organisation_id, {"error_detail": "none"})
    refused = scene.ask("PUT", path, {**wanted, "externalId": "zendesk:schedule:8", "version": template["version"]})
    scene.check(not refused.json()["details"], "the refusal has details")
    scene.refused(refused, at=None)
    scene.check("version" in scene.explanation["text"], "explain does not name the field at fault")
    current = scene.accepted(scene.ask("GET", path))["version"]
    scene.accepted(scene.ask("PUT", path, {**wanted, "externalId": "zendesk:schedule:8", "version": current}))


SYMPTOM = Symptom(
    name="no-detail",
    title="409 with an empty message and no field: impossible to say which rule was broken",
    code="wfm.transaction.conflict",
    cure="Keep the correlation id of every refusal: here `mockgc explain` tells the rest, there the vendor's support "
    "does. Decide by status and code, never by the text of a message.",
    play=_play,
)
