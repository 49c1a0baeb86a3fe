"""
The vocabulary of faults: what can be done to a request, each effect declared once.

The names are those of the drawn wire and of the rehearsal (`conformance`), which may not be imported here; a test holds
them alike. How an effect is carried out is not known here: `wire.conduct` does it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockgc.behaviour.fields import (
    ConductRefused,
    Field,
    Place,
    anything,
    choice,
    choices,
    flag,
    mapping_of,
    number,
    shown,
    text,
    whole,
)

DELAY_S_MAX = 600.0
RETRY_AFTER = whole(0, 86_400, default=1)
SEEN = ("reads", "lists", "search")
_FRAMING = ("content-length", "transfer-encoding", "connection")
"""What the server says about the answer itself."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One effect.

    Args:
        says: what happened, for the journal and `explain`.
        options: its fields beside `kind`.
        is_final: decides the answer; one such effect strikes a request at most.
        needs_connection: a server has to close the connection under it; refused where it cannot.
        needs_commit: only strikes a request that committed; it is given back otherwise.
    """

    says: str
    options: Mapping[str, Field] = field(default_factory=dict)
    is_final: bool = False
    needs_connection: bool = False
    needs_commit: bool = False


KINDS: Mapping[str, Kind] = {
    "status": Kind(
        "another answer was given, and the request was not carried out",
        {"status": whole(200, 599, is_required=True), "body": anything(), "headers": anything()},
        is_final=True,
    ),
    "unavailable_before": Kind("503 before the commit", {"retryAfterSeconds": RETRY_AFTER}, is_final=True),
    "unavailable_after": Kind(
        "503 after the commit",
        {"retryAfterSeconds": RETRY_AFTER, "status": whole(500, 599, default=503), "code": text()},
        is_final=True, needs_commit=True,
    ),
    "throttled": Kind(
        "429 although no quota was used up",
        {"retryAfterSeconds": whole(0, 86_400, default=1), "retryAfter": flag(default=True)},
        is_final=True,
    ),
    "lost_before": Kind(
        "the connection was closed before the request was carried out", is_final=True, needs_connection=True
    ),
    "lost_after": Kind(
        "the connection was closed after the commit, before the answer",
        is_final=True, needs_connection=True, needs_commit=True,
    ),
    "expired": Kind("the token counts as expired from here on", is_final=True),
    "truncated": Kind(
        "the connection was closed in the middle of the answer",
        {"bytes": whole(0, 10**9)}, is_final=True, needs_connection=True,
    ),
    "malformed": Kind("the answer's body is not well-formed JSON", is_final=True),
    "slow": Kind("the answer came bit by bit", {"seconds": number(0, DELAY_S_MAX, default=1)}),
    "delayed": Kind("the answer was held back", {"seconds": number(0, DELAY_S_MAX, default=1)}),
    "duplicated": Kind(
        "the request was carried out twice", {"seen": choice("first", "second", default="second")}, needs_commit=True
    ),
    "moved": Kind("another actor moved the version just before", {"field": text()}),
    "lag": Kind(
        "the answer shows an earlier state",
        {"of": choices(*SEEN, default=SEEN), "seconds": number(0, 10**6), "reads": whole(1, 1_000)},
    ),
    "job_error": Kind("the asynchronous operation that this begins ends in an error without a reason"),
    "detail": Kind(
        "the refusal told less than it knew, or something else",
        {
            "level": choice("code_only", "none", "empty", "misleading", default="none"),
            "code": text(), "message": text(1_000), "status": whole(400, 599),
        },
    ),
    "partial": Kind(
        "only a part of the rows was accepted",
        {"every": whole(1, 10_000, default=2), "result": text()},
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule does: one of `KINDS` and its options."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def declared(self) -> Kind:
        """Its declaration."""
        return KINDS[self.kind]

    def option(self, name: str) -> Any:
        """An option, or its default."""
        return self.options.get(name, self.declared.options[name].default)

    def as_dict(self) -> dict[str, Any]:
        """As people write it."""
        return {"kind": self.kind, **self.options}


def effect_of(value: Any, place: Place, *, can_close: bool) -> Effect:
    """
    Read an effect.

    Args:
        can_close: whether the server can close a connection without an answer.

    Raises:
        ConductRefused: unknown, ill-formed, or beyond what this server can do.
    """
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        named = choice(*KINDS, is_required=True)
        mapping_of(value if isinstance(value, dict) else {}, place, {"kind": named, **_any_option()})
    declared = KINDS[str(kind)]
    given = mapping_of(value, place, {"kind": text(is_required=True), **declared.options})
    if declared.needs_connection and not can_close:
        reason = "this server cannot close a connection under an answer; serve with granian (`mockgc serve`)"
        raise ConductRefused((*place, "kind"), f"{kind!r} is refused: {reason}")
    effect = Effect(str(kind), {name: item for name, item in given.items() if name != "kind"})
    _check_together(effect, place)
    return effect


def _any_option() -> dict[str, Field]:
    return {name: anything() for kind in KINDS.values() for name in kind.options}


def _check_together(effect: Effect, place: Place) -> None:
    """What a single field cannot say."""
    if effect.kind == "lag" and ("seconds" in effect.options) == ("reads" in effect.options):
        raise ConductRefused(place, "a lag is given in either 'seconds' or 'reads'")
    headers = effect.options.get("headers") if effect.kind == "status" else None
    if headers is not None and not (isinstance(headers, dict) and all(map(_is_header, headers.items()))):
        wanted = f"header names to printable text, without {' and '.join(_FRAMING)}"
        raise ConductRefused((*place, "headers"), f"{shown(headers)} is not an object of {wanted}")


def _is_header(header: tuple[str, Any]) -> bool:
    name, value = header
    is_name = re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) is not None and name.lower() not in _FRAMING
    return is_name and isinstance(value, str) and value.isascii() and value.isprintable()
