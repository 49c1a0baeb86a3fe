"""The organisation that tests start from: a division, units, users."""

from __future__ import annotations

from typing import Any

from mockgc.resources.workforcemanagement.people import CLIENT_AUTHORITY
from tests.mockgc.resources.published_behaviour import Caller


def division_of(call: Caller) -> str:
    """The first division, made when there is none."""
    found = call("getAuthorizationDivisions")["entities"]
    made = found[0] if found else call("postAuthorizationDivisions", json={"name": "EMEA", "description": ""})
    return str(made["id"])


def unit_body(division_id: str, name: str = "Support") -> dict[str, Any]:
    """What a business unit is created with."""
    settings = {"startDayOfWeek": "Monday", "timeZone": "Europe/Paris"}
    return {"name": name, "divisionId": division_id, "settings": settings}


def business_unit_of(call: Caller, name: str = "Support") -> dict[str, Any]:
    """A new business unit."""
    made = call("postWorkforcemanagementBusinessunits", expect=201, json=unit_body(division_of(call), name))
    assert isinstance(made, dict)
    return made


def management_unit_of(call: Caller, business_unit_id: str, name: str = "Paris") -> dict[str, Any]:
    """A new management unit."""
    body = {"name": name, "businessUnitId": business_unit_id}
    made = call("postWorkforcemanagementManagementunits", expect=201, json=body)
    assert isinstance(made, dict)
    return made


def users_of(call: Caller, *names: str) -> list[str]:
    """The ids of new users."""
    division_id = division_of(call)
    bodies = [{"name": name, "email": f"{name}@example.com", "divisionId": division_id} for name in names]
    return [str(call("postUsers", json=body)["id"]) for body in bodies]


def agents_of(call: Caller, management_unit_id: str, *names: str) -> list[str]:
    """The ids of new users in a management unit."""
    user_ids = users_of(call, *names)
    body = {"userIds": user_ids, "destinationManagementUnitId": management_unit_id}
    call("postWorkforcemanagementAgents", expect=202, json=body)
    return user_ids


def act_as(call: Caller, user_id: str, *, instead_of: str | None = None) -> None:
    """From here on the client stands for this user."""
    pair = {"authorityName": CLIENT_AUTHORITY, "externalKey": call.organisation.client_id}
    if instead_of is not None:
        call("deleteUserExternalidAuthorityNameExternalKey", instead_of, *pair.values(), expect=204)
    call("postUserExternalid", user_id, expect=201, json=pair)


def enable_unavailable_times(call: Caller, management_unit_id: str) -> None:
    """Let the unit's agents say when they cannot work."""
    operation = "patchWorkforcemanagementManagementunitUnavailabletimesSettings"
    call(operation, management_unit_id, json={"enabled": True})


def under(version: int, **fields: Any) -> dict[str, Any]:
    """A change that claims a version."""
    return {"metadata": {"version": version}, **fields}
