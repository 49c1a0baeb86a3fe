"""
Quotas: how many requests a window of time takes, for a token, a client, a resource or the whole organisation. Pure.

A window begins with the first request that it counts and lasts its seconds on the organisation's clock; then it begins
anew with the next one. A request that one window refuses is counted by none. What was used is one JSON value,
`{window and whose: [began, used]}`, that a store changes atomically.

Sources. Figures are observed (threads "API limits" and "I am getting Error 429" of the vendor's community, 2025): 300 a
minute for a token, 3,000 a minute under the name `org.user.rate.per.minute`. Assumed: that the latter is the whole
organisation's (our clients act without users), that windows are fixed and begin with a request, that refused requests
are not counted. No figure of a single resource is published; no such window is there by default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from mockgc.behaviour.fields import (
    ConductRefused,
    Field,
    Place,
    anything,
    choice,
    flag,
    mapping_of,
    number,
    sequence_of,
    text,
    whole,
)
from mockgc.behaviour.instants import SECOND, length, micros
from mockgc.domain.errors import TOO_MANY_REQUESTS, Violation, WfmError

Used = Mapping[str, Any]
"""[beginning in microseconds since 1970, requests counted] by window and whose it is."""
PER = ("token", "client", "resource", "organisation")
WINDOWS_MAX = 50


@dataclass(frozen=True, slots=True)
class Window:
    """
    A named limit.

    Args:
        per: whose requests are counted together.
        resource: with `per` resource: the path below which they are counted; None for each kind of entity by itself.
        namespace: what the error body's `limit` calls it.
    """

    name: str
    per: str
    limit: int
    seconds: float
    resource: str | None = None
    namespace: str = "platform.api"

    def key(self, who: Who) -> str | None:
        """Under which the request is counted; None when it is not."""
        if self.per == "resource" and self.resource is not None:
            is_below = who.path == self.resource or who.path.startswith(f"{self.resource.rstrip('/')}/")
            return self.name if is_below else None
        own = getattr(who, self.per)
        return None if self.per == "resource" and not own else f"{self.name} {own}"

    def as_dict(self) -> dict[str, Any]:
        """As people write it."""
        shown = {"name": self.name, "per": self.per, "limit": self.limit, "seconds": self.seconds}
        return {**shown, "resource": self.resource, "namespace": self.namespace}


class Who(NamedTuple):
    """Whose request it is; `token` is a digest, never the token, `resource` the kind of entity it is about."""

    token: str
    client: str
    path: str
    resource: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Quotas:
    """The windows of an organisation, and whether they hold."""

    enabled: bool
    windows: tuple[Window, ...]

    def as_dict(self) -> dict[str, Any]:
        """As people write it."""
        return {"enabled": self.enabled, "windows": [window.as_dict() for window in self.windows]}


PUBLISHED = (
    Window("client.credentials.token.rate.per.minute", "token", 300, 60),
    Window("org.user.rate.per.minute", "organisation", 3_000, 60),
)
"""See the sources above."""


class Level(NamedTuple):
    """How full a window is."""

    window: Window
    used: int
    resets_in_s: int

    @property
    def left(self) -> int:
        """How many it still takes."""
        return self.window.limit - self.used

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Source: observed, the traces in the README files of the vendor's SDKs."""
        return (
            ("inin-ratelimit-count", str(self.used)),
            ("inin-ratelimit-allowed", str(self.window.limit)),
            ("inin-ratelimit-reset", str(self.resets_in_s)),
        )


class QuotaExceeded(WfmError):
    """429: one more request than a window takes; nothing was carried out."""

    def __init__(self, level: Level) -> None:
        window = level.window
        message = f"Rate limit exceeded the maximum [{window.limit}] requests within [{window.seconds:g}] seconds"
        super().__init__([Violation(TOO_MANY_REQUESTS, message)])
        self.limit = {"key": window.name, "namespace": window.namespace, "value": window.limit}
        self.retry_after_s = level.resets_in_s


Counted = tuple[Window, int, int]
"""A window, its beginning, and how many it has counted."""


class Charged(NamedTuple):
    """
    What counting a request at a moment led to.

    Args:
        counted: the windows that are about it, in their order.
        exceeded: the window that refuses it, None when all take it.
    """

    used: Used
    counted: tuple[Counted, ...]
    moment: int
    exceeded: Level | None = None

    @property
    def levels(self) -> tuple[Level, ...]:
        """How full the windows are now."""
        return tuple(_level(*counted, self.moment) for counted in self.counted)

    @property
    def nearest(self) -> Level | None:
        """The window that the answer's headers tell of: the one that refuses, else that with the fewest left."""
        if self.exceeded is not None or not self.counted:
            return self.exceeded
        nearest = self.counted[0] if len(self.counted) == 1 else min(self.counted, key=_left)
        return _level(*nearest, self.moment)


