"""
Management units: `/api/v2/workforcemanagement/managementunits`, each in one business unit.

As with business units the version is the settings': claimed inside the PATCH body's `settings`, neither carried nor
moved by a rename. Day and zone belong to the business unit and are shown from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from mockgc.domain import rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, WfmError, assumed, documented
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Later, Operation, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View, Write
from mockgc.resources.kit import (
    CONTRACT,
    WFM_STALE,
    WFM_VALIDATION,
    Common,
    children,
    everything,
    known_fields,
    many,
    parameters,
    reply,
)
from mockgc.resources.operations import COMPLETE, PROCESSING, start
from mockgc.resources.plain import Plain
from mockgc.resources.workforcemanagement import business_units
from mockgc.resources.workforcemanagement.business_units import (
    SETTINGS,
    UNKNOWN_DIVISION,
    division,
    expanded,
    in_divisions,
    name_violations,
)

PATH = "/api/v2/workforcemanagement/managementunits"
NOT_FOUND = ErrorCode(
    "wfm.management.unit.not.found", 404, "the path names a management unit", documented("404 of 69 WFM operations"),
    "List the management units; this one may have been deleted.",
)  # fmt: skip
NO_BUSINESS_UNIT = ErrorCode(
    "wfm.validation.business.unit.not.found", 400, "a management unit belongs to a business unit that exists",
    documented("POST managementunits: 400"), "Create the business unit first.",
)  # fmt: skip
HAS_AGENTS = ErrorCode(
    "wfm.not.allowed", 400, "a management unit with agents is not deleted",
    assumed("DELETE managementunits/{managementUnitId} declares the code only"),
    "Move its agents out first: POST agents without destinationManagementUnitId.",
)  # fmt: skip
_BLOCKS = ("adherence", "scheduling", "shiftTrading", "shortTermForecasting", "timeOff")
_WRAPPED = {"scheduling": ("monthlyPlanningPeriod", "planningPeriod"), "timeOff": ("submissionLatestDate",)}


def uri(unit_id: str) -> str:
    """Of a management unit."""
    return f"{PATH}/{unit_id}"


def reference(unit_id: str) -> Entity:
    """The reference to a management unit as others show it."""
    return {"id": unit_id, "selfUri": uri(unit_id)}


COMMON = Common("managementUnit", lambda unit: uri(unit["id"]), SETTINGS, NOT_FOUND, WFM_STALE)


def _business_unit(unit_id: str) -> Entity:
    return {"id": unit_id, "selfUri": business_units.uri(unit_id)}


def _check(_: View, unit: Entity, __: Entity | None) -> Iterator[Violation]:
    return name_violations(unit)


def _settings(sent: Entity, before: Entity) -> Entity:
    """The settings as they are read: blocks laid over what was there (assumed), an empty wrapper clears its field."""
    after = dict(before)
    for block in _BLOCKS:
        if block not in sent:
            continue
        fields = dict(sent[block])
        cleared = set()
        for name in _WRAPPED.get(block, ()):
            if name in fields:
                fields[name] = fields[name].get("value")
                cleared |= {name} if fields[name] is None else set()
        merged = {**before.get(block, {}), **fields}
        after[block] = {name: value for name, value in merged.items() if name not in cleared}
    return after


def _shown(view: View, unit: Entity, wanted: Collection[str]) -> Entity:
    """With the business unit's day and zone, and the deprecated copies of the version."""
    parent, metadata = view.get("businessUnit", unit["businessUnit"]["id"]), unit["settings"]["metadata"]
    assert parent is not None
    return {
        **expanded(unit, wanted, ("metadata",)),
        **{name: parent["settings"][name] for name in ("startDayOfWeek", "timeZone")},
        "metadata": metadata,
        **{name: metadata[name] for name in ("version", "dateModified", "modifiedBy")},
    }


_WITH_SETTINGS = ("settings",)


def _with_settings(view: View, unit: Entity, _: Request) -> Entity:
    """After a change the settings are shown, so that their new version is known (assumed)."""
    return _shown(view, unit, _WITH_SETTINGS)


def _content(view: View, request: Request, before: Entity | None) -> Entity:
    """A new unit is in its business unit's division where it names none."""
    body, content = request.body, known_fields(request.body, "name")
    if before is None:
        parent = view.get("businessUnit", body["businessUnitId"])
        home = division(body.get("divisionId", parent["division"]["id"])) if parent else {}
        content |= {"businessUnit": _business_unit(body["businessUnitId"]), "division": home}
        return {**content, "settings": _settings(body.get("settings", {}), {})}
    if "divisionId" in body:
        content["division"] = division(body["divisionId"])
    if "settings" in body:
        content["settings"] = _settings(body["settings"], before["settings"])
    return content


