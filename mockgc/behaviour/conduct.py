"""
The conduct of an organisation: its fault rules, quotas and profile, kept as one setting; and where the counts are kept.

All of it lives in slots of the store, so that several workers agree, a baseline holds the setting, and a reset clears
the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from mockgc.behaviour.faults import Rule, rules_of
from mockgc.behaviour.instants import micros
from mockgc.behaviour.quotas import PUBLISHED, Quotas, quotas_of
from mockgc.domain.switches import Switches
from mockgc.store.base import Slot, Store

CONDUCT = Slot("conduct", is_setting=True)
STRUCK = Slot("conduct.struck")
USED = Slot("conduct.quotas")
EXPIRED = Slot("conduct.expired")
HEADS = Slot("conduct.heads")
_REMEMBERED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Conduct:
    """What an organisation does besides its data; `profile` is the name of the set it was last given."""

    quotas: Quotas
    rules: tuple[Rule, ...] = ()
    profile: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether nothing is to be done to any request."""
        return not self.rules and not self.quotas.enabled

    def as_dict(self) -> dict[str, Any]:
        """As it is stored."""
        rules = [rule.as_dict() for rule in self.rules]
        return {"profile": self.profile, "rules": rules, "quotas": self.quotas.as_dict()}


def plain(*, has_quotas: bool) -> Conduct:
    """The conduct of an organisation that was given none: the published quotas, in force or not."""
    return Conduct(Quotas(has_quotas, PUBLISHED))


class Conducts:
    """
    The conduct of each organisation of a store; what was read is remembered until it changes.

    Args:
        unset: of organisations that were given none.
        can_close: whether the server can close a connection without an answer; rules that need it are not met else.
        templates: the paths of all operations, for rules that name one.
        opening: what new organisations are given, None for nothing.
    """

    def __init__(
        self,
        store: Store,
        unset: Conduct,
        *,
        can_close: bool,
        templates: Collection[str],
        opening: tuple[Conduct, Switches] | None = None,
    ) -> None:
        self._store, self.unset, self.opening = store, unset, opening
        self.can_close, self.templates = can_close, templates
        self._remembered: dict[str, tuple[Any, Conduct]] = {}

    def of(self, organisation_id: str) -> Conduct:
        """What holds now."""
        stored = self._store.value(organisation_id, CONDUCT)
        if stored is None:
            return self.unset
        known = self._remembered.get(organisation_id)
        if known is not None and (known[0] is stored or known[0] == stored):
            return known[1]
        conduct = self._read(stored)
        if len(self._remembered) >= _REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[organisation_id] = (stored, conduct)
        return conduct

    def change(self, organisation_id: str, change: Callable[[Conduct], Conduct]) -> Conduct:
        """Replace the conduct by a pure function of itself, atomically; counts of rules that are gone go with them."""
        stored = self._store.change_value(
            organisation_id, CONDUCT, lambda value: change(self.unset if value is None else self._read(value)).as_dict()
        )
        return self._read(stored)

    def put(self, organisation_id: str, conduct: Conduct, switches: Switches) -> None:
        """Give an organisation all of a profile; all counts begin anew."""
        self.change(organisation_id, lambda _: conduct)
        begun(self._store, organisation_id, conduct.rules, ())
        self._store.change_value(organisation_id, USED, lambda _: None)
        self._store.set_switches(organisation_id, switches)

    def opened(self, organisation_id: str) -> None:
        """Give an organisation that was given nothing yet what the emulator was started with."""
        if self.opening is not None and self._store.value(organisation_id, CONDUCT) is None:
            self.put(organisation_id, *self.opening)

    def _read(self, stored: Any) -> Conduct:
        """What was stored, which was checked before; without what this server cannot do."""
        rules = rules_of(stored["rules"], (), can_close=True)
        usable = tuple(rule for rule in rules if self.can_close or not rule.effect.declared.needs_connection)
        return Conduct(quotas_of(stored["quotas"], (), self.unset.quotas), usable, stored["profile"])


def begun(store: Store, organisation_id: str, new: tuple[Rule, ...], kept: tuple[Rule, ...]) -> None:
    """Counts of new rules begin now, those of kept ones stay, all others go."""
    now, names = micros(store.now(organisation_id)), {rule.name for rule in kept}
    fresh = {rule.name: [0, 0, now] for rule in new}

    def counts(value: Any) -> Any:
        return {**{name: count for name, count in (value or {}).items() if name in names}, **fresh} or None

    store.change_value(organisation_id, STRUCK, counts)
    if any(rule.effect.options.get("reads") for rule in (*new, *kept)):
        rows = store.commits(organisation_id)
        head = rows[-1].sequence if rows else 0
        store.change_value(
            organisation_id,
            HEADS,
            lambda value: {
                **{name: heads for name, heads in (value or {}).items() if name in names},
                **{rule.name: [head] for rule in new},
            },
        )
    if not any(rule.effect.kind == "expired" for rule in (*new, *kept)):
        store.change_value(organisation_id, EXPIRED, lambda _: None)


def with_rules(conduct: Conduct, rules: tuple[Rule, ...]) -> Conduct:
    """The conduct with other rules."""
    return replace(conduct, rules=rules)


def with_quotas(conduct: Conduct, quotas: Quotas) -> Conduct:
    """The conduct with other quotas."""
    return replace(conduct, quotas=quotas)
