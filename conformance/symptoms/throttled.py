"""Too many requests in the minute: 429, and a retry before Retry-After is over is refused again."""

from conformance.symptoms.scene import USERS_PATH, Scene, Symptom

LIMIT = 3


def _play(scene: Scene) -> None:
    window = {"name": "three.a.minute", "per": "token", "limit": LIMIT, "seconds": 60}
    scene.control.set_quotas(scene.organisation_id, {"enabled": True, "windows": [window]})
    for _ in range(LIMIT):
        scene.ask("GET", USERS_PATH)
    refused = scene.ask("GET", USERS_PATH)
    scene.refused(refused, at=None, status=429)
    wait = int(refused.headers["Retry-After"])
    scene.wait(wait - 1)
    scene.check(scene.ask("GET", USERS_PATH).status_code == 429, "a retry before Retry-After is over was accepted")
    scene.wait(1)
    scene.accepted(scene.ask("GET", USERS_PATH))


SYMPTOM = Symptom(
    name="throttled",
    title="429 after a burst, and the quick retries of the own client are refused as well",
    code="too.many.requests",
    cure="Wait as many seconds as Retry-After says, also when that is more than the client's own limit, and let all "
    "workers share one budget: the window is the token's, not the connection's.",
    play=_play,
)
