"""The seed complaint itself: the first batch succeeds, every later one is stale, and nobody else edits."""

from conformance.symptoms.scene import SCHEDULES_PATH, Scene, Symptom, week_of


def _play(scene: Scene) -> None:
    ada, ben, cem = (scene.user(name) for name in ("Ada", "Ben", "Cem"))
    template = scene.template("Early")
    group = scene.group("Support", template, [ada, ben, cem])
    version = template["version"]  # read once, kept: this is the bug
    scene.ask("POST", SCHEDULES_PATH, week_of(group, [ada], version=version))
    scene.refused(scene.ask("POST", SCHEDULES_PATH, week_of(group, [ben], version=version)), at="version")
    moved = scene.client.get(f"/api/v2/wfm/scheduletemplates/{template['id']}", {})["version"]
    answer = scene.accepted(scene.ask("POST", SCHEDULES_PATH, week_of(group, [ben], version=moved)))
    carried = answer["scheduleTemplateVersion"]
    scene.accepted(scene.ask("POST", SCHEDULES_PATH, week_of(group, [cem], version=carried)))


SYMPTOM = Symptom(
    name="stale-batches",
    title="The first batch succeeds, every later one is refused, although nobody else edits",
    code="wfm.transaction.conflict",
    cure="Each accepted batch moves the template's version: read it before each batch, or carry "
    "scheduleTemplateVersion from the last answer; for agents new to the week, version may also be left out.",
    play=_play,
)
