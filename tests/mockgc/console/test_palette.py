"""The console's colours: in light and in dark, text and what it stands on differ enough to be read (WCAG 2, AA)."""

from __future__ import annotations

import re

import pytest

from mockgc.console import assets

TEXT, GRAPHIC = 4.5, 3.0
GROUNDS = ("ground", "surface", "sunken", "accent-soft", "ok-soft", "bad-soft", "warn-soft")
PAIRS = {
    **{(colour, ground): TEXT for colour in ("text", "muted") for ground in GROUNDS},
    **{("accent", ground): TEXT for ground in ("ground", "surface", "accent-soft", "ok-soft", "warn-soft")},
    **{(colour, "surface"): TEXT for colour in ("ok", "bad", "warn", "told")},
    ("ok", "ok-soft"): TEXT,
    ("bad", "bad-soft"): TEXT,
    ("bad", "accent-soft"): TEXT,
    ("warn", "warn-soft"): TEXT,
    ("warn", "accent-soft"): TEXT,
    ("ok", "accent-soft"): TEXT,
    ("bad", "ground"): TEXT,
    ("told", "bad-soft"): TEXT,
    ("bad", "sunken"): TEXT,
    ("on-accent", "accent"): TEXT,
    ("on-accent", "ok"): TEXT,
    ("on-bad", "bad"): TEXT,
    ("edge", "surface"): GRAPHIC,
    ("edge", "ground"): GRAPHIC,
    ("told", "surface"): GRAPHIC,
}
"""(colour, what it stands on): the least contrast."""
Theme = dict[str, str]


def themes() -> dict[str, Theme]:
    """The palette in light and in dark."""
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", assets()["palette.css"].content.decode())
    return {
        "light": {name: light for name, light, _ in found},
        "dark": {name: dark for name, _, dark in found},
    }


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", themes())
def test_text_and_what_it_stands_on_differ_enough(theme: str) -> None:
    colours = themes()[theme]
    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in PAIRS}
    assert {pair: value for pair, value in found.items() if value < PAIRS[pair]} == {}


def test_the_contrast_is_the_published_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("name", ["page.css", "picture.css"])
def test_no_other_file_has_colours_of_its_own(name: str) -> None:
    css = re.sub(r"/\*.*?\*/", "", assets()[name].content.decode(), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b|hsl\(|oklch\(", css, re.IGNORECASE) == []
    used = set(re.findall(r"var\(--([\w-]+)\)", css))
    declared = set(themes()["light"])
    own = set(re.findall(r"--([\w-]+):", css))
    assert used - declared - own == set()
