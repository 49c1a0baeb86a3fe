"""A browser for the tests of the console, where this machine has one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mockgc.console.chromium import Browser, executable


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, or a visible skip: it is no service of ours, so REQUIRE_SERVICES does not ask for it."""
    program = executable()
    if program is None:
        pytest.skip("no Chromium on this machine: the console is not looked at in a browser")
    browser = Browser(program, tmp_path_factory.mktemp("chromium"))
    try:
        browser.call("Browser.getVersion")
    except (OSError, RuntimeError):
        pytest.skip(f"{program} does not start on this machine: the console is not looked at in a browser")
    yield browser
    browser.close()
