"""
The conduct of an organisation: its fault rules, quotas and profile, kept as one setting; and where the counts are kept.

All of it lives in slots of the store, so that several workers agree, a baseline holds the setting, and a reset clears
the counts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mockgc.behaviour.faults import Rule, rules_of
from mockgc.behaviour.fields import ConductRefused, shown
from mockgc.behaviour.instants import micros
from mockgc.behaviour.quotas import PUBLISHED, Quotas, quotas_of
from mockgc.domain.switches import Switches
from mockgc.store.base import EMPTY_BASELINE, Slot, Store

CONDUCT = Slot("conduct", is_setting=True)
STRUCK = Slot("conduct.struck")
USED = Slot("conduct.quotas")
EXPIRED = Slot("conduct.expired")
HEADS = Slot("conduct.heads")
LOADED = Slot("conduct.loaded")
_REMEMBERED_MAX = 1_000
_LOG = logging.getLogger("mockgc")


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

    def change_rules(
        self, organisation_id: str, new: tuple[Rule, ...], change: Callable[[Conduct], Conduct]
    ) -> Conduct:
        """Change the conduct to one with `new` among its rules; their counts begin, those of rules that are gone go."""
        conduct = self.change(organisation_id, change)
        self._begin(organisation_id, new, conduct.rules)
        return conduct

    def put(self, organisation_id: str, conduct: Conduct, switches: Switches) -> None:
        """Give an organisation all of a profile; all counts begin anew."""
        self.change_rules(organisation_id, conduct.rules, lambda _: conduct)
        self._store.change_value(organisation_id, USED, lambda _: None)
        self._store.set_switches(organisation_id, switches)

    def opened(self, organisation_id: str) -> None:
        """Give an organisation that was given nothing yet what the emulator was started with."""
        if self.opening is not None and self._store.value(organisation_id, CONDUCT) is None:
            self.put(organisation_id, *self.opening)

    def was_reset(self, organisation_id: str, baseline: str) -> None:
        """An organisation went back to a baseline: the earlier images of what was in it are there."""
        if baseline != EMPTY_BASELINE:
            self._store.change_value(organisation_id, LOADED, lambda _: baseline)
        self.opened(organisation_id)

    def _begin(self, organisation_id: str, new: tuple[Rule, ...], rules: tuple[Rule, ...]) -> None:
        store, names = self._store, {rule.name for rule in rules}
        fresh = {rule.name: [0, 0, micros(store.now(organisation_id))] for rule in new}
        store.change_value(organisation_id, STRUCK, lambda value: _counts(value, names, fresh))
        if any("reads" in rule.effect.options for rule in rules):
            rows = store.commits(organisation_id)
            heads = {rule.name: [rows[-1].sequence if rows else 0] for rule in new}
            store.change_value(organisation_id, HEADS, lambda value: _counts(value, names, heads))
        if not any(rule.effect.kind == "expired" for rule in rules):
            store.change_value(organisation_id, EXPIRED, lambda _: None)

    def _read(self, stored: Any) -> Conduct:
        """
        What was stored, without what this server cannot do. It was checked when it was set; a snapshot that somebody
        edited may bring anything, and then nothing of it holds.
        """
        try:
            return self._checked(stored)
        except ConductRefused as error:
            _LOG.warning("the conduct of an organisation cannot be used, so it has none: %s", error)
            return self.unset

    def _checked(self, stored: Any) -> Conduct:
        try:
            rules = rules_of(stored["rules"], (), can_close=True)
            usable = tuple(rule for rule in rules if self.can_close or not rule.effect.declared.needs_connection)
            return Conduct(quotas_of(stored["quotas"], (), self.unset.quotas), usable, stored["profile"])
        except (KeyError, TypeError):
            raise ConductRefused((), f"{shown(stored)} is not an object with profile, rules and quotas") from None

    def refuse_unusable(self, settings: Mapping[str, Any]) -> None:
        """
        What a snapshot from elsewhere brings is one of our settings, and readable.

        Raises:
            ConductRefused: naming the setting and what is wrong with it.
        """
        for name, stored in settings.items():
            if name != CONDUCT.name:
                raise ConductRefused((), f"settings.{name[:100]} is no setting; known is {CONDUCT.name}")
            try:
                self._checked(stored)
            except ConductRefused as error:
                raise ConductRefused((), f"settings.{name} cannot be used: {error}") from None


def _counts(value: Any, names: set[str], fresh: dict[str, Any]) -> Any:
    """Those of these names, the fresh ones begun; None when there are none."""
    kept = {name: count for name, count in (value or {}).items() if name in names}
    return {**kept, **fresh} or None


def with_rules(conduct: Conduct, rules: tuple[Rule, ...]) -> Conduct:
    """The conduct with other rules."""
    return replace(conduct, rules=rules)


def with_quotas(conduct: Conduct, quotas: Quotas) -> Conduct:
    """The conduct with other quotas."""
    return replace(conduct, quotas=quotas)
