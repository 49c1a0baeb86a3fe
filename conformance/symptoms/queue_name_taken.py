"""A queue of this name is there: the published queues say 400, and name no conflict."""

from conformance.symptoms.scene import Scene, Symptom

QUEUES = "/api/v2/routing/queues"


def _play(scene: Scene) -> None:
    scene.prepared("POST", QUEUES, {"name": "Support"})
    scene.refused(scene.ask("POST", QUEUES, {"name": "Support", "description": "EU"}), at="name", status=400)
    (held,) = scene.accepted(scene.ask("GET", f"{QUEUES}?name=Support"))["entities"]
    scene.accepted(scene.ask("PUT", f"{QUEUES}/{held['id']}", {"name": "Support", "description": "EU"}))


SYMPTOM = Symptom(
    name="queue-name-taken",
    title="A queue cannot be created on the second run: 400 duplicate.name",
    code="duplicate.name",
    cure="Look the queue up by name before you create it, and update the one that is there; a 400 may be a conflict.",
    play=_play,
)