UNITS = Plain(COMMON, _content, _with_settings, created=201)


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return replace(reply(view, "managementUnit", unit), body=_shown(view, unit, many(request, "expand")))


def _delete(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    agents = children(view, "agent", "managementUnit", before["id"])
    if agents:
        message = f"management unit {before['name']!r} still has {len(agents)} agent(s)"
        raise WfmError(Violation(HAS_AGENTS, message, holder=Holder("agent", agent["id"])) for agent in agents)
    owned = view.referrers("managementUnit", before["id"])
    writes = (*(Write(kind, entity_id, None) for kind, entity_id in owned), Write("managementUnit", before["id"], None))
    return Outcome(204, None, writes)


def _move(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """202 and `Processing`, or 200 and `Complete` where the unit is already there. Source: documented."""
    before = COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    wanted = _business_unit(request.body["businessUnitId"])
    if before["businessUnit"]["id"] == wanted["id"]:
        return replace(reply(view, "managementUnit", before), body={"businessUnit": wanted, "status": COMPLETE})
    COMMON.raise_conflicts(resource, view, {"businessUnit": wanted}, before)
    begun = start(operation, view, request, MOVE, {"managementUnitId": before["id"], "eventType": "Move"})
    return Outcome(202, {"businessUnit": wanted, "status": PROCESSING}, begun.writes, begun.reads)


def _moved(view: View, request: Request, _: Entity) -> Outcome:
    before = COMMON.existing(view, request.ids[0])
    content = {"businessUnit": _business_unit(request.body["businessUnitId"])}
    return replace(COMMON.update(MANAGEMENT_UNIT, view, before, content, None), body=content)


def _listed(view: View, request: Request, found: Iterable[Entity]) -> Outcome:
    wanted = _WITH_SETTINGS if parameters(request).get("expand") == "details" else ()
    return Outcome(200, {"entities": [_shown(view, unit, wanted) for unit in in_divisions(list(found), request)]})


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    return _listed(view, request, everything(view, "managementUnit"))


def _list_of_business_unit(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    parent = business_units.COMMON.existing(view, request.ids[0])
    rules.raise_invalid(request)
    return _listed(view, request, children(view, "managementUnit", "businessUnit", parent["id"]))


MOVE = Later(
    _moved,
    watched_by=(
        "getWorkforcemanagementManagementunit",
        "getWorkforcemanagementManagementunits",
        "getWorkforcemanagementManagementunitsDivisionviews",
    ),
)
MANAGEMENT_UNIT = Resource(
    kind="managementUnit",
    path=PATH,
    title="management unit",
    unique=(UniqueKey("name", WFM_VALIDATION, folded_name),),
    references=(
        Reference("businessUnit.id", "businessUnit", NO_BUSINESS_UNIT, "businessUnitId"),
        Reference("division.id", "division", UNKNOWN_DIVISION, "divisionId"),
    ),
    checks=(_check,),
    behaviours={
        "postWorkforcemanagementManagementunits": Behaviour(
            UNITS.create,
            assumed("201; a clash of names is a 400"),
            (NO_BUSINESS_UNIT, WFM_VALIDATION, UNKNOWN_DIVISION),
        ),
        "getWorkforcemanagementManagementunit": Behaviour(_read, CONTRACT, (NOT_FOUND,)),
        "patchWorkforcemanagementManagementunit": Behaviour(
            UNITS.change, CONTRACT, (NOT_FOUND, WFM_STALE, WFM_VALIDATION, UNKNOWN_DIVISION)
        ),
        "deleteWorkforcemanagementManagementunit": Behaviour(
            _delete, assumed("refused while agents are in it; takes the rest with it"), (NOT_FOUND, HAS_AGENTS)
        ),
        "postWorkforcemanagementManagementunitMove": Behaviour(
            _move, documented("200 when it is there already, else 202"), (NOT_FOUND, NO_BUSINESS_UNIT), MOVE
        ),
        "getWorkforcemanagementManagementunits": Behaviour(_list, CONTRACT),
        "getWorkforcemanagementManagementunitsDivisionviews": Behaviour(_list, CONTRACT),
        "getWorkforcemanagementBusinessunitManagementunits": Behaviour(
            _list_of_business_unit, CONTRACT, (business_units.NOT_FOUND,)
        ),
    },
)
