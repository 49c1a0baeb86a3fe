"""
The vendor's error tables as rows: which request to which published operation is refused with what, and who says so.

A value `@name` stands for an id of the landscape. Not here: what every operation shares (401, 403, 404 of an id in the
path, 405, 413, 415, a body that is no JSON), which `test_refusal_order` asks of all of them; and `NOT_PROVOKED`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.mockgc.resources.landscape import TAKEN, Landscape
from tests.mockgc.resources.scheduling import WEEK

DOCUMENTED, OBSERVED, ASSUMED = "documented", "observed", "assumed"
UNIT, PLACE = "WorkforcemanagementBusinessunit", "WorkforcemanagementManagementunit"
SCHEDULE = f"{UNIT}WeekSchedule"
NONE: dict[str, str] = {}
SHIFT = {
    "name": "Early", "days": {"values": ["Monday"]}, "flexibleStartTime": False,
    "exactStartTimeMinutesFromMidnight": 480,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """
    One refusal.

    Args:
        grade: how sure we are that the vendor answers with this status and code in this case.
        at: the field or query parameter that is named; empty when the whole request is refused.
        body: as JSON; None sends none.
        ids: ids of the path that differ from the landscape's, by their position.
        stands_in_the_way: the id that `details` names, where another entity does.
    """

    operation: str
    status: int
    code: str
    grade: str
    at: str = ""
    body: Any = None
    params: Any = None
    ids: tuple[tuple[int, str], ...] = ()
    stands_in_the_way: str = ""

    def __str__(self) -> str:
        return f"{self.operation}-{self.status}-{self.code}-{self.at}"

    def path_ids(self, land: Landscape) -> list[str]:
        """The ids of the path."""
        found = land.path_ids(self.operation)
        for position, name in self.ids:
            found[position] = land[name]
        return found


def filled(value: Any, land: Landscape) -> Any:
    """The value with the landscape's ids in it."""
    if isinstance(value, dict):
        return {name: filled(item, land) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, land) for item in value]
    return land[value[1:]] if isinstance(value, str) and value.startswith("@") else value


def stale(version: int = 9, **more: Any) -> dict[str, Any]:
    """A body under a version that is not the current one; names something new, so that it would change something."""
    return {"metadata": {"version": version}, **more}


def _user(**more: Any) -> dict[str, Any]:
    return {"name": "New", "email": "new@example.com", "divisionId": "@divisionId", **more}


def _group(**more: Any) -> dict[str, Any]:
    return {"name": "New", "type": "official", "rulesVisible": True, "visibility": "public", **more}


def _unit(zone: str = "Europe/Paris", name: str = "New", division: str = "@divisionId", **more: Any) -> dict[str, Any]:
    settings = {"startDayOfWeek": "Monday", "timeZone": zone, **more}
    return {"name": name, "divisionId": division, "settings": settings}


def _voice(**more: Any) -> dict[str, Any]:
    return {"name": "New", "serviceGoalTemplateId": "@serviceGoalTemplateId", "routePaths": [], **more}


def _path(**more: Any) -> dict[str, Any]:
    return {"queueId": "@queueId", "mediaType": "Email", **more}


def _created_with(paths: list[Any]) -> dict[str, Any]:
    return _voice(routePaths=paths)


def _changed_to(paths: list[Any]) -> dict[str, Any]:
    return stale(1, routePaths={"values": paths})


def _rotation(**more: Any) -> dict[str, Any]:
    dates = {"startBusinessUnitDate": "2026-11-30"}
    return {"name": "New", "dateRange": dates, "pattern": {"workPlanIds": ["@workPlanId"]}, **more}


def _time_off(**more: Any) -> dict[str, Any]:
    return {
        "status": "PENDING", "users": [{"id": "@agentId"}], "activityCodeId": "5", "dailyDurationMinutes": 480,
        "fullDayManagementUnitDates": ["2026-12-03"], **more,
    }  # fmt: skip


def _values(**more: Any) -> dict[str, Any]:
    return {"granularity": "Daily", "startDate": "2026-12-02", "limitMinutesPerInterval": [60], **more}


def _query(**more: Any) -> dict[str, Any]:
    days = {"startDate": "2026-12-01", "endDate": "2026-12-03"}
    return {"timeOffLimitId": "@timeOffLimitId", "dateRanges": [days], **more}


def _many(count: int, kind: str = "n") -> list[str]:
    return [f"{kind}{number}" for number in range(count)]


