"""A 503 came back, the write had been carried out: the repetition is refused by one's own work."""

from conformance.symptoms.scene import TEMPLATES_PATH, Scene, Symptom


def _play(scene: Scene) -> None:
    body = {"name": "Early", "timeZone": "Europe/Paris", "externalId": "zendesk:schedule:7"}
    scene.fault({"kind": "unavailable_after"}, "POST", TEMPLATES_PATH)
    scene.check(scene.ask("POST", TEMPLATES_PATH, body).status_code == 503, "the answer is not a 503")
    scene.refused(scene.ask("POST", TEMPLATES_PATH, body), at="externalId")
    found = scene.accepted(scene.ask("GET", f"{TEMPLATES_PATH}?externalId={body['externalId']}"))["entities"]
    equal = len(found) == 1 and all(found[0][name] == value for name, value in body.items())
    scene.check(equal, "what was read back is not what was sent")


SYMPTOM = Symptom(
    name="unavailable-yet-done",
    title="A create is answered 503, sent again, and refused as a duplicate",
    code="wfm.name.in.use",
    cure="A 5xx, like a lost answer, does not say that nothing was done: read back by externalId or name before the "
    "next try, and adopt what is equal.",
    play=_play,
)
