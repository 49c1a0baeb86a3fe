"""
What a request would break in a state: one (code, field path) for each violation, as the specification states the rules.

Nothing here decides: `conformance.model` asks and puts the answers in order.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import weeks
from conformance.claims import (
    CLAIMS,
    EXTERNAL_ID,
    OVERLAP,
    REFERENCE,
    TRIPLE,
    ZONE,
    Body,
    Claim,
)
from conformance.entities import NEW, Row, State

Fault = tuple[str, str | None]
"""(code, field path) of one violation."""
INVALID = "constraint.validation"


def missing(state: State, claim: Claim, body: Body) -> Iterator[Fault]:
    """Each reference that names nothing."""
    for reference in claim.references:
        for path, entity_id in reference.found_in(body):
            if state.get(reference.to, entity_id) is None:
                yield REFERENCE, path


def held(state: State, claim: Claim, fields: Body, own_id: str | None) -> Iterator[Fault]:
    """Each unique key that another live entity holds."""
    for unique in claim.unique:
        if fields.get(unique.field) is None:
            continue
        kinds = CLAIMS if unique.scope == "organisation" else (claim.kind,)
        wanted = unique.fold(fields[unique.field])
        for kind in kinds:
            for entity_id, row in state.rows[kind].items():
                value = row.fields.get(unique.field)
                if value is not None and unique.fold(value) == wanted and (kind, entity_id) != (claim.kind, own_id):
                    yield unique.code, unique.field


def misfits(state: State, claim: Claim, body: Body, own_id: str | None) -> Iterator[Fault]:
    """Every member of every group this entity takes part in fits the group's template."""
    if claim.kind == "group":
        template = state.get("scheduleTemplate", body["scheduleTemplateId"])
        for index, user_id in enumerate(body.get("userIds") or ()):
            user = state.get("user", user_id)
            if user and template and not weeks.fits(user.fields["timeZone"], template.fields["timeZone"]):
                yield ZONE, f"userIds[{index}]"
    elif own_id is not None and claim.kind in ("user", "scheduleTemplate"):
        for group in state.rows["group"].values():
            if not all(weeks.fits(body["timeZone"], other) for other in _partners(state, claim, group, own_id)):
                yield ZONE, "timeZone"


def _partners(state: State, claim: Claim, group: Row, own_id: str) -> Iterator[str]:
    """The zones that this user, or this template, meets in a group."""
    template_id, user_ids = group.fields["scheduleTemplateId"], group.fields["userIds"]
    if claim.kind == "user" and own_id in user_ids:
        yield state.rows["scheduleTemplate"][template_id].fields["timeZone"]
    if claim.kind == "scheduleTemplate" and own_id == template_id:
        for user_id in user_ids:
            yield state.rows["user"][user_id].fields["timeZone"]


def referrers(state: State, kind: str, entity_id: str) -> Iterator[Row]:
    """Every live entity that refers to this one."""
    for other in CLAIMS.values():
        for row in state.rows[other.kind].values():
            held = {**row.fields, "agents": [{"userId": user_id} for user_id, _ in row.fields.get("agents", ())]}
            targets = [(ref.to, target) for ref in other.references for _, target in ref.found_in(held)]
            if (kind, entity_id) in targets:
                yield row


def strangers(state: State, body: Body, stays: set[str] | None) -> Iterator[Fault]:
    """What exists but is not the group's: an import's template (`stays` None), agents neither members nor in before."""
    group = state.get("group", body["groupId"])
    if group is None:
        return
    template_id = body["scheduleTemplateId"]
    is_known = state.get("scheduleTemplate", template_id) is not None
    if stays is None and is_known and template_id != group.fields["scheduleTemplateId"]:
        yield REFERENCE, "scheduleTemplateId"
    for index, agent in enumerate(body["agents"]):
        if agent["userId"] not in {*group.fields["userIds"], *(stays or ())}:
            yield REFERENCE, f"agents[{index}].userId"


def import_key(state: State, claim: Claim, body: Body, row: Row | None) -> Iterator[Fault]:
    """Rule 7: the externalId names the schedule; sent again it is equal."""
    if row is None:
        yield from held(state, claim, body, None)
    elif body.get("externalId") is not None and body["externalId"] != row.fields.get("externalId"):
        yield EXTERNAL_ID, "externalId"


def overlaps(state: State, body: Body, row: Row | None, own_id: str | None) -> Iterator[Fault]:
    """Shifts of an agent whose week changes meet each other, or the agent's other schedules."""
    stored = dict(row.fields["agents"]) if row else {}
    wanted = dict(weeks.agents(body["agents"]))
    for index, agent in enumerate(body["agents"]):
        user_id = agent["userId"]
        if stored.get(user_id) == wanted[user_id]:
            continue
        others = [
            shift
            for schedule_id, other in state.rows["schedule"].items()
            if schedule_id != own_id
            for shift in dict(other.fields["agents"]).get(user_id, ())
        ]
        for position in weeks.overlapping(agent["shifts"], others):
            yield OVERLAP, f"agents[{index}].shifts[{position}].start"


def bad_values(body: Body) -> frozenset[Fault]:
    """What is wrong with the agents and the date of a week, whatever the state is."""
    ids = [agent["userId"] for agent in body["agents"]]
    twice = [f"agents[{index}].userId" for index, user_id in enumerate(ids) if user_id in ids[:index]]
    wrong = [*twice, *(() if weeks.is_monday(body["weekDate"]) else ("weekDate",))]
    return frozenset((INVALID, path) for path in wrong)


def bad_week(state: State, row: Row, body: Body) -> frozenset[Fault]:
    """What is wrong with a week that replaces this one: the triple stays, shifts start inside it."""
    wrong = bad_values(body)
    if not wrong:
        wrong = frozenset((INVALID, name) for name in TRIPLE if body[name] != row.fields[name])
    if not wrong:
        zone = state.rows["scheduleTemplate"][body["scheduleTemplateId"]].fields["timeZone"]
        wrong = frozenset((INVALID, path) for path in weeks.outside(body, zone))
    return wrong


def of_triple(state: State, body: Body) -> tuple[str, Row | None]:
    """The schedule of this group, template and week, under `NEW` when there is none."""
    for schedule_id, row in state.rows["schedule"].items():
        if all(row.fields[name] == body[name] for name in TRIPLE):
            return schedule_id, row
    return NEW, None
