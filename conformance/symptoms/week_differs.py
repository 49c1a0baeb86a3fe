"""An import without a version meets other shifts of the same agent: nothing existing is overwritten unseen."""

from conformance.symptoms.scene import SCHEDULES_PATH, WEEK, Scene, Symptom, week_of


def _play(scene: Scene) -> None:
    ada = scene.user("Ada")
    group = scene.group("Support", scene.template("Early"), [ada])
    first = scene.ask("POST", SCHEDULES_PATH, week_of(group, [ada])).json()
    later = f"{WEEK}T12:00:00Z"
    scene.refused(scene.ask("POST", SCHEDULES_PATH, week_of(group, [ada], later)), at="agents[0].shifts")
    version = first["scheduleTemplateVersion"]
    answer = scene.accepted(scene.ask("POST", SCHEDULES_PATH, week_of(group, [ada], later, version=version)))
    scene.check(answer["replaced"] == [ada], f"the answer says {answer['replaced']} was replaced")


SYMPTOM = Symptom(
    name="week-differs",
    title="A second import of a week is refused, because an agent has other shifts there",
    code="wfm.schedule.differs",
    cure="To replace what is there on purpose, send the template's current version; leave version out only for "
    "agents new to the week.",
    play=_play,
)
