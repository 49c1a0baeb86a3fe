"""Two tags of an agent became two shifts that overlap; intervals are half open, so touching ones are fine."""

from conformance.symptoms.scene import SCHEDULES_PATH, WEEK, Scene, Symptom, batch


def _play(scene: Scene) -> None:
    ada = scene.user("Ada")
    group = scene.group("Support", scene.template("Early"), [ada])
    early = {"start": f"{WEEK}T06:00:00Z", "lengthMinutes": 480}
    late, touching = ({"start": f"{WEEK}T{hour}:00:00Z", "lengthMinutes": 240} for hour in (13, 14))
    refused = scene.ask("POST", SCHEDULES_PATH, batch(group, [{"userId": ada, "shifts": [early, late]}]))
    scene.refused(refused, at="agents[0].shifts[1].start")
    scene.accepted(scene.ask("POST", SCHEDULES_PATH, batch(group, [{"userId": ada, "shifts": [early, touching]}])))


SYMPTOM = Symptom(
    name="overlapping-shifts",
    title="A batch is refused for a duplicate that is none: two shifts of one agent overlap",
    code="wfm.shift.overlap",
    cure="Merge or order what tags and dropdowns gave before sending. Intervals are half open: one may begin when "
    "the other ends.",
    play=_play,
)
