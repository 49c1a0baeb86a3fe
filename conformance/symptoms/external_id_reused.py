"""An externalId is unique in the whole organisation, across users, templates, groups and schedules."""

from conformance.symptoms.scene import GROUPS_PATH, Scene, Symptom, group_body


def _play(scene: Scene) -> None:
    scene.user("Ada", externalId="1042")
    template = scene.template("Early")
    refused = scene.ask("POST", GROUPS_PATH, group_body("Support", template["id"], externalId="1042"))
    scene.refused(refused, at="externalId")
    body = group_body("Support", template["id"], externalId="zendesk:group:1042")
    scene.accepted(scene.ask("POST", GROUPS_PATH, body))


SYMPTOM = Symptom(
    name="external-id-reused",
    title="A group is refused because its externalId is in use, by something that is no group",
    code="wfm.external.id.in.use",
    cure="Source ids are unique per table only: put the source and the kind into the externalId (zendesk:group:1042).",
    play=_play,
)
