"""The console in a real browser: live, by keyboard, read aloud, in the dark, and speaking to its own emulator only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mockgc import Settings, create_app
from mockgc.journal import Entry
from mockgc.pytest_plugin import TestOrganisation
from tests.mockgc.console.chromium import Browser, Page
from tests.mockgc.console.complaint import complain
from tests.mockgc.console.served import served

PARTS = ("journal", "entities", "behaviour", "organisations", "coverage")
NASTY = "<script>document.title = 'owned'</script><b class=owned>"


@dataclass(frozen=True, slots=True)
class Console:
    """The console of one organisation."""

    page: Page
    organisation: TestOrganisation

    @property
    def http(self) -> httpx.Client:
        return self.organisation.http

    def open(self, *parts: str) -> Page:
        where = "/".join((self.organisation.id, *parts))
        self.page.open(f"{self.organisation.base_url}/_mockgc/#/{where}")
        self.page.wait(f"document.querySelector('main')?.dataset.shown === '#/{where}'")
        return self.page

    def why(self, answer: httpx.Response) -> Page:
        page = self.open("why", answer.headers["ININ-Correlation-Id"])
        page.wait("document.querySelector('.verdict')")
        return page

    def user(self, name: str, email: str) -> httpx.Response:
        return self.http.post("/api/v2/wfm/users", json={"name": name, "email": email, "timeZone": "Europe/Paris"})


@pytest.fixture
def console(browser: Browser, mockgc_served_organisation: TestOrganisation) -> Iterator[Console]:
    with browser.page() as page:
        yield Console(page, mockgc_served_organisation)
        hosts = {urlsplit(url).netloc for url in page.requested() if not url.startswith(("about:", "data:"))}
        assert hosts <= {urlsplit(mockgc_served_organisation.base_url).netloc}
        assert page.complaints() == []


def rows(page: Page) -> int:
    found: int = page.evaluate("document.querySelectorAll('.journal tbody tr').length")
    return found


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement?.textContent.trim() ?? ''")
    return found


def test_requests_appear_as_they_come_and_a_long_journal_keeps_the_page_small(console: Console) -> None:
    page = console.open("journal")
    page.wait("document.body.innerText.includes('Nothing was asked yet')")
    console.user("Ada", "ada@example.com")
    page.wait("document.querySelector('.journal tbody')?.innerText.includes('201')")
    assert "POST /api/v2/wfm/users" in page.text(".journal tbody")
    for _ in range(130):
        console.http.get("/api/v2/wfm/users")
    page.wait("document.querySelector('.count').innerText.startsWith('131')")
    assert rows(page) == 100
    page.evaluate("[...document.querySelectorAll('button')].find(b => b.textContent === 'Older').click()")
    assert rows(page) == 31
    page.wait("document.getElementById('announcer').textContent.includes('new request')")


def test_the_journal_is_filtered_and_a_reset_empties_it(console: Console) -> None:
    console.user("Ada", "ada@example.com")
    console.user("Bob", "ada@example.com")
    httpx.get(f"{console.organisation.base_url}/api/v2/wfm/users", trust_env=False)
    page = console.open("journal")
    page.wait("document.querySelectorAll('.journal tbody tr').length >= 3")
    page.evaluate("document.getElementById('filter').focus()")
    page.type("409 email")
    page.wait("document.querySelectorAll('.journal tbody tr').length === 1")
    assert "wfm.email.in.use" in page.text(".journal tbody")
    page.evaluate("document.getElementById('filter').value = ''")
    page.evaluate("document.getElementById('filter').dispatchEvent(new Event('input'))")
    assert "authentication.required" in page.text(".journal tbody")
    page.evaluate("document.getElementById('filter').value = '00000000-0000-0000-0000-000000000000'")
    page.evaluate("document.getElementById('filter').dispatchEvent(new Event('input'))")
    assert "Ask for its explanation" in page.text(".empty a")
    page.evaluate("document.getElementById('filter').value = ''")
    page.evaluate("document.getElementById('filter').dispatchEvent(new Event('input'))")
    console.http.post(f"/_mockgc/organisations/{console.organisation.id}/reset", json={}).raise_for_status()
    page.wait("!document.querySelector('.journal tbody').innerText.includes('email')")


def test_the_seeds_refusal_opens_as_a_picture_by_keyboard_alone(console: Console) -> None:
    refused = complain(console.http)
    assert refused.status_code == 409
    page = console.open("journal")
    page.wait("document.querySelector('.journal tbody tr.bad a')")
    page.press("Tab")
    assert focused(page) == "Skip to the content"
    page.press("/")
    assert page.evaluate("document.activeElement.id") == "filter"
    for _ in range(10):
        page.press("Tab")
        if page.evaluate("Boolean(document.activeElement.closest('tbody'))"):
            break
    assert focused(page) == "POST /api/v2/wfm/schedules"
    page.press("ArrowDown")
    page.press("ArrowUp")
    page.press("Enter")
    page.wait("document.querySelector('.verdict')")
    page.wait("document.activeElement?.tagName === 'H1'")
    assert "The request says version 1, but the schedule template “Standard week” is at version 2." in focused(page)
    shown = page.text("main")
    for words in (
        "This client’s own earlier request moved it.", "wfm.transaction.conflict", "remembers version 1",
        "is told version 2", "still says version 1", "is at 2", "Next step", "carry scheduleTemplateVersion",
        "your own earlier request #104", "#105",
    ):  # fmt: skip
        assert words in shown
    page.press("Tab")
    page.evaluate("[...document.querySelectorAll('.next a')][0].focus()")
    page.press("Enter")
    page.wait("document.querySelector('.verdict.ok')")
    assert "changed 2 entities" in page.text("main")
    page.evaluate("document.querySelector('.back').focus()")
    page.press("Enter")
    page.wait("document.querySelector('.journal-page')")
    page.wait("document.activeElement?.closest('tr')")
    assert focused(page) == "POST /api/v2/wfm/schedules"


def test_the_picture_reads_aloud_in_the_order_in_which_it_happened(console: Console) -> None:
    page = console.why(complain(console.http))
    found = page.evaluate("[...document.querySelectorAll('.events > li')].map(one => one.innerText)")
    assert len(found) == 4
    told = ("makes version 1", "learns version 1", "is told version 2", "says version 1")
    for words, row in zip(told, found, strict=True):
        assert words in row
    names = [node["name"]["value"] for node in page.tree() if node["role"]["value"] == "list"]
    assert "What happened to schedule template Standard week, oldest first" in names


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/api/v2/wfm/users", {"name": "Bob", "email": "ADA@example.com", "timeZone": "UTC"}, "is held by"),
        ("POST", "/api/v2/wfm/users", {"name": "", "email": "x", "timeZone": "UTC"}, "2 places are not as they have"),
        ("POST", "/api/v2/wfm/users/groups", {"name": "G", "scheduleTemplateId": "zzz"}, "refers to something that"),
        ("GET", "/api/v2/wfm/users/nobody", None, "There is no such entity."),
        ("DELETE", "/api/v2/wfm/users", None, "does not take this method"),
        ("GET", "/api/v2/nowhere", None, "There is no such path."),
    ],
)  # fmt: skip
def test_other_refusals_have_a_picture_of_their_own(
    console: Console, method: str, path: str, body: object, words: str
) -> None:
    console.user("Ada", "ada@example.com")
    page = console.why(console.http.request(method, path, json=body))
    assert words in page.text("main")
    assert page.evaluate("Boolean(document.querySelector('.picture .clash, .picture .content'))")
    assert "refused here" in page.text(".way")


def test_a_request_without_a_token_and_one_without_permission_show_the_closed_door(console: Console) -> None:
    nobody = httpx.get(f"{console.organisation.base_url}/api/v2/wfm/users", trust_env=False)
    assert "POST /oauth/token" in console.why(nobody).text(".picture")
    path = f"/_mockgc/organisations/{console.organisation.id}/clients"
    poor = console.http.post(path, json={"permissions": ["wfm:none:view"]}).json()
    grant = {"grant_type": "client_credentials"}
    token = console.http.post("/oauth/token", data=grant, auth=(poor["clientId"], poor["clientSecret"])).json()
    refused = console.http.get("/api/v2/wfm/users", headers={"Authorization": f"Bearer {token['access_token']}"})
    console.page.open("about:blank")
    assert "wfm:dialect:view" in console.why(refused).text(".picture")


def test_a_lost_answer_of_a_request_that_was_carried_out_is_not_shown_as_refused(console: Console) -> None:
    own = f"/_mockgc/organisations/{console.organisation.id}"
    console.http.post(
        f"{own}/faults", json={"name": "down", "effect": {"kind": "unavailable_after"}}
    ).raise_for_status()
    page = console.why(console.user("Ada", "ada@example.com"))
    assert "It was carried out, whatever the answer says." in page.text("main h1")
    assert "A fault struck" in page.text("main")
    assert page.evaluate("document.querySelector('.verdict').className") == "verdict unknown"


def test_an_operation_that_ended_in_error_is_not_shown_as_accepted(console: Console) -> None:
    home = console.http.get("/api/v2/authorization/divisions/home").json()["id"]
    settings = {"startDayOfWeek": "Monday", "timeZone": "UTC"}
    units = "/api/v2/workforcemanagement/businessunits"
    unit = console.http.post(units, json={"name": "EMEA", "divisionId": home, "settings": settings}).json()["id"]
    steps = f"{units}/{unit}/weeks/2026-11-30/schedules/import"
    given = console.http.post(f"{steps}/uploadurl", json={"contentLengthBytes": 2}).json()
    httpx.put(given["url"], headers=given["headers"], content=b"{}", trust_env=False).raise_for_status()
    answer = console.http.post(steps, json={"uploadKey": given["uploadKey"]})
    assert (answer.status_code, answer.json()["status"]) == (202, "Error")
    page = console.why(answer)
    assert "its operation failed" in page.text("h1")
    assert "description is required" in page.text(".verdict")
    assert "Correct the named field" in page.text(".next")


def test_names_stay_text(console: Console) -> None:
    user = console.user(NASTY, "x@example.com").raise_for_status().json()
    refused = console.user(NASTY, "x@example.com")
    for parts in (("entities", "user"), ("entities", "user", user["id"])):
        page = console.open(*parts)
        page.wait("document.querySelector('main').innerText.includes('<script>')")
    page = console.why(refused)
    assert NASTY in page.text("main")
    assert page.evaluate("document.querySelectorAll('.owned, main script').length") == 0
    assert page.evaluate("document.title") != "owned"


def test_two_versions_are_compared_field_by_field(console: Console) -> None:
    user = console.user("Ada", "ada@example.com").json()
    console.http.put(user["selfUri"], json={**user, "name": "Ada Lovelace"}).raise_for_status()
    page = console.open("entities", "user", user["id"])
    page.wait("document.querySelector('.changes')")
    assert page.text(".changes tr.changed th") == "name"
    assert '"Ada Lovelace"' in page.text(".changes")
    assert "version 2" in page.text(".history")


def test_what_differs_is_told_by_field_entities_by_id_and_values_as_a_set(console: Console) -> None:
    page = console.open("coverage")
    before = {"name": "a", "ids": ["x", "y"], "agents": [{"userId": "1", "n": 1}, {"userId": "2", "n": 2}], "same": {}}
    after: dict[str, Any] = {
        "name": "b",
        "ids": ["y", "z"],
        "agents": [{"userId": "2", "n": 3}],
        "same": {},
        "more": None,
    }
    found = page.evaluate(
        f"import('./console/difference.js').then(m => m.changes({json.dumps(before)}, {json.dumps(after)}))"
    )
    assert {(row["kind"], row["path"], row.get("before"), row.get("after")) for row in found} == {
        ("changed", "name", "a", "b"), ("removed", "ids[]", "x", None), ("added", "ids[]", None, "z"),
        ("removed", "agents[1].userId", "1", None), ("removed", "agents[1].n", 1, None),
        ("changed", "agents[2].n", 2, 3), ("added", "more", None, None),
    }  # fmt: skip
    assert page.evaluate("import('./console/difference.js').then(m => m.changes(null, null))") == []


def test_events_are_read_as_the_standard_says(console: Console) -> None:
    page = console.open("coverage")
    text = "retry: 5\n\nevent: a\r\ndata: 1\r\ndata:2\r\n\r\n: a remark\n\nid: 7\ndata\n\n"
    found = page.evaluate(f"import('./console/stream.js').then(m => m.parsed({json.dumps(text)}))")
    assert found == [
        {"event": "message", "data": "", "retry": "5"},
        {"event": "a", "data": "1\n2"},
        {"event": "message", "data": ""},
        {"event": "message", "data": "", "id": "7"},
    ]


def test_an_event_source_of_the_browser_follows_the_stream_as_well(console: Console) -> None:
    page = console.open("coverage")
    page.evaluate(
        f"window.seen = []; new EventSource('organisations/{console.organisation.id}/stream')"
        ".addEventListener('request', event => seen.push(JSON.parse(event.data))); 0"
    )
    own = "seen.filter(one => one.organisationId).map(one => one.number)"
    for number in (1, 2, 3):
        console.http.get("/api/v2/wfm/users")
        page.wait(f"{own}.length === {number}")
    assert page.evaluate(own) == [1, 2, 3]


def test_the_dark_is_dark_the_toggle_overrides_it_and_less_motion_is_none(console: Console) -> None:
    page = console.page
    page.prefer(color_scheme="dark", reduced_motion="reduce")
    console.open("journal")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    console.user("Ada", "ada@example.com")
    page.wait("document.querySelector('.journal tbody tr')")
    assert page.evaluate("document.getAnimations().length") == 0
    page.evaluate("document.getElementById('theme').focus()")
    page.press("Enter")
    assert focused(page) == "Theme: light"
    light = page.evaluate(background)
    assert dark != light
    page.prefer(color_scheme="light")
    assert page.evaluate(background) == light
    page.press("Enter")
    assert page.evaluate(background) == dark


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (360, 740)])
def test_every_control_has_a_name_every_part_one_title_and_nothing_is_wider_than_the_window(
    console: Console, width: int, height: int
) -> None:
    page = console.page
    refused = complain(console.http)
    page.resize(width, height)
    whys = [
        refused,
        console.http.post("/api/v2/wfm/schedules", json={"agents": [{"shifts": [{"lengthMinutes": "x"}]}]}),
    ]
    reasons = (("why", answer.headers["ININ-Correlation-Id"]) for answer in whys)
    for parts in (*((part,) for part in PARTS), *reasons):
        console.open(*parts)
        tree = page.tree()
        controls = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "spinbutton", "meter"}
        nameless = [
            n["role"]["value"] for n in tree if n["role"]["value"] in controls and not n["name"]["value"].strip()
        ]
        assert nameless == [], parts
        roles = [node["role"]["value"] for node in tree]
        assert {role: roles.count(role) for role in ("banner", "main", "navigation")} == {
            "banner": 1, "main": 1, "navigation": 1,
        }  # fmt: skip
        assert page.evaluate("document.querySelectorAll('h1').length") == 1
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), parts


def test_clock_fault_and_quotas_are_set_by_hand(console: Console) -> None:
    page = console.open("behaviour")
    own = f"/_mockgc/organisations/{console.organisation.id}"
    page.wait("[...document.querySelectorAll('button')].some(b => b.textContent === 'Freeze')")
    click(page, "Freeze")
    page.wait("document.querySelector('.reading').innerText.includes('stands still')")
    assert console.http.get(f"{own}/clock").json()["frozen"] is True
    page.evaluate("document.querySelector('summary').click()")
    page.evaluate("document.querySelector('[name=kind]').value = 'unavailable_before'")
    page.evaluate("document.querySelector('[name=kind]').dispatchEvent(new Event('change'))")
    for name, value in {"name": "down", "match.path": "/api/v2/wfm/users", "budget.first": "1"}.items():
        page.evaluate(f"document.querySelector('.stack [name=\"{name}\"]').focus()")
        page.type(value)
    click(page, "Set the fault")
    page.wait("document.querySelector('main').innerText.includes('“down” is set.')")
    (rule,) = console.http.get(f"{own}/faults").json()["rules"]
    assert (rule["name"], rule["effect"]["kind"], rule["budget"]) == ("down", "unavailable_before", {"first": 1})
    struck = console.http.get("/api/v2/wfm/users")
    assert struck.status_code == 503
    enabled = console.http.get(f"{own}/quotas").json()["enabled"]
    click(page, "Switch off" if enabled else "Switch on")
    page.wait(
        f"document.querySelector('[aria-labelledby=quotas]').innerText.includes('{'off' if enabled else 'hold'}')"
    )
    assert console.http.get(f"{own}/quotas").json()["enabled"] is not enabled
    page.evaluate("document.getElementById('switch-stale_status').value = '400'")
    page.evaluate("document.getElementById('switch-stale_status').dispatchEvent(new Event('change'))")
    page.wait("document.querySelector('.switches').innerText.includes('✓ set')")
    assert console.http.get(f"{own}/switches").json()["stale_status"] == 400
    assert "A fault struck" in console.why(struck).text("main")


def click(page: Page, label: str) -> None:
    """Press the first button that is called so."""
    page.evaluate(f"[...document.querySelectorAll('button')].find(b => b.textContent === {json.dumps(label)}).click()")


def test_an_organisation_is_made_and_its_secret_shown_once(console: Console) -> None:
    page = console.open("organisations")
    page.wait("document.querySelector('[name=name]')")
    page.evaluate("document.querySelector('[name=name]').focus()")
    page.type("Rehearsal")
    click(page, "Create")
    page.wait("document.querySelector('.secret')")
    made = page.evaluate("[...document.querySelectorAll('.secret code')].map(one => one.textContent)")
    named = console.http.get(f"/_mockgc/organisations/{made[0]}").json()
    assert (named["name"], named["clients"][0]["clientId"]) == ("Rehearsal", made[1])
    page.evaluate("location.hash = location.hash.replace('organisations', 'journal')")
    page.wait("document.querySelector('.journal-page')")
    assert made[2] not in page.evaluate(
        "document.documentElement.outerHTML + JSON.stringify({...localStorage, ...sessionStorage})"
    )


def test_the_page_asks_for_the_admin_token_and_keeps_it_in_its_tab(browser: Browser) -> None:
    app = create_app(Settings(seed=1, admin_token="correct-horse"))  # type: ignore[arg-type]
    app.extensions["mockgc"].create_organisation("guarded")
    with served(app) as url, browser.page() as page:
        page.open(f"{url}/_mockgc/")
        page.wait("document.getElementById('token')?.open")
        page.type("wrong")
        page.press("Enter")
        page.wait("document.getElementById('token').open && !document.getElementById('token-wrong').hidden")
        page.type("correct-horse")
        page.press("Enter")
        page.wait("document.getElementById('live').dataset.state === 'live'")
        assert page.evaluate("document.getElementById('token').open") is False
        assert "guarded" in page.text("#organisation")
        assert page.evaluate("JSON.stringify({...localStorage}) + location.href").count("horse") == 0
        assert [text for text in page.complaints() if "401" not in text] == []


def test_an_emulator_without_organisations_offers_to_make_one(browser: Browser) -> None:
    with served(create_app(Settings(seed=1))) as url, browser.page() as page:
        page.open(f"{url}/_mockgc/")
        page.wait("document.querySelector('main h1')?.textContent === 'Organisations'")
        click(page, "Create")
        page.wait("document.querySelector('.secret')")
        page.evaluate("document.querySelector('.plain a').click()")
        page.wait("document.querySelector('main h1')?.textContent === 'Journal'")
        page.wait("document.getElementById('live').dataset.state === 'live'")
        assert page.complaints() == []


def test_ten_thousand_requests_stay_one_window_of_rows(browser: Browser) -> None:
    app = create_app(Settings(seed=1))
    store, organisation = app.extensions["mockgc"].store, app.extensions["mockgc"].create_organisation()
    for n in range(10_000):
        context, at = store.new_context_id(organisation.id), store.now()
        store.append(Entry(context, organisation.id, "c", at, "GET", f"/{n}", "", 200, "", None, None, (), (), b""))
    with served(app) as url, browser.page() as page:
        page.open(f"{url}/_mockgc/#/{organisation.id}/journal")
        page.wait("document.querySelectorAll('.journal tbody tr').length === 100")
        assert page.text(".count") == "1,000 requests, 9,000 older are in the journal"
        assert page.evaluate("document.querySelectorAll('*').length") < 2_000


def test_the_page_finds_its_way_when_the_emulator_begins_anew(browser: Browser) -> None:
    apps = [create_app(Settings(seed=seed)) for seed in (1, 2)]
    for app, name in zip(apps, ("before", "after"), strict=True):
        app.extensions["mockgc"].create_organisation(name)

    def present(environ: Any, start: Any) -> Iterable[bytes]:
        return apps[0](environ, start)

    with served(present) as url, browser.page() as page:
        page.open(f"{url}/_mockgc/")
        page.wait("document.getElementById('live')?.dataset.state === 'live'")
        assert page.text("#organisation") == "before"
        apps.pop(0)
        page.wait("document.getElementById('organisation').innerText === 'after'")
        page.wait("document.getElementById('live').dataset.state === 'live'")
        assert page.text("main h1") == "Journal"
