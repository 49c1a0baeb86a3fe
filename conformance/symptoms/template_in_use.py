"""Cleaning up in the wrong order: what others refer to cannot be deleted."""

from conformance.symptoms.scene import GROUPS_PATH, TEMPLATES_PATH, Scene, Symptom


def _play(scene: Scene) -> None:
    template = scene.template("Early")
    group = scene.group("Support", template)
    scene.refused(scene.ask("DELETE", f"{TEMPLATES_PATH}/{template['id']}"), at=None)
    scene.accepted(scene.ask("DELETE", f"{GROUPS_PATH}/{group['id']}"))
    scene.accepted(scene.ask("DELETE", f"{TEMPLATES_PATH}/{template['id']}"))


SYMPTOM = Symptom(
    name="template-in-use",
    title="A template of a failed attempt cannot be deleted",
    code="wfm.entity.in.use",
    cure="Delete against the order of dependence: schedules, groups, templates, users.",
    play=_play,
)