DIRECTORY = [
    Row("postUsers", 409, "general.conflict", ASSUMED, "email", _user(email="ADA@example.com")),
    Row("postUsers", 409, "general.conflict", ASSUMED, "email", _user(email="gone@example.com"),
        stands_in_the_way="deletedUserId"),
    Row("postUsers", 400, "general.bad.request", ASSUMED, "divisionId", _user(divisionId="none")),
    Row("postUsers", 400, "constraint.validation", ASSUMED, "email", {"name": "New", "divisionId": "@divisionId"}),
    Row("patchUser", 400, "general.conflict", DOCUMENTED, "version", {"version": 9, "title": "New"},
        stands_in_the_way="userId"),
    Row("patchUser", 400, "general.conflict", DOCUMENTED, "version", {"version": 0, "title": "New"}),
    Row("patchUser", 409, "general.conflict", ASSUMED, "email", {"version": 1, "email": "gone@example.com"}),
    Row("patchUser", 400, "constraint.validation", ASSUMED, "version", {"title": "New"}),
    Row("patchUser", 400, "bad.request", OBSERVED, "manager", {"version": 1, "manager": {"id": "@deletedUserId"}}),
    Row("patchUser", 400, "general.bad.request", ASSUMED, "manager", {"version": 1, "manager": "none"}),
    Row("patchUser", 400, "general.bad.request", OBSERVED, "addresses", {"version": 1, "addresses": []}),
    Row("patchUser", 400, "general.bad.request", OBSERVED, "state", {"version": 1, "state": "inactive", "title": "X"}),
    Row("putUserState", 400, "general.conflict", DOCUMENTED, "version", {"version": 9, "state": "inactive"}),
    Row("patchUsersBulk", 400, "max.directory.users", DOCUMENTED, "", [{"id": name} for name in _many(51)]),
    Row("getUsers", 400, "max.user.ids", DOCUMENTED, "id", params={"id": ",".join(_many(101))}),
    Row("getUsersMe", 400, "not.a.user", DOCUMENTED),
    Row("postUserExternalid", 409, "general.resource.conflict", DOCUMENTED, "externalKey",
        {"authorityName": "zendesk", "externalKey": "42"}, stands_in_the_way="userId"),
    Row("postGroups", 400, "group.name.in.use", DOCUMENTED, "name", _group(name=" taken ")),
    Row("postGroups", 400, "invalid.value", ASSUMED, "ownerIds[0]", _group(ownerIds=["none"])),
    Row("putGroup", 400, "general.conflict", DOCUMENTED, "version", {"version": 1, "name": "New"},
        stands_in_the_way="groupId"),
    Row("putGroup", 400, "general.bad.request", ASSUMED, "name", {"version": 2, "name": TAKEN}),
    Row("putGroup", 400, "constraint.validation", ASSUMED, "version", {"name": "New"}),
    Row("postGroupMembers", 409, "general.conflict", DOCUMENTED, "version", {"version": 1, "memberIds": ["@agentId"]},
        stands_in_the_way="groupId"),
    Row("postGroupMembers", 400, "general.resource.not.found", DOCUMENTED, "memberIds", {"memberIds": ["none"]}),
    Row("postGroupMembers", 400, "constraint.validation", ASSUMED, "memberIds", {"memberIds": _many(51)}),
    Row("deleteGroupMembers", 400, "bad.request", ASSUMED, "ids", params={"ids": ",".join(_many(51))}),
    Row("postTeams", 400, "group.name.in.use", DOCUMENTED, "name", {"name": TAKEN}),
    Row("patchTeam", 400, "group.name.in.use", DOCUMENTED, "name", {"name": TAKEN}),
    Row("deleteTeamMembers", 400, "max.user.ids", DOCUMENTED, "id", params={"id": ",".join(_many(26))}),
    Row("postAuthorizationDivisions", 409, "resource.already.exists", DOCUMENTED, "name",
        {"name": TAKEN, "description": ""}),
    Row("postAuthorizationDivisionRestore", 409, "resource.already.exists", DOCUMENTED, "name",
        {"name": TAKEN, "description": ""}),
    Row("putAuthorizationDivision", 409, "request.conflict", ASSUMED, "name", {"name": TAKEN, "description": ""}),
    Row("deleteAuthorizationDivision", 409, "request.conflict", ASSUMED),
    Row("deleteAuthorizationDivision", 400, "precondition.failure", ASSUMED, ids=((0, "homeDivisionId"),)),
    Row("postAuthorizationDivisionObject", 409, "bulk.move.unable.to.move", DOCUMENTED, "", ["none"]),
    Row("postAuthorizationDivisionObject", 400, "too.many.bulk.division.updates", ASSUMED, "", _many(101)),
    Row("postAuthorizationDivisionObject", 400, "empty.bulk.division.update", DOCUMENTED, "", []),
]  # fmt: skip

