"""A local date-time without an offset says nothing about when: it is refused before anything else is looked at."""

from conformance.symptoms.scene import SCHEDULES_PATH, WEEK, Scene, Symptom, week_of


def _play(scene: Scene) -> None:
    ada = scene.user("Ada")
    group = scene.group("Support", scene.template("Early"), [ada])
    refused = scene.ask("POST", SCHEDULES_PATH, week_of(group, [ada], f"{WEEK}T09:00:00"))
    scene.refused(refused, at="agents[0].shifts[0].start", status=400)
    scene.accepted(scene.ask("POST", SCHEDULES_PATH, week_of(group, [ada], f"{WEEK}T09:00:00+01:00")))


SYMPTOM = Symptom(
    name="naive-date-time",
    title="A batch is refused because of its times, although they look right",
    code="invalid.date",
    cure="Send instants: with Z or with an offset, either will do. Take the offset of the date in the template's "
    "zone, since it changes with daylight saving time.",
    play=_play,
)
