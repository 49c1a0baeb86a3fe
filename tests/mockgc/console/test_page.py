"""The page's own files: complete, packaged, from nowhere else, and with no way for data to become markup."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from mockgc.console import HEADERS, PAGE, TYPES, assets
from tests.mockgc.caller import Caller, emulator

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "mockgc" / "console"
NAMESPACE = "http://www.w3.org/2000/svg"
ELSEWHERE = re.compile(r"""https?://|wss?://|["'`(]\s*//|@import|data:image""", re.IGNORECASE)
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|\beval\(|"
    r"new Function|javascript:|setTimeout\(\s*[\"'`]",
)
INLINE = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


def text(name: str) -> str:
    return assets()[name].content.decode()


@pytest.mark.parametrize("name", assets())
def test_every_file_is_served_under_the_policy_with_its_type(name: str) -> None:
    answer = emulator().test_client().get("/_mockgc/" if name == PAGE else f"/_mockgc/console/{name}")
    assert answer.status_code == 200
    assert answer.data == assets()[name].content
    assert answer.content_type == TYPES[name.rpartition(".")[2]]
    assert {header: answer.headers[header] for header in HEADERS} == HEADERS


def test_the_address_without_its_slash_leads_to_the_page() -> None:
    answer = emulator().test_client().get("/_mockgc")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/_mockgc/")


def test_the_policy_allows_own_files_and_nothing_inline() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {value for name, value in policy.items() if name.endswith("-src")} == {"'none'", "'self'"}
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'",) * 3
    assert policy["require-trusted-types-for"] == "'script'"


def test_a_file_that_did_not_change_is_not_sent_again() -> None:
    http = emulator().test_client()
    etag = http.get("/_mockgc/console/main.js").headers["ETag"]
    again = http.get("/_mockgc/console/main.js", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.js", "..%2f__init__.py", "../__init__.py", "%2e%2e/__init__.py", "main.js/"])
def test_what_is_no_file_of_the_page_is_not_there(name: str) -> None:
    answer = emulator().test_client().get(f"/_mockgc/console/{name}")
    assert answer.status_code == 404
    assert b"import" not in answer.data


@pytest.mark.parametrize("name", assets())
def test_nothing_comes_from_elsewhere_and_no_text_becomes_markup(name: str) -> None:
    found = text(name).replace(NAMESPACE, "")
    assert ELSEWHERE.findall(found) == []
    assert MARKUP.findall(found) == []
    assert INLINE.findall(found) == [] or not name.endswith(".html")


@pytest.mark.parametrize(
    ("bad", "pattern"),
    [
        ('import x from "https://cdn.example/x.js"', ELSEWHERE),
        ('src="//cdn.example/x.js"', ELSEWHERE),
        ("background: url(//cdn.example/x.png)", ELSEWHERE),
        ("row.innerHTML = name", MARKUP),
        ('<a onclick="x()">', INLINE),
        ("<script>x()</script>", INLINE),
        ('<p style="color: red">', INLINE),
    ],
)
def test_the_checks_see_what_they_are_for(bad: str, pattern: re.Pattern[str]) -> None:
    assert pattern.search(bad)


def test_every_file_that_is_named_is_there_and_every_file_is_named() -> None:
    named = {PAGE, *re.findall(r'(?:href|src)="console/([\w.-]+)"', text(PAGE))}
    for name in assets():
        named |= {found for found in re.findall(r'from "\./([\w.-]+)"', text(name)) if name.endswith(".js")}
    assert named == set(assets())


def test_every_file_is_packaged_and_the_picture_for_the_readme_is_not() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        data = tomllib.load(file)["tool"]["setuptools"]["package-data"]
    patterns = [*data["*"], *data["mockgc.console"]]
    packaged = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*.*")
        if any(fnmatch(path.relative_to(FOLDER).as_posix(), pattern) for pattern in patterns)
    }
    assert packaged == {f"static/{name}" for name in assets()}


def test_the_picture_for_the_readme_is_a_small_png() -> None:
    picture = (FOLDER / "explanation.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 200_000


def test_the_page_is_the_same_whatever_people_are_called() -> None:
    caller = Caller(emulator())
    before = caller.http.get("/_mockgc/").data
    caller.user("<script>alert(1)</script>", email="x@example.com")
    assert caller.http.get("/_mockgc/").data == before
    listed = caller.ask("GET", f"/_mockgc/organisations/{caller.organisation.id}/entities?kind=user")
    assert listed.mimetype == "application/json"