ROUTING = [
    Row("postRoutingSkills", 409, "general.conflict", ASSUMED, "name", {"name": TAKEN}, stands_in_the_way="skillId"),
    Row("postRoutingLanguages", 400, "general.conflict", DOCUMENTED, "name", {"name": TAKEN}),
    Row("postRoutingQueues", 400, "duplicate.name", DOCUMENTED, "name", {"name": TAKEN}),
    Row("postRoutingQueues", 400, "invalid.id", ASSUMED, "division.id", {"name": "New", "division": {"id": "none"}}),
    Row("putRoutingQueue", 400, "duplicate.name", DOCUMENTED, "name", {"name": TAKEN}),
    Row("postRoutingQueueMembers", 400, "invalid.id", ASSUMED, "id", [{"id": "none"}]),
    Row("postRoutingQueueMembers", 400, "constraint.validation", ASSUMED, "", [{"id": name} for name in _many(101)]),
    Row("postUserRoutingskills", 400, "general.conflict", ASSUMED, "id", {"id": "@skillId", "proficiency": 1}),
    Row("postUserRoutinglanguages", 400, "general.conflict", ASSUMED, "id", {"id": "@languageId", "proficiency": 1}),
    Row("putUserRoutingskill", 400, "invalid.value", DOCUMENTED, "proficiency", {"id": "@skillId", "proficiency": 6}),
    Row("putUserRoutingskillsBulk", 400, "constraint.validation", OBSERVED, "",
        [{"id": name, "proficiency": 1} for name in _many(51)]),
    Row("patchUserRoutinglanguagesBulk", 400, "constraint.validation", OBSERVED, "",
        [{"id": name, "proficiency": 1} for name in _many(51)]),
    Row("getRoutingQueuesMe", 400, "not.a.user", DOCUMENTED),
]  # fmt: skip

STALE = [
    Row(f"patch{UNIT}", 409, "wfm.transaction.conflict", DOCUMENTED, "settings.metadata.version",
        {"settings": stale(scheduling={"induceScheduleVariability": False})}, stands_in_the_way="businessUnitId"),
    Row(f"patch{PLACE}", 409, "wfm.transaction.conflict", DOCUMENTED, "settings.metadata.version",
        {"settings": stale(adherence={"severeAlertThresholdMinutes": 9})}, stands_in_the_way="managementUnitId"),
    Row(f"post{UNIT}Planninggroups", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version", _voice(
        routePaths=[_path(mediaType="Voice", sourcePlanningGroup={"id": "@planningGroupId", **stale()})]
    )),
    *(
        Row(f"patch{operation}", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version",
            stale(version, **body))
        for operation, body in (
            (f"{UNIT}Activitycode", {"name": "New"}),
            (f"{UNIT}Planninggroup", {"name": "New"}),
            (f"{UNIT}Servicegoaltemplate", {"name": "New"}),
            (f"{UNIT}Staffinggroup", {"name": "New"}),
            (f"{UNIT}Timeoffplan", {"name": "New"}),
            (f"{PLACE}Workplan", {"id": "@workPlanId", "name": "New"}),
            (f"{PLACE}Workplanrotation", {"name": "New"}),
            (f"{PLACE}Timeoffplan", {"name": "New"}),
            (f"{PLACE}Timeofflimit", {"defaultLimitMinutes": 9}),
            (f"{PLACE}UserTimeoffrequest", {"status": "APPROVED"}),
        )
        for version in (0, 9)
    ),
    Row(f"put{UNIT}TimeofflimitValues", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version", stale(
        values=[{"startDate": "2026-12-02", "limitMinutesPerDay": [60]}]
    )),
    Row(f"put{PLACE}TimeofflimitValues", 409, "wfm.transaction.conflict", DOCUMENTED, "metadata.version", stale(
        values=[_values()]
    )),
]  # fmt: skip

UNVERSIONED = [
    Row(operation, 400, "constraint.validation", ASSUMED, "metadata", {"name": "New", **more})
    for operation, more in (
        (f"patch{UNIT}Activitycode", NONE),
        (f"patch{UNIT}Planninggroup", NONE),
        (f"patch{UNIT}Servicegoaltemplate", NONE),
        (f"patch{UNIT}Staffinggroup", NONE),
        (f"patch{UNIT}Timeoffplan", NONE),
        (f"patch{PLACE}Workplan", {"id": "@workPlanId"}),
        (f"patch{PLACE}Workplanrotation", NONE),
        (f"patch{PLACE}Timeoffplan", NONE),
        (f"patch{PLACE}UserTimeoffrequest", {"status": "APPROVED"}),
    )
] + [
    Row(f"patch{UNIT}", 400, "constraint.validation", ASSUMED, "settings.metadata", {"settings": {}}),
    Row(f"patch{PLACE}", 400, "constraint.validation", ASSUMED, "settings.metadata", {"settings": {}}),
    Row(f"patch{UNIT}", 400, "constraint.validation", ASSUMED, "settings.metadata.version",
        {"settings": {"metadata": {}}}),
]  # fmt: skip
"""A change without the version it was based on."""

