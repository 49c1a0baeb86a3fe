"""From records to desired entities: what everybody gets, what becomes a decision, and what settles each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.canonical import folded_name
from migrator.desired import Desired, Desires, Kind, Ref
from migrator.mapping import desire, load
from migrator.mapping.loading import loads
from migrator.records import Account, BusinessHours, Holiday, Membership, SourceGroup, UserField
from tests.migrator.source_rows import GROUP, MAPPING, account, agent

NIGHTS = BusinessHours(5, "Night desk", "Paris", ((2760, 2880), (2880, 3240), (4200, 4320), (4320, 4680)))


def wanted(source: Account, more: str = "") -> Desires:
    return desire(source, loads(MAPPING + more))


def of_kind(desires: Desires, kind: Kind) -> list[Desired]:
    return [desired for desired in desires.entities if desired.kind == kind]


def codes(notes: Iterable[Any]) -> list[str]:
    return [note.code for note in notes]


def test_an_agent_becomes_a_user_with_group_template_and_week() -> None:
    desires = wanted(account([agent()]))
    assert [desired.kind for desired in desires.entities] == ["user", "scheduleTemplate", "group", "schedule"]
    assert (desires.decisions, desires.losses) == ((), ())


def test_an_agents_week_holds_the_instants_of_its_template() -> None:
    (schedule,) = of_kind(wanted(account([agent()])), "schedule")
    assert schedule.fields["agents"] == [
        {"userId": Ref("user", "zendesk:user:1"), "shifts": [{"start": "2026-11-30T05:00:00Z", "lengthMinutes": 480}]}
    ]


def test_an_agents_email_is_unchanged() -> None:
    (user,) = of_kind(wanted(account([agent(email="Ann.O'Neil@Example.COM")])), "user")
    assert user.fields["email"] == "Ann.O'Neil@Example.COM"


@pytest.mark.parametrize(
    "changes", [{"role": "end-user"}, {"active": False}, {"suspended": True}, {"role_type": 1}, {"email": None}]
)
def test_who_does_not_count_as_an_agent_wants_nothing(changes: dict[str, Any]) -> None:
    assert wanted(account([agent(**changes)])).entities == ()


def test_the_mapping_can_let_suspended_and_light_agents_count() -> None:
    source = account([agent(1, suspended=True), agent(2, role_type=1)])
    assert len(of_kind(wanted(source, "agents: {light: include, suspended: include}"), "user")) == 2


def test_agents_of_other_zones_work_under_templates_of_their_own() -> None:
    desires = wanted(account([agent(1), agent(2, iana_time_zone=None, time_zone="London")]))
    assert [one.fields["timeZone"] for one in of_kind(desires, "scheduleTemplate")] == ["Europe/London", "Europe/Paris"]


def test_a_listed_zone_that_fits_is_shared() -> None:
    source = account([agent(1), agent(2, iana_time_zone="Europe/Brussels")])
    templates = of_kind(wanted(source, "time_zones: {templates_in: [Europe/Berlin]}"), "scheduleTemplate")
    assert [one.fields["timeZone"] for one in templates] == ["Europe/Berlin"]


def test_in_other_groups_an_agent_is_a_member_and_works_at_home_only() -> None:
    groups = (GROUP, SourceGroup(10, "Chat"))
    memberships = (Membership(1, 1, 9, True), Membership(2, 1, 10))
    desires = wanted(account([agent()], groups, memberships=memberships))
    assert [one.fields["userIds"] for one in of_kind(desires, "group")] == [[Ref("user", "zendesk:user:1")]] * 2
    assert [one.fields["groupId"].key.split(":")[2] for one in of_kind(desires, "schedule")] == ["9"]


def test_business_hours_become_a_template_with_whole_night_shifts() -> None:
    source = account([agent(tags=("night",))], business_hours=(NIGHTS,))
    (template,) = of_kind(wanted(source), "scheduleTemplate")
    assert template.fields["shifts"] == [{"days": ["Monday", "Tuesday"], "startTime": "22:00", "lengthMinutes": 480}]


def test_nobody_works_on_a_holiday_of_the_business_hours() -> None:
    holiday = Holiday(1, "Feast", date(2026, 11, 30), date(2026, 11, 30), 5)
    source = account([agent(tags=("night",))], business_hours=(NIGHTS,), holidays=(holiday,))
    desires = wanted(source)
    (schedule,) = of_kind(desires, "schedule")
    assert [shift["start"] for shift in schedule.fields["agents"][0]["shifts"]] == ["2026-12-01T21:00:00Z"]
    assert codes(desires.losses) == ["holiday"]


TWINS = account([agent()], (GROUP, SourceGroup(10, "care ")))
SETTLED: dict[str, tuple[Account, str, str]] = {
    "two groups of one name": (TWINS, "duplicate_group_name", "groups: {duplicate_names: [CARE]}"),
    "two groups of one name, all settled": (TWINS, "duplicate_group_name", "groups: {duplicate_names: suffix_id}"),
    "an external id used twice": (
        account([agent(1, external_id="x"), agent(2, external_id="x")]),
        "duplicate_external_id",
        "agents: {duplicate_external_id: use_zendesk_id}",
    ),
    "an address used twice": (
        account([agent(1, email="ann@example.com"), agent(2, email="Ann@Example.com")]),
        "duplicate_email",
        "agents: {exclude: [2]}",
    ),
    "no address at all": (account([agent(email="ann")]), "email_invalid", "agents: {exclude: [1]}"),
    "a zone that nobody knows": (
        account([agent(iana_time_zone=None, time_zone="Atlantis")]),
        "zone_unknown",
        "time_zones: {names: {Atlantis: Europe/Paris}}",
    ),
    "no zone": (account([agent(iana_time_zone=None)]), "zone_unknown", "time_zones: {unknown: Europe/Paris}"),
    "no group": (account([agent()], memberships=()), "agent_without_group", "groups: {without_group: Unassigned}"),
}


@pytest.mark.parametrize("what", SETTLED)
def test_a_decision_names_a_line_that_settles_it(what: str) -> None:
    source, code, line = SETTLED[what]
    assert codes(wanted(source).decisions) == [code]
    assert wanted(source, line).decisions == ()


def settled_assign(more: str) -> str:
    return MAPPING.replace("assign:\n", f"assign:\n  {more}\n")


@pytest.mark.parametrize(
    ("tags", "fields", "code", "line"),
    [
        (("early", "night"), {}, "contradiction", "contradictions: first"),
        ((), {}, "template_unassigned", "otherwise: day"),
    ],
)
def test_what_the_rules_leave_open_is_settled_in_assign(
    tags: tuple[str, ...], fields: dict[str, str], code: str, line: str
) -> None:
    source = account([agent(tags=tags, fields=fields)], business_hours=(NIGHTS,))
    assert codes(wanted(source).decisions) == [code]
    assert desire(source, loads(settled_assign(line))).decisions == ()


def test_a_dropdown_value_whose_option_is_gone_is_a_decision_of_its_own() -> None:
    source = account(
        [agent(tags=(), fields={"shift": "old"})], user_fields=(UserField(1, "shift", "dropdown", ("day",)),)
    )
    assert codes(wanted(source).decisions) == ["field_value_dangling"]


def test_a_template_whose_business_hours_are_missing_is_a_decision() -> None:
    assert codes(wanted(account([agent(tags=("night",))])).decisions) == ["template_unmapped"]


def test_a_template_in_a_zone_that_does_not_fit_is_a_decision() -> None:
    fixed = MAPPING.replace("name: Early", "name: Early\n    timeZone: Europe/London")
    assert codes(desire(account([agent()]), loads(fixed)).decisions) == ["zone_misfit"]


def test_a_decision_about_a_template_lets_the_user_through() -> None:
    desires = wanted(account([agent(1, tags=()), agent(2)]))
    assert len(of_kind(desires, "user")) == 2
    assert [one["userId"].key for one in of_kind(desires, "schedule")[0].fields["agents"]] == ["zendesk:user:2"]


def test_a_decision_about_a_group_name_blocks_its_groups_only() -> None:
    other = SourceGroup(11, "Chat")
    memberships = (Membership(1, 1, 9, True), Membership(2, 2, 11, True))
    desires = wanted(account([agent(1), agent(2)], (*TWINS.groups, other), memberships=memberships))
    assert desires.decisions[0].blocks == {"zendesk:group:9:template:early:Europe/Paris"}


def test_a_tag_that_nothing_maps_is_a_loss_once_however_many_have_it() -> None:
    desires = wanted(account([agent(number, tags=("early", "vip")) for number in (1, 2, 3)]))
    assert [(loss.code, loss.subject) for loss in desires.losses] == [("tag_unmapped", "vip")]


def test_a_long_name_is_cut_and_said_to_be() -> None:
    desires = wanted(account([agent(name="x" * 300)], (SourceGroup(9, "y" * 300),)))
    assert codes(desires.losses) == ["text_cut", "text_cut"]
    assert all(len(one.fields["name"]) <= 100 for one in desires.entities if "name" in one.fields)


NAMES = st.one_of(st.sampled_from(["Care", "care ", "ＣＡＲＥ", "🎯 On", "", "\t", "x" * 120]), st.text(max_size=130))
SOURCES = st.builds(
    lambda agents, groups, rows: Account(
        tuple(replace(one, id=index + 1, email=f"a{index + 1}@example.com") for index, one in enumerate(agents)),
        tuple(replace(one, id=index + 1) for index, one in enumerate(groups)),
        tuple(replace(one, id=index + 1) for index, one in enumerate(rows)),
        (),
        (NIGHTS,),
    ),
    st.lists(
        st.builds(
            agent,
            name=NAMES,
            external_id=st.sampled_from([None, "a", "b"]),
            tags=st.sets(st.sampled_from(["early", "night", "vip"])).map(lambda tags: tuple(sorted(tags))),
            iana_time_zone=st.sampled_from(["Europe/Paris", "Europe/Brussels", "Asia/Tokyo", None]),
            suspended=st.booleans(),
        ),
        max_size=6,
    ),
    st.lists(st.builds(SourceGroup, st.just(1), NAMES, deleted=st.booleans()), max_size=4),
    st.lists(st.builds(Membership, st.just(1), st.integers(1, 6), st.integers(1, 5), st.booleans()), max_size=12),
)


@given(SOURCES, st.randoms(use_true_random=False))
def test_the_order_of_the_sources_rows_changes_nothing(source: Account, chance: Any) -> None:
    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(rows, len(rows)))

    other = replace(
        source,
        agents=shuffled(source.agents),
        groups=shuffled(source.groups),
        memberships=shuffled(source.memberships),
    )
    assert wanted(other) == wanted(source)


@given(SOURCES)
def test_everything_desired_is_what_the_target_takes(source: Account) -> None:
    desires = wanted(source)
    keys = {(one.kind, one.key) for one in desires.entities}
    assert len(keys) == len(desires.entities)
    blocked = {key for decision in desires.decisions for key in decision.blocks}
    names = [folded_name(one.fields["name"]) for one in of_kind(desires, "group") if one.key not in blocked]
    assert len(names) == len(set(names))
    for one in desires.entities:
        name = one.fields.get("name", "x")
        assert 1 <= len(name.strip()) <= 100
        refs = [value for value in one.fields.values() if isinstance(value, Ref)] + list(one.fields.get("userIds", ()))
        assert all((ref.kind, ref.key) in keys for ref in refs)


@given(SOURCES, st.sets(st.integers(1, 6)))
def test_fewer_agents_want_the_same_entities_but_for_members(source: Account, chosen: set[int]) -> None:
    """So two runs over halves of an account never fight over a group or a template."""
    some = replace(source, agents=tuple(one for one in source.agents if one.id in chosen))

    def own(desires: Desires) -> dict[str, dict[str, Any]]:
        members = ("userIds", "agents")
        return {one.key: {k: v for k, v in one.fields.items() if k not in members} for one in desires.entities}

    everything = own(wanted(source))
    assert [key for key, fields in own(wanted(some)).items() if everything[key] != fields] == []


@given(SOURCES)
def test_nobody_works_twice_in_a_week(source: Account) -> None:
    at_work = [
        (one.fields["weekDate"], row["userId"].key)
        for one in of_kind(wanted(source), "schedule")
        for row in one.fields["agents"]
    ]
    assert len(at_work) == len(set(at_work))


def test_the_bundled_mapping_asks_about_a_merged_account_and_lets_the_rest_through() -> None:
    """Two accounts merged into one, as recorded: several groups share a name and only some have agents."""
    names = ("Support", "🎯Support", "testGroup0", "testGroup0", "testGroupNone", "testGroupNone", "testGroupNone")
    groups = tuple(SourceGroup(number, name) for number, name in enumerate(names, start=1))
    people = [agent(1, role="admin", role_type=4, tags=()), agent(2, role_type=None, tags=())]
    memberships = (Membership(1, 1, 1, True), Membership(2, 2, 3, True), Membership(3, 2, 2))
    desires = desire(account(people, groups, memberships=memberships), load())
    assert [(one.subject, len(one.blocks)) for one in desires.decisions] == [("testGroup0", 1), ("testGroupNone", 0)]
    assert len(of_kind(desires, "user")) == 2
