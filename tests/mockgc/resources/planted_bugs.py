"""Emulators in which one kind breaks one promise of the published family, and everything else works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Flask

from mockgc import Settings, create_app
from mockgc.domain.errors import WfmError
from mockgc.domain.resource import Behaviour, Operation, Resource, value_at
from mockgc.domain.transaction import Outcome, Request, View, Write
from mockgc.resources import registry
from tests.mockgc.resources.machine import KINDS
from tests.mockgc.resources.published_behaviour import MOMENT

Bug = Callable[[Resource], Resource]
Decide = Callable[[Resource, View, Callable[[], Outcome]], Outcome]
"""(resource, view, what the rule would decide) -> what the bug makes of it."""


def emulator_with(bug: Bug, kind: str) -> Flask:
    """An emulator in which this kind has this bug."""
    resources = tuple(bug(resource) if resource.kind == kind else resource for resource in registry())
    return create_app(Settings(seed=1, freeze=MOMENT), resources=resources)


def checks_no_names(resource: Resource) -> Resource:
    """Any number of entities may have one name."""
    return replace(resource, unique=())


def checks_no_external_keys(resource: Resource) -> Resource:
    """A pair of authority and key may name any number of users."""
    behaviour = resource.behaviours["postUserExternalid"]

    def handle(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        try:
            return behaviour.handle(resource, operation, view, request)
        except WfmError as refused:
            if refused.code.code != "general.resource.conflict":
                raise
            user_id, entity_id = request.ids[0], view.new_id()
            pair = {name: request.body[name] for name in ("authorityName", "externalKey")}
            entity = {"id": entity_id, **pair, "userId": user_id, "selfUri": "/"}
            return Outcome(201, [], (Write(resource.kind, entity_id, entity),))

    return replace(
        resource, behaviours={**resource.behaviours, "postUserExternalid": replace(behaviour, handle=handle)}
    )


def _deciding(decide: Decide) -> Bug:
    def bug(resource: Resource) -> Resource:
        behaviours = {name: _wrapped(behaviour, decide) for name, behaviour in resource.behaviours.items()}
        return replace(resource, behaviours=behaviours)

    return bug


def _wrapped(behaviour: Behaviour, decide: Decide) -> Behaviour:
    def handle(resource: Resource, operation: Operation, view: View, request: Request) -> Outcome:
        return decide(resource, view, lambda: behaviour.handle(resource, operation, view, request))

    return replace(behaviour, handle=handle)


def _write_when_refused(resource: Resource, view: View, decided: Callable[[], Outcome]) -> Outcome:
    try:
        return decided()
    except WfmError as refused:
        touched = next(iter(view.rows(resource.kind)), None)
        if touched is None:
            raise
        write = Write(resource.kind, touched, view.get(resource.kind, touched), changed=("name",))
        return Outcome(refused.code.status, None, (write,), refusal=refused)


def _move_by_two(resource: Resource, _: View, decided: Callable[[], Outcome]) -> Outcome:
    outcome = decided()
    return replace(outcome, writes=tuple(_moved_again(resource.kind, write) for write in outcome.writes))


def _moved_again(kind: str, write: Write) -> Write:
    shows = KINDS[kind].shows
    version = value_at(write.entity, shows) if write.entity is not None and write.kind == kind else None
    if version is None or version < 2:
        return write
    entity: Any = write.entity
    return replace(write, entity=_with(entity, shows.split("."), version + 1))


def _with(entity: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**entity, name: _with(entity[name], rest, value) if rest else value}


def _answer_with_a_number_for_an_id(_: Resource, __: View, decided: Callable[[], Outcome]) -> Outcome:
    outcome = decided()
    if isinstance(outcome.body, dict) and "id" in outcome.body:
        return replace(outcome, body={**outcome.body, "id": 5})
    return outcome


BUGS: Mapping[str, Bug] = {
    "writes when it refuses": _deciding(_write_when_refused),
    "moves its version by two": _deciding(_move_by_two),
    "checks no names": checks_no_names,
    "checks no external keys": checks_no_external_keys,
    "answers outside of its schema": _deciding(_answer_with_a_number_for_an_id),
}
