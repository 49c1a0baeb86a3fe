"""
Schedules: `/api/v2/wfm/schedules`. What one group works in one week under the group's template.

`POST` is a bulk import into the triple (group, template, week). The rules are numbered as in the specification; the one
that answers the complaint is rule 2: every committed change of a schedule moves its template's version by one, so a
script that read the version once sees its first batch accepted and every later one refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mockgc.domain import errors, rules
from mockgc.domain.errors import Holder, Violation, WfmError
from mockgc.domain.metadata import advanced, born, writable
from mockgc.domain.resource import CompositeKey, Filter, Operation, Reference, Resource, UniqueKey
from mockgc.domain.schema import METADATA, object_schema
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.wfm_dialect import codes, fields, shifts

IMPORT_AGENTS_MAX = 1000
WEEK_AGENTS_MAX = 5000
_TRIPLE = CompositeKey("triple", ("groupId", "scheduleTemplateId", "weekDate"))


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The agents of a batch, by what the batch would do to each."""

    created: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def changes(self) -> bool:
        return bool(self.created or self.replaced)


def import_batch(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """Import a batch of agents into a triple: 201 for its first batch, 200 for later ones."""
    rules.raise_invalid(request)
    body = request.body
    template = view.get("scheduleTemplate", body["scheduleTemplateId"])
    references = list(_references(resource, view, body))
    if template is None:
        everyone = {agent["userId"] for agent in body["agents"]}
        overlaps = shifts.overlaps(view, body, everyone, None)
        raise WfmError([*references, *_external_id(resource, view, body, None), *overlaps])
    _raise_outside_week(body, template)
    held = view.holders(_TRIPLE.name, _TRIPLE.value(body), (resource.kind,))
    before = view.get(*held[0]) if held else None
    wanted = shifts.stored_agents(body["agents"])
    batch = _sort(wanted, before)
    found = [
        *references,
        *_stale_baseline(resource, view, request, before, template, batch),
        *_external_id(resource, view, body, before),
        *(_differing(body, batch, before) if request.version is None else ()),
        *shifts.overlaps(view, body, {*batch.created, *batch.replaced}, before),
    ]
    if found:
        raise WfmError(found)
    if not batch.changes and before is not None:
        return _import_answer(resource, 200, before, template["version"], batch, ())
    return _commit_import(resource, view, request, wanted, batch, before, template)


def _commit_import(
    resource: Resource, view: View, request: Request, wanted: list[Entity], batch: _Sorted, before: Entity | None,
    template: Entity,
) -> Outcome:  # fmt: skip
    by_template = view.switches.schedule_baseline == "template"
    if before is None:
        schedule_id = view.new_id()
        content = {**request.body, "agents": wanted}
        after = born(schedule_id, resource.self_uri(schedule_id), content, view.now, view.client_id)
    else:
        after = advanced(before, _merged(before, wanted), view.now, view.client_id)
    changed = ("agents",) if before else tuple(writable(after))
    writes = [Write(resource.kind, after["id"], after, None if by_template else request.version, changed)]
    version = template["version"]
    for write in rules.moved_with(resource, view, after):
        writes.append(replace(write, claimed=request.version if by_template else None))
        version += 1
    return _import_answer(resource, 200 if before else 201, after, version, batch, tuple(writes))


def _import_answer(
    resource: Resource, status: int, schedule: Entity, template_version: int, batch: _Sorted, writes: tuple[Write, ...]
) -> Outcome:
    answer = {
        "schedule": _summary(schedule),
        "scheduleTemplateVersion": template_version,
        "created": list(batch.created),
        "replaced": list(batch.replaced),
        "unchanged": list(batch.unchanged),
    }
    reads = (
        (resource.kind, schedule["id"], schedule["version"]),
        ("scheduleTemplate", schedule["scheduleTemplateId"], template_version),
    )
    return Outcome(status, answer, writes, reads)


def replace_week(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    """The whole week anew under the schedule's own version; the triple stays."""
    schedule_id, body = request.ids[0], request.body
    row = rules.existing_row(resource, view, schedule_id)
    rules.raise_invalid(request)
    before = view.get(resource.kind, schedule_id)
    assert before is not None
    moved = [
        Violation(errors.CONSTRAINT_VALIDATION, f"{name} is {before[name]!r} for good, not {body[name]!r}", name)
        for name in _TRIPLE.fields
        if body[name] != before[name]
    ]
    if moved:
        raise WfmError(moved)
    template = view.get("scheduleTemplate", body["scheduleTemplateId"])
    assert template is not None
    _raise_outside_week(body, template)
    wanted = shifts.stored_agents(body["agents"])
    stays = {agent["userId"] for agent in before["agents"]}
    found = list(_references(resource, view, body, stays))
    if request.version != row.version:
        found.append(rules.stale(resource, before, request.version))
    for key in resource.unique:
        found += rules.held_keys(resource, view, key, body, schedule_id)
    batch = _sort(wanted, before)
    found += shifts.overlaps(view, body, {*batch.created, *batch.replaced}, before)
    if found:
        raise WfmError(found)
    content = {**body, "agents": wanted}
    if _canonical(writable(before)) == _canonical(content):
        return Outcome(200, row.encoded, reads=((resource.kind, schedule_id, row.version),))
    after = advanced(before, content, view.now, view.client_id)
    write = Write(resource.kind, schedule_id, after, request.version, rules.changed_fields(before, after))
    reads = ((resource.kind, schedule_id, after["version"]),)
    return Outcome(200, after, (write, *rules.moved_with(resource, view, before)), reads)


def _references(resource: Resource, view: View, body: Entity, stays: set[str] | None = None) -> Iterator[Violation]:
    """What does not exist, and what exists but is not the group's (`stays`: agents already in the schedule)."""
    missing = list(rules.missing_references(resource, view, body))
    yield from missing
    known = {violation.field for violation in missing}
    group = view.get("group", body["groupId"])
    if group is None:
        return
    holder = Holder("group", group["id"], group["name"])
    template_id = body["scheduleTemplateId"]
    if stays is None and template_id != group["scheduleTemplateId"] and "scheduleTemplateId" not in known:
        message = f"scheduleTemplateId: group {group['name']!r} has schedule template {group['scheduleTemplateId']!r}"
        yield Violation(
            codes.REFERENCE_NOT_FOUND, message, "scheduleTemplateId", holder, template_id, group["scheduleTemplateId"]
        )
    members = {*group["userIds"], *(stays or ())}
    for index, agent in enumerate(body["agents"]):
        path = f"agents[{index}].userId"
        if agent["userId"] not in members and path not in known:
            message = f"{path}: user {agent['userId']!r} is not a member of group {group['name']!r}"
            yield Violation(codes.REFERENCE_NOT_FOUND, message, path, holder, agent["userId"])


def _stale_baseline(
    resource: Resource, view: View, request: Request, before: Entity | None, template: Entity, batch: _Sorted
) -> Iterator[Violation]:
    """Rules 1, 2 and 5: a version that is sent is the template's current one, unless the batch changes nothing."""
    if request.version is None:
        return
    if not batch.changes and not view.switches.unchanged_import_is_stale:
        return
    holder: Holder | None = None
    if view.switches.schedule_baseline == "template":
        holder = Holder("scheduleTemplate", template["id"], template["name"], template["version"])
    elif before is not None:
        holder = Holder(resource.kind, before["id"], before["weekDate"], before["version"])
    current = holder.version if holder is not None else 0
    if request.version != current:
        message = "The resource has been modified since the last request. Please refresh and retry."
        yield Violation(codes.STALE, message, "version", holder, str(request.version), str(current))


def _external_id(resource: Resource, view: View, body: Entity, before: Entity | None) -> Iterator[Violation]:
    """Rule 7: the externalId names the schedule; sent again it is equal, also to none."""
    if before is None:
        for key in resource.unique:
            yield from rules.held_keys(resource, view, key, body, None)
    elif "externalId" in body and body["externalId"] != before.get("externalId"):
        has = before.get("externalId")
        message = f"externalId {body['externalId']!r}: this schedule has {'none' if has is None else repr(has)}"
        holder = Holder(resource.kind, before["id"], before["weekDate"], before["version"])
        yield Violation(codes.EXTERNAL_ID_IN_USE, message, "externalId", holder, body["externalId"], has)


def _differing(body: Entity, batch: _Sorted, before: Entity | None) -> Iterator[Violation]:
    """Rule 3: without a baseline nothing existing is overwritten."""
    if before is None:
        return
    replaced = set(batch.replaced)
    for index, agent in enumerate(body["agents"]):
        if agent["userId"] in replaced:
            path = f"agents[{index}].shifts"
            message = f"{path}: user {agent['userId']!r} already has other shifts in week {before['weekDate']}"
            holder = Holder("schedule", before["id"], before["weekDate"], before["version"])
            yield Violation(codes.SCHEDULE_DIFFERS, message, path, holder, agent["userId"])


def _sort(wanted: list[Entity], before: Entity | None) -> _Sorted:
    stored = {agent["userId"]: agent["shifts"] for agent in before["agents"]} if before else {}
    ids = [agent["userId"] for agent in wanted]
    same = {agent["userId"] for agent in wanted if stored.get(agent["userId"]) == agent["shifts"]}
    return _Sorted(
        tuple(user_id for user_id in ids if user_id not in stored),
        tuple(user_id for user_id in ids if user_id in stored and user_id not in same),
        tuple(user_id for user_id in ids if user_id in same),
    )


def _merged(before: Entity, wanted: list[Entity]) -> Entity:
    """Rule 4: agents in the batch replace what they had; the others stay."""
    batch = {agent["userId"]: agent for agent in wanted}
    agents = [batch.pop(agent["userId"], agent) for agent in before["agents"]]
    return {**writable(before), "agents": [*agents, *batch.values()]}


def _raise_outside_week(body: Entity, template: Entity) -> None:
    outside = list(shifts.outside_week(body, template["timeZone"]))
    if outside:
        raise WfmError(outside)


def _values(body: Entity) -> Iterator[Violation]:
    """What a schema cannot say: a Monday, each user once, instants that exist."""
    try:
        monday = date.fromisoformat(body["weekDate"])
    except ValueError:
        yield Violation(errors.INVALID_DATE, f"weekDate {body['weekDate']!r} is not a date (YYYY-MM-DD)", "weekDate")
    else:
        if monday.weekday() or not 1970 <= monday.year < 2200:
            message = f"weekDate {body['weekDate']!r} is not a Monday between 1970 and 2199"
            yield Violation(errors.CONSTRAINT_VALIDATION, message, "weekDate", given=body["weekDate"])
    seen: set[str] = set()
    for index, agent in enumerate(body["agents"]):
        if agent["userId"] in seen:
            path = f"agents[{index}].userId"
            yield Violation(errors.CONSTRAINT_VALIDATION, f"{path}: each user comes once in a batch", path)
        seen.add(agent["userId"])
    yield from shifts.impossible_instants(body["agents"])


def _summary(schedule: Entity) -> Entity:
    return {**{k: v for k, v in schedule.items() if k != "agents"}, "agentCount": len(schedule["agents"])}


def _canonical(schedule: Entity) -> Any:
    return {**schedule, "agents": {agent["userId"]: agent["shifts"] for agent in schedule["agents"]}}


def _moves_template(view: View, schedule: Entity) -> tuple[tuple[str, str], ...]:
    """Rule 2, with its switch."""
    return (("scheduleTemplate", schedule["scheduleTemplateId"]),) if view.switches.import_moves_template else ()


def _agents(most: int, least: int) -> dict[str, Any]:
    agent = object_schema(
        {"userId": fields.ID, "shifts": {"type": "array", "items": shifts.SHIFT, "maxItems": 50}}, ("userId", "shifts")
    )
    return {"type": "array", "items": agent, "maxItems": most, "minItems": least}


def _fields(agents: dict[str, Any]) -> dict[str, Any]:
    return {
        "groupId": fields.ID,
        "scheduleTemplateId": fields.ID,
        "weekDate": {
            "type": "string",
            "format": "date",
            "description": "The week's Monday, a local date.",
        },
        "externalId": fields.EXTERNAL_ID,
        "agents": agents,
    }


_REQUIRED = ("groupId", "scheduleTemplateId", "weekDate", "agents")
_IMPORT_BODY = object_schema(
    {**_fields(_agents(IMPORT_AGENTS_MAX, 1)), **METADATA}, _REQUIRED
)  # fmt: skip
_SHAPE = Resource(
    area=fields.AREA,
    kind="schedule",
    path=f"{fields.PREFIX}/schedules",
    title="schedule",
    id_parameter="scheduleId",
    schema=object_schema(_fields(_agents(WEEK_AGENTS_MAX, 0)), _REQUIRED),
    example={
        "groupId": "5c0e1f2a-0000-4000-8001-000000000003",
        "scheduleTemplateId": "5c0e1f2a-0000-4000-8001-000000000001",
        "weekDate": "2026-11-30",
        "agents": [
            {
                "userId": "5c0e1f2a-0000-4000-8001-000000000002",
                "shifts": [{"start": "2026-11-30T08:00:00+01:00", "lengthMinutes": 480}],
            }
        ],
    },
    unique=(UniqueKey("externalId", codes.EXTERNAL_ID_IN_USE, scope="organisation"),),
    composite=(_TRIPLE,),
    references=(
        Reference("scheduleTemplateId", "scheduleTemplate", codes.REFERENCE_NOT_FOUND),
        Reference("groupId", "group", codes.REFERENCE_NOT_FOUND),
        Reference("agents[].userId", "user", codes.REFERENCE_NOT_FOUND),
    ),
    filters=(Filter("externalId"), Filter("groupId"), Filter("scheduleTemplateId"), Filter("weekDate")),
    summarise=_summary,
    canonical=_canonical,
    also_moves=_moves_template,
    stale=codes.STALE,
)
_REFUSALS = (codes.REFERENCE_NOT_FOUND, codes.EXTERNAL_ID_IN_USE, codes.SHIFT_OVERLAP)
_USER_IDS = {"type": "array", "items": {"type": "string"}}
_READ, _REPLACE, _DELETE = fields.item_operations(_SHAPE, _REFUSALS, body_bytes_max=16 * 1024 * 1024)
SCHEDULE = replace(
    _SHAPE,
    components={
        "ScheduleImportResult": object_schema(
            {
                "schedule": {"$ref": "#/components/schemas/ScheduleSummary"},
                "scheduleTemplateVersion": {"type": "integer"},
                "created": _USER_IDS,
                "replaced": _USER_IDS,
                "unchanged": _USER_IDS,
            },
            ("schedule", "scheduleTemplateVersion", "created", "replaced", "unchanged"),
        )
    },
    operations=(
        fields.list_operation(_SHAPE),
        replace(
            fields.create_operation(_SHAPE, (codes.STALE, codes.SCHEDULE_DIFFERS, *_REFUSALS)),
            name="import",
            summary="Import a batch of agents into a group's week",
            handle=import_batch,
            body=_IMPORT_BODY,
            values=_values,
            answers={201: "ScheduleImportResult", 200: "ScheduleImportResult"},
        ),
        _READ,
        replace(_REPLACE, handle=replace_week, values=_values),
        _DELETE,
    ),
)
