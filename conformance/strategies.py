"""
Requests on the dialect, drawn from small pools so that they collide: valid bodies and near misses.

Everything takes the model's state, because most of what can go wrong is a relation to what is already there: a name
held in another spelling, a version one too old or too new, an id that is gone, a shift that touches or overlaps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from conformance.claims import CLAIMS
from conformance.model import Request, Row, State

Draw = st.DrawFn
Bodies = st.SearchStrategy[dict[str, Any]]

NAMES = ("Ann", " ann", "ﬁve", "FIVE", "Bob")
EMAILS = ("ann@example.com", "ANN@example.com", "bob@example.com", "eve@example.com")
EXTERNAL_IDS = (None, None, None, "x:1", "x:2", "X:1")
ZONES = ("Europe/Paris", "Europe/Brussels", "Europe/London", "Etc/UTC")
WEEKS = ("2026-11-30", "2026-12-07")
GONE = "00000000-0000-4000-8000-000000000000"
STARTS: Mapping[str, tuple[str, ...]] = {
    "2026-11-30": (
        "2026-11-30T08:00:00+01:00",
        "2026-11-30T07:00:00Z",
        "2026-11-30T12:00:00+01:00",
        "2026-12-06T22:30:00Z",
        "2026-11-29T23:30:00Z",
    ),
    "2026-12-07": ("2026-12-07T08:00:00+01:00", "2026-12-07T11:00:00Z", "2026-12-06T23:00:00Z"),
    "2026-12-01": ("2026-12-01T08:00:00Z",),
}
"""By week: instants that coincide, touch, overlap, and stand on both sides of a border in one zone or another."""


def ids(state: State, kind: str) -> st.SearchStrategy[str]:
    """An id of this kind: the oldest first, now and then one that names nothing."""
    alive = list(state.rows[kind])
    return st.sampled_from([*alive, *alive, *alive, GONE]) if alive else st.just(GONE)


def pattern_shifts() -> st.SearchStrategy[list[dict[str, Any]]]:
    """A template's weekly shifts."""
    days = st.lists(st.sampled_from(("Monday", "Tuesday", "Sunday")), min_size=1, max_size=3)
    shift = st.fixed_dictionaries(
        {"days": days, "startTime": st.sampled_from(("08:00", "22:30")), "lengthMinutes": st.sampled_from((60, 480))},
        optional={"activityCode": st.sampled_from(("phone", None))},
    )
    return st.lists(shift, max_size=2)


