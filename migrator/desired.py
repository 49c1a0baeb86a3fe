"""
What the target should hold, before anybody has looked at the target: the mapping's result and the plan's input. Pure.

A `key` is stable (it comes from the source's own ids) and is the target's externalId. Where one desired entity refers
to another it holds a `Ref`, because the target's ids are not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["user", "scheduleTemplate", "group", "schedule"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Dependency order: each kind refers only to earlier ones."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to another desired entity by its key."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class Desired:
    """
    One entity as the source wants it.

    Args:
        key: the stable source key, such as `zendesk:user:123`; it is the target's externalId.
        label: for people: the name or the e-mail address.
        fields: the writable fields of the dialect's body, camelCase, references as `Ref`: `userIds` is a list of refs,
            `agents` a list of `{"userId": Ref, "shifts": [...]}`.
        origin: the source rows it came from, for the report.
    """

    kind: Kind
    key: str
    label: str
    fields: Mapping[str, Any]
    origin: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """
    A question that only a person can answer; it stops its rows and what depends on them.

    Args:
        settle: the mapping line that would answer it.
        blocks: keys of desired entities that must not be applied before.
    """

    code: str
    subject: str
    message: str
    settle: str
    blocks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of the source that the target will not have; reported, blocks nothing."""

    code: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Desires:
    """All of it, in a stable order."""

    entities: tuple[Desired, ...]
    decisions: tuple[Decision, ...] = ()
    losses: tuple[Loss, ...] = ()
