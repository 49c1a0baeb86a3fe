"""
Short-term forecasts: `businessunits/{businessUnitId}/weeks/{weekDateId}/shorttermforecasts`, imported, copied, read.

A forecast is one row of the kind `shortTermForecast` with its numbers: what is offered, and how long it takes, for each
quarter of an hour of its weeks and each planning group. The planning groups are kept as they were when it was made. It
comes by the three steps of an upload, like a schedule; generating one is not emulated.

Documented: a forecast that a schedule is tied to is not deleted; the answer of an import never holds the result.
Assumed: the document's planning groups are of the business unit, each once, with as many durations as counts, the same
number for each week; a wrong document ends the operation in an error without a reason; a copy is complete with 201.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, Holder, Violation, WfmError, assumed, documented
from mockgc.domain.metadata import timestamp
from mockgc.domain.resource import Behaviour, Later, Operation, Reference, Resource, value_at
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import (
    CONTRACT,
    METADATA,
    WFM_NOT_FOUND,
    WFM_STALE,
    Common,
    children,
    known_fields,
    many,
    parameters,
)
from mockgc.resources.operations import answered, start
from mockgc.resources.workforcemanagement import business_units, downloads, planning_groups, uploads, week_schedules
from mockgc.resources.workforcemanagement.schedule_documents import parse
from mockgc.resources.workforcemanagement.week_schedules import BAD_LIMITS, BAD_WEEK

KIND, IMPORT = "shortTermForecast", "forecastImport"
WEEK, SHORT, LONG = "WorkforcemanagementBusinessunitWeekShorttermforecast", "planningGroups", "longTermPlanningGroups"
_LISTED = ("id", "weekDate", "weekCount", "description", "canUseForScheduling", "creationMethod", "legacy", "metadata")
BAD_NUMBERS = ErrorCode(
    "wfm.validation.failure", 400, "a forecast has counts and durations for planning groups of the unit, week by week",
    assumed("no code says so: an import ends in an error without a reason"), "Correct the document, upload it again.",
)  # fmt: skip
TIED = ErrorCode(
    "wfm.not.allowed", 400, "a forecast that a schedule is tied to is not deleted",
    documented("DELETE shorttermforecasts/{forecastId}; the code is declared"), "Delete the schedule first.",
)  # fmt: skip
NO_SUCH_WEEK = ErrorCode(
    "wfm.validation.failure", 400, "a forecast's weeks are numbered from 1",
    assumed("the code is declared; when it is sent is not"), "Ask for one of the forecast's weeks.",
)  # fmt: skip


def uri(forecast: Entity) -> str:
    """Of a forecast."""
    unit, week = business_units.uri(forecast["businessUnitId"]), forecast["weekDate"]
    return f"{unit}/weeks/{week}/shorttermforecasts/{forecast['id']}"


COMMON = Common(KIND, uri, METADATA, WFM_NOT_FOUND, WFM_STALE)


def _existing(view: View, request: Request) -> tuple[Entity, Entity]:
    """
    The business unit and the forecast that a path names.

    Raises:
        WfmError: 404 of either, 400 of the week.
    """
    unit, first = week_schedules.place(view, request)
    found = view.get(KIND, request.ids[2])
    if found is None or found["businessUnitId"] != unit["id"] or found["weekDate"] != first.isoformat():
        message = f"no forecast of the business unit has the id {request.ids[2]!r} in the week {first}"
        raise errors.refuse(WFM_NOT_FOUND, message)
    return unit, found


def _shown(unit: Entity, forecast: Entity, wanted: Iterable[str] = ()) -> Entity:
    start_of, _ = week_schedules.period(unit, forecast)
    shown = {**known_fields(forecast, *_LISTED), "selfUri": forecast["selfUri"]}
    shown |= {"referenceStartDate": timestamp(start_of), "timeZone": unit["settings"]["timeZone"]}
    return {**shown, **({"planningGroups": forecast["snapshot"]} if "planningGroups" in wanted else {})}


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit = business_units.COMMON.existing(view, request.ids[0])
    asked = request.ids[1]
    first = None if asked == week_schedules.RECENT else week_schedules.week(unit, asked)
    rules.raise_invalid(request)
    found = [
        forecast
        for forecast in children(view, KIND, "businessUnit", unit["id"])
        if (week_schedules.is_recent(view, forecast, {}) if first is None else week_schedules.spans(forecast, first))
    ]
    rows = [{**known_fields(forecast, *_LISTED), "selfUri": forecast["selfUri"]} for forecast in found]
    reads = tuple((KIND, forecast["id"], forecast["metadata"]["version"]) for forecast in found)
    return Outcome(200, {"entities": rows}, reads=reads)


def _read(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    unit, forecast = _existing(view, request)
    rules.raise_invalid(request)
    reads = ((KIND, forecast["id"], forecast["metadata"]["version"]),)
    return Outcome(200, _shown(unit, forecast, many(request, "expand")), reads=reads)


def _import(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """Without the result, also when it is over: that comes by notification only. Source: documented."""
    week_schedules.place(view, request)
    rules.raise_invalid(request)
    document, removal = uploads.taken(view, IMPORT, request)
    place = {"businessUnitId": request.ids[0], "eventType": "Import"}
    begun = start(operation, view, request, IMPORTED, place, {"document": document})
    body = {"status": begun.row["status"], "operationId": begun.row["id"]}
    return Outcome(202, body, (*begun.writes, removal), begun.reads)


def _import_now(view: View, request: Request, kept: Entity) -> Outcome:
    unit, first = week_schedules.place(view, request)
    sent = parse(kept["document"], "BuImportShortTermForecastSchema")
    _raise_wrong(view, unit, sent)
    content = {
        "weekDate": first.isoformat(),
        "canUseForScheduling": sent.get("canUseForScheduling", True),
        "creationMethod": "Import",
        **known_fields(sent, "description", "weekCount", SHORT, LONG),
        "snapshot": {"entities": [_snapshot(view, row["planningGroupId"]) for row in sent[SHORT]]},
    }
    return _made(view, unit, content)


def _made(view: View, unit: Entity, content: Entity) -> Outcome:
    outcome = COMMON.create(SHORT_TERM_FORECAST, view, {"businessUnitId": unit["id"], "legacy": False, **content}, 201)
    assert isinstance(outcome.body, dict)
    return Outcome(201, {"result": _shown(unit, outcome.body)}, outcome.writes, outcome.reads)


def _snapshot(view: View, group_id: str) -> Entity:
    group = view.get("planningGroup", group_id)
    assert group is not None
    return known_fields(group, "id", "name", "routePaths")


def _raise_wrong(view: View, unit: Entity, sent: Entity) -> None:
    """
    Raises:
        WfmError: an unknown planning group or one that comes twice, or numbers that do not fit together.
    """
    for part, count, duration in (
        (SHORT, "offeredPerInterval", "averageHandleTimeSecondsPerInterval"),
        (LONG, "offeredPerDay", "averageHandleTimeSecondsPerDay"),
    ):
        seen: set[str] = set()
        for row in sent.get(part, []):
            group_id, offered = row["planningGroupId"], row[count]
            if group_id in seen or not planning_groups.named(view, unit["id"], group_id):
                raise errors.refuse(BAD_NUMBERS, f"{part}: {group_id[:200]!r} is unknown, or comes twice", part)
            seen.add(group_id)
            is_whole = part == LONG or (offered and len(offered) % max(sent["weekCount"], 1) == 0)
            if len(offered) != len(row[duration]) or not is_whole:
                raise errors.refuse(BAD_NUMBERS, f"{part}: {count} and {duration} do not fit together", part)


def _copy(_: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    """201 with the copy, or 202 while it takes its time or is forced to."""
    _existing(view, request)
    rules.raise_invalid(request)
    _copy_content(view, request)
    place = {"businessUnitId": request.ids[0], "eventType": "Copy"}
    begun = start(operation, view, request, COPIED, place)
    is_forced = parameters(request).get("forceAsync") == "true"
    return answered(begun, 201 if begun.is_over and not is_forced else 202, is_forced=is_forced)


def _copy_content(view: View, request: Request) -> Entity:
    unit, before = _existing(view, request)
    first = week_schedules.week(unit, request.body["weekDate"])
    kept = known_fields(before, "weekCount", "canUseForScheduling", "creationMethod", SHORT, LONG, "snapshot")
    content = {**kept, "weekDate": first.isoformat(), "description": request.body["description"]}
    COMMON.raise_conflicts(SHORT_TERM_FORECAST, view, {"businessUnitId": unit["id"], **content}, None)
    return content


def _copy_now(view: View, request: Request, _: Entity) -> Outcome:
    unit, _before = _existing(view, request)
    return _made(view, unit, _copy_content(view, request))


def _delete(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    unit, forecast = _existing(view, request)
    rules.raise_invalid(request)
    for schedule in week_schedules.of_unit(view, unit["id"]):
        if value_at(schedule, "shortTermForecast.id") == forecast["id"]:
            message = f"the schedule {schedule['description']!r} is tied to the forecast"
            holder = Holder(week_schedules.KIND, schedule["id"], schedule["description"])
            raise WfmError([Violation(TIED, message, holder=holder)])
    return COMMON.delete(resource, view, forecast)


def _data(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    """The numbers of one week."""
    unit, forecast = _existing(view, request)
    rules.raise_invalid(request)
    number, count = int(parameters(request).get("weekNumber", "1")), forecast["weekCount"]
    if not 1 <= number <= count:
        raise errors.refuse(NO_SUCH_WEEK, f"weekNumber: {number} is not from 1 to {count}", "weekNumber")

    def week_of(values: list[Any]) -> list[Any]:
        size = len(values) // count
        return values[(number - 1) * size : number * size]

    groups = [
        {name: week_of(value) if isinstance(value, list) else value for name, value in row.items()}
        for row in forecast[SHORT]
    ]
    start_of = timestamp(week_schedules.period(unit, forecast)[0])
    result = {SHORT: groups, "referenceStartDate": start_of, "weekCount": count, "weekNumber": number}
    return Outcome(200, {"result": result})


def _long_term_data(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    _unit, forecast = _existing(view, request)
    rules.raise_invalid(request)
    span = {"referenceStartDate": forecast["weekDate"], "weekCount": forecast["weekCount"]}
    return Outcome(200, {"result": {SHORT: forecast.get(LONG, []), **span}})


def _groups(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    _unit, forecast = _existing(view, request)
    rules.raise_invalid(request)
    return Outcome(200, forecast["snapshot"])


_SHOWN_BY = (f"get{WEEK}s", f"get{WEEK}", f"get{WEEK}Data")
IMPORTED, COPIED = Later(_import_now, watched_by=_SHOWN_BY), Later(_copy_now, watched_by=_SHOWN_BY)
_PLACE = (business_units.NOT_FOUND, BAD_WEEK)
_NAMED = (*_PLACE, WFM_NOT_FOUND)
SHORT_TERM_FORECAST = Resource(
    kind=KIND,
    path=f"{business_units.PATH}/weeks/shorttermforecasts",
    title="short-term forecast",
    references=(Reference("businessUnitId", "businessUnit", business_units.NOT_FOUND),),
    checks=(week_schedules.limit_violations,),
    behaviours={
        f"get{WEEK}s": Behaviour(_list, CONTRACT, _PLACE),
        f"post{WEEK}sImportUploadurl": Behaviour(
            uploads.issue(IMPORT, week_schedules.place), CONTRACT, (*_PLACE, uploads.BAD_LENGTH)
        ),
        f"post{WEEK}sImport": Behaviour(
            _import, assumed("which documents end in an error"), (*_PLACE, uploads.NO_DOCUMENT), IMPORTED
        ),
        f"get{WEEK}": Behaviour(_read, CONTRACT, _NAMED),
        f"delete{WEEK}": Behaviour(_delete, documented("not while a schedule is tied to it"), (*_NAMED, TIED)),
        f"post{WEEK}Copy": Behaviour(
            _copy, assumed("201 with the copy, 202 while it takes its time"), (*_NAMED, BAD_LIMITS), COPIED
        ),
        f"get{WEEK}Data": Behaviour(downloads.offered(_data), CONTRACT, (*_NAMED, NO_SUCH_WEEK)),
        f"get{WEEK}Longtermforecastdata": Behaviour(downloads.offered(_long_term_data), CONTRACT, _NAMED),
        f"get{WEEK}Planninggroups": Behaviour(_groups, documented("the groups as they were"), _NAMED),
    },
)
