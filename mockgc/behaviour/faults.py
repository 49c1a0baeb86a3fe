"""
Fault rules: which requests are met, what is done to them, and how often. Pure.

A rule counts the requests that fit its match, from 1. Its budget decides from that number alone which of them it
strikes, so the same seed and the same requests give the same faults, whatever the time and the number of workers. The
counts are one JSON value, `{name: [matched, struck, since]}`, that a store changes atomically.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from mockgc.behaviour.consistency import seen_as
from mockgc.behaviour.effects import Effect, effect_of
from mockgc.behaviour.fields import (
    ConductRefused,
    Field,
    Place,
    anything,
    choice,
    mapping_of,
    number,
    sequence_of,
    shown,
    text,
    whole,
)
from mockgc.behaviour.instants import length, micros
from mockgc.domain.resource import value_at

State = Mapping[str, Any]
"""[matched, struck, first sight in microseconds since 1970] by the name of the rule."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RULES_MAX = 100
_COUNT_MAX = 10**9


class Asked(NamedTuple):
    """
    What rules see of a request.

    Args:
        template: the operation's path, its parameters in braces.
        body: decoded, None where there is none or it is not valid.
    """

    method: str
    path: str
    template: str
    client_id: str
    body: Any = None


@dataclass(frozen=True, slots=True)
class Match:
    """
    The requests a rule is about; what is None is not looked at.

    Args:
        path: a template such as `/api/v2/wfm/users/{id}` (`{…}` stands for a parameter of the operation), an id written
            out, or a beginning that ends in `/**`.
        body: values by dotted path into the body.
        nth: the nth such request, from 1, or the first later one that the effect can strike; one in all.
    """

    method: str | None = None
    path: str | None = None
    client: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    nth: int | None = None

    def fits(self, asked: Asked) -> bool:
        """Whether a request is one of them."""
        return (
            (self.method is None or self.method == asked.method)
            and (self.client is None or self.client == asked.client_id)
            and (self.path is None or _is_path(self.path, asked))
            and (not self.body or _holds(self.body, asked.body))
        )

    def as_dict(self) -> dict[str, Any]:
        """As people write it."""
        parts = {"method": self.method, "path": self.path, "client": self.client, "nth": self.nth}
        given = {name: value for name, value in parts.items() if value is not None}
        return {**given, "body": dict(self.body)} if self.body else given


def _is_path(wanted: str, asked: Asked) -> bool:
    if wanted == asked.template:
        return True
    written = _written_out(wanted, asked.template)
    if not written:
        return written is not None
    actual = asked.path.split("/")
    return all(index < len(actual) and actual[index] == name for index, name in written)


@lru_cache(maxsize=10_000)
def _written_out(wanted: str, template: str) -> tuple[tuple[int, str], ...] | None:
    """
    The segments that an address of this template has to have, by their place, for a rule about `wanted` to fit; None
    when none fits. Most rules are about another path, and most requests have been asked about before.
    """
    names, declared = wanted.split("/"), template.split("/")
    if names[-1] == "**":
        names = names[:-1]
        declared = declared[: len(names)]
    if len(names) != len(declared):
        return None
    found = []
    for index, (name, segment) in enumerate(zip(names, declared, strict=True)):
        is_parameter = segment.startswith("{")
        if name.startswith("{") and not is_parameter:
            return None
        if name != segment and not name.startswith("{"):
            if not is_parameter:
                return None
            found.append((index, name))
    return tuple(found)


def _holds(wanted: Mapping[str, Any], body: Any) -> bool:
    return isinstance(body, dict) and all(value_at(body, path) == value for path, value in wanted.items())


@dataclass(frozen=True, slots=True)
class Budget:
    """
    How often a rule strikes; all that is given has to hold.

    Args:
        first: at most this many times in all.
        every: only each k-th matching request.
        after: not before this many matching requests have passed.
        probability: of each, drawn from `seed`, the rule's name and the request's number.
        seconds: time to live on the organisation's clock, from when the rule was set (or first met, after a reset).
    """

    first: int | None = None
    every: int = 1
    after: int = 0
    probability: float = 1.0
    seed: int = 0
    seconds: float | None = None

    def strikes(self, name: str, matched: int, struck: int, age: int) -> bool:
        """
        Whether the `matched`-th matching request is struck, `struck` having been so before it.

        Args:
            age: of the rule, in microseconds.
        """
        position = matched - self.after
        return (
            position > 0
            and position % self.every == 0
            and (self.first is None or struck < self.first)
            and (self.seconds is None or age < length(self.seconds))
            and (self.probability >= 1.0 or _drawn(self.seed, name, matched) < self.probability)
        )

    def as_dict(self) -> dict[str, Any]:
        """As people write it, without what is left at its default."""
        plain = Budget()
        names = ("first", "every", "after", "probability", "seed", "seconds")
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(plain, name)}


