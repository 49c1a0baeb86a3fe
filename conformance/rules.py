"""
Planned faults as rules of the emulator, and its journal read back: which of them struck what. Pure.

The rules are JSON of the control API (`/_mockgc/organisations/{id}/faults`). What struck is taken from the journal, the
target's own account: an entry's `fault` begins with the quoted name of the rule, and a rule is named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from conformance.faults import RETRY_AFTER_S, Fault, Planned, Struck

JSON = dict[str, Any]


def _effect(fault: Fault) -> JSON:
    kind = {"kind": fault.name.lower()}
    return kind if fault.is_loss else {**kind, "retryAfterSeconds": RETRY_AFTER_S}


def by_name(planned: Iterable[Planned]) -> Mapping[str, Planned]:
    """The faults that the target strikes by itself, by the name of their rules."""
    own = [each for each in planned if not each.fault.is_kill]
    return {f"{each.fault.name.lower()} {number}": each for number, each in enumerate(own, 1)}


def rules_of(planned: Iterable[Planned]) -> tuple[JSON, ...]:
    """A rule for each of them, in their order: of two that fit one write, the first strikes it."""
    return tuple(
        {
            "name": name,
            "match": {"method": each.place.method, "path": each.place.template, "nth": each.nth},
            "effect": _effect(each.fault),
        }
        for name, each in by_name(planned).items()
    )


def strikes(rules: Iterable[Mapping[str, Any]]) -> int:
    """How often all rules together have struck, as `GET …/faults` tells."""
    return sum(rule["struck"] for rule in rules)


def struck_in(
    journal: Iterable[Mapping[str, Any]], planned: Sequence[Planned], parties: Mapping[str, str]
) -> Iterator[Struck]:
    """
    The faults that struck, in order.

    Args:
        journal: entries of `GET …/journal`.
        parties: the run of each client, by client id.
    """
    names = {f"{name!r} ": each.fault for name, each in by_name(planned).items()}
    for entry in journal:
        told = entry["fault"] or ""
        fault = next((fault for name, fault in names.items() if told.startswith(name)), None)
        if fault is not None:
            yield Struck(
                fault, parties.get(entry["clientId"], ""), entry["method"], entry["path"], entry["contextId"],
                entry["sequence"],
            )  # fmt: skip
