"""
Searches over users, groups and teams: `POST /api/v2/{users,groups,teams}/search`.

A criterion compares its values with fields of an entity, ignoring case; criteria stand together with AND unless they
say OR or NOT. The vendor's index follows writes after a while; here a search sees them at once (assumed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from mockgc.domain import errors
from mockgc.domain.errors import ErrorCode, assumed
from mockgc.domain.resource import value_at
from mockgc.domain.rules import PAGE_SIZE_DEFAULT
from mockgc.domain.transaction import Entity, Outcome, Request
from mockgc.resources.kit import Show

NOT_SEARCHABLE = ErrorCode(
    "invalid.value", 400, "a criterion is EXACT, STARTS_WITH, CONTAINS, TERM, TERMS, REQUIRED_FIELDS or MATCH_ALL",
    assumed("the emulator knows no other; the vendor does"), "Search by one of these types.",
)  # fmt: skip
SOURCE = assumed("case is ignored; writes are seen at once")

_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "EXACT": lambda stored, wanted: stored == wanted,
    "TERM": lambda stored, wanted: stored == wanted,
    "TERMS": lambda stored, wanted: stored == wanted,
    "STARTS_WITH": lambda stored, wanted: stored.startswith(wanted),
    "CONTAINS": lambda stored, wanted: wanted in stored,
}
_TYPES = {*_COMPARISONS, "REQUIRED_FIELDS", "MATCH_ALL"}


def searched(word: str, request: Request, found: Iterable[Entity], show: Show) -> Outcome:
    """
    The page of entities that a valid search body asks for; `word` is what the answer's `types` calls them.

    Raises:
        WfmError: a criterion that is not known here.
    """
    body = request.body
    criteria = body.get("query", [])
    _raise_unknown(criteria)
    matching = [entity for entity in found if _matches_all(entity, criteria)]
    for name, is_descending in reversed(_order(body)):
        matching.sort(key=partial(_text_at, name), reverse=is_descending)
    size, number = max(body.get("pageSize", PAGE_SIZE_DEFAULT), 1), max(body.get("pageNumber", 1), 1)
    answer: Entity = {
        "total": len(matching),
        "pageCount": -(-len(matching) // size),
        "pageSize": size,
        "pageNumber": number,
        "types": [word],
        "results": [show(entity) for entity in matching[(number - 1) * size : number * size]],
    }
    return Outcome(200, answer)


def _raise_unknown(criteria: Iterable[Entity]) -> None:
    for criterion in criteria:
        if "group" in criterion:
            _raise_unknown(criterion["group"])
        elif criterion["type"] not in _TYPES:
            raise errors.refuse(NOT_SEARCHABLE, f"type {criterion['type']} is not searched for here", "query")


def _order(body: Entity) -> list[tuple[str, bool]]:
    if body.get("sort"):
        return [(one["sortBy"], one.get("sortOrder") == "DESC") for one in body["sort"] if "sortBy" in one]
    return [(body["sortBy"], body.get("sortOrder") == "DESC")] if "sortBy" in body else []


def _text_at(path: str, entity: Entity) -> str:
    return str(value_at(entity, path) or "").casefold()


def _matches_all(entity: Entity, criteria: Iterable[Entity]) -> bool:
    is_match = True
    for index, criterion in enumerate(criteria):
        operator = criterion.get("operator", "AND")
        held = _matches(entity, criterion) is not (operator == "NOT")
        is_match = is_match or held if operator == "OR" and index else is_match and held
    return is_match


def _matches(entity: Entity, criterion: Entity) -> bool:
    if "group" in criterion:
        return _matches_all(entity, criterion["group"])
    kind = criterion["type"]
    fields = criterion.get("fields", [])
    if kind == "MATCH_ALL":
        return True
    if kind == "REQUIRED_FIELDS":
        return all(value_at(entity, field) is not None for field in fields)
    wanted = [str(value).casefold() for value in (*criterion.get("values", []), *_given(criterion))]
    stored = [text for field in fields for text in _texts(value_at(entity, field))]
    return any(_COMPARISONS[kind](text, value) for text in stored for value in wanted)


def _given(criterion: Entity) -> list[str]:
    return [criterion["value"]] if "value" in criterion else []


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [str(one).casefold() for one in values if not isinstance(one, dict)]
