"""Headers that are said to force a write: none does, and the journal shows that each was ignored."""

from conformance.symptoms.scene import SCHEDULES_PATH, Scene, Symptom, week_of

TRIED = {"If_Match": "*", "Idempotency_Key": "batch-2", "X_Force_Update": "true"}


def _play(scene: Scene) -> None:
    ada, ben = scene.user("Ada"), scene.user("Ben")
    template = scene.template("Early")
    group = scene.group("Support", template, [ada, ben])
    stale = template["version"]
    answer = scene.ask("POST", SCHEDULES_PATH, week_of(group, [ada], version=stale)).json()
    refused = scene.ask("POST", SCHEDULES_PATH, week_of(group, [ben], version=stale), **TRIED)
    scene.refused(refused, at="version")
    ignored = {header["name"].lower() for header in scene.explanation["ignoredHeaders"]}
    missing = {name.replace("_", "-").lower() for name in TRIED} - ignored
    scene.check(not missing, f"explain does not show as ignored: {', '.join(sorted(missing))}")
    current = answer["scheduleTemplateVersion"]
    scene.accepted(scene.ask("POST", SCHEDULES_PATH, week_of(group, [ben], version=current)))


SYMPTOM = Symptom(
    name="no-bypass",
    title="If-Match, Idempotency-Key or a force header is sent, and the 409 stays",
    code="wfm.transaction.conflict",
    cure="There is no bypass: the version is a field of the body. Send the current one.",
    play=_play,
)
