"""The published users say 400, not 409, when a version is stale."""

from conformance.symptoms.scene import Scene, Symptom

USERS = "/api/v2/users"


def _play(scene: Scene) -> None:
    division = scene.prepared("GET", "/api/v2/authorization/divisions/home")
    ada = scene.prepared("POST", USERS, {"name": "Ada", "email": "ada@example.com", "divisionId": division["id"]})
    path = f"{USERS}/{ada['id']}"
    scene.ask("PATCH", path, {"title": "Agent", "version": ada["version"]})
    scene.refused(scene.ask("PATCH", path, {"department": "EU", "version": ada["version"]}), at="version", status=400)
    current = scene.accepted(scene.ask("GET", path))["version"]
    scene.accepted(scene.ask("PATCH", path, {"department": "EU", "version": current}))


SYMPTOM = Symptom(
    name="user-version",
    title="A second change of a user is refused with 400, and retries on 409 do not notice",
    code="general.conflict",
    cure="Status and code of a stale version differ by resource: treat 400 general.conflict like a 409, read the user "
    "again, and send its current version.",
    play=_play,
)
