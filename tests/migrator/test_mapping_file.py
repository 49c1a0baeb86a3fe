"""The mapping file: what is wrong is named with its line, its value and what would be right."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import MappingUnreadable
from migrator.mapping import load
from migrator.mapping.loading import loads
from tests.migrator.source_rows import MAPPING

WEEKS = "weeks: {from: 2026-11-30}\n"
DAY = '{days: [Monday], startTime: "09:00", lengthMinutes: 480}'
BAD = {
    "": "mapping:1: the file is empty; expected at least the key 'weeks'",
    "weeks: [\n": "mapping:2: not YAML",
    "- a": "mapping:1: the file is a list; expected a mapping with the keys weeks",
    "agents: {}": "mapping:1: the file lacks 'weeks', which is needed",
    "weeks: {from: 2026-12-01}": "mapping:1: weeks.from is '2026-12-01'; expected a Monday",
    "weeks: {from: soon}": "mapping:1: weeks.from is 'soon'; expected a date such as 2026-11-30",
    "weeks: {from: 2026-11-30, count: 0}": "mapping:1: weeks.count is '0'; expected a whole number from 1 to 53",
    WEEKS + "group: {}": "mapping:2: group is no key here; expected one of weeks",
    WEEKS + "agents: {}\nagents: {}": "mapping:3: agents stands twice; keep one of the two",
    WEEKS + "agents:\n  roles: [boss]": "mapping:3: agents.roles[0] is 'boss'; expected end-user or agent or admin",
    WEEKS + "agents: {light: maybe}": "mapping:2: agents.light is 'maybe'; expected include or exclude",
    WEEKS + "time_zones: {unknown: Paris}": "mapping:2: time_zones.unknown is 'Paris'; expected an IANA zone",
    WEEKS + "groups: {name: Team}": "mapping:2: groups.name is 'Team'; expected a name with {group} and {template}",
    WEEKS + "groups: {names: {Care: x}}": "mapping:2: groups.names.Care is 'Care'; expected a whole number",
    WEEKS + "groups: {duplicate_names: merge}": "groups.duplicate_names is 'merge'; expected suffix_id or decide",
    WEEKS + "templates: {a: {name: A}}": "templates.a is a mapping; expected either shifts or schedule",
    WEEKS + "templates: {a: {name: A, shifts: [], schedule: B}}": "expected either shifts or schedule",
    WEEKS + f"templates: {{a: {{name: A, shifts: [{DAY}, {DAY}]}}}}": "those of Monday 09:00 and Monday 09:00 do",
    WEEKS
    + "templates: {a: {name: A, shifts: [{days: [Monday], startTime: 9:00, lengthMinutes: 1}]}}": 'such as "09:00"',
    WEEKS + "templates: {a: {name: A, shifts: []}, b: {name: ａ, shifts: []}}": "template names are unique",
    WEEKS + "assign: {rules: [{tag: x, template: y}]}": "assign.rules[0].template is 'y'; expected ",
    WEEKS
    + "templates: {a: {name: A, shifts: []}}\nassign: {rules: [{template: a}]}": "expected a tag, or a field with",
    WEEKS + "unmapped: {tags: drop}": "mapping:2: unmapped.tags is 'drop'; expected loss or decide or ignore",
    WEEKS + "adopt: all": "mapping:2: adopt is 'all'; expected a list",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_named_with_line_value_and_what_would_be_right(text: str) -> None:
    with pytest.raises(MappingUnreadable) as refused:
        loads(text)
    assert BAD[text] in str(refused.value)


def test_the_weeks_follow_each_other_from_their_monday_on() -> None:
    weeks = loads("weeks: {from: 2026-12-28, count: 2}").weeks
    assert weeks.mondays() == (date(2026, 12, 28), date(2027, 1, 4))


def test_the_bundled_mapping_loads() -> None:
    assert set(load().templates) == {"day", "early", "late", "weekend", "night"}


def test_a_file_is_named_in_its_errors(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("weeks: 1")
    with pytest.raises(MappingUnreadable, match=r"mine\.yaml:1: weeks is '1'"):
        load(file)


@given(st.text(max_size=30), st.integers(0, len(MAPPING)))
def test_no_text_gives_anything_but_a_mapping_or_a_named_error(text: str, at: int) -> None:
    with suppress(MappingUnreadable):
        assert loads(MAPPING[:at] + text + MAPPING[at:]).weeks.count >= 1
