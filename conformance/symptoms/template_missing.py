"""A group names a schedule template that does not exist (yet, or in this organisation)."""

from conformance.symptoms.scene import GROUPS_PATH, TEMPLATES_PATH, Scene, Symptom, group_body

ELSEWHERE = "00000000-0000-4000-8000-000000000042"


def _play(scene: Scene) -> None:
    ada = scene.user("Ada")
    refused = scene.ask("POST", GROUPS_PATH, group_body("Support", ELSEWHERE, [ada]))
    scene.refused(refused, at="scheduleTemplateId")
    body = {"name": "Early", "timeZone": "Europe/Paris"}
    made = scene.accepted(scene.ask("POST", TEMPLATES_PATH, body))
    scene.accepted(scene.ask("POST", GROUPS_PATH, group_body("Support", made["id"], [ada])))


SYMPTOM = Symptom(
    name="template-missing",
    title="A group is refused with 409 because its schedule template does not exist",
    code="wfm.reference.not.found",
    cure="Write in the order of dependence (users, templates, groups, schedules) and use the id that this "
    "organisation answered; ids of another organisation mean nothing here.",
    play=_play,
)
