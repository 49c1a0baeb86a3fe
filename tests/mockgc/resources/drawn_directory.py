"""The requests that a machine draws for divisions, users, groups, teams, skills, languages and queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.mockgc.resources.machine import NAMES, Draw, Machine, Sent, Step

STATES = ("active", "inactive", "deleted", "active")


def _named(step: Step) -> dict[str, Any]:
    return {"name": NAMES[step.a]}


def _of(operation: str, kind: str, **body: Any) -> Draw:
    """A request to one entity, with a fixed body or none."""
    return lambda machine, step: Sent(operation, machine.one(kind, step.a), body or None)


def _renamed(operation: str, kind: str, **body: Any) -> Draw:
    return lambda machine, step: Sent(operation, machine.one(kind, step.a), {"name": NAMES[step.c], **body})


def _create_user(machine: Machine, step: Step) -> Sent:
    email = f"{NAMES[step.a].strip()}@example.org"
    body = {"name": NAMES[step.b], "email": email, "divisionId": machine.id("division", step.c)}
    return Sent("postUsers", (), body, made="directoryUser")


def _half_create_user(machine: Machine, step: Step) -> Sent:
    """With a password, which may be refused although the user is made."""
    sent = _create_user(machine, step)
    return sent._replace(json={**sent.json, "password": "x" * (4 << step.c)})


def _patch_user(machine: Machine, step: Step) -> Sent:
    ids = machine.one("directoryUser", step.a)
    change = {"state": STATES[step.c]} if step.c % 2 else {"email": f"{NAMES[step.c].strip()}@example.org"}
    return Sent("patchUser", ids, {"version": machine.version("directoryUser", ids, step.b), **change})


def _state(machine: Machine, step: Step) -> Sent:
    ids = machine.one("directoryUser", step.a)
    body = {"version": machine.version("directoryUser", ids, step.b), "state": STATES[step.c]}
    return Sent("putUserState", ids, body)


def _bulk(machine: Machine, step: Step) -> Sent:
    users = machine.some("directoryUser", step.a + 1)
    return Sent("patchUsersBulk", (), [{"id": user, "acdAutoAnswer": bool(step.b % 2)} for user in users])


def _identify(machine: Machine, step: Step) -> Sent:
    body = {"authorityName": "zendesk", "externalKey": str(step.b)}
    return Sent("postUserExternalid", machine.one("directoryUser", step.a), body)


def _forget(machine: Machine, step: Step) -> Sent:
    ids = (*machine.one("directoryUser", step.a), "zendesk", str(step.b))
    return Sent("deleteUserExternalidAuthorityNameExternalKey", ids)


def _move(machine: Machine, step: Step) -> Sent:
    kind, object_type = (("directoryUser", "USER"), ("queue", "QUEUE"), ("team", "TEAM"), ("skill", "SKILL"))[step.b]
    ids = (machine.id("division", step.a), object_type)
    return Sent("postAuthorizationDivisionObject", ids, machine.some(kind, step.c + 1))


def _create_group(_: Machine, step: Step) -> Sent:
    body = {**_named(step), "type": "official", "rulesVisible": True, "visibility": "public"}
    return Sent("postGroups", (), body, made="directoryGroup")


def _put_group(machine: Machine, step: Step) -> Sent:
    ids = machine.one("directoryGroup", step.a)
    body = {"version": machine.version("directoryGroup", ids, step.b), "name": NAMES[step.c]}
    return Sent("putGroup", ids, body)


def _join_group(machine: Machine, step: Step) -> Sent:
    ids, body = machine.one("directoryGroup", step.a), {"memberIds": machine.some("directoryUser", step.c * 2 + 1)}
    claimed = {"version": machine.version("directoryGroup", ids, step.b)} if step.b else {}
    return Sent("postGroupMembers", ids, {**body, **claimed})


def _leave(operation: str, kind: str, name: str) -> Draw:
    def leave(machine: Machine, step: Step) -> Sent:
        users = ",".join(machine.some("directoryUser", step.b + 1)) or "nobody"
        return Sent(operation, machine.one(kind, step.a), params={name: users})

    return leave


def _join_team(machine: Machine, step: Step) -> Sent:
    body = {"memberIds": machine.some("directoryUser", step.b + 1)}
    return Sent("postTeamMembers", machine.one("team", step.a), body)


DIRECTORY: Mapping[str, Draw] = {
    "create a division": lambda _, step: Sent(
        "postAuthorizationDivisions", (), {**_named(step), "description": ""}, made="division"
    ),
    "rename a division": _renamed("putAuthorizationDivision", "division", description=""),
    "delete a division": _of("deleteAuthorizationDivision", "division"),
    "restore a division": _renamed("postAuthorizationDivisionRestore", "division", description=""),
    "move objects": _move,
    "create a user": _create_user,
    "create a user with a password": _half_create_user,
    "change a user": _patch_user,
    "change a user's state": _state,
    "change users": _bulk,
    "describe a user": lambda machine, step: Sent(
        "putUserProfileskills", machine.one("directoryUser", step.a), list(NAMES[: step.b])
    ),
    "delete a user": _of("deleteUser", "directoryUser"),
    "identify a user": _identify,
    "forget an identifier": _forget,
    "create a group": _create_group,
    "change a group": _put_group,
    "delete a group": _of("deleteGroup", "directoryGroup"),
    "join a group": _join_group,
    "leave a group": _leave("deleteGroupMembers", "directoryGroup", "ids"),
    "create a team": lambda _, step: Sent("postTeams", (), _named(step), made="team"),
    "rename a team": _renamed("patchTeam", "team"),
    "delete a team": _of("deleteTeam", "team"),
    "join a team": _join_team,
    "leave a team": _leave("deleteTeamMembers", "team", "id"),
}


def _rating(operation: str, kind: str, *, is_addressed: bool) -> Draw:
    def request(machine: Machine, step: Step) -> Sent:
        user, rated = machine.one("directoryUser", step.a), machine.id(kind, step.b)
        body = {"id": rated, "proficiency": step.c * 2}
        return Sent(operation, (*user, rated) if is_addressed else user, body)

    return request


def _ratings(operation: str, kind: str) -> Draw:
    def request(machine: Machine, step: Step) -> Sent:
        body = [{"id": rated, "proficiency": step.c} for rated in machine.some(kind, step.b)]
        return Sent(operation, machine.one("directoryUser", step.a), body)

    return request


def _unrate(operation: str, kind: str) -> Draw:
    return lambda machine, step: Sent(operation, (*machine.one("directoryUser", step.a), machine.id(kind, step.b)))


def _queue_members(operation: str) -> Draw:
    def request(machine: Machine, step: Step) -> Sent:
        body = [{"id": user} for user in machine.some("directoryUser", step.b + 1)]
        params = {"delete": "true"} if step.c % 2 else None
        return Sent(operation, machine.one("queue", step.a), body, params)

    return request


def _joined(operation: str, *, is_list: bool) -> Draw:
    def request(machine: Machine, step: Step) -> Sent:
        user = machine.id("directoryUser", step.b)
        body = {"id": user, "joined": bool(step.c % 2)}
        queue = machine.one("queue", step.a)
        return Sent(operation, queue, [body]) if is_list else Sent(operation, (*queue, user), body)

    return request


def _own_queue(operation: str, *, is_list: bool) -> Draw:
    def request(machine: Machine, step: Step) -> Sent:
        user, queue = machine.one("directoryUser", step.a), machine.id("queue", step.b)
        body = {"id": queue, "joined": bool(step.c % 2)}
        return Sent(operation, user, [body]) if is_list else Sent(operation, (*user, queue), body)

    return request


def _leave_queue(operation: str) -> Draw:
    return lambda machine, step: Sent(
        operation, (*machine.one("queue", step.a), machine.id("directoryUser", step.b))
    )  # fmt: skip


ROUTING: Mapping[str, Draw] = {
    "create a skill": lambda _, step: Sent("postRoutingSkills", (), _named(step), made="skill"),
    "move a skill": lambda machine, step: Sent(
        "patchRoutingSkill", machine.one("skill", step.a), {"divisionId": machine.id("division", step.b)}
    ),
    "delete a skill": _of("deleteRoutingSkill", "skill"),
    "create a language": lambda _, step: Sent("postRoutingLanguages", (), _named(step), made="language"),
    "delete a language": _of("deleteRoutingLanguage", "language"),
    "create a queue": lambda _, step: Sent("postRoutingQueues", (), _named(step), made="queue"),
    "rename a queue": _renamed("putRoutingQueue", "queue"),
    "delete a queue": _of("deleteRoutingQueue", "queue"),
    **{f"{operation} (skill)": _rating(operation, "skill", is_addressed=is_addressed) for operation, is_addressed in (
        ("postUserRoutingskills", False), ("putUserRoutingskill", True),
    )},
    **{f"{operation} (language)": _rating(operation, "language", is_addressed=is_addressed)
       for operation, is_addressed in (("postUserRoutinglanguages", False), ("patchUserRoutinglanguage", True))},
    "replace skills": _ratings("putUserRoutingskillsBulk", "skill"),
    "add skills": _ratings("patchUserRoutingskillsBulk", "skill"),
    "add languages": _ratings("patchUserRoutinglanguagesBulk", "language"),
    "lose a skill": _unrate("deleteUserRoutingskill", "skill"),
    "lose a language": _unrate("deleteUserRoutinglanguage", "language"),
    **{f"postRoutingQueue{word}s": _queue_members(f"postRoutingQueue{word}s") for word in ("Member", "User")},
    **{f"patchRoutingQueue{word}s": _joined(f"patchRoutingQueue{word}s", is_list=True) for word in ("Member", "User")},
    **{f"patchRoutingQueue{word}": _joined(f"patchRoutingQueue{word}", is_list=False) for word in ("Member", "User")},
    **{f"deleteRoutingQueue{word}": _leave_queue(f"deleteRoutingQueue{word}") for word in ("Member", "User")},
    "work in a queue": _own_queue("patchUserQueue", is_list=False),
    "work in queues": _own_queue("patchUserQueues", is_list=True),
}  # fmt: skip
