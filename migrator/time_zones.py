"""
Names of time zones, and whether two zones keep the same time. Pure; which minutes are worked is `migrator.weekly`'s.

Zendesk writes Rails (ActiveSupport) display names such as `Pacific Time (US & Canada)`; the target takes IANA names.
Zone data comes from the tzdata package and never from the system, so that every machine agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

_STEP = timedelta(hours=6)
"""No zone has changed its offset twice within this time since the 1940s; a whole number of steps makes a year."""
_NAMES: Mapping[str, str] = {
    "Africa/Algiers": "West Central Africa",
    "Africa/Cairo": "Cairo",
    "Africa/Casablanca": "Casablanca",
    "Africa/Harare": "Harare",
    "Africa/Johannesburg": "Pretoria",
    "Africa/Monrovia": "Monrovia",
    "Africa/Nairobi": "Nairobi",
    "America/Argentina/Buenos_Aires": "Buenos Aires",
    "America/Asuncion": "Asuncion",
    "America/Bogota": "Bogota",
    "America/Caracas": "Caracas",
    "America/Chicago": "Central Time (US & Canada)",
    "America/Chihuahua": "Chihuahua",
    "America/Denver": "Mountain Time (US & Canada)",
    "America/Guatemala": "Central America",
    "America/Guyana": "Georgetown",
    "America/Halifax": "Atlantic Time (Canada)",
    "America/Indiana/Indianapolis": "Indiana (East)",
    "America/Juneau": "Alaska",
    "America/La_Paz": "La Paz",
    "America/Lima": "Lima|Quito",
    "America/Los_Angeles": "Pacific Time (US & Canada)",
    "America/Mazatlan": "Mazatlan",
    "America/Mexico_City": "Guadalajara|Mexico City",
    "America/Monterrey": "Monterrey",
    "America/Montevideo": "Montevideo",
    "America/New_York": "Eastern Time (US & Canada)",
    "America/Nuuk": "Greenland",
    "America/Phoenix": "Arizona",
    "America/Puerto_Rico": "Puerto Rico",
    "America/Regina": "Saskatchewan",
    "America/Santiago": "Santiago",
    "America/Sao_Paulo": "Brasilia",
    "America/St_Johns": "Newfoundland",
    "America/Tijuana": "Tijuana",
    "Asia/Almaty": "Almaty|Astana",
    "Asia/Baghdad": "Baghdad",
    "Asia/Baku": "Baku",
    "Asia/Bangkok": "Bangkok|Hanoi",
    "Asia/Colombo": "Sri Jayawardenepura",
    "Asia/Dhaka": "Dhaka",
    "Asia/Hong_Kong": "Hong Kong",
    "Asia/Irkutsk": "Irkutsk",
    "Asia/Jakarta": "Jakarta",
    "Asia/Jerusalem": "Jerusalem",
    "Asia/Kabul": "Kabul",
    "Asia/Kamchatka": "Kamchatka",
    "Asia/Karachi": "Islamabad|Karachi",
    "Asia/Kathmandu": "Kathmandu",
    "Asia/Kolkata": "Chennai|Kolkata|Mumbai|New Delhi",
    "Asia/Krasnoyarsk": "Krasnoyarsk",
    "Asia/Kuala_Lumpur": "Kuala Lumpur",
    "Asia/Kuwait": "Kuwait",
    "Asia/Magadan": "Magadan",
    "Asia/Muscat": "Abu Dhabi|Muscat",
    "Asia/Novosibirsk": "Novosibirsk",
    "Asia/Riyadh": "Riyadh",
    "Asia/Seoul": "Seoul",
    "Asia/Shanghai": "Beijing|Chongqing",
    "Asia/Singapore": "Singapore",
    "Asia/Srednekolymsk": "Srednekolymsk",
    "Asia/Taipei": "Taipei",
    "Asia/Tashkent": "Tashkent",
    "Asia/Tbilisi": "Tbilisi",
    "Asia/Tehran": "Tehran",
    "Asia/Tokyo": "Osaka|Sapporo|Tokyo",
    "Asia/Ulaanbaatar": "Ulaanbaatar|Ulaan Bataar",
    "Asia/Urumqi": "Urumqi",
    "Asia/Vladivostok": "Vladivostok",
    "Asia/Yakutsk": "Yakutsk",
    "Asia/Yangon": "Rangoon",
    "Asia/Yekaterinburg": "Ekaterinburg",
    "Asia/Yerevan": "Yerevan",
    "Atlantic/Azores": "Azores",
    "Atlantic/Cape_Verde": "Cape Verde Is.",
    "Atlantic/South_Georgia": "Mid-Atlantic",
    "Australia/Adelaide": "Adelaide",
    "Australia/Brisbane": "Brisbane",
    "Australia/Canberra": "Canberra",
    "Australia/Darwin": "Darwin",
    "Australia/Hobart": "Hobart",
    "Australia/Melbourne": "Melbourne",
    "Australia/Perth": "Perth",
    "Australia/Sydney": "Sydney",
    "Etc/GMT+12": "International Date Line West",
    "Etc/UTC": "UTC",
    "Europe/Amsterdam": "Amsterdam",
    "Europe/Athens": "Athens",
    "Europe/Belgrade": "Belgrade",
    "Europe/Berlin": "Berlin",
    "Europe/Bratislava": "Bratislava",
    "Europe/Brussels": "Brussels",
    "Europe/Bucharest": "Bucharest",
    "Europe/Budapest": "Budapest",
    "Europe/Copenhagen": "Copenhagen",
    "Europe/Dublin": "Dublin",
    "Europe/Helsinki": "Helsinki",
    "Europe/Istanbul": "Istanbul",
    "Europe/Kaliningrad": "Kaliningrad",
    "Europe/Kyiv": "Kyiv|Kiev|Kyev",
    "Europe/Lisbon": "Lisbon",
    "Europe/Ljubljana": "Ljubljana",
    "Europe/London": "Edinburgh|London",
    "Europe/Madrid": "Madrid",
    "Europe/Minsk": "Minsk",
    "Europe/Moscow": "Moscow|St. Petersburg",
    "Europe/Paris": "Paris",
    "Europe/Prague": "Prague",
    "Europe/Riga": "Riga",
    "Europe/Rome": "Rome",
    "Europe/Samara": "Samara",
    "Europe/Sarajevo": "Sarajevo",
    "Europe/Skopje": "Skopje",
    "Europe/Sofia": "Sofia",
    "Europe/Stockholm": "Stockholm",
    "Europe/Tallinn": "Tallinn",
    "Europe/Vienna": "Vienna",
    "Europe/Vilnius": "Vilnius",
    "Europe/Volgograd": "Volgograd",
    "Europe/Warsaw": "Warsaw",
    "Europe/Zagreb": "Zagreb",
    "Europe/Zurich": "Bern|Zurich",
    "Pacific/Apia": "Samoa",
    "Pacific/Auckland": "Auckland|Wellington",
    "Pacific/Chatham": "Chatham Is.",
    "Pacific/Fakaofo": "Tokelau Is.",
    "Pacific/Fiji": "Fiji",
    "Pacific/Guadalcanal": "Solomon Is.",
    "Pacific/Guam": "Guam",
    "Pacific/Honolulu": "Hawaii",
    "Pacific/Majuro": "Marshall Is.",
    "Pacific/Midway": "Midway Island",
    "Pacific/Noumea": "New Caledonia",
    "Pacific/Pago_Pago": "American Samoa",
    "Pacific/Port_Moresby": "Port Moresby",
    "Pacific/Tongatapu": "Nuku'alofa",
}
RAILS: Mapping[str, str] = {name: zone for zone, names in _NAMES.items() for name in names.split("|")}
"""
Rails name -> IANA name, in today's spellings: releases of Rails differ (`Astana` has been Asia/Dhaka, `Kyiv`
Europe/Kiev, `Greenland` America/Godthab), the places do not.
"""


def iana(name: str) -> str | None:
    """The IANA name for a Rails or IANA name; None for a name that neither knows. Aliases of IANA stay as they are."""
    trimmed = name.strip()
    if trimmed in RAILS:
        return RAILS[trimmed]
    return trimmed if trimmed in known_zones() else None


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """All IANA names of the tzdata package, aliases included."""
    listed = resources.files("tzdata").joinpath("zones").read_text("utf-8")
    return frozenset(line.strip() for line in listed.splitlines() if line.strip())


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """
    The zone's rules from the tzdata package.

    Raises:
        ValueError: the package knows no such zone.
    """
    if name not in known_zones():
        raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Paris")
    data = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with data.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def fits(name: str, other: str, first_year: int) -> bool:
    """Whether both zones have the same UTC offset at every instant of two years from 1 January of `first_year`."""
    return name == other or offsets(name, first_year) == offsets(other, first_year)


@lru_cache(maxsize=4096)
def offsets(name: str, first_year: int) -> tuple[tuple[datetime, timedelta], ...]:
    """(instant, UTC offset from there on) for two years from 1 January of `first_year`, UTC, to the second."""
    rules = zone(name)
    moment, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(first_year + 2, 1, 1, tzinfo=UTC)
    found = [(moment, _offset(rules, moment))]
    while moment < end:
        later = moment + _STEP
        if _offset(rules, later) != found[-1][1]:
            change = first_with_other_offset(rules, moment, later)
            if change < end:
                found.append((change, _offset(rules, change)))
        moment = later
    return tuple(found)


def first_with_other_offset(rules: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second between two instants at which the offset changes; it must change exactly once."""
    low, high = 0, int((after - before).total_seconds())
    start = _offset(rules, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(rules, before + timedelta(seconds=middle)) == start:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _offset(rules: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(rules).utcoffset()
    assert offset is not None
    return offset
