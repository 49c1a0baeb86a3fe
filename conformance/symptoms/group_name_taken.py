"""A group of this name exists, with another template: a create is refused, whatever its other fields."""

from conformance.symptoms.scene import GROUPS_PATH, Scene, Symptom, group_body


def _play(scene: Scene) -> None:
    early, late = scene.template("Early"), scene.template("Late")
    scene.group("Support", early)
    scene.refused(scene.ask("POST", GROUPS_PATH, group_body("support ", late["id"])), at="name")
    found = scene.accepted(scene.ask("GET", f"{GROUPS_PATH}?name=Support"))["entities"]
    scene.check(len(found) == 1, f"the name finds {len(found)} groups, not 1")
    held = found[0]
    body = group_body("Support", late["id"], version=held["version"])
    changed = scene.accepted(scene.ask("PUT", f"{GROUPS_PATH}/{held['id']}", body))
    scene.check(changed["scheduleTemplateId"] == late["id"], "the group still has its old template")


SYMPTOM = Symptom(
    name="group-name-taken",
    title="A group cannot be created: its name is taken, with another schedule template",
    code="wfm.name.in.use",
    cure="Read the groups first (GET …/groups?name=…): skip the group when it is as you want it, else PUT it with "
    "its own version. Names are compared without case and surrounding blanks.",
    play=_play,
)
