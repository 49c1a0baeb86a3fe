"""
The mapping file: YAML -> `rules.Mapping`, checked key by key; errors name file, line, key, value and what is right.

No environment and no clock is read here. The bundled `default.yaml` documents every key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Literal

from migrator.canonical import folded_name
from migrator.errors import MappingUnreadable
from migrator.mapping.nodes import Node, parse
from migrator.mapping.rules import (
    AGENT,
    AgentRules,
    AssignRule,
    AssignRules,
    GroupRules,
    Mapping,
    TemplateRule,
    Unmapped,
    UnmappedRules,
    Weeks,
    ZoneRules,
)
from migrator.records import ROLES
from migrator.time_zones import known_zones
from migrator.weekly import DAY, DAYS, Shift, overlap

_ID_MAX = 2**63 - 1
_WEEKS_MAX = 53
_TEMPLATE_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_TEMPLATE_NAME_MAX = 30
"""Characters; leaves room for a zone and a group's name within the target's 100."""


def load(path: Path | None = None) -> Mapping:
    """
    Read a mapping file.

    Args:
        path: None takes the bundled default.

    Raises:
        MappingUnreadable: naming file, line, key, value and what would be right.
    """
    if path is None:
        return loads(resources.files("migrator.mapping").joinpath("default.yaml").read_text("utf-8"), "default.yaml")
    try:
        return loads(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise MappingUnreadable(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MappingUnreadable(f"{path}: not UTF-8") from error


def loads(text: str, file: str = "mapping") -> Mapping:
    """Read a mapping file's text; `file` is its name in errors."""
    keys = ("weeks", "agents", "time_zones", "groups", "templates", "assign", "unmapped", "holidays", "adopt")
    found = parse(text, file).fields(*keys, required=("weeks",))
    templates = _templates(found["templates"]) if "templates" in found else {}
    holidays: Literal["no_work", "ignore"] = "no_work"
    if "holidays" in found and found["holidays"].choice("no_work", "ignore") == "ignore":
        holidays = "ignore"
    return Mapping(
        weeks=_weeks(found["weeks"]),
        agents=_agents(found["agents"]) if "agents" in found else AgentRules(),
        time_zones=_zones(found["time_zones"]) if "time_zones" in found else ZoneRules(),
        groups=_groups(found["groups"]) if "groups" in found else GroupRules(),
        templates=templates,
        assign=_assign(found["assign"], templates) if "assign" in found else AssignRules(),
        unmapped=_unmapped(found["unmapped"]) if "unmapped" in found else UnmappedRules(),
        holidays=holidays,
        adopt=tuple(sorted(node.text("an externalId") for node in found["adopt"].items())) if "adopt" in found else (),
    )


def _weeks(node: Node) -> Weeks:
    found = node.fields("from", "count", required=("from",))
    first = found["from"].day()
    if first.weekday() != 0 or first.year > date.max.year - 3:
        found["from"].refuse("a Monday")
    return Weeks(first, found["count"].integer(1, _WEEKS_MAX) if "count" in found else 1)


def _agents(node: Node) -> AgentRules:
    found = node.fields("roles", "light", "suspended", "exclude", "duplicate_external_id")
    plain = AgentRules()
    return AgentRules(
        roles=frozenset(n.choice(*ROLES) for n in found["roles"].items()) if "roles" in found else plain.roles,
        include_light=_included(found.get("light")),
        include_suspended=_included(found.get("suspended")),
        exclude=_ids(found.get("exclude")),
        duplicate_external_id="use_zendesk_id"
        if _is_word(found.get("duplicate_external_id"), "use_zendesk_id", "decide")
        else "decide",
    )


def _zones(node: Node) -> ZoneRules:
    found = node.fields("names", "unknown", "templates_in", "unlisted")
    names = found["names"].entries() if "names" in found else {}
    unknown = found.get("unknown")
    listed = [_zone(n) for n in found["templates_in"].items("a list of IANA zones")] if "templates_in" in found else []
    return ZoneRules(
        names={name: _zone(value) for name, (_, value) in names.items()},
        unknown=None if unknown is None or unknown.scalar("an IANA zone or decide") == "decide" else _zone(unknown),
        templates_in=tuple(listed),
        unlisted="decide" if _is_word(found.get("unlisted"), "decide", "own") else "own",
    )


def _groups(node: Node) -> GroupRules:
    keys = ("name", "names", "exclude", "duplicate_names", "without_group", "secondary_memberships")
    found = node.fields(*keys)
    duplicates, without = found.get("duplicate_names"), found.get("without_group")
    suffixed = duplicates.items() if duplicates is not None and duplicates.is_list else ()
    return GroupRules(
        name=_pattern(found["name"]) if "name" in found else GroupRules().name,
        names=_names(found["names"]) if "names" in found else {},
        exclude=_ids(found.get("exclude")),
        suffix_all=_is_word(None if suffixed else duplicates, "suffix_id", "decide"),
        suffixed=frozenset(folded_name(n.text("a group's name")) for n in suffixed),
        without_group=None if without is None or without.scalar("a name") == "decide" else without.text("a name"),
        secondary_memberships="loss" if _is_word(found.get("secondary_memberships"), "loss", "member") else "member",
    )


def _pattern(node: Node) -> str:
    pattern = node.text("a name with {group} and {template}")
    rest = pattern.replace("{group}", "", 1).replace("{template}", "", 1)
    if "{group}" not in pattern or "{template}" not in pattern or set("{}") & set(rest) or len(rest) > 10:
        node.refuse("a name with {group} and {template}, each once, and at most 10 other characters")
    return pattern


