"""
Service goal templates: `/api/v2/workforcemanagement/businessunits/{businessUnitId}/servicegoaltemplates`.

Reads show `impactOverride` only when `expand` names it.
"""

from __future__ import annotations

from dataclasses import replace

from mockgc.domain.errors import assumed
from mockgc.domain.resource import Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import CONTRACT, WFM_STALE, WFM_VALIDATION, known_fields
from mockgc.resources.workforcemanagement import business_units
from mockgc.resources.workforcemanagement.family import HAS_USERS, kind_in

_GOALS = ("serviceLevel", "averageSpeedOfAnswer", "abandonRate")
_EXPANDABLE = "impactOverride"


def _content(_: View, request: Request, before: Entity | None) -> Entity:
    """A goal that a create leaves out is not included (assumed)."""
    content = known_fields(request.body, "name", _EXPANDABLE, *_GOALS)
    return content if before is not None else {**{goal: {"include": False} for goal in _GOALS}, **content}


def _read(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    outcome = TEMPLATES.read(resource, operation, view, request)
    assert isinstance(outcome.body, dict)
    return replace(outcome, body=TEMPLATES.brief(outcome.body, request))


TEMPLATES = kind_in(
    business_units.COMMON, "servicegoaltemplates", "serviceGoalTemplate", _content, expandable=(_EXPANDABLE,)
)
SERVICE_GOAL_TEMPLATE = TEMPLATES.resource(
    "service goal template",
    {
        "getWorkforcemanagementBusinessunitServicegoaltemplates": TEMPLATES.of_unit(TEMPLATES.listing, CONTRACT),
        "postWorkforcemanagementBusinessunitServicegoaltemplates": TEMPLATES.of_unit(
            TEMPLATES.create, assumed("201; a clash of names is a 400"), WFM_VALIDATION
        ),
        "getWorkforcemanagementBusinessunitServicegoaltemplate": TEMPLATES.of_one(_read, CONTRACT),
        "patchWorkforcemanagementBusinessunitServicegoaltemplate": TEMPLATES.of_one(
            TEMPLATES.change, CONTRACT, WFM_STALE, WFM_VALIDATION
        ),
        "deleteWorkforcemanagementBusinessunitServicegoaltemplate": TEMPLATES.of_one(
            TEMPLATES.delete, assumed("refused while planning groups have it"), HAS_USERS
        ),
    },
    in_use=HAS_USERS,
)
