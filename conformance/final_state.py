"""
What a target holds when a trial is over: all four kinds, read through the public API only.

`collect` turns a `get` callable (in process or over a socket, the caller's choice) into a `FinalState`; the verdicts
over it live in `conformance.checkers.state`. Nothing here knows an implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Entity = Mapping[str, Any]
Get = Callable[[str, Mapping[str, str]], Any]
"""(path, query) -> decoded body of a 200 answer; raises on anything else."""

USERS, TEMPLATES, GROUPS, SCHEDULES = "user", "scheduleTemplate", "group", "schedule"
KINDS = (USERS, TEMPLATES, GROUPS, SCHEDULES)
PATHS: Mapping[str, str] = {
    USERS: "/api/v2/wfm/users",
    TEMPLATES: "/api/v2/wfm/scheduletemplates",
    GROUPS: "/api/v2/wfm/users/groups",
    SCHEDULES: "/api/v2/wfm/schedules",
}
PAGE_SIZE_MAX = 100


@dataclass(frozen=True, slots=True)
class FinalState:
    """Every live entity by kind, as `GET` on the entity answers it, in the order of the listings."""

    users: tuple[Entity, ...] = ()
    templates: tuple[Entity, ...] = ()
    groups: tuple[Entity, ...] = ()
    schedules: tuple[Entity, ...] = ()

    def of(self, kind: str) -> tuple[Entity, ...]:
        """The entities of one kind (`KINDS`)."""
        by_kind = {USERS: self.users, TEMPLATES: self.templates, GROUPS: self.groups, SCHEDULES: self.schedules}
        return by_kind[kind]


def listed(get: Get, kind: str) -> Iterator[Entity]:
    """All entities of a kind through the pages of its listing; schedules come without their agents."""
    page_number, page_count = 1, 1
    while page_number <= page_count:
        page = get(PATHS[kind], {"pageSize": str(PAGE_SIZE_MAX), "pageNumber": str(page_number)})
        yield from page["entities"]
        page_number, page_count = page_number + 1, int(page["pageCount"])


def collect(get: Get) -> FinalState:
    """
    Read the whole target; schedules are read one by one, because their listing leaves the agents out.

    The target must be at rest: pages are read one after the other, so a write in between could show an entity twice.
    """
    schedules = tuple(get(f"{PATHS[SCHEDULES]}/{row['id']}", {}) for row in listed(get, SCHEDULES))
    users, templates, groups = (tuple(listed(get, kind)) for kind in (USERS, TEMPLATES, GROUPS))
    return FinalState(users, templates, groups, schedules)