def week_shifts(week: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """The shifts of one agent in one week."""
    shift = st.fixed_dictionaries(
        {"start": st.sampled_from(STARTS[week]), "lengthMinutes": st.sampled_from((60, 240, 1440))},
        optional={"activityCode": st.sampled_from(("phone", None))},
    )
    return st.lists(shift, max_size=2)


@st.composite
def bodies(draw: Draw, state: State, kind: str) -> dict[str, Any]:
    """A body for a create of this kind (for schedules: an import without its version)."""
    if kind == "schedule":
        return draw(weeks_of(state))
    body: dict[str, Any] = {"name": draw(st.sampled_from(NAMES)), "externalId": draw(st.sampled_from(EXTERNAL_IDS))}
    if kind == "user":
        body |= {"email": draw(st.sampled_from(EMAILS)), "timeZone": draw(st.sampled_from(ZONES))}
        body |= draw(st.sampled_from(({}, {"active": True}, {"active": False}, {"active": None})))
    elif kind == "scheduleTemplate":
        body |= {"timeZone": draw(st.sampled_from(ZONES)), "shifts": draw(pattern_shifts())}
        body |= draw(st.sampled_from(({}, {"description": "d"}, {"description": None})))
    else:
        body["scheduleTemplateId"] = draw(ids(state, "scheduleTemplate"))
        body["userIds"] = draw(st.lists(ids(state, "user"), max_size=3))
    return body


@st.composite
def weeks_of(draw: Draw, state: State) -> dict[str, Any]:
    """An import into a group's week, mostly under the group's own template and for its members."""
    group_id = draw(ids(state, "group"))
    group = state.get("group", group_id)
    templates, users = ids(state, "scheduleTemplate"), ids(state, "user")
    if group is not None:
        templates = st.one_of(st.just(group.fields["scheduleTemplateId"]), templates)
        members = group.fields["userIds"]
        users = st.one_of(st.sampled_from(members), st.sampled_from(members), users) if members else users
    week = draw(st.sampled_from((*WEEKS, *WEEKS, *WEEKS, "2026-12-01")))
    agent = st.fixed_dictionaries({"userId": users, "shifts": week_shifts(week)})
    by_user = st.lists(agent, min_size=1, max_size=3, unique_by=lambda agent: agent["userId"])
    return {
        "groupId": group_id,
        "scheduleTemplateId": draw(templates),
        "weekDate": week,
        "externalId": draw(st.sampled_from(EXTERNAL_IDS)),
        "agents": draw(st.one_of(by_user, by_user, by_user, st.lists(agent, min_size=1, max_size=2))),
    }


@st.composite
def creates(draw: Draw, state: State, kind: str) -> Request:
    """A create; for schedules an import, with or without the version of its template."""
    body = draw(bodies(state, kind))
    if kind == "schedule":
        template = state.get("scheduleTemplate", body["scheduleTemplateId"])
        body |= draw(_versions(template))
    return Request("POST", kind, None, body)


@st.composite
def puts(draw: Draw, state: State, kind: str) -> Request:
    """A replacement, from the stored fields with some of them changed, under the right version or a near one."""
    entity_id = draw(ids(state, kind))
    row = state.get(kind, entity_id)
    fresh = draw(bodies(state, kind))
    kept = as_sent(row.fields) if row else {}
    names = draw(st.lists(st.sampled_from(sorted(fresh)), max_size=2))
    body = {**(kept or fresh), **{name: fresh[name] for name in names}}
    if kind == "user":
        body.setdefault("active", True)
    return Request("PUT", kind, entity_id, {**body, **draw(_versions(row))})


def deletes(state: State, kind: str) -> st.SearchStrategy[Request]:
    """A delete."""
    return ids(state, kind).map(lambda entity_id: Request("DELETE", kind, entity_id))


@st.composite
def reads(draw: Draw, state: State, kind: str) -> Request:
    """One entity, or a listing through one of its filters."""
    if draw(st.booleans()):
        return Request("GET", kind, draw(ids(state, kind)))
    name = draw(st.sampled_from(sorted(CLAIMS[kind].filters)))
    pools: Mapping[str, Any] = {"name": NAMES, "email": EMAILS, "externalId": ("x:1", "x:2", "X:1"), "weekDate": WEEKS}
    values = pools.get(name) or tuple(state.rows["group" if name == "groupId" else "scheduleTemplate"]) or (GONE,)
    return Request("GET", kind, None, None, {name: draw(st.sampled_from(values))})


def _versions(row: Row | None) -> Bodies:
    """Mostly the current version; sometimes none, an older or a newer one."""
    now = row.version if row else 1
    return st.sampled_from([{"version": now}] * 4 + [{}, {"version": None}, {"version": now - 1}, {"version": now + 1}])


def as_sent(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A body that means these fields, as the model keeps them."""
    body = dict(fields)
    if "userIds" in body:
        body["userIds"] = list(body["userIds"])
    if "shifts" in body:
        body["shifts"] = [json.loads(shift) for shift in body["shifts"]]
    if "agents" in body:
        body["agents"] = [
            {"userId": user_id, "shifts": [_shift(*shift) for shift in shifts]} for user_id, shifts in body["agents"]
        ]
    return body


def _shift(start: str, minutes: int, activity_code: str) -> dict[str, Any]:
    shift: dict[str, Any] = {"start": start, "lengthMinutes": minutes}
    return {**shift, "activityCode": activity_code} if activity_code else shift