NAMES = [
    Row(operation, 400, "wfm.validation.failure", DOCUMENTED if operation.endswith("Copy") else ASSUMED, "name",
        {**body, "name": " taken "})
    for operation, body in (
        (f"post{UNIT}s", _unit()),
        (f"patch{UNIT}", NONE),
        (f"post{PLACE}s", {"businessUnitId": "@businessUnitId"}),
        (f"patch{PLACE}", NONE),
        (f"post{UNIT}Activitycodes", {"category": "Meal"}),
        (f"patch{UNIT}Activitycode", stale(1)),
        (f"post{UNIT}Servicegoaltemplates", NONE),
        (f"patch{UNIT}Servicegoaltemplate", stale(1)),
        (f"post{UNIT}Planninggroups", _voice()),
        (f"patch{UNIT}Planninggroup", stale(1)),
        (f"post{UNIT}Staffinggroups", {"userIds": []}),
        (f"patch{UNIT}Staffinggroup", stale(2)),
        (f"post{UNIT}Timeoffplans", NONE),
        (f"patch{UNIT}Timeoffplan", stale(1)),
        (f"post{PLACE}Workplans", NONE),
        (f"patch{PLACE}Workplan", stale(2, id="@workPlanId")),
        (f"post{PLACE}WorkplanCopy", NONE),
        (f"post{PLACE}Workplanrotations", _rotation()),
        (f"patch{PLACE}Workplanrotation", stale(1)),
        (f"post{PLACE}WorkplanrotationCopy", NONE),
        (f"post{PLACE}Timeoffplans", {"active": True, "autoApprovalRule": "Never"}),
        (f"patch{PLACE}Timeoffplan", stale(1)),
    )
]  # fmt: skip
"""A name that a sibling has."""

WORKFORCE = [
    Row(f"post{UNIT}s", 400, "wfm.validation.failure", ASSUMED, "divisionId", _unit(division="none")),
    Row(f"post{UNIT}s", 400, "wfm.validation.failure", ASSUMED, "settings.timeZone", _unit(zone="Mars/Olympus")),
    Row(f"post{UNIT}s", 400, "constraint.validation", DOCUMENTED, "name", _unit(name="x" * 51)),
    Row(f"delete{UNIT}", 400, "wfm.not.allowed", ASSUMED, stands_in_the_way="managementUnitId"),
    Row(f"post{PLACE}s", 400, "wfm.validation.business.unit.not.found", DOCUMENTED, "businessUnitId",
        {"name": "New", "businessUnitId": "none"}),
    Row(f"post{PLACE}Move", 400, "wfm.validation.business.unit.not.found", DOCUMENTED, "businessUnitId",
        {"businessUnitId": "none"}),
    Row(f"delete{PLACE}", 400, "wfm.not.allowed", ASSUMED),
    Row("postWorkforcemanagementAgents", 400, "wfm.ids.may.not.be.blank", DOCUMENTED, "userIds[0]", {"userIds": [" "]}),
    Row("postWorkforcemanagementAgents", 404, "user.ids.not.found", DOCUMENTED, "userIds[0]", {"userIds": ["none"]}),
    Row("postWorkforcemanagementAgents", 404, "wfm.management.unit.not.found", DOCUMENTED,
        "destinationManagementUnitId", {"userIds": ["@userId"], "destinationManagementUnitId": "none"}),
    Row("getWorkforcemanagementAgentManagementunit", 404, "wfm.entity.not.found", DOCUMENTED, ids=((0, "userId"),)),
    Row(f"patch{PLACE}Agents", 400, "wfm.entity.not.found", DOCUMENTED, "entities",
        {"entities": [{"userId": "@userId", "schedulable": False}]}),
    Row(f"post{UNIT}Activitycodes", 400, "wfm.ids.may.not.be.blank", DOCUMENTED, "secondaryPresences[0].id",
        {"name": "New", "category": "Meal", "secondaryPresences": [{"id": " "}]}),
    Row(f"patch{UNIT}Activitycode", 400, "wfm.ids.may.not.be.blank", DOCUMENTED, "secondaryPresences[0].id",
        stale(1, secondaryPresences={"values": [{"id": " "}]})),
    Row(f"post{UNIT}Activitycodes", 400, "wfm.entity.not.found", DOCUMENTED, "planningGroupIds",
        {"name": "New", "category": "Meal", "planningGroupIds": ["none"]}),
    Row(f"patch{UNIT}Activitycode", 400, "wfm.entity.not.found", DOCUMENTED, "planningGroupIds",
        stale(1, planningGroupIds={"values": ["none"]})),
    Row(f"delete{UNIT}Activitycode", 400, "wfm.not.allowed", DOCUMENTED, ids=((1, "defaultCodeId"),)),
    Row(f"delete{UNIT}Servicegoaltemplate", 400, "wfm.not.allowed", ASSUMED),
    *(
        Row(f"{verb}{UNIT}Planninggroup{plural}", status, code, DOCUMENTED, "routePaths", body([_path(**path)]))
        for verb, plural, body in (("post", "s", _created_with), ("patch", "", _changed_to))
        for status, code, path in (
            (400, "wfm.ids.may.not.be.blank", {"queueId": " "}),
            (404, "queue.ids.not.found", {"queueId": "none"}),
            (404, "language.ids.not.found", {"languageId": "none"}),
            (404, "routing.skill.ids.not.found", {"skillIds": ["none"]}),
        )
    ),
    Row(f"post{UNIT}Planninggroups", 400, "wfm.entity.not.found", DOCUMENTED, "serviceGoalTemplateId",
        _voice(serviceGoalTemplateId="none")),
    Row(f"patch{UNIT}Planninggroup", 400, "wfm.entity.not.found", DOCUMENTED, "serviceGoalTemplateId",
        stale(1, serviceGoalTemplateId="none")),
    Row(f"post{UNIT}Planninggroups", 400, "wfm.validation.failure", ASSUMED, "routePaths",
        _voice(routePaths=[_path(mediaType="Voice")]), stands_in_the_way="planningGroupId"),
    Row(f"get{UNIT}Staffinggroups", 400, "wfm.validation.management.unit.not.found", DOCUMENTED, "managementUnitId",
        params={"managementUnitId": "@elsewhereId"}),
    Row(f"post{UNIT}Staffinggroups", 400, "wfm.validation.management.unit.not.found", DOCUMENTED, "managementUnitId",
        {"name": "New", "userIds": [], "managementUnitId": "@elsewhereId"}),
    Row(f"post{UNIT}Staffinggroups", 400, "wfm.validation.failure", ASSUMED, "userIds[0]",
        {"name": "New", "userIds": ["@userId"]}),
    Row(f"post{UNIT}Staffinggroups", 400, "wfm.validation.failure", ASSUMED, "userIds[0]",
        {"name": "New", "userIds": ["@agentId"]}, stands_in_the_way="staffingGroupId"),
    Row(f"post{UNIT}Staffinggroups", 400, "wfm.validation.failure", ASSUMED, "planningGroupIds[0]",
        {"name": "New", "userIds": [], "planningGroupIds": ["none"]}),
]  # fmt: skip

