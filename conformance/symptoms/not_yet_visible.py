"""Created, and not found by the next request: reads lag behind writes."""

from conformance.symptoms.scene import Scene, Symptom

USERS = "/api/v2/users"


def _play(scene: Scene) -> None:
    division = scene.prepared("GET", "/api/v2/authorization/divisions/home")
    body = {"name": "Ada", "email": "ada@example.com", "divisionId": division["id"]}
    scene.fault({"kind": "lag", "of": ["reads"], "seconds": 5}, "GET", f"{USERS}/{{userId}}", first=100)
    scene.wait(60)
    made = scene.ask("POST", USERS, body).json()
    scene.refused(scene.ask("GET", f"{USERS}/{made['id']}"), at=None, status=404)
    scene.wait(5)
    seen = scene.accepted(scene.ask("GET", f"{USERS}/{made['id']}"))
    scene.check(seen["version"] == made["version"], "what is read is not what was created")


SYMPTOM = Symptom(
    name="not-yet-visible",
    title="The user was created a moment ago, and reading it answers 404",
    code="not.found",
    cure="A 404 just after a create is no proof of absence: read again with growing pauses, up to a limit, and only "
    "then believe it. Never create again because of it.",
    play=_play,
)
