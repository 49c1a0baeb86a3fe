"""Quotas: windows that are never exceeded and begin anew with the clock, and what an answer tells of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgc import Settings
from mockgc.behaviour.fields import ConductRefused
from mockgc.behaviour.quotas import PUBLISHED, Charged, Quotas, Who, Window, charged, quotas_of
from tests.mockgc.behaviour.conducted import Conducted, app_with

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Charge = Callable[[Sequence[Window], Any, Who, datetime], Charged]
WINDOWS = st.lists(
    st.builds(
        Window,
        name=st.sampled_from("abc"),
        per=st.sampled_from(["token", "client", "organisation", "resource"]),
        limit=st.integers(0, 4),
        seconds=st.integers(1, 10),
    ),
    min_size=1, max_size=3, unique_by=lambda window: window.name,
)  # fmt: skip
REQUESTS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["t1", "t2"]), st.sampled_from(["c1", "c2"]), st.sampled_from("uv")),
    min_size=1, max_size=40,
)  # fmt: skip
HEADERS = ("inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset")


def told(answer: Any) -> list[str | None]:
    """The rate limit headers of an answer."""
    return [answer.headers.get(name) for name in HEADERS]


# the property, and bugs planted into what it checks


def check(windows: Sequence[Window], requests: Sequence[tuple[int, str, str, str]], charge: Charge = charged) -> None:
    """
    No window takes more than its limit, a refused request is counted nowhere, a refusal names a full window and says
    truly when it begins anew. Stated over the whole history, independently of how counts are kept.
    """
    state: Any = None
    now, accepted = NOW, dict[str, list[datetime]]()
    for pause, token, client, kind in requests:
        now += timedelta(seconds=pause)
        who = Who(token, client, "/api/v2/x", kind)
        result = charge(windows, state, who, now)
        own = {window.key(who): window for window in windows}
        if result.exceeded is not None:
            window = result.exceeded.window
            taken = accepted.get(str(window.key(who)), [])
            recent = [moment for moment in taken if now - moment < timedelta(seconds=window.seconds)]
            assert len(recent) >= min(window.limit, 1), "refused although nothing was taken lately"
            assert 1 <= result.exceeded.resets_in_s <= window.seconds
            assert result.used.items() <= (state or {}).items(), "a refused request was counted"
            later = now + timedelta(seconds=result.exceeded.resets_in_s)
            again = charge([window], result.used, who, later)
            assert again.exceeded is None or window.limit == 0, "the window never begins anew"
        else:
            for key, window in own.items():
                accepted.setdefault(str(key), []).append(now)
                within = [m for m in accepted[str(key)] if now - m < timedelta(seconds=window.seconds)]
                assert len(within) <= 2 * window.limit, "two neighbouring windows together"
            for level in result.levels:
                assert level.used <= level.window.limit, "more than the limit"
        state = result.used


@given(windows=WINDOWS, requests=REQUESTS)
def test_windows_are_never_exceeded_and_recover_with_the_clock(windows: list[Window], requests: Any) -> None:
    check(windows, requests)


@given(
    limit=st.integers(1, 4),
    seconds=st.integers(1, 10),
    pauses=st.lists(st.integers(0, 4), min_size=1, max_size=40),
)
def test_a_window_takes_exactly_its_limit_from_its_first_request_on(
    limit: int, seconds: int, pauses: list[int]
) -> None:
    """Against a model of one window: (began, taken)."""
    window, state, now = Window("w", "organisation", limit, seconds), None, NOW
    began, taken = NOW - timedelta(days=1), 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        if now - began >= timedelta(seconds=seconds):
            began, taken = now, 0
        result = charged([window], state, Who("t", "c", "/"), now)
        assert (result.exceeded is None) == (taken < limit)
        taken += result.exceeded is None
        assert result.nearest is not None
        assert (result.nearest.used, result.nearest.resets_in_s) == (taken, seconds - (now - began).total_seconds())
        state = result.used


def test_a_window_that_never_begins_anew_is_caught() -> None:
    def eternal(windows: Sequence[Window], used: Any, who: Who, _: datetime) -> Charged:
        return charged(windows, used, who, NOW)

    with pytest.raises(AssertionError, match="never begins anew"):
        check([Window("a", "organisation", 1, 5)], [(0, "t1", "c1", "u"), (0, "t1", "c1", "u")], eternal)


def test_a_window_that_takes_one_more_is_caught() -> None:
    def generous(windows: Sequence[Window], used: Any, who: Who, now: datetime) -> Charged:
        wider = [Window(w.name, w.per, w.limit + 1, w.seconds) for w in windows]
        result = charged(wider, used, who, now)
        counted = tuple((window, *entry[1:]) for window, entry in zip(windows, result.counted, strict=True))
        return result._replace(counted=counted)

    with pytest.raises(AssertionError, match="more than the limit"):
        check([Window("a", "organisation", 1, 5)], [(0, "t1", "c1", "u"), (0, "t1", "c1", "u")], generous)


# on the wire


def test_the_published_windows_hold_by_default_and_every_answer_tells_of_the_nearest() -> None:
    assert Settings(quotas=True).quotas
    assert Settings.model_fields["quotas"].default is True
    caller = Conducted(quotas=True)
    assert told(caller.ask("GET", "users")) == ["1", "300", "60"]
    assert told(caller.ask("POST", "users", {})) == ["2", "300", "60"], "a 400 too"
    assert told(caller.ask("GET", "/api/v2/nothing")) == ["3", "300", "60"], "a 404 too"
    caller.clock.advance(20.5)
    assert told(caller.ask("GET", "/api/v2/routing/skills")) == ["4", "300", "40"], "the published family too"
    windows = caller.control("quotas")["windows"]
    assert [(w["name"], w["limit"], w["used"], w["resetsInSeconds"]) for w in windows] == [
        ("client.credentials.token.rate.per.minute", 300, 4, 40),
        ("org.user.rate.per.minute", 3000, 4, 40),
    ]


def test_one_request_too_many_is_a_429_of_the_contract_until_the_window_is_over() -> None:
    caller = Conducted(quotas=True)
    for _ in range(300):
        assert caller.ask("GET", "users").status_code == 200
    refused = caller.ask("POST", "users", {"name": "Ada", "email": "ada@example.com", "timeZone": "UTC"})
    assert (refused.status_code, refused.headers["Retry-After"], told(refused)) == (429, "60", ["300", "300", "60"])
    body = refused.get_json()
    assert (body["code"], body["status"]) == ("too.many.requests", 429)
    assert body["message"] == "Rate limit exceeded the maximum [300] requests within [60] seconds"
    assert body["limit"] == {
        "key": "client.credentials.token.rate.per.minute", "namespace": "platform.api", "value": 300,
    }  # fmt: skip
    assert body["contextId"] == refused.headers["ININ-Correlation-Id"]
    assert caller.control("commits")["entities"] == []
    assert caller.explain(refused)["rule"]["code"] == "too.many.requests"
    assert "Retry-After" in caller.explain(refused)["nextStep"]
    assert Conducted(quotas=True).ask("GET", "users").status_code == 200, "another organisation's windows are its own"
    caller.clock.advance(60)
    assert told(caller.ask("GET", "users")) == ["1", "300", "60"]


def windows(caller: Conducted, *wanted: dict[str, Any]) -> None:
    answer = caller.http.put(f"{caller.base}/quotas", json={"enabled": True, "windows": list(wanted)})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def test_a_token_a_client_and_the_organisation_are_counted_by_themselves() -> None:
    caller = Conducted()
    windows(
        caller,
        {"name": "token", "per": "token", "limit": 2, "seconds": 60},
        {"name": "client", "per": "client", "limit": 3, "seconds": 60},
        {"name": "all", "per": "organisation", "limit": 4, "seconds": 60},
    )

    def key(asking: Any) -> Any:
        answer = asking.ask("GET", "users")
        return answer.get_json()["limit"]["key"] if answer.status_code == 429 else answer.status_code

    assert [key(caller) for _ in range(3)] == [200, 200, "token"]
    caller.headers = {"Authorization": f"Bearer {caller.emulator.issue_token(caller.organisation.client_id)}"}
    assert [key(caller) for _ in range(2)] == [200, "client"]
    other = caller.other()
    assert [key(other) for _ in range(2)] == [200, "all"]


def test_a_resource_is_counted_by_its_kind_or_by_the_path_above_it() -> None:
    caller = Conducted()
    windows(
        caller,
        {"name": "each", "per": "resource", "limit": 2, "seconds": 60},
        {"name": "dialect", "per": "resource", "limit": 3, "seconds": 60, "resource": "/api/v2/wfm"},
    )
    paths = ["users", "users", "users", "scheduletemplates", "schedules", "/api/v2/routing/skills", "/api/v2/teams"]
    assert [caller.ask("GET", path).status_code for path in paths] == [200, 200, 429, 200, 429, 200, 200]


def test_quotas_are_switched_off_and_on_for_one_organisation() -> None:
    caller = Conducted()
    windows(caller, {"name": "none", "per": "organisation", "limit": 0, "seconds": 60})
    assert caller.ask("GET", "users").status_code == 429
    caller.http.put(f"{caller.base}/quotas", json={"enabled": False})
    off = caller.ask("GET", "users")
    assert (off.status_code, told(off)) == (200, [None, None, None])
    caller.http.put(f"{caller.base}/quotas", json={"enabled": True})
    assert caller.ask("GET", "users").status_code == 429, "the windows stayed as they were"


def test_what_is_shown_may_be_sent_back() -> None:
    caller = Conducted(quotas=True)
    caller.ask("GET", "users")
    shown = caller.control("quotas")
    again = caller.http.put(f"{caller.base}/quotas", json=shown)
    assert again.status_code == 200
    assert [window["name"] for window in again.get_json()["windows"]] == [window.name for window in PUBLISHED]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"windows": {}}, "windows: {} is not a list"),
        ({"enabled": "no"}, "enabled: 'no' is not true or false"),
        ({"windows": [{"name": "a"}]}, "windows[0]: lacks 'per', one of token, client, resource, organisation"),
        ({"windows": [{"name": "a b", "per": "token", "limit": 1, "seconds": 1}]}, "windows[0].name: 'a b' is not a"),
        (
            {"windows": [{"name": "a", "per": "token", "limit": 1, "seconds": 1, "resource": "/api/v2/wfm"}]},
            "windows[0].resource: goes with per 'resource' only, not with 'token'",
        ),
        ({"windows": [{"name": "a", "per": "token", "limit": 1, "seconds": 1}] * 2}, "[1].name: 'a' is an earlier"),
    ],
)  # fmt: skip
def test_quotas_are_refused_with_field_value_and_what_would_be_right(value: Any, message: str) -> None:
    with pytest.raises(ConductRefused) as refused:
        quotas_of(value, (), Quotas(True, PUBLISHED))
    assert message in str(refused.value)


def test_no_token_appears_in_what_is_kept_of_quotas_and_faults(tmp_path: Path) -> None:
    data = tmp_path / "state.db"
    caller = Conducted(app=app_with(lambda _: None, quotas=True, data=data))
    caller.set_fault("expired", match={"nth": 2})
    statuses = [caller.ask("GET", "users").status_code for _ in range(3)]
    assert statuses == [200, 401, 401]
    token = caller.headers["Authorization"].removeprefix("Bearer ")
    for slot in ("conduct.quotas", "conduct.expired"):
        kept = [value for name, value in slots(data) if name == slot]
        assert kept
        assert token not in str(kept)


def slots(data: Path) -> list[tuple[str, str]]:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(data) as db:
        return list(db.execute("SELECT name, value FROM slot"))