PLANS = [
    Row(f"post{PLACE}Workplans", 400, "wfm.entity.not.found", DOCUMENTED, "agents[0].id",
        {"name": "New", "agents": [{"id": "@userId"}]}),
    Row(f"patch{PLACE}Workplan", 400, "wfm.entity.not.found", DOCUMENTED, "agents[0].id",
        stale(2, id="@workPlanId", agents=[{"id": "@userId"}])),
    Row(f"post{PLACE}WorkplanValidate", 400, "wfm.entity.not.found", DOCUMENTED, "shifts",
        {"id": "@workPlanId", "shifts": [{**SHIFT, "id": "none"}]}),
    Row(f"post{PLACE}Workplans", 400, "wfm.validation.failure", ASSUMED, "shifts",
        {"name": "New", "shifts": [{**SHIFT, "days": {"values": []}}]}),
    Row(f"patch{PLACE}Workplan", 400, "wfm.validation.failure", ASSUMED, "shifts",
        stale(2, id="@workPlanId", shifts=[{**SHIFT, "days": {"values": []}}])),
    Row(f"delete{PLACE}Workplan", 400, "wfm.not.allowed", ASSUMED),
    Row(f"post{PLACE}WorkplanCopy", 400, "wfm.validation.failure", DOCUMENTED, "name", {}),
    Row(f"post{PLACE}WorkplanrotationCopy", 400, "wfm.validation.failure", DOCUMENTED, "name", {}),
    Row(f"post{PLACE}Workplanrotations", 400, "wfm.entity.not.found", DOCUMENTED, "pattern.workPlanIds[0]",
        _rotation(pattern={"workPlanIds": ["none"]})),
    Row(f"patch{PLACE}Workplanrotation", 400, "wfm.entity.not.found", DOCUMENTED, "agents[0].userId",
        stale(1, agents=[{"userId": "@userId", "position": 0, "dateRange": {"startBusinessUnitDate": "2026-11-30"}}])),
    Row(f"post{PLACE}Workplanrotations", 400, "wfm.validation.failure", ASSUMED, "pattern.workPlanIds",
        _rotation(pattern={"workPlanIds": []})),
    Row(f"patch{PLACE}AgentsWorkplansBulk", 400, "wfm.validation.failure", ASSUMED, "weekCount", {"entities": [
        {"userId": "@agentId", "workPlanOverrides": {"values": [
            {"startDate": "2026-11-30", "workPlanId": "@workPlanId", "weekCount": 0}]}}]}),
    Row(f"post{PLACE}AgentsWorkplansQuery", 400, "wfm.validation.failure", ASSUMED, "weekCount",
        {"agentIds": ["@agentId"], "startDate": "2026-11-30", "weekCount": 0}),
]  # fmt: skip

