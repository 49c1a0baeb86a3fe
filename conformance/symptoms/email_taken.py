"""Two rows of an export differ in the case of the address only: for the target they are one person."""

from conformance.symptoms.scene import USERS_PATH, Scene, Symptom


def _play(scene: Scene) -> None:
    scene.user("Ada", externalId="zendesk:user:7")
    body = {"name": "Ada L.", "email": "Ada@Example.com", "externalId": "zendesk:user:8", "timeZone": "Europe/Paris"}
    scene.refused(scene.ask("POST", USERS_PATH, body), at="email")
    held = scene.accepted(scene.ask("GET", f"{USERS_PATH}?email=ada@example.com"))["entities"][0]
    kept = {"externalId": held["externalId"], "email": held["email"], "active": True, "version": held["version"]}
    scene.accepted(scene.ask("PUT", f"{USERS_PATH}/{held['id']}", {**body, **kept}))


SYMPTOM = Symptom(
    name="email-taken",
    title="An agent is refused: the e-mail address is in use, in another spelling",
    code="wfm.email.in.use",
    cure="Addresses are compared without case: fold them before you look for duplicates, decide which source row "
    "is the person, and update that user with its version.",
    play=_play,
)
