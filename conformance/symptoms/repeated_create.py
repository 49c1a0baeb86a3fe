"""A create whose answer was lost is sent again: refused, although it is one's own work that stands in the way."""

from conformance.symptoms.scene import USERS_PATH, Scene, Symptom


def _play(scene: Scene) -> None:
    body = {"name": "Ada", "email": "ada@example.com", "externalId": "zendesk:user:7", "timeZone": "Europe/Paris"}
    scene.ask("POST", USERS_PATH, body)  # imagine that this answer never came
    scene.refused(scene.ask("POST", USERS_PATH, body), at="externalId")
    found = scene.accepted(scene.ask("GET", f"{USERS_PATH}?externalId=zendesk:user:7"))["entities"]
    equal = len(found) == 1 and all(found[0][name] == value for name, value in body.items())
    scene.check(equal, "the user read back is not the one that was sent")


SYMPTOM = Symptom(
    name="repeated-create",
    title="After a timeout the create is sent again, and refused as a duplicate that nobody made",
    code="wfm.email.in.use",
    cure="A lost answer means unknown, not failed: read back by externalId and compare. Equal: it is done. "
    "Different: decide. Neither “409 means success” nor a new key on each try is safe.",
    play=_play,
)
