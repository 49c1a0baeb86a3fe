"""
A tidy account: agents, groups with memberships, user fields, business hours and holidays, in the vendor's shapes.

Source: the Zendesk Support API: users, groups, group_memberships, user_fields, business_hours/schedules, holidays.
"""

from __future__ import annotations

from random import Random
from typing import Any

from faker import Faker

Row = dict[str, Any]
HOST = "https://example.zendesk.com/api/v2"
CREATED, UPDATED = "2023-03-06T09:00:00Z", "2026-10-05T09:00:00Z"
GROUP_IDS, USER_IDS, MEMBERSHIP_IDS = 360_000_000_000, 370_000_000_000, 380_000_000_000
_GROUPS = (
    ("Customer Care", "Paris", "Europe/Paris", 58),
    ("Customer Care UK", "London", "Europe/London", 12),
    ("Customer Care Americas", "Eastern Time (US & Canada)", "America/New_York", 14),
    ("Billing", "Paris", "Europe/Paris", 6),
    ("Technical Support", "Paris", "Europe/Paris", 6),
    ("West Coast", "Pacific Time (US & Canada)", "America/Los_Angeles", 4),
)
"""Name, Rails zone, IANA zone, share of the agents."""
_PATTERNS = (("day", 48), ("early", 20), ("late", 16), ("night", 10), ("weekend", 6))
"""Shift pattern and share of the agents."""
_SKILLS = ("vip", "returns", "chat", "phone", "tier_2")


def tidy(agents: int, seed: int, chance: Random) -> dict[str, Any]:
    """All files of an account without mess."""
    faker = Faker("en_US")
    faker.seed_instance(seed)
    groups = [group(GROUP_IDS + index, name, index == 0) for index, (name, *_) in enumerate(_GROUPS)]
    users = [_agent(index, faker, chance) for index in range(agents)]
    memberships = [
        membership(MEMBERSHIP_IDS + index, user["id"], user["default_group_id"], True)
        for index, user in enumerate(users)
    ]
    return {
        "users.json": {"users": users},
        "groups.json": {"groups": groups},
        "group_memberships.json": {"group_memberships": memberships},
        "user_fields.json": {"user_fields": [_shift_field(), _desk_field()]},
        "schedules.json": {"schedules": _schedules()},
        "holidays.json": {"holidays": _holidays()},
    }


def user(number: int, name: str, email: str | None, role: str, rails: str, iana: str | None) -> Row:
    """A row of `users` as the service answers it."""
    is_staff = role != "end-user"
    return {
        "id": USER_IDS + number,
        "url": f"{HOST}/users/{USER_IDS + number}.json",
        "name": name,
        "email": email,
        "created_at": CREATED,
        "updated_at": UPDATED,
        "time_zone": rails,
        "iana_time_zone": iana,
        "phone": None,
        "shared_phone_number": None,
        "photo": None,
        "locale_id": 1,
        "locale": "en-US",
        "organization_id": None,
        "role": role,
        "verified": is_staff,
        "external_id": None,
        "tags": [],
        "alias": None,
        "active": True,
        "shared": False,
        "shared_agent": False,
        "last_login_at": UPDATED if is_staff else None,
        "two_factor_auth_enabled": None,
        "signature": None,
        "details": None,
        "notes": None,
        "role_type": 4 if role == "admin" else 0 if role == "agent" else None,
        "custom_role_id": None,
        "moderator": role == "admin",
        "ticket_restriction": None if is_staff else "requested",
        "only_private_comments": False,
        "restricted_agent": not is_staff,
        "suspended": False,
        "default_group_id": None,
        "report_csv": False,
        "user_fields": {"shift_pattern": None, "desk": None},
    }


def group(number: int, name: str, default: bool = False, deleted: bool = False) -> Row:
    """A row of `groups`."""
    return {
        "url": f"{HOST}/groups/{number}.json",
        "id": number,
        "is_public": True,
        "name": name,
        "description": "",
        "default": default,
        "deleted": deleted,
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


def membership(number: int, user_id: int, group_id: int, default: bool) -> Row:
    """A row of `group_memberships`."""
    return {
        "url": f"{HOST}/group_memberships/{number}.json",
        "id": number,
        "user_id": user_id,
        "group_id": group_id,
        "default": default,
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


def _agent(index: int, faker: Faker, chance: Random) -> Row:
    place = chance.choices(range(len(_GROUPS)), [share for *_, share in _GROUPS])[0]
    _, rails, iana, _ = _GROUPS[place]
    name = faker.name()
    email = f"{'.'.join(name.lower().replace('.', '').replace(chr(39), '').split())}.{index + 1}@example.com"
    row = user(index, name, email, "admin" if index % 40 == 0 else "agent", rails, iana)
    pattern = chance.choices([name for name, _ in _PATTERNS], [share for _, share in _PATTERNS])[0]
    if pattern != "day":
        if chance.random() < 0.7:
            row["tags"].append(f"shift_{pattern}")
        else:
            row["user_fields"]["shift_pattern"] = pattern
    row["default_group_id"] = GROUP_IDS + place
    row["external_id"] = f"HR-{10_000 + index}"
    row["user_fields"]["desk"] = f"{chance.randint(1, 5)}.{chance.randint(1, 60):02}"
    if chance.random() < 0.2:
        row["tags"].append(chance.choice(_SKILLS))
    return row


def _field(number: int, key: str, kind: str, title: str, position: int) -> Row:
    return {
        "url": f"{HOST}/user_fields/{number}.json",
        "id": number,
        "type": kind,
        "key": key,
        "title": title,
        "description": "",
        "raw_title": title,
        "raw_description": "",
        "position": position,
        "active": True,
        "system": False,
        "regexp_for_validation": None,
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


def _shift_field() -> Row:
    names = [name for name, _ in _PATTERNS]
    options = [
        {"id": 361_100_000_000 + index, "name": name.title(), "raw_name": name.title(), "value": name}
        for index, name in enumerate(names)
    ]
    return {**_field(361_000_000_001, "shift_pattern", "dropdown", "Shift", 1), "custom_field_options": options}


def _desk_field() -> Row:
    return _field(361_000_000_002, "desk", "text", "Desk", 2)


def _schedules() -> list[Row]:
    office = [(1440 * day + 540, 1440 * day + 1020) for day in range(1, 6)]
    nights = [part for day in range(1, 5) for part in ((1440 * day + 1320, 1440 * (day + 1)), _morning(day + 1))]
    return [_hours(362_000_000_001, "Office", office), _hours(362_000_000_002, "Night desk", nights)]


def _morning(day: int) -> tuple[int, int]:
    """The part of a night shift after midnight; business hours cannot span days, so the two touch."""
    return 1440 * day, 1440 * day + 360


def _hours(number: int, name: str, intervals: list[tuple[int, int]]) -> Row:
    return {
        "id": number,
        "name": name,
        "time_zone": "Paris",
        "intervals": [{"start_time": start, "end_time": end} for start, end in intervals],
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


def _holidays() -> list[Row]:
    days = ((1, "Christmas", "2026-12-25", "2026-12-26"), (2, "New Year", "2027-01-01", "2027-01-01"))
    return [
        {
            "id": 363_000_000_000 + number,
            "name": name,
            "start_date": first,
            "end_date": last,
            "schedule_id": 362_000_000_002,
        }
        for number, name, first, last in days
    ]