SCHEDULES = [
    *(
        Row(operation, 400, "wfm.validation.failure", ASSUMED, "", body, ids=((1, "tuesday"),))
        for operation, body in (
            (f"post{SCHEDULE}s", {"description": "New", "weekCount": 1}),
            (f"get{SCHEDULE}s", None),
            (f"get{SCHEDULE}", None),
            (f"get{SCHEDULE}Headcountforecast", None),
            (f"delete{SCHEDULE}", None),
            (f"post{SCHEDULE}Copy", {"description": "New", "weekDate": WEEK}),
            (f"post{SCHEDULE}sImportUploadurl", {"contentLengthBytes": 1}),
            (f"post{SCHEDULE}sImport", {"uploadKey": "none"}),
            (f"post{SCHEDULE}UpdateUploadurl", {"contentLengthBytes": 1}),
            (f"post{SCHEDULE}Update", {"uploadKey": "none"}),
        )
    ),
    Row(f"post{SCHEDULE}s", 400, "wfm.validation.failure", ASSUMED, "weekCount",
        {"description": "New", "weekCount": 0}),
    Row(f"post{SCHEDULE}sImportUploadurl", 400, "wfm.validation.failure", ASSUMED, "contentLengthBytes",
        {"contentLengthBytes": 0}),
    Row(f"post{SCHEDULE}sImport", 400, "wfm.validation.failure", ASSUMED, "uploadKey", {"uploadKey": "none"}),
    Row(f"post{SCHEDULE}Update", 400, "wfm.validation.failure", ASSUMED, "uploadKey", {"uploadKey": "none"}),
    Row(f"post{SCHEDULE}Update", 400, "wfm.too.many.teams.requested", DOCUMENTED, "teamIds",
        {"uploadKey": "none", "teamIds": _many(11)}),
    Row(f"post{SCHEDULE}AgentschedulesQuery", 400, "wfm.too.many.teams.requested", DOCUMENTED, "teamIds",
        {"managementUnitId": "@managementUnitId", "teamIds": _many(11)}),
    Row(f"post{SCHEDULE}AgentschedulesQuery", 404, "wfm.management.unit.not.found", DOCUMENTED, "managementUnitId",
        {"managementUnitId": "none"}),
    *(
        Row(f"post{unit}AgentschedulesSearch", 400, "wfm.validation.failure", ASSUMED, "endDate",
            {"startDate": "2026-12-02T00:00:00Z", "endDate": "2026-12-01T00:00:00Z", "userIds": []})
        for unit in (UNIT, PLACE)
    ),
]  # fmt: skip

TIME_OFF = [
    Row(f"post{PLACE}Timeoffrequests", 400, "wfm.entity.not.found", DOCUMENTED, "users",
        _time_off(users=[{"id": "@userId"}])),
    Row(f"post{PLACE}Timeoffrequests", 400, "wfm.validation.failure", ASSUMED, "activityCodeId",
        _time_off(activityCodeId="1")),
    Row(f"patch{PLACE}UserTimeoffrequest", 400, "wfm.entity.not.found", DOCUMENTED, "activityCodeId",
        stale(1, activityCodeId="none")),
    Row(f"patch{PLACE}UserTimeoffrequest", 400, "wfm.validation.failure", ASSUMED, "activityCodeId",
        stale(1, activityCodeId="1")),
    Row(f"post{PLACE}Timeofflimits", 400, "wfm.validation.failure", DOCUMENTED, "", {"defaultLimitMinutes": 1},
        stands_in_the_way="timeOffLimitId"),
    Row(f"patch{PLACE}Timeofflimit", 400, "wfm.validation.failure", ASSUMED, "defaultLimitMinutes",
        stale(1, defaultLimitMinutes=-1)),
    Row(f"delete{PLACE}Timeofflimit", 409, "request.conflict", ASSUMED),
    Row(f"put{PLACE}TimeofflimitValues", 400, "wfm.validation.failure", ASSUMED, "values[0].granularity",
        stale(1, values=[_values(granularity="FifteenMinutes")])),
    Row(f"put{PLACE}TimeofflimitValues", 400, "wfm.validation.failure", ASSUMED, "values[0]",
        stale(1, values=[_values(limitMinutesPerInterval=[-1])])),
    Row(f"post{PLACE}TimeofflimitsValuesQuery", 400, "wfm.validation.failure", DOCUMENTED, "dateRanges",
        _query(dateRanges=[])),
    Row(f"post{PLACE}TimeofflimitsValuesQuery", 400, "wfm.validation.failure", DOCUMENTED, "dateRanges",
        _query(dateRanges=[{"startDate": "2026-01-01", "endDate": "2027-01-02"}])),
    Row(f"post{PLACE}Timeoffplans", 400, "wfm.validation.failure", ASSUMED, "activityCodeIds",
        {"name": "New", "active": True, "autoApprovalRule": "Never", "activityCodeIds": ["none"]}),
    Row(f"patch{PLACE}Timeoffplan", 400, "wfm.validation.failure", ASSUMED, "activityCodeIds",
        stale(1, activityCodeIds={"values": ["none"]})),
    Row(f"post{UNIT}Timeofflimits", 400, "wfm.validation.management.unit.not.found", DOCUMENTED, "managementUnitId",
        {"managementUnitId": "@elsewhereId"}),
    Row(f"post{UNIT}Timeofflimits", 400, "wfm.validation.failure", ASSUMED, "staffingGroupIds",
        {"staffingGroupId": "none"}),
    Row(f"get{UNIT}Timeofflimits", 400, "wfm.validation.management.unit.not.found", DOCUMENTED, "managementUnitId",
        params={"managementUnitId": "@elsewhereId"}),
    Row(f"get{UNIT}Timeoffplans", 400, "wfm.validation.management.unit.not.found", DOCUMENTED, "managementUnitId",
        params={"managementUnitId": "@elsewhereId"}),
    Row(f"put{UNIT}TimeofflimitValues", 400, "wfm.validation.failure", ASSUMED, "values[0]",
        stale(1, values=[{"startDate": "2026-12-02", "limitMinutesPerDay": [-1]}])),
    Row(f"post{UNIT}Timeoffplans", 400, "wfm.validation.management.unit.not.found", DOCUMENTED,
        "managementUnitId", {"name": "New", "managementUnitAssociation": {"managementUnitId": "@elsewhereId"}}),
    Row(f"post{UNIT}Timeoffplans", 400, "wfm.validation.failure", ASSUMED, "activityCodeIds",
        {"name": "New", "activityCodeIds": ["none"]}),
    Row(f"patch{UNIT}Timeoffplan", 400, "wfm.validation.failure", ASSUMED, "activityCodeIds",
        stale(1, activityCodeIds={"values": ["none"]})),
]  # fmt: skip

