"""
Teams: `/api/v2/teams`. No version; names are unique; a user is in one team at most.

Who cannot be added is a row of the answer, not an error. Source: the model of the answer.
"""

from __future__ import annotations

from mockgc.domain import errors, rules
from mockgc.domain.errors import ErrorCode, assumed, documented
from mockgc.domain.metadata import timestamp
from mockgc.domain.names import folded_name
from mockgc.domain.resource import Behaviour, Operation, Reference, Resource, UniqueKey
from mockgc.domain.transaction import Entity, Outcome, Request, View
from mockgc.resources.directory import people, search
from mockgc.resources.directory.people import USER, sent_division, with_division
from mockgc.resources.directory.refusals import TEAM_MEMBERS_REMOVED_MAX, TOO_MANY_IDS, UNKNOWN_ID
from mockgc.resources.kit import (
    CONTRACT,
    INVALID_CURSOR,
    Common,
    by_cursor,
    children,
    everything,
    known_fields,
    many,
    parameters,
    touched,
)
from mockgc.resources.plain import Plain

PATH = "/api/v2/teams"
KIND = "team"
NAME_IN_USE = ErrorCode(
    "group.name.in.use", 400, "team names are unique", documented("POST and PATCH teams: 400"),
    "Use the team that has the name, or choose another name.",
)  # fmt: skip


def _content(view: View, request: Request, before: Entity | None) -> Entity:
    content = {**known_fields(request.body, "name", "description"), **sent_division(request.body)}
    if before is not None:
        return touched(view, before, content)
    moment = timestamp(view.now)
    return {**content, "memberIds": [], "dateCreated": moment, "dateModified": moment}


def _shown(view: View, team: Entity, _: Request) -> Entity:
    """A team as callers see it: its members are counted."""
    shown = {name: value for name, value in with_division(view, team).items() if name != "memberIds"}
    return {**shown, "memberCount": len(people.living(view, team["memberIds"]))}


TEAMS = Plain(Common(KIND, lambda team: f"{PATH}/{team['id']}"), _content, _shown)


def _list(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    name = folded_name(parameters(request).get("name", ""))
    found = [team for team in everything(view, KIND) if name in folded_name(team["name"])]
    return by_cursor(view, KIND, PATH, request, found, TEAMS.show(view, request))


def _search(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    rules.raise_invalid(request)
    return search.searched("teams", request, everything(view, KIND), TEAMS.show(view, request))


def _members(_: Resource, __: Operation, view: View, request: Request) -> Outcome:
    team = TEAMS.existing(view, request)
    rules.raise_invalid(request)
    found = people.living(view, team["memberIds"])
    path = f"{PATH}/{team['id']}/members"
    return by_cursor(view, USER, path, request, found, lambda user: known_fields(user, "id", "name", "selfUri"))


def _add(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    team = TEAMS.existing(view, request)
    rules.raise_invalid(request)
    wanted = dict.fromkeys(request.body["memberIds"])
    reasons = {user_id: _reason_against(view, team, user_id) for user_id in wanted}
    added = [user_id for user_id, reason in reasons.items() if reason is None]
    members = list(dict.fromkeys([*team["memberIds"], *added]))
    outcome = TEAMS.common.update(resource, view, team, touched(view, team, {"memberIds": members}), None)
    body = {
        "entities": [known_fields(people.summary(view, user_id), "id", "selfUri") for user_id in added],
        "failures": [{"id": user_id, "reason": reason} for user_id, reason in reasons.items() if reason is not None],
    }
    return Outcome(200, body, outcome.writes, outcome.reads)


def _reason_against(view: View, team: Entity, user_id: str) -> str | None:
    """Why a user cannot be added, in the words of the contract; None when it can."""
    if not people.is_living(view, user_id):
        return "UserNotFound"
    others = [other for other in children(view, KIND, USER, user_id) if other["id"] != team["id"]]
    if others:
        return "UserGroupLimitExceeded"
    user = view.get(USER, user_id) or {}
    division = team.get("division", {}).get("id")
    return "UserGroupDivisionMismatch" if division not in (None, user["division"]["id"]) else None


def _remove(resource: Resource, _: Operation, view: View, request: Request) -> Outcome:
    team = TEAMS.existing(view, request)
    rules.raise_invalid(request)
    leaving = many(request, "id")
    if len(leaving) > TEAM_MEMBERS_REMOVED_MAX:
        raise errors.refuse(TOO_MANY_IDS, f"{len(leaving)} ids; at most {TEAM_MEMBERS_REMOVED_MAX}", "id")
    members = [member for member in team["memberIds"] if member not in leaving]
    outcome = TEAMS.common.update(resource, view, team, touched(view, team, {"memberIds": members}), None)
    return Outcome(204, None, outcome.writes)


_FAILURES = assumed("the reasons are declared; when each applies is assumed")
RESOURCE = Resource(
    kind=KIND,
    path=PATH,
    title="team",
    unique=(UniqueKey("name", NAME_IN_USE, folded_name),),
    references=(Reference("division.id", "division", UNKNOWN_ID), Reference("memberIds[]", USER, UNKNOWN_ID)),
    behaviours={
        "postTeams": Behaviour(TEAMS.create, CONTRACT, (NAME_IN_USE, UNKNOWN_ID)),
        "getTeam": Behaviour(TEAMS.read, CONTRACT),
        "getTeams": Behaviour(
            _list, assumed("a name is searched for inside names; cursors are positions"), (INVALID_CURSOR,)
        ),
        "postTeamsSearch": Behaviour(_search, search.SOURCE),
        "patchTeam": Behaviour(TEAMS.change, CONTRACT, (NAME_IN_USE, UNKNOWN_ID)),
        "deleteTeam": Behaviour(TEAMS.delete, assumed("its members leave with it")),
        "getTeamMembers": Behaviour(_members, assumed("deleted users are left out"), (INVALID_CURSOR,)),
        "postTeamMembers": Behaviour(_add, _FAILURES),
        "deleteTeamMembers": Behaviour(_remove, CONTRACT, (TOO_MANY_IDS,)),
    },
)
