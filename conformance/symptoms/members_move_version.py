"""Members are added in chunks of 50, and each chunk moves the group's version."""

from conformance.symptoms.scene import Scene, Symptom

GROUPS, USERS = "/api/v2/groups", "/api/v2/users"


def _play(scene: Scene) -> None:
    division = scene.prepared("GET", "/api/v2/authorization/divisions/home")
    people = [
        scene.prepared("POST", USERS, {"name": n, "email": f"{n}@example.com", "divisionId": division["id"]})["id"]
        for n in ("ada", "ben")
    ]
    body = {"name": "Support", "type": "official", "rulesVisible": True, "visibility": "public"}
    group = scene.prepared("POST", GROUPS, body)
    path, version = f"{GROUPS}/{group['id']}", group["version"]  # read once, kept: this is the bug
    scene.ask("POST", f"{path}/members", {"memberIds": people[:1], "version": version})
    scene.refused(scene.ask("POST", f"{path}/members", {"memberIds": people[1:], "version": version}), at="version")
    current = scene.accepted(scene.ask("GET", path))["version"]
    scene.accepted(scene.ask("POST", f"{path}/members", {"memberIds": people[1:], "version": current}))
    scene.check(scene.accepted(scene.ask("GET", path))["memberCount"] == len(people), "a member is missing")


SYMPTOM = Symptom(
    name="members-move-version",
    title="The first 50 members are added, the next 50 are refused, although nobody else edits the group",
    code="general.conflict",
    cure="Adding members is a change of the group: read its version again before each chunk of at most 50.",
    play=_play,
)