def _names(node: Node) -> dict[int, str]:
    found = {}
    for key, value in node.entries("a mapping of Zendesk group ids to names").values():
        found[key.integer(1, _ID_MAX)] = value.text("a name")
    return found


def _templates(node: Node) -> dict[str, TemplateRule]:
    found: dict[str, TemplateRule] = {}
    names: dict[str, str] = {}
    for key, (key_node, value) in node.entries("a mapping of template keys to templates").items():
        if not _TEMPLATE_KEY.fullmatch(key):
            key_node.refuse("a short key of lower-case letters, digits, - and _")
        rule = _template(key, value)
        folded = folded_name(rule.name)
        if folded in names:
            value.refuse(f"another name than that of {names[folded]!r}; template names are unique in the target")
        names[folded], found[key] = key, rule
    return found


def _template(key: str, node: Node) -> TemplateRule:
    found = node.fields("name", "description", "timeZone", "shifts", "schedule", required=("name",))
    if ("shifts" in found) == ("schedule" in found):
        node.refuse("either shifts or schedule (the name of business hours)")
    name = found["name"].text("a name").strip()
    if len(name) > _TEMPLATE_NAME_MAX or any(ord(char) < 32 or ord(char) == 127 for char in name):
        found["name"].refuse(f"a name of at most {_TEMPLATE_NAME_MAX} characters, none of them a control character")
    zone: str | None = AGENT
    if "timeZone" in found:
        word = found["timeZone"].scalar("an IANA zone, agent or schedule")
        zone = word if word == AGENT else None if word == "schedule" else _zone(found["timeZone"])
    if zone is None and "schedule" not in found:
        found["timeZone"].refuse("an IANA zone or agent; schedule is for templates that take business hours")
    return TemplateRule(
        key,
        name,
        found["description"].text() if "description" in found else None,
        zone,
        _shifts(found["shifts"]) if "shifts" in found else None,
        found["schedule"].text("the name of business hours") if "schedule" in found else None,
    )


def _shifts(node: Node) -> tuple[Shift, ...]:
    shifts = tuple(sorted(shift for item in node.items("a list of shifts") for shift in _shift(item)))
    clash = overlap(shifts)
    if clash is not None:
        one, other = (
            f"{DAYS[shift.start // DAY]} {shift.start % DAY // 60:02}:{shift.start % 60:02}" for shift in clash
        )
        node.refuse(f"shifts that do not overlap; those of {one} and {other} do")
    return shifts


def _shift(node: Node) -> list[Shift]:
    required = ("days", "startTime", "lengthMinutes")
    found = node.fields(*required, "activityCode", required=required)
    clock = _CLOCK.fullmatch(found["startTime"].scalar("a time such as 09:00"))
    if clock is None:
        found["startTime"].refuse('a time in quotes, such as "09:00"')
    days = sorted({DAYS.index(day.choice(*DAYS)) for day in found["days"].items("a list of days")})
    length = found["lengthMinutes"].integer(1, DAY)
    activity = found["activityCode"].text() if "activityCode" in found else ""
    return [Shift(day * DAY + int(clock[1]) * 60 + int(clock[2]), length, activity) for day in days]


def _assign(node: Node, templates: MappingOf[str, TemplateRule]) -> AssignRules:
    found = node.fields("rules", "contradictions", "otherwise")
    otherwise = found.get("otherwise")
    rules = found["rules"].items("a list of rules") if "rules" in found else ()
    return AssignRules(
        rules=tuple(_rule(item, templates) for item in rules),
        contradictions="first" if _is_word(found.get("contradictions"), "first", "decide") else "decide",
        otherwise=None
        if otherwise is None or otherwise.scalar("a template") == "decide"
        else otherwise.choice(*templates, "decide"),
    )


def _rule(node: Node, templates: MappingOf[str, TemplateRule]) -> AssignRule:
    found = node.fields("tag", "field", "value", "group", "template", required=("template",))
    given = found.keys() - {"template"}
    if given not in ({"tag"}, {"group"}, {"field", "value"}):
        node.refuse("a tag, or a field with a value, or a group, and a template")
    return AssignRule(
        template=found["template"].choice(*templates),
        tag=found["tag"].scalar("a tag") if "tag" in found else None,
        field=found["field"].text("the key of a user field") if "field" in found else None,
        value=found["value"].scalar("a value") if "value" in found else None,
        group=found["group"].text("a group's name") if "group" in found else None,
    )


def _unmapped(node: Node) -> UnmappedRules:
    found = node.fields("tags", "field_values", "schedules")
    plain = UnmappedRules()
    return UnmappedRules(
        _unmapped_word(found.get("tags"), plain.tags),
        _unmapped_word(found.get("field_values"), plain.field_values),
        _unmapped_word(found.get("schedules"), plain.schedules),
    )


def _unmapped_word(node: Node | None, default: Unmapped) -> Unmapped:
    words: dict[str, Unmapped] = {"loss": "loss", "decide": "decide", "ignore": "ignore"}
    return default if node is None else words[node.choice(*words)]


def _included(node: Node | None) -> bool:
    return _is_word(node, "include", "exclude")


def _is_word(node: Node | None, word: str, other: str) -> bool:
    """Whether the first of two words is given; the other is also what a missing key means."""
    return node is not None and node.choice(word, other) == word


def _ids(node: Node | None) -> frozenset[int]:
    return frozenset(item.integer(1, _ID_MAX) for item in node.items("a list of Zendesk ids")) if node else frozenset()


def _zone(node: Node) -> str:
    name = node.text("an IANA zone")
    if name not in known_zones():
        node.refuse("an IANA zone, such as Europe/Paris")
    return name
