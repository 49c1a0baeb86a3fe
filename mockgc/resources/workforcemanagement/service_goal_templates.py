"""
Service goal templates: `/api/v2/workforcemanagement/businessunits/{businessUnitId}/servicegoaltemplates`.

Reads show `impactOverride` only when `expand` names it.
"""

from __future__ import annotations

from dataclasses import replace

from mockgc.domain.errors import assumed
from mockgc.domain.resource import Behaviour, Operation, Resource
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.kit import CONTRACT, WFM_NOT_FOUND, WFM_STALE, WFM_VALIDATION, known_fields, many
from mockgc.resources.workforcemanagement import business_units
from mockgc.resources.workforcemanagement.family import HAS_USERS, Family

_GOALS = ("serviceLevel", "averageSpeedOfAnswer", "abandonRate")
_EXPANDABLE = "impactOverride"


def _content(_: View, request: Request, before: Entity | None) -> Entity:
    """A goal that a create leaves out is not included (assumed)."""
    content = known_fields(request.body, "name", _EXPANDABLE, *_GOALS)
    return content if before is not None else {**{goal: {"include": False} for goal in _GOALS}, **content}


def _brief(template: Entity, request: Request) -> Entity:
    hidden = () if _EXPANDABLE in many(request, "expand") else (_EXPANDABLE,)
    return {name: value for name, value in template.items() if name not in hidden}


def _read(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    outcome = TEMPLATES.read(resource, operation, view, request)
    assert isinstance(outcome.body, dict)
    return replace(outcome, body=_brief(outcome.body, request))


def _list(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
    outcome = TEMPLATES.listing(resource, operation, view, request)
    assert isinstance(outcome.body, dict)
    rows = [_brief(template, request) for template in outcome.body["entities"]]
    return replace(outcome, body={"entities": rows})


TEMPLATES = Family("serviceGoalTemplate", business_units.COMMON, "servicegoaltemplates", _content)
_HERE = (business_units.NOT_FOUND, WFM_NOT_FOUND)
SERVICE_GOAL_TEMPLATE = Resource(
    kind="serviceGoalTemplate",
    path=f"{business_units.PATH}/{{businessUnitId}}/servicegoaltemplates",
    title="service goal template",
    unique=(TEMPLATES.unique_name,),
    references=(TEMPLATES.belonging,),
    in_use=HAS_USERS,
    behaviours={
        "getWorkforcemanagementBusinessunitServicegoaltemplates": Behaviour(
            _list, CONTRACT, (business_units.NOT_FOUND,)
        ),
        "postWorkforcemanagementBusinessunitServicegoaltemplates": Behaviour(
            TEMPLATES.create, assumed("201; a clash of names is a 400"), (business_units.NOT_FOUND, WFM_VALIDATION)
        ),
        "getWorkforcemanagementBusinessunitServicegoaltemplate": Behaviour(_read, CONTRACT, _HERE),
        "patchWorkforcemanagementBusinessunitServicegoaltemplate": Behaviour(
            TEMPLATES.patch, CONTRACT, (*_HERE, WFM_STALE, WFM_VALIDATION)
        ),
        "deleteWorkforcemanagementBusinessunitServicegoaltemplate": Behaviour(
            TEMPLATES.delete, assumed("refused while planning groups have it"), (*_HERE, HAS_USERS)
        ),
    },
)
