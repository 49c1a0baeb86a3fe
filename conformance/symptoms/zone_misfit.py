"""A member's time zone does not fit the template's; instants with an offset have nothing to do with it."""

from conformance.symptoms.scene import GROUPS_PATH, TEMPLATES_PATH, Scene, Symptom, group_body


def _play(scene: Scene) -> None:
    ada, bea, liz = scene.user("Ada"), scene.user("Bea", "Europe/Brussels"), scene.user("Liz", "Europe/London")
    paris = scene.template("Early")
    refused = scene.ask("POST", GROUPS_PATH, group_body("Support", paris["id"], [ada, bea, liz]))
    scene.refused(refused, at="userIds[2]")
    london = scene.accepted(scene.ask("POST", TEMPLATES_PATH, {"name": "Early (UK)", "timeZone": "Europe/London"}))
    scene.accepted(scene.ask("POST", GROUPS_PATH, group_body("Support", paris["id"], [ada, bea])))
    scene.accepted(scene.ask("POST", GROUPS_PATH, group_body("Support (UK)", london["id"], [liz])))


SYMPTOM = Symptom(
    name="zone-misfit",
    title="A group is refused because of one member's time zone",
    code="wfm.time.zone.incompatible",
    cure="One template and one group for each set of zones with equal offsets: Brussels fits Paris, London does not. "
    "Sending instants in UTC does not help; it is the profiles that must fit.",
    play=_play,
)