VALUES = [
    Row("postGroups", 400, "invalid.value", ASSUMED, "type", _group(type="secret")),
    Row(f"post{UNIT}AgentschedulesSearch", 400, "invalid.date", ASSUMED, "startDate",
        {"startDate": "soon", "endDate": "2026-12-01T00:00:00Z", "userIds": []}),
    Row("getGroups", 400, "invalid.query.param.value", ASSUMED, "sortOrder", params={"sortOrder": "upwards"}),
    Row("getAuthorizationDivisionsQuery", 400, "both.after.and.before.provided", DOCUMENTED, "after",
        params={"after": "1", "before": "1"}),
]  # fmt: skip
"""Values that any operation refuses, once each."""

ROWS = [*DIRECTORY, *ROUTING, *STALE, *UNVERSIONED, *NAMES, *WORKFORCE, *PLANS, *SCHEDULES, *TIME_OFF, *VALUES]

FORECAST = f"{UNIT}WeekShorttermforecast"
BAD_WEEK = "a week that is none, which `test_refusal_order` asks of all"
FAILS = "the emulator does not fail by itself; fault rules do it, with tests of their own"
NO_CASE = "the contract declares the code, nothing says in which case it is sent"
NOT_PROVOKED: dict[tuple[int, str], str | dict[str, str]] = {
    (400, "response.entity.too.large"): "what an answer may weigh is not published",
    (400, "client.failed.request"): "the client has gone; no answer reaches it",
    (400, "invalid.property"): "unknown properties are ignored here; which ones the vendor refuses is not published",
    (401, "ip.not.authorized"): "no addresses are kept from anyone here",
    (403, "missing.division.permission"): "permissions hold for all divisions here",
    (403, "missing.any.division.permissions"): "permissions hold for all divisions here",
    (403, "not.authorized"): NO_CASE,
    (403, "app.not.authorized.for.scope"): "clients have permissions here, no scopes",
    (403, "authz.policy.denied"): "there are no policies here",
    (403, "wfm.permission.failure"): NO_CASE,
    (408, "client.timeout"): "a matter of the network: nothing here waits for a slow client's body",
    (429, "too.many.requests"): "no single request provokes a quota; quotas and fault rules have their own tests",
    (429, "too.many.requests.retry.after"): "no single request provokes a quota, and ours send the other code",
    (500, "internal.server.error"): FAILS,
    (500, "wfm.server.error"): FAILS,
    (500, "unable.to.set.password"): "leaves a user behind: test_version_exceptions, by a fault rule",
    (400, "invalid.password"): "leaves a user behind: test_version_exceptions",
    (503, "service.unavailable"): "the emulator does not fail by itself; a busy data file is tested with the store",
    (504, "request.timeout"): FAILS,
    (504, "authentication.request.timeout"): FAILS,
    (200, "user.not.found.on.delete"): "declared for a success; what such an answer looks like is not published",
    (400, "max.scopes.exceeded"): "how many divisions an organisation may have is not published",
    (400, "wfm.too.many.skills.in.planning.group"): "how many skills are too many is not published",
    (400, "wfm.too.many.secondary.presences"): "how many presences are too many is not published",
    (400, "wfm.primary.secondary.presences"): "presences do not behave here: none is known to be a primary one",
    (404, "wfm.secondary.presences.inactive.or.not.found"): "presences do not behave here: any id may be one",
    (400, "wfm.configuration.conflict"): {"*": NO_CASE},
    (409, "request.conflict"): {
        "*": "declared for every operation; sent where nothing else is declared for a state that stands in the way",
    },
    (400, "general.conflict"): {
        "postUsers": "declared under 400 and 409; 409 is sent (assumed)",
        "postRoutingSkills": "declared under 400 and 409; 409 is sent (assumed)",
        "postGroupMembers": "declared under 400 and 409; 409 is sent, which carries the text on versions",
        "deleteUser": "carries no version, and nothing holds a user back",
        "getUserState": "reads",
        "putUserRoutingskillsBulk": NO_CASE,
    },
    (409, "general.conflict"): {
        "putUserRoutingskill": NO_CASE, "deleteUserRoutingskill": NO_CASE, "patchUserRoutinglanguage": NO_CASE,
    },
    (400, "wfm.validation.failure"): {
        f"post{PLACE}Move": NO_CASE, f"get{PLACE}s": NO_CASE, f"get{PLACE}sDivisionviews": NO_CASE,
        "postWorkforcemanagementAgents": "what can be wrong has codes of its own, or is a row of the result",
        "getWorkforcemanagementAgentManagementunit": NO_CASE,
        f"post{PLACE}WorkplanValidate": "says what is wrong in its answer",
        f"post{UNIT}StaffinggroupsQuery": NO_CASE, f"post{SCHEDULE}AgentschedulesQuery": NO_CASE,
        f"post{PLACE}TimeoffrequestsQuery": NO_CASE,
        "getWorkforcemanagementAgentsMeManagementunit": NO_CASE, "getWorkforcemanagementTimeoffbalanceJob": NO_CASE,
        f"post{PLACE}UserTimeoffrequestTimeoffbalanceJobs": NO_CASE,
        f"get{PLACE}WeekShifttrades": BAD_WEEK, f"post{PLACE}WeekShifttradeMatch": BAD_WEEK,
        **dict.fromkeys((f"get{FORECAST}{part}" for part in ("Longtermforecastdata", "Planninggroups")), BAD_WEEK),
        f"get{UNIT}SchedulerSettings": NO_CASE, f"patch{UNIT}SchedulerSettings": NO_CASE,
        f"get{UNIT}MinimumstaffingSettings": NO_CASE,
        f"get{FORECAST}s": BAD_WEEK, f"get{FORECAST}": BAD_WEEK, f"delete{FORECAST}": BAD_WEEK,
    },
    (400, "wfm.bad.request"): {
        "getWorkforcemanagementUnavailabletimesValidationJob": NO_CASE,
        "getWorkforcemanagementAlternativeshiftsSettings": NO_CASE, f"get{UNIT}AlternativeshiftsSettings": NO_CASE,
        "patchWorkforcemanagementAgentAdherenceExplanation": NO_CASE,
        f"patch{PLACE}UnavailabletimesSettings": NO_CASE, f"post{UNIT}UnavailabletimesSettingsQuery": NO_CASE,
    },
    (409, "wfm.transaction.conflict"): {
        "patchWorkforcemanagementUnavailabletimes": "carries no version",
        f"patch{UNIT}MinimumstaffingSettings": "carries no version",
    },
    (400, "wfm.entity.not.found"): {
        "postAuthorizationDivisionObject": "units of workforce management do not move here",
        f"post{PLACE}s": "the unit and the division have codes of their own", f"get{PLACE}s": NO_CASE,
        f"patch{PLACE}AgentsWorkplansBulk": "what is not found is a row of the result",
        "patchWorkforcemanagementTimeoffrequest": "what a patch may name is no id of anything",
        f"delete{SCHEDULE}": NO_CASE, f"post{SCHEDULE}s": "a forecast may be one that the vendor has generated",
    },
    (400, "wfm.not.allowed"): {
        f"patch{PLACE}WeekShifttrade": "the trade here is the client's own and free to change; see `test_shift_trades`",
    } | dict.fromkeys(
        (
            f"post{PLACE}WeekShifttradesStateBulk",
            f"patch{UNIT}Activitycode", f"post{PLACE}Workplans", f"patch{PLACE}Workplan",
            f"post{PLACE}WorkplanValidate", f"post{PLACE}Workplanrotations", f"patch{PLACE}Workplanrotation",
            f"delete{PLACE}Workplanrotation", f"post{UNIT}Planninggroups", f"patch{UNIT}Planninggroup",
            f"post{PLACE}Timeoffrequests", f"patch{PLACE}UserTimeoffrequest",
        ),
        NO_CASE,
    ),
}  # fmt: skip
"""
Rows of the tables that no request provokes here, with the reason: for all operations, or for those named (`*`: all that
have no row).
"""
