"""What there is to choose from, the same for all: switches, effects of faults, operations and how far each goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from flask import Blueprint, Response, current_app

from mockgc.behaviour.effects import KINDS, Kind
from mockgc.contract.coverage import Row, coverage
from mockgc.contract.model import Contract
from mockgc.control.bodies import JSON, answered
from mockgc.domain.resource import Resource
from mockgc.domain.switches import CHOICES

PREFIX = "/_mockgc/"


def register(control: Blueprint, resources: Sequence[Resource]) -> None:
    """The routes, which belong to no organisation."""

    @cache
    def rows() -> list[JSON]:
        dialect = [row for resource in resources for row in _of_the_dialect(resource)]
        return [*dialect, *map(_published, coverage(Contract.bundled(), resources).rows)]

    @control.get("/coverage")
    def operations() -> Response:
        return answered({"entities": rows()})

    @control.get("/vocabulary")
    def vocabulary() -> Response:
        switches = {name: {**choice.as_dict(), "default": choice.default} for name, choice in CHOICES.items()}
        effects = {name: _effect(kind) for name, kind in KINDS.items()}
        return answered({"switches": switches, "effects": effects, "routes": _routes()})


def _routes() -> list[str]:
    """The paths of the control API below `/_mockgc/`, with `{}` for a name; a page offers what there is."""
    rules = (re.sub(r"<[^>]*>", "{}", rule.rule) for rule in current_app.url_map.iter_rules())
    return sorted({rule.removeprefix(PREFIX) for rule in rules if rule.startswith(PREFIX)})


def _effect(kind: Kind) -> JSON:
    options = {
        name: {"wanted": option.wanted, "default": option.default, "isRequired": option.is_required}
        for name, option in kind.options.items()
    }
    return {"says": kind.says, "options": options, "needsConnection": kind.needs_connection}


def _of_the_dialect(resource: Resource) -> list[JSON]:
    return [
        {
            "operation": f"{resource.kind}.{operation.name}",
            "method": operation.method,
            "path": operation.path,
            "group": "dialect of the complaint",
            "level": operation.level,
            "source": "the complaint",
            "rule": operation.summary,
        }
        for operation in resource.operations
    ]


def _published(row: Row) -> JSON:
    return {
        "operation": row.id,
        "method": row.method,
        "path": row.path,
        "group": row.tag,
        "level": row.level,
        "source": row.source,
        "rule": row.rule,
    }
