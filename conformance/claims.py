"""
What each kind of the dialect promises, stated independently of any implementation.

An oracle derived from the emulator could only agree with it, so these values are written from the specification a
second time. `conformance.model` and the checkers follow from them; a test compares them with the emulator's registry.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Body = Mapping[str, Any]


def folded_name(name: str) -> str:
    """NFKC(casefold(NFKC(strip(x)))): how names are compared (decided, common rules)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).casefold())


def exact(text: str) -> str:
    """Compared as sent."""
    return text


@dataclass(frozen=True, slots=True)
class Unique:
    """A field that at most one live entity holds; `code` refuses the second."""

    field: str
    code: str
    fold: Callable[[str], str] = exact
    scope: Literal["kind", "organisation"] = "kind"


@dataclass(frozen=True, slots=True)
class Refers:
    """A path into the body (`userIds[]`, `agents[].userId`) that must name a live entity of kind `to`."""

    at: str
    to: str

    def found_in(self, body: Body) -> Iterator[tuple[str, str]]:
        """(exact path, id) of each reference the body holds."""
        head, brackets, tail = self.at.partition("[]")
        if not brackets:
            yield head, body[head]
            return
        for index, item in enumerate(body.get(head) or ()):
            yield f"{head}[{index}]{tail}", item[tail.removeprefix(".")] if tail else item


@dataclass(frozen=True, slots=True)
class Claim:
    """
    The promises of one kind.

    Args:
        required: fields a create must send; `required_on_put` what a `PUT` needs besides.
        defaults: what absent fields mean.
        sets: fields that compare as sets.
        filters: query parameters of the listing, with how they compare.
        moves: the field naming the entity whose version moves with every change of this kind.
    """

    kind: str
    path: str
    required: tuple[str, ...]
    unique: tuple[Unique, ...]
    references: tuple[Refers, ...] = ()
    filters: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    required_on_put: tuple[str, ...] = ("version",)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    moves: str | None = None


STALE = "wfm.transaction.conflict"
REFERENCE = "wfm.reference.not.found"
ZONE = "wfm.time.zone.incompatible"
NAME = "wfm.name.in.use"
EMAIL = "wfm.email.in.use"
EXTERNAL_ID = "wfm.external.id.in.use"
DIFFERS = "wfm.schedule.differs"
OVERLAP = "wfm.shift.overlap"
IN_USE = "wfm.entity.in.use"
PRECEDENCE = (REFERENCE, STALE, ZONE, NAME, EMAIL, EXTERNAL_ID, DIFFERS, OVERLAP, IN_USE)
"""Within 409 the first of these gives `code` and `message`."""

_EXTERNAL_ID = Unique("externalId", EXTERNAL_ID, scope="organisation")
_BY_NAME = {"externalId": exact, "name": folded_name}

USER = Claim(
    kind="user",
    path="/api/v2/wfm/users",
    required=("name", "email", "timeZone"),
    unique=(Unique("email", EMAIL, str.casefold), _EXTERNAL_ID),
    filters={**_BY_NAME, "email": str.casefold},
    required_on_put=("version", "active"),
    defaults={"active": True},
)
TEMPLATE = Claim(
    kind="scheduleTemplate",
    path="/api/v2/wfm/scheduletemplates",
    required=("name", "timeZone"),
    unique=(Unique("name", NAME, folded_name), _EXTERNAL_ID),
    filters=_BY_NAME,
    defaults={"shifts": []},
    sets=("shifts",),
)
GROUP = Claim(
    kind="group",
    path="/api/v2/wfm/users/groups",
    required=("name", "scheduleTemplateId"),
    unique=(Unique("name", NAME, folded_name), _EXTERNAL_ID),
    references=(Refers("scheduleTemplateId", "scheduleTemplate"), Refers("userIds[]", "user")),
    filters=_BY_NAME,
    defaults={"userIds": []},
    sets=("userIds",),
)
SCHEDULE = Claim(
    kind="schedule",
    path="/api/v2/wfm/schedules",
    required=("groupId", "scheduleTemplateId", "weekDate", "agents"),
    unique=(_EXTERNAL_ID,),
    references=(
        Refers("scheduleTemplateId", "scheduleTemplate"),
        Refers("groupId", "group"),
        Refers("agents[].userId", "user"),
    ),
    filters={"externalId": exact, "groupId": exact, "scheduleTemplateId": exact, "weekDate": exact},
    sets=("agents",),
    moves="scheduleTemplateId",
)
CLAIMS: Mapping[str, Claim] = {claim.kind: claim for claim in (USER, TEMPLATE, GROUP, SCHEDULE)}
TRIPLE = ("groupId", "scheduleTemplateId", "weekDate")
