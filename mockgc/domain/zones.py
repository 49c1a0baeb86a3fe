"""
Time zones from the tzdata package, so that every machine agrees, and the question whether one fits another.

Source: stated that fit is checked; decided how (specification of the dialect, time zone fit).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from mockgc.domain.switches import Switches


@cache
def zone_names() -> tuple[str, ...]:
    """All IANA names that are accepted, aliases included, sorted."""
    names = resources.files("tzdata").joinpath("zones").read_text("ascii").split()
    return tuple(sorted(names))


@cache
def zone(name: str) -> ZoneInfo:
    """
    The zone of an accepted name.

    Raises:
        KeyError: the name is not in `zone_names()`.
    """
    if name not in zone_names():
        raise KeyError(name)
    with resources.files("tzdata.zoneinfo").joinpath(name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def _links() -> dict[str, str]:
    text = resources.files("tzdata.zoneinfo").joinpath("tzdata.zi").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if line.startswith("L "))
    return {link: target for _, target, link in rows}


def canonical(name: str) -> str:
    """The zone an alias stands for."""
    links, seen = _links(), {name}
    while name in links and links[name] not in seen:
        name = links[name]
        seen.add(name)
    return name


@lru_cache(maxsize=4096)
def offsets(name: str, year: int) -> tuple[tuple[datetime, timedelta], ...]:
    """
    The UTC offsets of a zone over two years from 1 January of `year`, as (instant from which, offset).

    Offsets are sampled daily and each change is then found to the second: no zone changes twice within a day.
    """
    tz = zone(name)
    moment, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    current = moment.astimezone(tz).utcoffset() or timedelta()
    found = [(moment, current)]
    while moment < end:
        following = min(moment + timedelta(days=1), end)
        offset = following.astimezone(tz).utcoffset() or timedelta()
        if offset != current:
            found.append((_change(tz, moment, following, current), offset))
            current = offset
        moment = following
    return tuple(entry for entry in found if entry[0] < end)


def _change(tz: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> datetime:
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def fits(member: str, template: str, now: datetime, switches: Switches) -> bool:
    """Whether a member's zone fits a template's at the emulator's `now`: equal offsets at all times of two years."""
    if member == template:
        return True
    if switches.zone_fit == "exact":
        return canonical(member) == canonical(template)
    year = min(max(now.year, 1), 9996)
    return offsets(member, year) == offsets(template, year)
