"""
The picture in the README: the complaint's refusal, explained in the console.

    python -m tests.mockgc.console.picture mockgc/console/explanation.png

makes it anew with the Chromium of this machine; a tool such as pngquant makes the file small. Ids come from a seed and
times from a clock that counts, so only a change of the page changes the picture.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from mockgc import Settings, create_app
from tests.mockgc.console.chromium import Browser, executable
from tests.mockgc.console.complaint import complain
from tests.mockgc.console.served import served

BEGINNING = datetime(2026, 11, 30, 6, tzinfo=UTC)
LOOK = timedelta(milliseconds=7)
WIDTH, HEIGHT = 1280, 862


def counting() -> Callable[[], datetime]:
    """A clock that goes on by a little with each look at it."""
    looks = itertools.count()
    return lambda: BEGINNING + next(looks) * LOOK


def main(target: str) -> None:
    program = executable()
    if program is None:
        sys.exit("no Chromium on this machine")
    app = create_app(Settings(seed=7, quotas=False), wall=counting())
    emulator = app.extensions["mockgc"]
    organisation = emulator.create_organisation("Monday, 6 o'clock")
    token = emulator.issue_token(organisation.client_id)
    with served(app) as url, tempfile.TemporaryDirectory() as folder:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
            context = complain(http).headers["ININ-Correlation-Id"]
        browser = Browser(program, Path(folder))
        with browser.page() as page:
            page.resize(WIDTH, HEIGHT, scale=2)
            page.prefer(color_scheme="light", reduced_motion="reduce")
            page.call("Emulation.setScrollbarsHidden", hidden=True)
            page.open(f"{url}/_mockgc/#/{organisation.id}/why/{context}")
            page.wait("document.querySelector('.verdict')")
            page.wait("document.getElementById('live').dataset.state === 'live'")
            page.screenshot(Path(target))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
