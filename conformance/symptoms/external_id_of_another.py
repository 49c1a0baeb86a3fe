"""An external identifier is given to a second user: a merge in Zendesk left two rows with one id."""

from conformance.symptoms.scene import Scene, Symptom

USERS = "/api/v2/users"
KEY = {"authorityName": "zendesk", "externalKey": "7"}


def _play(scene: Scene) -> None:
    division = scene.prepared("GET", "/api/v2/authorization/divisions/home")
    ada, ben = (
        scene.prepared("POST", USERS, {"name": n, "email": f"{n}@example.com", "divisionId": division["id"]})["id"]
        for n in ("ada", "ben")
    )
    scene.prepared("POST", f"{USERS}/{ada}/externalid", KEY)
    scene.refused(scene.ask("POST", f"{USERS}/{ben}/externalid", KEY), at="externalKey")
    holder = scene.accepted(scene.ask("GET", f"{USERS}/externalid/zendesk/7"))
    scene.check(holder["id"] == ada, "the holder of the key is another user")
    scene.accepted(scene.ask("POST", f"{USERS}/{ben}/externalid", {**KEY, "externalKey": "8"}))


SYMPTOM = Symptom(
    name="external-id-of-another",
    title="An external identifier is refused: it already exists, on a user that the export does not name",
    code="general.resource.conflict",
    cure="Ask who holds it (GET /api/v2/users/externalid/{authority}/{key}) and decide which source row is that "
    "person; a key names one user in the whole organisation.",
    play=_play,
)
