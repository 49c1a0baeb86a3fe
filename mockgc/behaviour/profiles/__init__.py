"""
Profiles: named sets of faults, quotas and switches in a readable file. The bundled ones are the YAML files beside this.

    description: one sentence
    quotas: {enabled: true, windows: [...]}     as the control API takes them; absent: as the emulator was started
    faults: [{name, match, effect, budget}, ...]
    switches: {error_detail: code_only, ...}    what is not named is at its default

A file is checked when it is loaded; errors name file, line, field, value and what would be right.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mockgc.behaviour.conduct import Conduct
from mockgc.behaviour.faults import Rule, refuse_unknown_path, rules_of
from mockgc.behaviour.fields import ConductRefused, Field, Place, ProfileRefused, anything, mapping_of, shown, text
from mockgc.behaviour.quotas import PUBLISHED, Quotas, quotas_of
from mockgc.domain.switches import CHOICES, Switches

HERE = Path(__file__).parent
CHARACTERS_MAX = 128 * 1024
DEPTH_MAX = 30
_FIELDS: Mapping[str, Field] = {
    "description": text(500, is_required=True),
    "quotas": anything(),
    "faults": anything(),
    "switches": anything(),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set; `quotas` None leaves them as the emulator was started."""

    name: str
    description: str
    rules: tuple[Rule, ...] = ()
    quotas: Quotas | None = None
    switches: Switches = field(default_factory=Switches)

    def conduct(self, unset: Conduct) -> Conduct:
        """The conduct of an organisation that is given this profile."""
        return Conduct(self.quotas or unset.quotas, self.rules, self.name)


def names() -> list[str]:
    """The bundled profiles."""
    return sorted(path.stem for path in HERE.glob("*.yaml"))


def described() -> list[tuple[str, str]]:
    """(name, description) of each bundled profile."""
    return [(name, bundled(name, can_close=True).description) for name in names()]


def bundled(name: str, *, can_close: bool, templates: Collection[str] | None = None) -> Profile:
    """
    A bundled profile.

    Raises:
        ProfileRefused: there is none of this name, or this server cannot do what it asks for.
    """
    if name not in names():
        raise ProfileRefused(f"no profile is called {shown(name)}; bundled are {', '.join(names())}")
    return parsed(
        (HERE / f"{name}.yaml").read_text("utf-8"), name, f"{name}.yaml", can_close=can_close, templates=templates
    )


def loaded(name_or_file: str, *, can_close: bool, templates: Collection[str] | None = None) -> Profile:
    """
    A bundled profile by its name, or one's own by the path of its file.

    Raises:
        ProfileRefused: see there.
    """
    path = Path(name_or_file)
    if path.suffix not in (".yaml", ".yml"):
        return bundled(name_or_file, can_close=can_close, templates=templates)
    try:
        content = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ProfileRefused(f"the profile {name_or_file!r} cannot be read: {reason}") from None
    return parsed(content, path.stem, name_or_file, can_close=can_close, templates=templates)


def parsed(content: str, name: str, file: str, *, can_close: bool, templates: Collection[str] | None = None) -> Profile:
    """
    Read a profile.

    Args:
        file: as errors name it.
        templates: the paths of all operations; not looked at when not given.

    Raises:
        ProfileRefused: naming file, line, field, value and what would be right.
    """
    if len(content) > CHARACTERS_MAX:
        raise ProfileRefused(f"{file}: {len(content)} characters are more than {CHARACTERS_MAX}")
    root = _composed(content, file)
    try:
        given = mapping_of(_plain(root, ()), (), _FIELDS)
        switches = _switches_of(given.get("switches", {}), ("switches",))
        rules = rules_of(given.get("faults", []), ("faults",), can_close=can_close)
        if templates is not None:
            for index, rule in enumerate(rules):
                refuse_unknown_path(rule, ("faults", index), templates)
        start = Quotas(enabled=True, windows=PUBLISHED)
        quotas = quotas_of(given["quotas"], ("quotas",), start) if "quotas" in given else None
    except ConductRefused as refused:
        raise ProfileRefused(f"{file}:{_line(root, refused.place)}: {refused}") from None
    return Profile(name, given["description"], rules, quotas, switches)


def _composed(content: str, file: str) -> yaml.Node:
    try:
        _look_over(content, file)
        root = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ProfileRefused(f"{file}:{mark.line + 1 if mark else 1}: not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ProfileRefused(f"{file}:1: not YAML: {error}") from None
    if root is None:
        raise ProfileRefused(f"{file}:1: the file is empty; a profile has at least 'description'")
    return root


def _look_over(content: str, file: str) -> None:
    """Refuse what is small to send and large to read: aliases, which may stand for anything, and depth."""
    depth = 0
    for event in yaml.parse(content, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise ProfileRefused(f"{file}:{line}: the alias *{event.anchor} is not read; write out what it stands for")
        if depth > DEPTH_MAX:
            raise ProfileRefused(f"{file}:{line}: more than {DEPTH_MAX} lists and mappings are inside each other")


def _plain(node: yaml.Node, place: Place) -> Any:
    """The value of a node; a key that stands twice is refused, which YAML itself does not do."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if not name or name in found:
                raise ConductRefused((*place, name or "?"), "stands twice, or is no plain word; keep one")
            found[name] = _plain(value, (*place, name))
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value, (*place, index)) for index, value in enumerate(node.value)]
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError):
        raise ConductRefused(place, f"{shown(node.value)} cannot be read as {node.tag.rpartition(':')[2]}") from None


def _line(root: yaml.Node, place: Place) -> int:
    """Where a field stands; the nearest thing around it when it is missing."""
    node, line = root, root.start_mark.line + 1
    for part in place:
        following = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    following, line = value, key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            following = node.value[part]
            line = following.start_mark.line + 1
        if following is None:
            break
        node = following
    return int(line)


def _switches_of(value: Any, place: Place) -> Switches:
    given = mapping_of(value, place, {name: anything() for name in CHOICES})
    switches = Switches()
    for name, wanted in given.items():
        try:
            switches = switches.with_changes({name: wanted})
        except ValueError as error:
            raise ConductRefused((*place, name), str(error)) from None
    return switches