def _left(counted: Counted) -> int:
    window, _, count = counted
    return window.limit - count


def charged(windows: Sequence[Window], used: Used | None, who: Who, now: datetime) -> Charged:
    """Count a request in all its windows, or in none when one of them is full."""
    before, moment = used or {}, micros(now)
    counted: dict[str, Counted] = {}
    begins = is_full = False
    for window in windows:
        key = window.key(who)
        if key is None:
            continue
        began, count = before.get(key) or (moment, 0)
        if not count or not _is_running(window, began, moment):
            began, count, begins = moment, 0, True
        is_full = is_full or count >= window.limit
        counted[key] = (window, began, count)
    if is_full:
        full = [_level(*entry, moment) for entry in counted.values() if _left(entry) <= 0]
        longest = max(full, key=lambda level: level.resets_in_s)
        return Charged(before, tuple(counted.values()), moment, longest)
    after = _running(windows, before, moment) if begins else dict(before)
    taken = []
    for key, (window, began, count) in counted.items():
        after[key] = [began, count + 1]
        taken.append((window, began, count + 1))
    return Charged(after, tuple(taken), moment)


def levels(windows: Sequence[Window], used: Used | None, now: datetime) -> list[tuple[Window, int, int]]:
    """(window, most that anybody has used of it, seconds until that one begins anew), for people to look at."""
    moment = micros(now)
    running = _running(windows, used or {}, moment)
    found = []
    for window in windows:
        own = [entry for key, entry in running.items() if _name_of(key) == window.name]
        began, count = max(own, key=lambda entry: int(entry[1]), default=(moment, 0))
        found.append((window, int(count), _level(window, began, count, moment).resets_in_s if count else 0))
    return found


def _running(windows: Sequence[Window], used: Used, moment: int) -> dict[str, Any]:
    """The counts of windows that are not over yet."""
    known = {window.name: window for window in windows}
    return {
        key: entry
        for key, entry in used.items()
        if (window := known.get(_name_of(key))) is not None and _is_running(window, entry[0], moment)
    }


def _is_running(window: Window, began: int, moment: int) -> bool:
    """A clock that was set back begins a window anew, too."""
    return 0 <= moment - began < length(window.seconds)


def _level(window: Window, began: int, used: int, moment: int) -> Level:
    left = length(window.seconds) - (moment - began)
    return Level(window, used, max(-(-left // SECOND), 1))


def _name_of(key: str) -> str:
    return key.partition(" ")[0]


_WINDOW: Mapping[str, Field] = {
    "name": Field(
        lambda v: isinstance(v, str) and 0 < len(v) <= 100 and not any(c.isspace() for c in v),
        "a name of 1 to 100 characters without blanks", is_required=True,
    ),
    "per": choice(*PER, is_required=True),
    "limit": whole(0, 10**9, is_required=True),
    "seconds": number(0.001, 10**7, is_required=True),
    "resource": Field(
        lambda v: v is None or (isinstance(v, str) and v.startswith("/api/v2/")), "a path below /api/v2/, or null"
    ),
    "namespace": text(),
    "used": anything(),
    "resetsInSeconds": anything(),
}  # fmt: skip
_QUOTAS: Mapping[str, Field] = {"enabled": flag(), "windows": anything()}


def quotas_of(value: Any, place: Place, current: Quotas) -> Quotas:
    """
    Read quotas; what is absent stays as it is. `used` and `resetsInSeconds` may be sent back and are ignored.

    Raises:
        ConductRefused: naming the field, the value and what would be right.
    """
    given = mapping_of(value, place, _QUOTAS)
    windows = current.windows
    if "windows" in given:
        items = sequence_of(given["windows"], (*place, "windows"))
        if len(items) > WINDOWS_MAX:
            raise ConductRefused((*place, "windows"), f"{len(items)} windows are more than {WINDOWS_MAX}")
        windows = tuple(_window_of(item, (*place, "windows", index)) for index, item in enumerate(items))
        for index, window in enumerate(windows):
            if any(window.name == other.name for other in windows[:index]):
                raise ConductRefused((*place, "windows", index, "name"), f"{window.name!r} is an earlier window's name")
    return Quotas(given.get("enabled", current.enabled), windows)


def _window_of(value: Any, place: Place) -> Window:
    given = mapping_of(value, place, _WINDOW)
    if given.get("resource") is not None and given["per"] != "resource":
        raise ConductRefused((*place, "resource"), f"goes with per 'resource' only, not with {given['per']!r}")
    return Window(**{name: item for name, item in given.items() if name not in ("used", "resetsInSeconds")})
