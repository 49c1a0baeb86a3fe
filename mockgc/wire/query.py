"""Query strings -> checked parameters."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

from mockgc.domain import errors
from mockgc.domain.errors import Violation, WfmError
from mockgc.domain.rules import PAGE_SIZE_MAX

PAGE_NUMBER_MAX = 2**31 - 1
_LIMITS = {"pageSize": PAGE_SIZE_MAX, "pageNumber": PAGE_NUMBER_MAX}


def parse(query: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """
    The parameters of a query string, each at most once.

    Raises:
        WfmError: 400, naming every unknown or repeated parameter and every value out of bounds.
    """
    if not query:
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise errors.refuse(
            errors.BAD_REQUEST, "the query string is not well-formed UTF-8 in at most 100 parts"
        ) from None
    found = list(_violations(pairs, allowed))
    if found:
        raise WfmError(found)
    return dict(pairs)


def _violations(pairs: list[tuple[str, str]], allowed: tuple[str, ...]) -> Iterator[Violation]:
    seen = set()
    for name, value in pairs:
        if name not in allowed:
            known = f"known are {', '.join(allowed)}" if allowed else "this operation takes none"
            yield Violation(errors.BAD_REQUEST, f"query parameter {name[:200]!r} is unknown; {known}", name[:200])
        elif name in seen:
            yield Violation(errors.BAD_REQUEST, f"query parameter {name!r} comes twice", name)
        elif name in _LIMITS and not (value.isascii() and value.isdigit() and len(value) < 20):
            yield Violation(
                errors.BAD_REQUEST, f"{name} {value[:200]!r} is not a whole number", name, given=value[:200]
            )
        elif name in _LIMITS and not 1 <= int(value) <= _LIMITS[name]:
            message = f"{name} {value} is not from 1 to {_LIMITS[name]}"
            yield Violation(errors.CONSTRAINT_VALIDATION, message, name, given=value)
        seen.add(name)