def _drawn(seed: int, name: str, matched: int) -> float:
    digest = hashlib.blake2b(f"{seed}\0{name}\0{matched}".encode(), digest_size=7).digest()
    return float(int.from_bytes(digest, "big") / 2**56)


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault rule."""

    name: str
    match: Match
    effect: Effect
    budget: Budget

    @property
    def allowance(self) -> Budget:
        """The budget with `nth` in it."""
        if self.match.nth is None:
            return self.budget
        own = self.budget
        return Budget(1, own.every, max(own.after, self.match.nth - 1), own.probability, own.seed, own.seconds)

    @property
    def told(self) -> str:
        """What it did, for the journal and `explain`."""
        return f"{self.name!r} ({self.effect.kind}): {self.effect.declared.says}"

    def as_dict(self) -> dict[str, Any]:
        """As people write it."""
        return {
            "name": self.name,
            "match": self.match.as_dict(),
            "effect": self.effect.as_dict(),
            "budget": self.budget.as_dict(),
        }


def met(rules: Iterable[Rule], asked: Asked) -> tuple[Rule, ...]:
    """The rules that a request fits; a lag fits requests that look for what it is `of`."""
    return tuple(rule for rule in rules if rule.match.fits(asked) and _is_sight(rule.effect, asked))


def _is_sight(effect: Effect, asked: Asked) -> bool:
    return effect.kind != "lag" or seen_as(asked.method, asked.template) in effect.option("of")


def consulted(rules: Sequence[Rule], state: State | None, now: datetime) -> tuple[dict[str, Any], tuple[Rule, ...]]:
    """
    Count one request that fits all of these rules; returns the new state and the rules that strike it, in order.

    One effect at most decides the answer: of several, the first; the others keep their budget.
    """
    counts, striking, is_decided, moment = dict(state or {}), [], False, micros(now)
    for rule in rules:
        matched, struck, since = counts.get(rule.name) or [0, 0, moment]
        matched += 1
        is_free = not (rule.effect.declared.is_final and is_decided)
        if is_free and rule.allowance.strikes(rule.name, matched, struck, moment - since):
            striking.append(rule)
            struck += 1
            is_decided = is_decided or rule.effect.declared.is_final
        counts[rule.name] = [matched, struck, since]
    return counts, tuple(striking)


def given_back(rule: Rule, state: State | None) -> dict[str, Any]:
    """The state after a strike that did not come about: it may come at a later request."""
    counts = dict(state or {})
    if rule.name in counts:
        matched, struck, since = counts[rule.name]
        counts[rule.name] = [matched, max(struck - 1, 0), since]
    return counts


def struck(rule: Rule, state: State | None) -> int:
    """How often a rule has struck."""
    found = (state or {}).get(rule.name)
    return int(found[1]) if found else 0


_MATCH: Mapping[str, Field] = {
    "method": choice(*METHODS),
    "path": text(500),
    "client": text(),
    "body": anything(),
    "nth": whole(1, _COUNT_MAX),
}
_BUDGET: Mapping[str, Field] = {
    "first": whole(0, _COUNT_MAX),
    "every": whole(1, _COUNT_MAX),
    "after": whole(0, _COUNT_MAX),
    "probability": number(0, 1),
    "seed": whole(0, 2**63 - 1),
    "seconds": number(0, 10**9),
}
_RULE: Mapping[str, Field] = {
    "name": text(100, is_required=True),
    "match": anything(),
    "effect": Field(lambda _: True, "an object with a 'kind'", is_required=True),
    "budget": anything(),
    "struck": anything(),
}


def rules_of(value: Any, place: Place, *, can_close: bool) -> tuple[Rule, ...]:
    """
    Read a list of rules; names are told apart.

    Args:
        can_close: whether the server can close a connection without an answer.

    Raises:
        ConductRefused: naming the field, the value and what would be right.
    """
    items = sequence_of(value, place)
    if len(items) > RULES_MAX:
        raise ConductRefused(place, f"{len(items)} rules are more than {RULES_MAX}")
    rules: list[Rule] = []
    for index, item in enumerate(items):
        rule = rule_of(item, (*place, index), can_close=can_close)
        if any(rule.name == other.name for other in rules):
            raise ConductRefused((*place, index, "name"), f"{rule.name!r} is the name of an earlier rule")
        rules.append(rule)
    return tuple(rules)


def rule_of(value: Any, place: Place, *, can_close: bool) -> Rule:
    """
    Read one rule. `struck` is what an answer of the control API shows; it may be sent back and is ignored.

    Raises:
        ConductRefused: naming the field, the value and what would be right.
    """
    given = mapping_of(value, place, _RULE)
    match = _match_of(given.get("match", {}), (*place, "match"))
    effect = effect_of(given["effect"], (*place, "effect"), can_close=can_close)
    if effect.declared.needs_commit and match.method == "GET":
        raise ConductRefused((*place, "effect", "kind"), f"{effect.kind!r} waits for a commit, and GET never makes one")
    budget = Budget(**mapping_of(given.get("budget", {}), (*place, "budget"), _BUDGET))
    return Rule(given["name"], match, effect, budget)


def refuse_unknown_path(rule: Rule, place: Place, templates: Collection[str]) -> None:
    """
    A rule about a path that no operation has would never strike.

    Raises:
        ConductRefused: naming the path and what is near it.
    """
    path = rule.match.path
    if path is not None and not any(_can_be(path, template) for template in templates):
        near = difflib.get_close_matches(path, templates, 3, 0.5)
        hint = f"; near are {', '.join(near)}" if near else "; see /_mockgc/openapi.json"
        raise ConductRefused((*place, "match", "path"), f"{shown(path)} is the path of no operation{hint}")


def _can_be(path: str, template: str) -> bool:
    names, declared = path.split("/"), template.split("/")
    if names[-1] == "**":
        names = names[:-1]
        declared = declared[: len(names)]
    return len(names) == len(declared) and all(
        one.startswith("{") or name == one for name, one in zip(names, declared, strict=True)
    )


def _match_of(value: Any, place: Place) -> Match:
    given = mapping_of(value, place, _MATCH)
    path = given.get("path")
    if path is not None and not path.startswith("/api/v2/"):
        raise ConductRefused(
            (*place, "path"), f"{path!r} is not a path below /api/v2/, such as /api/v2/wfm/users/{{id}}"
        )
    if not isinstance(given.get("body", {}), dict):
        raise ConductRefused((*place, "body"), "is not an object of dotted paths to values, such as {'name': 'Ada'}")
    return Match(**given)
