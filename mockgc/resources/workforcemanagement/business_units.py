"""
Business units: `/api/v2/workforcemanagement/businessunits`.

The version belongs to the settings: it stands in `settings.metadata`, is claimed inside the PATCH body's optional
`settings`, and a rename neither carries nor moves it. Reads show the settings only when `expand` names them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, WfmError, assumed, documented
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource, UniqueKey, value_at
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.domain.zones import zone_names
from mockgc.resources.kit import (
    CONTRACT,
    WFM_STALE,
    WFM_VALIDATION,
    Common,
    Stamp,
    children,
    everything,
    known_fields,
    many,
    parameters,
    reply,
)
from mockgc.resources.plain import Plain
from mockgc.resources.workforcemanagement.default_codes import DEFAULT_IDS, default_codes

PATH = "/api/v2/workforcemanagement/businessunits"
SETTINGS = Stamp("settings.metadata.version", moved_by="settings")
NAME_LENGTH_MAX = 50
NOT_FOUND = ErrorCode(
    "wfm.business.unit.not.found", 404, "the path names a business unit", documented("404 of 157 WFM operations"),
    "List the business units; this one may have been deleted.",
)  # fmt: skip
IN_USE = ErrorCode(
    "wfm.not.allowed", 400, "a business unit with management units is not deleted",
    assumed("DELETE businessunits/{businessUnitId} declares the code only"), "Delete or move its management units.",
)  # fmt: skip
UNKNOWN_DIVISION = ErrorCode(
    "wfm.validation.failure", 400, "a unit belongs to a division that exists",
    assumed("no code is declared for a division in the body"), "Create the division first, or name one that exists.",
)  # fmt: skip
UNKNOWN_ZONE = ErrorCode(
    "wfm.validation.failure", 400, "a business unit's time zone is an IANA name", assumed("no code says so"),
    "Send a name such as Europe/Paris.",
)  # fmt: skip
UNKNOWN_CODE = ErrorCode(
    "wfm.validation.failure", 400, "the default codes of learning and coaching are activity codes of the unit",
    assumed("no code is declared for it"), "Create the activity code first; a new unit holds \"0\" to \"7\".",
)  # fmt: skip
_SCHEDULING = {"activitySmoothingType": "ReduceConcurrentActivitiesAcrossMu", "induceScheduleVariability": True}
_REMINDERS = {"earlyReminderMinutes": 15, "activityCategorySettings": []}
_FIXED = ("startDayOfWeek", "timeZone")


def uri(unit_id: str) -> str:
    """Of a business unit."""
    return f"{PATH}/{unit_id}"


COMMON = Common("businessUnit", lambda unit: uri(unit["id"]), SETTINGS, NOT_FOUND, WFM_STALE)


def name_violations(entity: Entity) -> Iterator[Violation]:
    """Unit names have 1 to 50 characters. Source: documented, help article on supported configuration."""
    if not 1 <= len(entity["name"].strip()) <= NAME_LENGTH_MAX:
        message = f"name: {entity['name'][:200]!r} does not have 1 to {NAME_LENGTH_MAX} characters"
        yield Violation(errors.CONSTRAINT_VALIDATION, message, "name", given=entity["name"][:200])


def _check(view: View, unit: Entity, before: Entity | None) -> Iterator[Violation]:
    yield from name_violations(unit)
    for name in ("learning", "coaching"):
        code = value_at(unit, f"settings.{name}.defaultActivityCode.id")
        is_new = code is not None and code != value_at(before or {}, f"settings.{name}.defaultActivityCode.id")
        if is_new and not _is_code(view, unit["id"], code, before):
            field = f"settings.{name}.defaultActivityCodeId"
            yield Violation(UNKNOWN_CODE, f"{field}: the unit has no activity code {code!r}", field, given=code)
    zone = unit["settings"]["timeZone"]
    if zone not in zone_names():
        yield Violation(UNKNOWN_ZONE, f"settings.timeZone: {zone!r} is no time zone", "settings.timeZone", given=zone)


def _is_code(view: View, unit_id: str, code: str, before: Entity | None) -> bool:
    """Whether the unit has a live activity code; one that is just being created has the default ones."""
    found = view.get("activityCode", f"{unit_id}/{code}")
    return code in DEFAULT_IDS if before is None else found is not None and bool(found["active"])


def division(division_id: str) -> Entity:
    """The reference to a division as units show it."""
    return {"id": division_id, "selfUri": f"/api/v2/authorization/divisions/{division_id}"}


def expanded(entity: Entity, wanted: Collection[str], always: tuple[str, ...]) -> Entity:
    """A unit with as much of its settings as `expand` names: none, all (`settings`), or parts beside `always`."""
    if "settings" in wanted:
        return entity
    parts = {name.split(".")[1] for name in wanted if name.startswith("settings.")}
    shown = {name: value for name, value in entity.items() if name != "settings"}
    if parts:
        keep = parts | set(always)
        shown["settings"] = {name: value for name, value in entity["settings"].items() if name in keep}
    return shown


def _settings(unit_id: str, sent: Entity, before: Entity) -> Entity:
    """The settings as they are read: each block sent is laid over what was there (assumed), wrappers are opened."""
    after = dict(before)
    if "shortTermForecasting" in sent:
        after["shortTermForecasting"] = {**before.get("shortTermForecasting", {}), **sent["shortTermForecasting"]}
    if "scheduling" in sent:
        block = dict(sent["scheduling"])
        if "syncTimeOffProperties" in block:
            block["syncTimeOffProperties"] = block["syncTimeOffProperties"].get("values", [])
        after["scheduling"] = {**before["scheduling"], **block}
    if "notifications" in sent:
        reminders = {**before["notifications"]["scheduling"], **sent["notifications"].get("scheduling", {})}
        after["notifications"] = {"scheduling": reminders}
    for name in ("learning", "coaching"):
        code = value_at(sent, f"{name}.defaultActivityCodeId")
        if code is not None:
            reference = {"id": code, "selfUri": f"{uri(unit_id)}/activitycodes/{code}"}
            after[name] = {"defaultActivityCode": reference}
    return after


def _content(view: View, request: Request, before: Entity | None) -> Entity:
    body = request.body
    if before is None:
        unit_id, sent = view.new_id(), body["settings"]
        first = {name: sent[name] for name in _FIXED}
        first |= {"scheduling": _SCHEDULING, "notifications": {"scheduling": _REMINDERS}}
        first["shortTermForecasting"] = {"defaultHistoryWeeks": 26}
        return {
            "id": unit_id,
            "name": body["name"],
            "division": division(body["divisionId"]),
            "settings": _settings(unit_id, sent, first),
        }
    content = known_fields(body, "name")
    if "divisionId" in body:
        content["division"] = division(body["divisionId"])
    if "settings" in body:
        content["settings"] = _settings(before["id"], body["settings"], before["settings"])
    return content


UNITS = Plain(COMMON, _content, created=201)


def _create(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """With the codes that every unit has."""
    outcome = UNITS.create(resource, operation, view, request)
    assert isinstance(outcome.body, dict)
    unit_id = outcome.body["id"]
    return replace(outcome, writes=(*outcome.writes, *default_codes(view, unit_id, f"{uri(unit_id)}/activitycodes")))


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    body = expanded(unit, many(request, "expand"), ("metadata", *_FIXED))
    return replace(reply(view, "businessUnit", unit), body=body)


def _delete(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    inside = children(view, "managementUnit", "businessUnit", before["id"])
    if inside:
        raise WfmError(_held_by(before, unit) for unit in inside)
    owned = view.referrers("businessUnit", before["id"])
    writes = (*(Write(kind, entity_id, None) for kind, entity_id in owned), Write("businessUnit", before["id"], None))
    return Outcome(204, None, writes)


def _held_by(before: Entity, unit: Entity) -> Violation:
    message = f"business unit {before['name']!r} still has the management unit {unit['name']!r}"
    return Violation(IN_USE, message, holder=Holder("managementUnit", unit["id"], unit["name"]))


def _item(unit: Entity) -> Entity:
    return {**{name: unit[name] for name in ("id", "name", "division", "selfUri")}, "authorized": True}


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    found = in_divisions(everything(view, "businessUnit"), request)
    return Outcome(200, {"entities": [_item(unit) for unit in found]})


def in_divisions(found: list[Entity], request: Request) -> list[Entity]:
    """The units of the division that the query names, all when it names none."""
    wanted = parameters(request).get("divisionId")
    return [unit for unit in found if wanted is None or unit["division"]["id"] in wanted.split(",")]


BUSINESS_UNIT = Resource(
    kind="businessUnit",
    path=PATH,
    title="business unit",
    unique=(UniqueKey("name", WFM_VALIDATION, folded_name),),
    references=(Reference("division.id", "division", UNKNOWN_DIVISION, "divisionId"),),
    checks=(_check,),
    behaviours={
        "postWorkforcemanagementBusinessunits": Behaviour(
            _create,
            assumed("201; a clash of names is a 400"),
            (WFM_VALIDATION, UNKNOWN_DIVISION, UNKNOWN_ZONE, UNKNOWN_CODE),
        ),
        "getWorkforcemanagementBusinessunit": Behaviour(_read, CONTRACT, (NOT_FOUND,)),
        "patchWorkforcemanagementBusinessunit": Behaviour(
            UNITS.change, CONTRACT, (NOT_FOUND, WFM_STALE, WFM_VALIDATION, UNKNOWN_DIVISION, UNKNOWN_CODE)
        ),
        "deleteWorkforcemanagementBusinessunit": Behaviour(
            _delete, assumed("refused while management units are in it; takes the rest with it"), (NOT_FOUND, IN_USE)
        ),
        "getWorkforcemanagementBusinessunits": Behaviour(_list, CONTRACT),
        "getWorkforcemanagementBusinessunitsDivisionviews": Behaviour(_list, CONTRACT),
    },
)
