"""
What can go wrong with a contract, sorted by who can do something about it.

    ContractError
      SourceError    a document or SDK given to `contract compile` is not what it must be: mend or replace the source
      UnknownName    an operation or definition that the compiled contract does not have: mend the caller
      BrokenData     a compiled folder is missing, half written or of another format: compile it again
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ContractError(Exception):
    """Anything this package refuses."""


class SourceError(ContractError):
    """
    A source that cannot be compiled.

    Args:
        place: where in the source, e.g. `swagger.json: paths./api/v2/users.get.responses.200.schema`.
        problem: what is there.
        expected: what would be right.
    """

    def __init__(self, place: str, problem: str, expected: str) -> None:
        super().__init__(f"{place}: {problem}; {expected}")
        self.place, self.problem, self.expected = place, problem, expected


class UnknownName(ContractError):
    """A name the contract does not have; says which names come close."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"the contract has no {what} {name!r}{closest(name, known)}")
        self.what, self.name = what, name


class BrokenData(ContractError):
    """A compiled folder that cannot be read."""


def closest(name: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` when known names come close, else nothing."""
    near = get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(near)}?" if near else ""
