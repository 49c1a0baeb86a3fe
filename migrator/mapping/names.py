"""
Names and texts as the target takes them: trimmed, without control characters, cut to their longest length.

Source: the dialect's limits: names 1 to 100 characters after trimming, descriptions 1,000, no control characters.
"""

from __future__ import annotations

import unicodedata

from migrator.mapping.notes import Notes

NAME_MAX = 100
DESCRIPTION_MAX = 1000


def clean(text: str) -> str:
    """Trimmed, with runs of control characters and white space around them as one space."""
    if any(unicodedata.category(char) == "Cc" for char in text):
        text = " ".join("".join(" " if unicodedata.category(char) == "Cc" else char for char in text).split())
    return text.strip()


def cut(text: str, length_max: int) -> str:
    """At most so many characters; a cut is marked, and combining characters are not left without their base."""
    if len(text) <= length_max:
        return text
    kept = length_max - 1
    while kept > 1 and (unicodedata.combining(text[kept]) or text[kept] in "\u200d\ufe0f"):
        kept -= 1
    return text[:kept].rstrip() + "…"


def fitted(text: str, length_max: int, subject: str, notes: Notes) -> str:
    """Clean and cut; what goes missing is a loss."""
    tidy = clean(text)
    if tidy != text.strip():
        notes.lose("control_characters", subject, f"control characters of {text[:NAME_MAX]!r} become spaces")
    short = cut(tidy, length_max)
    if short != tidy:
        notes.lose("text_cut", subject, f"{tidy[:NAME_MAX]!r} has {len(tidy)} characters, it is cut to {short!r}")
    return short
